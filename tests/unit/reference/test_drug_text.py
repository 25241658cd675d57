"""What descriptors say of drugs: name, unit, routes; against the packaged set and CMS's own dosage column."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.quantity import parse_number, unit_named
from scrubjay.reference import Reference
from scrubjay.reference.descriptor import parse_descriptor
from scrubjay.reference.drug_text import drug_name, read_drug_texts, unit_ratio
from scrubjay.reference.loaders import hcpcs_records
from scrubjay.reference.loaders.base import Release, SourceFile

if TYPE_CHECKING:
    from pathlib import Path

LATE = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Injection, amitriptyline hcl, up to 20 mg", "amitriptyline hydrochloride"),
        ("Injection, daptomycin (hospira), not therapeutically equivalent to j0878, 1 mg", "daptomycin"),
        ("Injection, infliximab, excludes biosimilar, 10 mg", "infliximab"),
        ("Injection, cisplatin, powder or solution, 10 mg", "cisplatin"),
        ("Injection, daratumumab, 10 mg and hyaluronidase-fihj", "daratumumab and hyaluronidase-fihj"),
        ("Injection, nivolumab and relatlimab-rmbw, 3 mg/1 mg", "nivolumab and relatlimab-rmbw"),
        ("Injection, triamcinolone acetonide, not otherwise specified, 10 mg", "triamcinolone acetonide"),
        ("Chlorpromazine hydrochloride, 5 mg, oral, fda approved prescription anti-emetic", "chlorpromazine hydrochloride"),
        ("Ustekinumab, for subcutaneous injection, 1 mg", "ustekinumab"),
        ("Injection, voretigene neparvovec-rzyl, 1 billion vector genomes", "voretigene neparvovec-rzyl"),
        ("Autologous cultured chondrocytes, implant", "autologous cultured chondrocytes, implant"),
        ("", None),
    ],
)  # fmt: skip
def test_the_name_of_the_substance(text: str, name: str | None) -> None:
    assert drug_name(text) == name


def test_a_column_of_descriptors() -> None:
    frame = read_drug_texts(
        pl.Series(
            [
                "Injection, ondansetron hydrochloride, per 1 mg",
                None,
                "Unclassified drugs",
                "Capsaicin 8% patch, per square centimeter",
                "Injection, betamethasone acetate 3 mg and betamethasone sodium phosphate 3 mg",
                "Nabilone, oral, 1 mg",
                "Prescription drug, oral, non chemotherapeutic, nos",
                "Injection, bortezomib, not otherwise specified, 0.1 mg",
            ]
        )
    )
    assert frame["unit_amount"].to_list() == [
        Decimal(1), None, None, None, None, Decimal(1), None, Decimal("0.1"),
    ]  # fmt: skip
    assert frame["unit"].to_list() == ["mg", None, None, None, "combination 3 mg + 3 mg", "mg", None, "mg"]
    assert frame["qualifier"].to_list() == ["exact", None, None, None, "each", "exact", None, "exact"]
    assert frame["routes"].to_list() == [None, None, None, None, None, ["oral"], ["oral"], None]
    assert frame["is_unlisted"].to_list() == [False, None, True, False, False, False, True, False]
    assert [bool(r) for r in frame["no_unit"]] == [False, False, True, True, False, False, True, False]
    assert "area" in frame["no_unit"][3]


@pytest.mark.parametrize(
    ("ended", "successor", "ratio"),
    [
        ("Injection, oldamab, up to 125 mg", "Injection, oldamab, 5 mg", Fraction(25)),
        ("Injection, oldamab, 1 g", "Injection, oldamab hcl, 5 mg", None),
        ("Injection, oldamab (brand), 1 gram", "Injection, oldamab, 500 mg", Fraction(2)),
        ("Injection, oldamab, 1 mg", "Injection, oldamab, 5 mg", Fraction(1, 5)),
        # A third has no exact decimal; units and IU are not the same thing; a maximum is not an amount.
        ("Injection, oldamab, 1 mg", "Injection, oldamab, 3 mg", None),
        ("Injection, oldamab, 10 units", "Injection, oldamab, 10 iu", None),
        ("Injection, oldamab, 10 mg", "Injection, oldamab, up to 40 mg", None),
        ("Injection, oldamab, per dose", "Injection, oldamab, per dose", None),
    ],
)
def test_the_ratio_is_exact_or_unknown(ended: str, successor: str, ratio: Fraction | None) -> None:
    assert unit_ratio(ended, successor) == ratio


# Against the real release ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def october_2024(shared: Path) -> Release:
    raw = (shared / "data/hcpcs/HCPC2024_OCT_ANWEB.txt").read_bytes()
    release = hcpcs_records.LOADER.load(SourceFile("x", raw[:65_536], len(raw), None, lambda: raw))
    assert isinstance(release, Release)
    return release


def _set(release: Release, name: str) -> pl.DataFrame:
    return next(s.frame for s in release.sets if s.set_name == name)


@pytest.mark.shared
def test_nearly_every_drug_of_the_release_has_a_unit_or_a_reason(october_2024: Release) -> None:
    drugs = _set(october_2024, "drugs")
    assert drugs.height > 1_400
    without = drugs.filter(pl.col("unit").is_null())
    assert without["note"].is_not_null().all()
    # 51 of 1,495: 21 unlisted codes, 2 by area, 28 whose words give no one amount.
    assert without.height <= 51
    assert drugs.filter(pl.col("drug").is_null()).is_empty()
    kinds = _set(october_2024, "hcpcs").filter(pl.col("hcpcs").str.starts_with("J"))["kind"]
    assert set(kinds) == {"drug"}


@pytest.mark.shared
def test_units_agree_with_the_packaged_set(october_2024: Release) -> None:
    loaded = {r["hcpcs"]: r for r in _set(october_2024, "drugs").to_dicts()}
    compared = 0
    for row in Reference.starter().table("drugs", as_of=LATE).to_dicts():
        mine = loaded.get(row["hcpcs"])
        if mine is None:
            continue
        compared += 1
        for column in ("unit_amount", "unit", "qualifier", "is_unlisted"):
            assert mine[column] == row[column], (row["hcpcs"], column)
    assert compared > 200


# CMS's ASP file names the dosage in its own words. Where it speaks of a combination, of cells or of a whole
# dose, the descriptor decides; J2404 is 0.1 mg by descriptor and 1 mg by the ASP file.
ASP_DISAGREES = {"J2404"}


@pytest.mark.shared
def test_units_agree_with_the_dosage_column_of_the_asp_file(shared: Path, october_2024: Release) -> None:
    texts = dict(_set(october_2024, "hcpcs").select("hcpcs", "descriptor").iter_rows())
    path = shared / "data/asp/asp_payment_limits_2024-10.csv"
    disagree: set[str] = set()
    compared = 0
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for code, _, dosage, *_ in csv.reader(file):
            unit = parse_descriptor(texts.get(code) or "")
            found = re.fullmatch(
                r"(?:up to |per )?(?P<number>[\d.,]*)\s*(?P<million>million )?(?P<unit>[a-z.]+)(?: units?)?",
                dosage.lower().strip(),
            )
            if unit is None or unit.components or found is None:
                continue
            named = unit_named(found["unit"])
            number = parse_number(found["number"] or "1")
            # "10 units" of an enzyme or protein whose descriptor says i.u.: one word for two dimensions.
            if (
                named is None
                or number is None
                or {named.symbol, unit.quantity.unit.symbol} == {"iu", "units"}
            ):
                continue
            compared += 1
            stated = number * (1_000_000 if found["million"] else 1) * named.size
            if stated != unit.quantity.amount * unit.quantity.unit.size or (
                named.dimension is not unit.quantity.unit.dimension
            ):
                disagree.add(code)
    assert compared > 650
    assert disagree == ASP_DISAGREES
