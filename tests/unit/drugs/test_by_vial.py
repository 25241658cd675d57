"""Codes of the size of the vial, before one code with an exact unit took over."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from scrubjay.drugs import Demand, DiscardRule, UnitsRequest, work_out_units
from scrubjay.reference import Reference

RULE = DiscardRule("medicare", Demand.REQUIRED, Demand.REQUIRED, "policy", "B")


def ask(dose, *vials):
    request = UnitsRequest(
        dose=dose, on=date(2024, 3, 20), drug="solu-medrol", vials=vials, container="single-dose", route="im"
    )
    return work_out_units(request, Reference.starter(), date(2026, 11, 23), RULE)


@pytest.mark.parametrize(
    ("dose", "vials", "expected"),
    [
        ("80 mg", ("2 x 40 mg",), {("J2920", "2")}),
        ("80 mg", ("125 mg",), {("J2930", "1")}),
        ("30 mg", ("40 mg",), {("J2920", "1")}),
        ("30 mg", ("125 mg",), {("J2930", "1")}),
        ("120 mg", ("3 x 40 mg",), {("J2920", "3")}),
        ("150 mg", ("40 mg", "125 mg"), {("J2930", "1"), ("J2920", "1")}),
        ("500 mg", ("500 mg",), {("J2930", "4")}),
        ("0.08 g", ("2 x 0.04 g",), {("J2920", "2")}),
    ],
)
def test_the_vial_decides_the_code(dose, vials, expected) -> None:
    answer = ask(dose, *vials)
    assert {(x.hcpcs, x.units) for x in answer.lines if x.role == "drug"} == expected
    units = {x.hcpcs: Fraction(x.units) for x in answer.lines if x.role == "drug"}
    assert units.keys() <= {"J2920", "J2930"}
    assert any("The vials decide" in s.text for s in answer.steps)


def test_a_size_that_the_crosswalk_does_not_hold_is_warned_of() -> None:
    answer = ask("30 mg", "35 mg")
    assert answer.refused is None
    (warning,) = (w for w in answer.warnings if "Which vial" in w.message)
    assert "35 mg to none of these codes" in warning.message
    assert "J2920 (up to 40 mg)" in warning.message


def test_without_a_vial_the_other_code_is_named() -> None:
    (warning,) = (w for w in ask("80 mg").warnings if "Which vial" in w.message)
    assert "J2920 (up to 40 mg)" in warning.message


def test_more_than_the_vials_hold_is_still_refused() -> None:
    answer = ask("100 mg", "2 x 40 mg")
    assert answer.refused is not None
    assert "more than the vials hold" in answer.refused.reason
