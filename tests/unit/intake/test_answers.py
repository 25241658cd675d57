"""The payer's answer as columns: every element of the 835 that recovery needs, balanced to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.testing.x12 import AdjustmentSpec as Cas
from scrubjay.testing.x12 import Separators, envelope
from scrubjay.testing.x12_remits import (
    AcknowledgedSetSpec,
    PaymentSpec,
    RemitClaimSpec,
    RemitLineSpec,
    StatusSpec,
    make_277ca,
    make_835,
    make_999,
    payment_segments,
    reversal_of,
)


def read(text, **options):
    reader = AnswerReader.of_bytes(text.encode() if isinstance(text, str) else text, "x.835", **options)
    return collect(reader), reader.reports[0]


def remits(*payments, **options):
    bundle, report = read(make_835(payments, **options))
    assert report.problems == []
    return bundle.remits


# The worked remittance of the domain specification (J2), synthetic.
WORKED = RemitClaimSpec(
    "WORKED1",
    [
        RemitLineSpec(
            "J2919", "100.00", modifiers=["JZ"], units_paid="25", allowed="6.70", control_number="L1",
            adjustments=[Cas("CO", [("45", "93.30", None), ("253", "0.11", None)]), Cas("PR", [("2", "1.34", None)])],
        ),
        RemitLineSpec(
            "96374", "150.00", control_number="L2",
            adjustments=[Cas("CO", [("45", "110.00", None), ("253", "0.64", None)]), Cas("PR", [("2", "8.00", None)])],
        ),
    ],
)  # fmt: skip


def test_the_worked_remittance():
    got = remits(PaymentSpec([WORKED], provider_adjustments=[("WO", "OLD1", "10.00")]))
    claim = got.claims.row(0, named=True)
    assert claim["charge_amount"] == Decimal("250.00")
    assert claim["patient_responsibility_amount"] == Decimal("9.34")
    assert claim["paid_amount"] == Decimal("36.61")
    assert got.lines["paid_amount"].to_list() == [Decimal("5.25"), Decimal("31.36")]
    assert got.lines["allowed_amount"].to_list() == [Decimal("6.70"), None]
    payment = got.transactions.row(0, named=True)
    assert payment["payment_amount"] == Decimal("26.61")
    assert payment["is_balanced_throughout"]
    assert claim["is_postable"]
    assert got.provider_adjustments.select(
        "provider_adjustment_code", "reference_number", "adjustment_amount"
    ).row(0) == ("WO", "OLD1", Decimal("10.00"))


def test_six_triplets_with_quantities_in_their_order():
    six = [(str(n), f"{n}.01", f"{n}" if n % 2 else None) for n in range(1, 7)]
    got = remits(
        PaymentSpec([RemitClaimSpec("A", [RemitLineSpec(adjustments=[Cas("CO", six)])])])
    ).adjustments
    assert got["adjustment_number"].to_list() == [1, 2, 3, 4, 5, 6]
    assert got["carc_code"].to_list() == ["1", "2", "3", "4", "5", "6"]
    assert got["adjustment_amount"].to_list() == [Decimal(f"{n}.01") for n in range(1, 7)]
    assert got["adjustment_quantity"].to_list() == [Decimal(1), None, Decimal(3), None, Decimal(5), None]


def test_a_gap_between_triplets_moves_nothing():
    line = RemitLineSpec(extra=["CAS*CO*45*10**253**1*97*5"], paid="85")
    got, report = read(make_835([PaymentSpec([RemitClaimSpec("A", [line], paid="85")])]))
    rows = got.remits.adjustments.select("carc_code", "adjustment_amount", "adjustment_quantity").rows()
    assert rows == [("45", Decimal(10), None), ("253", None, Decimal(1)), ("97", Decimal(5), None)]
    assert [p.kind for p in report.problems] == ["adjustment-without-amount"]
    assert not got.remits.claims["is_postable"][0]


def test_a_seventh_reason_is_said_and_the_claim_held():
    line = RemitLineSpec(extra=["CAS*CO" + "".join(f"*{n}*1*" for n in range(1, 8)) + "*"], paid="93")
    got, report = read(make_835([PaymentSpec([RemitClaimSpec("A", [line], paid="93")])]))
    assert "too-many-adjustments" in [p.kind for p in report.problems]
    assert not got.remits.claims["is_postable"][0]


def test_claim_level_segments():
    extra = [
        "MIA*0***140*MA01***************N390*M25",
        "MOA***MA130*N517*N600*N700*N800",
        "NM1*IL*1*ROE*SAM****MI*INS1", "NM1*74*1*NEW*NAME****C*INS2", "NM1*82*1*DOC*ADA****XX*1456789126",
        "NM1*TT*2*NEXT PAYER*****PI*NX1", "NM1*PR*2*FIRST PAYER*****PI*FP1",
        "REF*1L*GROUP1", "REF*CE*CLASS1", "REF*F8*ORIG1", "REF*G1*AUTH1", "REF*EA*MRN1",
        "DTM*232*20240601", "DTM*233*20240602", "DTM*050*20240605", "DTM*036*20240630",
        "AMT*AU*50", "AMT*F5*7.5", "AMT*I*0.21", "AMT*D8*-2",
    ]  # fmt: skip
    claim = remits(PaymentSpec([RemitClaimSpec("A", extra=extra)]))
    row = claim.claims.row(0, named=True)
    expected = {
        "insured_last_name": "ROE", "insured_id": "INS1", "corrected_id": "INS2",
        "claim_rendering_npi": "1456789126", "crossover_payer_name": "NEXT PAYER", "crossover_payer_id": "NX1",
        "priority_payer_name": "FIRST PAYER", "priority_payer_id": "FP1", "group_number": "GROUP1",
        "contract_class": "CLASS1", "original_reference_number": "ORIG1", "prior_authorization_number": "AUTH1",
        "medical_record_number": "MRN1", "statement_from": date(2024, 6, 1), "statement_to": date(2024, 6, 2),
        "received_date": date(2024, 6, 5), "coverage_end_date": date(2024, 6, 30), "coverage_amount": Decimal(50),
        "patient_paid_amount": Decimal("7.5"), "interest_amount": Decimal("0.21"), "prompt_pay_discount_amount": Decimal(-2),
        "claim_status_code": "1", "claim_filing_code": "MB", "payer_claim_control_number": "ICN1",
        "facility_type_code": "11", "claim_frequency_code": "1", "is_reversal": False,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["outpatient_values"][2:] == ["MA130", "N517", "N600", "N700", "N800"]
    assert row["inpatient_values"][3] == "140"
    remarks = claim.remarks.select("remark_source", "rarc_code").rows()
    assert sorted(remarks) == sorted(
        [("MIA", "MA01"), ("MIA", "N390"), ("MIA", "M25")]
        + [("MOA", c) for c in ("MA130", "N517", "N600", "N700", "N800")]
    )
    assert claim.remarks["remit_line_key"].null_count() == claim.remarks.height


def test_line_level_segments_changed_code_and_units_paid():
    line = RemitLineSpec(
        "J1010", "100", modifiers=["JZ", "RT"], units_paid="20", units_billed="25", billed_hcpcs="J2919",
        billed_modifiers=["JZ"], control_number="LINE1", policies=["L1", "A2"], allowed="40.5",
        remarks=["N362", "m86"], service_from=date(2024, 6, 1), service_to=date(2024, 6, 3), revenue_code="0636",
        adjustments=[Cas("CO", [("151", "20", "5")])], extra=["REF*LU*11", "REF*HPI*1456789126", "LQ*RX*70"],
    )  # fmt: skip
    got = remits(PaymentSpec([RemitClaimSpec("A", [line])]))
    row = got.lines.row(0, named=True)
    expected = {
        "hcpcs": "J1010", "modifiers": ["JZ", "RT"], "billed_hcpcs": "J2919", "billed_modifiers": ["JZ"],
        "is_code_changed": True, "units_paid": Decimal(20), "units_billed": Decimal(25), "line_item_control_number": "LINE1",
        "policy_reference_numbers": ["L1", "A2"], "allowed_amount": Decimal("40.5"), "revenue_code": "0636",
        "service_date_from": date(2024, 6, 1), "service_date_to": date(2024, 6, 3), "location_number": "11",
        "line_rendering_npi": "1456789126", "adjustment_amount": Decimal(20), "is_balanced": True,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert got.remarks.select("remark_list", "rarc_code").rows() == [
        ("HE", "N362"),
        ("HE", "M86"),
        ("RX", "70"),
    ]
    assert got.remarks["remit_line_key"].to_list() == [1, 1, 1]


def test_without_svc06_and_svc07_what_was_paid_was_billed():
    row = remits(
        PaymentSpec([RemitClaimSpec("A", [RemitLineSpec("J2919", modifiers=["JZ"], units_paid="3")])])
    ).lines
    one = row.row(0, named=True)
    assert (one["billed_hcpcs"], one["billed_modifiers"], one["units_billed"]) == (
        "J2919",
        ["JZ"],
        Decimal(3),
    )
    assert one["is_code_changed"] is False


def test_provider_adjustments_over_several_segments_balance():
    adjustments = [("WO", f"R{n}", f"{n}.00") for n in range(1, 6)] + [("FB", "", "-3.50"), ("L6", "", "-0.25"),
                                                                       ("72", "X", "1.00")]  # fmt: skip
    got = remits(PaymentSpec([WORKED], provider_adjustments=adjustments))
    assert got.provider_adjustments["adjustment_number"].to_list() == [1, 2, 3, 4, 5, 6, 1, 2]
    assert got.provider_adjustments["adjustment_amount"].sum() == Decimal("12.25")
    payment = got.transactions.row(0, named=True)
    assert payment["payment_amount"] == Decimal("36.61") - Decimal("12.25")
    assert payment["is_balanced"]


def test_a_reversal_and_its_correction_net_out_and_are_linked():
    paid = RemitClaimSpec("A1", [RemitLineSpec(charge="100", adjustments=[Cas("CO", [("45", "40", None)])])])
    corrected = RemitClaimSpec(
        "A1",
        [RemitLineSpec(charge="100", adjustments=[Cas("CO", [("45", "20", None)])])],
        payer_claim_number="ICN2",
    )
    got = remits(
        PaymentSpec([paid], trace="T1"),
        PaymentSpec([reversal_of(paid), corrected], trace="T2", paid_on=date(2024, 7, 1)),
    )
    first, back, new = got.claims.iter_rows(named=True)
    assert back["is_reversal"]
    assert back["charge_amount"] == -first["charge_amount"]
    assert back["reverses_remit_claim_key"] == first["remit_claim_key"]
    assert back["corrected_by_remit_claim_key"] == new["remit_claim_key"]
    assert got.claims["paid_amount"].sum() == Decimal(80)
    assert got.transactions["payment_amount"].to_list() == [Decimal(60), Decimal(20)]


def test_a_reversal_under_another_payer_number_is_linked_by_ours_and_the_amount():
    paid = RemitClaimSpec("A1", [RemitLineSpec(charge="100")])
    other = RemitClaimSpec("A1", [RemitLineSpec(charge="30")], payer_claim_number="ICN7")
    back = RemitClaimSpec(**{**vars(reversal_of(paid)), "payer_claim_number": "ICN9"})
    got = remits(
        PaymentSpec([paid, other], trace="T1"), PaymentSpec([back], trace="T2", paid_on=date(2024, 7, 1))
    )
    assert got.claims["reverses_remit_claim_key"].to_list() == [None, None, 1]


def test_off_balance_is_shown_at_each_level_and_only_that_is_held():
    bad_line = RemitClaimSpec("BADLINE", [RemitLineSpec(charge="100", paid="90")], paid="100")
    bad_claim = RemitClaimSpec("BADCLAIM", [RemitLineSpec(charge="100")], paid="99.99")
    good = RemitClaimSpec("GOOD")
    bundle, _ = read(make_835([PaymentSpec([bad_line, bad_claim, good])]))
    claims = bundle.remits.claims
    assert claims["off_by_amount"].to_list() == [Decimal(0), Decimal("0.01"), Decimal(0)]
    assert bundle.remits.lines["off_by_amount"].to_list() == [Decimal(10), Decimal(0), Decimal(0)]
    assert claims["is_postable"].to_list() == [False, False, True]
    payment = bundle.remits.transactions.row(0, named=True)
    assert payment["is_balanced"]
    assert not payment["is_balanced_throughout"]
    held, _ = read(make_835([PaymentSpec([good], amount="99.00")]))
    assert held.remits.transactions["off_by_amount"].to_list() == [Decimal(1)]
    assert held.remits.claims["is_postable"].to_list() == [False]


@pytest.mark.parametrize(
    "marks", [Separators("|", ">", "^", "\n", ""), Separators("*", ":", "^", "~", "\r\n")]
)
def test_other_separators_give_the_same(marks):
    payment = PaymentSpec([WORKED], provider_adjustments=[("WO", "A", "1.00")])
    plain, other = read(make_835([payment]))[0], read(make_835([payment], separators=marks))[0]
    for name in ("transactions", "claims", "lines", "adjustments", "provider_adjustments"):
        assert getattr(plain.remits, name).rows() == getattr(other.remits, name).rows()


def test_the_version_before_is_read_alike():
    got = remits(PaymentSpec([WORKED]), implementation="004010X091A1")
    assert got.claims["paid_amount"].to_list() == [Decimal("36.61")]


# Recognition.

FIRST, SECOND = PaymentSpec([WORKED], trace="T1"), PaymentSpec([RemitClaimSpec("B1")], trace="T2")


def _files(tmp_path, *texts):
    paths = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.835"
        path.write_text(text)
        paths.append(path)
    reader = AnswerReader(paths)
    return collect(reader).remits, reader.reports


def test_the_same_check_in_other_files_counts_once(tmp_path):
    got, reports = _files(
        tmp_path,
        make_835([FIRST], control_number=1),
        make_835([SECOND, FIRST], control_number=2),
        make_835([FIRST], control_number=1),
    )
    payments = got.transactions
    assert payments["seen_before_remit_key"].to_list() == [None, None, 1, 1]
    assert got.claims["is_postable"].to_list() == [True, True, False, False]
    counted = payments.filter(~payments["is_quarantined"])
    assert counted["payment_amount"].sum() == Decimal("136.61")
    assert "duplicate-payment" in [p.kind for p in reports[1].problems]
    assert {"duplicate-payment", "duplicate-file", "duplicate-interchange"} <= {
        p.kind for p in reports[2].problems
    }


def test_of_a_cut_and_a_whole_copy_the_whole_one_counts_in_any_order(tmp_path):
    whole = make_835([PaymentSpec([WORKED, RemitClaimSpec("B1")], trace="T1")])
    cut = whole[: whole.index("CLP*B1")]
    for texts in ((whole, cut), (cut, whole)):
        got, _ = _files(tmp_path, *texts)
        counted = got.transactions.filter(~got.transactions["is_quarantined"])
        assert counted["claim_count"].to_list() == [2]
        assert got.claims["is_postable"].sum() == 2


def test_payments_of_nothing_under_one_trace_number_are_different(tmp_path):
    def denied(name):
        return RemitClaimSpec(
            name, [RemitLineSpec(adjustments=[Cas("CO", [("197", "100", None)])])], status="4"
        )

    one, two = (PaymentSpec([denied(n)], trace="NOCHECK", method="NON") for n in ("A1", "B1"))
    got, _ = _files(
        tmp_path, make_835([one]), make_835([two], control_number=2), make_835([one], control_number=3)
    )
    assert got.transactions["seen_before_remit_key"].to_list() == [None, None, 1]
    assert got.claims["is_postable"].to_list() == [True, True, False]


def test_the_next_check_of_the_same_amount_is_another(tmp_path):
    got, reports = _files(
        tmp_path,
        make_835([FIRST], control_number=1),
        make_835([PaymentSpec([WORKED], trace="T9")], control_number=2),
        make_835([PaymentSpec([WORKED], trace="T1", paid_on=date(2024, 6, 21))], control_number=3),
    )
    assert got.transactions["seen_before_remit_key"].null_count() == 3
    assert [r.problems for r in reports] == [[], [], []]


# Acknowledgements.


def test_a_999_with_its_errors():
    refused = AcknowledgedSetSpec(
        "0002", "R", ["5"], ["IK3*SV1*15*2400*8", "CTX*CLM01:PATIENT9", "IK4*1:2*234*7*J9999"]
    )
    text = make_999([AcknowledgedSetSpec("0001"), refused], group="17")
    answers = read(text)[0].acknowledgments
    rows = answers.acknowledgments
    assert rows["level"].to_list() == ["group", "transaction", "transaction"]
    assert rows["status_code"].to_list() == ["P", "A", "R"]
    assert rows["is_accepted"].to_list() == [False, True, False]
    assert rows["answered_group_control_number"].to_list()[1:] == ["17", "17"]
    assert rows["interchange_key"].to_list() == ["SUBMIT1|RECEIVE1|000000001"] * 3
    error = answers.errors.row(0, named=True)
    assert error["acknowledgment_key"] == rows["acknowledgment_key"][2]
    assert (error["faulty_segment"], error["faulty_segment_number"], error["loop"]) == ("SV1", 15, "2400")
    assert (error["faulty_element"], error["element_error_code"], error["faulty_value"]) == (
        "1:2",
        "7",
        "J9999",
    )
    assert (error["business_unit"], error["business_unit_value"]) == ("CLM01", "PATIENT9")


def test_a_277ca_accepts_and_rejects_claims():
    text = make_277ca(
        [
            StatusSpec("A1", payer_claim_number="ICN1"),
            StatusSpec("B1", ["A7:507:85", "A3:21"], "U", lines=[("L1", "J2919", "A7:507")]),
        ]
    )
    answers = read(text)[0].acknowledgments
    claims = answers.claim_statuses.filter(answers.claim_statuses["level"] == "claim")
    assert claims["patient_control_number"].to_list() == ["A1", "B1"]
    assert claims["is_accepted"].to_list() == [True, False]
    assert claims["payer_claim_control_number"].to_list() == ["ICN1", None]
    codes = answers.status_codes.filter(
        answers.status_codes["claim_status_key"] == claims["claim_status_key"][1]
    )
    assert codes.select("status_category_code", "status_code", "is_line", "hcpcs").rows() == [
        ("A7", "507", False, None), ("A3", "21", False, None), ("A7", "507", True, "J2919"),
    ]  # fmt: skip


def test_ta1():
    text = envelope([], functional_id="FA", implementation="005010X231A1").replace(
        "GS*FA", "TA1*000000905*240603*1200*R*024~\nGS*FA"
    )
    rows = read(text)[0].acknowledgments.acknowledgments
    row = rows.row(0, named=True)
    assert (row["level"], row["answered_control_number"], row["status_code"]) == (
        "interchange",
        "000000905",
        "R",
    )
    assert (row["error_codes"], row["is_accepted"], row["answered_date"]) == (
        ["024"],
        False,
        date(2024, 6, 3),
    )


def test_all_kinds_in_one_file():
    body = [payment_segments(FIRST, "0001"), *([line.split("~")[0] for line in part.splitlines()[2:-2]]
            for part in (make_999([AcknowledgedSetSpec()]), make_277ca([StatusSpec()])))]  # fmt: skip
    bundle, report = read(envelope(body, functional_id="HP", implementation="005010X221A1"))
    assert report.kinds["835"] == 1
    assert report.kind == "835"
    assert bundle.remits.claims.height == 1
    assert bundle.acknowledgments.acknowledgments.height == 2


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
@pytest.mark.parametrize("batch_bytes", [1, 3_000, 2**22])
def test_digests_do_not_depend_on_how_much_is_read_at_a_time(tmp_path, monkeypatch, at_once, batch_bytes):
    """Payments that span batches, and several that end in one: each says the same, however it was taken in."""
    from scrubjay.intake import remits as whole
    from scrubjay.testing.answer_files import write_answer_files

    paths = write_answer_files(tmp_path, 6, claims=9)
    expected = collect(AnswerReader(paths)).remits.transactions
    monkeypatch.setattr(whole._Digests, "_CLAIMS_AT_ONCE", at_once)
    got = collect(AnswerReader(paths, batch_bytes=batch_bytes)).remits.transactions
    assert got.equals(expected)
    assert expected["content_digest"].null_count() == 0
