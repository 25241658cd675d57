"""Answers about eligibility out of 271, FHIR and tables; what they say of a claim."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Verdict
from scrubjay.engine import run_edits
from scrubjay.intake import read_claims_bytes
from scrubjay.intake.evidence import read_eligibility
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.tables import Evidence
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, PersonSpec, envelope, make_837

HEAD = [
    "ST*271*0001*005010X279A1",
    "BHT*0022*11*REF1*20260310*1200",
    "HL*1**20*1",
    "NM1*PR*2*EXAMPLE HEALTH*****PI*EXCOM",
    "HL*2*1*21*1",
    "NM1*1P*2*CLINIC*****XX*1456789126",
    "HL*3*2*22*0",
    "TRN*2*1*9EXAMPLE",
    "NM1*IL*1*DOE*JANE****MI*1EG4TE5MK73",
    "DMG*D8*19580214*F",
]


def answer(*segments: str) -> bytes:
    body = [*HEAD, *segments]
    return envelope(
        [[*body, f"SE*{len(body) + 1}*0001"]], functional_id="HB", implementation="005010X279A1"
    ).encode()


def read(tmp_path, data: bytes | str):
    path = tmp_path / "answer"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    frame, (report,) = read_eligibility([path])
    return frame, report


def spans(frame: pl.DataFrame) -> list[tuple]:
    return frame.select("status", "valid_from", "valid_to").rows()


D = date


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (["EB*1**30"], [("active", D(2026, 3, 10), D(2026, 3, 10))]),
        (["DTP*291*RD8*20260101-20261231", "EB*1**30"], [("active", D(2026, 1, 1), D(2026, 12, 31))]),
        (["DTP*346*D8*20260101", "EB*1**30"], [("active", D(2026, 1, 1), D(2026, 3, 10))]),
        (["EB*1**30", "DTP*348*D8*20260101", "DTP*349*D8*20260630"], [("active", D(2026, 1, 1), D(2026, 6, 30))]),
        (["EB*6**30"], [("inactive", D(2026, 3, 10), D(2026, 3, 10))]),
        (["EB*6**30", "DTP*347*D8*20251231"], [("inactive", D(2026, 1, 1), D(2026, 3, 10))]),
        (["EB*6**30", "DTP*291*RD8*20250101-20251231"], [("inactive", D(2026, 1, 1), D(2026, 3, 10))]),
        (["EB*1**33^30^35"], [("active", D(2026, 3, 10), D(2026, 3, 10))]),
        (["EB*1**98", "EB*C**30"], []),
        (["EB*1**30", "EB*6**30"], [("active", D(2026, 3, 10), D(2026, 3, 10)), ("inactive", D(2026, 3, 10), D(2026, 3, 10))]),
    ],
    ids=[
        "the day asked", "a plan year", "begun, no end", "benefit dates", "inactive on the day asked", "ended",
        "ended with its plan year", "among service types", "another service type", "it contradicts itself",
    ],
)  # fmt: skip
def test_periods_of_a_271(tmp_path, segments, expected):
    frame, report = read(tmp_path, answer(*segments))
    assert spans(frame) == expected
    assert bool(report.problems) == (not expected)


def test_a_dependent_has_the_member_id_of_the_subscriber(tmp_path):
    dependent = ["HL*4*3*23*0", "NM1*03*1*DOE*TIM", "DMG*D8*20150101*M", "EB*1**30"]
    frame, report = read(tmp_path, answer(*dependent))
    assert report.problems == []
    assert frame.select("member_id", "patient_birth_date").rows() == [("1EG4TE5MK73", date(2015, 1, 1))]


def test_a_member_who_was_not_found_is_named_and_the_others_count(tmp_path):
    other = ["EB*1**30", "HL*4*2*22*0", "NM1*IL*1*ROE*JOHN****MI*W9", "AAA*N**75*C"]
    frame, report = read(tmp_path, answer(*other))
    assert frame["member_id"].to_list() == ["1EG4TE5MK73"]
    (problem,) = report.problems
    assert (problem.kind, problem.segment, report.claims, report.claims_read) == (
        "no-coverage-status",
        14,
        2,
        1,
    )


def fhir(**changes) -> str:
    one = {
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "outcome": "complete",
        "created": "2026-03-10T10:00:00Z",
        "patient": {"reference": "Patient/p"},
        "insurer": {"display": "EXAMPLE HEALTH"},
        "insurance": [{"coverage": {"reference": "Coverage/c"}, "inforce": True}],
        **changes,
    }
    coverage = {"resourceType": "Coverage", "id": "c", "subscriberId": "1EG4TE5MK73"}
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1958-02-14"}
    return json.dumps(
        {"resourceType": "Bundle", "entry": [{"resource": r} for r in (one, coverage, patient)]}
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("active", D(2026, 3, 10), D(2026, 3, 10))]),
        ({"servicedDate": "2026-03-02"}, [("active", D(2026, 3, 2), D(2026, 3, 2))]),
        (
            {"servicedPeriod": {"start": "2026-03-01", "end": "2026-03-31"}},
            [("active", D(2026, 3, 1), D(2026, 3, 31))],
        ),
        (
            {"insurance": [{"coverage": {"reference": "Coverage/c"}, "inforce": False}]},
            [("inactive", D(2026, 3, 10), D(2026, 3, 10))],
        ),
        (
            {
                "insurance": [
                    {
                        "coverage": {"reference": "Coverage/c"},
                        "inforce": True,
                        "benefitPeriod": {"start": "2026-01-01", "end": "2026-12-31"},
                    }
                ]
            },
            [("active", D(2026, 1, 1), D(2026, 12, 31))],
        ),
        ({"insurance": [{"coverage": {"reference": "Coverage/c"}}]}, []),
        ({"insurance": [{"coverage": {"reference": "Coverage/none"}, "inforce": True}]}, []),
        ({"outcome": "error"}, []),
        ({"status": "cancelled"}, []),
    ],
)
def test_periods_of_fhir(tmp_path, changes, expected):
    frame, report = read(tmp_path, fhir(**changes))
    assert spans(frame) == expected
    assert [p.kind for p in report.problems] == ([] if expected else ["no-coverage-status"])


def verdict(
    tmp_path, data, *, day="20260302", payer="EXCOM", member="1EG4TE5MK73", born=date(1958, 2, 14), last=None
):
    frame, _ = read(tmp_path, data)
    spec = ClaimSpec(
        lines=[LineSpec("J2919", service_from=day), LineSpec("J2919", service_from=last or day)],
        payer=PayerSpec(name="SOME NAME", payer_id=payer, filing_code="CI"),
        subscriber=PersonSpec(member_id=member, birth_date=born),
    )
    bundle, _ = read_claims_bytes(make_837([spec]).encode(), "t.837")
    result = run_edits(
        [bundle],
        [e for e in all_edits() if e.name == "coverage-not-active"],
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=date(2026, 4, 1),
        keep_verdicts=True,
        evidence=Evidence(eligibility=frame),
    )
    return Verdict(int(pl.concat(result.verdicts)["coverage-not-active"][0])).name.lower()


YEAR = answer("EB*1**30", "DTP*291*RD8*20260101-20260331")
ENDED = answer("EB*6**30", "DTP*347*D8*20260301")


@pytest.mark.parametrize(
    ("data", "fields", "expected"),
    [
        (YEAR, {}, "clear"),
        (YEAR, {"day": "20260331"}, "clear"),
        (YEAR, {"day": "20260401"}, "not_evaluated"),
        (YEAR, {"last": "20260401"}, "not_evaluated"),
        (ENDED, {"day": "20260302"}, "fires"),
        (ENDED, {"day": "20260301"}, "not_evaluated"),
        (ENDED, {"day": "20260228", "last": "20260302"}, "fires"),
        (ENDED, {"payer": "OTHER"}, "not_evaluated"),
        (ENDED, {"member": "W999"}, "not_evaluated"),
        (ENDED, {"born": date(1990, 1, 1)}, "not_evaluated"),
        (answer("EB*1**30", "DTP*291*RD8*20260101-20260331", "EB*6**30", "DTP*347*D8*20260228"), {}, "not_evaluated"),
    ],
    ids=[
        "active", "its last day", "the day after", "the last line is after it", "ended the day before", "its last day ",
        "the last line is after the end", "another payer", "another member", "another birth date", "it contradicts itself",
    ],
)  # fmt: skip
def test_a_claim_against_the_answer(tmp_path, data, fields, expected):
    assert verdict(tmp_path, data, **fields) == expected


def test_a_table(tmp_path):
    table = "member_id,status,from,to,payer\nW1,Active,2026-01-01,2026-12-31,EXCOM\nW2,perhaps,2026-01-01,,\nW3,inactive,2026-01-01,,\n"
    frame, report = read(tmp_path, table)
    assert frame.select("member_id", "status").rows() == [("W1", "active"), ("W3", "inactive")]
    (problem,) = report.problems
    assert "row 2" in problem.message


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 600), st.integers(0, 255))
def test_a_271_with_one_byte_changed(tmp_path_factory, at, byte):
    data = bytearray(answer("EB*1**30", "DTP*291*RD8*20260101-20260331"))
    data[at % len(data)] = byte
    path = tmp_path_factory.getbasetemp() / "changed.271"
    path.write_bytes(bytes(data))
    frame, (report,) = read_eligibility([path])
    assert frame.height == report.claims_read <= report.claims
