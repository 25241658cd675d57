"""Filing limits, to the day."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.policies.model import Policy
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

EDITS = [e for e in all_edits() if e.family == "timeliness"]
COMMERCIAL = PayerSpec("EXAMPLE HEALTH", "EXCOM", "CI")
MEDICAID = PayerSpec("EXAMPLE MEDICAID", "EXMCD", "MC")


def limit(claim: ClaimSpec, as_of: date, kind="professional", own=()):
    bundle, _ = read_claims_bytes(make_837([claim], kind=kind).encode(), "t.837")
    ctx = facts_of_batch(
        bundle, make_plan(EDITS), reference=Reference.starter(), policies=PolicySet.base(own), as_of=as_of
    )
    return ctx.claims.select("filing_deadline", "days_to_filing_deadline", "filing_days_over").row(0)


@pytest.mark.parametrize(
    ("service", "deadline"),
    [
        ("20250115", date(2026, 1, 15)),
        ("20241120", date(2025, 11, 20)),
        ("20240229", date(2025, 2, 28)),
        ("20230228", date(2024, 2, 28)),
        ("20231231", date(2024, 12, 31)),
    ],
)
def test_medicare_allows_a_calendar_year(service, deadline):
    assert limit(ClaimSpec(lines=[LineSpec(service_from=service)]), deadline) == (deadline, 0, 0)


def test_a_professional_claim_counts_from_its_first_day():
    claim = ClaimSpec(lines=[LineSpec(service_from="20240610"), LineSpec(service_from="20240601")])
    assert limit(claim, date(2025, 6, 2)) == (date(2025, 6, 1), -1, 1)


def test_an_institutional_claim_counts_from_its_last_day():
    claim = ClaimSpec(
        place="13",
        payer=PayerSpec(filing_code="MA"),
        statement_from="20240601",
        statement_to="20240610",
        lines=[LineSpec(service_from="20240601"), LineSpec(service_from="20240610")],
    )
    assert limit(claim, date(2025, 6, 2), kind="institutional") == (date(2025, 6, 10), 8, 0)


def test_no_limit_is_assumed_of_a_commercial_payer():
    claim = ClaimSpec(payer=COMMERCIAL, lines=[LineSpec(service_from="20200101")])
    assert limit(claim, date(2026, 1, 1)) == (None, None, None)


def test_a_policy_of_ones_own_counts_days():
    own = Policy.model_validate(
        {
            "id": "contract",
            "name": "Contract",
            "extends": "commercial",
            "reviewed_on": "2024-01-01",
            "match": [{"payer_ids": ["EXCOM"]}],
            "parameters": {
                "timely_filing_days": [
                    {
                        "value": 90,
                        "reason": "r",
                        "citation": {"source": "CONTRACT", "text": "90 days", "confidence": "B"},
                    }
                ]
            },
        }
    )
    claim = ClaimSpec(payer=COMMERCIAL, lines=[LineSpec(service_from="20240601")])
    assert limit(claim, date(2024, 8, 30), own=(own,)) == (date(2024, 8, 30), 0, 0)
    assert limit(claim, date(2024, 8, 31), own=(own,)) == (date(2024, 8, 30), -1, 1)


def test_a_ceiling_says_when_it_is_surely_too_late_and_nothing_before():
    claim = ClaimSpec(payer=MEDICAID, lines=[LineSpec(service_from="20240601")])
    assert limit(claim, date(2025, 6, 1)) == (None, None, None)
    assert limit(claim, date(2025, 6, 2)) == (None, None, 1)


def test_without_a_date_nothing_is_said():
    assert limit(ClaimSpec(lines=[LineSpec(service_from=None)]), date(2025, 6, 1)) == (None, None, None)
