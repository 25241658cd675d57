"""Codes that meet on one day: NCCI pairs, the modifiers that bypass them, add-ons and their primaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.administration_codes import load_data
from scrubjay.facts.days import grouped, meetings
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
# A day with more distinct codes or lines than this is no encounter; it is not evaluated, so that memory
# stays bounded.
_MOST_CODES = 150
_MOST_LINES = 999
_LOAD_PAIRS = (
    "whether this code and another of the same day are a pair is not known: no pair table that is held "
    "speaks of the codes on the date; load the NCCI pair file of that quarter with `scrubjay reference load FILE`"
)
_LOAD_ADD_ONS = (
    "whether this code is an add-on, or which primaries it goes with, is not known; load the add-on file with "
    "`scrubjay reference load FILE`"
)


def _bypassing(role: str) -> list[str]:
    return [m for entry in load_data("pairs") if entry["role"] == role for m in entry["modifiers"]]


def _verified() -> list[str]:
    return [m for entry in load_data("pairs") if entry["confidence"] in "AB" for m in entry["modifiers"]]


def _carries(codes: list[str]) -> pl.Expr:
    return pl.col("modifiers").list.set_intersection(codes).list.len() > 0


def _by_day(days: pl.Series, test: Callable[[date], bool]) -> pl.Series:
    """A question about the reference, asked once per distinct day; null without a date."""
    answers = {day: test(day) for day in days.drop_nulls().unique()}
    return pl.Series([answers.get(day) for day in days], dtype=pl.Boolean)


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
    meet = meetings(ctx)
    kinds, row = _kinds_of_code(ctx)
    lines = ctx.lines.select("line_key", meet, row.alias("_kind"), kinds["_is_pairless"][row])
    met = lines.filter(pl.col("_is_pairless").not_() & pl.col("_meet").is_not_null())
    # Most days hold one such line only: nothing to compare.
    met = met.join(
        grouped(met, "_meet", pl.len()).filter(pl.col("len") > 1).select("_meet"), on="_meet", how="semi"
    )
    met = met.select("line_key", "_meet", "_kind").join(_modifiers_of(ctx, met["line_key"]), on="line_key")
    codes = grouped(
        met, ["_meet", "_kind"],
        *(pl.col(c).any(ignore_nulls=False).alias(f"{c}_other") for c in ("_by_visit", "_by_distinct", "_verified")),
        pl.len().alias("_lines"),
    )  # fmt: skip
    sites = met.filter(pl.col("_sites").list.len() > 0).group_by("_meet", "_kind").agg(
        pl.col("_sites").list.explode(keep_nulls=False, empty_as_null=False).alias("_sites_other")
    )  # fmt: skip
    codes = codes.join(sites, on=["_meet", "_kind"], how="left").with_columns(
        pl.col("_sites_other").fill_null([])
    )
    days = (
        codes.group_by("_meet")
        .agg(pl.len().alias("_codes"), pl.col("_lines").sum())
        .filter(pl.col("_codes") > 1)
    )
    is_crowded = (pl.col("_codes") > _MOST_CODES) | (pl.col("_lines") > _MOST_LINES)
    calm = codes.join(days.filter(is_crowded.not_()).select("_meet"), on="_meet", how="semi")
    verdicts = _verdicts(met, _decided(ctx, kinds, _couples(calm)))
    asked = (
        met.select("line_key", "_meet")
        .join(days.select("_meet", is_crowded.alias("_crowded")), on="_meet")
        .join(verdicts, on="line_key", how="left")
        .drop("_meet")
    )
    out = lines.select("line_key", pl.col("_meet").is_not_null().alias("_dated")).join(
        asked, on="line_key", how="left", maintain_order="left"
    )
    has_partner = pl.col("_crowded").is_not_null()
    nothing = pl.lit([], dtype=_STRINGS)

    def listed(name: str) -> pl.Expr:
        is_known = (pl.col("_crowded") | pl.col("_open")).not_() | (pl.col(name).list.len() > 0)
        return (
            pl.when(has_partner & is_known)
            .then(pl.col(name))
            .when(has_partner.not_() & pl.col("_dated"))
            .then(nothing)
        )

    return out.select(
        pl.when("_dated").then(has_partner).alias("has_pair_partner"),
        listed("_never").alias("pairs_never"),
        listed("_without").alias("pairs_without_modifier"),
        listed("_with").alias("pairs_with_modifier"),
        pl.col("_is_unverified").fill_null(value=False).alias("is_bypass_unverified"),
    )


def _kinds_of_code(ctx: FactContext) -> tuple[pl.DataFrame, pl.Series]:
    """Distinct codes with day and pair table, what is known of each, and every line's row in them."""
    distinct, row = ctx.distinct("hcpcs", "service_date", "claim_kind")
    kinds = distinct.with_row_index("_kind").with_columns(
        pl.when(pl.col("claim_kind") == "professional").then(pl.lit("practitioner"))
        .when(pl.col("claim_kind") == "institutional").then(pl.lit("outpatient_hospital"))
        .alias("pair_setting")
    )  # fmt: skip
    pairless = ctx.reference.lookup("pairless", kinds, on="service_date", as_of=ctx.as_of)[
        "source"
    ].is_not_null()
    return kinds.with_columns(
        (pairless | pl.col("hcpcs").is_null()).alias("_is_pairless"),
        whole_pairs(ctx, kinds).alias("_is_whole"),
    ), row


def whole_pairs(ctx: FactContext, asked: pl.DataFrame) -> pl.Series:
    """Whether the table of each `pair_setting` is held whole on `service_date`, so that an absent pair is none."""
    days = asked.select("service_date", "pair_setting")
    answers = {
        (day, setting): ctx.reference.is_complete("pairs", on=day, as_of=ctx.as_of, setting=setting)
        for day, setting in days.drop_nulls().unique().iter_rows()
    }
    return pl.Series("is_complete", [answers.get(pair) for pair in days.iter_rows()], dtype=pl.Boolean)


def _modifiers_of(ctx: FactContext, line_keys: pl.Series) -> pl.DataFrame:
    """What the modifiers of some lines bypass."""
    return ctx.lines.select("line_key", "modifiers", "is_visit", "payer_takes_pair_modifier_on_either_line").join(
        line_keys.to_frame(), on="line_key", how="semi"
    ).select(
        "line_key",
        pl.col("payer_takes_pair_modifier_on_either_line").alias("_either"),
        (pl.col("is_visit") & _carries(_bypassing("visit"))).alias("_by_visit"),
        (pl.col("is_visit").not_() & _carries(_bypassing("distinct"))).alias("_by_distinct"),
        pl.col("modifiers").list.set_intersection(_bypassing("site")).alias("_sites"),
        _carries(_verified()).alias("_verified"),
    )  # fmt: skip


def _couples(codes: pl.DataFrame) -> pl.DataFrame:
    """Ordered couples of different codes that meet: `_kind` as column 2, `_other` as column 1."""
    others = codes.select("_meet", pl.col("_kind").alias("_other"), r"^_.*_other$")
    return codes.select("_meet", "_kind").join(others, on="_meet").filter(pl.col("_kind") != pl.col("_other"))


def _decided(ctx: FactContext, kinds: pl.DataFrame, couples: pl.DataFrame) -> pl.DataFrame:
    """Adds `_code` (of the other), `_indicator` (of the pair other > own, or null) and `_is_open`."""
    distinct = (
        couples.select("_kind", "_other").unique()
        .join(kinds.select("_kind", "hcpcs", "pair_setting", "service_date", "_is_whole"), on="_kind")
        .join(kinds.select(pl.col("_kind").alias("_other"), pl.col("hcpcs").alias("_code")), on="_other")
    )  # fmt: skip
    codes = pl.concat([distinct["hcpcs"], distinct["_code"].alias("hcpcs")]).unique()
    both = {"column1": codes, "column2": codes}
    table = ctx.reference.table("pairs", as_of=ctx.as_of, where=both).select(
        "column1", "column2", "pair_setting", "modifier_indicator", "effective_from", "effective_to"
    )
    add_ons = ctx.reference.table("add_ons", as_of=ctx.as_of, where={"add_on": codes}).select(
        "add_on", "primary", "effective_from", "effective_to"
    )
    asked = ["_kind", "_other"]

    def hits(left: list[str], right: pl.DataFrame, right_on: list[str]) -> pl.DataFrame:
        return distinct.join(right, left_on=left, right_on=right_on).filter(_valid_on("service_date"))

    columns = ["column1", "column2", "pair_setting"]
    barred = hits(["_code", "hcpcs", "pair_setting"], table, columns).select(
        *asked, pl.col("modifier_indicator").alias("_indicator")
    ).unique(asked)  # fmt: skip
    settled = pl.concat([
        hits(["hcpcs", "_code", "pair_setting"], table, columns).select(asked),
        hits(["hcpcs", "_code"], add_ons, ["add_on", "primary"]).select(asked),
        hits(["_code", "hcpcs"], add_ons, ["add_on", "primary"]).select(asked),
    ]).unique().with_columns(pl.lit(value=True).alias("_settled"))  # fmt: skip
    known = (
        distinct.join(barred, on=asked, how="left")
        .join(settled, on=asked, how="left")
        .select(
            *asked, "_code", "_indicator",
            (pl.col("_indicator").is_null() & pl.col("_settled").is_null() & pl.col("_is_whole").not_()).alias("_is_open"),
        )
    )  # fmt: skip
    # Couples of which nothing is to be said are left out: they neither bar nor stay open.
    spoken = known.filter(pl.col("_indicator").is_not_null() | pl.col("_is_open"))
    return couples.join(spoken, on=asked)


def _verdicts(met: pl.DataFrame, couples: pl.DataFrame) -> pl.DataFrame:
    """Per line the codes that bar it, by what the modifiers on either line do, and whether some stay open."""
    rows = met.join(couples, on=["_meet", "_kind"])
    bypassed = (
        pl.col("_by_visit") | pl.col("_by_visit_other") | pl.col("_by_distinct")
        | (pl.col("_either") & pl.col("_by_distinct_other"))
        # The same side on both lines says nothing of another site.
        | (pl.col("_sites").list.set_difference("_sites_other").list.len() > 0)
    )  # fmt: skip
    may = pl.col("_indicator") == "1"
    barred = rows.select(
        "line_key", "_code",
        (pl.col("_indicator") == "0").fill_null(value=False).alias("_never"),
        (may & bypassed.not_()).fill_null(value=False).alias("_without"),
        (may & bypassed).fill_null(value=False).alias("_with"),
        (pl.col("_is_open") | (may & bypassed.is_null())).fill_null(value=False).alias("_open"),
        (pl.col("_verified") | pl.col("_verified_other")).alias("_verified"),
    ).sort("line_key", "_code")  # fmt: skip
    flags = barred.group_by("line_key").agg(
        pl.col("_open").any(), (pl.col("_with") & pl.col("_verified").not_()).any().alias("_is_unverified")
    )
    out = met.select("line_key").join(flags, on="line_key", how="left").with_columns(
        pl.col("_open").fill_null(value=False)
    )  # fmt: skip
    for name in ("_never", "_without", "_with"):
        found = barred.filter(name).group_by("line_key", maintain_order=True).agg(pl.col("_code").alias(name))
        out = out.join(found, on="line_key", how="left").with_columns(pl.col(name).fill_null([]))
    return out


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
    distinct, row = ctx.distinct("hcpcs", "service_date")
    codes = distinct["hcpcs"].unique()
    table = ctx.reference.table("add_ons", as_of=ctx.as_of, where={"add_on": codes}).select(
        pl.col("add_on").alias("hcpcs"), "primary", "add_on_type", "effective_from", "effective_to"
    )
    kinds = distinct.with_row_index("_kind")
    links = (
        kinds.join(table, on="hcpcs")
        .filter(_valid_on("service_date"))
        .select("_kind", "primary", "add_on_type")
    )
    listed = links.group_by("_kind").agg(
        pl.col("primary").unique().sort().alias("add_on_primaries"),
        (pl.col("add_on_type") == "1").all().alias("_is_closed"),
    )
    of_kind = kinds.join(listed, on="_kind", how="left", maintain_order="left").with_columns(
        _by_day(
            distinct["service_date"], lambda d: ctx.reference.is_complete("add_ons", on=d, as_of=ctx.as_of)
        ).alias("_whole")
    )
    lines = ctx.lines.select("line_key", meetings(ctx), "hcpcs", row.alias("_kind"))
    add_ons = lines.join(links.select("_kind").unique(), on="_kind", how="semi")
    # The other codes of those few days, asked against the primaries.
    around = lines.join(add_ons.select("_meet").unique(), on="_meet", how="semi").select(
        "_meet", pl.col("hcpcs").alias("primary")
    )
    paired = (
        add_ons.select("line_key", "_meet", "_kind").join(around.unique(), on="_meet")
        .join(links, on=["_kind", "primary"], how="semi")
        .select("line_key").unique().with_columns(pl.lit(value=True).alias("_paired"))
    )  # fmt: skip
    # What our own sets say of a code's kind: a drug, visit, vaccine, or an administration that stands alone.
    stands_alone = (
        pl.col("is_drug").fill_null(value=False)
        | pl.col("code_kind").is_in(["drug", "vaccine", "visit"]).fill_null(value=False)
        | pl.col("is_administration_add_on").not_().fill_null(value=False)
    )
    primaries, closed, whole = (of_kind[c][row] for c in ("add_on_primaries", "_is_closed", "_whole"))
    return (
        ctx.lines.select("line_key", "hcpcs", "code_kind", "is_drug", "is_administration_add_on", primaries, closed, whole)
        .join(paired, on="line_key", how="left", maintain_order="left")
        .select(
            pl.when(pl.col("add_on_primaries").is_not_null()).then(statement=True)
            .when(pl.col("hcpcs").is_null() | stands_alone).then(statement=False)
            .when(pl.col("is_administration_add_on")).then(statement=True)
            .when(pl.col("_whole")).then(statement=False)
            .alias("is_add_on"),
            "add_on_primaries",
            pl.when(pl.col("_paired")).then(statement=True)
            .when(pl.col("_is_closed")).then(statement=False)
            .alias("has_add_on_primary"),
        )
    )  # fmt: skip
