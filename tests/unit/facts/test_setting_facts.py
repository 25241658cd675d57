"""Where a drug was given, as far as it decides who may bill it."""

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


def fact_of(name, code="J2919", kind="professional", place="11", payer="MB"):
    """One fact of a claim with one line."""
    claim = ClaimSpec(lines=[LineSpec(code)], place=place, payer=PayerSpec("SOMEBODY", "SOME1", payer))
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
    groups = _in_order([name], _owner())
    needs = {n for g in groups if g.grain == "line" for n in g.needs}
    compute_groups(groups, ctx, sorted(n for n in needs if all_columns()[n].grain == "claim"))
    return ctx.lines[name].item()


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("96365", True),
        ("96372", True),
        ("96413", True),
        ("90471", False),
        ("20610", False),
        ("J2919", False),
        ("96399", None),
    ],
)
def test_drug_administration(code, is_one):
    assert fact_of("is_drug_administration", code) is is_one


@pytest.mark.parametrize(
    ("place", "is_one"), [("19", True), ("20", False), ("21", True), ("23", True), ("24", False)]
)
def test_hospital_place(place, is_one):
    assert fact_of("is_hospital_place", place=place) is is_one


@pytest.mark.parametrize(
    ("payer", "kind", "goes"),
    [
        ("MB", "professional", True),
        ("MB", "institutional", True),
        ("MA", "institutional", False),
        ("CI", "professional", False),
        ("ZZ", "professional", None),
    ],
)
def test_sent_to_part_b(payer, kind, goes):
    assert fact_of("is_sent_to_part_b", kind=kind, payer=payer) is goes
