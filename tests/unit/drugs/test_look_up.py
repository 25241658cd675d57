from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.drugs import UnitsRequest, convert_units, look_up_code, look_up_ndc, work_out_units
from scrubjay.drugs.search import take_apart
from scrubjay.policies import PolicySet
from scrubjay.policies.discard import discard_rule
from scrubjay.reference import Reference

AS_OF = date(2026, 11, 23)
DAY = date(2024, 7, 1)


def code(text, on=DAY):
    answer = look_up_code(text, on, Reference.starter(), AS_OF)
    json.dumps(answer.as_dict())
    return answer


def test_j1320_is_said_plainly():
    answer = code("J1320")
    said = " ".join(answer.says)
    assert answer.says[0] == "J1320 is amitriptyline hydrochloride, up to 20 mg."
    assert "MUE is 0" in said
    assert "discontinued" in said
    assert "wrong" in said
    assert "methylprednisolone" in said


def test_life_successor_and_predecessor():
    ended = code("j2930")
    assert (ended.first_day, ended.last_day, ended.is_in_force) == (
        date(1984, 1, 1),
        date(2024, 3, 31),
        False,
    )
    assert [(s.values["successor"], s.values["unit_ratio"]) for s in ended.successors] == [("J2919", "25")]
    new = code("J2919", date(2024, 3, 1))
    assert new.is_in_force is False
    assert {p.values["hcpcs"] for p in new.predecessors} == {"J2920", "J2930"}
    assert code("J2919").is_in_force is True
    assert all(s.source for s in code("J2919").status)


@pytest.mark.parametrize(
    ("text", "on", "found"),
    [
        ("solumedrol 125", DAY, "J2919"),
        ("solu medrol 40mg im", DAY, "J2919"),
        ("Depo-Medrol", DAY, "J1010"),
        ("remicade", DAY, "J1745"),
        ("infliximab", DAY, "J1745"),
        ("keytruda 200 mg", DAY, "J9271"),
        ("pembrolizmab", DAY, "J9271"),
        ("amitriptyline", DAY, "J1320"),
        ("code J2919 please", DAY, "J2919"),
    ],
)
def test_search(text, on, found):
    assert code(text, on).code == found


def test_an_open_salt_lists_both_and_picks_none():
    answer = code("methylprednisolone")
    assert answer.code is None
    assert {"J1010", "J2919"} <= {h.code for h in answer.codes if h.is_in_force}
    assert answer.says


def test_the_day_decides_which_code_is_in_force():
    hits = {h.code: h.is_in_force for h in code("solumedrol", date(2024, 3, 1)).codes}
    assert hits["J2930"]
    assert not hits["J2919"]


def test_amounts_show_units_and_bare_numbers_are_not_taken_for_mg():
    assert "40 mg = 8 units" in next(h.why for h in code("solumedrol 40 mg").codes if h.code == "J2919")
    assert "say the unit" in next(h.why for h in code("solumedrol 125").codes if h.code == "J2919")


@pytest.mark.parametrize("text", ["J0000", "frobnicate", "", "'; drop table", "40 mg", "%%%"])
def test_unknown_is_said(text):
    answer = code(text)
    assert not answer.is_known
    assert answer.unknown


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text):
    code(text)


def test_taking_apart():
    wanted = take_apart("Solu-Medrol inj 125 mg IV J2919 x 2")
    assert wanted.codes == ("J2919",)
    assert [str(a) for a in wanted.amounts] == ["125 mg"]
    assert wanted.routes == ("iv",)


def test_ndc_answers():
    answer = look_up_ndc("0009-0306-02", DAY, Reference.starter(), AS_OF)
    assert answer.ndc == "00009030602"
    assert answer.hyphened == "00009-0306-02"
    assert "0009-0306-02" in answer.fda_forms
    assert [p.values["hcpcs"] for p in answer.packages] == ["J1010"]
    assert Fraction(answer.packages[0].values["ndc_quantity_per_unit"]) * 40 == Fraction(1, 2)
    assert look_up_ndc("1234567890", DAY, Reference.starter(), AS_OF).refused is not None
    assert look_up_ndc("abc", DAY, Reference.starter(), AS_OF).refused is not None
    assert look_up_ndc("99999-9999-99", DAY, Reference.starter(), AS_OF).unknown
    other_day = look_up_ndc("0009-0306-02", date(2010, 1, 1), Reference.starter(), AS_OF)
    assert other_day.packages == ()
    assert other_day.other_periods


def convert(text, units, on):
    return convert_units(text, units, on, Reference.starter(), AS_OF)


@pytest.mark.parametrize(
    ("text", "units", "successor", "result", "is_maximum"),
    [
        ("J2930", "1", "J2919", "25", True),
        ("j2920", "2", "J2919", "16", True),
        ("J1040", "2", "J1010", "160", False),
    ],
)
def test_conversions(text, units, successor, result, is_maximum):
    answer = convert(text, units, date(2024, 5, 1))
    (one,) = answer.conversions
    assert (one.successor, one.successor_units, one.is_maximum) == (successor, result, is_maximum)
    assert answer.steps[0].source
    assert ("most" in answer.steps[0].text) == is_maximum


@pytest.mark.parametrize(
    ("text", "units", "on", "word"),
    [
        ("J2930", "1", date(2024, 3, 1), "still in force"),
        ("J2919", "25", date(2024, 3, 1), "Backwards"),
        ("J1745", "1", DAY, "still in force"),
        ("J0000", "1", DAY, "not in the loaded reference"),
        ("X", "1", DAY, "not a HCPCS code"),
        ("J2930", "0", DAY, "greater than zero"),
        ("J2930", "-1", DAY, "greater than zero"),
        ("J2930", "one", DAY, "greater than zero"),
    ],
)
def test_conversions_refused(text, units, on, word):
    answer = convert(text, units, on)
    assert answer.conversions == ()
    assert answer.refused is not None
    assert word in answer.refused.reason


@settings(deadline=None)  # the first call reads the reference
@given(st.integers(1, 10**6))
def test_conversion_is_exact(units):
    (one,) = convert("J2930", str(units), date(2024, 5, 1)).conversions
    assert Fraction(one.successor_units) == units * 25


@pytest.mark.parametrize("text", ["j-1320", "J 1320", "J.1320", "j1320."])
def test_a_code_with_a_blank_or_hyphen_is_a_code(text):
    assert code(text).code == "J1320"


def test_own_brands_are_no_mistake_of_guides():
    says = " ".join(code("prolia").says)
    assert "Prolia 60 mg and Xgeva 120 mg are both J0897" in says
    assert "guides" not in says


def test_a_modifier_is_named_as_one():
    answer = code("jw")
    assert not answer.is_known
    assert "JW is a modifier" in answer.unknown[0]


@pytest.mark.parametrize(("on", "is_said"), [(date(2026, 6, 1), False), (date(2026, 6, 2), True)])
def test_a_day_after_that_of_the_answer_is_said_to_be_one(on, is_said):
    answer = look_up_code("J2919", on, Reference.starter(), date(2026, 6, 1))
    assert any("lies after 2026-06-01" in words for words in answer.says) is is_said
    request = UnitsRequest(dose="125 mg", on=on, code="J2919")
    worked = work_out_units(
        request, Reference.starter(), date(2026, 6, 1), discard_rule(PolicySet.base(), "medicare-part-b", on)
    )
    assert any(w.edit == "service-date-in-future" for w in worked.warnings) is is_said
