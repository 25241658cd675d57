"""Reading the starter set: the small CSV files that ship in the package.

One CSV per set of `SETS`, plus `editions.csv`. Empty cell = null, list cells are joined by `|`,
flags are `true` or `false`, dates ISO, numbers plain decimals with at most six places.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.sets import SETS
from scrubjay.tables.columns import CODE, DATE, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

LIST_SEPARATOR = "|"
_DECIMAL = r"^-?\d{1,12}(\.\d{1,6})?$"
_INTEGER = r"^-?\d{1,9}$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_FLAG = r"^(true|false)$"

EDITIONS = Table(
    "editions",
    (
        Column("set_name", CODE, Kind.CODE, "a set of `SETS`"),
        Column("edition", CODE, Kind.CODE, "release of the source, as in the rows' `edition`"),
        Column("source", pl.String(), Kind.TEXT, "official file or page"),
        Column("published_on", DATE, Kind.DATE, "publication day, null if unknown"),
        Column("covers_from", DATE, Kind.DATE, "first day of service that the edition speaks about"),
        Column("covers_to", DATE, Kind.DATE, "exclusive end of that period, null if open"),
        Column("is_complete", pl.Boolean(), Kind.FLAG, "an absent row means that the source has none"),
        Column("note", pl.String(), Kind.TEXT, "what is held and what is not"),
    ),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One release of one source for one set.

    Attributes:
        set_name: a key of `SETS`.
        edition: release of the source, e.g. `2024-07-01`.
        source: the official file or page.
        published_on: publication day; null if unknown, then seen on every `as_of` day.
        covers_from: first day of service it speaks about; null = since before anything we hold.
        covers_to: exclusive end of that period; null = open.
        rows: rows of the set that came from this edition.
        is_starter: part of the packaged starter set.
        is_complete: the whole source is held for that period, so an absent row means "not listed".
        note: what is held and what is not.
    """

    set_name: str
    edition: str
    source: str
    published_on: date | None
    covers_from: date | None
    covers_to: date | None
    rows: int
    is_starter: bool
    is_complete: bool
    note: str | None


def parse_csv(table: Table, text: str, *, where: str) -> pl.DataFrame:
    """Turn CSV text into a frame of exactly `table`'s shape.

    Args:
        table: the declared shape.
        text: the CSV, with a header row naming only declared columns.
        where: name of the file, for messages.

    Raises:
        ReferenceDataError: an unknown column, or a cell that is no value of its column.
    """
    try:
        raw = pl.read_csv(io.StringIO(text), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise ReferenceDataError("is not a CSV file.", where=where, hint="Reinstall scrubjay.") from error
    unknown = sorted(set(raw.columns) - set(table.columns))
    if unknown:
        raise ReferenceDataError(f"has columns that `{table.name}` does not declare: {unknown}.", where=where)
    for name in raw.columns:
        _refuse_bad_cells(raw, name, table.schema[name], where)
    return table.conform(raw.select(_typed(name, table.schema[name]) for name in raw.columns))


def read_set(name: str) -> pl.DataFrame:
    """The starter rows of one set; no rows where the starter holds none.

    Raises:
        ReferenceDataError: the packaged file is broken.
    """
    path = resources.files("scrubjay.reference") / "starter" / f"{name}.csv"
    if not path.is_file():
        return SETS[name].empty()
    return parse_csv(SETS[name], path.read_text(encoding="utf-8"), where=f"starter/{name}.csv")


def read_editions() -> Iterator[dict[str, object]]:
    """The rows of `editions.csv` as dicts.

    Raises:
        ReferenceDataError: the packaged file is missing or broken.
    """
    path = resources.files("scrubjay.reference") / "starter" / "editions.csv"
    if not path.is_file():
        raise ReferenceDataError("is missing.", where="starter/editions.csv", hint="Reinstall scrubjay.")
    frame = parse_csv(EDITIONS, path.read_text(encoding="utf-8"), where="starter/editions.csv")
    yield from frame.iter_rows(named=True)


def _pattern(dtype: pl.DataType) -> str | None:
    if isinstance(dtype, pl.Decimal):
        return _DECIMAL
    if isinstance(dtype, pl.Date):
        return _DAY
    if isinstance(dtype, pl.Boolean):
        return _FLAG
    return _INTEGER if dtype.is_integer() else None


def _refuse_bad_cells(raw: pl.DataFrame, name: str, dtype: pl.DataType, where: str) -> None:
    pattern = _pattern(dtype)
    if pattern is None:
        return
    # A cast would round surplus decimals silently; the text decides instead.
    bad = raw.with_row_index("_row", offset=2).filter(~pl.col(name).str.contains(pattern))
    if bad.height:
        line, value = bad.item(0, "_row"), bad.item(0, name)
        raise ReferenceDataError(f"{value!r} is no value for column `{name}`.", where=f"{where}, line {line}")


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        return column.str.split(LIST_SEPARATOR)
    if isinstance(dtype, pl.Boolean):
        return column == "true"
    if isinstance(dtype, pl.Date):
        return column.str.to_date("%Y-%m-%d")
    return column.cast(dtype)
