"""Letters say only what a record says; a record taken away refuses the letter."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import docx
import pypdf
import pytest

from scrubjay.errors import UsageError
from scrubjay.recovery.letters.case_records import Case, case_records
from scrubjay.recovery.letters.facts import Fact, Records
from scrubjay.recovery.letters.letter import Run, Written, faults, refuse_unsourced
from scrubjay.recovery.letters.packet import make_packet, paper_key, write_packet
from scrubjay.recovery.letters.template import SLOT, Wanted, choose, parse_template, templates
from scrubjay.recovery.sent import SentLedger
from scrubjay.reference import Reference

DAY = date(2026, 3, 20)
SENDER = [
    Fact("sender.name", "Example Infusion Center", "letterhead"),
    Fact("sender.address", "1 Main St; Hartford, CT 06103", "letterhead"),
    Fact("sender.phone", "555 555 0100", "letterhead"),
    Fact("sender.npi", "1345678910", "letterhead"),
    Fact("sender.signer", "Ada Clinician", "letterhead"),
    Fact("sender.signer_title", "billing manager", "letterhead"),
    Fact("payer.name", "Example Contractor", "letterhead"),
    Fact("payer.address", "PO Box 1; Indianapolis, IN 46206", "letterhead"),
]
RECORD = [
    Fact("record.dose", "800 mg", "administration record of 2026-01-05, page 2"),
    Fact("record.rationale", "loss of response at 5 mg/kg, weight 80 kg", "visit note of 2026-01-05, page 1"),
    Fact("record.indication", "Crohn's disease (K50.00)", "visit note of 2026-01-05, page 1"),
]
CLAIM = {
    "patient_first_name": "JANE", "patient_last_name": "DOE", "member_id": "1EG4TE5MK73",
    "patient_birth_date": date(1958, 2, 14), "patient_control_number": "A-1", "diagnosis_codes": ["K5000"],
}  # fmt: skip
ANSWER = {
    "hcpcs": "J1745", "modifiers": ["JZ"], "units_billed": Decimal(80), "units_paid": Decimal(0),
    "service_date": date(2026, 1, 5), "charge_amount": Decimal("4000.00"), "paid_amount": Decimal(0),
    "claim_kind": "professional", "payer_claim_control_number": "ICN42", "production_date": date(2026, 2, 2),
}  # fmt: skip
DECISION = {
    "remedy": "APP", "appeal_level": 1, "root_cause": "too-many-units", "group_code": "CO", "carc_code": "151",
    "rarc_code": "N362", "denied_amount": Decimal("4000.00"), "guards": [], "hard_date": date(2026, 6, 8),
    "deadline_rule": "120 days from receipt [B]",
}  # fmt: skip


def records(decision=DECISION, given=(*SENDER, *RECORD)):
    case = Case(ANSWER, decision, "march.835, segment 31", CLAIM, "jan.837, segment 20", given)
    return case_records(case, Reference.starter(), as_of=DAY, written_on=DAY)


def packet(**given):
    return make_packet(records(), DECISION, **({"payer_class": "medicare_part_b", "written_on": DAY} | given))


def test_every_number_comes_from_a_record():
    letter = packet().letter
    assert letter.template == "medicare-redetermination"
    text = "\n".join(p.text for p in letter.paragraphs)
    assert "800 mg divided by 10 mg a unit, rounded up, is 80 units" in text
    assert "CO-151" in text
    assert "{" not in text
    assert faults(letter, records()) == []
    assert {f.name for f in letter.evidence} >= {"line.units_billed", "record.dose", "arithmetic.units"}
    assert all(f.source for f in letter.evidence)


@pytest.mark.parametrize("name", [f.name for f in packet().letter.evidence])
def test_a_record_taken_away_refuses_the_letter(name):
    letter = packet().letter
    with pytest.raises(UsageError, match=name):
        refuse_unsourced(letter, records().without(name))


def test_a_record_that_changed_or_lost_its_source_refuses_the_letter():
    letter = packet().letter
    all_but = records().without("record.dose")
    for other in (Fact("record.dose", "700 mg", "page 2"), Fact("record.dose", "800 mg", " ")):
        with pytest.raises(UsageError, match=r"record\.dose"):
            refuse_unsourced(letter, all_but.with_facts([other]))


@pytest.mark.parametrize("words", ["It was 5 mg.", "see 42 CFR 405", "{line.hcpcs}", "J1745"])
def test_a_hand_that_adds_a_number_is_caught(words):
    letter = packet().letter
    edited = replace(letter, paragraphs=(*letter.paragraphs, Written((Run(words),))))
    assert faults(edited, records())
    with pytest.raises(UsageError, match="refused"):
        refuse_unsourced(edited, records())


def test_missing_records_are_named_all_at_once():
    with pytest.raises(UsageError, match=r"arithmetic\.units") as caught:
        make_packet(records(given=SENDER), DECISION, payer_class="medicare_part_b", written_on=DAY)
    assert "record.dose" in str(caught.value)
    assert "record.rationale" in str(caught.value)


def test_a_dose_that_is_none_gives_no_arithmetic():
    given = [*SENDER, Fact("record.dose", "a lot", "page 2"), *RECORD[1:]]
    assert "arithmetic.units" not in records(given=given)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"remedy": "NEW"}, "goes by no letter"),
        ({"guards": ["no-appeal-of-unprocessable"]}, "no initial determination"),
        ({"guards": ["no-appeal-of-mai-2"]}, "indicator 2"),
        ({"hard_date": date(2026, 3, 19)}, "last day was"),
    ],
)
def test_refuses_what_the_decision_shuts(change, words):
    with pytest.raises(UsageError, match=words):
        make_packet(records(), DECISION | change, payer_class="medicare_part_b", written_on=DAY)


def test_needs_both_parties():
    given = [*SENDER[1:], *RECORD]
    with pytest.raises(UsageError, match=r"sender\.name"):
        make_packet(records(given=given), DECISION, payer_class="medicare_part_b", written_on=DAY)


def test_the_narrowest_template_is_chosen():
    assert choose(Wanted("APP", "medicare_part_b", 2), templates()).id == "medicare-reconsideration"
    assert choose(Wanted("APP", "commercial", 1), templates()).id == "payer-appeal"
    with pytest.raises(UsageError, match="no letter"):
        choose(Wanted("CER", "commercial"), templates())


def test_templates_state_no_number_and_a_number_is_refused():
    for one in templates():
        assert not any(c.isdigit() for p in one.paragraphs for c in SLOT.sub("", p.text))
    text = "{id: a, version: 1, remedy: APP, title: T, source: S, confidence: D, paragraphs: [{text: 'in 30 days'}]}"
    with pytest.raises(UsageError, match="number stands in the words"):
        parse_template(text, "own.yaml")
    with pytest.raises(UsageError, match="no YAML"):
        parse_template("{", "own.yaml")


def test_a_name_is_given_once():
    with pytest.raises(UsageError, match="given twice"):
        Records([SENDER[0], SENDER[0]])


def test_packet_on_disk(tmp_path):
    order = tmp_path / "order.pdf"
    order.write_bytes(b"%PDF-1.4 signed order")
    made = packet(papers={"order": order})
    assert {p.name for p in made.missing} == {"remittance", "administration-record", "necessity-note"}
    files = write_packet(made, records(), tmp_path / "case-1")
    names = {f.name for f in files}
    number = next(p.number for p in made.papers if p.name == "order")
    assert names == {
        "letter.docx", "letter.pdf", "evidence.json", "attachments.csv", "checklist.txt", f"{number}.pdf",
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO((tmp_path / "case-1" / "attachments.csv").read_text())))
    assert [r["on_file"] for r in rows if r["paper"] == "order"] == ["true"]
    evidence = json.loads((tmp_path / "case-1" / "evidence.json").read_text())
    assert any(f["name"] == "record.dose" and "page 2" in f["source"] for f in evidence["facts"])
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "case-1" / "letter.pdf").pages)
    assert "80 units" in " ".join(text.split())
    words = "\n".join(p.text for p in docx.Document(str(tmp_path / "case-1" / "letter.docx")).paragraphs)
    assert "CO-151" in words
    with pytest.raises(UsageError, match="already"):
        write_packet(made, records(), tmp_path / "case-1")


def test_packet_is_not_written_when_a_record_has_gone(tmp_path):
    with pytest.raises(UsageError, match=r"record\.dose"):
        write_packet(packet(), records().without("record.dose"), tmp_path / "case-2")
    assert list(tmp_path.iterdir()) == []


def test_unknown_paper_and_paper_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no paper called"):
        packet(papers={"selfie": tmp_path / "a.pdf"})
    with pytest.raises(UsageError, match="cannot be read"):
        packet(papers={"order": tmp_path / "a.pdf"})
    with pytest.raises(UsageError, match="kind of paper"):
        packet(papers={"order": tmp_path / "a.exe"})


def test_markup_in_a_record_stays_text(tmp_path):
    given = [*SENDER, RECORD[0], Fact("record.rationale", "#panic() $x$ *bold* <b>", "note"), RECORD[2]]
    held = records(given=given)
    made = make_packet(held, DECISION, payer_class="medicare_part_b", written_on=DAY)
    write_packet(made, held, tmp_path / "case-3")
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "case-3" / "letter.pdf").pages)
    assert "#panic()" in text


def test_the_next_level_and_another_line_are_letters_of_their_own(tmp_path):
    ledger = SentLedger(tmp_path)
    first = packet()
    other = records().without("line.modifiers").with_facts([Fact("line.modifiers", "JW", "feb.835")])
    keys = [
        paper_key(first, records()),
        paper_key(replace(first, level=2), records()),
        paper_key(first, other),
    ]
    given = {"file": "case-1", "data": b"", "by": "maria", "at": datetime(2026, 3, 20, tzinfo=UTC)}
    ledger.record(keys[0], "letter", **given)
    with pytest.raises(UsageError, match="written before"):
        ledger.record(keys[0], "letter", **given)
    for key in keys[1:]:
        ledger.record(key, "letter", **given)
    assert len(ledger.entries()) == 3


def test_a_paper_about_several_things_is_entered_whole_or_not_at_all(tmp_path):
    ledger = SentLedger(tmp_path)
    given = {"file": "d1", "data": b"", "by": "maria", "at": datetime(2026, 3, 20, tzinfo=UTC)}
    ledger.record_all(["a", "b"], "dispute", **given)
    with pytest.raises(UsageError, match="written before"):
        ledger.record_all(["c", "b"], "dispute", **given)
    assert [e.key for e in ledger.entries()] == ["a", "b"]
    ledger.record_all(["c", "b"], "dispute", again="lost", **given)
    assert len(ledger.entries()) == 4
