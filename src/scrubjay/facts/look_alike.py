"""Units that look like another count: the dose in milligrams, or the number of vials.

These are suspicions, never proof: an NDC quantity or a stated dose that makes the same units clears them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.ndc_quantity import unit_in_mg
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

# Our own thresholds for a warning, not rules of any payer: how many vials a visit plausibly opens, and how
# far under the usual dose (or the smallest container) a dose must be before it is taken for a vial count.
# Drugs from multi-dose vials, and those also injected into a lesion, are given in small doses more often, so
# theirs is the smaller share.
_MOST_VIALS = 4
_SHARE = "0.25"
_SHARE_SMALL_DOSES = "0.2"


def _decimal(text: str) -> pl.Expr:
    return pl.lit(text).cast(QUANTITY)


@facts(
    LINE,
    needs=(
        "hcpcs",
        "service_date",
        "units",
        "unit_amount",
        "drug_unit",
        "usual_doses_mg",
        "smallest_item_units",
        "has_multi_dose_form",
        "drug_routes",
        "container_type",
    ),
    gives=(
        Fact(
            "unit_amount_mg", QUANTITY, "milligrams in one billing unit; null where it is counted in no mass"
        ),
        Fact(
            "are_units_a_usual_mg_dose",
            pl.Boolean(),
            "the units equal a usual dose in mg, while the dose that they stand for is not a usual one",
        ),
        Fact(
            "are_units_a_vial_count",
            pl.Boolean(),
            "the units are a few, fewer than the smallest container holds, and far under the smallest usual dose "
            "(without one: under the smallest single-dose container)",
            "the smallest container of this code on the date is not known: no NDC of it is held",
        ),
    ),
)
def look_alikes(ctx: FactContext) -> pl.DataFrame:
    """On the distinct codes, days and units."""
    keys = ("hcpcs", "service_date", "units", "container_type")
    distinct, rows = ctx.distinct(*keys)
    values = (
        "hcpcs",
        "service_date",
        "unit_amount",
        "drug_unit",
        "usual_doses_mg",
        "smallest_item_units",
        "has_multi_dose_form",
        "drug_routes",
    )
    of_code = ctx.lines.select(values).unique(["hcpcs", "service_date"], keep="first", maintain_order=True)
    frame = distinct.join(
        of_code, on=["hcpcs", "service_date"], how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(unit_in_mg().cast(QUANTITY).alias("_mg"))
    frame = frame.with_columns((pl.col("units") * pl.col("_mg")).alias("_dose"))
    usual = (
        frame.with_row_index("_n")
        .select("_n", "units", "_dose", pl.col("usual_doses_mg").alias("_usual"))
        .explode("_usual")
        .drop_nulls("_usual")
        .with_columns(pl.col("_usual").cast(QUANTITY))
        .group_by("_n")
        .agg(
            (pl.col("units") == pl.col("_usual")).any().alias("_is_usual_number"),
            (pl.col("_dose") == pl.col("_usual")).any().alias("_is_usual_dose"),
            pl.col("_usual").min().alias("_least"),
        )
    )
    frame = frame.with_row_index("_n").join(usual, on="_n", how="left", maintain_order="left")
    is_few = (
        (pl.col("units") <= _MOST_VIALS)
        & (pl.col("units") > 0)
        & (pl.col("units") == pl.col("units").floor())
    )
    has_small_doses = pl.col("has_multi_dose_form") | pl.col("drug_routes").list.contains("intralesional")
    share = pl.when(has_small_doses).then(_decimal(_SHARE_SMALL_DOSES)).otherwise(_decimal(_SHARE))
    far_under_usual = pl.col("_dose") <= pl.col("_least") * share
    far_under_container = (pl.col("container_type") == "single-dose").fill_null(value=False) & (
        pl.col("units") <= pl.col("smallest_item_units") * share
    )
    return frame.select(
        pl.col("_mg").alias("unit_amount_mg"),
        # No usual dose is known for many codes; then there is nothing for the units to look like.
        (pl.col("_is_usual_number") & pl.col("_is_usual_dose").not_())
        .fill_null(value=False)
        .alias("are_units_a_usual_mg_dose"),
        (
            is_few
            & (pl.col("units") < pl.col("smallest_item_units"))
            & pl.when(pl.col("_least").is_not_null() & pl.col("_dose").is_not_null())
            .then(far_under_usual)
            .otherwise(far_under_container)
        ).alias("are_units_a_vial_count"),
    )[rows]


@facts(
    LINE,
    needs=("does_ndc_quantity_agree", "is_dose_stated", "do_units_fit_stated_dose"),
    gives=(
        Fact(
            "has_evidence_for_units",
            pl.Boolean(),
            "the NDC quantity or the dose stated on the line makes the units billed",
        ),
    ),
)
def evidence_for_units(ctx: FactContext) -> list[pl.Expr]:
    """Never unknown: evidence is there or it is not."""
    del ctx
    by_dose = pl.col("is_dose_stated") & pl.col("do_units_fit_stated_dose")
    by_ndc = pl.col("does_ndc_quantity_agree")
    return [(by_ndc.eq_missing(other=True) | by_dose.eq_missing(other=True)).alias("has_evidence_for_units")]
