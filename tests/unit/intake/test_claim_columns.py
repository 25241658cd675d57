"""Column values of a rich 837P and a rich 837I."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from scrubjay.intake import read_claims_bytes
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS
from scrubjay.testing.x12 import (
    AdjustmentSpec,
    BillingSpec,
    ClaimSpec,
    LineAdjudicationSpec,
    LineSpec,
    OtherPayerSpec,
    PayerSpec,
    PersonSpec,
    make_837,
)

D = Decimal

RICH = ClaimSpec(
    "RICH1",
    lines=[
        LineSpec(
            "j3490",
            charge="120.50",
            units="2.5",
            modifiers=("jz", "25"),
            description="SOME DRUG 5 MG",
            place="22",
            pointers=("2", "1"),
            control_number="RICH1L1",
            prior_authorization="LINEPA",
            ndc="0000900472-2",
            ndc_quantity="1.250",
            ndc_unit="ML",
            prescription="RX77",
            notes=("FIRST: 10", "SECOND"),
            rendering_npi="1000000001",
            ordering_npi="1000000002",
            referring_npi="1000000003",
            facility_npi="1000000004",
            service_to=date(2024, 6, 5),
            extra=("REF*G1*NOTMINE**2U:OTH1",),
            adjudications=[
                LineAdjudicationSpec(
                    "OTH1", "10", [AdjustmentSpec("CO", [("45", "80.25", None), ("253", "5", "1.5")])]
                ),
                LineAdjudicationSpec("OTH2", "1", [AdjustmentSpec("PR", [("2", "3.00", None)])]),
            ],
        ),
        LineSpec("96374", "50", "1", pointers=()),
    ],
    dependent=PersonSpec("KID", "TOM", "", date(2015, 1, 2), "M"),
    subscriber=PersonSpec("PARENT", "PAT", "MEMBER1", date(1980, 1, 1), "F"),
    payer=PayerSpec("PLAN", "PLAN1", "CI", "S"),
    billing=BillingSpec("CLINIC", "1999999999", "987654321", "207Q00000X"),
    diagnoses=("L500", "M0680", "Z7982"),
    prior_authorization="PA1",
    referral="RF1",
    original_reference="ICN1",
    frequency="7",
    notes=("AT 10:30", "MORE"),
    attachments=("AT1", "AT2"),
    rendering_npi="1000000005",
    referring_npi="1000000006",
    facility_npi="1000000007",
    other_payers=[
        OtherPayerSpec(
            "OTH1",
            filing_code="MB",
            paid="10",
            remaining_liability="5.05",
            adjustments=[
                AdjustmentSpec("CO", [(str(i), f"{i}.00", str(i)) for i in range(1, 7)]),
                AdjustmentSpec("PR", [("1", "-7.00", None)]),
            ],
        ),
        OtherPayerSpec("OTH2", responsibility="T"),
    ],
)


def _row(frame, number=0):
    return frame.row(number, named=True)


def test_frames_have_the_declared_shapes():
    bundle, report = read_claims_bytes(make_837([RICH, ClaimSpec()]).encode())
    assert bundle.claims.schema == CLAIMS.schema
    assert bundle.lines.schema == LINES.schema
    assert bundle.other_payers.schema == OTHER_PAYERS.schema
    assert bundle.adjustments.schema == ADJUSTMENTS.schema
    assert report.problems == []


def test_professional_claim():
    bundle, _ = read_claims_bytes(make_837([RICH]).encode(), "a.837")
    assert _row(bundle.claims) == {
        "claim_key": 1,
        "claim_id": "f1c1",
        "file_number": 1,
        "transaction": "0001",
        "segment": 24,
        "claim_number": 1,
        "claim_kind": "professional",
        "implementation": "005010X222A1",
        "patient_control_number": "RICH1",
        "claim_charge_amount": D("170.50"),
        "claim_place_of_service_code": "11",
        "type_of_bill_code": None,
        "claim_frequency_code": "7",
        "statement_from": None,
        "statement_to": None,
        "admission_date": None,
        "diagnosis_codes": ["L500", "M0680", "Z7982"],
        "diagnosis_qualifiers": ["ABK", "ABF", "ABF"],
        "condition_codes": [],
        "claim_filing_code": "CI",
        "payer_responsibility_code": "S",
        "payer_id": "PLAN1",
        "payer_name": "PLAN",
        "member_id": "MEMBER1",
        "subscriber_last_name": "PARENT",
        "subscriber_first_name": "PAT",
        "patient_last_name": "KID",
        "patient_first_name": "TOM",
        "patient_birth_date": date(2015, 1, 2),
        "patient_sex": "M",
        "billing_npi": "1999999999",
        "billing_tax_id": "987654321",
        "billing_taxonomy_code": "207Q00000X",
        "claim_rendering_npi": "1000000005",
        "claim_referring_npi": "1000000006",
        "claim_facility_npi": "1000000007",
        "attending_npi": None,
        "prior_authorization_number": "PA1",
        "referral_number": "RF1",
        "original_reference_number": "ICN1",
        "payer_claim_control_number": None,
        "patient_weight_kg": None,
        "claim_note": "AT 10:30 | MORE",
        "attachment_numbers": ["AT1", "AT2"],
        "line_count": 2,
    }


def test_professional_lines():
    bundle, _ = read_claims_bytes(make_837([RICH]).encode())
    first = _row(bundle.lines)
    segment = first.pop("segment")
    assert first == {
        "line_key": 1,
        "claim_key": 1,
        "file_number": 1,
        "transaction": "0001",
        "line_number": 1,
        "revenue_code": None,
        "procedure_qualifier": "HC",
        "hcpcs": "J3490",
        "modifiers": ["JZ", "25"],
        "line_description": "SOME DRUG 5 MG",
        "charge_amount": D("120.50"),
        "unit_of_measure": "UN",
        "units": D("2.5"),
        "line_place_of_service_code": "22",
        "diagnosis_pointers": ["2", "1"],
        "service_date_from": date(2024, 6, 3),
        "service_date_to": date(2024, 6, 5),
        "line_item_control_number": "RICH1L1",
        "line_prior_authorization_number": "LINEPA",
        "line_rendering_npi": "1000000001",
        "ordering_npi": "1000000002",
        "line_referring_npi": "1000000003",
        "line_facility_npi": "1000000004",
        "line_note": "FIRST: 10 | SECOND",
        "ndc_qualifier": "N4",
        "ndc_as_sent": "0000900472-2",
        "ndc_quantity": D("1.25"),
        "ndc_unit": "ML",
        "prescription_number": "RX77",
        "ndc_count": 1,
    }
    text = make_837([RICH]).splitlines()
    assert text[segment - 1].startswith("LX*1")
    second = _row(bundle.lines, 1)
    assert second["modifiers"] == []
    assert second["diagnosis_pointers"] == []
    assert second["ndc_count"] == 0
    assert second["service_date_to"] == date(2024, 6, 3)
    sent_empty = (
        "line_description",
        "ndc_as_sent",
        "ndc_quantity",
        "line_note",
        "ordering_npi",
        "revenue_code",
    )
    assert [second[name] for name in sent_empty] == [None] * 6


def test_other_payers_and_adjustments():
    bundle, _ = read_claims_bytes(make_837([ClaimSpec("A"), RICH]).encode())
    assert bundle.other_payers.rows() == [
        (2, 1, "P", "MB", "OTH1", D("10.00"), D("5.05")),
        (2, 2, "T", "CI", "OTH2", None, None),
    ]
    whole = [(2, None, "OTH1", "CO", str(i), D(i), D(i)) for i in range(1, 7)]
    assert bundle.adjustments.rows() == [
        *whole,
        (2, None, "OTH1", "PR", "1", D("-7.00"), None),
        (2, 2, "OTH1", "CO", "45", D("80.25"), None),
        (2, 2, "OTH1", "CO", "253", D("5.00"), D("1.5")),
        (2, 2, "OTH2", "PR", "2", D("3.00"), None),
    ]


def test_another_payers_numbers_do_not_overwrite_the_claims_own():
    other = ("SBR*T*18*******BL", "NM1*IL*1*X*Y****MI*ELSE", "NM1*PR*2*Z*****PI*ELSE",
             "REF*G1*ELSEPA", "REF*F8*ELSEICN", "REF*9F*ELSERF", "NM1*82*1*A*B****XX*1000000009")  # fmt: skip
    text = make_837([RICH])
    changed = text.replace("LX*1~", "~\n".join(other) + "~\nLX*1~")
    one, _ = read_claims_bytes(text.encode())
    two, _ = read_claims_bytes(changed.encode())
    assert one.claims.equals(two.claims)
    assert two.other_payers.height == 3


def test_institutional():
    claim = replace(
        RICH,
        place="13",
        statement_to=date(2024, 6, 9),
        admission="202406030815",
        condition_codes=("44", "17"),
        attending_npi="1000000008",
        lines=[replace(RICH.lines[0], place=None), LineSpec(None, "10", "1", revenue_code="0250")],
        extra=("HI*ABJ:R05", "HI*APR:R05", "HI*BE:80:::1"),
    )
    bundle, report = read_claims_bytes(make_837([claim], "institutional").encode())
    assert report.problems == []
    row = _row(bundle.claims)
    assert row["claim_kind"] == "institutional"
    assert row["claim_place_of_service_code"] is None
    assert row["type_of_bill_code"] == "137"
    assert row["claim_frequency_code"] == "7"
    assert (row["statement_from"], row["statement_to"]) == (date(2024, 6, 3), date(2024, 6, 9))
    assert row["admission_date"] == date(2024, 6, 3)
    assert row["attending_npi"] == "1000000008"
    assert row["claim_rendering_npi"] == "1000000005"
    assert row["condition_codes"] == ["44", "17"]
    assert row["diagnosis_codes"] == ["L500", "M0680", "Z7982"]
    first, second = bundle.lines.rows(named=True)
    assert (first["revenue_code"], first["hcpcs"], first["modifiers"]) == ("0636", "J3490", ["JZ", "25"])
    assert (first["charge_amount"], first["unit_of_measure"], first["units"]) == (D("120.50"), "UN", D("2.5"))
    assert first["line_place_of_service_code"] is None
    assert first["line_description"] == "SOME DRUG 5 MG"
    assert (second["revenue_code"], second["hcpcs"], second["charge_amount"]) == ("0250", None, D("10.00"))


def test_principal_diagnosis_comes_first_and_hi_holds_twelve():
    many = tuple(f"M{i:03}" for i in range(30))
    bundle, _ = read_claims_bytes(make_837([replace(RICH, diagnoses=many)]).encode())
    assert _row(bundle.claims)["diagnosis_codes"] == list(many)
    text = make_837([ClaimSpec(diagnoses=())]).replace(
        "NM1*82", "HI*BF:25000*BK:4019~\nHI*BF:V1~\nHI*ABF:M1~\nNM1*82"
    )
    bundle, _ = read_claims_bytes(text.encode())
    assert _row(bundle.claims)["diagnosis_codes"] == ["4019", "25000", "V1", "M1"]
    assert _row(bundle.claims)["diagnosis_qualifiers"] == ["BK", "BF", "BF", "ABF"]


def test_a_second_drug_loop_does_not_lend_its_quantity_to_the_first():
    line = LineSpec(ndc="11111111111", extra=())
    text = make_837([ClaimSpec(lines=[line])]).replace(
        "LIN**N4*11111111111~", "LIN**N4*11111111111~\nLIN**N4*22222222222~\nCTP****9*ML~"
    )
    bundle, _ = read_claims_bytes(text.encode())
    row = _row(bundle.lines)
    assert (row["ndc_as_sent"], row["ndc_quantity"], row["ndc_count"]) == ("11111111111", None, 2)


def test_values_that_are_not_exact_become_null_with_a_problem():
    lines = [
        LineSpec(charge="1.005", units="1.1234567"),
        LineSpec(charge="1e5", units="+5"),
        LineSpec(charge="1.500", units="1.1234560000"),
        LineSpec(charge="", units=""),
        LineSpec(charge="-3.", units=".5", service_from="20240231"),
        LineSpec(charge="99999999999999999.00", units="1,000"),
        LineSpec(service_from="20240610", service_to="2024061"),
        LineSpec(charge="12345678.12345670", units="123456789012.5"),
    ]
    bundle, report = read_claims_bytes(make_837([ClaimSpec(charge="5", lines=lines)]).encode())
    money = [None, None, D("1.50"), None, D("-3.00"), None, D("100.00"), None]
    assert bundle.lines["charge_amount"].to_list() == money
    units = [None, None, D("1.123456"), None, D("0.5"), None, D(25), D("123456789012.5")]
    assert bundle.lines["units"].to_list() == units
    assert bundle.lines["service_date_from"].null_count() == 2
    kinds = {(p.kind, p.element) for p in report.problems}
    assert kinds == {("bad-number", "SV102"), ("bad-number", "SV104"), ("bad-date", "DTP03")}
    assert all(p.segment is not None and p.claim == 1 for p in report.problems)


def test_nothing_is_inherited_by_the_next_claim_or_provider():
    bare = ClaimSpec(
        "BARE",
        billing=BillingSpec("SECOND", None, None, None),
        diagnoses=(),
        rendering_npi=None,
        subscriber=PersonSpec("S2", "F2", "M2"),
        payer=PayerSpec("P2", "PID2", "", "T"),
        lines=[LineSpec(service_from=None)],
    )
    bundle, _ = read_claims_bytes(make_837([RICH, bare, RICH]).encode())
    row = _row(bundle.claims, 1)
    empty = ("billing_npi", "billing_tax_id", "billing_taxonomy_code", "claim_filing_code", "claim_rendering_npi",
             "claim_referring_npi", "prior_authorization_number", "original_reference_number", "claim_note")  # fmt: skip
    assert {row[name] for name in empty} == {None}
    assert (row["patient_last_name"], row["member_id"], row["payer_id"]) == ("S2", "M2", "PID2")
    assert row["diagnosis_codes"] == []
    line = bundle.lines.filter(claim_key=2).row(0, named=True)
    assert line["service_date_from"] is None
    assert line["ndc_as_sent"] is None
    last = _row(bundle.claims, 2)
    same = set(last) - {"claim_key", "claim_id", "claim_number", "segment"}
    assert {k: last[k] for k in same} == {k: _row(bundle.claims, 0)[k] for k in same}
