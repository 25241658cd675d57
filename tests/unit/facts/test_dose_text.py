"""Which amounts in a text are a dose."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from scrubjay.facts.dose_text import stated_doses

DOSES = {
    "METHYLPREDNISOLONE SODIUM SUCC 125 MG": ("125", "mg"),
    "62.5MG": ("62.5", "mg"),
    "SOLUMEDROL 1 G": ("1000", "mg"),
    "0.5 GM": ("500", "mg"),
    ".5 MG": ("0.5", "mg"),
    "500 MCG": ("0.5", "mg"),
    "1,000 MG": ("1000", "mg"),
    "DOSE 40 MG": ("40", "mg"),
    "40 mg/mL 1 mL": ("40", "mg"),
    "1 mL of 40 mg/mL": ("40", "mg"),
    "KENALOG 40 MG/ML 0.5 ML": ("20", "mg"),
    "DOSE: 40 MG/ML 2 ML": ("80", "mg"),
    "GAVE 62.5 MG, DISCARDED 62.5 MG": ("62.5", "mg"),
    "62.5 MG GIVEN FROM 125 MG VIAL": ("62.5", "mg"),
    "40 MG WASTED, 85 MG GIVEN": ("85", "mg"),
    "5 MG/KG 415 MG": ("415", "mg"),
    "KENALOG-40 40MG": ("40", "mg"),
    "BOTOX 155 UNITS": ("155", "units"),
    "EPO 40,000 UNITS": ("40000", "units"),
    "125 MG ; 125 MG": ("125", "mg"),
}
NO_DOSES = [
    "DEPO-MEDROL 80 MG/ML",
    "80 MG/ML 5 ML",
    "125MG/2ML",
    "125 MG VIAL",
    "VIAL OF 125 MG",
    "SOLU-MEDROL 125 MG ACT-O-VIAL",
    "SDV 125 MG USED",
    "40 MG SINGLE-DOSE VIAL",
    "85 MG GIVEN 40 MG WASTED",
    "BOTOX 155 UNITS, 45 UNITS WASTED",
    "2 X 40 MG",
    "40 MG X 2",
    "40-80 MG",
    "125 MG Q6H",
    "5 MG/KG",
    "100 MG/HR",
    "18G NEEDLE",
    "J2919 25 UNITS 125 MG",
    "0 MG",
    "NO AMOUNT",
    "",
]


def _read(text: str) -> tuple[str, str] | None:
    rows = stated_doses(pl.DataFrame({"drug_text": [text]})).rows()
    if not rows:
        return None
    _, amount, unit = rows[0]
    return format(Decimal(amount).normalize(), "f"), unit


@pytest.mark.parametrize(("text", "expected"), DOSES.items())
def test_a_dose_is_read(text: str, expected: tuple[str, str]) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize("text", NO_DOSES)
def test_no_dose_is_picked(text: str) -> None:
    assert _read(text) is None


def test_all_texts_at_once_give_the_same() -> None:
    texts = [*DOSES, *NO_DOSES]
    rows = stated_doses(pl.DataFrame({"drug_text": texts})).rows()
    assert {t for t, _, _ in rows} == set(DOSES)
