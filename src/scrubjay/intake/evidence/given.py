"""What a run is given beside its claims, out of the files of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.evidence.authorizations import read_authorizations
from scrubjay.intake.evidence.eligibility import read_eligibility
from scrubjay.intake.evidence.history import first_day, in_order, read_history
from scrubjay.intake.reports import FileReport
from scrubjay.tables import NO_EVIDENCE, Evidence

if TYPE_CHECKING:
    from scrubjay.evidence_files import EvidenceFiles


def read_evidence(files: EvidenceFiles) -> tuple[Evidence, list[FileReport]]:
    """Evidence, and a report for each of its files and for the store; no bad input raises."""
    reports: list[FileReport] = []
    kept = files.kept or NO_EVIDENCE
    earlier, granted, active = kept.history, kept.authorizations, None
    if files.kept is not None:
        reports.append(_of_store(files.kept_in, kept))
    if files.history:
        given, told = read_history(files.history)
        # What was kept was sent before what a file brings.
        earlier = in_order([*(earlier or ()), *given])
        reports += told
    elif earlier:
        earlier = in_order(earlier)
    if files.authorizations:
        listed, told = read_authorizations(files.authorizations)
        granted = listed if granted is None else pl.concat([granted, listed])
        reports += told
    if files.eligibility:
        active, told = read_eligibility(files.eligibility)
        reports += told
    # A history of which nothing could be read is none: it proves nothing.
    begin = (files.history_from or first_day(earlier)) if earlier else None
    return Evidence(earlier or None, begin, granted, active), reports


def _of_store(name: str, kept: Evidence) -> FileReport:
    """A store in the record of what was read: its earlier claims and authorizations."""
    claims = sum(b.claims.height for b in kept.history or ())
    granted = kept.authorizations.height if kept.authorizations is not None else 0
    return FileReport(name, 0, kind="store", claims=claims + granted, claims_read=claims + granted)
