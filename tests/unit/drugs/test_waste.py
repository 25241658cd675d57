from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.drugs.waste import (
    Demand,
    DiscardRule,
    decide,
    default_discard_rule,
    known_settings,
    rule_from_policy,
    setting_rule,
)

DAY = date(2024, 6, 3)


@pytest.mark.parametrize(
    ("on", "jw", "jz"),
    [
        (date(2002, 12, 31), "not_accepted", "not_accepted"),
        (date(2016, 12, 31), "unknown", "not_accepted"),
        (date(2017, 1, 1), "required", "not_accepted"),
        (date(2022, 12, 31), "required", "not_accepted"),
        (date(2023, 1, 1), "required", "optional"),
        (date(2023, 6, 30), "required", "optional"),
        (date(2023, 7, 1), "required", "required"),
        (date(2026, 11, 23), "required", "required"),
    ],
)
def test_medicare_periods(on, jw, jz):
    for payer in (None, "medicare", "Medicare-Part-B"):
        rule = default_discard_rule(payer, on)
        assert (rule.jw, rule.jz) == (jw, jz)
        assert rule.source


def test_other_payers_are_not_known():
    for payer in ("medicaid", "commercial", "somebody"):
        rule = default_discard_rule(payer, DAY)
        assert (rule.jw, rule.jz) == (Demand.UNKNOWN, Demand.UNKNOWN)
    assert default_discard_rule("medicaid", DAY).ndc_required is True
    assert default_discard_rule("commercial", DAY).ndc_required is None


def test_settings():
    assert {"office", "hopd", "asc", "inpatient", "rhc", "fqhc", "cah"} <= set(known_settings())
    hopd = setting_rule("hopd")
    assert hopd is not None
    assert hopd.payable == ("G", "K")
    assert hopd.packaged == ("N",)
    assert setting_rule("moon") is None


def ask(rule, *, pays=True, single=True, excluded=False):
    decision = decide(rule, is_separately_payable=pays, is_single_dose=single, is_excluded=excluded)
    return decision.bills_discarded, decision.marks_none


def test_predicate():
    both = default_discard_rule(None, DAY)
    assert ask(both) == (True, True)
    assert ask(both, single=False) == (False, False)
    assert ask(both, pays=False) == (False, False)
    assert ask(both, excluded=True) == (False, False)
    assert ask(both, single=None) == (None, None)
    assert ask(both, pays=None) == (None, None)
    assert ask(default_discard_rule(None, date(2023, 3, 1))) == (True, False)
    assert ask(default_discard_rule(None, date(2020, 3, 1)), single=None) == (None, False)
    assert ask(default_discard_rule("commercial", DAY)) == (None, None)
    honours = DiscardRule("p", Demand.OPTIONAL, Demand.OPTIONAL, "contract")
    assert ask(honours) == (True, False)


@pytest.mark.parametrize(
    ("requires", "pays", "jw", "jz"),
    [
        (True, True, "required", "required"),
        (True, None, "required", "required"),
        (False, True, "optional", "optional"),
        (False, False, "not_accepted", "optional"),
        (None, None, "unknown", "unknown"),
    ],
)
def test_rule_from_a_policy(requires, pays, jw, jz):
    rule = rule_from_policy(
        "p", requires=requires, pays_discarded=pays, ndc_required=None, source="policy", confidence="B"
    )
    assert (rule.jw, rule.jz) == (jw, jz)


@given(
    st.sampled_from(Demand),
    st.sampled_from(Demand),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
)
def test_nothing_is_billed_on_what_is_unknown(jw, jz, pays, single):
    bills, marks = ask(DiscardRule("p", jw, jz, "s"), pays=pays, single=single)
    if pays is not True or single is not True:
        assert bills is not True
        assert marks is not True
