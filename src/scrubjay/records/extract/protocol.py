"""What an extractor is, and what it gives back. A language model may stand behind it; its word alone counts nothing.

Whatever an extractor returns passes `verify.verified`: a mention whose quote is not in the text is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

ORDER, GIVEN, HISTORY = "order", "given", "history"
"""Acts: what a statement says was done with a drug."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text to read.

    Attributes:
        key: number of the document in the run.
        text: the whole text; spans count in it.
        service_date: the day that the source states for it outside the text, or null.
    """

    key: int
    text: str
    service_date: date | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that a text states; the columns of `scrubjay.tables.CHART_EVENTS` say what each field means.

    `text[start:end] == quote`, or the mention does not count.
    """

    kind: str
    start: int
    end: int
    quote: str
    value: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    act: str | None = None
    drugs: tuple[str, ...] = ()
    date: date | None = None
    is_negated: bool = False
    is_historical: bool = False
    section: str | None = None
    statement: int = 0
    place: str | None = None
    extractor: str = "rules"
    document_key: int = 0


class Extractor(Protocol):
    """Reads a document and says what it states."""

    name: str

    def extract(self, document: Document) -> Iterable[Mention]:
        """Mentions with spans into `document.text`."""
        ...
