"""The NDC on the line: its form, its eleven digits, what the directory says of it on the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import ndc11_expr, ndc_form_expr
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_NOT_HELD = (
    "this NDC is not in the directory that is loaded; `scrubjay reference load FILE` loads the official files"
)


@facts(
    LINE,
    needs=("ndc_as_sent", "ndc_qualifier"),
    gives=(
        Fact("has_ndc", pl.Boolean(), "the line carries an NDC, in whatever form"),
        Fact(
            "ndc_form",
            pl.String(),
            "`ndc11` (reducible to 5-4-2), `ambiguous` (ten digits, no hyphens) or `malformed`; "
            "null without an NDC",
        ),
        Fact(
            "ndc",
            pl.String(),
            "the NDC in eleven digits; ten plain digits only where the directory knows exactly one "
            "padding; else null",
        ),
    ),
)
def ndc_on_line(ctx: FactContext) -> pl.DataFrame:
    """Normal form. A ten-digit NDC is resolved only if one single padding is in the directory."""
    distinct, rows = ctx.distinct("ndc_as_sent", "ndc_qualifier")
    sent = pl.col("ndc_as_sent")
    # LIN02 names what the number is; where it was not sent the number is read as the NDC it is meant to be.
    is_ndc = sent.is_not_null() & (pl.col("ndc_qualifier").is_null() | (pl.col("ndc_qualifier") == "N4"))
    frame = distinct.with_row_index("_n").with_columns(
        is_ndc.alias("has_ndc"),
        pl.when(is_ndc).then(ndc_form_expr(sent).fill_null("malformed")).alias("ndc_form"),
        pl.when(is_ndc).then(ndc11_expr(sent)).alias("ndc"),
    )
    ten = frame.filter(pl.col("ndc_form") == "ambiguous").select(
        "_n", pl.col("ndc_as_sent").str.replace_all(r"\D", "").alias("_digits")
    )
    if ten.height:
        digits = pl.col("_digits")
        paddings = (
            ten.select(
                "_n",
                pl.concat_list(
                    pl.lit("0") + digits,
                    digits.str.slice(0, 5) + pl.lit("0") + digits.str.slice(5),
                    digits.str.slice(0, 9) + pl.lit("0") + digits.str.slice(9),
                ).alias("ndc"),
            )
            .explode("ndc")
            .unique()
        )
        numbers = paddings["ndc"].unique()
        held = ctx.reference.table("ndc", as_of=ctx.as_of, where={"ndc": numbers}).select(
            pl.col("ndc").unique()
        )
        single = (
            paddings.join(held, on="ndc", how="semi")
            .group_by("_n")
            .agg(pl.col("ndc").first().alias("_resolved"), pl.len().alias("_count"))
            .filter(pl.col("_count") == 1)
        )
        frame = frame.join(single, on="_n", how="left", maintain_order="left").with_columns(
            pl.coalesce("_resolved", "ndc").alias("ndc"),
            pl.when(pl.col("_resolved").is_not_null())
            .then(pl.lit("ndc11"))
            .otherwise("ndc_form")
            .alias("ndc_form"),
        )
    return frame.select("has_ndc", "ndc_form", "ndc")[rows]


_PACKAGE = (
    "ndc_hcpcs",
    "is_ndc_known",
    "ndc_drug",
    "ndc_product",
    "package_size",
    "package_quantity",
    "units_per_item",
    "ndc_billing_unit",
    "ndc_container_type",
    "ndc_confidence",
    "ndc_container_confidence",
)
_NOT_ON_DAY = (
    "no crosswalk row of this NDC is held for the date of service; `scrubjay reference load FILE` loads the "
    "official crosswalk of that quarter"
)


@facts(
    LINE,
    needs=("ndc", "hcpcs", "service_date"),
    gives=(
        Fact(
            "ndc_hcpcs",
            _STRINGS,
            "codes that CMS's crosswalk gives this NDC on the date, sorted",
            _NOT_ON_DAY,
        ),
        Fact("is_ndc_known", pl.Boolean(), "the NDC is in the loaded directory, on whatever date", _NOT_HELD),
        Fact(
            "ndc_drug",
            pl.String(),
            "drug of the NDC, by the name of the line's code where both are linked",
            _NOT_HELD,
        ),
        Fact("ndc_product", pl.String(), "labelled product of the NDC"),
        Fact(
            "package_size", QUANTITY, "amount in one item of the NDC: mL, or 1 for a powder vial", _NOT_HELD
        ),
        Fact("package_quantity", QUANTITY, "items in the package of the NDC", _NOT_HELD),
        Fact(
            "units_per_item",
            QUANTITY,
            "billing units of the line's code in one item of the NDC",
            "how many units of this code one item of this NDC holds is not known: no crosswalk row links the two",
        ),
        Fact(
            "ndc_billing_unit",
            pl.String(),
            "unit of measure that the NDC is counted in: ML, UN or GR",
            "the unit of measure that this NDC is counted in is not known",
        ),
        Fact(
            "ndc_container_type",
            pl.String(),
            "single-dose or multi-dose, of the NDC",
            "whether this NDC is a single-dose container is not known",
        ),
        Fact("ndc_confidence", pl.String(), "confidence tag of the crosswalk row"),
        Fact("ndc_container_confidence", pl.String(), "confidence tag of the container type of the NDC"),
    ),
)
def package_of_ndc(ctx: FactContext) -> pl.DataFrame:
    """The crosswalk: which codes the NDC has on the day, and what one package holds.

    An NDC changes its code when a code is replaced, and the units in one item with it, so those are read
    of the row of the line's own code. Size and container stay the same: any row of the NDC serves.
    """
    distinct, rows = ctx.distinct("ndc", "hcpcs", "service_date")
    asked = distinct.with_row_index("_n")
    held = ctx.reference.table("ndc", as_of=ctx.as_of, where={"ndc": asked["ndc"].unique()})
    day = pl.col("service_date")
    hits = (
        asked.join(held.rename({"hcpcs": "_code"}), on="ndc")
        .with_columns(
            (
                (pl.col("effective_from").is_null() | (pl.col("effective_from") <= day))
                & (pl.col("effective_to").is_null() | (day < pl.col("effective_to")))
            )
            .fill_null(value=False)
            .alias("_on_day"),
            pl.col("_code").eq_missing(pl.col("hcpcs")).alias("_own"),
        )
        .sort("_n", "_own", "_on_day", "effective_from", nulls_last=False)
    )
    on_day = hits.filter("_on_day").group_by("_n").agg(pl.col("_code").unique().sort().alias("ndc_hcpcs"))
    package = hits.unique("_n", keep="last", maintain_order=True).select(
        "_n",
        pl.lit(value=True).alias("is_ndc_known"),
        pl.col("drug").alias("ndc_drug"),
        pl.col("product").alias("ndc_product"),
        "package_size",
        "package_quantity",
        pl.when("_own").then("units_per_item").alias("units_per_item"),
        "ndc_billing_unit",
        pl.col("container_type").alias("ndc_container_type"),
        pl.col("confidence").alias("ndc_confidence"),
        pl.col("container_confidence").alias("ndc_container_confidence"),
    )
    # An NDC that is not found may only be missing from what is loaded: unknown, not false.
    found = (
        asked.join(on_day, on="_n", how="left", maintain_order="left")
        .join(package, on="_n", how="left", maintain_order="left")
        .select(_PACKAGE)
    )
    return ctx.gather(found, rows)
