"""The files of evidence that a run is given, by what they hold. Light: it loads no reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.intake import FileReport
    from scrubjay.tables import Evidence


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """Files beside the claims.

    Attributes:
        history: earlier claims: 837 files, or CSV or Parquet tables of claim lines.
        history_from: first day of service from which on they are all there; null takes their first one.
        authorizations: CSV or Parquet tables, FHIR ClaimResponses, X12 278 responses.
        eligibility: X12 271, FHIR CoverageEligibilityResponses, CSV or Parquet tables.
        kept: earlier claims and authorizations out of a store, beside those of the files.
        kept_in: the store, as reports name it.
    """

    history: Sequence[Path | str] = field(default=())
    history_from: date | None = None
    authorizations: Sequence[Path | str] = field(default=())
    eligibility: Sequence[Path | str] = field(default=())
    kept: Evidence | None = None
    kept_in: str = ""

    def read(self) -> tuple[Evidence, list[FileReport]]:
        """What they and the store hold, and a report for each; no bad input raises."""
        # The readers are loaded only where there is something to read.
        from scrubjay.tables import NO_EVIDENCE  # noqa: PLC0415

        if not (self.history or self.authorizations or self.eligibility or self.kept):
            return NO_EVIDENCE, []
        from scrubjay.intake.evidence import read_evidence  # noqa: PLC0415

        return read_evidence(self)


NO_FILES = EvidenceFiles()
