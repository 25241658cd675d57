"""A synthetic year through the deciding half of recovery: causes, calibration, order of work.

    python benchmarks/recovery_year.py [CLAIMS] [SEED]

Prints the figures of docs/recovery-decisions.md. Nine months are history, the last ninety days are judged by it.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

import polars as pl

from scrubjay.policies import PolicySet
from scrubjay.policies.loader import parse_policy
from scrubjay.recovery.calendar import is_business_day
from scrubjay.recovery.contracts import CONTRACTS_SCHEMA
from scrubjay.recovery.decide import World, decide
from scrubjay.recovery.probability import HISTORY_SCHEMA, Model, learn, predict, priors
from scrubjay.recovery.worklist import planned, worklist
from scrubjay.reference import Reference
from scrubjay.testing.recovery_year import (
    PAYERS,
    Year,
    contract_policies,
    last_day,
    make_year,
    quarter_before,
)

CAPACITIES = (0.10, 0.35, 0.70)
"""Of the time that all the work of the quarter would take; the rest cannot be done, so order matters."""
ORDERS = ("net", "per hour", "plan", "amount", "age", "random")


@dataclass(frozen=True)
class Bin:
    """Denials of like probability: what share was predicted to be won, what share was.

    `low` and `high` bound what may be observed in 95 of 100 such bins: chance of the draw, and of the estimate.
    """

    cases: int
    predicted: float
    observed: float
    low: float
    high: float
    is_within: bool


@dataclass(frozen=True)
class Figures:
    """What the run found."""

    claims: int
    lines: int
    denied: int
    cause_held: int
    cause_right: float
    cause_open_left_open: float
    bins: list[Bin]
    groups_covered: float
    groups: int
    dollars_per_hour: dict[str, dict[str, float]]
    seconds: dict[str, float]


def world(as_of: date) -> World:
    """Policies of the invented contracts, and rates that are a part of the charge."""
    own = [parse_policy(text, name) for name, text in contract_policies()]
    rates = pl.DataFrame(
        [(p.payer_id, "*", "percent_of_charge", Decimal(str(p.allows)) * 100, None, None, False, "invented") for p in PAYERS],
        schema=CONTRACTS_SCHEMA,
        orient="row",
    )  # fmt: skip
    return World(PolicySet.base(own), Reference.starter(), as_of, rates)


def causes_right(decisions: pl.DataFrame, year: Year) -> tuple[int, float, float]:
    """Denials whose cause the codes hold, the share named right, and the share of the others left open."""
    both = decisions.join(year.truth, on="remit_line_key", how="inner")
    held = both.filter(pl.col("true_cause").is_not_null())
    right = (held["root_cause"] == held["true_cause"]).fill_null(value=False).mean()
    left = both.filter(pl.col("true_cause").is_null())["root_cause"].is_null().mean()
    return held.height, float(right), float(left)  # type: ignore[arg-type]


def denied_lines(lines: pl.DataFrame, decisions: pl.DataFrame, year: Year) -> pl.DataFrame:
    """Denied lines with what is at stake, the remedy and how it would end."""
    at_stake = pl.min_horizontal("denied_amount", "expected_allowed_amount")
    about = lines.select("payer_id", "production_date", "expected_allowed_amount")
    return (
        decisions.hstack(about.get_columns())
        .filter(pl.col("remedy").is_in(list(priors())))
        .join(year.truth, on="remit_line_key", how="inner", maintain_order="left")
        .with_columns(at_stake.alias("at_stake_amount"), pl.col("won_amount").alias("recovered_amount"))
    )


def calibration(model: Model, later: pl.DataFrame, bins: int = 10) -> tuple[list[Bin], float, int]:
    """Bins of equal size of the later denials; and how many groups hold their true chance in their interval."""
    told = later.hstack(predict(model, later).get_columns())
    told = told.with_columns(pl.col("probability").cast(pl.Float64).alias("p")).sort("p")
    told = told.with_columns((pl.int_range(pl.len()) * bins // pl.len()).alias("bin"))
    # Cases of one group share the error of its estimate.
    spread = (pl.col("probability_high") - pl.col("probability_low")).cast(pl.Float64) / (2 * 1.645)
    of_group = told.group_by("bin", "payer_id", "root_cause", "remedy").agg(
        pl.len(), spread.first().alias("sd")
    )
    shared = of_group.group_by("bin").agg((pl.col("len") ** 2 * pl.col("sd") ** 2).sum().alias("shared"))
    found: list[Bin] = []
    for row in (
        told.group_by("bin", maintain_order=True)
        .agg(
            pl.len(), pl.col("p").mean(), pl.col("is_won").mean().alias("observed"),
            (pl.col("p") * (1 - pl.col("p"))).sum().alias("drawn"),
        )
        .join(shared, on="bin", maintain_order="left")
        .iter_rows(named=True)
    ):  # fmt: skip
        half = 1.96 * sqrt(row["drawn"] + row["shared"]) / row["len"]
        low, high = row["p"] - half, row["p"] + half
        found.append(Bin(row["len"], row["p"], row["observed"], low, high, low <= row["observed"] <= high))
    groups = told.group_by("payer_id", "root_cause", "remedy").agg(
        pl.col("chance").mean(),
        pl.col("probability_low", "probability_high").first(),
        pl.col("true_cause").n_unique().alias("causes"),
    )
    groups = groups.filter(pl.col("causes") == 1)
    covered = groups.filter(
        pl.col("chance").is_between(
            pl.col("probability_low").cast(pl.Float64), pl.col("probability_high").cast(pl.Float64)
        )
    ).height
    return found, covered / groups.height, groups.height


def work(listed: pl.DataFrame, order: str, days: list[date], minutes_a_day: float) -> tuple[float, float]:
    """Recovered dollars and hours of a quarter in which each day the first of the list are worked.

    Args:
        listed: claims with `arrived`, `hard_date`, `real_minutes`, `won` and the keys of the orders.
        order: `net`, `per hour`, `plan`, `amount` or `age`.
        days: business days.
        minutes_a_day: time of a day.
    """
    keys = {
        "net": ["net_amount"],
        "per hour": ["worth"],
        "amount": ["denied_amount"],
        "age": ["age"],
        "random": ["shuffle"],
    }
    left = listed
    dollars = hours = 0.0
    for day in days:
        here = left.filter(
            pl.col("arrived") <= day, pl.col("hard_date").is_null() | (pl.col("hard_date") >= day)
        )
        if order == "plan":
            today = planned(here, as_of=day, minutes_a_day=round(minutes_a_day), days=60)
        else:
            today = here if order in {"amount", "age", "random"} else here.filter(pl.col("net_amount") > 0)
            today = today.sort(keys[order][0], "remit_claim_key", descending=[True, False], nulls_last=True)
        today = today.filter(pl.col("real_minutes").cum_sum() - pl.col("real_minutes") < minutes_a_day)
        dollars += float(today["won"].sum())
        hours += float(today["real_minutes"].sum()) / 60
        left = left.join(today.select("remit_claim_key"), on="remit_claim_key", how="anti")
    return dollars, hours


def quarter(lines: pl.DataFrame, decisions: pl.DataFrame, model: Model, year: Year, start: date) -> pl.DataFrame:  # fmt: skip
    """The claims of the last ninety days as a list of work, with how each would end."""
    which = lines.select((pl.col("production_date") >= start).alias("w"))["w"]
    listed = worklist(lines.filter(which), decisions.filter(which), model, as_of=start)
    ends = (
        decisions.filter(which)
        .join(year.truth, on="remit_line_key")
        .group_by("remit_claim_key")
        .agg(pl.col("won_amount").sum().cast(pl.Float64).alias("won"), pl.col("minutes_factor").first())
    )
    return (
        listed.filter(pl.col("state") == "open")
        .join(ends, on="remit_claim_key", maintain_order="left")
        .with_columns(
            pl.col("production_date").alias("arrived"),
            (pl.col("minutes") * pl.col("minutes_factor")).alias("real_minutes"),
            (pl.col("net_amount").cast(pl.Float64) / pl.col("minutes")).alias("worth"),
            (pl.lit(start) - pl.col("production_date")).dt.total_days().alias("age"),
            pl.col("remit_claim_key").hash(3).alias("shuffle"),
        )
    )


def run(claims: int, seed: int) -> Figures:
    """The whole experiment."""
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def done(what: str) -> None:
        nonlocal began
        now = time.perf_counter()
        seconds[what], began = round(now - began, 1), now

    year = make_year(claims, seed)
    done("generate")
    end = last_day(year)
    start = quarter_before(end)
    got = decide(year.lines, world(start))
    done("decide")
    held, right, left_open = causes_right(got.decisions, year)
    denied = denied_lines(got.lines, got.decisions, year)
    earlier = denied.filter(pl.col("production_date") < start).select(HISTORY_SCHEMA.keys())
    model = learn(earlier)
    bins, covered, groups = calibration(model, denied.filter(pl.col("production_date") >= start))
    done("learn and calibrate")
    listed = quarter(got.lines, got.decisions, model, year, start)
    days = [start + timedelta(days=n) for n in range(91) if is_business_day(start + timedelta(days=n))]
    outcome: dict[str, dict[str, float]] = {}
    for capacity in CAPACITIES:
        a_day = float(listed["real_minutes"].sum()) * capacity / len(days)
        worked = {o: work(listed, o, days, a_day) for o in ORDERS}
        outcome[f"{capacity:.0%} of the time"] = {o: round(d / h, 2) for o, (d, h) in worked.items()}
    done("work the quarter")
    return Figures(
        claims=claims,
        lines=year.lines.height,
        denied=year.truth.height,
        cause_held=held,
        cause_right=right,
        cause_open_left_open=left_open,
        bins=bins,
        groups_covered=covered,
        groups=groups,
        dollars_per_hour=outcome,
        seconds=seconds,
    )


def main() -> None:
    claims = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    figures: dict[str, Any] = asdict(run(claims, seed))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
