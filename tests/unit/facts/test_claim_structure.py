"""Facts about the structure of a claim, computed from whole claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import BillingSpec, ClaimSpec, LineSpec, PersonSpec, make_837

EDITS = [e for e in all_edits() if e.family == "claim_structure"]
DAY = date(2024, 6, 10)


def facts_of(*claims: ClaimSpec, kind="professional", as_of=DAY):
    bundle, _ = read_claims_bytes(make_837(claims, kind=kind).encode(), "t.837")
    return facts_of_batch(
        bundle, make_plan(EDITS), reference=Reference.starter(), policies=PolicySet.base(), as_of=as_of
    )


@pytest.mark.parametrize(
    ("pointers", "diagnoses", "wrong"),
    [
        (("1",), 1, []),
        (("4", "1"), 4, []),
        (("2",), 1, ["2"]),
        (("0",), 1, ["0"]),
        (("A",), 1, ["A"]),
        (("12",), 12, []),
        (("13",), 12, ["13"]),
        (("-1",), 2, ["-1"]),
        (("01",), 2, ["01"]),
        ((), 2, []),
    ],
)
def test_invalid_pointers(pointers, diagnoses, wrong):
    ctx = facts_of(ClaimSpec(diagnoses=["L500"] * diagnoses, lines=[LineSpec(pointers=pointers)]))
    assert ctx.lines["invalid_pointers"].to_list() == [wrong]
    assert ctx.lines["diagnosis_count"].to_list() == [diagnoses]


def test_charge_total_is_of_its_own_claim():
    ctx = facts_of(
        ClaimSpec(lines=[LineSpec(charge="10.10"), LineSpec(charge="0.90")]),
        ClaimSpec(lines=[LineSpec(charge="7")]),
    )
    assert ctx.claims["line_charge_total"].to_list() == [Decimal("11.00"), Decimal("7.00")]
    assert ctx.claims["line_charge_max"].to_list() == [Decimal("10.10"), Decimal("7.00")]


def test_total_line_is_not_added():
    lines = [LineSpec(charge="10"), LineSpec(hcpcs=None, revenue_code="0001", charge="10", units="1")]
    ctx = facts_of(ClaimSpec(place="13", charge="10", lines=lines), kind="institutional")
    assert ctx.claims["line_charge_total"].to_list() == [Decimal("10.00")]


def test_a_missing_line_charge_leaves_the_total_unknown():
    bundle, _ = read_claims_bytes(make_837([ClaimSpec()]).encode(), "t.837")
    bundle.lines = bundle.lines.with_columns(
        pl.lit(None, dtype=bundle.lines.schema["charge_amount"]).alias("charge_amount")
    )
    ctx = facts_of_batch(
        bundle, make_plan(EDITS), reference=Reference.starter(), policies=PolicySet.base(), as_of=DAY
    )
    assert ctx.claims["line_charge_total"].to_list() == [None]


def test_every_wrong_provider_number_is_named_with_its_role():
    ctx = facts_of(
        ClaimSpec(
            billing=BillingSpec(npi="1345678911"),
            lines=[LineSpec(), LineSpec(ordering_npi="145678912"), LineSpec(ordering_npi="145678912")],
        ),
        ClaimSpec(billing=BillingSpec(npi=None), rendering_npi=None),
    )
    assert ctx.claims["invalid_npis"].to_list() == [["billing 1345678911", "ordering 145678912"], []]
    assert ctx.claims["npi_count"].to_list() == [4, 0]


@pytest.mark.parametrize(
    ("member_id", "is_mbi"),
    [
        ("1EG4TE5MK73", True),
        ("9AA0AA0AA00", True),
        ("0EG4TE5MK73", False),
        ("1SG4TE5MK73", False),
        ("1EG4TE5MKO3", False),
        ("1EG4-TE5-MK73", False),
        ("123456789A", False),
        ("1EG4TE5MK7", False),
        ("1EG4TE5MK733", False),
    ],
)
def test_member_id_form(member_id, is_mbi):
    ctx = facts_of(ClaimSpec(subscriber=PersonSpec(member_id=member_id)))
    assert ctx.claims["is_member_id_mbi"].to_list() == [is_mbi]


def test_days_until_service_counts_from_the_day_of_the_run():
    ctx = facts_of(ClaimSpec(lines=[LineSpec(service_from="20240601", service_to="20240611")]))
    assert ctx.lines["days_until_service"].to_list() == [1]


@pytest.mark.parametrize(
    ("text", "has_name", "has_dose"),
    [
        (None, False, False),
        ("FAMOTIDINE", True, False),
        ("20 MG", False, True),
        ("FAMOTIDINE 20 MG", True, True),
    ],
)
def test_text_of_unlisted_drug(text, has_name, has_dose):
    ctx = facts_of(ClaimSpec(lines=[LineSpec(hcpcs="J3490", description=text)]))
    assert ctx.lines.select("has_drug_name_text", "has_dose_text").rows() == [(has_name, has_dose)]


def test_no_message_shows_a_member_id_or_a_name():
    from scrubjay.engine.run import run_edits

    person = PersonSpec("SECRETNAME", "VERYSECRET", "SECRETID99", date(1951, 1, 1))
    text = make_837([ClaimSpec("SECRETPCN", subscriber=person), ClaimSpec("SECRETPCN", subscriber=person)])
    bundle, _ = read_claims_bytes(text.encode(), "t.837")
    mine = [e for e in all_edits() if e.code[:2] in ("CS", "DU", "TF", "MN")]
    result = run_edits(
        [bundle], mine, reference=Reference.starter(), policies=PolicySet.base(), as_of=date(2026, 1, 1)
    )
    written = " ".join(result.findings.select(pl.concat_str("message", "fix", separator=" ")).to_series())
    assert {"invalid-member-id", "duplicate-claim", "timely-filing-passed"} <= set(result.findings["edit"])
    assert "SECRET" not in written
    assert "1951" not in written
