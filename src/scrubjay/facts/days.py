"""One whole number for a claim and day, and for a claim, day and practitioner: fast to group and join by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

# All dates of the calendar lie within this many days, so no two claims and days share a number.
_DAYS = 1 << 22


def day_key() -> pl.Expr:
    """Number of `claim_key` and `service_date`; null without a date."""
    return (pl.col("claim_key") * _DAYS + pl.col("service_date").to_physical().cast(pl.Int64)).alias("_day")


def meetings(ctx: FactContext) -> pl.Series:
    """Number of claim, day and who did it, for every line; null without a date.

    Who: the rendering provider of a professional line, else the billing one of the claim. Needs
    `claim_key`, `service_date`, `claim_kind`, `claim_rendering_npi`, `line_rendering_npi`, `billing_npi`.
    """
    day = ctx.lines.select(day_key()).to_series()
    if ctx.lines["line_rendering_npi"].null_count() == ctx.lines.height:
        return day.alias("_meet")
    of_claim = pl.coalesce("claim_rendering_npi", "billing_npi")
    own = pl.when(pl.col("claim_kind") == "professional").then("line_rendering_npi")
    keys = ctx.lines.select(day, pl.coalesce(own, of_claim).fill_null("").alias("_who"))
    numbered = keys.unique(maintain_order=True).with_row_index("_meet")
    number = keys.join(numbered, on=["_day", "_who"], how="left", maintain_order="left")
    return (
        number.select(pl.when(pl.col("_day").is_not_null()).then(pl.col("_meet").cast(pl.Int64)))
        .to_series()
        .alias("_meet")
    )


def grouped(frame: pl.DataFrame, by: str | list[str], *aggregates: pl.Expr) -> pl.DataFrame:
    """`frame.group_by(by).agg(aggregates)` in any order, by the engine that is fastest at many small groups."""
    return frame.lazy().group_by(by).agg(*aggregates).collect(engine="streaming")
