from __future__ import annotations

import csv
import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.quantity import plain, unit_named
from scrubjay.reference import Reference
from scrubjay.reference.descriptor import descriptor_stem, parse_descriptor

LATE = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Injection, amitriptyline hcl, up to 20 mg", "up to 20 mg"),
        ("Injection, methylprednisolone sodium succinate, up to 125 mg", "up to 125 mg"),
        ("Injection, methylprednisolone sodium succinate, 5 mg", "5 mg"),
        ("Injection, methylprednisolone acetate, 1 mg", "1 mg"),
        ("Injection, ondansetron hydrochloride, per 1 mg", "1 mg"),
        (
            "INJECTION, PALONOSETRON HYDROCHLORIDE (AVYXA), NOT THERAPEUTICALLY EQUIVALENT TO J2469, 25 MICROGRAMS",
            "25 mcg",
        ),
        ("Injection, tislelizumab-jsgr, 1mg", "1 mg"),
        ("Injection, ifosfamide, 1 gram", "1 g"),
        ("Injection, cefotaxime sodium, per gm", "1 g"),
        ("Injection, interferon, alfa-2a, recombinant, 3 million units", "3000000 units"),
        ("Injection, penicillin g potassium, up to 600,000 units", "up to 600000 units"),
        ("Injection, factor viii fc fusion protein (recombinant), per iu", "1 iu"),
        (
            "Injection, midazolam in 0.8% sodium chloride, intravenous, not therapeutically equivalent to j2250, 1 mg",
            "1 mg",
        ),
        ("Injection, aldesleukin, per single use vial", "1 vial"),
        ("Injection, pegaspargase, per single dose vial", "1 vial"),
        ("Hyaluronan or derivative, euflexxa, for intra-articular injection, per dose", "1 dose"),
        ("Injection, betamethasone acetate 3 mg and betamethasone sodium phosphate 3 mg", "1 of 3 mg & 3 mg"),
        ("Injection, nivolumab and relatlimab-rmbw, 3 mg/1 mg", "1 of 3 mg & 1 mg"),
        ("Injection, foscarbidopa 0.25 mg/foslevodopa 5 mg", "1 of 0.25 mg & 5 mg"),
        ("Injection, potassium chloride, per 2 meq", "2 meq"),
        ("Infusion, normal saline solution, sterile (500 ml = 1 unit)", "500 ml"),
        ("Carbidopa 5 mg/levodopa 20 mg enteral suspension, 100 ml", "100 ml"),
        ("Injection, thyrotropin alpha, 0.9 mg, provided in 1.1 mg vial", "0.9 mg"),
        (
            "Injection, hyaluronidase, ovine, preservative free, per 1 usp unit (up to 999 usp units)",
            "1 units",
        ),
        ("Radium ra-223 dichloride, therapeutic, per microcurie", "1 uci"),
        ("Bcg (intravesical) per instillation", "1 instillation"),
        (
            "Injection, pemivibart, for certain adults (12 years of age and older weighing at least 40 kg), 4500 mg",
            "4500 mg",
        ),
        ("Low osmolar contrast material, 400 or greater mg/ml iodine concentration, per ml", "1 ml"),
        (
            "Ethinyl estradiol and etonogestrel 0.015mg, 0.12mg per 24 hours; monthly vaginal ring, each",
            "1 ring",
        ),
        ("Isoproterenol hcl, inhalation solution, unit dose form, per milligram", "1 mg"),
    ],
)
def test_what_one_unit_stands_for(text, said):
    assert str(parse_descriptor(text)) == said


@pytest.mark.parametrize(
    "text",
    [
        "Unclassified drugs",
        "",
        "Buprenorphine/naloxone, oral, greater than 3 mg, but less than or equal to 6 mg buprenorphine",
        "Injection, gamma globulin, intramuscular, over 10 cc",
        "Injection, torsemide, 10 mg/ml",
        "Injection, testosterone cypionate, 1 cc, 200 mg",
        "Injection, rho d immune globulin, human, minidose, 50 micrograms (250 i.u.)",
        "Injection, aprotonin, 10,000 kiu",
    ],
)
def test_nothing_is_guessed(text):
    assert parse_descriptor(text) is None


def test_stems_differ_only_in_the_amount():
    one = "Injection, methylprednisolone sodium succinate, up to 40 mg"
    assert descriptor_stem(one) == descriptor_stem(one.replace("40", "125"))
    assert descriptor_stem(one) != descriptor_stem("Injection, methylprednisolone acetate, 40 mg")


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    parse_descriptor(text)


def test_starter_units_agree_with_their_descriptors():
    """Where the grammar understands a descriptor of the starter set, the starter's unit says the same."""
    reference = Reference.starter()
    texts = {r["hcpcs"]: r["descriptor"] for r in reference.table("hcpcs", as_of=LATE).to_dicts()}
    compared = 0
    for row in reference.table("drugs", as_of=LATE).to_dicts():
        parsed = parse_descriptor(texts.get(row["hcpcs"]) or "")
        unit = unit_named(row["unit"] or "")
        if parsed is None or parsed.components or unit is None:
            continue
        compared += 1
        stated = (plain(Fraction(row["unit_amount"]) * unit.size), unit.dimension, row["qualifier"])
        said = (
            plain(parsed.quantity.amount * parsed.quantity.unit.size),
            parsed.quantity.unit.dimension,
            str(parsed.qualifier),
        )
        assert said == stated, row["hcpcs"]
    assert compared > 50


@pytest.mark.shared
def test_parse_rate_on_all_drug_descriptors(shared):
    with (shared / "data/hcpcs/hcpcs_2024_10.csv").open(encoding="utf-8") as file:
        texts = [r["long_description"] for r in csv.DictReader(file) if re.fullmatch(r"J\d{4}", r["hcpc"])]
    share = sum(parse_descriptor(t) is not None for t in texts) / len(texts)
    assert len(texts) > 1000
    assert share >= 0.95, f"{share:.1%} of {len(texts)} descriptors were understood"
