"""Given and discarded drug: sums of a day, containers, least waste."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from scrubjay.engine.compute import compute_groups
from scrubjay.engine.plan import _in_order, _owner
from scrubjay.facts import FactContext, all_columns
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

SOLU_125 = "00009004722"
SOLU_40 = "00009003928"
DAY = date(2024, 7, 10)


def facts_of(lines, *names, day=DAY, place="11"):
    """Columns `names` of the lines of one claim."""
    text = make_837([ClaimSpec(lines=lines, place=place)])
    bundle, _ = read_claims_bytes(text.encode(), "t.837")
    ctx = FactContext(
        lines=bundle.lines,
        claims=bundle.claims,
        adjustments=bundle.adjustments,
        other_payers=bundle.other_payers,
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=date(2026, 6, 1),
    )
    groups = _in_order(names, _owner())
    needs = {n for g in groups if g.grain == "line" for n in g.needs} | set(names)
    compute_groups(groups, ctx, sorted(n for n in needs if all_columns()[n].grain == "claim"))
    return ctx.lines.select(names)


def line(units, *modifiers, code="J2919", ndc=None, quantity=None, unit="UN", day=DAY):
    return LineSpec(
        code,
        units=units,
        modifiers=modifiers,
        ndc=ndc,
        ndc_quantity=quantity,
        ndc_unit=unit,
        service_from=day,
    )


def test_sums_are_of_claim_day_and_code():
    got = facts_of(
        [
            line("13"),
            line("12", "JW"),
            line("5"),
            line("40", code="J1010"),
            line("25", day=date(2024, 7, 11)),
        ],
        "administered_units",
        "discarded_units",
    )
    assert got["administered_units"].to_list() == [18, 18, 18, None, None]
    assert got["discarded_units"].to_list() == [12, 12, 12, None, None]


def test_a_jw_line_does_not_stand_beside_itself():
    got = facts_of([line("12", "JW"), line("4", code="J1010")], "has_discard_line_beside")
    assert got.to_series().to_list() == [False, False]


def test_an_undated_line_may_belong_to_any_day():
    names = ("has_discard_line_beside", "has_administered_line_beside")
    got = facts_of([line("13"), line("12", "JW", day=None)], *names)
    assert got.rows() == [(None, None), (None, None)]


def test_an_undated_line_of_another_code_does_not_matter():
    got = facts_of([line("13"), line("1", "JW", code="J1010", day=None)], "has_discard_line_beside")
    assert got.to_series().to_list()[0] is False


@pytest.mark.parametrize(
    ("given", "discarded", "held"),
    [
        (("13", "0.5"), ("12", "0.5"), 25),  # each line's share
        (("13", "1"), ("12", "1"), 50),  # fits by either reading, so the wider one is shown
        (("13", "1"), ("13", "1"), None),  # one vial or two: the claim does not tell
        (("26", "1"), ("25", "1"), 50),  # too many by either reading
        (("30", "1.2"), ("20", "0.8"), 50),
        (("13", "0.5"), ("12", None), None),
    ],
)
def test_opened_containers(given, discarded, held):
    got = facts_of(
        [
            line(given[0], ndc=SOLU_125, quantity=given[1]),
            line(discarded[0], "JW", ndc=SOLU_125, quantity=discarded[1]),
        ],
        "opened_container_units",
    )
    assert got.to_series().to_list() == [None if held is None else Decimal(held)] * 2


def test_opened_containers_of_two_sizes():
    got = facts_of(
        [
            line("25", ndc=SOLU_125, quantity="1"),
            line("5", ndc=SOLU_40, quantity="0.625"),
            line("3", "JW", ndc=SOLU_40, quantity="0.375"),
        ],
        "opened_container_units",
    )
    assert got.to_series().to_list() == [33] * 3


def test_milliliters_of_a_powder_tell_no_vials():
    got = facts_of(
        [
            line("13", ndc=SOLU_125, quantity="1", unit="ML"),
            line("12", "JW", ndc=SOLU_125, quantity="1", unit="ML"),
        ],
        "opened_container_units",
    )
    assert got.to_series().to_list() == [None, None]


def test_milliliters_of_a_liquid_are_whole_vials():
    acetate = {"code": "J1010", "ndc": "00009307301", "unit": "ML"}
    got = facts_of(
        [line("30", quantity="0.75", **acetate), line("10", "JW", quantity="0.25", **acetate)],
        "opened_container_units",
    )
    assert got.to_series().to_list() == [40, 40]


def test_item_of_the_older_code():
    old = date(2023, 12, 5)
    got = facts_of(
        [
            line("1", code="J2930", ndc=SOLU_125, day=old),
            line("1", "JW", code="J2930", ndc=SOLU_125, day=old),
        ],
        "discarded_item_units",
        "is_discarded_item_inferred",
    )
    assert got.rows()[1] == (1, False)


def test_item_without_an_ndc_is_inferred_only_for_up_to_codes():
    march = date(2024, 3, 5)
    old = facts_of(
        [line("1", code="J2930", day=march), line("1", "JW", code="J2930", day=march)],
        "discarded_item_units",
        "is_discarded_item_inferred",
    )
    assert old.rows()[1] == (1, True)
    new = facts_of([line("13"), line("12", "JW")], "discarded_item_units")
    assert new.to_series().to_list() == [None, None]


@pytest.mark.parametrize(
    ("given", "waste", "count", "size"), [("13", 3, 2, 8), ("25", 0, 1, 25), ("16", 0, 2, 8), ("6", 2, 1, 8)]
)
def test_least_waste(given, waste, count, size):
    names = ("least_waste_units", "least_waste_item_count", "least_waste_item_units")
    got = facts_of([line(given), line("1", "JW")], *names)
    assert got.rows()[1] == (waste, count, size)


def test_least_waste_needs_a_crosswalk_of_the_day():
    late = date(2026, 5, 5)
    got = facts_of([line("13", day=late), line("12", "JW", day=late)], "least_waste_units")
    assert got.to_series().to_list() == [None, None]


@pytest.mark.parametrize(("place", "asked"), [("11", True), ("22", True), ("72", False), ("21", False)])
def test_setting_that_is_asked(place, asked):
    assert facts_of([line("25")], "is_discard_setting", place=place).item() is asked


def test_lines_without_any_jw_cost_nothing_and_are_told_apart():
    got = facts_of([line("25", "JZ"), line("1", code="96374")], "discard_day", "has_discard_line_beside")
    assert got.rows() == [(None, False), (None, False)]
    assert got.schema["discard_day"] == pl.Int64


def test_each_product_of_a_code_is_added_up_by_itself():
    lines = [
        line("13", ndc=SOLU_125),
        line("12", "JW", ndc=SOLU_125),
        line("8", "JZ", ndc=SOLU_40),
        line("1"),
    ]
    got = facts_of(lines, "ndc_day_units")
    assert got["ndc_day_units"].to_list() == [Decimal(25), Decimal(25), None, None]
