"""How a drug got into the patient: what the codes of a claim and day can give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.administration_codes import LOAD, values_of
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_DAY = ("claim_key", "service_date")

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


def _has(frame: pl.DataFrame, keys: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.join(
        keys.unique().with_columns(pl.lit(value=True).alias(name)), on=keys.columns, how="left"
    ).with_columns(pl.col(name).fill_null(value=False))


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
            f"is outside the starter set; {LOAD}",
        ),
        Fact(
            "administrations_of_day", _STRINGS, "administration and injection codes of the claim on the day"
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
    base = ctx.lines.select(
        *_DAY,
        "line_key",
        "hcpcs",
        "is_drug",
        "is_drug_or_vaccine",
        "is_vaccine",
        "is_fluid",
        "drug_routes",
        "administration_family",
        pl.col("administration_routes").alias("_gives"),
        (pl.col("modifiers").list.contains("JW")).alias("_discarded"),
        (
            pl.col("hcpcs").is_null()
            & pl.col("revenue_code").str.slice(0, 3).is_in(values_of("drug_revenue_prefixes"))
        )
        .fill_null(value=False)
        .alias("_uncoded_drug"),
        (pl.col("hcpcs").is_null() & (pl.col("claim_kind") == "professional")).alias("_no_code"),
        pl.when(pl.col("administration_family").is_not_null())
        .then(statement=False)
        .otherwise(_may_give())
        .alias("_may_give"),
    )
    days = _days(base)
    drugs = base.filter(
        (pl.col("is_drug") | pl.col("is_vaccine")).fill_null(value=False),
        pl.col("service_date").is_not_null(),
    )
    fits = _fitting(base, drugs)
    unexplained = (
        base.filter(pl.col("administration_family").is_in(_ROUTE_BOUND))
        .join(fits.select(line_key="giver"), on="line_key", how="anti")
        .group_by(_DAY)
        .agg(
            pl.lit(value=True).alias("_has_unexplained"),
            pl.col("administration_family")
            .is_in(["injection", "complex_injection"])
            .any()
            .alias("_has_spare_injection"),
        )
    )
    judged = (
        _has(drugs, fits.select("line_key"), "_fits")
        .join(days, on=_DAY, how="left")
        .join(unexplained, on=_DAY, how="left")
        .with_columns(pl.col("_has_unexplained", "_has_spare_injection").fill_null(value=False))
        .select("line_key", _fit().alias("administration_fit"))
    )
    return (
        ctx.lines.select("line_key", *_DAY)
        .join(judged, on="line_key", how="left", maintain_order="left")
        .join(
            days.select(*_DAY, "administrations_of_day", "has_drug_of_day"),
            on=_DAY,
            how="left",
            maintain_order="left",
        )
        .select("administration_fit", "administrations_of_day", "has_drug_of_day")
    )


def _days(base: pl.DataFrame) -> pl.DataFrame:
    """What a claim holds on a day."""
    family = pl.col("administration_family")
    is_drug_line = pl.col("is_drug_or_vaccine")
    # A drug that may be what a code of the day gives, though we cannot tell.
    unknown_drug = (
        (is_drug_line.is_null() & pl.col("hcpcs").is_not_null())
        | (pl.col("is_drug") & pl.col("drug_routes").is_null())
        | pl.col("_uncoded_drug")
        | pl.col("_no_code")
    ).fill_null(value=False)
    has_drug = is_drug_line.any(ignore_nulls=True) | pl.col("_uncoded_drug").any()
    may_have_drug = ((is_drug_line.is_null() & pl.col("hcpcs").is_not_null()) | pl.col("_no_code")).any()
    return (
        base.filter(pl.col("service_date").is_not_null())
        .group_by(_DAY)
        .agg(
            pl.col("hcpcs").filter(family.is_not_null()).unique().sort().alias("administrations_of_day"),
            pl.when(has_drug)
            .then(statement=True)
            .when(may_have_drug.not_())
            .then(statement=False)
            .alias("has_drug_of_day"),
            family.is_in(_ROUTE_BOUND).any().alias("_has_bound"),
            (
                (pl.col("_may_give").is_null() & family.is_null())
                | ((family == "other") & pl.col("_gives").is_null())
            )
            .fill_null(value=False)
            .any()
            .alias("_has_open_giver"),
            (family == "other").fill_null(value=False).any().alias("_has_procedure"),
            (family == "immunization").fill_null(value=False).any().alias("_has_immunization"),
            unknown_drug.any().alias("_has_unknown_drug"),
            pl.col("is_vaccine").fill_null(value=False).any().alias("_has_vaccine"),
        )
    )


def _fitting(base: pl.DataFrame, drugs: pl.DataFrame) -> pl.DataFrame:
    """Drug lines (`line_key`) with a line of the day that can give them (`giver`)."""
    family = pl.col("administration_family")
    givers = (
        base.filter(family.is_not_null() & (family != "immunization"))
        .select(
            *_DAY,
            pl.col("line_key").alias("giver"),
            (family == "hydration").alias("_for_fluid"),
            pl.when(family.is_in(_INFILTRATING))
            .then(pl.concat_list(pl.col("_gives").fill_null([]), pl.lit(["infiltration"])))
            .otherwise(pl.col("_gives"))
            .alias("route"),
        )
        .explode("route")
        .filter(pl.col("route").is_not_null())
    )
    given = (
        drugs.filter(pl.col("is_drug").fill_null(value=False))
        .select(*_DAY, "line_key", "is_fluid", pl.col("drug_routes").alias("route"))
        .explode("route")
    )
    # Hydration gives fluids; a fluid may also run under any other intravenous code.
    return (
        given.join(givers, on=[*_DAY, "route"])
        .filter(pl.col("_for_fluid").not_() | pl.col("is_fluid"))
        .select("line_key", "giver")
    )


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
        .when(pl.col("drug_routes").is_null())
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
