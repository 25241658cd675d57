"""Medication administration records as a table (CSV): one row per administration, columns by name.

The columns are documented in docs/records.md; those that are not known are left alone, and said.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from scrubjay.errors import Problem
from scrubjay.intake.notes.heads import day_of
from scrubjay.intake.notes.model import ChartDocument

COLUMNS: dict[str, str] = {
    "patient_control_number": "account number of the claim (CLM01); or `account`",
    "mrn": "medical record number",
    "patient_name": "`Last, First`",
    "birth_date": "YYYY-MM-DD or MM/DD/YYYY",
    "date": "day given",
    "time": "time given, HH:MM",
    "start": "start of an infusion",
    "stop": "its end",
    "drug": "name of the drug; or `medication`",
    "dose": "number, or number with unit",
    "dose_unit": "unit, where the dose is a number",
    "route": "route",
    "site": "site or access",
    "lot": "lot number",
    "ndc": "NDC",
    "vial": "content of the container opened, e.g. `125 mg`",
    "vial_count": "how many",
    "container": "single-dose or multi-dose",
    "waste": "amount discarded, 0 for none; or `discarded`",
    "waste_unit": "unit, where the waste is a number",
    "performer": "who gave it, with credentials; or `given_by`",
    "ordered_by": "who signed the order, with credentials",
    "order_date": "day of the signed order",
    "ordered_dose": "dose of the order",
    "ordered_route": "route of the order",
    "status": "given, held, refused; empty is given",
    "weight": "body weight with unit, e.g. `83 kg`",
    "diagnosis": "diagnosis",
    "prior_treatment": "earlier treatment and its result",
    "response": "response or monitoring",
    "consent": "consent",
}
_ALSO = {
    "account": "patient_control_number", "pcn": "patient_control_number", "medication": "drug", "med": "drug", "discarded": "waste",
    "wasted": "waste", "given_by": "performer", "administered_by": "performer", "nurse": "performer", "dob": "birth_date",
    "start_time": "start", "stop_time": "stop", "end": "stop", "end_time": "stop", "time_given": "time", "date_given": "date", "unit": "dose_unit",
    "lot_number": "lot", "dose_given": "dose", "name": "patient_name", "patient": "patient_name", "weight_kg": "weight",
}  # fmt: skip
_AMOUNT = re.compile(r"\s*(?P<n>\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)\s*(?P<u>[A-Za-zµ/]+)?\s*$")
_GIVEN = re.compile(r"^(?:given|administered|completed?|done|infused|injected|taken|yes|y)\b", re.IGNORECASE)
_REFUSED = re.compile(r"\b(?:held|refused|declined|not|omitted|cancel)", re.IGNORECASE)


def _column(name: str) -> str:
    bare = re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
    return _ALSO.get(bare, bare)


def looks_like_mar(text: str) -> bool:
    """Does a text begin with a head of such a table?"""
    first = text.lstrip("\ufeff").splitlines()[0] if text.strip() else ""
    for mark in (",", "\t", ";"):
        names = {_column(n) for n in first.split(mark)}
        if len(names & set(COLUMNS)) >= 3 and "drug" in names:
            return True
    return False


def read_mar(text: str, path: str) -> tuple[list[ChartDocument], list[Problem]]:
    """Documents, one per patient or account, and what was wrong."""
    body = text.lstrip("\ufeff")
    first = body.splitlines()[0]
    mark = max((",", "\t", ";"), key=first.count)
    rows = csv.reader(io.StringIO(body), delimiter=mark)
    names = [_column(n) for n in next(rows)]
    problems: list[Problem] = []
    unknown = sorted({n for n in names if n and n not in COLUMNS})
    if unknown:
        problems.append(
            Problem(
                "unknown-column",
                f"The columns {', '.join(unknown)[:200]} are not known and were not read.",
                "docs/records.md lists the columns.",
                file=path,
            )
        )
    documents: dict[tuple[str, ...], ChartDocument] = {}
    for number, cells in enumerate(rows, 2):
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(names):
            problems.append(
                Problem(
                    "ragged-row",
                    f"Row {number} has {len(cells)} cells, the head {len(names)}; it was not read.",
                    "Mend the row.",
                    file=path,
                )
            )
            continue
        row = {n: c.strip() for n, c in zip(names, cells, strict=True) if c.strip()}
        key = (
            row.get("patient_control_number", ""),
            row.get("mrn", ""),
            row.get("patient_name", ""),
            row.get("birth_date", ""),
        )
        if key not in documents:
            documents[key] = _document(row, path, number)
        documents[key].events += _events(row, number)
        problems += _unread(row, number, path)
    return list(documents.values()), problems


def _state(row: dict[str, str]) -> bool | None:
    """Was it given? Null where the status says neither."""
    status = row.get("status", "")
    if _REFUSED.search(status):
        return False
    return True if not status or _GIVEN.search(status) else None


def _unread(row: dict[str, str], number: int, path: str) -> list[Problem]:
    """Cells of a row that could not be read; no value is shown."""
    bad = [c for c in ("date", "order_date", "birth_date") if c in row and day_of(row[c]) is None]
    bad += [c for c in ("dose", "vial", "ordered_dose") if c in row and amount_in(row[c], None) is None]
    found = [
        Problem(
            "bad-cell",
            f"Row {number}: {', '.join(bad)} could not be read and counts as missing.",
            "Write days as 2026-03-01 and amounts as a number, with or without its unit.",
            file=path,
        )
    ] if bad else []  # fmt: skip
    if _state(row) is None:
        found.append(
            Problem(
                "unknown-status",
                f"Row {number}: the status is none of given, held, refused; whether the drug was given is not known.",
                "Write one of them, or leave it empty for given.",
                file=path,
            )
        )
    return found


def _document(row: dict[str, str], path: str, number: int) -> ChartDocument:
    last, _, first = row.get("patient_name", "").partition(",")
    return ChartDocument(
        path, "table", place=f"row {number}", record_number=row.get("mrn"), control_number=row.get("patient_control_number"),
        patient_last_name=last.strip() or None, patient_first_name=first.strip() or None,
        patient_birth_date=day_of(row.get("birth_date", "")),
    )  # fmt: skip


def amount_in(text: str, unit: str | None) -> tuple[Decimal, str | None] | None:
    """A number with its unit; null for anything else."""
    found = _AMOUNT.match(text)
    if found is None:
        return None
    try:
        return Decimal(found["n"].replace(",", "")), found["u"] or unit
    except InvalidOperation:
        return None


def _events(row: dict[str, str], number: int) -> list[dict[str, Any]]:
    drug = [row["drug"]] if row.get("drug") else []
    day = day_of(row.get("date", ""))
    state = _state(row)
    refused = state is False
    found: list[dict[str, Any]] = []

    def add(kind: str, column: str, act: str | None = "given", **more: Any) -> None:
        found.append(
            {"kind": kind, "statement": number, "act": act, "drugs": drug, "date": day, "value": row[column], "quote": row[column],
             "place": f"row {number}, {column}", "is_negated": state is not True and act == "given", "is_historical": False, "extractor": "table", **more}
        )  # fmt: skip

    if drug:
        # Of a row that says neither, the answer lies elsewhere.
        kind = "refusal" if refused else "administration" if state else "pointer"
        add(kind, "drug", "given" if state is not None else None)
    for column, kind, unit, act in (
        ("dose", "dose", row.get("dose_unit"), "given"),
        ("vial", "vial", row.get("dose_unit"), "given"),
        ("waste", "waste", row.get("waste_unit") or row.get("dose_unit"), "given"),
        ("ordered_dose", "dose", row.get("dose_unit"), "order"),
        ("weight", "weight", "kg", None),
    ):
        amount = amount_in(row[column], unit) if column in row else None
        if amount is not None:
            add(kind, column, act, quantity=amount[0], unit=amount[1], drugs=[] if kind == "weight" else drug)
        elif column == "waste" and row.get("waste", "").lower() in ("none", "no", "nil"):
            add(kind, column, act, quantity=Decimal(0), unit=unit)
    if "vial_count" in row and row["vial_count"].isdigit():
        add("vial_count", "vial_count", quantity=Decimal(row["vial_count"]))
    for column, kind in (("route", "route"), ("site", "site"), ("lot", "lot"), ("ndc", "ndc"), ("performer", "performer"),
                         ("container", "container"), ("time", "time"), ("start", "start"), ("stop", "stop")):  # fmt: skip
        if column in row:
            add(kind, column)
    if "ordered_by" in row or "ordered_dose" in row:
        ordered = next(c for c in ("ordered_by", "ordered_dose") if c in row)
        add("order", ordered, "order", date=day_of(row.get("order_date", "")) or day)
    if "ordered_route" in row:
        add("route", "ordered_route", "order")
    if "ordered_by" in row:
        add("signature", "ordered_by", None, date=day_of(row.get("order_date", "")))
    for column in ("diagnosis", "prior_treatment", "response", "consent"):
        if column in row:
            add(column, column, None, drugs=[])
    return found
