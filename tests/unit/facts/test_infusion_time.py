"""Minutes in free text, and the hours that they give."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.facts.infusion_time import minutes_in_text
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

EDITS = [e for e in all_edits() if e.family in ("administration", "code_pairs")]
DAY = date(2024, 8, 20)


def line(hcpcs, units="1", *modifiers, **fields):
    return LineSpec(
        hcpcs=hcpcs, units=units, modifiers=modifiers, service_from=fields.pop("on", DAY), **fields
    )


def facts_of(*lines, kind="professional", payer="MB", as_of=date(2024, 12, 1), **claim):
    """The line frame of one claim with every fact that our edits need."""
    spec = ClaimSpec(lines=lines, payer=PayerSpec(filing_code=payer), **claim)
    bundle, _ = read_claims_bytes(make_837([spec], kind=kind).encode(), "t.837")
    plan = make_plan(EDITS)
    return facts_of_batch(
        bundle, plan, reference=Reference.starter(), policies=PolicySet.base(), as_of=as_of
    ).lines


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("INFUSED 125 MIN", 125),
        ("infused 415 mg in 125 minutes", 125),
        ("IV PUSH OVER 5 MIN", 5),
        ("INFUSION TIME 91 MINUTES", 91),
        ("30 MIN INFUSION", 30),
        ("INFUSED 2 HRS 5 MIN", 125),
        ("INFUSED OVER 1.5 HOURS", 90),
        ("INFUSED 2 HOURS", 120),
        ("START 0900 STOP 1105", 125),
        ("START TIME 09:00 END TIME 11:05", 125),
        ("START 11:30 AM STOP 1:05 PM", 95),
        ("INFUSION STARTED 0900, ENDED 1000", 60),
        ("INFUSED 60 MIN, OBSERVED 30 MIN", 60),
        ("START 0900 STOP 1000 INFUSED 60 MIN", 60),
    ],
)
def test_one_duration(text, minutes):
    assert minutes_in_text(pl.Series([text])).row(0) == (minutes, True)


@pytest.mark.parametrize(
    "text",
    [
        "INFUSED 60 MIN, SECOND DRUG INFUSED 30 MIN",  # two durations
        "START 1100 STOP 0105",  # the next day, or twelve hours?
        "START 11:30 AM STOP 1:05",  # one with AM, one without
        "START 2575 STOP 2599",  # no times of day
        "START 0900 STOP 1000 INFUSED 75 MIN",  # they disagree
        "INFUSED OVER 1.33 HOURS",  # not a whole number of minutes
    ],
)
def test_stated_but_not_clear(text):
    assert minutes_in_text(pl.Series([text])).row(0) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "METHYLPREDNISOLONE 125 MG",
        "10 MG/MIN",
        "OBSERVED FOR 30 MIN",
        "VISIT 25 MIN SPENT COUNSELING",
        "",
        None,
        "LOT 12345",
        "INFUSED ٣٠ MIN",
    ],
)
def test_nothing_stated(text):
    assert minutes_in_text(pl.Series([text], dtype=pl.String)).row(0) == (None, False)


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_read_without_error(texts):
    assert minutes_in_text(pl.Series(texts, dtype=pl.String)).height == len(texts)


@pytest.mark.parametrize(
    ("minutes", "hours"), [(16, 0), (90, 0), (91, 1), (125, 1), (150, 1), (151, 2), (210, 2), (211, 3)]
)
def test_hours_beyond_the_first_code(minutes, hours):
    frame = facts_of(line("J1745", "42"), line("96413", notes=[f"INFUSED {minutes} MIN"]), line("96415", "2"))
    assert frame["minutes_stated"].to_list() == [None, minutes, None]
    assert frame["further_hours_expected"][1] == Decimal(hours)
    assert frame["further_hours_billed"][1] == Decimal(2)


def test_the_drugs_note_is_the_single_infusions():
    frame = facts_of(line("J1745", "42", notes=["INFUSED 125 MIN"]), line("96413"))
    assert frame["minutes_stated"].to_list() == [None, 125]


def test_the_claims_note_is_the_single_infusions():
    frame = facts_of(line("J1745", "42"), line("96413"), notes=["INFUSED 125 MIN"])
    assert frame["has_minutes_stated"].to_list() == [False, True]
    assert frame["minutes_stated"].to_list() == [None, 125]


def test_with_two_infusions_only_the_own_note_counts():
    frame = facts_of(
        line("J1745", "42", notes=["INFUSED 125 MIN"]), line("96413"), line("96367", notes=["INFUSED 30 MIN"])
    )
    assert frame["minutes_stated"].to_list() == [None, None, 30]


def test_hours_shared_by_two_infusions_are_unknown():
    frame = facts_of(line("96413", notes=["INFUSED 125 MIN"]), line("96417"), line("96415", "2"))
    assert frame["further_hours_billed"].to_list() == [None, None, None]
