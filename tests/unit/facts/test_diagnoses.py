"""Diagnosis codes against dated facts, the packaged release, and the official list where it is at hand."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.facts.diagnoses import _side_of_words
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.reference.icd10 import descriptors_of, packaged_release
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

EDITS = [e for e in all_edits() if e.family == "medical_necessity"]


def facts_of(claim: ClaimSpec, kind="professional"):
    bundle, _ = read_claims_bytes(make_837([claim], kind=kind).encode(), "t.837")
    return facts_of_batch(
        bundle,
        make_plan(EDITS),
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=date(2026, 9, 1),
    )


def judged(codes, day):
    ctx = facts_of(ClaimSpec(diagnoses=codes, lines=[LineSpec(service_from=day)]))
    return ctx.claims.select("has_invalid_diagnosis", "has_header_diagnosis", "is_diagnosis_unverified").row(
        0
    )


@pytest.mark.parametrize(
    ("code", "day", "invalid", "header"),
    [
        ("G35", "20250930", False, False),
        ("G35", "20251001", False, True),
        ("G35A", "20250930", True, False),
        ("G35A", "20251001", False, False),
        ("G35B", "20251001", False, True),
        ("C9001", "20251001", False, False),
        ("C9001", "20260930", False, False),
        ("C9001", "20250930", None, None),
        ("C9001", "20261001", None, None),
        ("C9009", "20260101", True, False),
        ("C900", "20260101", False, True),
        ("B20", "20260101", False, False),
        ("S83511D", "20240101", None, False),
        ("12345", "20240101", True, False),
        ("V700!", "20240101", True, False),
    ],
)
def test_validity_by_day(code, day, invalid, header):
    assert judged([code], day)[:2] == (invalid, header)


def test_one_invalid_code_decides_and_one_unknown_code_leaves_open():
    assert judged(["C9001", "G35A"], "20250101")[0] is True
    assert judged(["C9001", "G35"], "20250101")[0] is None
    assert judged(["L500", "G35"], "20250101") == (False, False, True)


def test_dot_and_case_are_no_fault():
    assert judged(["l50.0"], "20260101")[:2] == (False, False)


def test_an_institutional_claim_is_coded_by_its_last_day():
    claim = ClaimSpec(
        place="13",
        payer=PayerSpec(filing_code="MA"),
        diagnoses=["G35"],
        statement_from="20250929",
        statement_to="20251002",
        lines=[LineSpec(service_from="20250929"), LineSpec(service_from="20251002")],
    )
    assert facts_of(claim, kind="institutional").claims["has_header_diagnosis"].to_list() == [True]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Unilateral primary osteoarthritis, right knee", "right"),
        ("Unilateral primary osteoarthritis, left knee", "left"),
        ("Bilateral primary osteoarthritis of knee", "bilateral"),
        ("Blindness, right eye, low vision left eye", "bilateral"),
        ("Unilateral primary osteoarthritis, unspecified knee", None),
        ("Bright light", None),
    ],
)
def test_side_of_words(text, side):
    assert pl.DataFrame({"t": [text]}).select(_side_of_words(pl.col("t"))).item() == side


def test_a_code_with_a_seventh_character_has_the_words_of_its_stem():
    found = descriptors_of(pl.Series(["S83511A", "T7840XA", "M1711", "M1799", None]))
    assert dict(found.rows()).keys() == {"S83511A", "T7840XA", "M1711"}
    assert dict(found.rows())["S83511A"] == (
        "Sprain of anterior cruciate ligament of right knee, initial encounter"
    )


def test_a_seventh_character_may_name_the_side():
    found = dict(descriptors_of(pl.Series(["E113511", "E113512", "E113513", "E113519"])).rows())
    assert [found[c].rsplit(", ", 1)[1] for c in sorted(found)] == [
        "right eye",
        "left eye",
        "bilateral",
        "unspecified eye",
    ]


@pytest.mark.shared
def test_the_release_equals_the_official_list(shared):
    official = (
        pl.read_csv(shared / "data" / "icd10" / "icd10cm_2026-04-01.csv", infer_schema=False)
        .select(
            pl.col("code").str.replace(".", "", literal=True).alias("diagnosis"),
            (pl.col("is_billable") == "1").alias("is_billable"),
            "description",
        )
        .unique("diagnosis")
    )
    release = packaged_release()
    assert release is not None
    assert release.codes.sort("diagnosis").equals(
        official.select("diagnosis", "is_billable").sort("diagnosis")
    )
    compared = official.join(descriptors_of(official["diagnosis"]), on="diagnosis", how="left")
    sides = compared.select(
        _side_of_words(pl.col("description")).alias("side"),
        _side_of_words(pl.col("descriptor")).alias("ours"),
    )
    assert sides.filter(pl.col("ours").ne_missing(pl.col("side"))).is_empty()
    assert compared["descriptor"].null_count() == 0
