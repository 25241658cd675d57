"""Does it add up to the cent: lines, claims, payments.

    line      SVC02 - sum of its CAS = SVC03
    claim     CLP03 - sum of its CAS, at claim and line level = CLP04
    payment   sum of CLP04 - sum of PLB = BPR02

Sums are held wider than the amounts, so no sum of amounts can overflow. Where an amount of an equation is
unknown its verdict is null, which counts as off balance: what cannot be shown to balance is not posted.
"""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import MONEY

WIDE = pl.Decimal(38, 2)
"""Holds the sum of more amounts than any file can have."""


def zero() -> pl.Expr:
    """No dollars."""
    return pl.lit(0, dtype=WIDE)


def known_sum(name: str) -> pl.Expr:
    """The sum of a column within a group; null where one of its values is unknown."""
    column = pl.col(name)
    return pl.when(column.is_not_null().all()).then(column.cast(WIDE).sum())


def verdict(difference: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """`off_by_amount` and `is_balanced` of a difference; an amount too long for a column is null."""
    return (
        difference.cast(MONEY, strict=False).alias("off_by_amount"),
        (difference == zero()).alias("is_balanced"),
    )


def balance_lines(lines: pl.DataFrame, adjustments: pl.DataFrame) -> pl.DataFrame:
    """Add `adjustment_amount`, `off_by_amount` and `is_balanced` to lines (with `line`, `has_no_amounts`)."""
    own = adjustments.filter(pl.col("line").is_not_null())
    sums = own.group_by("line").agg(known_sum("adjustment_amount").alias("_sum"), pl.len().alias("_n"))
    lines = lines.join(sums, on="line", how="left", maintain_order="left")
    total = pl.when(pl.col("_n").is_null()).then(zero()).otherwise("_sum")
    # A line that speaks of no money at all has nothing to add up.
    charge, paid = (
        pl.when("has_no_amounts").then(zero()).otherwise(pl.col(c).cast(WIDE))
        for c in ("charge_amount", "paid_amount")
    )
    return lines.with_columns(
        total.cast(MONEY, strict=False).alias("adjustment_amount"), *verdict(charge - total - paid)
    ).drop("_sum", "_n")


def balance_claims(claims: pl.DataFrame, lines: pl.DataFrame, adjustments: pl.DataFrame) -> pl.DataFrame:
    """Add what the lines and adjustments of each claim come to, and whether it balances.

    Args:
        claims: with `claim`.
        lines: with `claim`, balanced.
        adjustments: with `claim` and `line`.
    """
    every = adjustments.group_by("claim").agg(
        known_sum("adjustment_amount").alias("_sum"), pl.len().alias("_n")
    )
    whole = adjustments.filter(pl.col("line").is_null()).group_by("claim").agg(
        known_sum("adjustment_amount").alias("_whole_sum"), pl.len().alias("_whole_n")
    )  # fmt: skip
    parts = lines.group_by("claim").agg(
        pl.len().cast(pl.Int64()).alias("line_count"),
        (~pl.col("is_balanced").fill_null(value=False)).sum().cast(pl.Int64()).alias("unbalanced_line_count"),
        known_sum("paid_amount").alias("_paid"),
    )
    for sums in (every, whole, parts):
        claims = claims.join(sums, on="claim", how="left", maintain_order="left")
    total = pl.when(pl.col("_n").is_null()).then(zero()).otherwise("_sum")
    at_claim = pl.when(pl.col("_whole_n").is_null()).then(zero()).otherwise("_whole_sum")
    charge, paid = pl.col("charge_amount").cast(WIDE), pl.col("paid_amount").cast(WIDE)
    claims = claims.with_columns(
        total.cast(MONEY, strict=False).alias("adjustment_amount"),
        at_claim.cast(MONEY, strict=False).alias("claim_adjustment_amount"),
        *verdict(charge - total - paid),
        (pl.col("_paid") - at_claim - paid).cast(MONEY, strict=False).alias("lines_off_by_amount"),
        pl.col("line_count", "unbalanced_line_count").fill_null(0),
    )
    is_sound = pl.col("is_balanced").fill_null(value=False) & (pl.col("unbalanced_line_count") == 0)
    return claims.with_columns((~is_sound).alias("is_quarantined")).drop(
        "_sum", "_n", "_whole_sum", "_whole_n", "_paid"
    )


def balance_payments(payments: pl.DataFrame) -> pl.DataFrame:
    """Add the verdicts to payments whose sums are complete.

    Args:
        payments: merged parts (`transactions.merge_parts`): `_paid`, `_plb` and the other sums, with the counts
            of what is unknown.
    """
    paid = pl.when(pl.col("_paid_unknown") == 0).then("_paid")
    provider = pl.when(pl.col("_plb_unknown") == 0).then("_plb")
    difference = paid - provider - pl.col("payment_amount").cast(WIDE)
    money = {
        "charge_total_amount": pl.when(pl.col("_charge_unknown") == 0).then("_charge"),
        "paid_total_amount": paid,
        "patient_responsibility_total_amount": pl.col("_patient"),
        "adjustment_total_amount": pl.when(pl.col("_adjustment_unknown") == 0).then("_adjustment"),
        "provider_adjustment_total_amount": provider,
    }
    payments = payments.with_columns(
        *(value.cast(MONEY, strict=False).alias(name) for name, value in money.items()),
        *verdict(difference),
        (pl.col("has_end") & (pl.col("_set_aside") == 0)).alias("is_whole"),
    )
    holds = pl.col("is_balanced").fill_null(value=False)
    return payments.with_columns(
        (holds & (pl.col("unbalanced_claim_count") == 0) & (pl.col("unbalanced_line_count") == 0)).alias(
            "is_balanced_throughout"
        ),
        (~(holds & pl.col("is_whole"))).alias("is_quarantined"),
    )
