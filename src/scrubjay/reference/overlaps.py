"""Rows that speak about the same days: which one ends where another begins, and what several agree on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.library import SCOPES
from scrubjay.reference.sets import PROVENANCE, SETS
from scrubjay.tables.columns import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

EVER, NEVER = date(1, 1, 1), date(9999, 12, 31)
BOUNDS = ("_from", "_to")
EDITION = "_edition"
"""Column of the raw rows: the number of the edition, negative for the starter's frame."""
_PROVENANCE = tuple(c.name for c in PROVENANCE)
COPIES = {"CMS OPPS Addendum B, history of Level II codes": "CMS OPPS Addendum B"}
"""Sources that are a copy of another: what the original publishes after the copy was made holds against it."""


@dataclass(frozen=True, slots=True)
class EditionNote:
    """What resolution needs to know of an edition.

    Attributes:
        number: as in the column `_edition` of its rows.
        name: the edition.
        source: the official file; editions of one source follow one another.
        known: publication day, `EVER` if unknown.
        begins: first day of service that it speaks about.
        ends: exclusive end of that period.
        is_complete: an absent row means that the source lists none.
        scope: values of the set's setting column that it is about; empty = all.
        is_starter: part of the packaged starter set.
    """

    number: int
    name: str
    source: str
    known: date
    begins: date
    ends: date
    is_complete: bool
    scope: tuple[str, ...] = ()
    is_starter: bool = False


def agreeing(set_name: str, hits: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row per key: where several rows matched, only what they agree on.

    Rows of one identity are sources that speak about the same thing: where none contradicts another, one
    fills what the other leaves open. Rows of several identities (an NDC under two codes) are several
    things: a column in which they differ is null.

    Args:
        set_name: a key of `SETS`.
        hits: rows of the set, more than one for some keys.
        by: the columns that make a key.
    """
    crowded = pl.len().over(by) > 1
    several = hits.filter(crowded)
    if several.is_empty():
        return hits
    identity = [c for c in SETS[set_name].identity if c not in by]
    per_identity = _merged(set_name, several, [*by, *identity])
    own = [c for c in hits.columns if c not in by]
    same = per_identity.group_by(by).agg(
        pl.when(_comparable(set_name, c, hits.schema).n_unique() == 1).then(pl.col(c).first()).alias(c)
        for c in own
    )
    return pl.concat([hits.filter(~crowded), same.select(hits.columns)])


def merge_sources(set_name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of several sources for one identity and period as one row, where they do not contradict."""
    by = [*SETS[set_name].identity, *BOUNDS]
    crowded = pl.len().over(by) > 1
    several = rows.filter(crowded)
    if several.is_empty():
        return rows
    one = _merged(set_name, several.drop("_source", "_known", "_row"), by, keep_torn=True)
    rest = rows.filter(~crowded).drop("_source", "_known", "_row")
    return pl.concat([rest, one.select(rest.columns)])


def cut_by_later(rows: pl.DataFrame, identity: Sequence[str]) -> pl.DataFrame:
    """End each row where a later-known row of the same identity begins, if the two overlap."""
    # Most identities have no two rows on one day; they are not looked at further.
    latest_end = pl.col("_to").cum_max().shift(1).over(identity, order_by="_from")
    is_torn = (pl.col("_from") < latest_end).fill_null(value=False).any().over(identity)
    rows = rows.drop("_row", strict=False).with_row_index("_row")
    bounds = rows.filter(is_torn).select("_row", *identity, *BOUNDS, "_known")
    if bounds.is_empty():
        return rows
    cuts = (
        bounds.join(bounds, on=list(identity), suffix="_later", nulls_equal=True)
        .filter(
            pl.col("_known_later") > pl.col("_known"),
            pl.col("_from_later") < pl.col("_to"),
            pl.col("_from") < pl.col("_to_later"),
        )
        .group_by("_row")
        .agg(pl.col("_from_later").min().alias("_cut"))
    )
    return (
        rows.join(cuts, on="_row", how="left", maintain_order="left")
        .with_columns(pl.min_horizontal("_to", "_cut").alias("_to"))
        .filter(pl.col("_from") < pl.col("_to"))
        .drop("_cut")
    )


def cut_by_complete(set_name: str, rows: pl.DataFrame, editions: Sequence[EditionNote]) -> pl.DataFrame:
    """End each row where a later-known complete edition of its source begins to speak."""
    spans = {
        number: (begins, ends)
        for number, begins, ends in rows.group_by(EDITION)
        .agg(pl.col("_from").min(), pl.col("_to").max())
        .iter_rows()
    }
    cutting = [
        (old.number, setting, new.begins, new.ends)
        for old in editions
        if old.number in spans
        for new in editions
        if new.is_complete
        and new.source in (old.source, COPIES.get(old.source))
        and new.known > old.known
        and new.begins < spans[old.number][1]
        and spans[old.number][0] < new.ends
        for setting in new.scope or ("",)
    ]
    if not cutting:
        return rows
    names = [EDITION, "_setting", "_begins", "_until"]
    cuts = pl.DataFrame(cutting, schema=dict(zip(names, (pl.Int32, pl.String, pl.Date, pl.Date), strict=True)), orient="row")  # fmt: skip
    column = SCOPES.get(set_name)
    numbered = rows.with_row_index("_n").with_columns(
        (pl.col(column) if column else pl.lit("")).alias("_setting")
    )
    first = (
        numbered.select("_n", EDITION, "_setting", *BOUNDS)
        .join(cuts, on=[EDITION, "_setting"])
        .filter(pl.col("_from") < pl.col("_until"), pl.col("_begins") < pl.col("_to"))
        .group_by("_n")
        .agg(pl.col("_begins").min())
    )
    return (
        numbered.join(first, on="_n", how="left", maintain_order="left")
        .with_columns(pl.min_horizontal("_to", "_begins").alias("_to"))
        .filter(pl.col("_from") < pl.col("_to"))
        .drop("_n", "_setting", "_begins")
    )


def own_columns(set_name: str) -> list[str]:
    """The columns of a set that say something of the thing identified."""
    declared = SETS[set_name]
    return [c for c in declared.columns if c not in declared.identity and c not in _PROVENANCE]


def comparable(set_name: str, column: str, of: str | None = None) -> pl.Expr:
    """A column's value in a form that compares: lists joined, prose without case and surplus blanks."""
    declared = SETS[set_name].columns[column]
    value = pl.col(of or column)
    if isinstance(declared.dtype, pl.List):
        return value.list.join("|")
    if declared.kind is Kind.TEXT:
        return value.str.to_lowercase().str.replace_all(r"[^a-z0-9%.]+", " ").str.strip_chars()
    return value


def _comparable(set_name: str, column: str, schema: pl.Schema) -> pl.Expr:
    if column in SETS[set_name].columns:
        value = comparable(set_name, column)
        return value if column not in _PROVENANCE or column == "note" else pl.col(column)
    return pl.col(column) if not isinstance(schema[column], pl.List) else pl.col(column).list.join("|")


def _merged(set_name: str, rows: pl.DataFrame, by: Sequence[str], *, keep_torn: bool = False) -> pl.DataFrame:
    """One row per `by`, from the later-known row, what it leaves open from the others.

    Where rows contradict each other: with `keep_torn` all of them stay, else the columns in which they
    differ are null and the note names the sources.
    """
    own = [c for c in own_columns(set_name) if c not in by]
    ordered = rows.sort("known_from", "source", "edition", descending=[True, False, False], nulls_last=True)
    texts = [comparable(set_name, c) for c in own]
    said = [t.drop_nulls().n_unique().alias(f"_n_{c}") for t, c in zip(texts, own, strict=True)]
    counted = ordered.group_by(by, maintain_order=True).agg(
        *said,
        pl.len().alias("_rows"),
        pl.col("source").unique(maintain_order=True).str.join(" and ").alias("_sources"),
    )
    torn = counted.filter(
        pl.any_horizontal(pl.col(f"_n_{c}") > 1 for c in own) if own else pl.lit(value=False)
    )
    calm = ordered.join(torn.select(by), on=by, how="anti", nulls_equal=True)
    rest = [c for c in rows.columns if c not in by and c not in own]
    parts = [
        calm.group_by(by, maintain_order=True)
        .agg(*(pl.col(c).drop_nulls().first() for c in own), *(pl.col(c).first() for c in rest))
        .select(rows.columns)
    ]
    contradicting = ordered.join(torn.select(by), on=by, how="semi", nulls_equal=True)
    if keep_torn:
        parts.append(contradicting.select(rows.columns))
    elif contradicting.height:
        differing = pl.concat_str(
            [pl.when(pl.col(f"_n_{c}") > 1).then(pl.lit(c)) for c in own], separator=", ", ignore_nulls=True
        )
        words = pl.format("{} contradict each other in {}: no value is taken.", "_sources", differing)
        notes = torn.select(*by, words.alias("_words"))
        parts.append(
            contradicting.group_by(by, maintain_order=True)
            .agg(
                *(
                    pl.when(comparable(set_name, c).n_unique() == 1).then(pl.col(c).first()).alias(c)
                    for c in own
                ),
                *(pl.col(c).first() for c in rest),
            )
            .join(notes, on=by, how="left", nulls_equal=True)
            .with_columns(pl.col("_words").alias("note"))
            .select(rows.columns)
        )
    return pl.concat(parts)
