"""Column kinds and the `Table` declaration.

Money and quantities are exact decimals, codes are strings, dates are dates; a float never holds
any of them. A column of kind `IDENTIFIER` is protected health information: it may be read by facts
and matched on, but only `scrubjay.phi` may format it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MONEY = pl.Decimal(18, 2)
"""Dollars and cents. X12 charges have two decimals; payment limits per unit use QUANTITY."""

QUANTITY = pl.Decimal(18, 6)
"""Units, doses, package sizes and per-unit prices."""

CODE = pl.String()
DATE = pl.Date()

NAME = pl.Categorical()
"""One of a few texts, kept as a number: where a table has millions of rows and dozens of texts."""


class Kind(StrEnum):
    """What a column holds, for display, export and redaction."""

    KEY = "key"
    CODE = "code"
    MONEY = "money"
    QUANTITY = "quantity"
    DATE = "date"
    IDENTIFIER = "identifier"
    TEXT = "text"
    FLAG = "flag"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, Polars type, kind and what it means."""

    name: str
    dtype: pl.DataType
    kind: Kind
    about: str


class Table:
    """An ordered set of columns with a name.

    `schema` gives Polars types, `empty()` a frame of no rows, `conform(frame)` adds missing columns
    as null, casts, orders, and refuses unknown ones.
    """

    def __init__(self, name: str, columns: tuple[Column, ...]) -> None:
        self.name = name
        self.columns: Mapping[str, Column] = {c.name: c for c in columns}

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns.values())

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names with their Polars types, in order."""
        return {c.name: c.dtype for c in self.columns.values()}

    def empty(self) -> pl.DataFrame:
        """A frame of this shape with no rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` in exactly this shape.

        Raises:
            ValueError: a column of `frame` is not declared here.
        """
        unknown = set(frame.columns) - set(self.columns)
        if unknown:
            raise ValueError(f"{self.name}: undeclared columns {sorted(unknown)}")
        return frame.select(
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in self.schema.items()
        )
