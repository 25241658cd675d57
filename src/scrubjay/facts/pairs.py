"""Codes that meet on one day: NCCI pairs, the modifiers that bypass them, add-ons and their primaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.administration_codes import load_data
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_MEETING = ("claim_key", "service_date", "_provider")
# A day with more distinct codes or lines than this is no encounter; it is not evaluated, so that memory
# stays bounded.
_MOST_CODES = 150
_MOST_LINES = 999
_LOAD_PAIRS = (
    "whether this code and another of the same day are a pair is not known: the date or the codes are outside the "
    "starter set; load the NCCI pair file with `scrubjay reference load FILE`"
)
_LOAD_ADD_ONS = (
    "whether this code is an add-on, or which primaries it goes with, is not known; load the add-on file with "
    "`scrubjay reference load FILE`"
)


def _provider() -> pl.Expr:
    """Who did it: the rendering provider of a professional line, the billing one of a hospital claim."""
    billing = pl.col("billing_npi")
    return (
        pl.when(pl.col("claim_kind") == "professional")
        .then(pl.coalesce("line_rendering_npi", "claim_rendering_npi", billing))
        .otherwise(billing)
        .fill_null("")
        .alias("_provider")
    )


def _bypassing(role: str) -> list[str]:
    return [m for entry in load_data("pairs") if entry["role"] == role for m in entry["modifiers"]]


def _verified() -> list[str]:
    return [m for entry in load_data("pairs") if entry["confidence"] in "AB" for m in entry["modifiers"]]


def _carries(codes: list[str]) -> pl.Expr:
    return pl.col("modifiers").list.set_intersection(codes).list.len() > 0


def _by_day(ctx: FactContext, test: Callable[[date], bool]) -> pl.Series:
    """A question about the reference, asked once per distinct date of service; null without a date."""
    distinct, rows = ctx.distinct("service_date")
    answers = [None if day is None else test(day) for day in distinct["service_date"]]
    return pl.Series(answers, dtype=pl.Boolean)[rows]


def _valid_on(day: str) -> pl.Expr:
    begun = pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col(day))
    return begun & (pl.col("effective_to").is_null() | (pl.col(day) < pl.col("effective_to")))


@facts(
    LINE,
    needs=(
        "claim_key",
        "line_key",
        "service_date",
        "hcpcs",
        "modifiers",
        "claim_kind",
        "billing_npi",
        "claim_rendering_npi",
        "line_rendering_npi",
        "is_visit",
        "payer_takes_pair_modifier_on_either_line",
    ),
    gives=(
        Fact(
            "has_pair_partner",
            pl.Boolean(),
            "another code of the same provider and day that is in some pair, beside this "
            "one that is in some pair too",
            "the date of service is missing",
        ),
        Fact(
            "pairs_never",
            _STRINGS,
            "codes of the day that bar payment of this one whatever the modifier (indicator 0)",
            _LOAD_PAIRS,
        ),
        Fact(
            "pairs_without_modifier",
            _STRINGS,
            "codes of the day that bar this one, indicator 1, and no modifier that bypasses it",
            _LOAD_PAIRS,
        ),
        Fact(
            "pairs_with_modifier",
            _STRINGS,
            "codes of the day that would bar this one, indicator 1, and a modifier that bypasses it is there",
            _LOAD_PAIRS,
        ),
        Fact(
            "is_bypass_unverified",
            pl.Boolean(),
            "only a modifier tagged C or D in our list bypasses the pair",
        ),
    ),
)
def pairs_of_line(ctx: FactContext) -> pl.DataFrame:
    """Every pair in which the line is column 2, by claim, day and provider.

    Works on the distinct codes of a day, so that no claim, however long, makes more than a bounded
    number of combinations. Two codes are decided where the table pairs them in either direction (no
    edition pairs two codes both ways), where the add-on table pays the one beside the other, or where
    the whole table is held; else they stay open.
    """
    ctx.lines = ctx.lines.with_columns(
        pl.when(pl.col("claim_kind") == "professional")
        .then(pl.lit("practitioner"))
        .when(pl.col("claim_kind") == "institutional")
        .then(pl.lit("outpatient_hospital"))
        .alias("_pair_setting")
    )
    is_pairless = ctx.look_up("pairless", hcpcs="hcpcs", pair_setting="_pair_setting")["source"].is_not_null()
    lines = ctx.lines.select(
        "line_key",
        "claim_key",
        "service_date",
        _provider(),
        "hcpcs",
        "_pair_setting",
        _by_day(ctx, lambda day: ctx.reference.is_complete("pairs", on=day, as_of=ctx.as_of)).alias(
            "_is_whole"
        ),
        pl.col("payer_takes_pair_modifier_on_either_line").alias("_either"),
        (pl.col("is_visit") & _carries(_bypassing("visit"))).alias("_by_visit"),
        (pl.col("is_visit").not_() & _carries(_bypassing("distinct"))).alias("_by_distinct"),
        pl.col("modifiers").list.set_intersection(_bypassing("site")).alias("_sites"),
        _carries(_verified()).alias("_verified"),
        (is_pairless.not_() & pl.col("hcpcs").is_not_null() & pl.col("service_date").is_not_null()).alias(
            "_meets"
        ),
    )
    ctx.lines = ctx.lines.drop("_pair_setting")
    met = lines.filter("_meets")
    codes = met.group_by(*_MEETING, "hcpcs", "_pair_setting", "_is_whole").agg(
        pl.col("_by_visit", "_by_distinct", "_verified").any(ignore_nulls=False).name.suffix("_other"),
        pl.col("_sites").list.explode(keep_nulls=False, empty_as_null=False).alias("_sites_other"),
        pl.len().alias("_lines"),
    )
    days = (
        codes.group_by(_MEETING)
        .agg(pl.len().alias("_codes"), pl.col("_lines").sum())
        .filter(pl.col("_codes") > 1)
    )
    is_crowded = (pl.col("_codes") > _MOST_CODES) | (pl.col("_lines") > _MOST_LINES)
    couples = _couples(codes.join(days.filter(is_crowded.not_()).select(_MEETING), on=_MEETING, how="semi"))
    verdicts = _verdicts(met, _decided(ctx, couples))
    out = (
        lines.select("line_key", *_MEETING, "_meets")
        .join(
            days.select(*_MEETING, is_crowded.alias("_crowded")),
            on=_MEETING,
            how="left",
            maintain_order="left",
        )
        .join(verdicts, on="line_key", how="left", maintain_order="left")
        .with_columns((pl.col("_meets") & pl.col("_crowded").is_not_null()).alias("_has_partner"))
    )

    def listed(name: str) -> pl.Expr:
        return (
            pl.when(pl.col("service_date").is_null())
            .then(None)
            .when(pl.col("_has_partner").not_())
            .then(pl.lit([], dtype=_STRINGS))
            .when((pl.col(name).list.len() > 0) | pl.col("_open").not_())
            .then(pl.col(name))
        )

    return out.select(
        pl.when(pl.col("service_date").is_not_null()).then("_has_partner").alias("has_pair_partner"),
        listed("_never").alias("pairs_never"),
        listed("_without").alias("pairs_without_modifier"),
        listed("_with").alias("pairs_with_modifier"),
        pl.col("_is_unverified").fill_null(value=False).alias("is_bypass_unverified"),
    )


def _couples(codes: pl.DataFrame) -> pl.DataFrame:
    """Ordered couples of different codes that meet: `hcpcs` as column 2, `_other` as column 1."""
    others = codes.select(*_MEETING, pl.col("hcpcs").alias("_other"), r"^_.*_other$")
    return (
        codes.select(*_MEETING, "hcpcs", "_pair_setting", "_is_whole")
        .join(others, on=_MEETING)
        .filter(pl.col("hcpcs") != pl.col("_other"))
    )


def _decided(ctx: FactContext, couples: pl.DataFrame) -> pl.DataFrame:
    """Adds `_indicator` (of the pair other > hcpcs, or null) and `_is_open` to the couples."""
    asked = ["hcpcs", "_other", "_pair_setting", "service_date"]
    distinct = couples.select(asked).unique()
    table = ctx.reference.table("pairs", as_of=ctx.as_of).select(
        "column1", "column2", "pair_setting", "modifier_indicator", "effective_from", "effective_to"
    )
    table = table.filter(pl.col("column2").is_in(distinct["hcpcs"].unique().implode()))
    add_ons = ctx.reference.table("add_ons", as_of=ctx.as_of).select(
        "add_on", "primary", "effective_from", "effective_to"
    )

    def hits(left: list[str], right: pl.DataFrame, right_on: list[str]) -> pl.DataFrame:
        return distinct.join(right, left_on=left, right_on=right_on).filter(_valid_on("service_date"))

    barred = (
        hits(["_other", "hcpcs", "_pair_setting"], table, ["column1", "column2", "pair_setting"])
        .select(*asked, pl.col("modifier_indicator").alias("_indicator"))
        .unique(asked)
    )
    settled = (
        pl.concat(
            [
                hits(
                    ["hcpcs", "_other", "_pair_setting"], table, ["column1", "column2", "pair_setting"]
                ).select(asked),
                hits(["hcpcs", "_other"], add_ons, ["add_on", "primary"]).select(asked),
                hits(["_other", "hcpcs"], add_ons, ["add_on", "primary"]).select(asked),
            ]
        )
        .unique()
        .with_columns(pl.lit(value=True).alias("_settled"))
    )
    return (
        couples.join(barred, on=asked, how="left")
        .join(settled, on=asked, how="left")
        .with_columns(
            (
                pl.col("_indicator").is_null() & pl.col("_settled").is_null() & pl.col("_is_whole").not_()
            ).alias("_is_open")
        )
    )


def _verdicts(met: pl.DataFrame, couples: pl.DataFrame) -> pl.DataFrame:
    """Per line the codes that bar it, by what the modifiers on either line do, and whether some stay open."""
    rows = met.select(
        "line_key", *_MEETING, "hcpcs", "_either", "_by_visit", "_by_distinct", "_sites", "_verified"
    ).join(couples.drop("_pair_setting", "_is_whole"), on=[*_MEETING, "hcpcs"])
    bypassed = (
        pl.col("_by_visit")
        | pl.col("_by_visit_other")
        | pl.col("_by_distinct")
        | (pl.col("_either") & pl.col("_by_distinct_other"))
        # The same side on both lines says nothing of another site.
        | (pl.col("_sites").list.set_difference("_sites_other").list.len() > 0)
    )
    may = pl.col("_indicator") == "1"
    return (
        rows.with_columns(bypassed.alias("_is_bypassed"))
        .group_by("line_key")
        .agg(
            pl.col("_other").filter(pl.col("_indicator") == "0").sort().alias("_never"),
            pl.col("_other").filter(may & pl.col("_is_bypassed").not_()).sort().alias("_without"),
            pl.col("_other").filter(may & pl.col("_is_bypassed")).sort().alias("_with"),
            (pl.col("_is_open") | (may & pl.col("_is_bypassed").is_null()))
            .fill_null(value=False)
            .any()
            .alias("_open"),
            (may & pl.col("_is_bypassed") & pl.col("_verified").not_() & pl.col("_verified_other").not_())
            .fill_null(value=False)
            .any()
            .alias("_is_unverified"),
        )
    )


@facts(
    LINE,
    needs=(
        "claim_key",
        "service_date",
        "hcpcs",
        "claim_kind",
        "billing_npi",
        "claim_rendering_npi",
        "line_rendering_npi",
        "code_kind",
        "is_drug",
        "is_administration_add_on",
    ),
    gives=(
        Fact("is_add_on", pl.Boolean(), "the code is paid only with a primary", _LOAD_ADD_ONS),
        Fact("add_on_primaries", _STRINGS, "primaries that the add-on goes with", _LOAD_ADD_ONS),
        Fact(
            "has_add_on_primary",
            pl.Boolean(),
            "a listed primary of the same provider is on the claim that day; unknown "
            "where the list is the contractor's (types 2 and 3) and none of the listed is there",
            _LOAD_ADD_ONS,
        ),
    ),
)
def add_on_of_line(ctx: FactContext) -> pl.DataFrame:
    """Add-on codes with their primaries on the day, by claim and provider."""
    covered = _by_day(ctx, lambda day: ctx.reference.covers("add_ons", on=day, as_of=ctx.as_of))
    whole = _by_day(ctx, lambda day: ctx.reference.is_complete("add_ons", on=day, as_of=ctx.as_of))
    lines = ctx.lines.select(
        "claim_key", "service_date", _provider(), "hcpcs", "code_kind", "is_drug", "is_administration_add_on"
    )
    table = ctx.reference.table("add_ons", as_of=ctx.as_of).select(
        pl.col("add_on").alias("hcpcs"), "primary", "add_on_type", "effective_from", "effective_to"
    )
    links = (
        lines.select("hcpcs", "service_date")
        .unique()
        .join(table, on="hcpcs")
        .filter(_valid_on("service_date"))
        .select("hcpcs", "service_date", "primary", "add_on_type")
    )
    listed = links.group_by("hcpcs", "service_date").agg(
        pl.col("primary").unique().sort().alias("add_on_primaries"),
        (pl.col("add_on_type") == "1").all().alias("_is_closed"),
    )
    present = lines.select(*_MEETING, pl.col("hcpcs").alias("primary")).unique()
    paired = (
        lines.select(*_MEETING, "hcpcs")
        .unique()
        .join(links, on=["hcpcs", "service_date"])
        .join(present, on=[*_MEETING, "primary"], how="semi")
        .select(*_MEETING, "hcpcs")
        .unique()
        .with_columns(pl.lit(value=True).alias("_paired"))
    )
    # What our own sets say of a code's kind: a drug, visit, vaccine, or an administration that stands alone.
    stands_alone = (
        pl.col("is_drug").fill_null(value=False)
        | pl.col("code_kind").is_in(["drug", "vaccine", "visit"]).fill_null(value=False)
        | pl.col("is_administration_add_on").not_().fill_null(value=False)
    )
    return (
        lines.with_columns(covered.alias("_covered"), whole.alias("_whole"))
        .join(listed, on=["hcpcs", "service_date"], how="left", maintain_order="left")
        .join(paired, on=[*_MEETING, "hcpcs"], how="left", maintain_order="left")
        .select(
            pl.when(pl.col("add_on_primaries").is_not_null())
            .then(statement=True)
            .when(pl.col("hcpcs").is_null() | stands_alone)
            .then(statement=False)
            .when(pl.col("is_administration_add_on"))
            .then(statement=True)
            .when(pl.col("_covered") & pl.col("_whole"))
            .then(statement=False)
            .alias("is_add_on"),
            "add_on_primaries",
            pl.when(pl.col("_paired"))
            .then(statement=True)
            .when(pl.col("add_on_primaries").is_not_null() & pl.col("_is_closed"))
            .then(statement=False)
            .alias("has_add_on_primary"),
        )
    )
