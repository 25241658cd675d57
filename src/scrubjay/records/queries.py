"""What to ask the clinician about an element that is missing, in words that do not lead."""

from __future__ import annotations

from scrubjay.records.extract.vocabulary import data


def query(element: str) -> str:
    """The question about an element of `scrubjay.tables.chart_lines.ELEMENTS`."""
    return str(data("queries")[element])
