"""What reading a chart gives: documents with their keys, events of structured sources, problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.errors import Problem


@dataclass(slots=True)
class ChartDocument:
    """One document; fields as in `scrubjay.tables.CHART_DOCUMENTS`.

    Attributes:
        events: rows of `scrubjay.tables.CHART_EVENTS` that a structured source states, keys left out; `drugs` holds
            the drug as written.
    """

    file: str
    form: str
    text: str = ""
    place: str | None = None
    service_date: date | None = None
    record_number: str | None = None
    control_number: str | None = None
    patient_last_name: str | None = None
    patient_first_name: str | None = None
    patient_birth_date: date | None = None
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    file_number: int = 0


@dataclass(slots=True)
class ChartFile:
    """One file: what it is, its documents, what is wrong with it."""

    path: str
    form: str = "unknown"
    documents: list[ChartDocument] = field(default_factory=list[ChartDocument])
    problems: list[Problem] = field(default_factory=list["Problem"])
