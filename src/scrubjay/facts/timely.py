"""Filing limits: the last day on which the payer takes the claim, and how far it is from the run's day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import CLAIM, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NO_LIMIT = (
    "the payer's limit for filing a claim is not known; contracts differ, so none is assumed: "
    "put timely_filing_days or timely_filing_months into a policy (--policy)"
)
_COUNTED = (
    "claim_kind",
    "claim_service_date",
    "claim_service_date_last",
    "claim_payer_timely_filing_months",
    "claim_payer_timely_filing_days",
    "claim_payer_timely_filing_ceiling_months",
)


@facts(
    CLAIM,
    needs=_COUNTED,
    gives=(
        Fact(
            "filing_from_date",
            pl.Date(),
            "the day the filing limit is counted from: the last date of service of an "
            "institutional claim, the first of a professional one",
            "the date of service is missing",
        ),
        Fact(
            "filing_deadline",
            pl.Date(),
            "last day on which the payer takes the claim; where only a ceiling is known, null",
            _NO_LIMIT,
        ),
        Fact(
            "days_to_filing_deadline",
            pl.Int32(),
            "days from the day of the run to the filing deadline; negative where it has passed",
            _NO_LIMIT,
        ),
        Fact(
            "filing_days_over",
            pl.Int32(),
            "days by which the deadline, or a ceiling that no limit may exceed, has passed; "
            "0 where it has not",
            _NO_LIMIT,
        ),
    ),
)
def filing_limit(ctx: FactContext) -> pl.DataFrame:
    """Counted on the distinct dates and limits.

    Months are counted to the same day of the month, or to its last day where the month is shorter: what
    was done on 29 February is filed by 28 February of the next year.
    """
    asked = ctx.claims.select(
        pl.when(pl.col("claim_kind") == "institutional")
        .then("claim_service_date_last")
        .otherwise("claim_service_date")
        .alias("filing_from_date"),
        pl.col("claim_payer_timely_filing_months").alias("_months"),
        pl.col("claim_payer_timely_filing_days").alias("_days"),
        pl.col("claim_payer_timely_filing_ceiling_months").alias("_ceiling"),
    )
    distinct = asked.unique(maintain_order=True)
    start = pl.col("filing_from_date")

    def after(months: str) -> pl.Expr:
        return pl.when(pl.col(months).is_not_null()).then(
            start.dt.offset_by(pl.format("{}mo", pl.col(months).fill_null(0)))
        )

    limit = pl.min_horizontal(after("_months"), start + pl.duration(days=pl.col("_days")))
    as_of = pl.lit(ctx.as_of)
    left = (limit - as_of).dt.total_days().cast(pl.Int32)
    over_ceiling = (as_of - after("_ceiling")).dt.total_days().cast(pl.Int32)
    counted = distinct.select(
        *asked.columns,
        limit.alias("filing_deadline"),
        left.alias("days_to_filing_deadline"),
        pl.when(left.is_not_null())
        .then(pl.max_horizontal(-left, 0))
        # Below the ceiling the payer's own, shorter limit may have passed: that is not known.
        .when(over_ceiling > 0)
        .then(over_ceiling)
        .alias("filing_days_over"),
    )
    return asked.join(counted, on=asked.columns, how="left", nulls_equal=True, maintain_order="left").select(
        "filing_from_date", "filing_deadline", "days_to_filing_deadline", "filing_days_over"
    )
