"""From chart files to documents and what they state, by every extractor, each mention held against its text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.records.extract.fields import routes
from scrubjay.records.extract.normal import Normal
from scrubjay.records.extract.protocol import Document, Mention
from scrubjay.records.extract.rules import RuleExtractor
from scrubjay.records.extract.verify import verified
from scrubjay.tables import CHART_DOCUMENTS, CHART_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubjay.drugs.catalog import Catalog
    from scrubjay.errors import Problem
    from scrubjay.intake.notes import ChartDocument, ChartFile
    from scrubjay.records.extract.drugs import DrugNames
    from scrubjay.records.extract.protocol import Extractor

_ROUTE_WORDS = {"intravenous": "iv", "intramuscular": "im", "subcutaneous": "sc", "intra-articular": "ia"}


@dataclass(slots=True)
class Read:
    """A document and what it states."""

    key: int
    source: ChartDocument
    mentions: list[Mention] = field(default_factory=list[Mention])


@dataclass(slots=True)
class Charts:
    """The charts of a run.

    Attributes:
        reads: documents, in order; keys begin at 1.
        files: what was read, with problems.
    """

    reads: list[Read] = field(default_factory=list[Read])
    files: list[ChartFile] = field(default_factory=list["ChartFile"])

    @property
    def problems(self) -> list[Problem]:
        """Everything that was wrong."""
        return [p for f in self.files for p in f.problems]

    def documents(self) -> pl.DataFrame:
        """Rows of `CHART_DOCUMENTS`."""
        rows = [
            {
                "document_key": r.key, "chart_key": r.source.file_number, "file": r.source.file, "place": r.source.place,
                "form": r.source.form, "service_date": r.source.service_date, "record_number": r.source.record_number,
                "control_number": r.source.control_number, "patient_last_name": r.source.patient_last_name,
                "patient_first_name": r.source.patient_first_name, "patient_birth_date": r.source.patient_birth_date,
                "text": r.source.text,
            }
            for r in self.reads
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=CHART_DOCUMENTS.schema)

    def events(self) -> pl.DataFrame:
        """Rows of `CHART_EVENTS`."""
        rows = [_row(r, m) for r in self.reads for m in r.mentions]
        return pl.DataFrame(rows, schema=CHART_EVENTS.schema)


def _row(read: Read, mention: Mention) -> dict[str, Any]:
    has_span = mention.place is None
    return {
        "chart_key": read.source.file_number, "document_key": read.key, "statement": mention.statement, "kind": mention.kind,
        "act": mention.act, "drugs": list(mention.drugs), "date": mention.date, "value": mention.value,
        "quantity": mention.quantity, "unit": mention.unit, "is_negated": mention.is_negated,
        "is_historical": mention.is_historical, "section": mention.section, "place": mention.place,
        "start": mention.start if has_span else None, "end": mention.end if has_span else None, "quote": mention.quote,
        "extractor": mention.extractor,
    }  # fmt: skip


class Gatherer:
    """Reads what documents state.

    Args:
        catalog: drugs and names of the reference.
        extractors: further readers of texts, such as one with a language model behind it.
    """

    def __init__(self, catalog: Catalog, extractors: Sequence[Extractor] = ()) -> None:
        self._rules = RuleExtractor(catalog)
        self._names: DrugNames = self._rules.names
        self._others = tuple(extractors)

    def gather(self, files: Iterable[ChartFile]) -> Charts:
        """Everything that the files state."""
        charts = Charts()
        for file in files:
            charts.files.append(file)
            for document in file.documents:
                read = Read(len(charts.reads) + 1, document)
                read.mentions = [*self._structured(document, read.key), *self._stated(document, read.key)]
                charts.reads.append(read)
        return charts

    def _stated(self, source: ChartDocument, key: int) -> list[Mention]:
        if not source.text:
            return []
        document = Document(key, source.text, source.service_date)
        mentions, day = self._rules.read(document)
        if source.service_date is None:
            source.service_date = day
        found = list(verified(source.text, mentions))
        for extractor in self._others:
            said = verified(source.text, extractor.extract(document))
            found += [replace(m, extractor=extractor.name) for m in said]
        return [replace(m, document_key=key, drugs=self._normal_names(m.drugs)) for m in found]

    def _structured(self, source: ChartDocument, key: int) -> list[Mention]:
        found: list[Mention] = []
        for row in source.events:
            value = str(row["value"]) if row.get("value") is not None else None
            kind = str(row["kind"])
            if kind == "route" and value is not None:
                lower = value.lower()
                named = routes(lower)
                value = (
                    named[0].value
                    if named
                    else next((r for w, r in _ROUTE_WORDS.items() if w in lower), lower)
                )
            if kind in ("signature", "performer"):
                value = self._credential(value, str(row.get("quote") or ""))
            unit = row.get("unit")
            found.append(
                Mention(
                    kind, 0, 0, str(row.get("quote") or value or ""), value=value, quantity=row.get("quantity"),
                    unit=str(unit).strip() if unit else None, act=row.get("act"), drugs=self._named(row.get("drugs") or []),
                    date=row.get("date") or source.service_date, is_negated=bool(row.get("is_negated")),
                    is_historical=bool(row.get("is_historical")), statement=int(row["statement"]), place=str(row["place"]),
                    extractor=str(row["extractor"]), document_key=key,
                )
            )  # fmt: skip
        return found

    def _credential(self, value: str | None, quote: str) -> str | None:
        from scrubjay.records.extract.people import people  # noqa: PLC0415 - one small use

        found = people(quote)
        return (
            found[0].credential
            if found
            else value
            if value and len(value) <= 8 and value != quote
            else ""
            if not found and value == quote
            else value
        )

    def _named(self, names: Sequence[str]) -> tuple[str, ...]:
        """Normal names of drugs as written; the words themselves where none is known, so that nothing is lost."""
        found: set[str] = set()
        for name in names:
            for one in self._names.find(Normal(str(name), self._rules.speller).norm):
                found |= one.drugs
        if found:
            return tuple(sorted(found))
        return tuple(str(n).lower() for n in names[:1])

    def _normal_names(self, drugs: tuple[str, ...]) -> tuple[str, ...]:
        if not drugs or all(self._names.is_normal(d) for d in drugs):
            return drugs
        return self._named(drugs)
