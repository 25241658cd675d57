"""What Medicare Part B is expected to pay for a drug line: rate, coinsurance, sequestration.

Office: payment limit of the quarter times units. Hospital outpatient and ASC: the published rate times
units where the indicator of the day pays the drug apart, nothing where it is packaged or not payable. From
that the beneficiary's share of the quarter comes off, then sequestration, each rounded to cents on the
line as a remittance shows them. Deductible, secondary payers and edits are not looked at. Discarded units
(JW) are paid like the rest. What is not known is refused with the reason, never taken as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.drugs.answers import Step
from scrubjay.drugs.waste import known_settings, setting_rule
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.reference.store import Reference

_EXACT = pl.Decimal(38, 12)
"""Holds a product of two quantities without rounding."""
_ON = "service_date"
_NEEDED = ("hcpcs", "units", _ON, "setting")
_MODIFIERS = pl.List(pl.String())


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """The expected payment of one line.

    Attributes:
        allowed: Medicare's total for the line, the beneficiary's share included; null if not known.
        coinsurance: the beneficiary's share; null if not known.
        sequestration: taken off Medicare's share; null if not known.
        amount: what Medicare pays; null if not known.
        reason: why nothing is paid or nothing is known; null where an amount was worked out.
        steps: the arithmetic with its sources.
    """

    allowed: Decimal | None
    coinsurance: Decimal | None
    sequestration: Decimal | None
    amount: Decimal | None
    reason: str | None
    steps: tuple[Step, ...]


def expected_payment(  # noqa: PLR0917 - what identifies a line comes first, as in a sentence
    hcpcs: str,
    units: Decimal | int,
    on: date,
    setting: str,
    reference: Reference,
    as_of: date,
    *,
    modifiers: Sequence[str] = (),
) -> ExpectedPayment:
    """What Medicare Part B is expected to pay for one line, step by step.

    Args:
        hcpcs: drug code.
        units: billing units.
        on: date of service.
        setting: `office`, `hopd`, `asc` or another of `data/settings.yaml`.
        reference: rates and indicators.
        as_of: day that they are to be known on.
        modifiers: of the line.
    """
    line = pl.DataFrame(
        {
            "hcpcs": [hcpcs],
            "units": [Decimal(units)],
            _ON: [on],
            "setting": [setting],
            "modifiers": [list(modifiers)],
        },
        schema_overrides={"units": pl.Decimal(18, 6), "modifiers": _MODIFIERS},
    )
    row = _worked_out(line, reference, as_of).row(0, named=True)
    return ExpectedPayment(
        row["allowed"],
        row["coinsurance"],
        row["sequestration"],
        row["amount"],
        row["reason"],
        tuple(_steps(row)),
    )


def expected_payments(lines: pl.DataFrame, reference: Reference, as_of: date) -> pl.DataFrame:
    """What Medicare Part B is expected to pay for many lines.

    Args:
        lines: `hcpcs`, `units`, `service_date`, `setting`, and `modifiers` as a list if at hand.
        reference: rates and indicators.
        as_of: day that they are to be known on.

    Returns:
        One row per line in the same order: `expected_allowed_amount`, `expected_coinsurance_amount`,
        `expected_sequestration_amount`, `expected_payment_amount`, `expected_payment_reason` (why nothing is
        paid or known, else null) and `expected_payment_source` (source and edition of rate or indicator).

    Raises:
        ValueError: `lines` lacks a column.
    """
    return _worked_out(lines, reference, as_of).select(
        pl.col("allowed").alias("expected_allowed_amount"),
        pl.col("coinsurance").alias("expected_coinsurance_amount"),
        pl.col("sequestration").alias("expected_sequestration_amount"),
        pl.col("amount").alias("expected_payment_amount"),
        pl.col("reason").alias("expected_payment_reason"),
        pl.col("rate_source").alias("expected_payment_source"),
    )


def _worked_out(lines: pl.DataFrame, reference: Reference, as_of: date) -> pl.DataFrame:
    absent = [c for c in _NEEDED if c not in lines.columns]
    if absent:
        raise ValueError(f"lines lack the columns {absent}")
    modifiers = pl.col("modifiers") if "modifiers" in lines.columns else pl.lit(None, _MODIFIERS)
    frame = lines.select(*_NEEDED, modifiers.cast(_MODIFIERS).alias("modifiers"))
    keys = frame.select("hcpcs", _ON, "setting").unique(maintain_order=True)
    rates = _rates(keys, reference, as_of)
    frame = frame.join(rates, on=keys.columns, how="left", nulls_equal=True, maintain_order="left")
    hundredth = pl.lit(Decimal("0.01"), _EXACT)
    unpaid = _unpaid()
    return (
        frame.with_columns(_refusal().alias("refusal"), unpaid.alias("unpaid"), _sequestration().alias("cut"))
        .with_columns(
            pl.when(pl.col("refusal").is_not_null())
            .then(None)
            .when(pl.col("unpaid").is_not_null())
            .then(pl.lit(Decimal(0), _EXACT))
            .otherwise((pl.col("units").cast(_EXACT) * pl.col("rate").cast(_EXACT)).pipe(_cents))
            .alias("allowed")
        )
        .with_columns(
            pl.when(pl.col("allowed") == 0)
            .then(pl.col("allowed"))
            .otherwise((pl.col("allowed") * pl.col("share").cast(_EXACT) * hundredth).pipe(_cents))
            .alias("coinsurance")
        )
        .with_columns(
            pl.when(pl.col("allowed") == 0)
            .then(pl.col("allowed"))
            .otherwise(((pl.col("allowed") - pl.col("coinsurance")) * pl.col("cut") * hundredth).pipe(_cents))
            .alias("sequestration")
        )
        .with_columns((pl.col("allowed") - pl.col("coinsurance") - pl.col("sequestration")).alias("amount"))
        .with_columns(
            pl.coalesce(
                "refusal",
                "unpaid",
                pl.when(pl.col("coinsurance").is_null()).then(
                    pl.format(
                        "the beneficiary's share of {} in that quarter is not in the reference", "hcpcs"
                    )
                ),
                pl.when(pl.col("sequestration").is_null()).then(
                    pl.lit("the sequestration percent of that day is not in the reference")
                ),
            ).alias("reason"),
            pl.col("allowed", "coinsurance", "sequestration", "amount").cast(MONEY),
        )
    )


def _cents(amount: pl.Expr) -> pl.Expr:
    return amount.round(2, mode="half_away_from_zero")


def _rates(keys: pl.DataFrame, reference: Reference, as_of: date) -> pl.DataFrame:
    """Rate, share, indicator and source for each code, day and setting."""
    rules = pl.DataFrame(
        _setting_rows(),
        schema={"setting": pl.String, "basis": pl.String, "pays": pl.String, "status_setting": pl.String},
        orient="row",
    )
    asked = keys.join(rules, on="setting", how="left", maintain_order="left")
    limits = reference.lookup("payment_limits", asked.select("hcpcs", _ON), on=_ON, as_of=as_of)
    status = reference.lookup("status", asked.select("hcpcs", "status_setting", _ON), on=_ON, as_of=as_of)
    by_status = pl.col("basis") == "status_rate"
    return asked.hstack(
        [
            limits["payment_limit"].alias("_limit"),
            limits["coinsurance_percent"].alias("_share"),
            pl.Series("_limit_source", _cited(limits)),
            status["status_indicator"].alias("indicator"),
            status["payment_rate"].alias("_status_rate"),
            status["adjusted_percent"].alias("_adjusted"),
            pl.Series("_status_source", _cited(status)),
        ]
    ).select(
        *keys.columns,
        "basis",
        "pays",
        "indicator",
        pl.when(by_status).then("_status_rate").when(pl.col("basis") == "limit").then("_limit").alias("rate"),
        # Where Addendum B gives an inflation-adjusted percent it is that of the hospital's own quarter.
        pl.when(by_status).then(pl.coalesce("_adjusted", "_share")).otherwise("_share").alias("share"),
        pl.when(by_status)
        .then("_status_source")
        .when(pl.col("basis") == "limit")
        .then("_limit_source")
        .alias("rate_source"),
        pl.when(by_status & pl.col("_adjusted").is_not_null())
        .then("_status_source")
        .otherwise("_limit_source")
        .alias("share_source"),
    )


def _cited(rows: pl.DataFrame) -> pl.Series:
    return rows.select(pl.format("{} {}", "source", "edition").alias("cited"))["cited"]


def _setting_rows() -> list[tuple[str, str | None, str, str | None]]:
    priced: dict[str, Any] = _data()["settings"]
    rules = [rule for name in known_settings() if (rule := setting_rule(name))]
    return [
        (r.setting, priced.get(r.setting, {}).get("basis"), str(r.drug_pays), r.status_setting) for r in rules
    ]


def _refusal() -> pl.Expr:
    """Why a line cannot be priced, or null."""
    by_status = pl.col("basis") == "status_rate"
    is_known_indicator = pl.any_horizontal(
        (pl.col("setting") == name)
        & pl.col("indicator").is_in([*rule.payable, *rule.packaged, *rule.not_payable])
        for name, rule in _status_rules()
    )
    return (
        pl.when(pl.col("hcpcs").is_null())
        .then(pl.lit("the line has no code"))
        .when(pl.col(_ON).is_null())
        .then(pl.lit("the line has no date of service"))
        .when(pl.col("units").is_null() | (pl.col("units") <= 0))
        .then(pl.lit("the line has no units above zero"))
        .when(pl.col("setting").is_null())
        .then(pl.lit("the setting of the line is not known"))
        .when(_unpriced_modifier().is_not_null())
        .then(_unpriced_modifier())
        .when(pl.col("pays") == "never")
        .then(None)
        .when(pl.col("basis").is_null())
        .then(pl.format("what Medicare pays for drugs in the setting {} is not in the reference", "setting"))
        .when(by_status & pl.col("indicator").is_null())
        .then(
            pl.format("the {} payment status of {} on that day is not in the reference", "setting", "hcpcs")
        )
        .when(by_status & ~is_known_indicator)
        .then(pl.format("status {} does not price {} as a drug by units", "indicator", "hcpcs"))
        .when(_unpaid().is_not_null())
        .then(None)
        .when(pl.col("rate").is_null() & by_status)
        .then(pl.format("no rate of {}, status {}, on that day is in the reference", "hcpcs", "indicator"))
        .when(pl.col("rate").is_null() & pl.col("rate_source").is_not_null())
        .then(pl.format("CMS lists {} that quarter without a payment limit", "hcpcs"))
        .when(pl.col("rate").is_null())
        .then(pl.format("no payment limit of {} on that day is in the reference", "hcpcs"))
    )


def _unpaid() -> pl.Expr:
    """Why the line is known to be paid nothing of its own, or null."""
    packaged = [
        (pl.col("setting") == name) & pl.col("indicator").is_in(list(rule.packaged))
        for name, rule in _status_rules()
    ]
    refused = [
        (pl.col("setting") == name) & pl.col("indicator").is_in(list(rule.not_payable))
        for name, rule in _status_rules()
    ]
    return (
        pl.when(pl.col("pays") == "never")
        .then(pl.format("the setting {} is not paid for drugs apart", "setting"))
        .when(pl.any_horizontal(packaged))
        .then(pl.format("status {}: packaged, no payment apart", "indicator"))
        .when(pl.any_horizontal(refused))
        .then(pl.format("status {}: not payable", "indicator"))
    )


def _status_rules() -> list[tuple[str, Any]]:
    rules = ((name, setting_rule(name)) for name in known_settings())
    return [(name, rule) for name, rule in rules if rule and rule.status_setting]


def _unpriced_modifier() -> pl.Expr:
    """The source of a modifier that keeps the line from being priced, or null."""
    reason = pl.lit(None, pl.String)
    for row in _data()["unpriced_modifiers"]:
        hit = pl.col("modifiers").list.contains(pl.lit(row["modifier"]))
        if row.get("from"):
            hit &= pl.col(_ON) >= row["from"]
        if row.get("to"):
            hit &= pl.col(_ON) < row["to"]
        if row.get("settings"):
            hit &= pl.col("setting").is_in(row["settings"])
        reason = (
            pl.when(reason.is_null() & hit).then(pl.lit(f"not priced: {row['source']}")).otherwise(reason)
        )
    return reason


def _sequestration() -> pl.Expr:
    """Percent of the day, or null."""
    percent = pl.lit(None, _EXACT)
    for row in _data()["sequestration"]:
        within = pl.col(_ON) >= row["from"]
        if row["to"]:
            within &= pl.col(_ON) < row["to"]
        percent = pl.when(within).then(pl.lit(Decimal(row["percent"]), _EXACT)).otherwise(percent)
    return percent


def _steps(row: dict[str, Any]) -> list[Step]:
    """The arithmetic of one worked-out line, with sources."""
    steps: list[Step] = []
    if row["indicator"] is not None:
        steps.append(
            Step(
                f"Payment status of {row['hcpcs']}, {row['setting']}.",
                None,
                row["indicator"],
                row["rate_source"],
            )
        )
    if row["reason"] and row["allowed"] in (None, 0):
        return [*steps, Step(_sentence(row["reason"]), None, None, row["rate_source"])]
    units, rate, share = _short(row["units"]), _short(row["rate"]), row["share"]
    what = "Payment limit" if row["basis"] == "limit" else "Published rate"
    steps.append(Step(f"{what} times units.", f"{rate} x {units}", str(row["allowed"]), row["rate_source"]))
    if row["coinsurance"] is not None:
        percent = f"{row['allowed']} x {_short(share)} %"
        steps.append(
            Step("Beneficiary's share of the quarter.", percent, str(row["coinsurance"]), row["share_source"])
        )
    if row["sequestration"] is not None:
        cut = f"({row['allowed']} - {row['coinsurance']}) x {_short(row['cut'])} %"
        steps.append(
            Step("Sequestration of Medicare's part.", cut, str(row["sequestration"]), _cut_source(row[_ON]))
        )
        left = f"{row['allowed']} - {row['coinsurance']} - {row['sequestration']}"
        steps.append(Step("Medicare pays, before any deductible.", left, str(row["amount"])))
    if row["reason"]:
        steps.append(Step(_sentence(row["reason"])))
    return steps


def _cut_source(on: date) -> str:
    rows = _data()["sequestration"]
    found = next(r for r in rows if r["from"] <= on and (r["to"] is None or on < r["to"]))
    return f"{found['source']} [{found['confidence']}]"


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


@cache
def _data() -> dict[str, Any]:
    text = (resources.files("scrubjay.drugs") / "data" / "prices.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
