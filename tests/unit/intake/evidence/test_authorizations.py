"""Authorizations out of tables, 278 responses and FHIR ClaimResponses: what is read, what is named and left out."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.intake.evidence import read_authorizations
from scrubjay.testing.x12 import envelope

HEAD = [
    "ST*278*0001*005010X217",
    "BHT*0007*11*REF1*20260102*1200*18",
    "HL*1**20*1",
    "NM1*X3*2*EXAMPLE HEALTH*****PI*EXCOM",
    "HL*2*1*21*1",
    "NM1*1P*2*CLINIC*****XX*1456789126",
    "HL*3*2*22*1",
    "NM1*IL*1*DOE*JANE****MI*W123",
    "DMG*D8*19580214*F",
]
EVENT = [
    "HL*4*3*EV*1",
    "TRN*2*1*9EXAMPLE",
    "UM*HS*I*42*11:B",
    "HCR*A1*A100",
    "DTP*472*RD8*20260101-20260630",
    "NM1*SJ*1*WHO*ANNA****XX*1234567893",
]
SERVICES = [
    "HL*5*4*SS*0",
    "SV1*HC:J1745**UN*100",
    "HL*6*4*SS*0",
    "HCR*A3*A101",
    "SV1*N4:00009004722**UN*5",
    "DTP*472*RD8*20260201-20260228",
]


def response(*segments: str) -> bytes:
    body = [*HEAD, *segments]
    return envelope(
        [[*body, f"SE*{len(body) + 1}*0001"]], functional_id="HI", implementation="005010X217"
    ).encode()


def read(tmp_path, data: bytes | str, name="a.txt"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    frame, (report,) = read_authorizations([path])
    return frame, report


def test_a_278_response(tmp_path):
    frame, report = read(tmp_path, response(*EVENT, *SERVICES))
    assert report.problems == []
    assert (report.kind, report.claims, report.claims_read) == ("x12", 2, 2)
    first, second = frame.drop("file").to_dicts()
    assert first == {
        "authorization_number": "A100",
        "status": "approved",
        "payer_id": "EXCOM",
        "payer_name": "EXAMPLE HEALTH",
        "member_id": "W123",
        "hcpcs": "J1745",
        "ndc": None,
        "units": Decimal(100),
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 6, 30),
        "places": ["11"],
        "provider_npis": ["1234567893"],
        "row": 18,
    }
    assert (second["authorization_number"], second["status"], second["ndc"]) == (
        "A101",
        "denied",
        "00009004722",
    )
    assert (second["valid_from"], second["valid_to"]) == (date(2026, 2, 1), date(2026, 2, 28))


def test_an_event_without_services_is_an_item(tmp_path):
    frame, report = read(tmp_path, response(*EVENT))
    assert report.problems == []
    assert frame.select("authorization_number", "hcpcs", "units").rows() == [("A100", None, None)]


def test_two_patients_of_one_answer_are_kept_apart(tmp_path):
    other = [
        "HL*5*2*22*1", "NM1*IL*1*ROE*JOHN****MI*W999", "HL*6*5*EV*0", "HCR*A4*A200", "DTP*472*D8*20260301",
    ]  # fmt: skip
    frame, _ = read(tmp_path, response(*EVENT, *other))
    assert frame.select("member_id", "authorization_number", "status", "places", "valid_to").rows() == [
        ("W123", "A100", "approved", ["11"], date(2026, 6, 30)),
        ("W999", "A200", "pended", None, date(2026, 3, 1)),
    ]


def test_a_rejected_request_is_named_and_the_rest_counts(tmp_path):
    rejected = ["HL*5*2*22*1", "NM1*IL*1*ROE*JOHN****MI*W999", "HL*6*5*EV*0", "AAA*N**33*C"]
    frame, report = read(tmp_path, response(*EVENT, *rejected))
    assert frame["authorization_number"].to_list() == ["A100"]
    (problem,) = report.problems
    assert (problem.kind, problem.segment) == ("no-authorization-number", 20)
    assert "rejected" in problem.message
    assert not problem.is_fatal


def test_a_file_cut_short_gives_what_is_whole(tmp_path):
    data = response(*EVENT, *SERVICES)
    frame, report = read(tmp_path, data[: data.index(b"HL*6")])
    assert frame["authorization_number"].to_list() == ["A100"]
    assert "truncated-interchange" in {p.kind for p in report.problems}


def test_an_837_is_no_answer(tmp_path):
    data = envelope([["ST*837*1*005010X222A1", "SE*2*1"]]).encode()
    frame, report = read(tmp_path, data)
    assert frame.height == 0
    assert report.problems[0].kind == "not-278"
    assert "Name the file with the 278" in report.problems[0].hint


TABLE = "number,payer,code,ndc,units,from,to,site,provider,status\n"


def test_a_table(tmp_path):
    rows = (
        "A1,EXCOM,j1745,,100,2026-01-01,2026-06-30,11;12,1234567893 1456789126,\n"
        "A2,,,0009-0047-22,5.5,01/02/2026,20260301,,,Denied\n"
    )
    frame, report = read(tmp_path, TABLE + rows)
    assert report.problems == []
    first, second = frame.to_dicts()
    assert (first["hcpcs"], first["units"], first["status"]) == ("J1745", Decimal(100), "approved")
    assert (first["places"], first["provider_npis"]) == (["11", "12"], ["1234567893", "1456789126"])
    assert (second["ndc"], second["units"], second["status"]) == ("00009004722", Decimal("5.5"), "denied")
    assert (second["valid_from"], second["valid_to"]) == (date(2026, 1, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("A9,,J1745,,x,2026-01-01,2026-06-30,,,\n", "units"),
        ("A9,,J1745,,1e3,2026-01-01,2026-06-30,,,\n", "units"),
        ("A9,,J1745,,-5,2026-01-01,2026-06-30,,,\n", "units"),
        ("A9,,J1745,,5,2026-13-01,2026-06-30,,,\n", "valid_from"),
        ("A9,,J1745,,5,2026-07-01,2026-06-30,,,\n", "valid_to"),
        # A year of two digits may be any; one of long ago is a slip.
        ("A9,,J1745,,5,1/2/26,2026-06-30,,,\n", "valid_from"),
        ("A9,,J1745,,5,0026-01-02,2026-06-30,,,\n", "valid_from"),
        ("A9,,J174,,5,2026-01-01,2026-06-30,,,\n", "hcpcs"),
        (",,J1745,,5,2026-01-01,2026-06-30,,,\n", "authorization_number"),
        ("A9,,,12345,5,2026-01-01,2026-06-30,,,\n", "ndc"),
        ("A9,,J1745,,5,2026-01-01,2026-06-30,,,perhaps\n", "status"),
    ],
)
def test_a_bad_row_is_named_and_the_others_count(tmp_path, row, column):
    good = "A1,EXCOM,J1745,,100,2026-01-01,2026-06-30,,,\n"
    frame, report = read(tmp_path, TABLE + good + row + good.replace("A1", "A2"))
    assert frame["authorization_number"].to_list() == ["A1", "A2"]
    assert (report.claims, report.claims_read) == (3, 2)
    (problem,) = report.problems
    assert f"Column {column}" in problem.message
    assert "row 2" in problem.message
    assert not problem.is_fatal


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty-file"),
        (b"%PDF-1.4 x", "not-x12"),
        (b"code,units\nJ1745,5\n", "missing-column"),
        (b"number,code\n", "no-rows"),
        (b'{"resourceType": "Patient", "id": "1"}', "wrong-format"),
        (b'{"resourceType": ', "bad-json"),
        (b"PAR1 no parquet", "bad-table"),
        (gzip.compress(b"number,code\nA1,J1745\n", mtime=0)[:-9], "bad-gzip"),
    ],
)
def test_a_file_that_holds_none_gives_one_clear_line(tmp_path, data, kind):
    frame, report = read(tmp_path, data)
    assert frame.height == 0
    assert report.is_fatal
    assert report.problems[0].kind == kind
    assert str(tmp_path) in report.problems[0].one_line()
    assert "\n" not in report.problems[0].one_line()


def test_missing_file_and_folder_do_not_keep_the_others_from_being_read(tmp_path):
    good = tmp_path / "good.csv"
    good.write_text("number,code\nA1,J1745\n")
    frame, reports = read_authorizations([tmp_path / "none.csv", tmp_path, good])
    assert frame["authorization_number"].to_list() == ["A1"]
    assert [r.problems[0].kind if r.problems else None for r in reports] == [
        "file-not-found",
        "is-a-folder",
        None,
    ]


def test_parquet_and_gzip(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {
            "number": ["A1"],
            "code": ["J1745"],
            "units": [Decimal("12.5")],
            "from": [date(2026, 1, 1)],
            "site": [["11", "12"]],
        }
    ).write_parquet(path)
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(b"number,code,units,from,site\nA1,J1745,12.5,2026-01-01,11 12\n"))
    frame, reports = read_authorizations([path, packed])
    assert [r.problems for r in reports] == [[], []]
    one, two = frame.drop("file").to_dicts()
    assert one == two


RESPONSE = {
    "resourceType": "ClaimResponse",
    "status": "active",
    "use": "preauthorization",
    "outcome": "complete",
    "preAuthRef": "A100",
    "preAuthPeriod": {"start": "2026-01-01", "end": "2026-06-30"},
    "patient": {"reference": "Patient/p"},
    "insurer": {"identifier": {"value": "EXCOM"}, "display": "EXAMPLE HEALTH"},
    "request": {"reference": "Claim/c"},
    "item": [{"itemSequence": 1, "adjudication": [{"category": {"coding": [{"code": "submitted"}]}}]}],
}
REQUEST = {
    "resourceType": "Claim",
    "id": "c",
    "use": "preauthorization",
    "item": [
        {
            "sequence": 1,
            "productOrService": {"coding": [{"system": "http://www.cms.gov/hcpcs", "code": "J1745"}]},
            "quantity": {"value": 100},
            "locationCodeableConcept": {"coding": [{"code": "11"}]},
        }
    ],
}
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": "urn:example:member-id", "value": "W123"}],
}


def test_a_bundle_with_the_request_it_answers(tmp_path):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in (RESPONSE, REQUEST, PATIENT)]}
    frame, report = read(tmp_path, json.dumps(bundle))
    assert report.problems == []
    (row,) = frame.drop("file", "row").to_dicts()
    assert row == {
        "authorization_number": "A100",
        "status": "approved",
        "payer_id": "EXCOM",
        "payer_name": "EXAMPLE HEALTH",
        "member_id": "W123",
        "hcpcs": "J1745",
        "ndc": None,
        "units": Decimal(100),
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 6, 30),
        "places": ["11"],
        "provider_npis": None,
    }


def test_one_resource_a_line_and_a_line_that_is_broken(tmp_path):
    lines = "\n".join(
        [json.dumps(RESPONSE), '{"resourceType": "Claim', json.dumps({**RESPONSE, "preAuthRef": "A2"})]
    )
    frame, report = read(tmp_path, lines)
    assert frame["authorization_number"].to_list() == ["A100", "A2"]
    (problem,) = report.problems
    assert (problem.kind, problem.message[:6]) == ("bad-json", "Line 2")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "approved"),
        ({"outcome": "queued"}, "pended"),
        ({"outcome": "error"}, "denied"),
        ({"outcome": "partial"}, None),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
def test_the_decision_of_an_answer_without_one_by_item(tmp_path, change, status):
    frame, _ = read(tmp_path, json.dumps({**RESPONSE, **change}))
    assert frame["status"].to_list() == [status]


@pytest.mark.parametrize("status", ["draft", "entered-in-error"])
def test_an_answer_that_says_nothing_is_left_out_and_named(tmp_path, status):
    frame, report = read(tmp_path, json.dumps({**RESPONSE, "status": status}))
    assert not frame.height
    assert (report.claims, report.claims_read) == (1, 0)
    assert [p.kind for p in report.problems] == ["no-answer"]


def test_what_was_cancelled_as_a_whole_holds_in_none_of_its_items(tmp_path):
    action = {
        "url": "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction",
        "extension": [
            {"url": "number", "valueString": "A7"},
            {
                "url": "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode",
                "valueCodeableConcept": {"coding": [{"code": "A1"}]},
            },
        ],
    }
    items = [{"itemSequence": 1, "adjudication": [{"extension": [action]}]}]
    for state, wanted in (("active", "approved"), ("cancelled", "cancelled")):
        frame, _ = read(tmp_path, json.dumps({**RESPONSE, "status": state, "item": items}))
        assert frame.select("authorization_number", "status").row(0) == ("A7", wanted)


def test_the_samples_of_the_inferno_kit(shared):
    folder = shared / "data" / "fhir" / "fhir-inferno-pas"
    frame, (report,) = read_authorizations([folder / "spec_fixtures_valid_pa_response_bundle.json"])
    assert report.problems == []
    (row,) = frame.to_dicts()
    assert (row["authorization_number"], row["status"], row["units"]) == ("AUTH0001", "approved", Decimal(1))
    assert (row["valid_from"], row["valid_to"]) == (date(2005, 5, 2), date(2005, 6, 2))
    # Nothing of the kit may break the reader.
    _, reports = read_authorizations(sorted(folder.glob("*.json")))
    assert len(reports) > 20


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(data)
    frame, (report,) = read_authorizations([path])
    assert frame.height == report.claims_read


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 700), st.integers(0, 255))
def test_a_278_with_one_byte_changed(tmp_path_factory, at, byte):
    data = bytearray(response(*EVENT, *SERVICES))
    data[at % len(data)] = byte
    path = tmp_path_factory.getbasetemp() / "changed.278"
    path.write_bytes(bytes(data))
    frame, (report,) = read_authorizations([path])
    assert frame.height == report.claims_read <= report.claims
