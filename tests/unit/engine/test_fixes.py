"""Respellings mean the same and are made once; accepted changes go where they belong, and nothing else moves."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubjay.drugs.ndc import parse_ndc
from scrubjay.edits.registry import all_edits
from scrubjay.engine.fixes import (
    Accepted,
    accepted_changes,
    fixed,
    respell_amount,
    respell_code,
    respell_icd9,
    respell_icd10,
    respell_id,
    respell_modifier,
    respell_ndc,
    respell_npi,
    respell_quantity,
    respell_unit,
    safe_changes,
)
from scrubjay.errors import UnreadableInputError
from scrubjay.intake import read_claims_bytes
from scrubjay.testing.x12 import ClaimSpec, LineSpec, Separators, make_837

ALL = (
    respell_amount, respell_code, respell_icd10, respell_icd9, respell_id, respell_modifier, respell_ndc, respell_npi,
    respell_quantity, respell_unit,
)  # fmt: skip


@pytest.mark.parametrize(
    ("respell", "text", "expected"),
    [
        (respell_ndc, "0009-0047-22", "00009004722"),
        (respell_ndc, "43598-129-25", "43598012925"),
        (respell_ndc, "70518-4345-0", "70518434500"),
        (respell_ndc, "0009 0047 22", None),
        (respell_ndc, "N400009004722", "00009004722"),
        (respell_ndc, "0009004722", None),
        (respell_ndc, "0000900472", None),
        (respell_ndc, "00009-0047-2A", None),
        (respell_code, "j2919", "J2919"),
        (respell_code, " J29 19", "J2919"),
        (respell_code, "J291", None),
        (respell_modifier, "jz", "JZ"),
        (respell_modifier, "JZZ", None),
        (respell_icd10, "l50.0", "L500"),
        (respell_icd10, "L5.00", None),
        (respell_icd10, "L50.", None),
        (respell_icd10, "L5.0.0", None),
        (respell_icd9, "714.0", "7140"),
        (respell_icd9, "7140", None),
        (respell_icd9, "E12.3", None),
        (respell_npi, "1345 678910", "1345678910"),
        (respell_npi, "1345 678911", None),
        (respell_id, "  A 1 ", "A 1"),
        (respell_id, "  ", None),
        (respell_amount, "135.000", "135"),
        (respell_amount, "135.100", "135.1"),
        (respell_amount, "135.005", None),
        (respell_amount, "135.50", "135.50"),
        (respell_amount, "1,350.000", None),
        (respell_amount, "1e3", None),
        (respell_quantity, "1.0000", "1"),
        (respell_quantity, "0.5000", "0.5"),
        (respell_quantity, "0.0001", None),
        (respell_unit, "ml", "ML"),
        (respell_unit, "m l", "ML"),
        (respell_unit, "MLS", None),
    ],
)
def test_respellings(respell, text, expected):
    assert respell(text) == expected


@pytest.mark.parametrize("respell", ALL)
@given(text=st.one_of(st.text(max_size=14), st.from_regex(r"[0-9A-Za-z .\-]{1,14}", fullmatch=True)))
def test_a_respelling_is_made_once(respell, text):
    once = respell(text)
    if once is not None:
        assert respell(once) in (once, None)


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=5), st.integers(0, 4))
def test_numbers_keep_their_value(number, zeros):
    text = f"{number:f}{'0' * zeros}"
    for respell in (respell_amount, respell_quantity):
        after = respell(text)
        if after is not None:
            assert Decimal(after) == Decimal(text)


LAYOUTS = [
    Separators(),
    Separators(newline=""),
    Separators(newline="\r\n"),
    Separators("|", ">", "^", "\n", ""),
    Separators("\x1d", "\x1f", "\x1e", "\x1c", "\n"),
]
SPELLED = ClaimSpec(
    "A1",
    lines=[
        LineSpec(
            "j2919", "100.0000", "25.0000", ("jz",), ndc="0009-0047-22", ndc_quantity="1.0000", ndc_unit="un"
        ),
        LineSpec("96374", "50", "1"),
    ],
    diagnoses=("l50.0",),
)
PLAIN = ClaimSpec(
    "A1",
    lines=[
        LineSpec("J2919", "100", "25", ("JZ",), ndc="00009004722", ndc_quantity="1", ndc_unit="UN"),
        LineSpec("96374", "50", "1"),
    ],
    diagnoses=("L500",),
)  # fmt: skip


@pytest.mark.parametrize("marks", LAYOUTS, ids=lambda m: repr(m.terminator + m.newline))
def test_whatever_the_separators(marks):
    data = make_837([SPELLED], separators=marks).encode()
    new, changes, refused = fixed(data)
    assert new == make_837([PLAIN], separators=marks).encode()
    assert refused == []
    assert {c.rule for c in changes} >= {
        "code-letters",
        "ndc-digits",
        "diagnosis-dot",
        "amount-zeros",
        "unit-letters",
    }
    assert list(safe_changes(new)) == []


@given(
    codes=st.lists(st.from_regex(r"[A-Za-z0-9 .\-]{1,12}", fullmatch=True), min_size=1, max_size=3),
    ndc=st.from_regex(r"[0-9\-N ]{1,15}", fullmatch=True),
    amount=st.from_regex(r"[0-9]{1,5}(\.[0-9]{0,6})?", fullmatch=True),
)
def test_any_values(codes, ndc, amount):
    lines = [LineSpec(c, amount, amount, ndc=ndc, ndc_quantity=amount) for c in codes]
    data = make_837([ClaimSpec(charge=amount, lines=lines, diagnoses=codes)]).encode()
    new, changes, _ = fixed(data)
    assert fixed(new)[1] == []
    assert new.count(b"~") == data.count(b"~")
    assert new.count(b"*") == data.count(b"*")
    assert new.count(b":") == data.count(b":")
    assert bool(changes) == (new != data)


def accept(column: str, after: str, segment: int, *, is_line: bool = True) -> Accepted:
    return Accepted("some-edit", column, after, segment, is_line, "Me")


def placed(data: bytes) -> tuple[int, int]:
    """Segment numbers of the claim and its first line."""
    bundle, _ = read_claims_bytes(data)
    return bundle.claims["segment"][0], bundle.lines["segment"][0]


@pytest.mark.parametrize(
    ("column", "after", "is_line", "old", "new"),
    [
        ("hcpcs", "J1010", True, b"HC:J2919:JZ", b"HC:J1010:JZ"),
        ("modifiers", "JW", True, b"HC:J2919:JZ*", b"HC:J2919:JW*"),
        ("modifiers", "", True, b"HC:J2919:JZ*", b"HC:J2919*"),
        ("modifiers", "JZ,RT,59,25", True, b"HC:J2919:JZ*", b"HC:J2919:JZ:RT:59:25*"),
        ("units", "8", True, b"UN*25***1", b"UN*8***1"),
        ("line_place_of_service_code", "22", True, b"UN*25***1", b"UN*25*22**1"),
        ("ndc_as_sent", "00009003928", True, b"N4*00009004722", b"N4*00009003928"),
        ("ndc_unit", "ML", True, b"CTP****1*UN", b"CTP****1*ML"),
        ("claim_charge_amount", "151.5", False, b"CLM*A1*150*", b"CLM*A1*151.5*"),
        ("claim_frequency_code", "7", False, b"11:B:1", b"11:B:7"),
    ],
)
def test_accepted_changes_are_written_in_their_place(column, after, is_line, old, new):
    data = make_837([PLAIN]).encode()
    claim, line = placed(data)
    assert data.count(old) == 1
    got, changes, refused = fixed(data, [accept(column, after, line if is_line else claim, is_line=is_line)])
    assert got == data.replace(old, new)
    assert refused == []
    assert [(c.rule, c.accepted_by) for c in changes] == [("some-edit", "Me")]


@pytest.mark.parametrize(
    "sent",
    ["0009-0047-22", "43598-129-25", "70518-4345-0", "00009-0047-22", "N400009004722", "n40009-0047-22", "00009 0047 22",
     "0143975325", "N40143975325", "00009004722"],
)  # fmt: skip
def test_ndc_not_in_claim_form_offers_what_fix_writes(sent):
    edit = next(e for e in all_edits() if e.name == "ndc-not-in-claim-form")
    assert edit.fix.change is not None
    understood = str(parse_ndc(sent, is_known="00143975325".__eq__).ndc11)
    line = pl.DataFrame(
        {"has_ndc": True, "ndc_form": "ndc11", "ndc_as_sent": sent, "ndc": understood},
        schema_overrides={"ndc_as_sent": pl.String},
    )
    offered, fires = line.select(edit.fix.change[1].alias("offered"), edit.fires.alias("fires")).row(0)
    assert fires == (sent != understood)
    assert offered == respell_ndc(sent)


def test_what_cannot_be_written_is_refused():
    data = make_837([PLAIN]).encode()
    claim, line = placed(data)
    wrong = [
        accept("hcpcs", "J2*19", line),
        accept("modifiers", "A1,B2,C3,D4,E5", line),
        accept("revenue_code", "0636", line),
        accept("no_such_column", "1", line),
        accept("units", "1", 99),
        accept("units", "1", claim, is_line=False),
    ]
    for one in wrong:
        changes, refused = accepted_changes(data, [one])
        assert (changes, refused) == ([], [one])


def test_an_accepted_change_wins_over_a_respelling_of_the_same_element():
    data = make_837([SPELLED]).encode()
    _, line = placed(data)
    new, changes, _ = fixed(
        data, [accept("hcpcs", "J1010", line), accept("ndc_as_sent", "00009003928", line)]
    )
    text = new.decode()
    assert "HC:J1010:JZ*" in text
    assert "N4*00009003928~" in text
    assert [c.rule for c in changes].count("some-edit") == 2


def test_what_is_no_interchange_is_refused():
    with pytest.raises(UnreadableInputError):
        fixed(b"hello")
