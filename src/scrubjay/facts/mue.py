"""Medically unlikely edits: the value in force for the payer's setting, and the sums it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.reference import Reference
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NO_TABLE = (
    "whether an MUE is published for this code on the date is not known: no table of that quarter and setting is "
    "held, or none that is held speaks of the code; `scrubjay reference load FILE` loads the official table"
)
_ROW = ("mue_value", "mue_mai", "mue_rationale", "edition", "confidence")


@facts(
    LINE,
    needs=(
        "hcpcs",
        "service_date",
        "claim_kind",
        "code_first_day",
        "is_code_known",
        "payer_mue_setting_professional",
        "payer_mue_setting_institutional",
    ),
    gives=(
        Fact(
            "mue_setting",
            pl.String(),
            "MUE table that the payer uses for this kind of claim",
            "which MUE table this payer uses is not known; add it to a policy (--policy)",
        ),
        Fact("has_mue", pl.Boolean(), "the table in force on the date holds a value for the code", _NO_TABLE),
        Fact("mue_value", pl.Int32(), "most units by the table in force on the date"),
        Fact(
            "mue_mai",
            pl.String(),
            "1 each line, 2 the day by policy, 3 the day by clinical evidence",
            "whether this MUE counts the line or the day is not published",
        ),
        Fact("mue_rationale", pl.String(), "CMS's stated reason for the value"),
        Fact("mue_edition", pl.String(), "release of the table that the value is from"),
        Fact("mue_confidence", pl.String(), "confidence tag of the value"),
    ),
)
def mue_of_code(ctx: FactContext) -> pl.DataFrame:
    """The row of the table, or that the table has none, or that no table is held."""
    setting = (
        pl.when(pl.col("claim_kind") == "institutional")
        .then("payer_mue_setting_institutional")
        .otherwise("payer_mue_setting_professional")
    )
    keys = ["hcpcs", "service_date", "mue_setting"]
    lines = ctx.lines.select(
        "hcpcs", "service_date", setting.alias("mue_setting"), "code_first_day", "is_code_known"
    )
    asked = lines.unique(keys, keep="first", maintain_order=True)
    rows = lines.select(keys).join(
        asked.select(keys).with_row_index("_n"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )["_n"]
    found = ctx.reference.lookup("mue", asked.select(keys), on="service_date", as_of=ctx.as_of)
    # A table speaks from the first day of its oldest row that is valid on the day; before it, nothing is
    # known, and about a code that is younger than it, nothing either.
    days = asked.select("mue_setting", "service_date").unique()
    since = [
        ctx.reference.complete_since("mue", on=day, as_of=ctx.as_of, setting=setting)
        if setting and day
        else None
        for setting, day in days.iter_rows()
    ]
    whole = days.with_columns(pl.Series("_table_from", since, dtype=pl.Date)).drop_nulls("_table_from")
    held = ctx.reference.table("mue", as_of=ctx.as_of).select("mue_setting", "effective_from", "effective_to")
    speaks = (
        days.join(whole, on=["mue_setting", "service_date"], how="anti")
        .join(held.unique(), on="mue_setting")
        .filter(
            (pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col("service_date")))
            & (pl.col("effective_to").is_null() | (pl.col("service_date") < pl.col("effective_to")))
        )
        .group_by("mue_setting", "service_date")
        .agg(pl.col("effective_from").min().alias("_table_from"))
    )
    # Where no whole table is held the starter's selection answers, and of other codes it says nothing.
    selected = Reference.starter().table("hcpcs", as_of=ctx.as_of)["hcpcs"].unique()
    speaks = pl.concat(
        [
            whole.select("mue_setting", "service_date", "_table_from", pl.lit(value=True).alias("_is_whole")),
            speaks.with_columns(pl.lit(value=False).alias("_is_whole")),
        ]
    )
    frame = asked.join(
        speaks, on=["mue_setting", "service_date"], how="left", maintain_order="left"
    ).with_columns(found.select(_ROW))
    is_about = pl.col("_is_whole") | pl.col("hcpcs").is_in(selected.implode())
    is_younger = (pl.col("code_first_day") > pl.col("_table_from")).fill_null(value=False)
    table_is_silent = (
        pl.col("_table_from").is_not_null() & is_about & pl.col("is_code_known") & is_younger.not_()
    )
    found = frame.select(
        "mue_setting",
        pl.when(pl.col("mue_value").is_not_null())
        .then(statement=True)
        .when(table_is_silent)
        .then(statement=False)
        .alias("has_mue"),
        "mue_value",
        "mue_mai",
        "mue_rationale",
        pl.col("edition").alias("mue_edition"),
        pl.col("confidence").alias("mue_confidence"),
    )
    return ctx.gather(found, rows)


@facts(
    LINE,
    needs=(
        "hcpcs",
        "claim_kind",
        "setting",
        "payer_uses_mue",
        "has_mue",
        "mue_value",
        "payer_uses_hospital_status",
        "payer_status_not_paid",
        "status_indicator",
    ),
    gives=(
        Fact(
            "is_mue_zero",
            pl.Boolean(),
            "the payer uses MUE and the value in force is 0: no unit is payable",
            _NO_TABLE,
        ),
        Fact(
            "is_status_unpaid",
            pl.Boolean(),
            "the payer pays this bill by OPPS or ASC status, and nothing under the code's",
            "the payment status of this code in this setting on the date, or how the payer treats it, is not known; "
            "`scrubjay reference load FILE` loads Addendum B or BB",
        ),
    ),
)
def unpaid_code(ctx: FactContext) -> list[pl.Expr]:
    """False where the list is not used. A physician's bill in a hospital is not paid by OPPS status."""
    del ctx
    by_status = ((pl.col("setting") == "hopd") & (pl.col("claim_kind") == "institutional")) | (
        pl.col("setting") == "asc"
    )
    # A null is in no list, which would read as "paid".
    unpaid = pl.when(pl.col("status_indicator").is_not_null()).then(
        pl.col("payer_status_not_paid").list.contains(pl.col("status_indicator"))
    )
    return [
        (pl.col("payer_uses_mue") & pl.col("has_mue") & (pl.col("mue_value") == 0)).alias("is_mue_zero"),
        (pl.col("payer_uses_hospital_status") & by_status & unpaid).alias("is_status_unpaid"),
    ]


_NO_UNITS = "a line of this code on this day has no units"


@facts(
    LINE,
    needs=(
        "claim_key",
        "hcpcs",
        "service_date",
        "service_date_last",
        "units",
        "has_jw",
        "is_code_repeated",
        "line_key",
        "billing_npi",
        "claim_rendering_npi",
        "line_rendering_npi",
    ),
    gives=(
        Fact(
            "code_day_units",
            QUANTITY,
            "units of the code on the day by this provider over the lines of the claim, "
            "discarded units included",
            _NO_UNITS,
        ),
        Fact("code_day_discarded_units", QUANTITY, "those of them on lines with JW", _NO_UNITS),
        Fact("code_day_line_count", pl.Int32(), "lines of the code on the day by this provider on the claim"),
        Fact(
            "service_days",
            pl.Int32(),
            "days that the line spans, one for a single date",
            "the date of service is missing",
        ),
    ),
)
def units_of_day(ctx: FactContext) -> pl.DataFrame:
    """Sums over the lines of one code, day and provider of a claim; unknown if one of them has no units."""
    frame = ctx.lines.select(
        "line_key",
        "is_code_repeated",
        pl.col("units").alias("_units"),
        pl.when("has_jw").then("units").otherwise(pl.lit(0, dtype=QUANTITY)).alias("_discarded"),
    )
    keys = ["claim_key", "service_date", "hcpcs", "_provider"]
    provider = pl.coalesce("line_rendering_npi", "claim_rendering_npi", "billing_npi").alias("_provider")
    repeated = ctx.lines.select(*keys[:3], provider).hstack(frame).filter(pl.col("is_code_repeated"))
    sums = repeated.group_by(keys).agg(
        pl.when(pl.col("_units").is_null().any().not_()).then(pl.col("_units").sum()).alias("_sum"),
        pl.when(pl.col("_discarded").is_null().any().not_())
        .then(pl.col("_discarded").sum())
        .alias("_sum_discarded"),
        pl.len().cast(pl.Int32).alias("_count"),
    )
    summed = repeated.select("line_key", *keys).join(sums, on=keys, nulls_equal=True).drop(keys)
    days = (pl.col("service_date_last") - pl.col("service_date")).dt.total_days() + 1
    alone = pl.col("is_code_repeated").not_()
    return (
        frame.join(summed, on="line_key", how="left", maintain_order="left")
        .select(
            pl.when(alone).then("_units").otherwise("_sum").alias("code_day_units"),
            pl.when(alone).then("_discarded").otherwise("_sum_discarded").alias("code_day_discarded_units"),
            pl.when(alone).then(pl.lit(1, dtype=pl.Int32)).otherwise("_count").alias("code_day_line_count"),
        )
        .hstack(ctx.lines.select(days.clip(lower_bound=1).cast(pl.Int32).alias("service_days")))
    )
