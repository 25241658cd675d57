"""Charts from FHIR, tables and PDF: documents, events and problems."""

from __future__ import annotations

import base64
import json
from datetime import date
from decimal import Decimal

import pytest

from scrubjay.intake.notes.heads import day_of, read_head
from scrubjay.intake.notes.mar import amount_in
from scrubjay.intake.notes.model import ChartDocument
from scrubjay.intake.notes.reader import read_chart_bytes, read_charts


def bundle() -> dict:
    drug = {
        "coding": [
            {"system": "http://hl7.org/fhir/sid/ndc", "code": "0009-0047-22", "display": "Solu-Medrol"}
        ]
    }
    mine = {"subject": {"reference": "Patient/p"}}
    resources = [
        {"resourceType": "Patient", "id": "p", "name": [{"family": "Doe", "given": ["Jane"]}], "birthDate": "1958-02-14",
         "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "M1"}]},
        {"resourceType": "Practitioner", "id": "md", "name": [{"family": "Kerr", "suffix": ["MD"]}]},
        {"resourceType": "Practitioner", "id": "rn", "qualification": [{"code": {"text": "RN"}}]},
        {"resourceType": "Medication", "id": "m", "code": drug, "batch": {"lotNumber": "CX9921"}},
        {"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2024-06-03T10:00:00Z", "requester": {"reference": "Practitioner/md"},
         "medicationReference": {"reference": "Medication/m"}, **mine,
         "dosageInstruction": [{"route": {"text": "IV push"}, "doseAndRate": [{"doseQuantity": {"value": 80, "unit": "mg"}}]}]},
        {"resourceType": "MedicationAdministration", "status": "completed", "effectiveDateTime": "2024-06-03T10:15:00-04:00", **mine,
         "medicationReference": {"reference": "Medication/m"}, "performer": [{"actor": {"reference": "Practitioner/rn"}}],
         "dosage": {"dose": {"value": 80, "unit": "mg"}, "route": {"text": "Intravenous route"}, "site": {"text": "left arm"}}},
        {"resourceType": "Condition", **mine, "code": {"text": "Allergic urticaria", "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "L50.0"}]}},
        {"resourceType": "Observation", **mine, "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "valueQuantity": {"value": 72.5, "unit": "kg"}},
        {"resourceType": "Consent", "status": "active", "patient": {"reference": "Patient/p"}},
        {"resourceType": "DocumentReference", **mine, "date": "2024-06-03T11:00:00Z", "content": [
            {"attachment": {"contentType": "text/plain", "data": base64.b64encode(b"45 mg of the 125 mg single-dose vial discarded. Failed oral prednisone. No reaction.").decode()}},
            {"attachment": {"url": "Binary/1"}}]},
    ]  # fmt: skip
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def kinds(file) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in file.documents[0].events:
        found.setdefault(event["kind"], []).append(str(event["value"]))
    return found


@pytest.mark.parametrize("form", ["bundle", "ndjson"])
def test_fhir(form):
    whole = bundle()
    text = (
        json.dumps(whole)
        if form == "bundle"
        else "\n".join(json.dumps(e["resource"]) for e in whole["entry"])
    )
    file = read_chart_bytes(text.encode(), "b.json")
    assert file.form == "fhir"
    assert [p.kind for p in file.problems] == ["attachment-elsewhere"]
    events = kinds(file)
    assert events["dose"] == ["80 mg", "80 mg"]
    assert events["lot"] == ["CX9921"]
    assert events["time"] == ["10:15"]
    assert events["signature"] == ["MD"]
    assert events["performer"] == ["RN"]
    assert events["diagnosis"] == ["L500", "Allergic urticaria"]
    assert events["weight"] == ["72.5 kg"]
    assert events["consent"] == ["consent active"]
    patient = file.documents[0]
    assert (patient.patient_last_name, patient.patient_birth_date, patient.record_number) == (
        "Doe",
        date(1958, 2, 14),
        "M1",
    )
    assert file.documents[1].text.startswith("45 mg of the")
    assert all(e["place"] for e in patient.events)


def test_fhir_not_done_and_cancelled():
    whole = bundle()
    whole["entry"][5]["resource"]["status"] = "not-done"
    whole["entry"][4]["resource"]["status"] = "cancelled"
    events = kinds(read_chart_bytes(json.dumps(whole).encode(), "b.json"))
    assert "administration" not in events
    assert "order" not in events
    assert events["refusal"] == ["Solu-Medrol"]


def test_official_examples_are_read_or_said(shared):
    paths = sorted((shared / "data" / "fhir").rglob("*.json"))[:120]
    files = list(read_charts(paths))
    assert len(files) == len(paths)
    for file in files:
        assert file.documents or file.problems, file.path
        assert all("\n" not in p.one_line() for p in file.problems)


def test_administration_record_as_a_table():
    text = """MRN,Patient Name,DOB,Date,Time,Medication,Dose,Unit,Route,Site,Waste,Vial,Given by,Ordered by,Status,Shelf
M1,"Doe, Jane",1958-02-14,06/03/2024,10:15,Solu-Medrol,80,mg,IV push,L AC,45 mg,125 mg,"R. Smith, RN","A. Kerr, MD",given,7
M1,"Doe, Jane",1958-02-14,06/03/2024,10:30,ketorolac,30,mg,IM,,,,,,held,7
short,row
"""
    file = read_chart_bytes(text.encode(), "mar.csv")
    assert file.form == "table"
    assert sorted(p.kind for p in file.problems) == ["ragged-row", "unknown-column"]
    assert len(file.documents) == 1
    events = kinds(file)
    assert events["administration"] == ["Solu-Medrol"]
    assert events["refusal"] == ["ketorolac"]
    assert events["waste"] == ["45 mg"]
    amounts = [(e["quantity"], e["unit"]) for e in file.documents[0].events if e["kind"] == "dose"]
    assert amounts == [(Decimal(80), "mg"), (Decimal(30), "mg")]


def test_a_pdf_note_is_read():
    typst = pytest.importorskip("typst")
    data = typst.compile(b"Date of service: 06/03/2024 \\ Solu-Medrol 80 mg IV push at 10:15 by R. Smith, RN")
    file = read_chart_bytes(data, "n.pdf")
    assert file.form == "pdf"
    assert "Solu-Medrol 80 mg" in file.documents[0].text


def test_heads():
    document = ChartDocument("f", "text", text="Pt: Jane Q. Doe  DOB 2/14/58  MRN: A-77  Account #: C9001\n")
    read_head(document)
    assert (document.patient_last_name, document.patient_first_name) == ("Doe", "Jane")
    assert (document.record_number, document.control_number) == ("A-77", "C9001")
    assert day_of("2024-02-30") is None
    assert amount_in("1,000 mg", None) == (Decimal(1000), "mg")
    assert amount_in("about 5", "mg") is None


def test_code_pages_and_missing_files(tmp_path):
    assert read_chart_bytes("Größe".encode("cp1252"), "a").documents[0].text == "Größe"
    assert read_chart_bytes("\ufeffGröße".encode("utf-16"), "a").documents[0].text.endswith("Größe")
    assert [f.problems[0].kind for f in read_charts([tmp_path / "none.txt"])] == ["file-not-found"]


def administration(moment: str) -> dict:
    whole = bundle()
    whole["entry"][5]["resource"]["effectiveDateTime"] = moment
    return whole


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-06-03T22:15:00-04:00", date(2024, 6, 3)),
        ("2024-06-03T10:15:00Z", date(2024, 6, 3)),
        # In the evening of the third, or in the night of the fourth: universal time does not tell.
        ("2024-06-04T02:15:00Z", None),
        ("2024-06-04T02:15:00+00:00", None),
        ("2024-06-03", date(2024, 6, 3)),
        ("2024-06-03T02:15:00", date(2024, 6, 3)),
    ],
)
def test_universal_time_tells_a_day_only_where_every_zone_agrees(moment, day):
    file = read_chart_bytes(json.dumps(administration(moment)).encode(), "c.json")
    (given,) = [e for e in file.documents[0].events if e["kind"] == "administration"]
    assert given["date"] == day


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_a_proposal_is_no_order(intent):
    whole = bundle()
    whole["entry"][4]["resource"]["intent"] = intent
    assert "order" not in kinds(read_chart_bytes(json.dumps(whole).encode(), "c.json"))


def test_cells_of_an_administration_record_that_say_nothing_are_named_and_count_as_missing():
    head = "patient_control_number,date,drug,dose,route,status\n"
    rows = "A1,2024-13-03,Solu-Medrol,eighty,IV,given\nA1,2024-06-03,Solu-Medrol,80 mg,IV,perhaps\n"
    file = read_chart_bytes((head + rows).encode(), "mar.csv")
    assert [p.kind for p in file.problems] == ["bad-cell", "unknown-status"]
    words = " ".join(f"{p.message} {p.hint}" for p in file.problems)
    assert "Row 2: date, dose" in words
    assert not any(value in words for value in ("2024-13-03", "eighty", "perhaps"))
    found = kinds(file)
    assert found["administration"] == ["Solu-Medrol"]
    assert found["pointer"] == ["Solu-Medrol"]
