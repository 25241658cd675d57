"""The NDC quantity in billing units of the code, and what the smallest container of the code holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NOT_CONVERTED = (
    "the NDC quantity cannot be converted into units of this code: the NDC is not linked to the code in the "
    "crosswalk that is held, or its unit of measure is not the one the NDC is counted in"
)


def unit_in_mg() -> pl.Expr:
    """Milligrams in one billing unit, from `unit_amount` and `drug_unit`; null where it is no mass."""
    unit, amount = pl.col("drug_unit"), pl.col("unit_amount")
    return (
        pl.when(unit == "mg")
        .then(amount)
        .when(unit == "mcg")
        .then(amount / 1000)
        .when(unit == "g")
        .then(amount * 1000)
        .cast(QUANTITY)
    )


_QUANTITY_NEEDS = (
    "ndc_quantity",
    "ndc_unit",
    "ndc_billing_unit",
    "package_size",
    "units_per_item",
    "unit_amount",
    "drug_unit",
    "units",
    "code_day_units",
    "code_day_discarded_units",
    "ndc_day_units",
    "payer_ndc_quantity_tolerance",
)


@facts(
    LINE,
    needs=_QUANTITY_NEEDS,
    gives=(
        Fact(
            "units_by_ndc",
            QUANTITY,
            "billing units that the NDC quantity stands for, not rounded",
            _NOT_CONVERTED,
        ),
        Fact(
            "does_ndc_quantity_agree",
            pl.Boolean(),
            "the units are those of the NDC quantity, rounded either way or within the payer's tolerance; beside a "
            "discarded line also those of the whole container, of the code or of the line's NDC",
            _NOT_CONVERTED,
        ),
    ),
)
def ndc_quantity_in_units(ctx: FactContext) -> pl.DataFrame:
    """Exact comparison, cross-multiplied: quantity x units per item against units x package size.

    UN and ML convert by the crosswalk, ME (milligrams) by what one unit of the code stands for. Other
    units of measure, or ML of a powder, do not convert.
    """
    return on_rows(ctx.lines, pl.col("ndc_quantity").is_not_null(), _QUANTITY_NEEDS, _converted())


def on_rows(
    lines: pl.DataFrame, chosen: pl.Expr, needs: tuple[str, ...], give: list[pl.Expr]
) -> pl.DataFrame:
    """`give` on the distinct rows of `needs` among the `chosen` lines; null on the other lines.

    Decimal arithmetic is slow next to a join, and claims repeat themselves.
    """
    frame = lines.select(*needs, chosen.alias("_chosen")).with_row_index("_i")
    few = frame.filter("_chosen").drop("_chosen")
    distinct = few.drop("_i").unique(maintain_order=True)
    answers = distinct.with_columns(give)
    names = [e.meta.output_name() for e in give]
    found = few.join(answers, on=list(needs), how="left", nulls_equal=True, maintain_order="left").select(
        "_i", *names
    )
    return frame.select("_i").join(found, on="_i", how="left", maintain_order="left").select(names)


def _converted() -> list[pl.Expr]:
    quantity, unit = pl.col("ndc_quantity"), pl.col("ndc_unit")
    by_package = unit.is_in(["UN", "ML"]) & (
        pl.when(pl.col("ndc_billing_unit").is_not_null())
        .then(unit == pl.col("ndc_billing_unit"))
        # Size 1 may be a powder vial or 1 mL; any other size is a volume.
        .when(pl.col("package_size") == 1)
        .then(unit == "UN")
        .otherwise(unit == "ML")
    )
    by_mass = unit == "ME"
    one_unit = pl.when(by_mass).then(unit_in_mg()).when(by_package).then("package_size")
    have = pl.when(by_mass).then(quantity).when(by_package).then(quantity * pl.col("units_per_item"))
    has_sizes = (one_unit > 0) & (have > 0)
    one_unit = pl.when(has_sizes).then(one_unit)
    have = pl.when(has_sizes).then(have)

    def near(units: pl.Expr) -> pl.Expr:
        gap = (units * one_unit - have).abs()
        return (gap < one_unit) | (gap <= pl.col("payer_ndc_quantity_tolerance") * have)

    of_product = pl.col("ndc_day_units")
    beside_waste = ((pl.col("code_day_discarded_units") > 0) & near(pl.col("code_day_units"))) | (
        of_product.is_not_null() & near(of_product)
    )
    return [
        (have / one_unit).cast(QUANTITY).alias("units_by_ndc"),
        (near(pl.col("units")) | beside_waste).alias("does_ndc_quantity_agree"),
    ]


@facts(
    LINE,
    needs=("hcpcs", "service_date"),
    gives=(
        Fact(
            "smallest_item_units",
            QUANTITY,
            "fewest billing units in one container of the code on the date, over the NDCs held",
            "no NDC of this code is held for the date",
        ),
        Fact(
            "has_multi_dose_form", pl.Boolean(), "some NDC of the code is known to be a multi-dose container"
        ),
    ),
)
def smallest_container(ctx: FactContext) -> pl.DataFrame:
    """Over the crosswalk rows of the code that are valid on the day."""
    distinct, rows = ctx.distinct("hcpcs", "service_date")
    codes = distinct["hcpcs"].unique()
    held = ctx.reference.table("ndc", as_of=ctx.as_of, where={"hcpcs": codes}).select(
        "hcpcs", "units_per_item", "container_type", "effective_from", "effective_to"
    )
    least = (
        distinct.join(held.unique(), on="hcpcs")
        .filter(
            (pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col("service_date")))
            & (pl.col("effective_to").is_null() | (pl.col("service_date") < pl.col("effective_to")))
        )
        .group_by("hcpcs", "service_date")
        .agg(
            pl.col("units_per_item").min().alias("smallest_item_units"),
            (pl.col("container_type") == "multi-dose").any().alias("has_multi_dose_form"),
        )
    )
    return distinct.join(least, on=["hcpcs", "service_date"], how="left", maintain_order="left").select(
        "smallest_item_units", pl.col("has_multi_dose_form").fill_null(value=False)
    )[rows]
