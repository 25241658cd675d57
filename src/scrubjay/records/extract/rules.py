"""The extractor that ships: rules over the text, no network, no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.records.extract.drugs import DrugNames
from scrubjay.records.extract.normal import Normal
from scrubjay.records.extract.reader import Reader
from scrubjay.records.extract.segments import segments_of
from scrubjay.records.extract.vocabulary import speller

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.drugs.catalog import Catalog
    from scrubjay.records.extract.protocol import Document, Mention


class RuleExtractor:
    """Reads notes by sections, sentences and patterns; knows the drugs of the reference by name.

    Args:
        catalog: the reference's drugs and names.
    """

    name = "rules"

    def __init__(self, catalog: Catalog) -> None:
        self.names = DrugNames(catalog)
        self.speller = speller(self.names.words)

    def extract(self, document: Document) -> list[Mention]:
        """Mentions of a document."""
        return self.read(document)[0]

    def read(self, document: Document) -> tuple[list[Mention], date | None]:
        """Mentions of a document, and the day that its head names."""
        normal = Normal(document.text, self.speller)
        reader = Reader(document, normal, self.names)
        for segment in segments_of(normal.cased, normal.norm):
            reader.read(segment)
        return reader.mentions, reader.service_date
