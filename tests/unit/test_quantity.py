from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay import quantity as q
from scrubjay.errors import UsageError

AMOUNTS = st.fractions(min_value=Fraction(1, 1000), max_value=100_000, max_denominator=1000)


@pytest.mark.parametrize(
    ("text", "amount", "symbol"),
    [
        ("62.5 mg", "62.5", "mg"),
        ("1 g", "1", "g"),
        ("500mcg", "500", "mcg"),
        ("500 µg", "500", "mcg"),
        ("1,000 units", "1000", "units"),
        ("1.5 MIU", "1500000", "iu"),
        ("3 million units", "3000000", "units"),
        ("100 IU", "100", "iu"),
        ("100 international units", "100", "iu"),
        ("10 mL", "10", "ml"),
        (".5 mg", "0.5", "mg"),
        ("125 MG", "125", "mg"),
        ("125\u00a0mg", "125", "mg"),
        ("2 meq", "2", "meq"),
        ("1 each", "1", "each"),
        ("1 vial", "1", "each"),
    ],
)
def test_amounts(text, amount, symbol):
    parsed = q.parse_quantity(text)
    assert (q.plain(parsed.amount), parsed.unit.symbol) == (amount, symbol)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("125", "dose unit"),
        ("", "dose unit"),
        ("   ", "dose unit"),
        ("mg", "dose unit"),
        ("-5 mg", "negative"),
        ("−5 mg", "negative"),
        ("0 mg", "zero"),
        ("0.000 mg", "zero"),
        ("1,5 mg", "one number"),
        ("1e3 mg", "one number"),
        ("nan mg", "one number"),
        ("½ mg", "one number"),
        ("٥ mg", "one number"),
        ("125 bananas", "not a dose unit"),
        ("1.5 miu", "not a dose unit"),
        ("125 mg/m2", "rate"),
        ("5 mg/kg/h", "rate"),
        ("125 mg/2 mL", "strength"),
        ("1" * 90 + " mg", "too long"),
        ("12\x005 mg", "plain text"),
    ],
)
def test_refused_doses(text, word):
    with pytest.raises(UsageError) as caught:
        q.parse_dose(text)
    assert word in caught.value.one_line()
    assert "\n" not in caught.value.one_line()


def test_a_dose_per_kg_and_a_volume_with_strength():
    per_kg = q.parse_dose("5 mg/kg")
    assert per_kg.is_per_kg
    assert str(per_kg) == "5 mg/kg"
    for text in ("2 mL of 40 mg/mL", "40 mg/mL 2 mL", "2 mL @ 40 mg/mL"):
        assert str(q.parse_dose(text).quantity) == "80 mg"


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ("125 mg", ["125 mg"]),
        ("125 mg/2 mL", ["125 mg"]),
        ("40 mg/mL 5 mL", ["200 mg"]),
        ("80 mg/mL x 1 mL", ["80 mg"]),
        ("3 x 100 mg", ["100 mg"] * 3),
        ("100 mg x 3", ["100 mg"] * 3),
    ],
)
def test_containers(text, contents):
    assert [str(c) for c in q.parse_container(text)] == contents


def test_a_bare_strength_is_no_container():
    with pytest.raises(UsageError, match="strength"):
        q.parse_container("40 mg/mL")


def test_weights():
    assert q.parse_weight_kg("83") == q.parse_weight_kg("83 kg") == 83
    assert q.plain(q.parse_weight_kg("183 lb")) == "83.00740371"
    for bad in ("", "0", "-3", "83 stone", "abc"):
        with pytest.raises(UsageError):
            q.parse_weight_kg(bad)


@pytest.mark.parametrize(
    ("one", "other"),
    [("10 mg", q.IU), ("10 units", q.IU), ("10 iu", q.UNITS), ("2 mL", q.MG), ("1 each", q.MG)],
)
def test_dimensions_never_mix(one, other):
    with pytest.raises(UsageError) as caught:
        q.parse_quantity(one).to(other)
    assert caught.value.hint


@given(
    AMOUNTS, st.sampled_from([q.NG, q.MCG, q.MG, q.G, q.KG]), st.sampled_from([q.NG, q.MCG, q.MG, q.G, q.KG])
)
def test_conversions_are_exact_both_ways(amount, one, other):
    start = q.Quantity(amount, one)
    assert start.to(other).to(one) == start


@given(st.decimals(min_value="0.001", max_value="999999", places=3, allow_nan=False))
def test_plain_is_the_shortest_exact_decimal(value):
    text = q.plain(value)
    assert Fraction(text) == Fraction(value)
    assert not ("." in text and text.endswith("0"))


def test_plain_keeps_what_no_decimal_can_say():
    assert q.plain(Fraction(1, 3)) == "1/3"
    assert q.plain(Fraction(-5, 2)) == "-2.5"
    assert q.plain(100) == "100"


@given(st.text(max_size=100))
def test_no_text_breaks_the_parsers(text):
    for parse in (q.parse_dose, q.parse_container, q.parse_weight_kg):
        try:
            parse(text)
        except UsageError as error:
            assert error.hint  # noqa: PT017
