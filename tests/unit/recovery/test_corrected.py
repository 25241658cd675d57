"""Corrected claims: valid by pyx12, and different from the original in the accepted change only."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scrubjay.errors import UnreadableInputError, UsageError
from scrubjay.intake.reader import read_claims_bytes
from scrubjay.recovery.corrected import AddLine, DropLine, Kind, SetValue, corrected_claim
from scrubjay.testing.x12 import (
    AdjustmentSpec,
    BillingSpec,
    ClaimSpec,
    LineAdjudicationSpec,
    LineSpec,
    OtherPayerSpec,
    PersonSpec,
    Separators,
    make_837,
)

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
LINES = [
    LineSpec("J2919", "90.00", "25", control_number="A1L1", ndc="00009004722", ndc_quantity="1"),
    LineSpec("96374", "210.00", "1", control_number="A1L2"),
]
PLAIN = make_837([ClaimSpec("A1", lines=LINES)]).encode()


def write(data=PLAIN, number=1, **given):
    return corrected_claim(data, number, **({
        "kind": Kind.REPLACEMENT, "changes": [SetValue(1, "modifiers", "JZ")],
        "payer_claim_control_number": "ICN42", "control_number": 77, "created_at": NOW,
    } | given))  # fmt: skip


def errors(data: bytes, caplog) -> list[str]:
    document = pytest.importorskip("pyx12.x12n_document")
    params = pytest.importorskip("pyx12.params")
    caplog.clear()
    is_valid = document.x12n_document(params.params(), io.StringIO(data.decode()), fd_997=None, fd_html=None)
    return [] if is_valid else [r.getMessage() for r in caplog.records] or ["not valid"]


def test_replacement_names_the_payers_claim_and_changes_what_was_accepted(caplog):
    done = write()
    text = done.data.decode()
    assert "CLM*A1*300.00***11:B:7*" in text
    assert "REF*F8*ICN42~" in text
    assert "SV1*HC:J2919:JZ*90.00*UN*25***1~" in text
    assert [(d.place, d.column, d.before, d.after) for d in done.differences] == [
        ("line 1", "modifiers", None, "JZ"),
        ("claim", "claim_frequency_code", "1", "7"),
        ("claim", "original_reference_number", None, "ICN42"),
    ]
    assert errors(done.data, caplog) == []


def test_void_repeats_the_claim(caplog):
    done = write(kind=Kind.VOID, changes=[])
    assert {d.column for d in done.differences} == {"claim_frequency_code", "original_reference_number"}
    assert errors(done.data, caplog) == []


def test_new_claim_names_no_earlier_one(caplog):
    sent = make_837([ClaimSpec("A1", lines=LINES, frequency="7", original_reference="OLD1")]).encode()
    done = write(sent, kind=Kind.NEW, payer_claim_control_number=None)
    bundle, _ = read_claims_bytes(done.data)
    assert bundle.claims["claim_frequency_code"].to_list() == ["1"]
    assert bundle.claims["original_reference_number"].to_list() == [None]
    assert done.replaces is None
    assert errors(done.data, caplog) == []


def test_discarded_line_is_added_and_the_total_follows(caplog):
    changes = [
        SetValue(1, "units", "13"),
        SetValue(1, "charge_amount", "46.80"),
        AddLine(
            1,
            (("modifiers", "JW"), ("units", "12"), ("charge_amount", "43.20"), ("ndc_quantity", "0.48")),
        ),
    ]
    done = write(changes=changes)
    bundle, _ = read_claims_bytes(done.data)
    assert bundle.claims["claim_charge_amount"].to_list() == [Decimal("300.00")]
    assert bundle.lines["units"].to_list() == [Decimal(13), Decimal(1), Decimal(12)]
    assert bundle.lines["modifiers"].to_list() == [[], [], ["JW"]]
    assert bundle.lines["line_number"].to_list() == [1, 2, 3]
    assert bundle.lines["line_item_control_number"].to_list() == ["A1L1", "A1L2", None]
    assert errors(done.data, caplog) == []


def test_line_is_dropped_and_the_total_follows(caplog):
    done = write(changes=[DropLine(2)])
    bundle, _ = read_claims_bytes(done.data)
    assert bundle.claims["claim_charge_amount"].to_list() == [Decimal("90.00")]
    assert bundle.lines["hcpcs"].to_list() == ["J2919"]
    assert ("line 2", "line") in {(d.place, d.column) for d in done.differences}
    assert errors(done.data, caplog) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"payer_claim_control_number": None}, "payer's number"),
        ({"changes": []}, "duplicate"),
        ({"kind": Kind.VOID}, "takes no changes"),
        ({"frequencies_accepted": ["1"]}, "takes no replacement"),
        ({"changes": [SetValue(3, "units", "1")]}, "no line 3"),
        ({"changes": [SetValue(1, "shoe_size", "1")]}, "cannot be changed"),
        ({"changes": [SetValue(1, "units", "1*2")]}, "character"),
        ({"changes": [SetValue(1, "units", "é")]}, "character"),
        ({"changes": [SetValue(1, "units", "13", before="24")]}, "no longer"),
        ({"changes": [SetValue(1, "units", "1"), SetValue(1, "units", "2")]}, "twice"),
        ({"changes": [SetValue(None, "claim_frequency_code", "1")]}, "not set by hand"),
        ({"changes": [AddLine(1, (("units", "1"),))]}, "charge_amount"),
        ({"changes": [DropLine(5)]}, "no line 5"),
        ({"changes": [SetValue(2, "ndc_as_sent", "57894003001")]}, "ndc_quantity"),
        ({"changes": [DropLine(1), DropLine(2)]}, "no line would be left"),
        ({"changes": [SetValue(1, "charge_amount", "ninety")]}, "form of its column"),
    ],
)
def test_refuses_with_a_reason(given, words):
    with pytest.raises(UsageError, match=words):
        write(**given)


def test_claim_that_is_not_there():
    with pytest.raises(UnreadableInputError, match="no claim 2"):
        write(number=2)
    with pytest.raises(UnreadableInputError, match="no X12"):
        write(b"hello")


def test_only_the_claims_own_levels_are_written():
    sent = make_837([
        ClaimSpec("A1"), ClaimSpec("B1", billing=BillingSpec("OTHER CLINIC", npi="1456789126")),
        ClaimSpec("B2", billing=BillingSpec("OTHER CLINIC", npi="1456789126"), lines=LINES,
                  dependent=PersonSpec("ROE", "KIM", birth_date="20150101")),
    ]).encode()  # fmt: skip
    text = write(sent, 3).data.decode()
    assert "EXAMPLE CLINIC*****XX" not in text
    assert text.count("HL*") == 3
    assert "HL*1**20*1~" in text
    assert "HL*2*1*22*1~" in text
    assert "HL*3*2*23*0~" in text


@pytest.mark.parametrize(
    ("line", "column", "value", "words"),
    [
        (1, "units", "", "cannot be taken away"),
        (1, "units", "0", "form"),
        (1, "units", "-3", "form"),
        (1, "charge_amount", "-5", "form"),
        (1, "charge_amount", "4.005", "form"),
        (1, "modifiers", "JZZ", "form"),
        (1, "modifiers", "JZ,JZ", "twice"),
        (1, "hcpcs", "j2919", "form"),
        (1, "diagnosis_pointers", "9", "does not have"),
        (1, "diagnosis_pointers", "x", "form"),
        (1, "ndc_as_sent", "0009-0047-22", "form"),
        (1, "ndc_as_sent", "", "cannot be taken away"),
        (1, "ndc_unit", "U^", "character"),
        (1, "line_note", "x" * 81, "form"),
        (None, "diagnosis_codes", "K50.00", "form"),
        (None, "prior_authorization_number", "A" * 51, "form"),
        (1, "units", "25", "says already"),
        (1, "line_description", "", "says already"),
    ],
)
def test_a_value_that_no_payer_reads_is_refused_and_not_repeated(line, column, value, words):
    with pytest.raises(UsageError, match=words) as refused:
        write(changes=[SetValue(line, column, value)])
    assert len(value) < 5 or value not in str(refused.value)


def test_diagnoses_and_pointers_change_together():
    sent = make_837([ClaimSpec("A1", lines=LINES, diagnoses=("K5000", "L500"))]).encode()
    sent = sent.replace(b"*UN*25***1~", b"*UN*25***1:2~")
    with pytest.raises(UsageError, match="line 1 would point"):
        write(sent, changes=[SetValue(None, "diagnosis_codes", "K5000")])
    changes = [SetValue(None, "diagnosis_codes", "K5000"), SetValue(1, "diagnosis_pointers", "1")]
    assert b"HI*ABK:K5000~" in write(sent, changes=changes).data


def test_codes_that_are_no_diagnoses_are_kept():
    mixed = PLAIN.replace(b"HI*ABK:L500", b"HI*ABK:L500*BP:12345")
    with pytest.raises(UsageError, match="other codes"):
        write(mixed, changes=[SetValue(None, "diagnosis_codes", "K5000")])
    apart = PLAIN.replace(b"HI*ABK:L500", b"HI*BP:12345~HI*ABK:L500")
    assert b"HI*BP:12345~" in write(apart, changes=[SetValue(None, "diagnosis_codes", "K5000")]).data


def test_no_second_number_of_an_earlier_claim_stays():
    twice = PLAIN.replace(b"HI*ABK", b"REF*F8*OLD1~REF*F8*OLD2~REF*EA*REC1~HI*ABK")
    text = write(twice, kind=Kind.NEW, payer_claim_control_number=None).data
    assert b"REF*F8" not in text
    assert b"REF*EA*REC1~" in text
    text = write(twice).data
    assert text.count(b"REF*F8*") == text.count(b"REF*F8*ICN42~") == 1


def test_a_line_counter_without_a_number_is_numbered():
    bare = PLAIN.replace(b"LX*1~", b"LX~")
    assert b"LX*1~" in write(bare).data


def test_a_new_line_takes_no_quantity_of_the_drug_from_another():
    with pytest.raises(UsageError, match="ndc_quantity"):
        write(changes=[AddLine(1, (("units", "12"), ("charge_amount", "43.20")))])
    with pytest.raises(UsageError, match="twice"):
        write(changes=[AddLine(2, (("units", "1"), ("units", "2"), ("charge_amount", "1")))])


def test_what_another_payer_decided_stays_in_balance():
    decided = LineAdjudicationSpec("OTH1", "60", [AdjustmentSpec("CO", [("45", "30", None)])])
    lines = [replace(LINES[0], adjudications=(decided,)), LINES[1]]
    sent = make_837([ClaimSpec("A1", lines=lines, other_payers=[OtherPayerSpec("OTH1", paid="60")])]).encode()
    with pytest.raises(UsageError, match="no longer balance"):
        write(sent, changes=[SetValue(1, "charge_amount", "46.80")])
    with pytest.raises(UsageError, match="another payer decided line 1"):
        write(sent, changes=[DropLine(1)])
    assert b"SVD*OTH1*60" in write(sent, changes=[DropLine(2)]).data
    assert b"SVD*OTH1*60" in write(sent, changes=[SetValue(2, "charge_amount", "200.00")]).data


def _random_case(draw: random.Random) -> tuple[bytes, int, Kind, list]:
    institutional = draw.random() < 0.4
    lines = [
        LineSpec(
            draw.choice(["J2919", "J1100", "96374", "J1745"]),
            f"{draw.randint(1, 900)}.{draw.randint(0, 99):02}",
            str(draw.randint(1, 60)),
            modifiers=draw.choice([(), ("JZ",), ("JW",), ("59", "RT")]),
            control_number=f"L{n}" if draw.random() < 0.7 else None,
            ndc="00009004722" if draw.random() < 0.5 else None,
            ndc_quantity="1",
            notes=("GIVEN SLOWLY",) if draw.random() < 0.2 else (),
            prior_authorization="PA1" if draw.random() < 0.2 and not institutional else None,
            adjudications=(LineAdjudicationSpec("OTH1", "5", [AdjustmentSpec("CO", [("45", "3", None)])]),)
            if draw.random() < 0.2 else (),
        )
        for n in range(1, draw.randint(3, 6))
    ]  # fmt: skip
    other = OtherPayerSpec("OTH1", paid="5", remaining_liability="1") if draw.random() < 0.3 else None
    claims = [
        ClaimSpec(
            f"C{n}", lines=lines if n == 2 else LINES, place="13" if institutional else "11",
            diagnoses=draw.choice([("L500",), ("K5000", "L500")]),
            prior_authorization="PA9" if draw.random() < 0.3 else None,
            attachments=("ACN1",) if draw.random() < 0.2 else (),
            notes=("A NOTE",) if draw.random() < 0.2 else (),
            dependent=PersonSpec("ROE", "KIM", birth_date="20150101") if draw.random() < 0.3 else None,
            other_payers=[other] if other else (),
            facility_npi="1345678910" if draw.random() < 0.3 else None,
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    if not any(line.adjudications for line in lines) or other:
        pass
    else:
        claims = [replace(c, lines=[replace(x, adjudications=()) for x in c.lines]) for c in claims]
    marks = draw.choice([None, Separators(newline=""), Separators("|", ">", "^", "!", "\r\n")])
    data = make_837(claims, "institutional" if institutional else "professional", separators=marks).encode()
    kind = draw.choice([Kind.REPLACEMENT, Kind.REPLACEMENT, Kind.VOID, Kind.NEW])
    count = len(lines)
    pool = [
        SetValue(1, "modifiers", draw.choice(["JZ", "JW,59", "76"])),
        SetValue(draw.randint(1, count), "units", str(draw.randint(61, 99))),
        SetValue(draw.randint(1, count), "charge_amount", f"{draw.randint(901, 999)}.10"),
        SetValue(1, "ndc_as_sent", "57894003001"),
        SetValue(None, "prior_authorization_number", "PA77"),
        SetValue(None, "referral_number", "RF1"),
        SetValue(None, "claim_note", "CORRECTED UNITS"),
        SetValue(None, "attachment_numbers", "ACN7"),
        SetValue(None, "diagnosis_codes", "M0579,K5000"),
        SetValue(count, "hcpcs", "J3301"),
        SetValue(count, "line_note", "SEE RECORD"),
        SetValue(1, "service_date_from", "2024-06-04"),
        AddLine(1, (("modifiers", "JW"), ("units", "3"), ("charge_amount", "12.34"))),
        # A line that another payer decided is not dropped.
        SetValue(count, "modifiers", "KX") if lines[-1].adjudications else DropLine(count),
    ]
    picked = draw.sample(pool, draw.randint(1, 4)) if kind is not Kind.VOID else []
    if lines[0].ndc or any(isinstance(c, SetValue) and c.column == "ndc_as_sent" for c in picked):
        picked = [
            replace(c, values=(*c.values, ("ndc_quantity", "0.2"))) if isinstance(c, AddLine) else c
            for c in picked
        ]
    gone = {c.line for c in picked if isinstance(c, DropLine)}
    places = set()
    changes = []
    for one in picked:
        if isinstance(one, SetValue):
            if one.line in gone or (one.line, one.column) in places:
                continue
            places.add((one.line, one.column))
        changes.append(one)
        if isinstance(one, SetValue) and one.column == "ndc_as_sent":
            changes += [SetValue(1, "ndc_quantity", "4"), SetValue(1, "ndc_unit", "UN")]
    return data, 2, kind, changes


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_random_cases_are_valid_and_differ_in_the_change_only(part, caplog):
    draw = random.Random(20260320 + part)
    by_marks: dict[bytes, list[bytes]] = {}
    for number in range(1, 51):
        data, claim, kind, changes = _random_case(draw)
        if not changes and kind is Kind.REPLACEMENT:
            changes = [SetValue(1, "units", "5")]
        icn = None if kind is Kind.NEW else "ICN42"
        done = write(
            data, claim, kind=kind, changes=changes, payer_claim_control_number=icn, control_number=number
        )
        by_marks.setdefault(done.data[3:4], []).append(done.data)
        _assert_same_but(data, done, changes)
    # pyx12 loads its maps anew for each file, so the interchanges go through it end to end.
    for many in by_marks.values():
        assert errors(b"".join(many), caplog) == []


def _assert_same_but(data: bytes, done, changes) -> None:
    """The original, read from its own file beside the other claims, against the corrected claim."""
    old, _ = read_claims_bytes(data)
    new, report = read_claims_bytes(done.data)
    assert report.problems == []
    key = old.claims["claim_key"][1]
    before, after = old.claims.row(1, named=True), new.claims.row(0, named=True)
    changed = {c.column for c in changes if isinstance(c, SetValue) and c.line is None}
    may = changed | {
        "claim_key", "claim_id", "segment", "transaction", "claim_number", "claim_frequency_code",
        "original_reference_number", "claim_charge_amount", "line_count", "type_of_bill_code",
    }  # fmt: skip
    if "diagnosis_codes" in changed:
        may.add("diagnosis_qualifiers")
    assert {c for c in before if before[c] != after[c]} <= may
    dropped = {c.line for c in changes if isinstance(c, DropLine)}
    lines = [
        r
        for n, r in enumerate(old.lines.filter(old.lines["claim_key"] == key).iter_rows(named=True), 1)
        if n not in dropped
    ]
    fresh = list(new.lines.iter_rows(named=True))
    assert len(fresh) == len(lines) + sum(isinstance(c, AddLine) for c in changes)
    numbers = [n for n in range(1, len(lines) + len(dropped) + 1) if n not in dropped]
    for number, one, other in zip(numbers, lines, fresh, strict=False):
        accepted = {c.column for c in changes if isinstance(c, SetValue) and c.line == number}
        place = {"line_key", "claim_key", "segment", "transaction", "line_number"}
        follows = {"ndc_qualifier", "ndc_count"} if "ndc_as_sent" in accepted else set()
        follows |= {"service_date_to"} if "service_date_from" in accepted else set()
        assert {c for c in one if one[c] != other[c]} <= accepted | place | follows
    total = sum(r["charge_amount"] for r in fresh)
    if done.kind is not Kind.VOID:
        assert after["claim_charge_amount"] == total


def test_a_new_line_is_held_against_its_model(monkeypatch):
    """What nobody asked for on a new line is seen when the claim is read back, also where lines were dropped."""
    from scrubjay.recovery import corrected
    from scrubjay.recovery.corrected_check import differences

    new = [AddLine(1, (("units", "12"), ("charge_amount", "43.20"), ("ndc_quantity", "0.5"))), DropLine(2)]
    done = write(changes=new)
    found = differences(PLAIN, done.data, added=[1], dropped={2})
    assert {c for place, c in found if place == "line 3"} == {
        "units", "charge_amount", "ndc_quantity", "line_item_control_number",
    }  # fmt: skip
    held = corrected.write_column

    def slips(claim, line, column, value):
        held(claim, line, column, value)
        if line == 3 and column == "units":
            held(claim, line, "modifiers", "JW")

    monkeypatch.setattr(corrected, "write_column", slips)
    with pytest.raises(UsageError, match=r"line 3\.modifiers"):
        write(changes=new)
