"""Modifiers of a line and what stands beside it that day."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.engine.compute import compute_groups
from scrubjay.engine.plan import _in_order, _owner
from scrubjay.facts import FactContext, all_columns
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

DAY = date(2024, 8, 20)


def facts_of(lines, *names, kind="professional", place="11", payer="MB"):
    """Columns `names` of the lines of one claim."""
    claim = ClaimSpec(lines=lines, place=place, payer=PayerSpec(filing_code=payer), statement_from=DAY)
    bundle, _ = read_claims_bytes(make_837([claim], kind).encode(), "t.837")
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


def line(code, *modifiers, day=DAY, units="1", rendering=None):
    return LineSpec(code, units=units, modifiers=modifiers, service_from=day, rendering_npi=rendering)


def test_flags():
    got = facts_of([line("J2919", "JW", "RT"), line("J2919"), line("96372", "59", "XS", "59")], "has_jw", "has_jz",
                   "has_laterality_modifier", "distinct_service_modifier_count")  # fmt: skip
    assert got.rows() == [(True, False, True, 0), (False, False, False, 0), (False, False, False, 2)]


def test_a_modifier_is_a_whole_word():
    """XE must not be found in a longer word, nor 25 in 125."""
    got = facts_of([line("99213", "U2", "5A")], "has_visit_modifier", "distinct_service_modifier_count")
    assert got.rows() == [(False, 0)]


@pytest.mark.parametrize(
    ("visit", "service", "kind", "bundled"),
    [
        ("99213", "96372", "professional", True),
        ("99211", "96372", "professional", False),
        ("99211", "96372", "institutional", True),
        ("G0463", "96365", "institutional", True),
        ("99203", "20610", "professional", False),
        ("99213", "20610", "professional", True),
        ("99221", "96372", "professional", False),
        ("99213", "96401", "professional", None),
    ],
)
def test_visit_beside_administration(visit, service, kind, bundled):
    names = ("has_administration_beside", "is_visit_bundled", "visit_bundling_code")
    got = facts_of(
        [line(visit), line(service)], *names, kind=kind, place="11" if kind == "professional" else "13"
    )
    assert got.rows()[0] == (True, bundled, service if bundled else None)
    assert got.rows()[1][0] is False


def test_visit_of_another_practitioner_or_day_stands_alone():
    got = facts_of(
        [line("99213"), line("96372", rendering="1567891230"), line("96365", day=date(2024, 8, 21))],
        "has_administration_beside",
    )
    assert got.to_series().to_list()[0] is False


@pytest.mark.parametrize(
    ("asking", "other", "day", "has_pair"),
    [
        (("J2919", "59"), "96372", DAY, False),
        (("J2919", "59"), "96372", date(2024, 6, 30), None),
        (("96372", "XS"), "20610", DAY, True),
        (("J2001", "59"), "20610", DAY, True),
        (("J2001", "59"), "96372", DAY, None),
        (("11721", "59"), "99213", DAY, None),
    ],
)
def test_pair_of_line(asking, other, day, has_pair):
    got = facts_of([line(*asking, day=day), line(other, day=day)], "has_pair_beside", "has_same_code_beside")
    assert got.rows()[0] == (has_pair, False)
    assert got.rows()[1] == (None, None)


def test_same_code_beside():
    got = facts_of([line("96372"), line("96372", "59")], "has_same_code_beside")
    assert got.to_series().to_list() == [None, True]


@pytest.mark.parametrize(
    ("others", "routes"),
    [(["96372"], ["im", "sc"]), (["96413", "96372"], ["im", "iv", "sc"]), ([], []), (["99213"], [])],
)
def test_routes_of_day(others, routes):
    got = facts_of([line("J3262", "JA"), *(line(o) for o in others)], "routes_given_that_day")
    assert got.to_series().to_list()[0] == routes
    assert all(r is None for r in got.to_series().to_list()[1:])


@pytest.mark.parametrize(
    ("code", "systemic"), [("J2919", True), ("J1010", True), ("J0178", False), ("99213", None)]
)
def test_systemic_drug(code, systemic):
    assert facts_of([line(code)], "is_systemic_drug").item() is systemic


@pytest.mark.parametrize(
    ("place", "modifiers", "flag"), [("85", (), "TB"), ("13", ("PN",), "TB"), ("13", (), None)]
)
def test_modifier_of_340b_entity(place, modifiers, flag):
    got = facts_of(
        [line("J1745", *modifiers)], "entity_340b_modifier", kind="institutional", place=place, payer="MA"
    )
    assert got.item() == flag
