"""Figures of a report on recovery, as small frames: rates, ageing, what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.worklist import OPEN, UNDECIDED, WAITING

if TYPE_CHECKING:
    from scrubjay.recovery.desk import Desk

AGES = ((30, "0-30 days"), (60, "31-60 days"), (90, "61-90 days"), (120, "91-120 days"))
_OLDEST = "over 120 days"
_TROUBLE = ["denied", "reduced"]


def _answered(desk: Desk) -> pl.DataFrame:
    """Lines that stand, with payer and what became of them."""
    told = desk.decided.decisions.select("outcome", "root_cause", "denied_amount")
    lines = desk.decided.lines.select(
        "remit_claim_key",
        pl.coalesce("payer_name", "payer_id").fill_null("unknown payer").alias("payer"),
        "charge_amount",
        "paid_amount",
        "production_date",
        "is_superseded",
        "is_reversal",
        "is_postable",
        pl.col("claim_frequency_code").is_in(["7", "8"]).fill_null(value=False).alias("is_correction"),
    ).hstack(told.get_columns())
    return lines.filter(
        pl.col("is_superseded").fill_null(value=False).not_(),
        pl.col("is_reversal").fill_null(value=False).not_(),
        pl.col("is_postable").fill_null(value=False),
    )


def denial_rate_by_payer(desk: Desk) -> pl.DataFrame:
    """`payer`, `lines`, `denied_lines`, `rate` (percent of lines), `charge_amount`, `denied_amount`."""
    denied = pl.col("outcome").is_in(_TROUBLE).fill_null(value=False)
    return (
        _answered(desk)
        .group_by("payer")
        .agg(
            pl.len().alias("lines"),
            denied.sum().alias("denied_lines"),
            pl.col("charge_amount").sum(),
            pl.col("denied_amount").sum(),
        )
        .with_columns((pl.col("denied_lines") / pl.col("lines") * 100).round(1).alias("rate"))
        .sort("denied_amount", "payer", descending=[True, False])
    )


def denials_by_cause(desk: Desk) -> pl.DataFrame:
    """`root_cause`, `lines`, `denied_amount`, `unknown_amount_lines`; most dollars first."""
    found = _answered(desk).filter(pl.col("outcome").is_in(_TROUBLE))
    return (
        found.group_by(pl.col("root_cause").fill_null("cause cannot be told"))
        .agg(
            pl.len().alias("lines"),
            pl.col("denied_amount").sum(),
            pl.col("denied_amount").is_null().sum().alias("unknown_amount_lines"),
        )
        .sort("denied_amount", "root_cause", descending=[True, False])
    )


def ageing(desk: Desk) -> pl.DataFrame:
    """`age`, `claims`, `denied_amount`: claims still to be worked or waited for, by days since the answer."""
    days = (pl.lit(desk.as_of) - pl.col("production_date")).dt.total_days()
    age = pl.lit(_OLDEST)
    for most, name in reversed(AGES):
        age = pl.when(days <= most).then(pl.lit(name)).otherwise(age)
    order = [name for _, name in AGES] + [_OLDEST, "day of answer unknown"]
    found = (
        desk.listed.filter(pl.col("state").is_in([OPEN, UNDECIDED, WAITING]))
        .with_columns(pl.when(days.is_null()).then(pl.lit(order[-1])).otherwise(age).alias("age"))
        .group_by("age")
        .agg(pl.len().alias("claims"), pl.col("denied_amount").sum())
    )
    return (
        pl.DataFrame({"age": order})
        .join(found, on="age", how="left", maintain_order="left")
        .with_columns(pl.col("claims").fill_null(0), pl.col("denied_amount").fill_null(0))
        .filter((pl.col("age") != order[-1]) | (pl.col("claims") > 0))
    )


def recovered_by_month(desk: Desk) -> pl.DataFrame:
    """`month`, `cases`, `won`, `at_stake_amount`, `recovered_amount`."""
    return (
        desk.outcomes.group_by(pl.col("decided_on").dt.to_string("%Y-%m").alias("month"))
        .agg(
            pl.len().alias("cases"),
            (pl.col("recovered_amount") > 0).sum().alias("won"),
            pl.col("at_stake_amount", "recovered_amount").sum(),
        )
        .sort("month")
    )


def clean_claim_rate(desk: Desk) -> pl.DataFrame:
    """`month`, `claims`, `clean`, `rate`: first answers in which no line was denied, reduced or pending.

    Replacements and voids are no first claims and are left out; rejected claims have no month of an answer and
    are counted beside it in the report.
    """
    touched = pl.col("outcome").is_in([*_TROUBLE, "pending"]).fill_null(value=False)
    return (
        _answered(desk)
        .filter(pl.col("is_correction").not_(), pl.col("production_date").is_not_null())
        .group_by("remit_claim_key")
        .agg(pl.col("production_date").min(), touched.any().alias("touched"))
        .group_by(pl.col("production_date").dt.to_string("%Y-%m").alias("month"))
        .agg(pl.len().alias("claims"), pl.col("touched").not_().sum().alias("clean"))
        .with_columns((pl.col("clean") / pl.col("claims") * 100).round(1).alias("rate"))
        .sort("month")
    )
