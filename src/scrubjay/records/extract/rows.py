"""Tables within a note: a head that names columns, and rows below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from scrubjay.records.extract.vocabulary import labels

_FEWEST = 3


class Cell(NamedTuple):
    """A cell by span in its line, with what its column stands for."""

    column: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a table: how cells are parted, and what each column stands for (empty if nothing known)."""

    parts: str
    columns: tuple[str, ...]


_PARTS = {"|": re.compile(r"\|"), "\t": re.compile(r"\t"), "  ": re.compile(r" {2,}"), ",": re.compile(r",")}


def _cells(line: str, parts: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    stripped = line.rstrip("\r\n ")
    for match in _PARTS[parts].finditer(stripped):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, len(stripped)))
    # A border before the first and after the last cell makes no cells.
    if parts == "|" and spans and not stripped[spans[0][0] : spans[0][1]].strip():
        spans = spans[1:]
    if parts == "|" and spans and not stripped[spans[-1][0] : spans[-1][1]].strip():
        spans = spans[:-1]
    if parts == "  " and spans and not stripped[spans[0][0] : spans[0][1]].strip():
        spans = spans[1:]
    return [_trimmed(stripped, a, b) for a, b in spans]


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    return start, end


def head_of(norm: str, cased: str) -> Head | None:
    """The head that a line is, or null.

    Args:
        norm: the line in normal form.
        cased: the same, where tabs are still tabs.
    """
    known = labels()
    for parts in _PARTS:
        source = cased if parts == "\t" else norm
        spans = _cells(source, parts)
        if len(spans) < _FEWEST:
            continue
        columns = tuple(known.get(norm[a:b].strip(" :*#"), "") for a, b in spans)
        named = [c for c in columns if c]
        if (
            len(named) >= _FEWEST
            and len(named) * 2 >= len(columns)
            and {"medication", "dose", "time"} & set(named)
        ):
            return Head(parts, columns)
    return None


def row_of(head: Head, norm: str, cased: str) -> list[Cell] | None:
    """The cells of a row below a head, or null where the line is none."""
    spans = _cells(cased if head.parts == "\t" else norm, head.parts)
    if len(spans) != len(head.columns) or re.fullmatch(r"[\s|:+=-]*", norm):
        return None
    return [Cell(c, a, b) for c, (a, b) in zip(head.columns, spans, strict=True)]
