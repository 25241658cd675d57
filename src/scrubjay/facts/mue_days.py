"""Units of a code on a day over several claims: an MUE with indicator 2 or 3 counts all of a provider's claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_BY_DAY = ["2", "3"]
_NO_UNITS = "a line of this code on another claim of this day has no units"


@facts(
    LINE,
    needs=(
        "patient_and_provider_hash",
        "hcpcs",
        "service_date",
        "unit_of_measure",
        "claim_rendering_npi",
        "line_rendering_npi",
        "payer_uses_mue",
        "payer_mue_sums_day",
        "payer_unverified",
        "mue_value",
        "mue_mai",
        "mue_confidence",
        "service_days",
        "claim_frequency_code",
    ),
    gives=(
        Fact(
            "mue_day_hash",
            pl.UInt64(),
            "one number for patient, provider, payer, code and day, where the payer compares the day's sum with an MUE; "
            "it is no identifier and leaves no run",
        ),
        Fact("mue_day_limit", pl.Int32(), "the most units of that sum: the MUE for each day of the line"),
        Fact(
            "is_mue_day_unverified",
            pl.Boolean(),
            "the limit, or that the payer uses it, rests on a fact tagged C or D",
        ),
    ),
)
def day_of_mue(ctx: FactContext) -> pl.DataFrame:
    """Null where no sum of a day is compared, or the patient is not known, and on voids.

    Few columns, as all lines carry them to the end of the run.
    """
    counts = (
        pl.col("payer_uses_mue")
        & pl.col("payer_mue_sums_day")
        & pl.col("mue_mai").is_in(_BY_DAY)
        & (pl.col("mue_value") > 0)
        & pl.col("service_date").is_not_null()
        & pl.col("unit_of_measure").ne_missing(pl.lit("MJ"))
        & pl.col("claim_frequency_code").ne_missing(pl.lit("8"))
    )
    # Few codes and days occur beside one another; the billing provider is in the patient's number already.
    distinct, rows = ctx.distinct("hcpcs", "service_date")
    of_day = distinct.select(
        (pl.col("hcpcs").hash(seed=82) ^ pl.col("service_date").hash(seed=83)).alias("_day")
    )["_day"][rows]
    rendering = pl.coalesce("line_rendering_npi", "claim_rendering_npi").hash(seed=81)
    mixed = pl.col("patient_and_provider_hash") ^ rendering ^ pl.col("_day")
    limit = pl.col("mue_value") * pl.col("service_days")
    unverified = pl.col("mue_confidence").is_in(["C", "D"]) | pl.col("payer_unverified").list.contains(
        "uses_mue"
    )
    return ctx.lines.with_columns(of_day).select(
        pl.when(counts).then(mixed).alias("mue_day_hash"),
        pl.when(counts).then(limit).alias("mue_day_limit"),
        pl.when(counts).then(unverified.fill_null(value=False)).alias("is_mue_day_unverified"),
    )


@facts(
    LINE,
    needs=(
        "mue_day_hash",
        "claim_key",
        "claim_id",
        "code_day_units",
        "is_counted",
        "is_service_on_other_claim",
    ),
    gives=(
        Fact(
            "code_day_units_elsewhere",
            QUANTITY,
            "units of the code on the day by this provider on the patient's other claims, of the run or of the earlier "
            "claims that were given; null where there are none",
            _NO_UNITS,
        ),
        Fact("code_day_claim", pl.String(), "our id of the first of those claims"),
    ),
    is_deferred=True,
)
def units_of_other_claims(ctx: FactContext) -> pl.DataFrame:
    """Claims that were taken back, and those that only repeat another, add nothing."""
    lines = ctx.lines.select(
        "mue_day_hash", "claim_key", "claim_id", "code_day_units", "is_counted", "is_service_on_other_claim"
    ).with_row_index("_i")
    several = (
        lines.filter(
            pl.col("mue_day_hash").is_not_null(),
            pl.col("is_counted"),
            pl.col("is_service_on_other_claim").ne_missing(pl.lit(value=True)),
        )
        .filter(pl.col("mue_day_hash").is_duplicated())
        .select("_i", "mue_day_hash", "claim_key", "claim_id", "code_day_units")
    )
    # The lines of one claim share its sum.
    claims = several.unique(["mue_day_hash", "claim_key"], keep="first", maintain_order=True).drop("_i")
    other = claims.rename({"claim_key": "_claim", "claim_id": "_id", "code_day_units": "_units"})
    found = (
        several.select("_i", "mue_day_hash", "claim_key")
        .join(other, on="mue_day_hash")
        .filter(pl.col("_claim") != pl.col("claim_key"))
        .sort("_i", "_claim")
        .group_by("_i", maintain_order=True)
        .agg(
            pl.when(pl.col("_units").is_not_null().all()).then(pl.col("_units").sum()).alias("_sum"),
            pl.col("_id").first(),
        )
    )
    return (
        lines.select("_i")
        .join(found, on="_i", how="left", maintain_order="left")
        .select(
            pl.col("_sum").cast(QUANTITY).alias("code_day_units_elsewhere"),
            pl.col("_id").alias("code_day_claim"),
        )
    )
