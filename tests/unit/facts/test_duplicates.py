"""Facts about services that look alike, on a claim and over a run of several batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Verdict
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.engine.run import run_edits
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import BillingSpec, ClaimSpec, LineSpec, PayerSpec, PersonSpec, make_837

EDITS = [e for e in all_edits() if e.family == "duplicates"]
ACROSS = [e for e in EDITS if e.name == "duplicate-claim"]
DAY = date(2024, 6, 10)


def facts_of(claim: ClaimSpec):
    bundle, _ = read_claims_bytes(make_837([claim]).encode(), "t.837")
    return facts_of_batch(
        bundle, make_plan(EDITS), reference=Reference.starter(), policies=PolicySet.base(), as_of=DAY
    ).lines


def repeats(*batches: list[ClaimSpec]) -> list[str]:
    """Verdict of `duplicate-claim` for every line of the run; each batch is a bundle of its own."""
    bundles = []
    for number, claims in enumerate(batches):
        bundle, _ = read_claims_bytes(make_837(claims).encode(), "t.837")
        start = 1000 * number
        bundle.claims = bundle.claims.with_columns(bundle.claims["claim_key"] + start)
        bundle.lines = bundle.lines.with_columns(
            bundle.lines["claim_key"] + start, bundle.lines["line_key"] + start
        )
        bundles.append(bundle)
    result = run_edits(
        bundles,
        ACROSS,
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=DAY,
        keep_verdicts=True,
    )
    return [Verdict(v).name.lower() for f in result.verdicts for v in f["duplicate-claim"]]


def test_every_later_line_names_the_first():
    lines = facts_of(ClaimSpec(lines=[LineSpec(), LineSpec("96374", units="1"), LineSpec(), LineSpec()]))
    assert lines["same_line_number"].to_list() == [None, None, 1, 1]
    assert lines["is_repeated_line"].to_list() == [False, False, True, True]


@pytest.mark.parametrize(
    "other",
    [
        {"units": "8"},
        {"modifiers": ("JW",)},
        {"service_from": "20240604"},
        {"service_from": "20240603", "service_to": "20240605"},
        {"ndc": "43598012925", "ndc_quantity": "1"},
        {"description": "SECOND LOT"},
        {"notes": ("SECOND LOT",)},
        {"rendering_npi": "1679576722"},
        {"place": "12"},
        {"hcpcs": "J1010"},
    ],
    ids=str,
)
def test_a_line_that_differs_is_no_repeat(other):
    lines = facts_of(ClaimSpec(lines=[LineSpec(), replace(LineSpec(), **other)]))
    assert lines["is_repeated_line"].to_list() == [False, False]


def test_charge_and_order_of_modifiers_make_no_difference():
    lines = facts_of(
        ClaimSpec(
            lines=[
                LineSpec(modifiers=("JZ", "TB"), charge="10"),
                LineSpec(modifiers=("TB", "JZ"), charge="20"),
            ]
        )
    )
    assert lines["is_repeated_line"].to_list() == [False, True]


def test_the_line_with_the_most_units_is_the_one_paid():
    lines = facts_of(
        ClaimSpec(
            lines=[
                LineSpec(units="8"),
                LineSpec(units="16"),
                LineSpec(units="16"),
                LineSpec(units="4", modifiers=("JW",)),
                LineSpec("96374", units="1"),
            ]
        )
    )
    assert lines["administered_lines_of_day"].to_list() == [3, 3, 3, 0, 0]
    assert lines["paid_line_number"].to_list() == [2, 2, 2, None, None]
    assert lines["is_further_administered_line"].to_list() == [True, False, True, False, False]


def test_the_same_service_in_another_batch_is_found():
    claim = ClaimSpec()
    assert repeats([claim], [replace(claim, claim_id="C2")]) == ["clear", "fires"]
    assert repeats([claim, replace(claim, claim_id="C2")]) == ["clear", "fires"]


def test_a_line_twice_on_one_claim_is_another_fault():
    assert repeats([ClaimSpec(lines=[LineSpec(), LineSpec()])]) == ["clear", "clear"]


SON = PersonSpec("DOE", "JIM", "", date(2010, 1, 1), "M")


@pytest.mark.parametrize(
    "other",
    [
        {"subscriber": PersonSpec(member_id="2EG4TE5MK73")},
        {"dependent": SON},
        {"subscriber": PersonSpec(birth_date=date(1959, 1, 1))},
        {"billing": BillingSpec(npi="1679576722")},
        {"payer": PayerSpec("EXAMPLE HEALTH", "EXCOM", "CI", "S")},
        {"lines": [LineSpec(units="8")]},
        {"lines": [LineSpec(modifiers=("JZ",))]},
        {"lines": [LineSpec(ndc="00009004722", ndc_quantity="1")]},
        {"lines": [LineSpec(service_from="20240604")]},
    ],
    ids=lambda o: next(iter(o)),
)
def test_another_patient_provider_payer_or_service_is_no_duplicate(other):
    claim = ClaimSpec()
    assert repeats([claim, replace(claim, claim_id="C2", **other)]) == ["clear", "clear"]


def test_two_children_of_one_subscriber_are_two_patients():
    twin = replace(SON, first_name="JON")
    assert repeats([ClaimSpec(dependent=SON), ClaimSpec(dependent=twin)]) == ["clear", "clear"]
    assert repeats([ClaimSpec(dependent=SON), ClaimSpec(dependent=SON)]) == ["clear", "fires"]


def test_two_clinicians_tell_visits_apart_but_not_doses():
    visit, dose = LineSpec("99213", units="1"), LineSpec()
    claim = ClaimSpec(lines=[visit, dose])
    assert repeats([claim, replace(claim, rendering_npi="1679576722")]) == [
        "clear",
        "clear",
        "clear",
        "fires",
    ]


def test_a_replacement_repeats_nothing_and_is_repeated_by_nothing():
    claim = ClaimSpec()
    assert repeats([replace(claim, frequency="7", original_reference="I"), claim]) == [
        "not_applicable",
        "clear",
    ]


def test_without_a_member_id_nothing_is_said():
    claim = replace(ClaimSpec(), subscriber=PersonSpec(member_id=""))
    assert repeats([claim, claim]) == ["not_evaluated", "not_evaluated"]
