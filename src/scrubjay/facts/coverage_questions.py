"""Questions to the payer's coverage rules that the claim alone answers: number, place, benefit, own use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_PLACES_OF_SETTING = {"hopd": ["19", "22"], "inpatient": ["21"], "asc": ["24"], "rhc": ["72"], "fqhc": ["50"]}
"""Places of service that stand for a setting, for an institutional claim, which carries a type of bill instead."""
_LOAD = "`scrubjay reference load FILE` loads the lists"


@facts(
    LINE,
    needs=("prior_authorization_number", "line_prior_authorization_number"),
    gives=(
        Fact(
            "authorization_number",
            pl.String(),
            "number of the authorization, of the line, else of the claim; blanks left out, upper case",
        ),
    ),
)
def number_of_authorization(ctx: FactContext) -> list[pl.Expr]:
    """2400 REF*G1, else 2300 REF*G1."""
    del ctx
    sent = pl.coalesce("line_prior_authorization_number", "prior_authorization_number")
    plain = sent.str.replace_all(r"\s", "").str.to_uppercase()
    return [pl.when(plain != "").then(plain).alias("authorization_number")]


@facts(
    LINE,
    needs=("place_of_service_code", "claim_kind", "setting"),
    gives=(
        Fact(
            "possible_places",
            _STRINGS,
            "places of service where the line may have been: its own, or of an institutional claim those of its setting",
            "the place of service is missing, or the type of bill does not tell it",
        ),
    ),
)
def places_of_line(ctx: FactContext) -> pl.DataFrame:
    """An institutional claim names no place; a hospital's outpatient department is 19 or 22."""
    distinct, rows = ctx.distinct("place_of_service_code", "claim_kind", "setting")
    by_setting = pl.lit(None, dtype=_STRINGS)
    for setting, places in _PLACES_OF_SETTING.items():
        by_setting = pl.when(pl.col("setting") == setting).then(pl.lit(places)).otherwise(by_setting)
    return distinct.select(
        pl.when(pl.col("place_of_service_code").is_not_null())
        .then(pl.concat_list("place_of_service_code"))
        .when(pl.col("claim_kind") == "institutional")
        .then(by_setting)
        .alias("possible_places")
    )[rows]


def within(places: str, allowed: str) -> pl.Expr:
    """Are all possible places among those of a list: true, false where none is, null where some are."""
    both = pl.col(places).list.set_intersection(pl.col(allowed)).list.len()
    return (
        pl.when(both == pl.col(places).list.len()).then(statement=True).when(both == 0).then(statement=False)
    )


@facts(
    LINE,
    needs=(
        "possible_places",
        "payer_authorization_places",
        "payer_requires_prior_authorization",
        "payer_channel_places",
        "payer_benefit",
        "payer_acquisition",
        "payer_places_allowed",
        "payer_step_products",
        "payer_complete_coverage_kinds",
    ),
    gives=(
        Fact(
            "has_step_rule",
            pl.Boolean(),
            "the payer wants other drugs tried before this one",
            "whether this payer wants other drugs tried first is not known: no policy speaks of it for this drug; add a "
            "coverage rule (--policy)",
            rests_on=(
                "payer_step_products",
                "payer_complete_coverage_kinds",
            ),
        ),
        Fact(
            "has_place_rule",
            pl.Boolean(),
            "the payer limits the places where this drug may be given",
            "whether this payer limits the places of this drug is not known: no policy speaks of it; add a coverage rule "
            "(--policy)",
            rests_on=(
                "payer_places_allowed",
                "payer_complete_coverage_kinds",
            ),
        ),
        Fact(
            "needs_authorization",
            pl.Boolean(),
            "the payer must have authorized this drug at this place before",
            "whether this payer asks for prior authorization of this drug is not known: no policy speaks of it (add a "
            "coverage rule, --policy), or it does at some places and the place is not known",
            rests_on=(
                "possible_places",
                "payer_authorization_places",
                "payer_requires_prior_authorization",
                "payer_complete_coverage_kinds",
            ),
        ),
        Fact(
            "is_channel_bound",
            pl.Boolean(),
            "the payer's rule of benefit and purchase binds at this place",
            "which benefit covers this drug, or who buys it, is not known: no policy of this payer speaks of it (add a "
            "coverage rule, --policy), or the place is not known",
            rests_on=(
                "possible_places",
                "payer_channel_places",
                "payer_benefit",
                "payer_acquisition",
                "payer_complete_coverage_kinds",
            ),
        ),
        Fact(
            "is_sent_to_pharmacy",
            pl.Boolean(),
            "the payer covers the drug under the pharmacy benefit only or not at all, or a pharmacy has to bill it",
            "which benefit covers this drug, or who buys it, is not known; add a coverage rule to a policy (--policy)",
            rests_on=(
                "payer_benefit",
                "payer_acquisition",
                "payer_complete_coverage_kinds",
            ),
        ),
        Fact(
            "is_place_allowed",
            pl.Boolean(),
            "the place is one where the payer allows the drug",
            "whether the place is one of those that the payer allows is not known: the place of service is missing, or "
            "the type of bill leaves it open",
            rests_on=(
                "possible_places",
                "payer_places_allowed",
            ),
        ),
    ),
)
def coverage_at_place(ctx: FactContext) -> pl.DataFrame:
    """A rule that names no places holds at all of them."""
    lines = ctx.lines

    def silent(kind: str) -> pl.Expr:
        """The policy names every drug of the kind, so of one that it does not name nothing is asked."""
        return pl.col("payer_complete_coverage_kinds").list.contains(kind).fill_null(value=False)

    def stated(column: str, kind: str) -> pl.Expr:
        return (
            pl.when(pl.col(column).is_not_null())
            .then(statement=True)
            .when(silent(kind))
            .then(statement=False)
        )

    def bound(asked: pl.Expr, places: str) -> pl.Expr:
        everywhere = asked & pl.col(places).is_null()
        return pl.when(everywhere).then(statement=True).otherwise(asked & within("possible_places", places))

    benefit, acquisition = pl.col("payer_benefit"), pl.col("payer_acquisition")
    requires = pl.col("payer_requires_prior_authorization")
    required = (
        pl.when(requires.is_null() & silent("prior_authorization")).then(statement=False).otherwise(requires)
    )
    has_channel = pl.when(benefit.is_not_null() | acquisition.is_not_null()).then(statement=True)
    is_ruled = pl.when(has_channel.is_null() & silent("channel")).then(statement=False).otherwise(has_channel)
    to_pharmacy = benefit.is_in(["pharmacy", "excluded"]) | (acquisition == "specialty_pharmacy")
    return lines.select(
        stated("payer_step_products", "step_therapy").alias("has_step_rule"),
        stated("payer_places_allowed", "site_of_care").alias("has_place_rule"),
        bound(required, "payer_authorization_places").alias("needs_authorization"),
        bound(is_ruled, "payer_channel_places").alias("is_channel_bound"),
        # Of two columns one may be silent: what the other says decides.
        pl.when(is_ruled).then(to_pharmacy.fill_null(value=False)).alias("is_sent_to_pharmacy"),
        within("possible_places", "payer_places_allowed").alias("is_place_allowed"),
    )


@facts(
    LINE,
    needs=(
        "hcpcs",
        "service_date",
        "is_drug",
        "payer_class",
        "payer_is_self_administered",
        "payer_channel_source",
        "payer_coverage_contractors",
    ),
    gives=(
        Fact(
            "is_on_exclusion_list",
            pl.Boolean(),
            "the payer counts the drug among those that patients give themselves: by its policy, or for Medicare by a "
            "contractor's list of self-administered drugs on the date",
            "whether this drug counts as self-administered is not known: no policy of this payer says (--policy), and "
            f"for Medicare the contractors' lists of self-administered drugs are not loaded; {_LOAD}",
        ),
        Fact(
            "exclusion_list", pl.String(), "where it stands: the policy, or the articles with what they name"
        ),
    ),
)
def self_administered(ctx: FactContext) -> pl.DataFrame:
    """The policy decides; for Medicare else the loaded lists, of the contractor where the policy names it."""
    keys = ("hcpcs", "service_date", "payer_coverage_contractors")
    lines = ctx.lines.select(
        *keys, "is_drug", "payer_class", "payer_is_self_administered", "payer_channel_source"
    )
    asked = lines.select(
        "hcpcs", "service_date", pl.col("payer_coverage_contractors").list.join(" ").alias("_contractors")
    )
    is_loaded = any(e.set_name == "self_administered" for e in ctx.reference.known_editions(ctx.as_of))
    if is_loaded:
        distinct = asked.unique()
        found = asked.join(
            _listed(distinct, ctx), on=asked.columns, how="left", nulls_equal=True, maintain_order="left"
        ).select(
            "_lists",
            (pl.col("_lists").is_not_null() & pl.col("service_date").is_not_null()).alias("_is_listed"),
        )
    else:
        nothing = {"_lists": pl.String(), "_is_listed": pl.Boolean()}
        found = asked.with_columns(pl.lit(None, dtype=t).alias(n) for n, t in nothing.items()).select(
            *nothing
        )
    is_medicare = pl.col("payer_class").is_in(["medicare_part_a", "medicare_part_b"])
    by_policy = pl.col("payer_is_self_administered")
    return lines.hstack(found).select(
        pl.when(pl.col("is_drug").not_())
        .then(statement=False)
        .when(by_policy.is_not_null())
        .then(by_policy)
        .when(is_medicare & pl.col("service_date").is_not_null())
        .then("_is_listed")
        .alias("is_on_exclusion_list"),
        pl.when(by_policy)
        .then("payer_channel_source")
        .when(is_medicare)
        .then("_lists")
        .alias("exclusion_list"),
    )


def _listed(distinct: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    """Questions whose code is on a list on the day, with `_lists`: the articles and what they name."""
    held = ctx.reference.table(
        "self_administered", as_of=ctx.as_of, where={"hcpcs": distinct["hcpcs"].unique()}
    )
    begins, ends, day = pl.col("effective_from"), pl.col("effective_to"), pl.col("service_date")
    hits = distinct.join(held, on="hcpcs").filter(
        (begins.is_null() | (begins <= day)) & (ends.is_null() | (day < ends))
    )
    numbers = hits["document"].drop_nulls().unique()
    places = ctx.reference.table("coverage_jurisdictions", as_of=ctx.as_of, where={"document": numbers})
    contractors = ctx.reference.table("coverage_contractors", as_of=ctx.as_of)
    of_document = (
        places.join(contractors.select("coverage_contractor", "contractor"), on="coverage_contractor")
        .group_by("document")
        .agg(pl.col("contractor").unique().alias("_held_by"))
    )
    hits = hits.join(of_document, on="document", how="left")
    # A list of another contractor does not count; whose a list is may not be known, then it does.
    own = pl.col("_contractors").str.split(" ").list.set_intersection(pl.col("_held_by")).list.len() > 0
    named = (
        pl.when(pl.col("brand").is_in(["-", ""]) | pl.col("brand").is_null())
        .then(pl.col("document"))
        .otherwise(pl.format("{} ({})", "document", "brand"))
    )
    return (
        hits.filter(own.fill_null(value=True))
        .group_by(distinct.columns)
        .agg(named.unique().sort().head(5).str.join(", ").alias("_lists"))
    )
