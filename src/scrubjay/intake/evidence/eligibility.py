"""Answers about eligibility out of X12 271, FHIR CoverageEligibilityResponses, and tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.evidence.content import Content, read_each
from scrubjay.intake.evidence.fhir import Index, Resource, identifiers, is_object, objects, resources, text
from scrubjay.intake.evidence.table import Field, read_table
from scrubjay.intake.x12.coverage.eligibility import read_271
from scrubjay.tables import ELIGIBILITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrubjay.intake.reports import FileReport, ProblemLog

FIELDS = (
    Field("member_id", is_required=True),
    Field("status", is_required=True),
    Field("patient_birth_date", "date", aliases=("birth_date", "dob")),
    Field("payer_id", aliases=("payer",)),
    Field("payer_name"),
    Field("valid_from", "date", is_required=True, aliases=("from", "start", "start_date")),
    Field("valid_to", "date", aliases=("to", "end", "end_date")),
)
"""Columns of a table of eligibility."""


def read_eligibility(paths: Sequence[Path | str]) -> tuple[pl.DataFrame, list[FileReport]]:
    """Periods that answers call active or inactive.

    Args:
        paths: X12 271, FHIR JSON or NDJSON, CSV or Parquet tables; the content decides.

    Returns:
        Rows of `ELIGIBILITY`, and a report for each file. No bad input raises: the sound answers count.
    """
    frames, reports = read_each(paths, _read)
    return pl.concat([ELIGIBILITY.empty(), *frames]), reports


def _read(content: Content, report: FileReport, log: ProblemLog) -> pl.DataFrame:
    if content.kind == "x12":
        found = read_271(content.data, report, log)
    elif content.kind == "json":
        found = _of_fhir(resources(content.data, log), report, log)
    else:
        found = _of_table(content, report, log)
    return ELIGIBILITY.conform(found.with_columns(pl.lit(content.path).alias("file")))


def _of_table(content: Content, report: FileReport, log: ProblemLog) -> pl.DataFrame:
    rows = read_table(content, FIELDS, report, log)
    if rows is None:
        return ELIGIBILITY.empty()
    rows = rows.with_columns(pl.col("status").str.to_lowercase())
    good = rows.filter(pl.col("status").is_in(["active", "inactive"]))
    if good.height < rows.height:
        bad = rows.filter(~pl.col("status").is_in(["active", "inactive"]))["row"]
        log.add(
            Problem(
                "bad-cell",
                f"Column status is neither active nor inactive in row {', '.join(str(r) for r in bad.head(5))}; left out.",
                "Correct the rows and give the file again.",
            )
        )
    report.claims_read -= rows.height - good.height
    return good


def _of_fhir(found: list[Resource], report: FileReport, log: ProblemLog) -> pl.DataFrame:
    index = Index(found)
    rows: list[dict[str, Any]] = []
    answers = [r for r in found if r.get("resourceType") == "CoverageEligibilityResponse"]
    for one in answers:
        periods = list(_periods(one, index))
        report.claims += max(1, len(periods))
        if not periods:
            log.add(
                Problem(
                    "no-coverage-status",
                    "A CoverageEligibilityResponse names no member or does not say whether coverage was in force; it was "
                    "left out.",
                    "Ask the payer again; `insurance.inforce` says it.",
                )
            )
        report.claims_read += len(periods)
        rows += [{**period, "row": len(rows) + n} for n, period in enumerate(periods, 1)]
    if not answers:
        log.add(
            Problem("wrong-format", "The file holds no CoverageEligibilityResponse.",
                    "Give the payer's answers about eligibility.", is_fatal=True)
        )  # fmt: skip
    schema = {name: dtype for name, dtype in ELIGIBILITY.schema.items() if name != "file"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _periods(answer: Resource, index: Index) -> Iterator[dict[str, Any]]:
    if answer.get("status") in ("cancelled", "draft", "entered-in-error") or answer.get("outcome") in (
        "queued",
        "error",
    ):
        return
    patient = index.find(answer.get("patient"), answer)
    born = _day(patient.get("birthDate")) if patient else None
    insurer = index.find(answer.get("insurer"), answer)
    reference = answer.get("insurer")
    own = identifiers(insurer) or identifiers(reference)
    name = (
        text(insurer.get("name"))
        if insurer
        else text(reference.get("display"))
        if is_object(reference)
        else None
    )
    for insurance in objects(answer.get("insurance")):
        in_force = insurance.get("inforce")
        coverage = index.find(insurance.get("coverage"), answer)
        member = _member(coverage, insurance.get("coverage"), patient)
        if not isinstance(in_force, bool) or member is None:
            continue
        first, last = _span(insurance, answer)
        if first is None:
            continue
        yield {
            "member_id": member,
            "patient_birth_date": born,
            "payer_id": own[0][1] if own else None,
            "payer_name": name,
            "status": "active" if in_force else "inactive",
            "valid_from": first,
            "valid_to": last,
        }


def _span(insurance: Resource, answer: Resource) -> tuple[date | None, date | None]:
    """The days that were asked about, else the benefit's period, else the day of the answer."""
    asked = answer.get("servicedPeriod")
    if is_object(asked) and _day(asked.get("start")):
        return _day(asked.get("start")), _day(asked.get("end")) or _day(answer.get("created"))
    on = _day(answer.get("servicedDate"))
    benefit = insurance.get("benefitPeriod")
    created = _day(answer.get("created"))
    if is_object(benefit) and _day(benefit.get("start")) and insurance.get("inforce") is True:
        return _day(benefit.get("start")), _day(benefit.get("end")) or on or created
    day = on or created
    return day, day


def _member(coverage: Resource | None, reference: object, patient: Resource | None) -> str | None:
    if coverage:
        own = text(coverage.get("subscriberId")) or next((v for _, v in identifiers(coverage)), None)
        if own:
            return own
    by_reference = next((v for _, v in identifiers(reference)), None)
    return by_reference or next(
        (v for s, v in identifiers(patient) if s and ("member" in s.lower() or "subscriber" in s.lower())),
        None,
    )


def _day(value: object) -> date | None:
    given = text(value)
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        return None
