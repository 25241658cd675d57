"""Which documents are the chart of which claim.

The keys, in this order; the first that fits decides:

1. a row of the manifest that names the file (or the record number) and the account number of the claim;
2. the file's name: the account number itself, or the account number followed by `-`, `_`, `.` or a blank;
3. the account number that the document states;
4. the patient: last name, first name and birth date; of several claims of one patient the one of the same day;
5. the only claim of the run takes what is left, unless the document names another patient, or a row of a table
   another claim.

A document that fits none stays unmatched, and is said.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from scrubjay.records.gather import Read

MANIFEST_COLUMNS = ("chart", "mrn", "patient_control_number")


@dataclass(frozen=True, slots=True)
class ClaimKeys:
    """What a claim is found by."""

    claim_key: int
    control_number: str | None
    last_name: str | None
    first_name: str | None
    birth_date: date | None
    days: frozenset[date]


@dataclass(slots=True)
class Matched:
    """Documents by claim, and what belongs to none.

    Attributes:
        documents: keys of documents by claim key.
        by: by which key each document was found.
        unmatched: documents of no claim.
    """

    documents: dict[int, list[int]] = field(default_factory=dict[int, "list[int]"])
    by: dict[int, str] = field(default_factory=dict[int, str])
    unmatched: list[int] = field(default_factory=list[int])


def read_manifest(path: Path) -> dict[str, str]:
    """Account number by file name or record number.

    Args:
        path: CSV with `patient_control_number` and `chart` (file name) or `mrn`.

    Raises:
        UsageError: it cannot be read, or lacks the columns.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise UsageError(f"cannot be read ({reason}).", where=str(path), hint="Name a CSV file.") from None
    rows = csv.DictReader(text.splitlines())
    names = {n.strip().lower() for n in rows.fieldnames or []}
    if "patient_control_number" not in names or not names & {"chart", "mrn"}:
        raise UsageError(
            "lacks columns.",
            where=str(path),
            hint=f"Its head must name {', '.join(MANIFEST_COLUMNS)} (chart or mrn).",
        )
    found: dict[str, str] = {}
    for row in rows:
        values = {(k or "").strip().lower(): (v or "").strip() for k, v in row.items() if isinstance(v, str)}
        for key in (values.get("chart"), values.get("mrn")):
            if key and values.get("patient_control_number"):
                found[_folded(key)] = values["patient_control_number"]
    return found


def _folded(text: str | None) -> str:
    return re.sub(r"[^a-z0-9]", "", (text or "").lower())


def match(
    reads: Sequence[Read], claims: Iterable[ClaimKeys], manifest: Mapping[str, str] | None = None
) -> Matched:
    """Find the claim of every document.

    Args:
        reads: the documents.
        claims: the claims of the run.
        manifest: account number by file name or record number, folded; see `read_manifest`.
    """
    every = list(claims)
    by_number: dict[str, list[ClaimKeys]] = {}
    by_person: dict[tuple[str, str, date], list[ClaimKeys]] = {}
    for claim in every:
        if claim.control_number:
            by_number.setdefault(_folded(claim.control_number), []).append(claim)
        if claim.last_name and claim.first_name and claim.birth_date:
            by_person.setdefault(
                (_folded(claim.last_name), _folded(claim.first_name), claim.birth_date), []
            ).append(claim)
    matched = Matched()
    for read in reads:
        found, by = _claims_of(read, by_number, by_person, manifest or {})
        if not found and len(every) == 1 and not _is_another(read, every[0]):
            found, by = every, "the only claim"
        if not found:
            matched.unmatched.append(read.key)
            continue
        matched.by[read.key] = by
        for claim in found:
            matched.documents.setdefault(claim.claim_key, []).append(read.key)
    return matched


def _claims_of(
    read: Read,
    by_number: Mapping[str, list[ClaimKeys]],
    by_person: Mapping[tuple[str, str, date], list[ClaimKeys]],
    manifest: Mapping[str, str],
) -> tuple[list[ClaimKeys], str]:
    source = read.source
    path = Path(source.file)
    for key in (path.name, path.stem, source.record_number):
        number = manifest.get(_folded(key)) if key else None
        if number and _folded(number) in by_number:
            return by_number[_folded(number)], "manifest"
    for stem in _beginnings(path.stem):
        if stem in by_number:
            return by_number[stem], "file name"
    for number, what in ((source.control_number, "account number"), (source.record_number, "record number")):
        if number and _folded(number) in by_number:
            return by_number[_folded(number)], what
    if source.patient_last_name and source.patient_first_name and source.patient_birth_date:
        person = (
            _folded(source.patient_last_name),
            _folded(source.patient_first_name),
            source.patient_birth_date,
        )
        fitting = by_person.get(person, [])
        same_day = [c for c in fitting if source.service_date in c.days]
        if same_day or len(fitting) == 1:
            return same_day or fitting, "patient and day" if same_day else "patient"
    return [], ""


def _beginnings(stem: str) -> list[str]:
    """A file's name, and its beginnings up to each mark, the longest first."""
    cuts = [m.start() for m in re.finditer(r"[-_. ]", stem)]
    return [_folded(stem), *(_folded(stem[:c]) for c in reversed(cuts) if c)]


def _is_another(read: Read, claim: ClaimKeys) -> bool:
    """Does the document name another patient than the claim?"""
    source = read.source
    # A table names the claim itself; the head of a note may carry any account number.
    if source.form == "table" and source.control_number:
        return _folded(source.control_number) != _folded(claim.control_number)
    if source.patient_birth_date and claim.birth_date and source.patient_birth_date != claim.birth_date:
        return True
    names = (source.patient_last_name, claim.last_name)
    return (
        all(names)
        and _folded(names[0]) != _folded(names[1])
        and bool(source.patient_birth_date and claim.birth_date)
    )
