"""JA and JB: must the line say how the drug was given? And the agents against anemia, which must say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

# Only these two ways of giving have a modifier; an injection into a muscle has none.
_MARKED = ["iv", "sc"]


@facts(
    LINE,
    needs=(
        "claim_key",
        "service_date",
        "hcpcs",
        "is_drug",
        "drug_routes",
        "administration_routes",
        "is_administration",
        "payer_requires_route_modifier",
        "payer_requires_route_modifier_on_several_routes",
    ),
    gives=(
        Fact(
            "needs_route_modifier",
            pl.Boolean(),
            "the payer asks for JA or JB on this line: the code is on its list, or it asks for it on drugs with several "
            "routes and this one was given into a vein or under the skin",
            "whether JA or JB is needed is not known: no policy of this payer speaks of route modifiers (--policy), or "
            "the routes of the drug or the way it was given that day are not known",
        ),
    ),
)
def route_modifier_needed(ctx: FactContext) -> pl.DataFrame:
    """By the payer's list of codes, else by the routes of the drug and the administrations of the day."""
    day = ("claim_key", "service_date")
    given = (
        ctx.lines.filter(pl.col("is_administration"))
        .explode("administration_routes")
        .group_by(day)
        .agg(
            pl.col("administration_routes").drop_nulls().unique().alias("_given"),
            pl.col("administration_routes").is_null().any().alias("_open"),
        )
    )
    own = pl.col("drug_routes")
    given_routes = pl.col("_given")
    # Without an administration on the claim every route of the drug stays possible.
    is_told = given_routes.is_not_null() & pl.col("_open").not_()
    possible = pl.when(is_told).then(given_routes.list.set_intersection(own)).otherwise(own)
    marked = possible.list.set_intersection(_MARKED).list.len()
    several = pl.col("payer_requires_route_modifier_on_several_routes")
    by_routes = (
        pl.when(several.not_() | (own.list.len() < 2))
        .then(statement=False)
        .when(several & (possible.list.len() > 0))
        .then(
            pl.when(marked == 0)
            .then(statement=False)
            .when(marked == possible.list.len())
            .then(statement=True)
        )
    )
    on_list = pl.col("payer_requires_route_modifier").list.contains(pl.col("hcpcs"))
    # A payer without a list of codes whose general rule is known has said all.
    ruled = pl.when(on_list.is_null() & several.is_not_null()).then(by_routes).otherwise(on_list | by_routes)
    joined = ctx.lines.join(given, on=day, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(
        pl.when(pl.col("is_drug").not_()).then(statement=False).otherwise(ruled).alias("needs_route_modifier")
    )


@facts(
    LINE,
    needs=("hcpcs", "service_date", "is_drug", "modifier_list", "payer_requires_anemia_modifier"),
    gives=(
        Fact(
            "needs_anemia_modifier",
            pl.Boolean(),
            "an agent against anemia on which the payer asks for one of EA, EB and EC",
            "whether this payer asks for EA, EB or EC on this drug is not known; add it to a policy (--policy)",
        ),
        Fact("anemia_modifier_count", pl.Int32(), "how many of EA, EB and EC the line carries"),
    ),
)
def anemia_modifier(ctx: FactContext) -> pl.DataFrame:
    """By the payer's list of codes; a payer that does not say leaves only drugs of that group open."""
    group = ctx.look_up("drugs", ("group",), hcpcs="hcpcs")["group"]
    listed = pl.col("payer_requires_anemia_modifier")
    carried = pl.col("modifier_list").str.split("|").list.set_intersection(["EA", "EB", "EC"])
    return ctx.lines.select(
        "hcpcs", "is_drug", "modifier_list", "payer_requires_anemia_modifier", group
    ).select(
        pl.when(pl.col("is_drug").not_())
        .then(statement=False)
        .when(listed.is_not_null())
        .then(listed.list.contains(pl.col("hcpcs")))
        .when((pl.col("group") == "esa").fill_null(value=False).not_())
        .then(statement=False)
        .alias("needs_anemia_modifier"),
        carried.list.len().cast(pl.Int32).alias("anemia_modifier_count"),
    )
