"""Coverage documents as rows: their number, the days they are in force, one version at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.loaders.base import Release, SetRelease
from scrubjay.reference.loaders.plain_table import ROW, after, shown, without, without_bad_dates
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

SOURCE = "CMS Medicare Coverage Database"
LAYOUT = "https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx"


def document(number: str, prefix: str) -> pl.Expr:
    """The display number: A or L before the database's number."""
    return pl.format(f"{prefix}{{}}", pl.col(number)).alias("document")


def in_force(
    frame: pl.DataFrame, begins: str, ends: Sequence[str], *, is_retired: pl.Expr
) -> tuple[pl.DataFrame, list[str]]:
    """Days in force as a half-open period, and whether a document is retired.

    The last day is the earliest that any of its columns gives. A document without a first day is left out:
    no row may claim days that the source does not. `first_begins` stands in for `begins` where it is there.

    Args:
        frame: `_row`, `document` and the dates as written.
        begins: column of the first day.
        ends: columns of a last day, inclusive.
        is_retired: whether the source calls the document retired.
    """
    first = [begins, "first_begins"] if "first_begins" in frame.columns else [begins]
    frame, said = without_bad_dates(frame, (*first, *ends))
    frame = frame.with_columns(pl.coalesce(first).alias(begins))
    frame, undated = without(
        frame, frame.filter(pl.col(begins).is_null()), "No first day in force", "document"
    )
    endless = frame.filter(is_retired & pl.all_horizontal(pl.col(*ends).is_null()))
    frame, unended = without(frame, endless, "Retired without a last day", "document")
    return frame.with_columns(
        pl.col(begins).alias("effective_from"),
        after(pl.min_horizontal(*ends)).alias("effective_to"),
        pl.when(is_retired).then(pl.lit("retired")).alias("status"),
    ).drop(*first, *ends), [*said, *undated, *unended]


def one_version_at_a_time(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """End each version of a document where its next one begins, and name versions of one day.

    Args:
        frame: `document`, `version`, `effective_from`, `effective_to`.
    """
    number = pl.col("version").cast(pl.Int64, strict=False)
    frame = frame.sort("document", "effective_from", number, maintain_order=True)
    following = pl.col("effective_from").shift(-1).over("document")
    clash = frame.filter(following == pl.col("effective_from"))
    said = (
        [f"Two versions begin on one day, the higher one holds: {shown(clash, 'document')}."]
        if clash.height
        else []
    )
    return frame.with_columns(pl.min_horizontal("effective_to", following).alias("effective_to")).sort(
        ROW
    ), said


def status(published_on: date) -> pl.Expr:
    """in-force, future or retired, as of the day of the release; a status that is given stays."""
    return (
        pl.when(pl.col("status").is_not_null())
        .then(pl.col("status"))
        .when(pl.col("effective_from") > published_on)
        .then(pl.lit("future"))
        .when(pl.col("effective_to") <= published_on)
        .then(pl.lit("retired"))
        .otherwise(pl.lit("in-force"))
        .alias("status")
    )


def coverage_release(
    loader: str,
    table: str,
    set_name: str,
    frame: pl.DataFrame,
    *,
    published_on: date,
    is_published_stated: bool,
    rows: int,
    note: str,
    warnings: Iterable[str],
) -> Release:
    """The release of one table of the database.

    Args:
        loader: its name.
        table: name of the table.
        set_name: the set.
        frame: rows of the set without provenance; columns that the set lacks are dropped.
        published_on: day of the export.
        is_published_stated: the file or its archive says so.
        rows: data rows of the table.
        note: what is held and what is not.
        warnings: what a curator should see.
    """
    source, edition = f"{SOURCE}, {table}", published_on.isoformat()
    declared = SETS[set_name]
    filled = frame.select(c for c in frame.columns if c in declared.columns).with_columns(
        pl.lit(published_on).alias("known_from"),
        pl.lit(source).alias("source"),
        pl.lit(edition).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"{SOURCE}, {table}, as of {edition}").alias("citation"),
    )
    part = SetRelease(set_name, declared.conform(filled), None, None, is_complete=False, note=note)
    return Release(loader, source, edition, published_on, is_published_stated, rows, (part,), tuple(warnings))
