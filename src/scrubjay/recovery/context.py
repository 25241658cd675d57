"""Facts about answered lines that decisions rest on: class of payer, unit limit, code pair, rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.conditions import with_facts, with_payer_class
from scrubjay.recovery.underpayments import expected_allowed

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.policies import PolicySet
    from scrubjay.reference import Reference

_PAIR_CARCS = ["97", "231", "236"]


def with_known_facts(
    lines: pl.DataFrame,
    *,
    policies: PolicySet,
    reference: Reference,
    as_of: date,
    contracts: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The lines with the columns of `conditions.FACTS` that policies and reference can fill.

    Args:
        lines: in the shape of `ANSWERED_LINES`.
        policies: class of payer, MUE table, frequency codes.
        reference: unit limits, code pairs, rates.
        as_of: day that they are to be known on.
        contracts: rates of the user's own contracts.
    """
    frame = _with_policy(lines, policies)
    frame = _with_unit_limit(frame, reference, as_of)
    frame = _with_pair(frame, reference, as_of)
    frame = with_payer_class(with_facts(frame))
    expected = expected_allowed(frame, reference=reference, as_of=as_of, contracts=contracts)
    return frame.with_columns(expected["expected_allowed_amount"])


def with_policy_ids(lines: pl.DataFrame, policies: PolicySet) -> pl.DataFrame:
    """`policy_id` filled in where the match left it open."""
    found = policies.governing(lines)
    return lines.with_columns(pl.coalesce("policy_id", found).alias("policy_id"))


def _with_policy(lines: pl.DataFrame, policies: PolicySet) -> pl.DataFrame:
    keys = lines.select("policy_id", "service_date").unique(maintain_order=True)
    rows: list[tuple[str | None, bool | None, str | None, str | None]] = []
    for name, day in keys.iter_rows():
        policy = policies.get(name) if name is not None else None
        if policy is None:
            rows.append((None, None, None, None))
            continue
        stated = {
            p: policies.value(policy, p, day) if day is not None else None
            for p in (
                "frequency_codes_accepted", "mue_setting_professional", "mue_setting_institutional", "uses_mue",
            )
        }  # fmt: skip
        value = {p: s.value if s is not None else None for p, s in stated.items()}
        codes = value["frequency_codes_accepted"]
        uses = value["uses_mue"] is True
        rows.append(
            (
                policies.payer_class(policy),
                None if codes is None else "7" in codes,
                value["mue_setting_professional"] if uses else None,
                value["mue_setting_institutional"] if uses else None,
            )
        )
    told = keys.hstack(
        pl.DataFrame(
            rows,
            schema={
                "payer_class": pl.String,
                "takes_frequency_7": pl.Boolean,
                "_professional": pl.String,
                "_institutional": pl.String,
            },
            orient="row",
        ).get_columns()
    )
    return (
        lines.join(
            told, on=["policy_id", "service_date"], how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(
            pl.when(pl.col("claim_kind") == "institutional")
            .then("_institutional")
            .otherwise("_professional")
            .alias("_mue_setting")
        )
        .drop("_professional", "_institutional")
    )


def _with_unit_limit(frame: pl.DataFrame, reference: Reference, as_of: date) -> pl.DataFrame:
    keys = frame.select("hcpcs", pl.col("_mue_setting").alias("mue_setting"), "service_date")
    found = reference.lookup("mue", keys, on="service_date", as_of=as_of)
    day = ["remit_claim_key", "hcpcs", "service_date"]
    whole = pl.col("units_billed").is_null().any().over(day).not_()
    return frame.with_columns(
        found["mue_mai"].alias("mue_mai"),
        found["mue_value"].cast(pl.Int32).alias("mue_value"),
        pl.when(whole).then(pl.col("units_billed").sum().over(day)).alias("day_units"),
    ).drop("_mue_setting")


def _with_pair(frame: pl.DataFrame, reference: Reference, as_of: date) -> pl.DataFrame:
    """Indicator of the pair that denies a line: the strictest of those with another code of its claim and day."""
    indexed = frame.with_row_index("_row")
    asked = indexed.filter(
        pl.col("adjustments")
        .list.eval(pl.element().struct.field("carc").is_in(_PAIR_CARCS))
        .list.any()
        .fill_null(value=False)
    )
    if not asked.height:
        return frame.with_columns(pl.lit(None, pl.String).alias("pair_indicator"))
    day = ["remit_claim_key", "service_date"]
    setting = (
        pl.when(pl.col("claim_kind") == "institutional")
        .then(pl.lit("outpatient_hospital"))
        .when(pl.col("claim_kind") == "professional")
        .then(pl.lit("practitioner"))
    )
    couples = (
        asked.select("_row", *day, pl.col("hcpcs").alias("column2"), setting.alias("pair_setting"))
        .join(indexed.select(*day, pl.col("hcpcs").alias("column1")), on=day, how="inner")
        .filter(pl.col("column1") != pl.col("column2"))
    )
    found = reference.lookup(
        "pairs",
        couples.select("column1", "column2", "pair_setting", "service_date"),
        on="service_date",
        as_of=as_of,
    )
    strictest = (
        couples.select("_row")
        .with_columns(found["modifier_indicator"].alias("pair_indicator"))
        .filter(pl.col("pair_indicator").is_in(["0", "1"]))
        .group_by("_row")
        .agg(pl.col("pair_indicator").min())
    )
    return indexed.join(strictest, on="_row", how="left", maintain_order="left").drop("_row")
