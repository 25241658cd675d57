"""Authorizations out of CSV or Parquet tables, FHIR ClaimResponses, and X12 278 responses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.codes import ndc11_expr
from scrubjay.errors import Problem
from scrubjay.intake.evidence.content import Content, read_each
from scrubjay.intake.evidence.fhir import (
    Index,
    Resource,
    codes,
    extensions,
    identifiers,
    is_object,
    objects,
    resources,
    text,
)
from scrubjay.intake.evidence.table import Field, read_table
from scrubjay.intake.x12.coverage.authorizations import STATUS, read_278
from scrubjay.tables import AUTHORIZATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrubjay.intake.reports import FileReport, ProblemLog

FIELDS = (
    Field(
        "authorization_number",
        is_required=True,
        aliases=("number", "auth_number", "prior_authorization_number"),
    ),
    Field("payer_id", aliases=("payer",)),
    Field("payer_name"),
    Field("member_id"),
    Field("hcpcs", aliases=("code", "procedure_code")),
    Field("ndc"),
    Field("units", "number", aliases=("quantity",)),
    Field("valid_from", "date", aliases=("from", "start", "start_date", "from_date")),
    Field("valid_to", "date", aliases=("to", "end", "end_date", "to_date", "through")),
    Field("places", "list", aliases=("site", "place", "place_of_service", "place_of_service_code")),
    Field("provider_npis", "list", aliases=("provider", "npi", "provider_npi")),
    Field("status"),
)
"""Columns of a table of authorizations."""

_STATUS_WORDS = {
    **{word: word for word in ("approved", "denied", "pended", "cancelled")},
    "certified": "approved", "active": "approved", "pending": "pended", "canceled": "cancelled", "rejected": "denied",
    **{code.lower(): status for code, status in STATUS.items()},
}  # fmt: skip
_NO_ANSWER = ("draft", "entered-in-error")
"""States of a ClaimResponse that says nothing."""
_HCPCS_SYSTEMS = ("hcpcs", "cpt", "bcbsmedicare")


def read_authorizations(paths: Sequence[Path | str]) -> tuple[pl.DataFrame, list[FileReport]]:
    """Authorizations of all files.

    Args:
        paths: CSV or Parquet tables, FHIR JSON or NDJSON, X12 278; the content decides.

    Returns:
        Rows of `AUTHORIZATIONS`, and a report for each file. No bad input raises: the sound rows count.
    """
    frames, reports = read_each(paths, _read)
    return pl.concat([AUTHORIZATIONS.empty(), *frames]), reports


def _read(content: Content, report: FileReport, log: ProblemLog) -> pl.DataFrame:
    if content.kind == "x12":
        found = read_278(content.data, report, log)
    elif content.kind == "json":
        found = _of_fhir(resources(content.data, log), report, log)
    else:
        found = _of_table(content, report, log)
    return AUTHORIZATIONS.conform(found.with_columns(pl.lit(content.path).alias("file")))


def _of_table(content: Content, report: FileReport, log: ProblemLog) -> pl.DataFrame:
    rows = read_table(content, FIELDS, report, log)
    if rows is None:
        return AUTHORIZATIONS.empty()
    word = pl.col("status").str.to_lowercase()
    status = word.replace_strict(_STATUS_WORDS, default=None, return_dtype=pl.String())
    ndc = ndc11_expr(pl.col("ndc"))
    rows = rows.with_columns(status.alias("_status"), ndc.alias("_ndc"))
    wrong = {
        "status": pl.col("_status").is_null() & pl.col("status").is_not_null(),
        "ndc": pl.col("_ndc").is_null() & pl.col("ndc").is_not_null(),
        "valid_to": pl.col("valid_to") < pl.col("valid_from"),
        "units": pl.col("units") < 0,
        "hcpcs": ~pl.col("hcpcs").str.to_uppercase().str.contains("^[0-9A-Z]{5}$"),
    }
    words = {
        "status": "none of approved, denied, pended, cancelled",
        "ndc": "no NDC that can be written in 5-4-2",
        "valid_to": "before valid_from",
        "units": "negative",
        "hcpcs": "no code of five characters",
    }
    for name, is_wrong in wrong.items():
        bad = rows.filter(is_wrong)["row"]
        if len(bad):
            shown = ", ".join(str(r) for r in bad.head(5))
            log.add(
                Problem("bad-cell", f"Column {name} is {words[name]} in row {shown}; left out.",
                        "Correct the rows and give the file again."),
            )  # fmt: skip
    good = rows.filter(~pl.any_horizontal(w.fill_null(value=False) for w in wrong.values()))
    report.claims_read -= rows.height - good.height
    return good.with_columns(
        # A list without a column of states is one of authorizations that were given.
        pl.coalesce("_status", pl.lit("approved")).alias("status"),
        pl.col("_ndc").alias("ndc"),
        pl.col("hcpcs").str.to_uppercase(),
    ).drop("_status", "_ndc")


def _of_fhir(found: list[Resource], report: FileReport, log: ProblemLog) -> pl.DataFrame:
    index = Index(found)
    rows: list[dict[str, Any]] = []
    others = 0
    for one in found:
        if one.get("resourceType") != "ClaimResponse" or one.get("use") != "preauthorization":
            others += one.get("resourceType") == "ClaimResponse"
            continue
        if one.get("status") in _NO_ANSWER:
            report.claims += 1
            log.add(
                Problem(
                    "no-answer",
                    "A ClaimResponse is a draft or was entered in error; it was left out.",
                    "Ask the payer for its decision.",
                )
            )
            continue
        items = list(_items(one, index))
        report.claims += len(items)
        good = [item for item in items if item["authorization_number"]]
        if len(good) < len(items):
            log.add(
                Problem(
                    "no-authorization-number",
                    "An item of a ClaimResponse carries no number of an authorization; it was left out.",
                    "Ask the payer for its decision.",
                ),
                occurrences=len(items) - len(good),
                limit=1,
            )
        rows += [{**item, "row": len(rows) + n} for n, item in enumerate(good, 1)]
    if not rows and not report.claims:
        words = " (its ClaimResponses are of another use)" if others else ""
        log.add(
            Problem("wrong-format", f"The file holds no ClaimResponse of use preauthorization{words}.",
                    "Give the payer's answers to requests for authorization.", is_fatal=True)
        )  # fmt: skip
    report.claims_read += len(rows)
    schema = {name: dtype for name, dtype in AUTHORIZATIONS.schema.items() if name != "file"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _items(response: Resource, index: Index) -> Iterator[dict[str, Any]]:
    """One row for each item that the answer decides on; for an answer without items the answer itself."""
    period = response.get("preAuthPeriod")
    whole = {
        "authorization_number": text(response.get("preAuthRef")),
        "status": _whole_status(response),
        "payer_id": _payer(response, index)[0],
        "payer_name": _payer(response, index)[1],
        "member_id": _member(response, index),
        "valid_from": _day(period, "start"),
        "valid_to": _day(period, "end"),
    }
    requested = _requested(response, index)
    # What was cancelled as a whole holds in none of its items.
    last = {"status": "cancelled"} if response.get("status") == "cancelled" else {}
    items = [*objects(response.get("item")), *objects(response.get("addItem"))]
    if not items:
        yield whole
        return
    for item in items:
        asked = requested.get(str(item.get("itemSequence")), {})
        yield {**whole, **{k: v for k, v in _item(item, asked, response, index).items() if v}, **last}


def _item(item: Resource, asked: Resource, response: Resource, index: Index) -> dict[str, Any]:
    number, action = _review(item)
    period = next((e.get("valuePeriod") for e in extensions(item, "extension-itemPreAuthPeriod")), None)
    service = period or next(
        (e.get("valuePeriod") for e in extensions(item, "extension-itemRequestedServiceDate")), None
    )
    detail = next(iter(extensions(item, "extension-itemAuthorizedDetail")), None)
    concepts = [e.get("valueCodeableConcept") for e in extensions(detail, "productOrServiceCode")]
    concepts += [item.get("productOrService"), asked.get("productOrService")]
    quantities = [e.get("valueQuantity") for e in extensions(detail, "quantity")]
    quantities += [item.get("quantity"), asked.get("quantity")]
    hcpcs = next((code for c in concepts for code in _hcpcs(c)), None)
    ndc = next(
        (code for c in concepts for system, code in codes(c) if system and system.endswith("/ndc")), None
    )
    place = [
        code for _, code in codes(item.get("locationCodeableConcept") or asked.get("locationCodeableConcept"))
    ]
    holder = next(iter(extensions(item, "extension-itemAuthorizedProvider")), None)
    providers = [index.find(e.get("valueReference"), response) for e in extensions(holder, "provider")]
    npis = [v for p in providers for system, v in identifiers(p) if system and system.endswith("us-npi")]
    return {
        "authorization_number": number,
        "status": STATUS.get(action or ""),
        "hcpcs": hcpcs,
        "ndc": "".join(c for c in ndc if c.isdigit())
        if ndc and sum(c.isdigit() for c in ndc) == 11
        else None,
        "units": next((q for value in quantities if (q := _quantity(value)) is not None), None),
        "valid_from": _day(service, "start"),
        "valid_to": _day(service, "end"),
        "places": place or None,
        "provider_npis": npis or None,
    }


def _review(item: Resource) -> tuple[str | None, str | None]:
    """Number and decision of an item: extension reviewAction of its adjudications."""
    for adjudication in objects(item.get("adjudication")):
        for review in extensions(adjudication, "extension-reviewAction"):
            number = next((text(e.get("valueString")) for e in extensions(review, "number")), None)
            concepts = [
                e.get("valueCodeableConcept") for e in extensions(review, "extension-reviewActionCode")
            ]
            return number, next((code for c in concepts for _, code in codes(c)), None)
    return None, None


def _whole_status(response: Resource) -> str | None:
    """Of an answer with a number and no decision by item: given, if it is complete."""
    if response.get("status") == "cancelled":
        return "cancelled"
    outcome = response.get("outcome")
    if outcome == "queued":
        return "pended"
    if outcome == "error":
        return "denied"
    has_decision = any(_review(i)[1] for i in objects(response.get("item")))
    return (
        "approved"
        if outcome == "complete" and text(response.get("preAuthRef")) and not has_decision
        else None
    )


def _requested(response: Resource, index: Index) -> dict[str, Resource]:
    """Items of the request that the answer is to, by sequence, if the file holds it."""
    claim = index.find(response.get("request"), response)
    return {str(i.get("sequence")): i for i in objects(claim.get("item"))} if claim else {}


def _hcpcs(concept: object) -> list[str]:
    return [
        code.upper()
        for system, code in codes(concept)
        if len(code) == 5 and (system is None or any(part in system.lower() for part in _HCPCS_SYSTEMS))
    ]


def _payer(response: Resource, index: Index) -> tuple[str | None, str | None]:
    reference = response.get("insurer")
    insurer = index.find(reference, response)
    own = identifiers(insurer) or identifiers(reference)
    name = (
        text(insurer.get("name"))
        if insurer
        else text(reference.get("display"))
        if is_object(reference)
        else None
    )
    return (own[0][1] if own else None), name


def _member(response: Resource, index: Index) -> str | None:
    patient = index.find(response.get("patient"), response)
    return next(
        (v for s, v in identifiers(patient) if s and ("member" in s.lower() or "subscriber" in s.lower())),
        None,
    )


def _day(period: object, end: str) -> date | None:
    value = text(period.get(end)) if is_object(period) else None
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def _quantity(value: object) -> Decimal | None:
    number = value.get("value") if is_object(value) else None
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)):
        return None
    exact = Decimal(number)
    return exact if exact.is_finite() and 0 <= exact < 10**12 else None
