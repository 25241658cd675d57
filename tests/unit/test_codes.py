from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay import codes
from scrubjay.drugs.ndc import parse_ndc
from scrubjay.errors import UsageError


def luhn_digit(nine: str) -> str:
    total = 24
    for place, char in enumerate(reversed(nine)):
        digit = int(char) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


@pytest.mark.parametrize(
    ("parse", "good", "value"),
    [
        (codes.parse_hcpcs, " j2919 ", "J2919"),
        (codes.parse_hcpcs, "96372", "96372"),
        (codes.parse_hcpcs, "0001a", "0001A"),
        (codes.parse_modifier, "jz", "JZ"),
        (codes.parse_npi, "1234567893", "1234567893"),
        (codes.parse_icd10, "m17.11", "M1711"),
        (codes.parse_icd10, "T78.40XA", "T7840XA"),
        (codes.parse_icd10, "U07.1", "U071"),
        (codes.parse_icd10, "C7A.00", "C7A00"),
        (codes.parse_pos, "11", "11"),
        (codes.parse_revenue_code, "636", "0636"),
        (codes.parse_mbi, "1EG4-TE5-MK73", "1EG4TE5MK73"),
        (codes.parse_type_of_bill, "0131", "131"),
    ],
)
def test_good_codes_are_normalised(parse, good, value):
    assert parse(good) == value


@pytest.mark.parametrize(
    ("parse", "bad"),
    [
        (codes.parse_hcpcs, "J29"),
        (codes.parse_hcpcs, "J2919\n9"),
        (codes.parse_hcpcs, "J291٩"),
        (codes.parse_modifier, "JZZ"),
        (codes.parse_npi, "1234567890"),
        (codes.parse_npi, "3234567893"),
        (codes.parse_npi, "123456789"),
        (codes.parse_icd10, "17.11"),
        (codes.parse_icd10, "M1.711"),
        (codes.parse_pos, "1"),
        (codes.parse_revenue_code, "63"),
        (codes.parse_mbi, "1SG4TE5MK73"),
        (codes.parse_type_of_bill, "031"),
    ],
)
def test_bad_codes_are_refused_in_one_line(parse, bad):
    with pytest.raises(UsageError) as caught:
        parse(bad)
    assert "\n" not in caught.value.one_line()
    assert caught.value.hint


def test_a_member_id_or_npi_is_never_repeated():
    for parse, value in ((codes.parse_mbi, "1SG4TE5MK73"), (codes.parse_npi, "1987654321")):
        with pytest.raises(UsageError) as caught:
            parse(value)
        assert value not in caught.value.one_line()


@given(st.text("0123456789", min_size=8, max_size=8), st.sampled_from("12"))
def test_npi_check_digit_detects_every_single_change(tail, head):
    nine = head + tail
    good = nine + luhn_digit(nine)
    assert codes.npi_check_digit_is_valid(good)
    changed = [nine + str(d) for d in range(10) if str(d) != good[-1]]
    assert not any(codes.npi_check_digit_is_valid(c) for c in changed)


def test_npi_expression_agrees_with_the_function():
    values = ["1234567893", "1234567890", "12345", "", "123456789X", "3234567893", None, "2000000005"]
    frame = pl.DataFrame({"npi": values}).select(codes.npi_is_valid("npi"))
    expected = [None if v is None else codes.npi_check_digit_is_valid(v) for v in values]
    assert frame["npi"].to_list() == expected


def test_mbi_and_form_expressions():
    frame = pl.DataFrame({"v": ["1EG4TE5MK73", "1eg4-te5-mk73", "S", None]})
    assert frame.select(codes.mbi_is_valid("v"))["v"].to_list() == [True, True, False, None]
    frame = pl.DataFrame({"v": ["J2919", "96372", "j2919", "", None]})
    assert frame.select(codes.hcpcs_is_well_formed("v"))["v"].to_list() == [True, True, False, False, None]
    frame = pl.DataFrame({"v": ["M1711", "G35", "17", "M17.11", None]})
    assert frame.select(codes.icd10_is_well_formed("v"))["v"].to_list() == [True, True, False, False, None]


NDCS = {
    "0143-9753-25": ("ndc11", "00143975325"),
    "43598-129-25": ("ndc11", "43598012925"),
    "70518-4345-0": ("ndc11", "70518434500"),
    "00009-3073-01": ("ndc11", "00009307301"),
    " n4 00009307301 ": ("ndc11", "00009307301"),
    "N400009307301": ("ndc11", "00009307301"),
    "0143975325": ("ambiguous", None),
    "0009-306-02": ("malformed", None),
    "00009-0306-0A": ("malformed", None),
    "000093073011": ("malformed", None),
    "abc": ("malformed", None),
    "0-0-0-0": ("malformed", None),
    "": (None, None),
    "N4": (None, None),
    None: (None, None),
}


def test_ndc_expressions():
    frame = pl.DataFrame({"v": list(NDCS)}, schema={"v": pl.String}).select(
        form=codes.ndc_form_expr("v"), ndc=codes.ndc11_expr("v")
    )
    assert frame.rows() == list(NDCS.values())


@given(st.text("0123456789-N 4X", max_size=14))
def test_ndc_expression_agrees_with_the_parser(text):
    frame = pl.DataFrame({"v": [text]}).select(form=codes.ndc_form_expr("v"), ndc=codes.ndc11_expr("v"))
    form, value = frame.row(0)
    try:
        parsed = parse_ndc(text).ndc11
    except UsageError as error:
        refused = error.what
    else:
        assert (form, value) == ("ndc11", parsed)
        return
    assert value is None
    assert {"ambiguous": "ambiguous", "malformed": "malformed", None: "empty"}[form] in refused


def test_product_ndc_pads_the_short_segment_and_nothing_else() -> None:
    frame = pl.DataFrame(
        {"n": ["0009-0047", "43598-129", "55150-0262", "50090", "0009-047", "000090047", None]}
    )
    assert frame.select(codes.product_ndc_expr("n")).to_series().to_list() == [
        "000090047", "435980129", "551500262", None, None, None, None,
    ]  # fmt: skip
