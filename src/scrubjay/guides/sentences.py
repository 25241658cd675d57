"""Blocks into sentences, each with its place; a table row is one, an abbreviation ends none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.text_file import Block, Document

_END = re.compile(r"[.!?](?:[\"'”’)\]]*)(?=\s+[\"'“‘(\[]*[A-Z0-9•])|\n(?=\s*\n)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nos|inc|fig|dr|mr|mrs|ms|st|u\.s|ca|max|min|subq|eff|vol|sec|ch|art|inj"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|i\.v|i\.m|s\.c|hcl|sod|succ)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_LONGEST = 1_200
"""Characters of a sentence that are looked at: what runs on longer is cut there, so that time grows with the text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: line from 1, page of a pdf, and characters in the text as read."""

    line: int
    start: int
    end: int
    page: int | None = None

    def words(self) -> str:
        """`line 7`, `page 2, line 3`."""
        return f"page {self.page}, line {self.line}" if self.page else f"line {self.line}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence.

    Attributes:
        text: as written, line ends turned into blanks, so that offsets count from `place.start`.
        place: where.
        block: the block that it is part of.
    """

    text: str
    place: Place
    block: Block

    @property
    def quote(self) -> str:
        """The text with single blanks, cut where it is very long."""
        bare = " ".join(self.text.split())
        return bare if len(bare) <= 400 else f"{bare[:397]}..."


def sentences_of(document: Document) -> Iterator[Sentence]:
    """Every sentence in order, headings and rows among them."""
    for block in document.blocks:
        if block.kind == "row":
            yield _sentence(block, 0, len(block.text))
            continue
        start = 0
        for end in _ends(block.text):
            while end - start > _LONGEST:
                yield _sentence(block, start, start + _LONGEST)
                start += _LONGEST
            if block.text[start:end].strip():
                yield _sentence(block, start, end)
            start = end


def _ends(text: str) -> Iterator[int]:
    for found in _END.finditer(text):
        before = text[max(0, found.start() - 12) : found.start() + 1]
        if not (text[found.start()] == "." and _ABBREVIATION.search(before)):
            yield found.end()
    yield len(text)


def _sentence(block: Block, start: int, end: int) -> Sentence:
    raw = block.text[start:end]
    start += len(raw) - len(raw.lstrip())
    end = start + len(raw.strip())
    text = block.text[start:end].replace("\n", " ")
    line = block.line + block.text.count("\n", 0, start)
    return Sentence(
        text,
        Place(line, block.at(start), block.at(end - 1) + 1 if end > start else block.at(end), block.page),
        block,
    )
