"""Where a drug was given, as far as it decides who may bill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

# Vaccines (904xx) and joint, spine and nerve injections follow other rules than giving a drug (963xx, 964xx).
_DRUG_ADMINISTRATION = "^96[345]"
_HOSPITAL_PLACES = ["19", "21", "22", "23"]


@facts(
    LINE,
    needs=("hcpcs",),
    gives=(
        Fact(
            "is_drug_administration",
            pl.Boolean(),
            "the code infuses, pushes or injects a drug (963xx, 964xx), no vaccine and no joint procedure",
            "whether this code administers a drug is not known",
        ),
    ),
)
def drug_administration(ctx: FactContext) -> pl.DataFrame:
    """Codes of that range that the reference holds as administration codes."""
    held = ctx.reference.table("administration", as_of=ctx.as_of).select(
        pl.col("hcpcs").unique(), _held=pl.lit(value=True)
    )
    distinct, rows = ctx.distinct("hcpcs")
    code = pl.col("hcpcs")
    return distinct.join(held, on="hcpcs", how="left", maintain_order="left").select(
        pl.when(code.str.contains(_DRUG_ADMINISTRATION))
        .then(pl.col("_held"))
        .when(code.is_not_null())
        .then(statement=False)
        .alias("is_drug_administration")
    )[rows]


@facts(
    LINE,
    needs=("place_of_service_code",),
    gives=(
        Fact(
            "is_hospital_place",
            pl.Boolean(),
            "place of service 19, 21, 22 or 23: hospital outpatient on or off campus, inpatient, emergency room",
            "the place of service is missing",
        ),
    ),
)
def hospital_place(ctx: FactContext) -> pl.DataFrame:
    """By the number alone; whether the payer cares is its parameter."""
    distinct, rows = ctx.distinct("place_of_service_code")
    return distinct.select(
        pl.col("place_of_service_code").is_in(_HOSPITAL_PLACES).alias("is_hospital_place")
    )[rows]


@facts(
    LINE,
    needs=("payer_class", "claim_filing_code"),
    gives=(
        Fact(
            "is_sent_to_part_b",
            pl.Boolean(),
            "the claim goes to Medicare Part B: by its policy, or by the claim filing indicator MB",
            "who pays this claim is not known; name a policy with --policy, or see `scrubjay check --help`",
        ),
    ),
)
def sent_to_part_b(ctx: FactContext) -> list[pl.Expr]:
    """An institutional claim with MB is governed by the rules for institutional claims, but goes to Part B."""
    del ctx
    is_mb = (pl.col("claim_filing_code") == "MB").fill_null(value=False)
    return [(is_mb | (pl.col("payer_class") == "medicare_part_b")).alias("is_sent_to_part_b")]
