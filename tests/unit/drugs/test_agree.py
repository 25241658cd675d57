"""What was stated against the package of the NDC."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.drugs import Demand, DiscardRule, UnitsRequest, work_out_units
from scrubjay.drugs.agree import holds
from scrubjay.drugs.answers import Provenance
from scrubjay.drugs.resolve import Product
from scrubjay.quantity import MG, Quantity
from scrubjay.reference import Reference

AS_OF = date(2026, 11, 23)
RULE = DiscardRule("medicare", Demand.REQUIRED, Demand.REQUIRED, "policy", "B")
DEPO, SOLU, REPACKED = "00009030602", "00009004722", "50090602400"


def ask(dose, on="2024-08-20", **more):
    request = UnitsRequest(dose=dose, on=date.fromisoformat(on), route="im", **more)
    return work_out_units(request, Reference.starter(), AS_OF, RULE)


def edits(answer):
    return {w.edit for w in answer.warnings}


def test_a_container_against_a_verified_one_is_refused() -> None:
    answer = ask("40 mg", drug="depo-medrol", ndc=DEPO, vials=("400 mg",), container="single-dose")
    assert answer.lines == ()
    assert answer.refused is not None
    assert answer.refused.missing == ("container",)
    for word in ("container was stated as single-dose", "multi-dose [A]", "00009-0306-02"):
        assert word in answer.refused.reason


def test_a_container_against_an_unverified_one_is_warned_of() -> None:
    answer = ask("80 mg", drug="depo-medrol", ndc=REPACKED, vials=("80 mg",), container="multi-dose")
    assert [(x.hcpcs, x.units) for x in answer.lines if x.role == "drug"] == [("J1010", "80")]
    assert any("[C, unverified]" in w.message for w in answer.warnings)


def test_a_container_that_agrees_says_nothing() -> None:
    answer = ask("40 mg", drug="depo-medrol", ndc=DEPO, vials=("400 mg",), container="multi-dose")
    assert answer.refused is None
    assert edits(answer) == set()


@pytest.mark.parametrize(("on", "says"), [("2024-08-20", "holds 125 mg"), ("2024-03-20", "J2930")])
def test_a_vial_that_the_ndc_is_not(on, says) -> None:
    vials = ("40 mg",) if on == "2024-08-20" else ("500 mg",)
    answer = ask("40 mg", on, drug="solu-medrol", ndc=SOLU, vials=vials, container="single-dose")
    assert answer.refused is not None
    assert answer.refused.missing == ("vial",)
    assert "vial" in answer.refused.reason
    assert says in answer.refused.reason
    assert "00009-0047-22" in answer.refused.reason


def test_a_vial_against_a_row_carried_back_is_warned_of() -> None:
    answer = ask(
        "40 mg", "2023-08-20", drug="solu-medrol", ndc=SOLU, vials=("500 mg",), container="single-dose"
    )
    assert answer.refused is None
    assert "units-disagree-with-ndc-quantity" in edits(answer)


@pytest.mark.parametrize("named", [{"drug": "infliximab"}, {"code": "J1745"}])
def test_an_ndc_of_another_drug(named) -> None:
    answer = ask("100 mg", ndc=SOLU, vials=("100 mg",), container="single-dose", **named)
    assert answer.refused is not None
    for word in ("NDC 00009-0047-22 is methylprednisolone sodium succinate (J2919)", "not infliximab"):
        assert word in answer.refused.reason


def test_an_ndc_of_another_salt_is_warned_of_and_left_off() -> None:
    answer = ask("40 mg", drug="solu-medrol", ndc=DEPO, vials=("40 mg",), container="single-dose")
    assert "ndc-not-for-code" in edits(answer)
    assert {x.ndc for x in answer.lines} == {None}


@given(st.integers(1, 400), st.integers(1, 200), st.sampled_from(["exact", "up_to"]))
def test_an_item_holds_its_units_whole(units, amount, qualifier) -> None:
    product = Product(
        "J2919",
        None,
        Quantity(Fraction(amount), MG),
        qualifier,
        (),
        None,
        None,
        Provenance(None, None, None, None),
    )
    assert holds(Fraction(units), product, Fraction(units * amount))
    assert not holds(Fraction(units), product, Fraction((units + 1) * amount))
    assert not holds(Fraction(units + 1), product, Fraction(units * amount))
