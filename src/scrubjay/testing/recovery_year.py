"""A synthetic year of claims and their answers, with known causes and outcomes, made as columns.

What payers print for a fault, how likely it is won and how much comes is written here by hand, apart from the
cause table and the priors that are to be judged by it. The same size and seed give the same year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables.columns import MONEY, QUANTITY
from scrubjay.tables.recovery import ADJUSTMENT, ANSWERED_LINES
from scrubjay.testing.random_columns import drawn, normal, uniform

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_PAYMENT = date(2025, 1, 6)
DENIED_SHARE = 0.14
"""Of claims; one line of each is denied."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer of the year: share of claims, ease of winning (log odds), part of the charge that it allows."""

    payer_id: str
    name: str
    filing_code: str
    weight: float
    ease: float
    allows: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A cause: how often, how likely it is won (log odds), and what payers print for it.

    Each form is a group and reason and the remarks beside it. A fault without a name is one that the codes do
    not tell: the payer's answer leaves the cause open.
    """

    cause: str | None
    weight: float
    ease: float
    forms: Sequence[tuple[str, tuple[str, ...]]]


PAYERS = (
    Payer("MCARE", "MEDICARE B", "MB", 34, 0.4, 0.45),
    Payer("60054", "NORTHERN HEALTH", "CI", 16, -0.3, 0.62),
    Payer("87726", "UNION CARE", "CI", 14, -0.9, 0.55),
    Payer("62308", "SIGMA", "CI", 10, 0.1, 0.66),
    Payer("00BC1", "BLUE PLAN", "BL", 12, 0.7, 0.58),
    Payer("95MA1", "SENIOR PLAN", "16", 8, -0.6, 0.44),
    Payer("STMCD", "STATE MEDICAID", "MC", 4, 0.2, 0.35),
    Payer("77MCO", "COMMUNITY PLAN", "MC", 2, -1.2, 0.36),
)

FAULTS = (
    Fault("modifier-missing", 9, 1.9, [("CO-4", ("N822",)), ("CO-16", ("N822", "MA130")), ("CO-16", ("MA01", "N822"))]),
    Fault("modifier-wrong", 3, 1.5, [("CO-4", ("N823",)), ("CO-16", ("N823", "MA130")), ("CO-4", ())]),
    Fault("procedure-code-invalid", 5, 1.8, [("CO-181", ()), ("CO-16", ("N56",)), ("CO-16", ("M51", "MA130")), ("CO-A1", ("N56",))]),
    Fault("units-wrong", 4, 1.4, [("CO-16", ("M53",)), ("CO-16", ("N345", "MA130"))]),
    Fault("ndc-missing", 6, 1.7, [("CO-16", ("M119",)), ("CO-16", ("M119", "MA130"))]),
    Fault("ndc-does-not-match-code", 2, 1.1, [("CO-16", ("N846",)), ("CO-16", ("N847",))]),
    Fault("unlisted-drug-not-described", 1, 0.6, [("CO-16", ("M123",)), ("CO-16", ("N350", "MA130"))]),
    Fault("diagnosis-missing-or-unspecific", 4, 1.5, [("CO-16", ("M76",)), ("CO-16", ("MA63", "MA130"))]),
    Fault("diagnosis-does-not-fit-procedure", 4, 0.1, [("CO-11", ()), ("CO-11", ("N657",))]),
    Fault("provider-id-missing", 2, 1.6, [("CO-16", ("N264",)), ("CO-16", ("N290", "MA130"))]),
    Fault("not-medically-necessary", 12, -0.7, [("CO-50", ("N115",)), ("CO-50", ()), ("CO-50", ("N386", "MA01"))]),
    Fault("diagnosis-not-covered", 4, -0.8, [("CO-167", ()), ("CO-47", ())]),
    Fault("authorization-missing", 9, -0.5, [("CO-197", ()), ("CO-197", ("M62",)), ("CO-62", ())]),
    Fault("authorization-for-other-service", 2, 0.8, [("CO-284", ()), ("CO-15", ())]),
    Fault("authorization-exceeded", 2, -0.2, [("CO-198", ("N54",)), ("CO-198", ())]),
    Fault("too-many-units", 5, 0.0, [("CO-151", ("N362",)), ("CO-151", ())]),
    Fault("bundled", 6, -0.1, [("CO-97", ("M15",)), ("CO-97", ("N20",))]),
    Fault("code-pair", 4, 0.3, [("CO-236", ()), ("CO-236", ("M80",))]),
    Fault("primary-payer-information-missing", 3, 0.9, [("CO-16", ("MA04",)), ("CO-22", ("MA04",))]),
    Fault("other-payer-may-be-primary", 3, 0.5, [("OA-22", ()), ("CO-22", ("N155",))]),
    Fault("member-not-identified", 2, 1.2, [("PR-31", ("N382",)), ("CO-31", ())]),
    Fault("not-covered-on-date", 3, -0.6, [("CO-27", ()), ("CO-26", ("N30",)), ("CO-28", ())]),
    Fault("wrong-payer", 2, 0.4, [("CO-109", ()), ("CO-109", ("N418",))]),
    Fault("timely-filing-expired", 3, -2.2, [("CO-29", ()), ("CO-29", ("N211",))]),
    Fault("requested-record-not-given", 4, 0.7, [("CO-226", ("M127",)), ("CO-226", ("N29",)), ("CO-17", ("N706",))]),
    Fault("attachment-needed", 2, 1.0, [("CO-252", ("M127",)), ("CO-252", ("N706",))]),
    Fault("step-therapy", 3, -0.4, [("CO-B8", ("N449",)), ("CO-B8", ()), ("CO-A1", ("N449",))]),
    Fault("qualifying-service-missing", 2, 1.3, [("CO-B15", ("N122",)), ("CO-B15", ())]),
    Fault("exact-duplicate", 4, -1.9, [("OA-18", ("N522",)), ("OA-18", ())]),
    Fault("coverage-guideline-not-met", 2, -0.6, [("CO-272", ()), ("CO-273", ("N435",))]),
    Fault("wrong-site-of-care", 2, -0.3, [("CO-58", ()), ("CO-58", ("N428",))]),
    Fault(None, 3, -1.0, [("CO-16", ()), ("CO-16", ("N999",)), ("CO-A1", ("MA01",)), ("CO-999", ())]),
)  # fmt: skip

_LATER = ("CO-50", "CO-29", "CO-256")
"""Reasons that payers sometimes add to a fault of ours; by the decision order they do not decide."""
_EARLY = ("modifier-missing", "procedure-code-invalid", "units-wrong", "ndc-missing", "provider-id-missing")
_STRAY = "M76"
"""A remark of the claim that belongs to another line."""
_CODES = ("J2919", "J1745", "J0897", "J9271", "J1010", "96413", "96372", "99214")
_MEDIAN = (30.0, 5200.0, 2900.0, 16500.0, 60.0, 420.0, 45.0, 230.0)


@dataclass(frozen=True, slots=True)
class Year:
    """The year.

    Attributes:
        lines: in the shape of `ANSWERED_LINES`.
        truth: per denied line: `remit_line_key`, `true_cause` (null where the codes do not tell it),
            `chance` (of winning it), `is_won`, `won_amount` (what comes if it is worked in time),
            `minutes_factor` (how long the work really takes, as a multiple).
    """

    lines: pl.DataFrame
    truth: pl.DataFrame


def make_year(claims: int = 100_000, seed: int = 1) -> Year:
    """A year of answers.

    Args:
        claims: how many claims.
        seed: another gives another year.
    """
    frame = _claim_frame(claims, seed)
    lines = _line_frame(frame, seed)
    denied = lines.filter("is_denied")
    reasons = pl.concat([_ordinary(lines.filter(pl.col("is_denied").not_())), _denials(denied)])
    packed = reasons.group_by("remit_line_key", maintain_order=True).agg(
        pl.struct("group", "carc", "amount", "quantity", "level").cast(ADJUSTMENT).alias("adjustments")
    )
    shaped = lines.join(packed, on="remit_line_key", how="left", maintain_order="left").select(
        c for c in ANSWERED_LINES.columns if c in {*lines.columns, "adjustments"}
    )
    truth = denied.select(
        "remit_line_key",
        pl.col("cause").alias("true_cause"),
        "chance",
        "is_won",
        pl.when("is_won").then(pl.col("allowed") * pl.col("part")).otherwise(0.0).round(2).cast(MONEY).alias("won_amount"),
        "minutes_factor",
    )  # fmt: skip
    return Year(ANSWERED_LINES.conform(shaped), truth)


def _claim_frame(claims: int, seed: int) -> pl.DataFrame:
    rate = [DENIED_SHARE * (1.3 if p.ease < 0 else 0.85) for p in PAYERS]
    return pl.DataFrame(
        {
            "remit_claim_key": pl.int_range(1, claims + 1, eager=True),
            "payer": drawn(claims, seed + 1, [p.weight for p in PAYERS]),
            "_paid_after": (uniform(claims, seed + 2) * 358).cast(pl.Int64),
            "_lag": (uniform(claims, seed + 3) * 35 + 12).cast(pl.Int64),
            "_extra": drawn(claims, seed + 4, [35, 45, 20]),
            "_denied": uniform(claims, seed + 5),
            "fault": drawn(claims, seed + 6, [f.weight for f in FAULTS]),
            "form": uniform(claims, seed + 7),
            "_chance_z": normal(claims, seed + 8),
            "_win": uniform(claims, seed + 9),
            "part": uniform(claims, seed + 10) * 0.15 + 0.85,
            "minutes_factor": uniform(claims, seed + 11) * 0.8 + 0.6,
            "style": uniform(claims, seed + 12),
            "second": uniform(claims, seed + 13),
            "stray": uniform(claims, seed + 14),
        }
    ).with_columns(
        pl.col("payer").replace_strict(dict(enumerate(rate)), return_dtype=pl.Float64).alias("_rate")
    )


def _line_frame(claims: pl.DataFrame, seed: int) -> pl.DataFrame:
    lines = (
        claims.with_columns(pl.int_ranges(0, pl.col("_extra") + 1).alias("place"))
        .explode("place", empty_as_null=False, keep_nulls=False)
        .with_row_index("remit_line_key", offset=1)
        .with_columns(pl.col("remit_line_key").cast(pl.Int64))
    )
    count = lines.height
    by_code = dict(enumerate(_MEDIAN))
    by_payer = {n: p.allows for n, p in enumerate(PAYERS)}
    lines = lines.with_columns(
        pl.Series("code", drawn(count, seed + 20, [26, 10, 8, 4, 10, 14, 18, 10])),
        pl.Series("_size", normal(count, seed + 21)),
        ((pl.col("place") == 0) & (pl.col("_denied") < pl.col("_rate"))).alias("is_denied"),
    )
    charge = pl.col("code").replace_strict(by_code, return_dtype=pl.Float64) * (pl.col("_size") * 0.5).exp()
    paid_on = pl.lit(FIRST_PAYMENT) + pl.duration(days=pl.col("_paid_after"))
    lines = lines.with_columns(
        charge.clip(5, 60000).round(2).alias("charge"),
        pl.col("payer").replace_strict(by_payer, return_dtype=pl.Float64).alias("_allows"),
        paid_on.alias("payment_date"),
        (paid_on - pl.duration(days=pl.col("_lag"))).alias("service_date"),
    ).with_columns((pl.col("charge") * pl.col("_allows")).round(2).alias("allowed"))
    lines = _with_fault(lines)
    cents = pl.col("allowed")
    share = (cents * 0.2).round(2)
    paid = pl.when("is_denied").then(0.0).otherwise((cents - share).round(2))
    payer_text = {
        name: pl.col("payer").replace_strict(
            {n: getattr(p, attribute) for n, p in enumerate(PAYERS)}, return_dtype=pl.String
        )
        for name, attribute in (
            ("payer_id", "payer_id"),
            ("payer_name", "name"),
            ("claim_filing_code", "filing_code"),
        )
    }
    code = pl.col("code").replace_strict(dict(enumerate(_CODES)), return_dtype=pl.String)
    return lines.with_columns(
        pl.col("remit_claim_key").alias("claim_key"),
        pl.col("remit_line_key").alias("line_key"),
        pl.lit("line-control-number").alias("match_kind"),
        pl.format("P{}", "remit_claim_key").alias("patient_control_number"),
        pl.format("ICN{}", "remit_claim_key").alias("payer_claim_control_number"),
        pl.lit("1").alias("claim_status_code"),
        *(e.alias(n) for n, e in payer_text.items()),
        pl.lit("professional").alias("claim_kind"),
        pl.lit("11").alias("place_of_service_code"),
        pl.lit("1").alias("claim_frequency_code"),
        code.alias("hcpcs"),
        code.alias("paid_hcpcs"),
        pl.lit([], pl.List(pl.String)).alias("modifiers"),
        pl.lit(value=False).alias("is_code_changed"),
        pl.lit(value=False).alias("is_reversal"),
        pl.lit(value=False).alias("is_superseded"),
        pl.lit(value=True).alias("is_postable"),
        pl.lit(1).cast(QUANTITY).alias("units_billed"),
        pl.lit(1).cast(QUANTITY).alias("units_paid"),
        pl.col("service_date").alias("service_date_to"),
        pl.col("payment_date").alias("production_date"),
        pl.col("charge").cast(MONEY).alias("charge_amount"),
        paid.cast(MONEY).alias("paid_amount"),
        share.alias("_share"),
        pl.when("is_denied").then(_remarks()).otherwise(pl.lit([], pl.List(pl.String))).alias("rarc_codes"),
    )


def _remarks() -> pl.Expr:
    """Remarks of the line; on a few claims one of another line stands before or after them."""
    stray = pl.lit([_STRAY], pl.List(pl.String))
    return (
        pl.when(pl.col("stray") < 0.01)
        .then(pl.concat_list(stray, "remarks"))
        .when(pl.col("stray") < 0.03)
        .then(pl.concat_list("remarks", stray))
        .otherwise("remarks")
        .list.unique(maintain_order=True)
    )


def _with_fault(lines: pl.DataFrame) -> pl.DataFrame:
    """Cause, what is printed for it, and how it ends."""
    forms = pl.DataFrame(
        [
            (n, m, len(f.forms), f.cause, f.ease, code, list(remarks))
            for n, f in enumerate(FAULTS)
            for m, (code, remarks) in enumerate(f.forms)
        ],
        schema={
            "fault": pl.Int64, "_form": pl.Int64, "_forms": pl.Int64, "cause": pl.String, "_ease": pl.Float64,
            "printed": pl.String, "remarks": pl.List(pl.String),
        },
        orient="row",
    )  # fmt: skip
    sizes = forms.select("fault", "_forms").unique()
    lines = lines.join(sizes, on="fault", how="left", maintain_order="left").with_columns(
        (pl.col("form") * pl.col("_forms")).cast(pl.Int64).alias("_form")
    )
    lines = lines.join(forms.drop("_forms"), on=["fault", "_form"], how="left", maintain_order="left")
    # Payers differ in what they give way on: a part of the odds belongs to the pair of payer and cause.
    groups = len(PAYERS) * len(FAULTS)
    own = pl.DataFrame({"_group": pl.int_range(groups, eager=True), "_own": normal(groups, 77) * 0.7})
    ease = {n: p.ease for n, p in enumerate(PAYERS)}
    odds = pl.col("payer").replace_strict(ease, return_dtype=pl.Float64) + pl.col("_ease") + pl.col("_own")
    return (
        lines.with_columns((pl.col("payer") * len(FAULTS) + pl.col("fault")).alias("_group"))
        .join(own, on="_group", how="left", maintain_order="left")
        .with_columns((1 / (1 + (-odds).exp())).alias("chance"))
        .with_columns((pl.col("_win") < pl.col("chance")).alias("is_won"))
    )


def _reason(key: pl.Expr, code: pl.Expr, amount: pl.Expr) -> list[pl.Expr]:
    parts = code.str.split("-")
    return [
        key.alias("remit_line_key"),
        parts.list.get(0).alias("group"),
        parts.list.get(1).alias("carc"),
        amount.round(2).cast(MONEY).alias("amount"),
        pl.lit(None, QUANTITY).alias("quantity"),
        pl.lit("line").alias("level"),
    ]


def _ordinary(lines: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("remit_line_key")
    return pl.concat(
        [
            lines.select(_reason(key, pl.lit("CO-45"), pl.col("charge") - pl.col("allowed"))),
            lines.select(_reason(key, pl.lit("PR-2"), pl.col("_share"))),
        ]
    )


def _denials(denied: pl.DataFrame) -> pl.DataFrame:
    """The denied lines: whole charge, or the allowed part beside 45; now and then a second reason."""
    key = pl.col("remit_line_key")
    splits = pl.col("style") < 0.4
    adds = (pl.col("second") < 0.06) & pl.col("cause").is_in(_EARLY)
    whole = pl.when(splits).then("allowed").otherwise("charge")
    half = (whole / 2).round(2)
    later = pl.lit(_LATER[0])
    for number, code in enumerate(_LATER[1:], 1):
        later = pl.when(pl.col("second") < 0.06 * number / len(_LATER)).then(pl.lit(code)).otherwise(later)
    return pl.concat(
        [
            denied.filter(splits).select(_reason(key, pl.lit("CO-45"), pl.col("charge") - pl.col("allowed"))),
            denied.filter(adds).select(_reason(key, later, half)),
            denied.select(_reason(key, pl.col("printed"), pl.when(adds).then(whole - half).otherwise(whole))),
        ]
    )


CONTRACT = """
id: {id}
name: {name}
extends: {extends}
reviewed_on: 2025-01-01
match: [{{payer_ids: ["{payer_id}"]}}]
parameters:
  timely_filing_days: [{{value: {filing}, reason: Invented., citation: &c {{source: SCRUBJAY, text: Invented., confidence: D}}}}]
  corrected_claim_days: [{{value: {corrected}, reason: Invented., citation: *c}}]
appeals:
  - {{level: 1, name: Appeal, days: {appeal}, counted_from: notice, reason: Invented., citation: *c}}
"""


def contract_policies() -> list[tuple[str, str]]:
    """Policies of the invented contracts, as (name, YAML text); Medicare keeps its own rules."""
    terms = {"60054": (180, 120, 180), "87726": (90, 60, 65), "62308": (120, 90, 180), "00BC1": (365, 365, 180),
             "95MA1": (180, 60, 60), "STMCD": (180, 90, 60), "77MCO": (120, 60, 60)}  # fmt: skip
    base = {"CI": "commercial", "BL": "commercial", "16": "medicare-advantage", "MC": "medicaid"}
    out: list[tuple[str, str]] = []
    for payer in PAYERS:
        if payer.payer_id in terms:
            filing, corrected, appeal = terms[payer.payer_id]
            name = payer.name.lower().replace(" ", "-")
            text = CONTRACT.format(
                id=name, name=payer.name, extends=base[payer.filing_code], payer_id=payer.payer_id,
                filing=filing, corrected=corrected, appeal=appeal,
            )  # fmt: skip
            out.append((name, text))
    return out


def last_day(year: Year) -> date:
    """Last payment of the year."""
    latest = year.lines["payment_date"].max()
    assert isinstance(latest, date)
    return latest


def quarter_before(day: date) -> date:
    """First day of the last three months: what comes before is history."""
    return day - timedelta(days=90)
