"""Element text to exact values, with the rows that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.x12.maps import COMPONENT, ELEMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrubjay.intake.reports import ProblemLog

_TOO_FINE = {2: r"\.\d{2}\d*[1-9]", 6: r"\.\d{6}\d*[1-9]"}
_FIRST_DAY = "18000101"
_MANY = 5_000
_ALIKE = 8
"""Where texts come at least so often on average, they are split once each."""


@dataclass(frozen=True, slots=True)
class Note:
    """A problem of one batch, before the file's log has it; `limit` of its kind are kept for a file."""

    problem: Problem
    occurrences: int
    limit: int


class Notes:
    """Problems of one batch, in the order they were found (a worker thread fills its own)."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def add(
        self,
        kind: str,
        message: str,
        advice: str,
        rows: pl.DataFrame,
        *,
        element: str | None = None,
        limit: int = 1,
    ) -> None:
        """One problem for each of the first `limit` rows; the last one stands for the remainder.

        Args:
            kind: stable name.
            message: what happened, without values.
            advice: what to do next.
            rows: the places; columns `segment` and, if known, `transaction` and `claim_number`.
            element: element such as `SV104`.
            limit: rows that are named one by one.
        """
        has_claim = "claim_number" in rows.columns
        has_set = "transaction" in rows.columns
        shown = rows.head(limit).to_dicts()
        for position, row in enumerate(shown, 1):
            problem = Problem(
                kind,
                message,
                advice,
                transaction=row["transaction"] if has_set else None,
                segment=row["segment"],
                element=element,
                claim=row["claim_number"] if has_claim else None,
            )
            self.notes.append(
                Note(problem, 1 if position < len(shown) else rows.height - len(shown) + 1, limit)
            )

    def pour(self, log: ProblemLog) -> None:
        """Hand everything to the file's log."""
        for note in self.notes:
            log.add(note.problem, occurrences=note.occurrences, limit=note.limit)


def elements(raw: pl.Series, last: int) -> list[pl.Series]:
    """Elements 0 to `last` of segments; empty ones are null."""
    return _parts(raw, ELEMENT, range(last + 1))


def some_elements(raw: pl.Series, *wanted: int) -> list[pl.Series]:
    """Those elements of segments; empty ones are null. Each element costs a column of text."""
    return _parts(raw, ELEMENT, wanted)


def components(text: pl.Series, count: int) -> list[pl.Series]:
    """The first `count` components of composite elements; empty ones are null."""
    return _parts(text, COMPONENT, range(count))


def by_distinct(text: pl.Series, worked_out: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """What is worked out of each text, by itself: where they are the same few over and over, once for each.

    Args:
        text: what was sent.
        worked_out: columns for texts, a row for each in their order.
    """
    if len(text) < _MANY or text.n_unique() > len(text) // _ALIKE:
        return worked_out(text)
    distinct = text.unique().drop_nulls()
    # Null has a row of its own, the last: a null is not always worked out to null.
    found = worked_out(pl.concat([distinct, pl.Series(text.name, [None], dtype=pl.String())]))
    rows = text.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32).fill_null(len(distinct))
    return found[rows]


def _parts(text: pl.Series, separator: str, wanted: Sequence[int]) -> list[pl.Series]:
    # Services, dates and drugs come often.
    return by_distinct(text, lambda texts: pl.DataFrame(_split(texts, separator, wanted))).get_columns()


def _split(text: pl.Series, separator: str, wanted: Sequence[int]) -> list[pl.Series]:
    # One query for all parts: on a small file the number of queries is what takes the time.
    frame = text.alias("text").to_frame().select(pl.col("text").str.splitn(separator, max(wanted) + 2))
    parts = {i: pl.col("text").struct.field(f"field_{i}") for i in wanted}
    return frame.select(pl.when(p != "").then(p).alias(f"{i}") for i, p in parts.items()).get_columns()


def nonempty(text: pl.Series) -> pl.Series:
    """Null for the empty string."""
    if text.null_count() == len(text):
        return text
    name = text.name
    return pl.select(pl.when(text.ne_missing("")).then(text).alias(name)).to_series()


def number(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Exact decimals; null where the text is no plain number or has digits that `dtype` cannot hold."""
    return by_distinct(text, lambda texts: _number(texts, dtype).to_frame()).to_series()


def _number(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    scale = dtype.scale if isinstance(dtype, pl.Decimal) else 0
    if text.null_count() == len(text):
        return text.cast(dtype)
    sent = pl.col("text")
    frame = text.alias("text").to_frame().select(
        sent,
        sent.cast(dtype, strict=False).alias("value"),
        # Only few texts need the slow look: longer than any usual one, or with more than digits.
        ((sent.str.len_bytes() > 2 + scale) & sent.str.contains(_TOO_FINE[scale])
         | sent.str.contains("[^0-9.-]")).alias("is_suspect"),
    )  # fmt: skip
    if not frame["is_suspect"].any():
        return frame["value"]
    is_bad = sent.str.contains(_TOO_FINE[scale]) | ~sent.str.contains(r"^-?(\d+\.?\d*|\.\d+)$")
    return frame.select(pl.when(~is_bad).then("value").alias("value")).to_series()


def day(text: pl.Series) -> pl.Series:
    """Dates of the first eight digits (a time may follow); null where they are no day."""
    return by_distinct(text, lambda texts: _day(texts).to_frame()).to_series()


def _day(text: pl.Series) -> pl.Series:
    sent = pl.col("text")
    length = sent.str.len_bytes()
    is_plain = ((length == 8) | (length == 12)) & ~sent.str.contains("[^0-9]") & (sent >= _FIRST_DAY)
    plain = text.alias("text").to_frame().select(pl.when(is_plain).then(sent.str.head(8)))
    return plain.select(pl.col("text").str.to_date("%Y%m%d", strict=False)).to_series()
