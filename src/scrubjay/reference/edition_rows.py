"""The rows of editions, read where they are asked for and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.library import read_parquet
from scrubjay.reference.resolve import EDITION
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrubjay.reference.edition_frame import EditionFrame
    from scrubjay.reference.sets import ReferenceSet

    Where = Mapping[str, frozenset[str]]

_BY_TWO = "pairs"
"""Of pairs one code alone has thousands; both codes of a pair are in the batch that asks."""


def numbered(rows: pl.DataFrame, number: int, rank: int) -> pl.DataFrame:
    """Rows of one frame with its number and rank beside them."""
    return rows.with_columns(pl.lit(number, pl.Int32).alias(EDITION), pl.lit(rank, pl.Int32).alias("_rank"))


def among(column: str, values: frozenset[str]) -> pl.Expr:
    """A filter that lets a reader of sorted Parquet skip what lies outside."""
    if len(values) == 1:
        return pl.col(column) == next(iter(values))
    if not values:
        return pl.lit(value=False)
    inside = pl.col(column).is_between(pl.lit(min(values)), pl.lit(max(values)))
    return inside & pl.col(column).is_in(pl.Series(sorted(values), dtype=pl.String).implode())


def scanned(
    declared: ReferenceSet, stored: Sequence[tuple[int, EditionFrame]], chosen: Sequence[pl.Expr]
) -> pl.DataFrame:
    """Rows of several Parquet files in one pass; columns that an older version did not know are null."""
    numbers = {str(frame.path): number for number, frame in stored}
    scan = pl.scan_parquet(
        list(numbers),
        glob=False,
        include_file_paths="_path",
        schema=declared.schema,
        missing_columns="insert",
        extra_columns="ignore",
    )
    try:
        rows = scan.filter(*chosen).collect() if chosen else scan.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        for path in numbers:
            read_parquet(Path(path), declared.name)  # Names the file that is missing or damaged.
        raise ReferenceDataError(
            "the loaded editions cannot be read together.",
            where=declared.name,
            hint="`scrubjay reference doctor` checks the folder.",
        ) from error
    number = pl.col("_path").replace_strict(numbers, return_dtype=pl.Int32).alias(EDITION)
    rank = pl.lit(stored[0][1].rank, pl.Int32).alias("_rank")
    return rows.with_columns(number, rank).drop("_path")


def keyed_by(name: str, where: Where) -> Where:
    """By which columns rows are read: enough to read few, and few enough that later batches find them."""
    asked = [c for c in SETS[name].identity if c in where]
    return {c: where[c] for c in (asked if name == _BY_TWO else asked[:1])}


def values_of(keys: pl.DataFrame, columns: Sequence[str]) -> dict[str, frozenset[str]]:
    """The values that keys have in some columns."""
    return {c: frozenset(keys[c].drop_nulls().unique().to_list()) for c in columns}
