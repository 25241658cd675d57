"""What a run is given beside its claims, out of the files of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.intake.evidence.authorizations import read_authorizations
from scrubjay.intake.evidence.eligibility import read_eligibility
from scrubjay.intake.evidence.history import first_day, read_history
from scrubjay.tables import Evidence

if TYPE_CHECKING:
    from scrubjay.evidence_files import EvidenceFiles
    from scrubjay.intake.reports import FileReport


def read_evidence(files: EvidenceFiles) -> tuple[Evidence, list[FileReport]]:
    """Evidence, and a report for each of its files; no bad input raises."""
    reports: list[FileReport] = []
    earlier = granted = active = None
    if files.history:
        earlier, told = read_history(files.history)
        reports += told
    if files.authorizations:
        granted, told = read_authorizations(files.authorizations)
        reports += told
    if files.eligibility:
        active, told = read_eligibility(files.eligibility)
        reports += told
    # A history of which nothing could be read is none: it proves nothing.
    begin = (files.history_from or first_day(earlier)) if earlier else None
    return Evidence(earlier or None, begin, granted, active), reports
