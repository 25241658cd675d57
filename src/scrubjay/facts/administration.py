"""How a drug got into the patient: what the codes of a claim and day can give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.facts.administration_codes import LOAD, values_of
from scrubjay.facts.days import day_key, grouped
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_MOST_ROUTES = 62

# Injections and infusions: the drug of such a code must be of a route that the code gives. The family
# `other` (blocks, epidurals, trigger points) is used off label so often that it proves no conflict.
_ROUTE_BOUND = [
    "infusion",
    "push",
    "injection",
    "sc_infusion",
    "complex_infusion",
    "complex_push",
    "complex_injection",
    "joint",
]
# A local anaesthetic is infiltrated in the course of any such procedure.
_INFILTRATING = ["joint", "other"]


def _may_give() -> pl.Expr:
    """Could a code outside the `administration` set give a drug? Null where that is open.

    Laboratory numbers (8xxxx) and the Level II letters of supplies and equipment give nothing; a drug,
    vaccine or visit gives nothing; a line without a code says nothing of a procedure.
    """
    code = pl.col("hcpcs")
    return (
        pl.when(code.is_null() | pl.col("is_drug"))
        .then(statement=False)
        .when(pl.col("code_kind").is_in(["drug", "vaccine", "visit"]))
        .then(statement=False)
        .when(code.str.contains(r"^8\d{4}$|^[ABDEJKLRV]\d{4}$"))
        .then(statement=False)
    )


@facts(
    LINE,
    needs=(
        "claim_key",
        "line_key",
        "service_date",
        "claim_kind",
        "hcpcs",
        "modifiers",
        "revenue_code",
        "code_kind",
        "is_drug",
        "is_drug_or_vaccine",
        "drug_routes",
        "is_vaccine",
        "is_fluid",
        "administration_family",
        "administration_routes",
    ),
    gives=(
        Fact(
            "administration_fit",
            pl.String(),
            "of a drug or vaccine: `fits`, a code of the day can give it; `none`, the day has none; `conflict`, one that "
            "gives no drug of the day, and none that fits; `other_drug`, those there give other drugs; `immunization`, a "
            "drug with only a vaccine administration; `injection`, a vaccine with only a drug injection",
            "whether a code of that day gives this drug is not known: its routes, or what another code of the day does, "
            f"is in no edition that is held; {LOAD}",
        ),
        Fact(
            "administrations_of_day",
            _STRINGS,
            "administration and injection codes of the claim on the day; only where a drug or vaccine of it does not fit",
        ),
        Fact(
            "has_drug_of_day",
            pl.Boolean(),
            "the claim has a drug or vaccine on the day",
            f"whether a code of that day is a drug is not known; {LOAD}",
        ),
    ),
)
def administration_of_day(ctx: FactContext) -> pl.DataFrame:
    """Matches the drugs of a claim and day with the codes that can give them, by route."""
    needs, gives = _route_masks(ctx)
    family = pl.col("administration_family")
    is_drug_line = pl.col("is_drug_or_vaccine")
    no_code = pl.col("hcpcs").is_null()
    base = ctx.lines.select(
        day_key(), "line_key", "hcpcs", "is_drug", "is_vaccine", "is_fluid", needs, gives,
        pl.when(family != "hydration").then(gives).alias("_gives_drug"),
        pl.col("modifiers").list.contains("JW").alias("_discarded"),
        pl.col("drug_routes").is_null().alias("_no_routes"),
        family.is_not_null().alias("_is_code"),
        *(flag.fill_null(value=False).alias(name) for name, flag in {
            "_bound": family.is_in(_ROUTE_BOUND),
            "_injection": family.is_in(["injection", "complex_injection"]),
            "_procedure": family == "other",
            "_immunization": family == "immunization",
            "_open_giver": (family.is_null() & _may_give().is_null())
            | ((family == "other") & pl.col("administration_routes").is_null()),
            "_drug_line": is_drug_line,
            "_uncoded_drug": no_code & pl.col("revenue_code").str.slice(0, 3).is_in(values_of("drug_revenue_prefixes")),
            "_open_drug": (is_drug_line.is_null() & no_code.not_()) | (no_code & (pl.col("claim_kind") == "professional")),
        }.items()),
    )  # fmt: skip
    days = grouped(
        base.filter(pl.col("_day").is_not_null()), "_day",
        pl.col("_bound", "_procedure", "_immunization", "_open_giver", "_drug_line", "_uncoded_drug", "_open_drug")
        .any().name.prefix("_has"),
        pl.col("is_vaccine").any().alias("_has_vaccine"),
        (pl.col("is_drug") & pl.col("_no_routes")).any().alias("_has_unrouted"),
        pl.col("_gives_drug").bitwise_or().alias("_given"),
        pl.col("_gives").bitwise_or().alias("_given_fluid"),
        pl.col("_needs").bitwise_or().alias("_needed"),
    )  # fmt: skip
    bound = (
        base.filter("_bound")
        .select("_day", "_gives", "_injection")
        .join(days.select("_day", "_needed"), on="_day")
    )
    spare = grouped(
        bound.filter((pl.col("_gives").fill_null(0) & pl.col("_needed").fill_null(0)) == 0), "_day",
        (pl.len() > 0).alias("_has_unexplained"), pl.col("_injection").any().alias("_has_spare_injection"),
    )  # fmt: skip
    judged = (
        base.filter((pl.col("is_drug") | pl.col("is_vaccine")).fill_null(value=False))
        .join(days, on="_day")
        .join(spare, on="_day", how="left")
        .with_columns(
            pl.col("_has_unexplained", "_has_spare_injection").fill_null(value=False),
            (pl.col("_has_unrouted") | pl.col("_has_uncoded_drug") | pl.col("_has_open_drug")).fill_null(value=False)
            .alias("_has_unknown_drug"),
            # Hydration gives fluids; a fluid may also run under any other intravenous code.
            (pl.when("is_fluid").then("_given_fluid").otherwise("_given").fill_null(0) & pl.col("_needs").fill_null(0) != 0)
            .alias("_fits"),
        )
        .select("_day", "line_key", _fit().alias("administration_fit"))
    )  # fmt: skip
    asked = judged.filter(pl.col("administration_fit") != "fits").select(pl.col("_day").unique())
    listed = (
        base.filter("_is_code").join(asked, on="_day", how="semi").select("_day", "hcpcs").unique().sort("_day", "hcpcs")
        .group_by("_day", maintain_order=True).agg(pl.col("hcpcs").alias("_codes"))
    )  # fmt: skip
    asked = asked.join(listed, on="_day", how="left").with_columns(pl.col("_codes").fill_null([]))
    has_drug = (
        pl.when(pl.col("_has_drug_line") | pl.col("_has_uncoded_drug")).then(statement=True)
        .when(pl.col("_has_open_drug").not_()).then(statement=False)
    )  # fmt: skip
    # A drug line without a date may belong to any day of its claim.
    undated = ctx.lines.filter(
        pl.col("service_date").is_null(), pl.col("is_drug_or_vaccine").ne_missing(other=False)
    )
    may_be_dated = ctx.lines["claim_key"].is_in(undated["claim_key"].unique().implode())
    return (
        base.select("_day", "line_key")
        .join(
            judged.select("line_key", "administration_fit"), on="line_key", how="left", maintain_order="left"
        )
        .join(
            days.select("_day", has_drug.alias("has_drug_of_day")),
            on="_day",
            how="left",
            maintain_order="left",
        )
        .join(asked, on="_day", how="left", maintain_order="left")
        .select(
            "administration_fit",
            pl.col("_codes").alias("administrations_of_day"),
            pl.when(pl.col("has_drug_of_day") | may_be_dated.not_()).then("has_drug_of_day"),
        )
    )


def _route_masks(ctx: FactContext) -> tuple[pl.Series, pl.Series]:
    """Routes as bits: `_needs` of each drug line, `_gives` of each code that gives drugs; null where neither.

    Worked out once per code and day; a route is a bit of a 64-bit number.
    """
    _, rows = ctx.distinct("hcpcs", "service_date")
    one_of_each = ctx.lines.select(
        "drug_routes", "administration_routes", "administration_family", "is_drug"
    )[rows.arg_unique()].with_columns(rows.gather(rows.arg_unique()).alias("_row"))
    family = pl.col("administration_family")
    gives = (
        pl.when(family.is_in(_INFILTRATING))
        .then(pl.concat_list(pl.col("administration_routes").fill_null([]), pl.lit(["infiltration"])))
        .when(family != "immunization").then("administration_routes")
    )  # fmt: skip
    lists = one_of_each.select(
        "_row", pl.when("is_drug").then("drug_routes").alias("_needs"), gives.alias("_gives")
    )
    routes = (
        pl.concat([lists["_needs"], lists["_gives"]])
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique()
        .sort()
    )
    if routes.len() > _MOST_ROUTES:
        raise ReferenceDataError(
            f"names {routes.len()} routes of drugs; at most {_MOST_ROUTES} are foreseen.", where="drugs"
        )
    bits = {route: 1 << n for n, route in enumerate(routes)}
    masks = lists.select(
        "_row",
        *(
            pl.col(c).list.eval(pl.element().replace_strict(bits, return_dtype=pl.Int64)).list.sum().alias(c)
            for c in ("_needs", "_gives")
        ),
    ).sort("_row")
    return masks["_needs"][rows], masks["_gives"][rows]


def _fit() -> pl.Expr:
    """The fit of a drug or vaccine line, from what its day holds; null where something is open."""
    is_open = pl.col("_has_open_giver") | pl.col("_has_procedure")
    of_vaccine = (
        pl.when(pl.col("_has_immunization"))
        .then(pl.lit("fits"))
        .when(pl.col("_has_open_giver"))
        .then(None)
        .when(pl.col("_has_spare_injection") & pl.col("_has_unknown_drug"))
        .then(None)
        .when(pl.col("_has_spare_injection"))
        .then(pl.lit("injection"))
        .otherwise(pl.lit("none"))
    )
    of_drug = (
        pl.when(pl.col("_discarded"))
        .then(None)
        .when(pl.col("_fits"))
        .then(pl.lit("fits"))
        .when(is_open)
        .then(None)
        .when(pl.col("_has_bound").not_() & pl.col("_has_immunization") & pl.col("_has_vaccine").not_())
        .then(pl.lit("immunization"))
        .when(pl.col("_no_routes"))
        .then(None)
        .when(pl.col("_has_bound").not_())
        .then(pl.lit("none"))
        .when(pl.col("_has_unknown_drug"))
        .then(None)
        .when(pl.col("_has_unexplained"))
        .then(pl.lit("conflict"))
        .otherwise(pl.lit("other_drug"))
    )
    return pl.when(pl.col("is_drug")).then(of_drug).otherwise(of_vaccine)
