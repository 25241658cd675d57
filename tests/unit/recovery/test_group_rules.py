"""Group codes and remarks as the code lists ask (domain specification, G1)."""

from __future__ import annotations

import pytest

from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.recovery.group_rules import GROUPS, check_groups, group_rules
from scrubjay.testing.x12 import AdjustmentSpec
from scrubjay.testing.x12_remits import PaymentSpec, RemitClaimSpec, RemitLineSpec, make_835

ALLOWED = (
    {"18": {"OA"}, "45": {"CO", "PR"}, "278": {"CO", "PI"}}
    | {key: {"OA"} for key in ("23", "133", "136", "209", "257", "271", "277")}
    | {key: {"PR"} for key in ("85", "201", "229", "238", "275")}
    | {key: {"CO"} for key in ("139", "249", "281", "303")}
)
NEED_REMARK = ("16", "96", "129", "148", "201", "226", "227", "234", "237", "250", "251", "252", "267", "A1")


def faults(group, carc, *, amount="10", remarks=(), claim_remarks=(), filing="MB"):
    line = RemitLineSpec(adjustments=[AdjustmentSpec(group, [(carc, amount, None)])], remarks=remarks)
    claim = RemitClaimSpec("A", [line], remarks=claim_remarks, filing_code=filing)
    found = check_groups(
        collect(AnswerReader.of_bytes(make_835([PaymentSpec([claim])]).encode(), "x")).remits
    )
    assert set(found["carc_code"]) <= {carc}
    assert found["message"].null_count() == 0
    return found["fault"].to_list()


@pytest.mark.parametrize("carc", sorted(ALLOWED))
def test_each_reason_with_each_group(carc):
    for group in GROUPS:
        expected = [] if group in ALLOWED[carc] else ["group-not-allowed"]
        assert faults(group, carc, remarks=["N1"]) == expected, group


@pytest.mark.parametrize("carc", NEED_REMARK)
def test_a_reason_that_needs_a_remark(carc):
    group = "PR" if carc == "201" else "CO"
    assert faults(group, carc) == ["remark-missing"]
    assert faults(group, carc, remarks=["N822"]) == []
    assert faults(group, carc, claim_remarks=["MA130"]) == []


def test_duplicates_of_workers_compensation_may_be_contractual():
    assert faults("CO", "18", filing="WC") == []
    assert faults("CO", "18", filing="CI") == ["group-not-allowed"]


def test_the_fee_schedule_may_not_take_the_whole_charge():
    assert faults("CO", "45", amount="100.00") == ["whole-charge"]
    assert faults("CO", "45", amount="99.99") == []
    assert faults("CO", "97", amount="100.00") == []


def test_a_group_that_no_version_knows():
    assert faults("XX", "97") == ["unknown-group"]
    assert faults("", "97") == ["unknown-group"]


def test_every_rule_is_cited():
    rules = group_rules()
    assert rules["carc_code"].is_unique().all()
    for column in ("source", "confidence", "citation"):
        assert rules[column].null_count() == 0
