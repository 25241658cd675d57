"""The modifiers on the line against the code set of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import MODIFIER_PATTERN
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())


@facts(
    LINE,
    needs=("modifier_list", "service_date"),
    gives=(
        Fact(
            "unknown_modifiers",
            _STRINGS,
            "modifiers that are malformed, or in no edition of the complete set",
        ),
        Fact("modifiers_out_of_force", _STRINGS, "modifiers of the set that are not in force on the date"),
        Fact(
            "are_modifiers_valid",
            pl.Boolean(),
            "every modifier is in force on the date",
            "a modifier is not in the set that is held for the date, or the date is missing; "
            "`scrubjay reference load FILE` loads the official HCPCS file",
        ),
    ),
)
def modifiers_in_set(ctx: FactContext) -> pl.DataFrame:
    """Each modifier by itself, on the few distinct lists and days."""
    distinct, rows = ctx.distinct("modifier_list", "service_date")
    asked = distinct.with_row_index("_n")
    single = (
        asked.filter(pl.col("modifier_list") != "")
        .with_columns(pl.col("modifier_list").str.split("|").alias("modifier"))
        .explode("modifier")
    )
    judged = _judged(ctx, single.select("modifier", "service_date").unique())
    back = single.join(
        judged, on=["modifier", "service_date"], how="left", nulls_equal=True, maintain_order="left"
    )
    per_list = back.group_by("_n").agg(
        pl.col("modifier").filter(pl.col("_state") == "unknown").alias("unknown_modifiers"),
        pl.col("modifier").filter(pl.col("_state") == "out").alias("modifiers_out_of_force"),
        pl.col("_state").is_in(["unknown", "out"]).any().alias("_bad"),
        (pl.col("_state") == "undecided").any().alias("_undecided"),
    )
    none = pl.lit(pl.Series([], dtype=pl.String).implode()).first()
    return (
        asked.join(per_list, on="_n", how="left", maintain_order="left").select(
            # A line without modifiers has nothing to object to.
            pl.col("unknown_modifiers").fill_null(none),
            pl.col("modifiers_out_of_force").fill_null(none),
            pl.when(pl.col("_bad").fill_null(value=False))
            .then(statement=False)
            .when(pl.col("_undecided").fill_null(value=False).not_())
            .then(statement=True)
            .alias("are_modifiers_valid"),
        )
    )[rows]


def _judged(ctx: FactContext, asked: pl.DataFrame) -> pl.DataFrame:
    """`_state` of each modifier and day: `in`, `out`, `unknown` or `undecided`."""
    sent = asked["modifier"].unique()
    held = ctx.reference.table("modifiers", as_of=ctx.as_of, where={"modifier": sent}).select(
        "modifier", "effective_from", "effective_to"
    )
    on_day = (
        asked.join(held, on="modifier")
        .filter(
            (pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col("service_date")))
            & (pl.col("effective_to").is_null() | (pl.col("service_date") < pl.col("effective_to")))
        )
        .select("modifier", "service_date", pl.lit(value=True).alias("_on_day"))
        .unique()
    )
    ever = held.select("modifier", pl.lit(value=True).alias("_ever")).unique()
    days = asked["service_date"].drop_nulls().unique()
    whole = pl.DataFrame(
        {
            "service_date": days,
            "_whole": [ctx.reference.is_complete("modifiers", on=d, as_of=ctx.as_of) for d in days],
        },
        schema={"service_date": pl.Date, "_whole": pl.Boolean},
    )
    state = (
        pl.when(pl.col("modifier").str.contains(MODIFIER_PATTERN).not_())
        .then(pl.lit("unknown"))
        .when(pl.col("_on_day"))
        .then(pl.lit("in"))
        .when(pl.col("service_date").is_null())
        .then(pl.lit("undecided"))
        .when(pl.col("_ever"))
        .then(pl.lit("out"))
        .when(pl.col("_whole"))
        .then(pl.lit("unknown"))
        .otherwise(pl.lit("undecided"))
    )
    return (
        asked.join(on_day, on=["modifier", "service_date"], how="left", maintain_order="left")
        .join(ever, on="modifier", how="left", maintain_order="left")
        .join(whole, on="service_date", how="left", maintain_order="left")
        .select("modifier", "service_date", state.alias("_state"))
    )
