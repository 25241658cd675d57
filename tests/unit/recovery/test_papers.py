"""Corrected claims over files: the payer's number, what the payer takes, what was decided."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrubjay.errors import UnreadableInputError, UsageError
from scrubjay.policies import PolicySet
from scrubjay.recovery import papers
from scrubjay.recovery.corrected import AddLine, DropLine, Kind, SetValue
from scrubjay.recovery.sent import SentLedger
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, envelope, make_837

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
COMMERCIAL = PayerSpec("EXAMPLE HEALTH PLAN", "EHP01", "CI")


def remittance(*claims: str) -> str:
    body = [
        "ST*835*0001", "BPR*I*0*C*NON************20260302", "TRN*1*CHK1*1999999999", "DTM*405*20260302",
        "N1*PR*EXAMPLE HEALTH PLAN", "N3*PO BOX 1", "N4*HARTFORD*CT*06103", "N1*PE*EXAMPLE CLINIC*XX*1345678910",
        "LX*1", *claims,
    ]  # fmt: skip
    return envelope([[*body, f"SE*{len(body) + 1}*0001"]], functional_id="HP", implementation="005010X221A1")


def denied(icn: str, *, remark: str | None = None, status: str = "4") -> list[str]:
    return [
        f"CLP*A1*{status}*300*0*0*12*{icn}*11*1",
        "NM1*QC*1*DOE*JANE****MI*M1",
        *([f"MOA***{remark}"] if remark else []),
        "SVC*HC:J2919*300*0**0**25",
        "DTM*472*20240603",
        "CAS*CO*16*300",
    ]


def taken_back(icn: str) -> list[str]:
    return [f"CLP*A1*22*-300*0*0*12*{icn}*11*1", "NM1*QC*1*DOE*JANE****MI*M1"]


@pytest.fixture
def claims(tmp_path):
    path = tmp_path / "march.837"
    lines = [LineSpec("J2919", "300")]
    path.write_text(make_837([ClaimSpec("Z9"), ClaimSpec("A1", lines=lines, payer=COMMERCIAL)]))
    return path


def answer(tmp_path, text, name="march.835"):
    path = tmp_path / name
    path.write_text(text)
    return path


def write(path, **given):
    return papers.corrected(path, **({
        "number": None, "patient_control_number": "A1", "kind": Kind.REPLACEMENT,
        "changes": [SetValue(1, "modifiers", "JZ")], "answers": [], "payer_claim_control_number": None,
        "policies": PolicySet.base(), "control_number": 5, "created_at": NOW,
    } | given))  # fmt: skip


def test_the_payers_number_is_taken_from_the_remittance(claims, tmp_path):
    done = write(claims, answers=[answer(tmp_path, remittance(*denied("ICN42")))])
    assert b"REF*F8*ICN42~" in done.data
    assert done.replaces == "ICN42"


def test_two_numbers_are_not_chosen_from(claims, tmp_path):
    both = answer(tmp_path, remittance(*denied("ICN1"), *denied("ICN2")))
    with pytest.raises(UsageError, match="2 payer's numbers"):
        write(claims, answers=[both])
    assert write(claims, answers=[both], payer_claim_control_number="ICN2").replaces == "ICN2"
    with pytest.raises(UsageError, match="not the number"):
        write(claims, answers=[both], payer_claim_control_number="ICN3")


def test_an_answer_that_was_taken_back_is_not_replaced(claims, tmp_path):
    first = answer(tmp_path, remittance(*denied("ICN1")), "first.835")
    second = answer(
        tmp_path, remittance(*taken_back("ICN1"), *denied("ICN2")).replace("CHK1", "CHK2"), "second.835"
    )
    assert write(claims, answers=[first, second]).replaces == "ICN2"


def test_the_number_of_another_payer_is_not_named(claims, tmp_path):
    secondary = answer(tmp_path, remittance(*denied("SECOND9", status="2")))
    with pytest.raises(UsageError, match="payer's number"):
        write(claims, answers=[secondary])


def test_a_decided_claim_is_not_sent_as_new(claims, tmp_path):
    with pytest.raises(UsageError, match="decided this claim"):
        write(claims, kind=Kind.NEW, answers=[answer(tmp_path, remittance(*denied("ICN1")))])
    returned = answer(tmp_path, remittance(*denied("ICN1", remark="MA130")), "returned.835")
    assert b":B:1*" in write(claims, kind=Kind.NEW, answers=[returned]).data


def test_medicare_part_b_takes_no_replacement(tmp_path):
    path = tmp_path / "b.837"
    path.write_text(make_837([ClaimSpec("A1")]))
    with pytest.raises(UsageError, match="takes no replacement"):
        write(path, payer_claim_control_number="ICN1")


def test_which_claim(claims, tmp_path):
    with pytest.raises(UsageError, match="no claim with that control number"):
        write(claims, patient_control_number="B7")
    with pytest.raises(UsageError, match="--claim N or"):
        write(claims, number=1)
    with pytest.raises(UnreadableInputError, match="cannot be read"):
        write(tmp_path / "none.837")


def test_changes_as_typed():
    assert papers.changes_of(
        ["1.modifiers=JZ", "claim.claim_note=a=b"], ["1:units=2;charge_amount=5"], [3]
    ) == [
        SetValue(1, "modifiers", "JZ"),
        SetValue(None, "claim_note", "a=b"),
        AddLine(1, (("units", "2"), ("charge_amount", "5"))),
        DropLine(3),
    ]
    for bad in ("modifiers=JZ", "1.modifiers", "x.units=1"):
        with pytest.raises(UsageError, match="--set"):
            papers.parse_set(bad)
    for bad in ("1", "1:", "a:units=1", "1:units"):
        with pytest.raises(UsageError, match="--add-line"):
            papers.parse_add(bad)


def test_not_twice(claims, tmp_path):
    done = write(claims, payer_claim_control_number="ICN42")
    ledger = SentLedger(tmp_path / "sent")
    papers.enter(done, ledger, file="a.837", by="ada", at=NOW, again=None)
    with pytest.raises(UsageError, match="written before"):
        papers.enter(done, ledger, file="b.837", by="ada", at=NOW, again=None)
    other = write(claims, payer_claim_control_number="ICN43")
    papers.enter(other, ledger, file="c.837", by="ada", at=NOW, again=None)
