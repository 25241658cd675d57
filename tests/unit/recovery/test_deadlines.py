from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.errors import UsageError
from scrubjay.policies import PolicySet, load_policy_file
from scrubjay.recovery.calendar import (
    is_business_day,
    next_business_day,
    plus_business_days,
    plus_months,
    previous_business_day,
)
from scrubjay.recovery.classify import classify
from scrubjay.recovery.clocks import amount_in_controversy, clock_named, clocks, due
from scrubjay.recovery.deadlines import with_deadlines
from scrubjay.recovery.remedies import decide_remedies
from scrubjay.testing.answered import answered, answers, denied

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 6, 1)


def decide(
    row: dict[str, Any], *, policies: PolicySet | None = None, as_of: date = AS_OF, more: dict[str, Any] | None = None, **said: bool
) -> dict[str, Any]:  # fmt: skip
    lines = answered(row).with_columns(pl.lit(v, pl.Date).alias(k) for k, v in (more or {}).items())
    given_answers = answers(*((n.replace("_", "-"), yes) for n, yes in said.items()))
    decided = decide_remedies(lines, classify(lines), answers=given_answers)
    known = policies or PolicySet.base()
    return with_deadlines(decided, lines, policies=known, as_of=as_of).row(0, named=True)


def dates(got: dict[str, Any]) -> tuple[Any, Any, Any]:
    return got["trigger_date"], got["safe_date"], got["hard_date"]


MB = {"claim_filing_code": "MB", "policy_id": "medicare-part-b"}


def test_worked_first_level() -> None:
    """Remittance of 2026-02-02, received 02-07, due Sunday 2026-06-07: safe on the Friday, hard on the Monday."""
    got = decide(denied("CO-50", **MB, production_date=date(2026, 2, 2)), diagnosis_documented=False)
    assert got["remedy"] == "APP"
    assert dates(got) == (date(2026, 2, 7), date(2026, 6, 5), date(2026, 6, 8))


def test_worked_second_level() -> None:
    """First-level decision of 2026-06-25, received 06-30, due Sunday 2026-12-27."""
    got = decide(denied("CO-193", **MB, appeal_level_decided=1), more={"notice_date": date(2026, 6, 25)})
    assert got["appeal_level"] == 2
    # Friday the 25th is a holiday, so the last business day before is the Thursday.
    assert dates(got) == (date(2026, 6, 30), date(2026, 12, 24), date(2026, 12, 28))


def test_worked_filing() -> None:
    """Service of 2025-01-15: file by 2026-01-15."""
    got = decide(denied("CO-16", "N822", "MA130", **MB, service_date=date(2025, 1, 15)))
    assert got["remedy"] == "NEW"
    assert dates(got) == (date(2025, 1, 15), date(2026, 1, 15), date(2026, 1, 15))


def test_g50_new_claim_within_a_year_of_service() -> None:
    got = decide(denied("CO-16", "N822", "MA130", **MB, service_date=date(2024, 7, 10)))
    assert (got["remedy"], got["hard_date"]) == ("NEW", date(2025, 7, 10))
    assert got["safe_date"] == date(2025, 7, 10)


def test_g54_timely_filing_is_hard() -> None:
    """Service 2024-11-20, first sent 2025-11-25: the limit was 2025-11-20, and only proof opens an appeal."""
    late = denied("CO-29", "N211", **MB, service_date=date(2024, 11, 20))
    assert due(clock_named("medicare-filing"), date(2024, 11, 20)).hard == date(2025, 11, 20)
    without, with_proof = (
        decide(late, proof_of_timely_filing=False),
        decide(late, proof_of_timely_filing=True),
    )
    assert (without["hardness"], without["remedy"], without["hard_date"]) == ("hard", "WO", None)
    assert (with_proof["remedy"], with_proof["appeal_level"]) == ("APP", 1)


@pytest.mark.parametrize(("level", "days"), [(1, 120), (2, 180), (3, 60), (4, 60), (5, 60)], ids=str)
def test_levels_of_medicare(level: int, days: int) -> None:
    notice = date(2026, 3, 2)  # received on the 7th
    row = denied("CO-193", **MB, amount="5000", appeal_level_decided=level - 1, production_date=notice)
    got = decide(row)
    end = date(2026, 3, 7) + timedelta(days=days)
    assert got["appeal_level"] == level
    assert dates(got) == (date(2026, 3, 7), previous_business_day(end), next_business_day(end))
    assert got["missing"] == []


@pytest.mark.parametrize(
    ("level", "as_of", "amount", "says"),
    [
        (3, date(2025, 12, 31), "195.00", None),
        (3, date(2026, 1, 1), "195.00", "200 dollars"),
        (3, date(2026, 1, 1), "200.00", None),
        (3, date(2025, 1, 1), "189.99", "190 dollars"),
        (4, date(2026, 1, 1), "1.00", None),
        (5, date(2026, 1, 1), "1959.99", "1960 dollars"),
        (5, date(2026, 1, 1), "1960.00", None),
        (5, date(2025, 6, 1), "1899.99", "1900 dollars"),
        (3, date(2027, 1, 1), "99999.00", "not in the table"),
    ],
)
def test_amounts_in_controversy_by_year(level: int, as_of: date, amount: str, says: str | None) -> None:
    got = decide(
        denied("CO-193", **MB, amount=amount, charge_amount=amount, appeal_level_decided=level - 1),
        as_of=as_of,
    )
    found = [m for m in got["missing"] if "level" in m]
    assert found == [] if says is None else says in found[0]


def test_no_amount_is_asked_of_the_council() -> None:
    assert amount_in_controversy(4, AS_OF) is None
    threshold = amount_in_controversy(3, AS_OF)
    assert threshold is not None
    assert threshold.amount == Decimal(200)


def test_a_shown_day_of_receipt_takes_the_place_of_the_presumption() -> None:
    row = denied("CO-50", **MB, production_date=date(2026, 2, 2))
    got = decide(row, more={"notice_received_date": date(2026, 2, 3)}, diagnosis_documented=False)
    assert got["trigger_date"] == date(2026, 2, 3)
    assert got["hard_date"] == date(2026, 6, 3)


def test_holiday() -> None:
    """120 days from 2026-03-05 are Friday 2026-07-03, the observed Independence Day."""
    got = due(clock_named("medicare-level-1"), date(2026, 2, 28))
    assert (got.trigger_date, got.safe, got.hard) == (
        date(2026, 3, 5),
        date(2026, 7, 2),
        date(2026, 7, 6),
    )


def test_weekend_without_rolling() -> None:
    """A year from Monday 2025-02-15 is a Sunday; whether filing rolls forward is not known, so it does not."""
    got = due(clock_named("medicare-filing"), date(2025, 2, 15))
    assert (got.safe, got.hard) == (date(2026, 2, 13), date(2026, 2, 15))


def test_institutional_claims_count_from_the_last_day() -> None:
    row = denied("CO-16", "M51", claim_filing_code="MB", claim_kind="institutional", policy_id="medicare-part-a",
                 service_date=date(2025, 3, 3), service_date_to=date(2025, 3, 10))  # fmt: skip
    assert decide(row)["hard_date"] == date(2026, 3, 10)
    assert decide({**row, "claim_kind": "professional", **MB})["hard_date"] == date(2026, 3, 3)


def test_reopening_of_part_b() -> None:
    got = decide(denied("CO-4", "N822", **MB, production_date=date(2026, 2, 2)))
    assert got["remedy"] == "CER"
    assert dates(got) == (date(2026, 2, 2), date(2027, 2, 2), date(2027, 2, 2))


def test_medicare_advantage_without_a_contract() -> None:
    got = decide(
        denied(
            "CO-50", claim_filing_code="16", policy_id="medicare-advantage", production_date=date(2026, 3, 2)
        ),
        diagnosis_documented=False,
    )
    assert dates(got) == (date(2026, 3, 2), date(2026, 5, 1), date(2026, 5, 6))
    assert "C, unverified" in got["deadline_rule"]


@pytest.mark.parametrize(
    ("row", "said", "enter"),
    [
        (denied("CO-16", "M51", policy_id="commercial"), {}, "timely_filing_days"),
        (denied("CO-4", "N822", policy_id="commercial"), {}, "corrected_claim_days"),
        (denied("CO-50", policy_id="commercial"), {"diagnosis_documented": False}, "appeals"),
        (denied("CO-50", policy_id=None), {"diagnosis_documented": False}, "appeals"),
        (denied("CO-252", policy_id="commercial"), {}, "appeal level 1"),
        (denied("CO-197", policy_id="commercial"), {"authorization_on_file": False, "authorization_window_open": True},
         "retro_window_days"),
        (denied("CO-109"), {}, "payer to which the claim goes"),
    ],
)  # fmt: skip
def test_no_rule_no_date(row: dict[str, Any], said: dict[str, bool], enter: str) -> None:
    got = decide(row, **said)
    assert (got["safe_date"], got["hard_date"]) == (None, None)
    assert enter in got["deadline_rule"]


def test_no_clock_where_nothing_is_due() -> None:
    got = decide(denied("OA-133"))
    assert (got["remedy"], got["hard_date"]) == ("WAIT", None)
    assert decide(denied("CO-A1"))["deadline_rule"] == "No deadline before the remedy is known."
    unknown = decide(denied("CO-193", **MB))
    assert "level of appeal" in unknown["deadline_rule"]
    undated = decide(denied("CO-16", "M51", **MB, service_date=None))
    assert undated["hard_date"] is None
    assert "missing" in undated["deadline_rule"]


CONTRACT = """
id: our-plan
name: Our plan
extends: commercial
reviewed_on: 2026-01-02
match: [{payer_ids: ["12345"]}]
parameters:
  timely_filing_days:
    - {value: 90, reason: Contract 4.1., citation: {source: OUR, text: Ninety days., confidence: B}}
  corrected_claim_days:
    - {value: 180, reason: Contract 4.2., citation: {source: OUR, text: From the answer., confidence: B}}
  corrected_claim_months:
    - {value: 6, reason: Contract 4.3., citation: {source: OUR, text: From the service., confidence: B}}
coverage:
  - id: drug
    hcpcs: [J2919]
    reason: Policy.
    citation: {source: OUR, text: Fourteen days., confidence: B}
    prior_authorization: {required: true, retro_window_days: 14}
appeals:
  - {level: 1, name: First, days: 60, counted_from: notice, reason: "Contract 5.1.", citation: {source: OUR, text: x, confidence: B}}
  - {level: 2, name: Second, days: 30, counted_from: receipt, reason: "Contract 5.2.", citation: {source: OUR, text: x, confidence: B}}
  - {level: 3, name: Third, days: 90, counted_from: payment, reason: "Contract 5.3.", citation: {source: OUR, text: x, confidence: B}}
"""


@pytest.fixture
def contract(tmp_path: Path) -> PolicySet:
    path = tmp_path / "plan.yaml"
    path.write_text(CONTRACT, encoding="utf-8")
    return PolicySet.base([load_policy_file(path)])


def test_contract_terms(contract: PolicySet) -> None:
    own = {
        "policy_id": "our-plan",
        "service_date": date(2026, 1, 5),
        "production_date": date(2026, 2, 2),
        "payment_date": date(2026, 2, 4),
    }
    filing = decide(denied("CO-16", "M51", **own), policies=contract)
    assert dates(filing) == (date(2026, 1, 5), date(2026, 4, 3), date(2026, 4, 5))  # a Sunday, not rolled
    corrected = decide(denied("CO-4", "N822", **own), policies=contract)
    assert dates(corrected) == (
        date(2026, 1, 5),
        date(2026, 7, 2),
        date(2026, 7, 5),
    )  # the months end before the days
    said = {"authorization_on_file": False, "authorization_window_open": True}
    assert decide(denied("CO-197", **own), policies=contract, **said)["hard_date"] == date(2026, 1, 19)
    first = decide(denied("CO-50", **own), policies=contract, diagnosis_documented=False)
    assert dates(first) == (date(2026, 2, 2), date(2026, 4, 3), date(2026, 4, 3))
    assert "OUR [B]" in first["deadline_rule"]
    second = decide(denied("CO-193", **own, appeal_level_decided=1), policies=contract)
    assert second["hard_date"] is None
    assert "Enter the day on which the notice came" in second["deadline_rule"]
    third = decide(denied("CO-193", **own, appeal_level_decided=2), policies=contract)
    assert third["trigger_date"] == date(2026, 2, 4)
    assert (
        decide(denied("CO-193", **own, appeal_level_decided=3), policies=contract)["hard_date"] is None
    )  # no fourth level


def test_medicaid_ceiling_is_no_limit() -> None:
    got = decide(denied("CO-16", "M51", claim_filing_code="MC", policy_id="medicaid"))
    assert got["hard_date"] is None
    assert "In no case after 2027-01-05" in got["deadline_rule"]


@pytest.mark.parametrize(
    ("clock", "start", "hard"),
    [
        ("erisa-appeal", date(2026, 1, 2), date(2026, 7, 1)),
        ("external-review", date(2026, 1, 31), date(2026, 5, 31)),
        ("medicare-reopening-good-cause", date(2026, 1, 2), date(2030, 1, 2)),
        ("recoupment-stop-level-1", date(2026, 3, 2), date(2026, 4, 1)),
        ("recoupment-stop-level-2", date(2026, 3, 2), date(2026, 5, 1)),
        ("overpayment-report", date(2026, 3, 2), date(2026, 5, 1)),
        ("medicare-interest", date(2026, 3, 2), date(2026, 4, 1)),
        ("medicare-payment-floor", date(2026, 3, 2), date(2026, 3, 16)),
        ("erisa-decision", date(2026, 3, 2), date(2026, 4, 1)),
        ("erisa-appeal-decision", date(2026, 3, 2), date(2026, 5, 1)),
        ("medicaid-ceiling", date(2026, 3, 2), date(2027, 3, 2)),
        ("surprises-payment", date(2026, 3, 2), date(2026, 4, 1)),
        # 30 business days over Memorial Day; 4 over a weekend
        ("surprises-negotiation", date(2026, 5, 1), date(2026, 6, 15)),
        ("surprises-dispute", date(2026, 6, 15), date(2026, 6, 22)),
    ],
)
def test_other_clocks(clock: str, start: date, hard: date) -> None:
    assert due(clock_named(clock), start).hard == hard


def test_every_clock_has_a_length_and_a_source() -> None:
    for clock in clocks():
        assert sum(x is not None for x in (clock.days, clock.months, clock.business_days)) == 1
        assert clock.confidence in "ABCD"
    with pytest.raises(UsageError, match="no clock"):
        clock_named("lunch")


def test_receipt_without_a_presumption_is_refused() -> None:
    from dataclasses import replace

    bare = replace(clock_named("medicare-level-1"), presumed_receipt_days=None)
    with pytest.raises(UsageError, match="day of receipt"):
        due(bare, date(2026, 1, 2))
    assert due(bare, date(2026, 1, 2), received=date(2026, 1, 5)).trigger_date == date(2026, 1, 5)


_DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(_DAYS, st.sampled_from(clocks()))
def test_safe_is_a_business_day_no_later_than_hard(start: date, clock: Any) -> None:
    got = due(clock, start)
    assert got.safe is not None
    assert got.hard is not None
    assert is_business_day(got.safe)
    assert got.safe <= got.hard
    assert not clock.rolls or is_business_day(got.hard)
    assert got.trigger_date is not None
    assert got.trigger_date >= start


@given(_DAYS, st.integers(1, 40))
def test_business_days(start: date, count: int) -> None:
    end = plus_business_days(start, count)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(is_business_day(d) for d in between) == count


def test_months_end_with_the_month() -> None:
    assert plus_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert plus_months(date(2025, 10, 31), 4) == date(2026, 2, 28)
    assert plus_months(date(2025, 1, 15), 12) == date(2026, 1, 15)


def test_a_result_does_not_depend_on_company() -> None:
    """A line among others has the deadline that it has alone."""
    rows = [
        denied("CO-50", **MB),
        denied("CO-4", "N822", **MB),
        denied("CO-16", "M51", **MB),
        denied("OA-133"),
        denied("CO-109"),
    ]
    lines = answered(*rows)
    decided = decide_remedies(lines, classify(lines))
    together = with_deadlines(decided, lines, policies=PolicySet.base(), as_of=AS_OF)
    for number, row in enumerate(rows):
        alone = decide(row)
        among = together.row(number, named=True)
        assert dates(alone) == dates(among)
