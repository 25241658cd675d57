"""A billing guide as values: sections of lines and tables, every one with its sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.answers import UNVERIFIED
from scrubjay.guides.lexicon import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from scrubjay.drugs.answers import Provenance, SourcedFact


@dataclass(frozen=True, slots=True)
class Source:
    """Where a line is from.

    Attributes:
        text: source and edition, or the key of docs/sources.md with what it is.
        confidence: A to D; null for what the program itself says, such as that nothing is held.
        citation: where a reader finds it, or null.
    """

    text: str
    confidence: str | None = None
    citation: str | None = None

    @property
    def is_unverified(self) -> bool:
        """Whether nobody checked it against the official text."""
        return self.confidence in UNVERIFIED


HELD = Source("scrubjay: what the loaded reference holds")
"""Source of lines that say that something is not held."""


def of(provenance: Provenance) -> Source:
    """The source of a row of the reference."""
    text = " ".join(part for part in (provenance.source, provenance.edition) if part)
    return Source(text or "source not stated", provenance.confidence, provenance.citation)


def keyed(key: str, confidence: str) -> Source:
    """The source of a statement of this package's data."""
    what: str = data("sources")["sources"].get(key, "")
    return Source(key, confidence, what or None)


@dataclass(frozen=True, slots=True)
class Line:
    """One or two sentences with their sources."""

    text: str
    sources: tuple[Source, ...]

    @property
    def is_unverified(self) -> bool:
        """Whether the line rests on an unverified source alone."""
        return bool(self.sources) and all(s.is_unverified for s in self.sources)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; each row has its sources."""

    head: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[Source, ...]], ...]


@dataclass(slots=True)
class Section:
    """A part of a guide, in the order lines, list, table, chart.

    Attributes:
        id: name in links.
        title: heading.
        lines: running text.
        points: a list.
        tables: with a heading each, which may be empty.
        prices: payment limits of every quarter held, drawn as a chart.
    """

    id: str
    title: str
    lines: list[Line] = field(default_factory=list[Line])
    points: list[Line] = field(default_factory=list[Line])
    tables: list[tuple[str, Table]] = field(default_factory=list[tuple[str, Table]])
    prices: tuple[SourcedFact, ...] = ()

    def say(self, text: str, *sources: Source) -> None:
        """Add a line."""
        self.lines.append(Line(text, tuple(dict.fromkeys(sources))))

    def point(self, text: str, *sources: Source) -> None:
        """Add an entry of the list."""
        self.points.append(Line(text, tuple(dict.fromkeys(sources))))

    def table(
        self, title: str, head: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], tuple[Source, ...]]]
    ) -> None:
        """Add a table; without rows none is added."""
        found = tuple(rows)
        if found:
            self.tables.append((title, Table(head, found)))

    def nothing(self, text: str) -> None:
        """Say that nothing is held."""
        self.say(text, HELD)

    def sources(self) -> Iterator[Source]:
        """Every source, in the order of the section."""
        for line in (*self.lines, *self.points):
            yield from line.sources
        for _, table in self.tables:
            for _, sources in table.rows:
                yield from sources
        for fact in self.prices:
            yield of(fact.source)


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A billing guide for one code.

    Attributes:
        code: the code.
        title: heading.
        on: date of service.
        as_of: the day on which things were known.
        payer: name of the payer that it is written for, or null.
        sections: in order.
    """

    code: str
    title: str
    on: date
    as_of: date
    payer: str | None
    sections: tuple[Section, ...]

    def sources(self) -> list[Source]:
        """Every source once, in the order of first use: their numbers in the text count from 1."""
        return list(dict.fromkeys(s for section in self.sections for s in section.sources()))

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values; lines and rows name their sources by number, from 1."""
        numbers = {s: n for n, s in enumerate(self.sources(), start=1)}

        def cites(sources: Iterable[Source]) -> list[int]:
            return [numbers[s] for s in sources]

        return {
            "code": self.code,
            "title": self.title,
            "on": self.on.isoformat(),
            "as_of": self.as_of.isoformat(),
            "payer": self.payer,
            "sections": [
                {
                    "id": s.id,
                    "title": s.title,
                    "lines": [
                        {"text": li.text, "sources": cites(li.sources)} for li in (*s.lines, *s.points)
                    ],
                    "tables": [
                        {
                            "title": title,
                            "head": list(table.head),
                            "rows": [
                                {"cells": list(cells), "sources": cites(src)} for cells, src in table.rows
                            ],
                        }
                        for title, table in s.tables
                    ],
                    "payment_limits": [
                        {
                            "from": f.effective_from.isoformat() if f.effective_from else None,
                            "limit": f.values["payment_limit"],
                            "sources": cites([of(f.source)]),
                        }
                        for f in s.prices
                    ],
                }
                for s in self.sections
            ],
            "sources": [
                {
                    "number": n,
                    "source": s.text,
                    "confidence": s.confidence,
                    "is_unverified": s.is_unverified,
                    "citation": s.citation,
                }
                for s, n in numbers.items()
            ],
        }
