"""Code pairs of a day, the modifiers that bypass them, add-ons."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.facts.administration_codes import load_data
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


def of_line(frame, number):
    row = frame.row(number - 1, named=True)
    return row["pairs_never"], row["pairs_without_modifier"], row["pairs_with_modifier"]


def test_indicator_0_whatever_the_modifier():
    frame = facts_of(line("99211", "1", "25"), line("96372"), line("J2919", "8", "JZ"))
    assert of_line(frame, 1) == (["96372"], [], [])
    assert of_line(frame, 2) == ([], [], [])
    assert frame["has_pair_partner"].to_list() == [True, True, False]


@pytest.mark.parametrize(
    ("column1", "column2", "is_bypassed"),
    [
        ((), (), False),
        ((), ("59",), True),
        (("59",), (), True),
        ((), ("XS",), True),
        (("RT",), (), False),
        ((), ("RT",), True),
        (("RT",), ("RT",), False),
        (("RT",), ("LT",), True),
        ((), ("76",), False),
        ((), ("50",), False),
        ((), ("25",), False),
    ],
)
def test_which_modifiers_bypass(column1, column2, is_bypassed):
    frame = facts_of(line("20610", "1", *column1), line("20552", "1", *column2))
    assert of_line(frame, 2) == ([], [] if is_bypassed else ["20610"], ["20610"] if is_bypassed else [])


def test_column_1_modifier_is_open_where_the_payer_does_not_say():
    frame = facts_of(line("20610", "1", "59"), line("20552"), payer="CI")
    assert of_line(frame, 2) == (None, None, None)


def test_sides_are_marked_unverified():
    frame = facts_of(line("20610", "1", "RT"), line("20552", "1", "LT"))
    assert frame["is_bypass_unverified"].to_list() == [False, True]


def test_25_on_the_visit():
    frame = facts_of(line("99213", "1", "25"), line("96372"))
    assert of_line(frame, 1) == ([], [], ["96372"])


def test_several_partners():
    frame = facts_of(line("99213"), line("96372"), line("96374"))
    assert of_line(frame, 1)[1] == ["96372", "96374"]


def test_hospital_table():
    frame = facts_of(line("99211"), line("96372"), kind="institutional", payer="MA", place="13")
    assert of_line(frame, 1) == ([], ["96372"], [])


def test_add_on_and_its_primary_are_no_pair():
    frame = facts_of(line("96413"), line("96415"))
    assert of_line(frame, 1) == ([], [], [])


@pytest.mark.parametrize("on", [date(2024, 6, 30), date(2020, 1, 1)])
def test_before_the_first_table_held(on):
    assert of_line(facts_of(line("99211", on=on), line("96372", on=on)), 1) == (None, None, None)


def test_first_day_of_the_table():
    on = date(2024, 7, 1)
    assert of_line(facts_of(line("99211", on=on), line("96372", on=on)), 1)[0] == ["96372"]


def test_codes_that_are_not_held_stay_open():
    assert of_line(facts_of(line("11102"), line("12001")), 1) == (None, None, None)


def test_no_date():
    frame = facts_of(line("99211", on=None), line("96372", on=None))
    assert frame["has_pair_partner"].to_list() == [None, None]


def test_other_practitioner():
    frame = facts_of(line("99211"), line("96372", rendering_npi="1993999998"))
    assert frame["has_pair_partner"].to_list() == [False, False]


def test_a_day_with_very_many_codes_is_left_open():
    frame = facts_of(*(line(f"{n:05d}") for n in range(10000, 10160)), line("99211"), line("96372"))
    assert frame["has_pair_partner"].all()
    assert frame["pairs_never"].null_count() == frame.height


def test_add_ons():
    frame = facts_of(line("96375"), line("96372"), line("J2919", "25"), line("64999"), line("64484"))
    assert frame["is_add_on"].to_list() == [True, False, False, None, True]
    assert frame["has_add_on_primary"][0] is False


def test_an_add_on_with_its_primary():
    frame = facts_of(line("96365"), line("96366", "2"))
    assert frame["has_add_on_primary"].to_list() == [None, True]


def test_bypassing_modifiers_are_listed_once_and_cited():
    entries = load_data("pairs")
    modifiers = [m for e in entries for m in e["modifiers"]]
    assert len(modifiers) == len(set(modifiers))
    assert not {"50", "76", "77"} & set(modifiers)
    assert all(e["source"] and e["text"] and e["confidence"] in "ABCD" for e in entries)


@pytest.mark.shared
@pytest.mark.parametrize("table", ["prac", "out"])
def test_no_two_codes_are_paired_both_ways(shared, table):
    """What `pairs_of_line` relies on: one active row decides two codes."""
    pairs = (
        pl.scan_csv(
            shared / "data" / "ncci" / f"medicare_ptp_{table}_2024-07-01_full.csv.gz", infer_schema=False
        )
        .filter(pl.col("deletion_date") == "9999-12-31", pl.col("modifier_indicator") != "9")
        .select("column1", "column2")
        .collect()
    )
    both = pairs.join(pairs, left_on=["column1", "column2"], right_on=["column2", "column1"], how="semi")
    assert both.is_empty()
    held = Reference.starter().table("add_ons", as_of=date(2026, 1, 1))
    for left in (["add_on", "primary"], ["primary", "add_on"]):
        assert held.join(pairs, left_on=left, right_on=["column1", "column2"], how="semi").is_empty()
