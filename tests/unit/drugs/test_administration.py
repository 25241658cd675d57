from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from scrubjay.drugs.administration import Given, administer, normal_route, parse_route
from scrubjay.errors import UsageError
from scrubjay.reference import Reference

ROWS = Reference.starter().rows("administration", on=date(2024, 6, 3), as_of=date(2026, 11, 23))
SS = "methylprednisolone sodium succinate"


def codes(**given):
    values = {
        "drug": "a drug",
        "routes": (),
        "administration_class": "therapeutic",
        "route": None,
        "minutes": None,
    }
    answer = administer(Given(**(values | given)), ROWS)
    return [(line.hcpcs, line.units) for line in answer.lines], [w.edit for w in answer.warnings]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (1, [("96374", "1")]),
        (15, [("96374", "1")]),
        (16, [("96365", "1")]),
        (90, [("96365", "1")]),
        (91, [("96365", "1"), ("96366", "1")]),
        (150, [("96365", "1"), ("96366", "1")]),
        (151, [("96365", "1"), ("96366", "2")]),
        (210, [("96365", "1"), ("96366", "2")]),
        (211, [("96365", "1"), ("96366", "3")]),
    ],
)
def test_intravenous_minutes(minutes, expected):
    assert codes(route="iv", minutes=minutes) == (expected, [])


def test_complex_drugs():
    assert codes(route="iv", minutes=10, administration_class="complex")[0] == [("96409", "1")]
    assert codes(route="iv", minutes=125, administration_class="complex")[0] == [
        ("96413", "1"),
        ("96415", "1"),
    ]
    assert codes(route="sc", administration_class="complex") == ([("96401", "1")], [])
    assert codes(route="im", administration_class="complex_hormonal") == ([("96402", "1")], [])


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (30, []),
        (31, [("96360", "1")]),
        (90, [("96360", "1")]),
        (91, [("96360", "1"), ("96361", "1")]),
        (151, [("96360", "1"), ("96361", "2")]),
    ],
)
def test_hydration_minutes(minutes, expected):
    lines, warnings = codes(route="iv", minutes=minutes, administration_class="hydration")
    assert lines == expected
    assert warnings == ([] if expected else ["drug-without-administration"])


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (None, [("96372", "1")]),
        (15, [("96372", "1")]),
        (60, [("96369", "1")]),
        (91, [("96369", "1"), ("96370", "1")]),
    ],
)
def test_infusion_under_the_skin(minutes, expected):
    assert codes(route="sc", minutes=minutes) == (expected, [])


def test_procedures_are_named_and_not_chosen():
    assert codes(route="im", administration_class="procedure") == ([], ["drug-without-administration"])
    answer = administer(Given("d", (), "therapeutic", "intravitreal", None), ROWS)
    assert not answer.lines
    assert "67028" in answer.warnings[0].message


def test_injections():
    assert codes(route="im") == ([("96372", "1")], [])
    assert codes(route="sc") == ([("96372", "1")], [])
    assert codes(route="sc", minutes=2) == ([("96372", "1")], [])


@pytest.mark.parametrize(
    "given",
    [
        {"route": None},
        {"route": "iv"},
        {"route": "ia"},
        {"route": "im", "administration_class": None},
        {"route": "im", "administration_class": "vaccine"},
    ],
)
def test_what_is_missing_gives_no_line_but_a_warning(given):
    assert codes(**given) == ([], ["drug-without-administration"])


def test_route_against_the_drug():
    assert codes(route="iv", minutes=5, routes=("im", "ia")) == ([], ["route-conflict"])


def test_a_gram_as_a_push_is_a_conflict_in_the_record():
    lines, warnings = codes(drug=SS, route="iv", minutes=10, dose_mg=Fraction(1000))
    assert lines == [("96374", "1")]
    assert warnings == ["infusion-time-disagrees"]
    assert codes(drug=SS, route="iv", minutes=5, dose_mg=Fraction(125))[1] == []
    assert codes(drug=SS, route="iv", minutes=30, dose_mg=Fraction(1000))[1] == []


def test_an_unverified_class_is_marked():
    for confidence, is_marked in (("D", True), ("C", True), ("B", False), (None, False)):
        answer = administer(Given("d", (), "complex", "iv", 30, None, confidence), ROWS)
        assert any("unverified" in (s.source or "") for s in answer.steps) is is_marked


def test_no_rows_no_line():
    answer = administer(Given("d", (), "therapeutic", "iv", 30), [])
    assert answer.lines == ()
    assert answer.warnings


def test_routes_in_words():
    assert parse_route("Intramuscular") == "im"
    assert normal_route("intra-articular") == "ia"
    assert normal_route("Intravitreal") == "intravitreal"
    with pytest.raises(UsageError):
        parse_route("by mouth")
