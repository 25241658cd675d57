"""Deadlines of decisions: which clock runs for a remedy and a payer, from which day, and when it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.recovery.clocks import Clock, Due, amount_in_controversy, clock_for, due, nothing_known

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.policies import PolicySet
    from scrubjay.policies.dated import Dated
    from scrubjay.policies.model import Policy
    from scrubjay.policies.terms import AppealLevel

_NO_CLOCK = {
    "PT": "No deadline of a payer runs.",
    "WO": "No deadline runs.",
    "NONE": "No deadline runs.",
    "WAIT": "Nothing is due from us; look again when the payer has answered.",
}
_MEDICARE = ("medicare_part_a", "medicare_part_b")
_FROM_SERVICE = ("NEW", "COB", "RPA")
_KEY = (
    "remedy", "appeal_level", "payer_class", "policy_id", "_hcpcs", "_service", "_notice", "_received", "_paid_on",
)  # fmt: skip
DISPUTE = "DISPUTE"
"""Not a remedy of a denial: a payment below what was agreed is disputed within the time of a first appeal."""
_DUE = {
    "trigger_date": pl.Date,
    "safe_date": pl.Date,
    "hard_date": pl.Date,
    "deadline_rule": pl.String,
}


def with_deadlines(
    decisions: pl.DataFrame, lines: pl.DataFrame, *, policies: PolicySet, as_of: date
) -> pl.DataFrame:
    """Add the deadline to each decision.

    Args:
        decisions: what `decide_remedies` gave, row by row of `lines`.
        lines: in the shape of `ANSWERED_LINES`. Optional columns: `notice_date`, the day of the payer's letter
            where it is not the remittance; `notice_received_date`, the day it came, where that can be shown.
        policies: contract terms.
        as_of: day of the request, for amounts in controversy and for what policies were known.

    Returns:
        `decisions` with `trigger_date`, `safe_date`, `hard_date` and `deadline_rule`; what keeps a level of
        appeal from being open is added to `missing`.
    """
    institutional = pl.col("claim_kind") == "institutional"
    notice = pl.coalesce(
        *(c for c in ("notice_date", "production_date", "payment_date") if c in lines.columns)
    )
    received = (
        pl.col("notice_received_date") if "notice_received_date" in lines.columns else pl.lit(None, pl.Date)
    )
    by_service = decisions["remedy"].is_in(_FROM_SERVICE).fill_null(value=False)
    by_notice = decisions["remedy"].is_in(["APP", "SEND", "CER"]).fill_null(value=False)
    frame = decisions.with_columns(
        lines.select(
            "policy_id",
            pl.when(institutional)
            .then(pl.coalesce("service_date_to", "service_date"))
            .otherwise("service_date")
            .alias("_service"),
            notice.alias("_notice"),
            received.alias("_received"),
            pl.col("payment_date").alias("_paid_on"),
            pl.col("hcpcs").alias("_hcpcs"),
        )
    ).with_columns(
        # Only what a clock reads stays in the key, so that few distinct ones are worked out. An appeal of a
        # contract may be counted from any of the days.
        pl.when(~by_notice | (pl.col("remedy") == "APP")).then("_service").alias("_service"),
        *(pl.when(~by_service).then(c).alias(c) for c in ("_notice", "_received", "_paid_on")),
        pl.when(pl.col("remedy") == "RPA").then("_hcpcs").alias("_hcpcs"),
    )
    keys = frame.select(_KEY).unique(maintain_order=True)
    terms = _Terms(policies, as_of)
    found = [terms.due(**dict(zip(_KEY, row, strict=True))) for row in keys.iter_rows()]
    dated = keys.with_columns(
        pl.Series("trigger_date", [d.trigger_date for d in found], dtype=pl.Date),
        pl.Series("safe_date", [d.safe for d in found], dtype=pl.Date),
        pl.Series("hard_date", [d.hard for d in found], dtype=pl.Date),
        pl.Series("deadline_rule", [d.rule for d in found], dtype=pl.String),
    )
    joined = frame.join(dated, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(
        *(c for c in decisions.columns if c != "missing"),
        pl.concat_list("missing", _threshold(joined, as_of)).list.drop_nulls().alias("missing"),
        *_DUE,
    )


def dispute_deadlines(lines: pl.DataFrame, *, policies: PolicySet, as_of: date) -> pl.DataFrame:
    """Until when the payment of each line can be disputed: the payer's term of a first appeal.

    Args:
        lines: `payer_class`, `policy_id`, `service_date`, `production_date`, `payment_date`, such as
            `underpayments` gives.
        policies: contract terms.
        as_of: day on which they are to be known.

    Returns:
        Row by row `trigger_date`, `safe_date`, `hard_date`, `deadline_rule`; without a rule no dates, and
        `deadline_rule` says what to enter.
    """
    key = ("payer_class", "policy_id", "_service", "_notice", "_paid_on")
    asked = lines.select(
        "payer_class",
        "policy_id",
        pl.col("service_date").alias("_service"),
        pl.coalesce("production_date", "payment_date").alias("_notice"),
        pl.col("payment_date").alias("_paid_on"),
    )
    keys = asked.unique(maintain_order=True)
    terms = _Terms(policies, as_of)
    fixed = {"remedy": DISPUTE, "appeal_level": 1, "_hcpcs": None, "_received": None}
    found = [terms.due(**dict(zip(key, row, strict=True)), **fixed) for row in keys.iter_rows()]
    values = [(d.trigger_date, d.safe, d.hard, d.rule) for d in found]
    dated = keys.hstack(pl.DataFrame(values, schema=_DUE, orient="row").get_columns())
    return asked.join(dated, on=key, how="left", nulls_equal=True, maintain_order="left").select(_DUE.keys())


def _threshold(frame: pl.DataFrame, as_of: date) -> pl.Series:
    """What the amount in controversy of a Medicare level keeps from being certain."""
    in_dispute = pl.col("denied_amount").sum().over("remit_claim_key")
    is_unknown = pl.col("denied_amount").is_null().any().over("remit_claim_key")
    asked = (pl.col("remedy") == "APP") & pl.col("payer_class").is_in(_MEDICARE)
    said: pl.Expr = pl.lit(None, pl.String)
    for level in sorted({int(n) for n in frame["appeal_level"].drop_nulls()}):
        threshold = amount_in_controversy(level, as_of)
        if threshold is None:
            continue
        here = asked & (pl.col("appeal_level") == level)
        if threshold.amount is None:
            said = pl.when(here).then(pl.lit(f"{threshold.rule}: look it up.")).otherwise(said)
            continue
        short = here & (in_dispute < pl.lit(threshold.amount))
        said = (
            pl.when(here & is_unknown)
            .then(pl.lit(f"The amount in dispute; {threshold.rule}."))
            .when(short)
            .then(
                pl.format(
                    "Only {} dollars are in dispute on the claim; {}. Claims may be combined.",
                    in_dispute,
                    pl.lit(threshold.rule),
                )
            )
            .otherwise(said)
        )
    return frame.select(said.alias("said"))["said"]


class _Terms:
    """Deadlines by payer and remedy; one per run, so that each question to a policy is asked once."""

    def __init__(self, policies: PolicySet, as_of: date) -> None:
        self._policies = policies
        self._as_of = as_of

    def due(self, **key: Any) -> Due:
        remedy: str | None = key["remedy"]
        if remedy is None:
            return Due(None, None, None, None, "No deadline before the remedy is known.")
        if remedy in _NO_CLOCK:
            return Due(None, None, None, None, _NO_CLOCK[remedy])
        policy = self._policies.get(key["policy_id"]) if key["policy_id"] else None
        start = self._start(remedy, key)
        if remedy in {"NEW", "COB"}:
            return self._filing(remedy, policy, key["payer_class"], start)
        if remedy == "REPL":
            return self._corrected(policy, key)
        if remedy == "RPA":
            return self._authorization(policy, key["_hcpcs"], start)
        if remedy == "APP" and key["appeal_level"] is None:
            return Due(None, None, None, None, "No deadline before the level of appeal is known.")
        if remedy in {"APP", "SEND", DISPUTE}:
            return self._appeal(remedy, policy, key)
        return self._of_class(remedy, key["payer_class"], None, start, None)

    @staticmethod
    def _start(remedy: str, key: dict[str, Any]) -> date | None:
        return key["_service"] if remedy in _FROM_SERVICE else key["_notice"]

    def _of_class(
        self,
        remedy: str,
        payer_class: str | None,
        level: int | None,
        start: date | None,
        received: date | None,
    ) -> Due:
        clock = clock_for(remedy, payer_class, level)
        if clock is None:
            return Due(start, None, None, None, nothing_known(remedy))
        return _counted(clock, start, received)

    def _filing(self, remedy: str, policy: Policy | None, payer_class: str | None, start: date | None) -> Due:
        own = self._by_service(policy, start, "timely_filing_months", "timely_filing_days")
        if own is not None:
            return own
        known = self._of_class(remedy, payer_class, None, start, None)
        ceiling = self._by_service(policy, start, "timely_filing_ceiling_months", None)
        if known.hard is None and ceiling is not None:
            # Below the ceiling the payer's own limit may be shorter: no date is given for it.
            return replace(known, rule=f"{known.rule} In no case after {ceiling.hard}: {ceiling.rule}")
        return known

    def _by_service(
        self, policy: Policy | None, start: date | None, months: str, days: str | None
    ) -> Due | None:
        """The earlier of the limits in months and in days that a policy states; null where it states none."""
        if policy is None or start is None:
            return None
        found: list[Due] = []
        for name in (months, days):
            stated = self._policies.value(policy, name, start) if name else None
            if stated is None or stated.value is None:
                continue
            length = {"months" if name == months else "days": int(stated.value)}
            found.append(due(_stated(policy, stated, "service", **length), start))
        return min(found, key=_hard) if found else None

    def _corrected(self, policy: Policy | None, key: dict[str, Any]) -> Due:
        service, notice = key["_service"], key["_notice"]
        found: list[Due] = []
        by_service = self._by_service(policy, service, "corrected_claim_months", None)
        if by_service is not None:
            found.append(by_service)
        if policy is not None and service is not None and notice is not None:
            stated = self._policies.value(policy, "corrected_claim_days", service)
            if stated is not None and stated.value is not None:
                found.append(due(_stated(policy, stated, "notice", days=int(stated.value)), notice))
        if found:
            return min(found, key=_hard)
        return self._of_class("REPL", key["payer_class"], None, service, None)

    def _authorization(self, policy: Policy | None, hcpcs: str | None, start: date | None) -> Due:
        if policy is not None and hcpcs is not None and start is not None:
            for stated in self._policies.coverage_rules(
                policy, hcpcs, "prior_authorization", start, self._as_of
            ):
                block = stated.rule.prior_authorization
                if block is not None and block.retro_window_days is not None:
                    clock = _stated(stated.policy, stated.rule, "service", days=block.retro_window_days)
                    return due(clock, start)
        return Due(start, None, None, None, nothing_known("RPA"))

    def _appeal(self, remedy: str, policy: Policy | None, key: dict[str, Any]) -> Due:
        level = int(key["appeal_level"]) if remedy == "APP" else 1
        notice, received = key["_notice"], key["_received"]
        shipped = clock_for(remedy, key["payer_class"], level)
        stated = self._level(policy, level, notice)
        if stated is None or policy is None or (shipped is not None and shipped.days == stated.days):
            return self._of_class(remedy, key["payer_class"], level, notice, received)
        clock = _stated(
            policy,
            stated,
            stated.counted_from,
            days=stated.days,
            presumed_receipt_days=stated.presumed_receipt_days,
            rolls=key["payer_class"] in _MEDICARE,
        )
        start = {"service": key["_service"], "payment": key["_paid_on"]}.get(stated.counted_from, notice)
        return _counted(clock, start, received)

    def _level(self, policy: Policy | None, level: int, on: date | None) -> AppealLevel | None:
        if policy is None or on is None:
            return None
        return next((a for a in self._policies.appeals(policy, on) if a.level == level), None)


def _hard(one: Due) -> date:
    assert one.hard is not None  # every clock that is counted has a last day
    return one.hard


def _counted(clock: Clock, start: date | None, received: date | None) -> Due:
    if start is None:
        return Due(
            None, clock.counted_from, None, None, f"The day that the clock runs from is missing. {clock.rule}"
        )
    if clock.counted_from == "receipt" and received is None and clock.presumed_receipt_days is None:
        words = "Enter the day on which the notice came, or presumed_receipt_days in the policy."
        return Due(None, "receipt", None, None, f"{words} {clock.rule}")
    return due(clock, start, received=received)  # fmt: skip


def _stated(policy: Policy, stated: Dated, counted_from: str, **length: Any) -> Clock:
    """A clock out of a statement of a policy."""
    citation = stated.citation
    words = (
        f"{length['days']} days" if length.get("days") is not None else f"{length.get('months')} months"
    ) + f" from {counted_from}"
    return Clock(
        id=policy.id,
        counted_from=counted_from,
        about=f"{words}, policy {policy.id}: {stated.reason}",
        source=citation.source,
        confidence=citation.confidence,
        **length,
    )
