from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import run_edits
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.policies.loader import parse_policy
from scrubjay.recovery.calibration import (
    answers_of,
    backtest,
    candidate_rules,
    caught,
    edit_precision,
    unforeseen,
)
from scrubjay.recovery.decide import World, decide
from scrubjay.recovery.draft_policy import draft_policy
from scrubjay.reference import Reference
from scrubjay.tables import FINDINGS
from scrubjay.testing.answered import answered, denied
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

AS_OF = date(2026, 6, 1)
WORLD = World(PolicySet.base(), Reference.starter(), AS_OF)
EDITS = all_edits()


def history(*rows: dict[str, Any]) -> pl.DataFrame:
    got = decide(answered(*rows), WORLD)
    return answers_of(got.lines, got.decisions)


def found(*rows: tuple[int, int | None, str]) -> pl.DataFrame:
    frame = pl.DataFrame(
        list(rows), schema={"claim_key": pl.Int64, "line_key": pl.Int64, "edit": pl.String}, orient="row"
    )
    return FINDINGS.conform(frame)


PAID = {"paid_amount": "60"}


def test_precision_of_an_edit_by_payer() -> None:
    rows = history(
        *[denied("CO-16", "N822")] * 3, PAID, denied("CO-50"), denied("CO-4", "N822", claim_filing_code="MB")
    )
    edit = "missing-discarded-drug-modifier"
    got = edit_precision(found(*((n, n, edit) for n in range(1, 7))), rows, EDITS).rows(named=True)
    of = {r["payer"]: r for r in got}
    ours = of["commercial"]
    assert (ours["fired"], ours["denied_as_foretold"], ours["denied_otherwise"]) == (5, 3, 1)
    assert ours["carcs"] == ["16", "50"]
    assert ours["denied_amount"] == Decimal(300)
    assert ours["precision"] == pytest.approx(0.6)
    assert ours["precision_low"] < 0.3
    assert ours["precision_high"] > 0.85
    assert of["medicare-part-b"]["denied_as_foretold"] == 1
    total = caught(found(*((n, n, edit) for n in range(1, 7))), rows, EDITS).row(0, named=True)
    assert (total["caught"], total["denied_otherwise"], total["false_alarms"]) == (4, 1, 1)


def test_a_finding_about_the_claim_speaks_of_all_its_lines() -> None:
    rows = history({**denied("CO-146"), "claim_key": 9}, {**PAID, "claim_key": 9})
    got = edit_precision(found((9, None, "diagnosis-not-valid-on-date")), rows, EDITS).row(0, named=True)
    assert (got["fired"], got["denied_as_foretold"]) == (2, 1)


def test_lines_without_a_claim_and_old_answers_teach_nothing() -> None:
    rows = history(
        denied("CO-50", claim_key=None), {**denied("CO-50"), "is_superseded": True}, denied("OA-133")
    )
    assert rows.height == 0


def rules(*rows: dict[str, Any], findings: pl.DataFrame | None = None) -> pl.DataFrame:
    return candidate_rules(findings if findings is not None else found(), history(*rows), EDITS)


def test_a_rule_is_as_general_as_it_can_be() -> None:
    """All of J1745 wants authorization; J2919 is refused at place 22 only."""
    site = {"hcpcs": "J2919", "place_of_service_code": "22"}
    got = rules(
        *[denied("CO-197", hcpcs="J1745", place_of_service_code=p) for p in ("11", "22") for _ in range(10)],
        *[{**denied("CO-58"), **site}] * 15,
        *[{**PAID, "hcpcs": "J2919"}] * 40,
    ).rows(named=True)
    told = [
        (r["hcpcs"], r["carc_code"], r["place_of_service_code"], r["modifiers"], r["denied"], r["lines"])
        for r in got
    ]
    assert told == [("J1745", "197", None, None, 20, 20), ("J2919", "58", "22", None, 15, 15)]
    assert got[1]["usual_share"] == 0
    assert got[1]["share_low"] > 0.8


def test_foreseen_denials_and_weak_patterns_make_no_rule() -> None:
    late = [denied("CO-197", hcpcs="J1745")] * 12
    foreseen = found(*((n, n, "missing-discarded-drug-modifier") for n in range(1, 13)))
    assert rules(*late, findings=foreseen).height == 1  # that edit does not stand for 197
    modifiers = [denied("CO-4", "N822", hcpcs="J1745")] * 12
    assert rules(*modifiers, findings=foreseen).height == 0
    assert rules(*late[:9]).height == 0  # too few
    assert rules(*late, *[{**PAID, "hcpcs": "J1745"}] * 30).height == 0  # mostly paid
    assert unforeseen(found(), history(*late), EDITS).height == 12


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([denied("CO-197", hcpcs="J1745")] * 12, "prior_authorization"),
        ([denied("CO-58", hcpcs="J1745", place_of_service_code="22")] * 12 + [{**PAID, "hcpcs": "J1745"}] * 20, "site_of_care"),
        ([denied("CO-151", hcpcs="J1745", modifiers=["X1"], units_billed=90)] * 12 + [{**PAID, "hcpcs": "J1745", "units_billed": 50, "units_paid": 50}] * 20,
         "units_per_day: '50'"),
        ([denied("CO-16", "M119", hcpcs="J1745")] * 12, "requires_ndc"),
        ([denied("CO-4", "N822", hcpcs="J1745")] * 12 + [{**PAID, "hcpcs": "J1745", "modifiers": ["JZ"]}] * 20, "jz_demand"),
        ([denied("CO-280", hcpcs="J1745")] * 12, "pharmacy"),
    ],
)  # fmt: skip
def test_drafts_are_policies_that_load(rows: list[dict[str, Any]], says: str) -> None:
    seen = history(*rows)
    rule = candidate_rules(found(), seen, EDITS).row(0, named=True)
    text = draft_policy(rule, seen, on=AS_OF)
    assert text is not None
    assert says in text
    policy = parse_policy(text, "draft.yaml")
    assert policy.extends == "commercial"
    assert PolicySet.base([policy]).policies[0].id == "draft-commercial-j1745"
    assert "unverified" in text


def test_what_no_policy_can_say_has_no_draft() -> None:
    seen = history(*[denied("CO-50", hcpcs="J1745")] * 12)
    rule = candidate_rules(found(), seen, EDITS).row(0, named=True)
    assert draft_policy(rule, seen, on=AS_OF) is None


def test_backtest_of_a_draft_before_it_is_switched_on() -> None:
    """A plan asks for JZ and nobody knew: twelve denied without, twenty paid with, three paid without."""
    plan = PayerSpec("PLAN", "PLAN9", "CI")
    day = date(2026, 3, 2)

    def claim(*modifiers: str) -> ClaimSpec:
        line = LineSpec("J2919", modifiers=modifiers, service_from=day, ndc="00009004722", ndc_quantity="1")
        return ClaimSpec(lines=[line], payer=plan)

    specs = [claim()] * 12 + [claim("JZ")] * 20 + [claim()] * 3
    bundle, _ = read_claims_bytes(make_837(specs).encode())
    about = {"payer_id": "PLAN9", "policy_id": "commercial", "service_date": day}
    rows = history(
        *[denied("CO-16", "N822", **about)] * 12,
        *[{**PAID, **about, "modifiers": ["JZ"]}] * 20,
        *[{**PAID, **about}] * 3,
    )
    before = run_edits(
        [bundle], EDITS, reference=WORLD.reference, policies=WORLD.policies, as_of=AS_OF
    ).findings
    candidate = candidate_rules(before, rows, EDITS).row(0, named=True)
    assert (candidate["modifiers"], candidate["denied"], candidate["lines"]) == ("", 12, 15)
    text = draft_policy(candidate, rows, on=AS_OF)
    assert text is not None
    with_draft = PolicySet.base([parse_policy(text, "draft.yaml")])
    got = backtest(
        lambda: [bundle],
        rows,
        EDITS,
        reference=WORLD.reference,
        as_of=AS_OF,
        policies=with_draft,
        without=WORLD.policies,
    ).rows(named=True)
    assert [(r["edit"], r["fired"], r["caught"], r["caught_amount"], r["false_alarms"]) for r in got] == [
        ("missing-discarded-drug-modifier", 15, 12, Decimal(1200), 3)
    ]
