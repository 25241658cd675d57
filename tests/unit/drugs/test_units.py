from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.drugs.units import billing_units, discarded_units, split_units
from scrubjay.drugs.vials import least_waste_plan, unneeded_vials
from scrubjay.errors import UsageError

AMOUNTS = st.fractions(min_value=Fraction(1, 100), max_value=5000, max_denominator=100)


@pytest.mark.parametrize(
    ("dose", "label", "unit", "administered", "discarded"),
    [
        (77, 100, 10, 8, 2),
        (305, 400, 10, 31, 9),
        (70, 100, 100, 1, 0),
        (331, 360, 1, 331, 29),
        (125, 125, 5, 25, 0),
        (80, 125, 5, 16, 9),
        ("62.5", 125, 5, 13, 12),
        (83, 125, 5, 17, 8),
        (30, 40, 5, 6, 2),
        (415, 500, 10, 42, 8),
        (100, 125, 125, 1, 0),
    ],
)
def test_published_and_hand_worked_examples(dose, label, unit, administered, discarded):
    split = split_units(Fraction(dose), Fraction(unit), labels=[Fraction(label)], is_single_dose=True)
    assert (split.administered, split.discarded) == (administered, discarded)


def test_multi_dose_and_unknown_containers_have_no_discarded_units():
    assert split_units(Fraction(40), Fraction(1), labels=[Fraction(400)], is_single_dose=False).discarded == 0
    assert split_units(Fraction(40), Fraction(1), labels=[], is_single_dose=True).waste is None


def test_amounts_must_be_positive_and_fit():
    for dose, unit in ((0, 5), (-1, 5), (5, 0)):
        with pytest.raises(UsageError):
            billing_units(Fraction(dose), Fraction(unit))
    with pytest.raises(UsageError, match="vials"):
        split_units(Fraction(130), Fraction(5), labels=[Fraction(125)], is_single_dose=True)


@given(AMOUNTS, AMOUNTS)
def test_units_cover_the_dose_and_no_unit_is_spare(dose, unit):
    units = billing_units(dose, unit)
    assert units * unit >= dose
    assert (units - 1) * unit < dose


@given(AMOUNTS, AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=4))
def test_administered_and_discarded_never_exceed_the_vials(dose, unit, labels):
    label = sum(labels)
    if dose > label:
        return
    split = split_units(dose, unit, labels=labels, is_single_dose=True)
    assert split.administered + split.discarded <= math.ceil(label / unit)
    assert split.discarded * unit <= label - dose
    assert discarded_units(label, split.administered, unit) == split.discarded


def brute_force(dose, sizes):
    best = None
    for counts in itertools.product(*(range(math.ceil(dose / s) + 1) for s in sizes)):
        total = sum(c * s for c, s in zip(counts, sizes, strict=True))
        if total >= dose:
            key = (total, sum(counts))
            best = min(best, key) if best else key
    return best


@given(
    st.integers(1, 60).map(lambda n: Fraction(n, 2)),
    st.lists(st.integers(4, 50).map(lambda n: Fraction(n, 2)), min_size=1, max_size=3, unique=True),
)
def test_the_plan_is_never_worse_than_any_combination(dose, sizes):
    plan = least_waste_plan(dose, sizes)
    assert plan is not None
    assert (plan.total, len(plan.sizes)) == brute_force(dose, sizes)
    assert plan.waste == plan.total - dose >= 0
    assert set(plan.sizes) <= set(sizes)


def test_plan_examples_and_limits():
    three = least_waste_plan(Fraction(300), [Fraction(100), Fraction(400)])
    assert three is not None
    assert three.sizes == (100, 100, 100)
    assert least_waste_plan(Fraction(300), []) is None
    assert least_waste_plan(Fraction(10**9), [Fraction(1, 7), Fraction(3)]) is None


def test_unneeded_vials():
    assert unneeded_vials(Fraction(125), [Fraction(125), Fraction(125)]) == 1
    assert unneeded_vials(Fraction(130), [Fraction(125), Fraction(125)]) == 0
    assert unneeded_vials(Fraction(100), [Fraction(40), Fraction(40), Fraction(125)]) == 2
