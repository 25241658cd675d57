"""Rows of segments, and bodies that may be worked on alone: shared by the readers of claims and of answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.x12.maps import ELEMENT, ENVELOPE_TAGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.intake.reports import FileReport, ProblemLog
    from scrubjay.intake.x12.tokens import Chunk

MAX_BODY_CHUNKS = 8
"""A claim (or header) that spans more chunks than this is refused: memory stays bounded."""

_ISA_MARKS = 17


@dataclass(frozen=True)
class Vocabulary:
    """The segment tags that a reader knows.

    Attributes:
        sections: tags that begin a stretch of segments with one owner, those of the envelope first.
        details: the other tags.
        outer: tags that end whatever claim came before them; a file is cut in front of one.
        sets: ST01 of the transaction sets that are read. Of any other only the ST is held.
    """

    sections: tuple[str, ...]
    details: tuple[str, ...]
    outer: tuple[str, ...]
    sets: tuple[str, ...]

    @cached_property
    def code(self) -> dict[str, int]:
        """The number of each tag; a segment row carries it as `code`."""
        return {tag: number for number, tag in enumerate((*self.sections, *self.details))}

    @cached_property
    def outer_codes(self) -> list[int]:
        """Numbers of the tags in `outer`."""
        return [self.code[tag] for tag in self.outer]

    @property
    def last_envelope(self) -> int:
        """Greatest number of an envelope tag."""
        return len(ENVELOPE_TAGS) - 1

    @property
    def last_section(self) -> int:
        """Greatest number of a section tag."""
        return len(self.sections) - 1

    def number(self) -> pl.Expr:
        """Number of the tag of `raw`: the text up to the first element separator; null if unknown."""
        return self._of_length(3).fill_null(self._of_length(2))

    def _of_length(self, length: int) -> pl.Expr:
        tags = [tag for tag in self.code if len(tag) == length]
        # Without any element the tag is the whole segment.
        starts = pl.Enum([text for tag in tags for text in (tag + ELEMENT, tag)])
        numbers = pl.Series([self.code[tag] for tag in tags for _ in range(2)], dtype=pl.UInt8())
        found = pl.col("raw").str.head(length + 1).cast(starts, strict=False).to_physical()
        return pl.lit(numbers).gather(found)


@dataclass(slots=True)
class Body:
    """Segments that end where a claim ends.

    Attributes:
        rows: raw, segment (number in the file), code.
        next_code: the tag (its number) of the segment after it; null at the end of the file.
        has_damage: some segment holds `maps.DAMAGE`.
    """

    rows: pl.DataFrame
    next_code: int | None
    has_damage: bool


def bodies(
    chunks: Iterable[Chunk], report: FileReport, log: ProblemLog, vocabulary: Vocabulary
) -> Iterator[Body]:
    """Cut the chunks of a file in front of outer segments; every segment is in exactly one body.

    Args:
        chunks: the normalised text.
        report: takes the count of segments.
        log: takes the problem of a claim that is too long.
        vocabulary: the tags of the reader.
    """
    waiting: list[pl.DataFrame] = []
    has_damage = False
    for chunk in chunks:
        new = _rows(chunk, report, vocabulary)
        cut = _last_outer(new, vocabulary)
        has_damage = has_damage or chunk.is_damaged
        if cut is None or (cut == 0 and not waiting):
            waiting = _pending(waiting, new, vocabulary)
            if len(waiting) > MAX_BODY_CHUNKS:
                log.add(
                    Problem(
                        "claim-too-long",
                        "A claim or header is too long to be held at once; the file was not read past it.",
                        "Export the file again; a claim has at most a few thousand segments.",
                        segment=int(waiting[0]["segment"][0]),
                    )
                )
                break
            continue
        yield Body(pl.concat([*waiting, new.head(cut)], rechunk=True), int(new["code"][cut]), has_damage)
        waiting = [new.slice(cut)]
        has_damage = chunk.is_damaged
    if waiting:
        yield Body(pl.concat(waiting), None, has_damage)


def _rows(chunk: Chunk, report: FileReport, vocabulary: Vocabulary) -> pl.DataFrame:
    rows = pl.read_lines(chunk.text, name="raw").with_columns(pl.col("raw").str.strip_chars(" \t"))
    rows = rows.filter(pl.col("raw") != "")
    first = report.segments + 1
    report.segments += rows.height
    rows = rows.select(
        "raw",
        pl.int_range(first, first + pl.len(), dtype=pl.Int64()).alias("segment"),
        vocabulary.number().alias("code"),
    )
    isa = vocabulary.code["ISA"]
    if isa not in rows["code"]:
        return rows
    # Only an ISA that the tokenizer could read carries its mark; any other begins no interchange.
    is_read = pl.col("raw").str.count_matches(ELEMENT, literal=True) >= _ISA_MARKS
    return rows.with_columns(pl.when((pl.col("code") != isa) | is_read).then("code"))


def _pending(waiting: list[pl.DataFrame], new: pl.DataFrame, vocabulary: Vocabulary) -> list[pl.DataFrame]:
    """What must be held until more has been read: of a set that is not read only its ST."""
    both = [*waiting, new]
    first = both[0].head(1)
    is_set = bool(first.height) and first["code"][0] == vocabulary.code["ST"]
    if is_set and not first["raw"][0].startswith(tuple(f"ST{ELEMENT}{name}" for name in vocabulary.sets)):
        return [first]
    return both


def _last_outer(rows: pl.DataFrame, vocabulary: Vocabulary) -> int | None:
    """Position of the last segment that ends whatever claim came before it."""
    found = rows.select(pl.col("code").is_in(vocabulary.outer_codes).arg_true().last()).item()
    return None if found is None else int(found)
