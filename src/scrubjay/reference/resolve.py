"""What held on a day, as known on another: overlapping rows of many editions made into one story.

Loaded editions first. Of one source, the later-known row wins from its first day on, and on the days of a
later-known complete edition an older row ends: what that edition does not list is not listed. The code set
itself is resolved by `resolve_history`. Rows of different sources that agree become one row; where they
contradict each other both are kept, and a lookup takes neither value.

Then the starter set, which is used for what no loaded edition speaks about (`resolve_starter`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.overlaps import (
    BOUNDS,
    EDITION,
    EVER,
    NEVER,
    EditionNote,
    agreeing,
    cut_by_complete,
    cut_by_later,
    merge_sources,
)
from scrubjay.reference.resolve_history import HISTORIES, resolved_history
from scrubjay.reference.resolve_starter import with_starter
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = ["BOUNDS", "EDITION", "EVER", "NEVER", "EditionNote", "agreeing", "resolve"]


def resolve(set_name: str, raw: pl.DataFrame, editions: Sequence[EditionNote], as_of: date) -> pl.DataFrame:
    """The rows of a set known on a day, made free of overlaps as far as one source goes.

    Args:
        set_name: a key of `SETS`.
        raw: rows of the set with `_edition` and `_rank`; all rows of each identity that is in it.
        editions: every edition held of the set, also those without a row in `raw`.
        as_of: the day of the run.

    Returns:
        The rows in the shape of the set, with the filled bounds `_from` and `_to`.
    """
    known = [e for e in editions if e.known <= as_of]
    seen = _bounded(raw, as_of)
    identity = SETS[set_name].identity
    starter = cut_by_later(seen.filter(pl.col("_rank") == 0), identity)
    loaded_editions = [e for e in known if not e.is_starter]
    loaded = seen.filter(pl.col("_rank") > 0)
    if loaded.is_empty() and not loaded_editions:
        return _shaped(set_name, starter)
    if set_name in HISTORIES:
        loaded = resolved_history(set_name, loaded, loaded_editions)
    else:
        loaded = _with_source(loaded, loaded_editions)
        loaded = cut_by_complete(set_name, loaded, loaded_editions)
        loaded = cut_by_later(loaded, (*identity, "_source"))
        loaded = merge_sources(set_name, loaded)
    return _shaped(set_name, with_starter(set_name, loaded, starter, editions, known))


def _bounded(raw: pl.DataFrame, as_of: date) -> pl.DataFrame:
    known = pl.col("known_from")
    return (
        raw.filter(known.is_null() | (known <= as_of))
        .with_columns(
            pl.col("effective_from").fill_null(EVER).alias("_from"),
            pl.col("effective_to").fill_null(NEVER).alias("_to"),
            known.fill_null(EVER).alias("_known"),
        )
        .filter(pl.col("_from") < pl.col("_to"))
    )


def _with_source(rows: pl.DataFrame, editions: Sequence[EditionNote]) -> pl.DataFrame:
    sources = {e.number: e.source for e in editions}
    return rows.with_columns(
        pl.col(EDITION).replace_strict(sources, default="", return_dtype=pl.String).alias("_source")
    )


def _shaped(set_name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The set's columns and the bounds; the dates of a row say what is left of its period."""
    begins, ends = pl.col("_from"), pl.col("_to")
    return rows.with_columns(
        pl.when(begins > EVER).then(begins).alias("effective_from"),
        pl.when(ends < NEVER).then(ends).alias("effective_to"),
    ).select(*SETS[set_name].columns, *BOUNDS)
