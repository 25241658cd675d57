"""The order of work: one row per claim, by what it is expected to bring, with deadlines that bind.

Expected is probability times recovered share times the amount at stake (what was denied, and no more than the
payer should allow where that is known), summed over the lines of a claim that something can
be done about; net is that less the cost of the work. What is past its last day is blocked and stands apart.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.calendar import is_business_day
from scrubjay.recovery.probability import hour_cost, minutes_of, predict, priors
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from scrubjay.recovery.probability import Model

OPEN, EXPIRED, UNDECIDED, WAITING, PATIENT, NOTHING = (
    "open", "expired", "undecided", "waiting", "patient", "nothing",
)  # fmt: skip
STATES = (OPEN, UNDECIDED, EXPIRED, WAITING, PATIENT, NOTHING)
"""`open` can be worked; `expired` is past its last day; `undecided` needs a person; the rest brings no work."""

CASES_SCHEMA = {
    "remit_claim_key": pl.Int64,
    "owner": pl.String,
    "work_status": pl.String,
    "note": pl.String,
    "follow_up_date": pl.Date,
}
"""What people keep beside a claim of the list."""

_FURTHER_MINUTES = 3
"""Work on each further line of a claim with the same remedy [D]."""
_TROUBLE = ["denied", "reduced", "pending", "rejected"]
_LINE = (
    "remit_line_key", "hcpcs", "outcome", "group_code", "carc_code", "rarc_code", "root_cause", "remedy",
    "appeal_level", "denied_amount", "at_stake_amount", "probability", "expected_amount", "hard_date", "missing",
)  # fmt: skip


def worklist(
    lines: pl.DataFrame,
    decisions: pl.DataFrame,
    model: Model,
    *,
    as_of: date,
    cost_of_hour: Decimal | None = None,
    cases: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The list of work.

    Args:
        lines: answered lines.
        decisions: in the shape of `DECISIONS`, row by row of `lines`.
        model: what `probability.learn` made of the history.
        as_of: day on which the list is made; a last day before it blocks.
        cost_of_hour: dollars; null takes the stated assumption.
        cases: owners, states, notes and follow-up dates (`CASES_SCHEMA`).

    Returns:
        One row per claim with something denied, reduced or pending, best first: `rank` (of those that are
        open), `state`, keys, payer, `batch` (payer, cause and remedy of the main line), amounts, probability
        with its interval (of the main line), `expected_amount`, `cost_amount`, `net_amount`, `minutes`, the
        nearest dates, `days_left`, what is `missing`, what people keep beside it, and `lines`, the decisions
        inside. Amounts that nobody knows are null and come after those that are known.
    """
    frame = _lines(lines, decisions, model, as_of)
    claims = _claims(frame, cost_of_hour if cost_of_hour is not None else hour_cost(), as_of)
    kept = cases if cases is not None else pl.DataFrame(schema=CASES_SCHEMA)
    claims = claims.join(
        kept.unique("remit_claim_key", keep="last"), on="remit_claim_key", how="left", maintain_order="left"
    )
    place = pl.col("state").replace_strict({s: n for n, s in enumerate(STATES)}, return_dtype=pl.Int8)
    claims = claims.sort(
        place,
        pl.col("net_amount"),
        pl.col("denied_amount"),
        pl.col("hard_date"),
        "remit_claim_key",
        descending=[False, True, True, False, False],
        nulls_last=True,
    )
    return claims.with_columns(
        pl.when(pl.col("state") == OPEN).then(pl.int_range(1, pl.len() + 1)).alias("rank")
    ).select("rank", pl.exclude("rank"))


def _lines(lines: pl.DataFrame, decisions: pl.DataFrame, model: Model, as_of: date) -> pl.DataFrame:
    about = lines.select(
        "claim_key", "patient_control_number", "payer_claim_control_number", "payer_id", "payer_name", "policy_id",
        "hcpcs", "service_date", "production_date",
        *(c for c in ("expected_allowed_amount", "paid_amount", "line_number") if c in lines.columns),
    )  # fmt: skip
    frame = decisions.hstack(about.get_columns()).filter(pl.col("outcome").is_in(_TROUBLE))
    frame = frame.hstack(predict(model, frame).get_columns())
    minutes = {
        (remedy, level): minutes_of(remedy, level)
        for remedy in priors()
        for level in (None, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    }
    table = pl.DataFrame(
        [(r, level, m) for (r, level), m in minutes.items()],
        schema={"remedy": pl.String, "appeal_level": pl.Int8, "_minutes": pl.Int64},
        orient="row",
    )
    frame = frame.join(
        table, on=["remedy", "appeal_level"], how="left", nulls_equal=True, maintain_order="left"
    )
    is_late = (pl.col("hard_date") < as_of).fill_null(value=False)
    works = pl.col("remedy").is_in(list(priors()))
    state = (
        pl.when(pl.col("remedy").is_null())
        .then(pl.lit(UNDECIDED))
        .when(works & is_late)
        .then(pl.lit(EXPIRED))
        .when(works)
        .then(pl.lit(OPEN))
        .when(pl.col("remedy") == "WAIT")
        .then(pl.lit(WAITING))
        .when(pl.col("remedy") == "PT")
        .then(pl.lit(PATIENT))
        .otherwise(pl.lit(NOTHING))
    )
    exact = pl.Decimal(38, 10)
    at_stake = pl.col("denied_amount")
    if "expected_allowed_amount" in frame.columns:
        # Of a charge that was denied whole no more comes than the payer would have allowed.
        left = pl.col("expected_allowed_amount") - pl.col("paid_amount")
        capped = pl.min_horizontal(at_stake, pl.max_horizontal(left, pl.lit(0, MONEY)))
        at_stake = pl.when(left.is_not_null()).then(capped).otherwise(at_stake)
    frame = frame.with_columns(
        pl.when(pl.col("denied_amount").is_not_null()).then(at_stake).alias("at_stake_amount")
    )
    expected = (
        pl.col("at_stake_amount").cast(exact)
        * (pl.col("probability").cast(exact) * pl.col("recovered_share").cast(exact)).cast(exact)
    ).round(2, mode="half_away_from_zero")
    return frame.with_columns(state.alias("_state")).with_columns(
        pl.when(pl.col("_state") == OPEN).then(expected).cast(MONEY).alias("expected_amount")
    )


def _claims(frame: pl.DataFrame, cost: Decimal, as_of: date) -> pl.DataFrame:
    rank = pl.col("_state").replace_strict({s: n for n, s in enumerate(STATES)}, return_dtype=pl.Int8)
    frame = frame.with_columns(rank.alias("_place")).sort(
        "remit_claim_key", "_place", "expected_amount", "denied_amount", "remit_line_key",
        descending=[False, False, True, True, False], nulls_last=True,
    )  # fmt: skip
    is_open = pl.col("_state") == OPEN
    # One piece of work per remedy of a claim, and a little for each further line.
    is_further = is_open & (
        pl.struct("remedy", "appeal_level").is_first_distinct().over("remit_claim_key", "_state").not_()
    )
    frame = frame.with_columns(
        pl.when(is_further).then(_FURTHER_MINUTES).when(is_open).then("_minutes").otherwise(0).alias("_work")
    )
    first = (
        "claim_key", "patient_control_number", "payer_claim_control_number", "payer_id", "payer_name", "policy_id",
        "root_cause", "remedy", "appeal_level", "outcome", "probability", "probability_low", "probability_high",
        "probability_basis",
    )  # fmt: skip
    claims = frame.group_by("remit_claim_key", maintain_order=True).agg(
        pl.col("_state").first().alias("state"),
        *(pl.col(c).first() for c in first),
        pl.col("remedy").filter(is_open).unique(maintain_order=True).alias("remedies"),
        pl.when(pl.col("denied_amount").is_null().all()).then(None).otherwise(pl.col("denied_amount").sum()).first().alias("denied_amount"),
        pl.when(pl.col("expected_amount").is_null().all()).then(None).otherwise(pl.col("expected_amount").sum()).first().alias("expected_amount"),
        pl.col("_work").sum().alias("minutes"),
        pl.col("safe_date").filter(is_open).min(),
        pl.when(is_open.any()).then(pl.col("hard_date").filter(is_open).min()).otherwise(pl.col("hard_date").min()).alias("hard_date"),
        pl.col("deadline_rule").first(),
        pl.col("service_date").min(),
        pl.col("production_date").first(),
        pl.col("missing").explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True).alias("missing"),
        pl.len().alias("line_count"),
        pl.struct(*_LINE, *(c for c in ("line_number",) if c in frame.columns)).alias("lines"),
    )  # fmt: skip
    exact = pl.Decimal(38, 10)
    spent = (pl.col("minutes").cast(exact) * pl.lit(cost, exact) / pl.lit(60, exact)).round(
        2, mode="half_away_from_zero"
    )
    return claims.with_columns(
        pl.when(pl.col("state") == OPEN).then(spent).cast(MONEY).alias("cost_amount")
    ).with_columns(
        (pl.col("expected_amount") - pl.col("cost_amount")).alias("net_amount"),
        (pl.col("hard_date") - pl.lit(as_of)).dt.total_days().cast(pl.Int32).alias("days_left"),
        pl.concat_str(
            pl.coalesce("policy_id", "payer_id", "payer_name").fill_null("unknown payer"),
            pl.col("root_cause").fill_null("unknown cause"),
            pl.col("remedy").fill_null("undecided"),
            separator=" | ",
        ).alias("batch"),
    )


def batches(listed: pl.DataFrame) -> pl.DataFrame:
    """Claims of one payer, cause and remedy together, the most worthwhile first.

    Returns:
        `batch`, `claims`, `denied_amount`, `expected_amount`, `net_amount`, `minutes`, nearest `hard_date`.
    """
    return (
        listed.filter(pl.col("state") == OPEN)
        .group_by("batch")
        .agg(
            pl.len().alias("claims"),
            pl.col("denied_amount", "expected_amount", "net_amount", "minutes").sum(),
            pl.col("hard_date").min(),
        )
        .sort("net_amount", "batch", descending=[True, False])
    )


def planned(listed: pl.DataFrame, *, as_of: date, minutes_a_day: int, days: int = 60) -> pl.DataFrame:
    """The claims that fit into the time at hand, in an order in which each is done before its safe date.

    Claims are taken by what an hour on them is expected to bring, each only if all that were taken before can
    still be done in time; then they are worked by date. That is the greedy rule for jobs with deadlines.

    Args:
        listed: what `worklist` gave; only open claims with a positive net amount are planned.
        as_of: first day of the plan.
        minutes_a_day: working time of a business day, all people together.
        days: business days to plan for.

    Returns:
        The chosen rows with `planned_date`, by that date and by net amount per minute.
    """
    ahead = _business_days(as_of, days)
    open_ones = (
        listed.filter(pl.col("state") == OPEN, pl.col("net_amount") > 0, pl.col("minutes") > 0)
        .with_columns((pl.col("net_amount").cast(pl.Float64) / pl.col("minutes")).alias("_worth"))
        .sort("_worth", "remit_claim_key", descending=[True, False])
    )
    # How many of the days lie on or before the safe date; the hard date where there is no safe one.
    last = open_ones.select(pl.coalesce("safe_date", "hard_date").alias("d"))["d"]
    until = [bisect_right(ahead, d) if d is not None else days for d in last.to_list()]
    chosen = _chosen(open_ones["minutes"].to_list(), until, minutes_a_day, days)
    taken = (
        open_ones.with_columns(
            pl.Series("_until", until, dtype=pl.Int64), pl.Series("_chosen", chosen, dtype=pl.Boolean)
        )
        .filter(pl.col("_chosen"))
        .sort("_until", "_worth", descending=[False, True], maintain_order=True)
        .with_columns(((pl.col("minutes").cum_sum() - 1) // minutes_a_day).alias("_day"))
    )
    dates = pl.DataFrame(
        {"_day": range(days), "planned_date": ahead}, schema={"_day": pl.Int64, "planned_date": pl.Date}
    )
    return (
        taken.join(dates, on="_day", how="left", maintain_order="left")
        .sort("planned_date", "_worth", descending=[False, True], nulls_last=True, maintain_order=True)
        .drop("_worth", "_until", "_chosen", "_day")
    )


def _business_days(start: date, count: int) -> list[date]:
    found: list[date] = []
    day = start
    while len(found) < count:
        if is_business_day(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def _chosen(minutes: Sequence[int], until: Sequence[int], a_day: int, days: int) -> list[bool]:
    """Which jobs, in the order given, fit with those before into days 1 to `until` each."""
    slack = [a_day * (n + 1) for n in range(days)]
    chosen: list[bool] = []
    # Each choice changes what fits next, so this goes job by job.
    for job, end in zip(minutes, until, strict=True):
        fits = end > 0 and min(slack[end - 1 :]) >= job
        chosen.append(fits)
        if fits:
            for n in range(end - 1, days):
                slack[n] -= job
    return chosen
