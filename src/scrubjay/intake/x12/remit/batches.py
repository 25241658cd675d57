"""Batches of whole answers: number the segments, find what each belongs to, cut where an answer ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.remit.maps import (
    ANSWER,
    CLAIM,
    CODE,
    FAULT,
    HEADER,
    LEVEL,
    LEVEL_LINE,
    LINE,
    NOWHERE,
    PARTY,
    VOCABULARY,
)
from scrubjay.intake.x12.segments import Body, bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.intake.reports import FileReport, ProblemLog
    from scrubjay.intake.x12.envelope import Envelope, Transaction
    from scrubjay.intake.x12.tokens import Chunk

_FAULTS = [CODE["IK3"], CODE["AK3"]]


@dataclass(slots=True)
class AnswerBatch:
    """Segments of whole answers with their sections.

    Attributes:
        rows: raw, segment, code (number of the tag, null if unknown), section (0 before the first).
        sections: segment, code, raw, and per section: `set_number` (index into `transactions`), `is_in_set`,
            `area`, and running numbers in the batch (0 before the first): `party`, `claim`, `line`, `level`,
            `level_line`, `group`, `answer`, `fault`; `outer` is the tag of the last outer segment.
        transactions: index 0 is the set that was open when the batch began.
        is_open: that set had not ended.
        first_set: sets of the file before the first of `transactions` but its index 0.
        next_code: the tag (its number) of the segment after the batch; null at the end of the file.
        first_claim: claims of the file before this batch.
        has_damage: some segment holds `maps.DAMAGE`.
    """

    rows: pl.DataFrame
    sections: pl.DataFrame
    transactions: list[Transaction]
    is_open: bool
    first_set: int
    next_code: int | None
    first_claim: int
    has_damage: bool

    def of_sets(self, values: list[object], dtype: pl.DataType, at: pl.Series) -> pl.Series:
        """The value of each row's transaction set, `values` being one per set."""
        return pl.Series(values, dtype=dtype).gather(at)


class AnswerBatcher:
    """Turns the chunks of one file into batches."""

    def __init__(self, report: FileReport, log: ProblemLog, envelope: Envelope) -> None:
        self._report = report
        self._log = log
        self._envelope = envelope
        self._claims = 0
        self.sets = 0

    def batches(self, chunks: Iterable[Chunk]) -> Iterator[AnswerBatch]:
        """Batches in file order; every segment is in exactly one."""
        for body in bodies(chunks, self._report, self._log, VOCABULARY):
            yield self._batch(body)
        self._envelope.close()

    def _batch(self, body: Body) -> AnswerBatch:
        current, is_open = self._envelope.current, self._envelope.is_open
        envelope = body.rows.filter(pl.col("code") <= VOCABULARY.last_envelope).select("raw", "segment")
        transactions = [current, *self._envelope.walk(envelope.iter_rows())]
        is_section = pl.col("code").fill_null(255) <= VOCABULARY.last_section
        rows = body.rows.with_columns(is_section.cum_sum().alias("section"))
        sections = _sections(rows.filter(is_section), is_open=is_open)
        batch = AnswerBatch(
            rows, sections, transactions, is_open, self.sets, body.next_code, self._claims, body.has_damage
        )
        self._claims += sections.filter(pl.col("code") == CODE["CLP"]).height
        self.sets += len(transactions) - 1
        return batch


def _sections(found: pl.DataFrame, *, is_open: bool) -> pl.DataFrame:
    """Number the sections and name the area each belongs to; linear in their count."""
    code = pl.col("code")
    is_edge = code <= VOCABULARY.last_envelope
    in_set = pl.when(code == CODE["ST"]).then(pl.lit(value=True)).when(is_edge).then(pl.lit(value=False))
    outer = pl.when(code.is_in(VOCABULARY.outer_codes)).then(code)
    numbered = found.with_columns(
        _count(code == CODE["ST"]).alias("set_number"),
        in_set.forward_fill().fill_null(value=is_open).alias("is_in_set"),
        outer.forward_fill().fill_null(255).alias("outer"),
    )
    last = pl.col("outer")
    is_line = code == CODE["SVC"]
    numbered = numbered.with_columns(
        pl.when(code == CODE["CLP"]).then(CLAIM)
        .when(is_line & (last == CODE["CLP"])).then(LINE)
        .when(code == CODE["HL"]).then(LEVEL)
        .when(is_line & (last == CODE["HL"])).then(LEVEL_LINE)
        .when(code == CODE["ST"]).then(HEADER)
        .when((code == CODE["N1"]) & (last == CODE["ST"])).then(PARTY)
        .when(code == CODE["AK2"]).then(ANSWER)
        .when(code.is_in(_FAULTS) & (last == CODE["AK2"])).then(FAULT)
        .otherwise(NOWHERE).cast(pl.UInt8()).alias("area"),
    )  # fmt: skip
    area = pl.col("area")
    return numbered.with_columns(
        _count(area == PARTY).alias("party"),
        _count(area == CLAIM).alias("claim"),
        _count(area == LINE).alias("line"),
        _count(area == LEVEL).alias("level"),
        _count(area == LEVEL_LINE).alias("level_line"),
        _count(code == CODE["AK1"]).alias("group"),
        _count(area == ANSWER).alias("answer"),
        _count(area == FAULT).alias("fault"),
    )


def _count(is_one: pl.Expr) -> pl.Expr:
    return is_one.cum_sum().cast(pl.UInt32())
