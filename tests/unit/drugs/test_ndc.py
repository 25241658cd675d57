from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.drugs import ndc
from scrubjay.errors import UsageError

ELEVEN = st.text("0123456789", min_size=11, max_size=11)
SIZES = st.fractions(min_value=Fraction(1, 10), max_value=100, max_denominator=10)


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("0143-9753-25", "4-4-2", "00143975325"),
        ("43598-129-25", "5-3-2", "43598012925"),
        ("70518-4345-0", "5-4-1", "70518434500"),
        ("0009-3073-01", "4-4-2", "00009307301"),
        ("00009-3073-01", "5-4-2", "00009307301"),
        ("N400009307301", "11", "00009307301"),
        (" n4 0009-3073-01 ", "4-4-2", "00009307301"),
    ],
)
def test_forms(text, form, value):
    parsed = ndc.parse_ndc(text)
    assert (parsed.form, parsed.ndc11) == (form, value)


@pytest.mark.parametrize(
    "text", ["", "N4", "123", "0009-306-02", "0009-0306-0A", "123456789012", "1-2-3-4", "٠٠٠٠٩٣٠٧٣٠١"]
)
def test_malformed(text):
    with pytest.raises(UsageError):
        ndc.parse_ndc(text)


def test_ten_plain_digits_need_exactly_one_known_reading():
    with pytest.raises(UsageError, match="ambiguous"):
        ndc.parse_ndc("0143975325")
    assert ndc.parse_ndc("0143975325", {"00143975325"}.__contains__).ndc11 == "00143975325"
    with pytest.raises(UsageError, match="2 of them"):
        ndc.parse_ndc("0143975325", {"00143975325", "01439075325"}.__contains__)


@given(ELEVEN)
def test_every_fda_form_leads_back(ndc11):
    for form in ndc.fda_forms(ndc11):
        assert ndc.parse_ndc(form).ndc11 == ndc11
        assert ndc11 in ndc.paddings(form.replace("-", ""))
    assert ndc.parse_ndc(ndc.hyphened(ndc11)).ndc11 == ndc11


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(text):
    try:
        parsed = ndc.parse_ndc(text)
    except UsageError:
        return
    assert len(parsed.ndc11) == 11
    assert parsed.ndc11.isdigit()


def test_quantity_examples():
    assert ndc.ndc_quantity(40, Fraction(5), Fraction(400)) == Fraction(1, 2)
    assert ndc.ndc_quantity(25, Fraction(1), Fraction(25)) == 1
    assert ndc.units_of_ndc_quantity(Fraction(1, 2), Fraction(5), Fraction(400)) == 40
    with pytest.raises(UsageError):
        ndc.ndc_quantity(1, Fraction(0), Fraction(1))


@given(st.integers(1, 100_000), SIZES, SIZES)
def test_quantity_and_units_are_inverse(units, size, per_item):
    assert ndc.units_of_ndc_quantity(ndc.ndc_quantity(units, size, per_item), size, per_item) == units


@given(st.fractions(min_value=0, max_value=1000))
def test_claim_decimals(quantity):
    rounded, is_exact = ndc.to_claim_decimals(quantity)
    assert abs(rounded - quantity) <= Fraction(1, 2000)
    assert (rounded * 1000).denominator == 1
    assert is_exact == (rounded == quantity)
