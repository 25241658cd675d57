"""Charts: notes as text or PDF, administration records as tables, FHIR resources; to documents and events."""

from scrubjay.intake.notes.model import ChartDocument, ChartFile
from scrubjay.intake.notes.reader import read_charts

__all__ = ["ChartDocument", "ChartFile", "read_charts"]
