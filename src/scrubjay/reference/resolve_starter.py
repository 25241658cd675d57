"""The starter set beside loaded editions: it speaks where they do not, and lends them what they lack.

A starter row is left out on the days on which a loaded row of the same thing is valid, and on the days of a
complete loaded edition, whatever that lists. Beyond the edition that a starter row is from, the row only
says that nothing newer was held; a newer loaded edition ends it there.

What no official file of a set carries (routes, brands, classes of drugs ...) is filled into loaded rows from
the starter row of the same thing and day. The row keeps its source; its note names the columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.library import SCOPES
from scrubjay.reference.overlaps import BOUNDS, EVER, NEVER
from scrubjay.reference.resolve_history import HISTORIES, TORN, in_scope
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.reference.overlaps import EditionNote

FILLS: dict[str, dict[str, str | None]] = {
    "hcpcs": {"descriptor": None, "kind": None},
    "drugs": {
        "drug": None,
        "brands": None,
        "unit_amount": "unit",
        "unit": "unit_amount",
        "qualifier": "unit_amount",
        "routes": None,
        "administration_class": None,
        "is_unlisted": None,
        "container_type": None,
        "usual_doses_mg": None,
        "group": None,
        "use_confidence": None,
    },
    "modifiers": {"meaning": None, "families": None},
    "ndc": {
        "drug": None,
        "ndc_billing_unit": None,
        "ndc_unit_confidence": "ndc_billing_unit",
        "container_type": None,
        "container_confidence": "container_type",
    },
    "place_of_service": {"meaning": None, "setting": None, "is_facility": None},
    "successors": {"unit_ratio": None},
    "diagnoses": {"descriptor": None, "side": None},
    "carc": {"paraphrase": None},
    "rarc": {"paraphrase": None},
}
"""Columns that the starter lends, each with the column that must be null too for it to be lent."""
_UNMASKED = frozenset({"drugs"})
"""A complete edition of the code set does not list all drugs: of some codes it does not tell that they are."""


def with_starter(
    set_name: str,
    loaded: pl.DataFrame,
    starter: pl.DataFrame,
    editions: Sequence[EditionNote],
    known: Sequence[EditionNote],
) -> pl.DataFrame:
    """Loaded rows, filled from the starter, and the starter rows for which they leave room.

    Args:
        set_name: a key of `SETS`.
        loaded: resolved loaded rows.
        starter: resolved starter rows.
        editions: every edition of the set.
        known: those known on the day of the run.
    """
    news = [e for e in known if not e.is_starter]
    if starter.is_empty():
        return loaded
    starter = starter.drop("_row").with_row_index("_row").with_columns(_horizon(editions).alias("_horizon"))
    if set_name in HISTORIES:
        loaded, left = _history_left(set_name, loaded, starter, news)
    else:
        left = _left(set_name, loaded, starter, news)
    filled = _filled(set_name, loaded, starter)
    columns = [*SETS[set_name].columns, *BOUNDS]
    return pl.concat([filled.select(columns), left.select(columns)])


def _horizon(editions: Sequence[EditionNote]) -> pl.Expr:
    """Up to when the edition of a starter row speaks; a row may name several as `2024-01..2024-10`."""
    ends = {e.name: e.ends for e in editions if e.is_starter}
    last = pl.col("edition").str.split("..").list.last()
    return last.replace_strict(ends, default=NEVER, return_dtype=pl.Date)


def _left(
    set_name: str, loaded: pl.DataFrame, starter: pl.DataFrame, news: Sequence[EditionNote]
) -> pl.DataFrame:
    """What is left of the starter rows beside loaded ones, where every row says what held on its days."""
    identity = list(SETS[set_name].identity)
    same = loaded.select(*identity, pl.col("_from").alias("_a"), pl.col("_to").alias("_b"))
    covered = starter.select("_row", *identity).join(same, on=identity, nulls_equal=True)
    masks = _masked(set_name, starter, news)
    # Beyond its own edition a row only says that nothing newer was held.
    newer = pl.concat([covered.select("_row", "_a"), masks.select("_row", "_a")])
    ends = (
        starter.select("_row", "_horizon")
        .join(newer, on="_row")
        .filter(pl.col("_a") >= pl.col("_horizon"))
        .group_by("_row")
        .agg(pl.col("_a").min())
        .with_columns(pl.lit(NEVER).alias("_b"))
    )
    windows = pl.concat([covered.select("_row", "_a", "_b"), masks, ends])
    return subtract(starter, windows)


def _history_left(
    set_name: str, loaded: pl.DataFrame, starter: pl.DataFrame, news: Sequence[EditionNote]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same for a set whose loaded rows tell the whole life of a code.

    A code that the loaded editions know is theirs up to the end of the latest of them; from then on it is
    the starter's, if that is from a later edition.
    """
    identity = list(SETS[set_name].identity)
    reach = max((e.ends for e in news if e.is_complete), default=EVER)
    until = loaded.group_by(identity).agg(
        pl.max_horizontal(pl.col("_ends").max(), pl.lit(reach)).alias("_until")
    )
    told = starter.join(until, on=identity, how="inner", nulls_equal=True)
    is_later = (pl.col("_horizon") > pl.col("_until")) & (pl.col("_until") < NEVER)
    later = told.filter(is_later.any().over(identity))
    clip = later.select(*identity, "_until").unique()
    loaded = (
        loaded.join(clip, on=identity, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.min_horizontal("_to", "_until").alias("_to"))
        .filter(pl.col("_from") < pl.col("_to"))
        .drop("_until")
    )
    continued = (
        later.filter(pl.col("_to") > pl.col("_until"))
        .with_columns(pl.max_horizontal("_from", "_until").alias("_from"))
        .drop("_until")
    )
    untold = starter.join(until, on=identity, how="anti", nulls_equal=True)
    none = loaded.clear()
    return loaded, pl.concat([continued, _left(set_name, none, untold, news).select(continued.columns)])


def _masked(set_name: str, starter: pl.DataFrame, news: Sequence[EditionNote]) -> pl.DataFrame:
    """Days of starter rows that complete loaded editions speak about: `_row`, `_a`, `_b`."""
    shape = {"_setting": pl.String, "_a": pl.Date, "_b": pl.Date}
    spans = sorted(
        {(setting, e.begins, e.ends) for e in news if e.is_complete for setting in e.scope or ("",)}
    )
    if set_name in _UNMASKED:
        spans = []
    column = SCOPES.get(set_name)
    rows = starter.filter(in_scope(set_name)).select(
        "_row", (pl.col(column) if column else pl.lit("")).alias("_setting")
    )
    masks = pl.DataFrame(spans, schema=shape, orient="row")
    return rows.join(masks, on="_setting").select("_row", "_a", "_b")


def subtract(rows: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """What is left of each row's days without some windows.

    Args:
        rows: rows with `_row`, `_from` and `_to`.
        windows: `_row`, `_a`, `_b`: half-open days to take out of that row.
    """
    bounds = rows.select("_row", *BOUNDS)
    hitting = windows.join(bounds, on="_row").filter(
        pl.col("_a") < pl.col("_to"), pl.col("_from") < pl.col("_b")
    )
    if hitting.is_empty():
        return rows
    touched = hitting.select("_row").unique()
    points = pl.concat(
        [bounds.join(touched, on="_row", how="semi").select("_row", pl.col(c).alias("_p")) for c in BOUNDS]
        + [
            hitting.select("_row", pl.max_horizontal("_a", "_from").alias("_p")),
            hitting.select("_row", pl.min_horizontal("_b", "_to").alias("_p")),
        ]
    )
    segments = (
        points.unique()
        .sort("_row", "_p")
        .with_columns(pl.col("_p").shift(-1).over("_row").alias("_q"))
        .drop_nulls("_q")
    )
    taken = (
        segments.join(hitting.select("_row", "_a", "_b"), on="_row")
        .filter(pl.col("_a") <= pl.col("_p"), pl.col("_p") < pl.col("_b"))
        .select("_row", "_p")
        .unique()
    )
    pieces = segments.join(taken, on=["_row", "_p"], how="anti")
    cut = rows.drop(BOUNDS).join(pieces.rename({"_p": "_from", "_q": "_to"}), on="_row").select(rows.columns)
    return pl.concat([rows.join(touched, on="_row", how="anti"), cut])


def _filled(set_name: str, loaded: pl.DataFrame, starter: pl.DataFrame) -> pl.DataFrame:
    """Loaded rows with what the starter row of the same thing and day lends."""
    fills = FILLS.get(set_name, {})
    identity = list(SETS[set_name].identity)
    if TORN not in loaded.columns:
        loaded = loaded.with_columns(pl.lit([], pl.List(pl.String)).alias(TORN))
    if not fills or loaded.is_empty():
        return loaded
    lent = starter.select(
        *identity,
        pl.col("_from").alias("_a"),
        pl.col("_to").alias("_b"),
        *(pl.col(c).alias(f"_s_{c}") for c in fills),
    )
    lacks = pl.any_horizontal(pl.col(c).is_null() for c in fills)
    loaded = loaded.drop("_row", strict=False)
    numbered = loaded.with_row_index("_n")
    met = (
        numbered.filter(lacks)
        .join(lent, on=identity, nulls_equal=True)
        .filter(pl.col("_a") < pl.col("_to"), pl.col("_from") < pl.col("_b"))
        .filter(pl.any_horizontal(_is_lent(c, other) for c, other in fills.items()))
        .with_columns(
            pl.max_horizontal("_a", "_from").alias("_p"), pl.min_horizontal("_b", "_to").alias("_q")
        )
    )
    if met.is_empty():
        return loaded
    # Days of a row on which the starter has nothing to lend stay as they are.
    kept = subtract(
        numbered.rename({"_n": "_row"}),
        met.select(pl.col("_n").alias("_row"), pl.col("_p").alias("_a"), pl.col("_q").alias("_b")),
    ).drop("_row")
    names = pl.concat_str(
        [pl.when(_is_lent(c, other)).then(pl.lit(c)) for c, other in fills.items()],
        separator=", ",
        ignore_nulls=True,
    )
    words = pl.format("From the starter set: {}.", names)
    given = met.with_columns(
        *(pl.when(_is_lent(c, other)).then(f"_s_{c}").otherwise(c).alias(c) for c, other in fills.items()),
        pl.concat_str("note", words, separator=" ", ignore_nulls=True).alias("note"),
        pl.col("_p").alias("_from"),
        pl.col("_q").alias("_to"),
    )
    return pl.concat([kept, given.select(kept.columns)])


def _is_lent(column: str, other: str | None) -> pl.Expr:
    lacks = pl.col(column).is_null() & pl.col(TORN).list.contains(column).not_()
    if other is not None:
        lacks &= pl.col(other).is_null() & pl.col(TORN).list.contains(other).not_()
    return (lacks & pl.col(f"_s_{column}").is_not_null()).fill_null(value=False)
