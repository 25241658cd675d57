"""Element text to exact values, with the rows that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.x12.maps import ELEMENT
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.intake.reports import ProblemLog

_TOO_FINE = {2: r"\.\d{2}\d*[1-9]", 6: r"\.\d{6}\d*[1-9]"}
_FIRST_DAY = "18000101"


@dataclass(frozen=True, slots=True)
class Note:
    """A problem of one batch, before the file's log has it; `occurrences` like it were found."""

    problem: Problem
    occurrences: int = 1


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
            self.notes.append(Note(problem, 1 if position < len(shown) else rows.height - len(shown) + 1))

    def pour(self, log: ProblemLog) -> None:
        """Hand everything to the file's log."""
        for note in self.notes:
            log.add(note.problem, occurrences=note.occurrences)


def elements(raw: pl.Series, last: int) -> list[pl.Series]:
    """Elements 0 to `last` of segments; empty ones are null."""
    parts = raw.str.splitn(ELEMENT, last + 2)
    return [nonempty(parts.struct.field(f"field_{i}")) for i in range(last + 1)]


def nonempty(text: pl.Series) -> pl.Series:
    """Null for the empty string."""
    if text.null_count() == len(text):
        return text
    name = text.name
    return pl.select(pl.when(text.ne_missing("")).then(text).alias(name)).to_series()


def number(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Exact decimals; null where the text is no plain number or has digits that `dtype` cannot hold."""
    scale = dtype.scale if isinstance(dtype, pl.Decimal) else 0
    values = text.cast(dtype, strict=False)
    if scale < QUANTITY.scale:
        exact = text.cast(QUANTITY, strict=False)
        # Twelve digits before the point and more than six after it are rare: look at the text then.
        suspect = exact.is_null() | (exact != values.cast(QUANTITY, strict=False))
    else:
        suspect = pl.select(text.str.len_bytes() > 8).to_series()
    suspect = suspect | text.str.contains("[^0-9.-]")
    if not suspect.any():
        return values
    bad = text.str.contains(_TOO_FINE[scale]) | ~text.str.contains(r"^-?(\d+\.?\d*|\.\d+)$")
    return pl.select(pl.when(~bad).then(values).alias(text.name)).to_series()


def day(text: pl.Series) -> pl.Series:
    """Dates of the first eight digits (a time may follow); null where they are no day."""
    head = text.str.head(8)
    is_plain = (text.str.len_bytes() == 8) | (text.str.len_bytes() == 12)
    is_plain = is_plain & ~text.str.contains("[^0-9]") & (head >= _FIRST_DAY)
    plain = pl.select(pl.when(is_plain).then(head).alias(text.name)).to_series()
    return plain.str.to_date("%Y%m%d", strict=False)
