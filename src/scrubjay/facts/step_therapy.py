"""Were the drugs tried that the payer wants tried first, as far as claims show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.given_before import NO_HISTORY
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_STEP = (
    "payer_step_products",
    "payer_step_products_needed",
    "payer_step_trial_days",
    "payer_step_lookback_days",
    "payer_step_new_starts_only",
)


@facts(
    LINE,
    needs=("patient_hash", "patient_name_hash", "hcpcs", "service_date", *_STEP),
    gives=(
        Fact(
            "is_step_met",
            pl.Boolean(),
            "so many of the drugs that the payer wants tried first were given before as it asks for, or the patient had "
            "the drug itself and the rule is for new starts only",
            f"whether other drugs were tried first is not known: {NO_HISTORY}; or claims do not show how long a trial "
            "lasted",
        ),
        Fact("step_products_seen", _STRINGS, "those of them that earlier claims show"),
    ),
    looks_at=("patient_hash", "patient_name_hash", "hcpcs", "service_date", "is_counted"),
)
def step_therapy(ctx: FactContext) -> pl.DataFrame:
    """Over the claims of the run and the earlier ones that count."""
    lines = ctx.lines.with_row_index("_i")
    asked = lines.filter(pl.col("payer_step_products").is_not_null())
    if not asked.height or ctx.evidence.history is None:
        return lines.with_columns(
            pl.lit(None, dtype=pl.Boolean()).alias("is_step_met"),
            pl.lit(None, dtype=_STRINGS).alias("step_products_seen"),
        ).select("is_step_met", "step_products_seen")
    judged = _judged(asked, ctx.everything, ctx)
    return (
        lines.select("_i")
        .join(judged, on="_i", how="left", maintain_order="left")
        .select("is_step_met", "step_products_seen")
    )


def _judged(asked: pl.DataFrame, lines: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    given = lines.filter(
        pl.col("is_counted").ne_missing(pl.lit(value=False)), pl.col("service_date").is_not_null()
    ).select(
        "patient_hash",
        pl.col("patient_name_hash").alias("_name"),
        pl.col("hcpcs").alias("_code"),
        pl.col("service_date").alias("_day"),
    )
    age = (pl.col("service_date") - pl.col("_day")).dt.total_days()
    back = pl.col("payer_step_lookback_days")
    is_same = (pl.col("_name") == pl.col("patient_name_hash")).fill_null(value=True)
    seen = (
        asked.select("_i", "patient_hash", "patient_name_hash", "hcpcs", "service_date", *_STEP)
        .join(given, on="patient_hash")
        .filter(is_same, age > 0, back.is_null() | (age <= back))
        .filter(
            (pl.col("_code") == pl.col("hcpcs"))
            | pl.col("payer_step_products").list.contains(pl.col("_code"))
        )
        .group_by("_i", "_code")
        .agg(
            ((pl.col("_day").max() - pl.col("_day").min()).dt.total_days() + 1).alias("_span"),
            pl.col("hcpcs", "payer_step_trial_days").first(),
            pl.col("payer_step_products").first().list.contains(pl.col("_code").first()).alias("_is_step"),
        )
    )
    trial = pl.col("payer_step_trial_days")
    counted = seen.group_by("_i").agg(
        pl.col("_code").filter("_is_step").sort().alias("step_products_seen"),
        (pl.col("_is_step") & (trial.is_null() | (pl.col("_span") >= trial))).sum().alias("_long"),
        (pl.col("_code") == pl.col("hcpcs")).any().alias("_had_it"),
    )
    start = pl.lit(ctx.evidence.history_from, dtype=pl.Date())
    # A rule without look-back asks for what the earlier claims given show, however far they reach.
    reaches = back.is_null() | ((pl.col("service_date") - start).dt.total_days() >= back).fill_null(
        value=False
    )
    needed = pl.col("payer_step_products_needed").fill_null(1)
    none = pl.lit(pl.Series([[]], dtype=_STRINGS)).first()
    joined = asked.join(counted, on="_i", how="left").with_columns(
        pl.col("step_products_seen").fill_null(none),
        pl.col("_long").fill_null(0),
        pl.col("_had_it").fill_null(value=False),
    )
    is_started = pl.col("payer_step_new_starts_only").fill_null(value=False) & pl.col("_had_it")
    is_known = pl.col("patient_hash").is_not_null() & pl.col("service_date").is_not_null()
    return joined.select(
        "_i",
        pl.when((pl.col("_long") >= needed) | is_started)
        .then(statement=True)
        .when(is_known & reaches & (pl.col("step_products_seen").list.len() < needed))
        .then(statement=False)
        .alias("is_step_met"),
        "step_products_seen",
    )
