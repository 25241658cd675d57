"""The factory's files are valid by an independent validator."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest

from scrubjay.testing.x12 import (
    AdjustmentSpec,
    BillingSpec,
    ClaimSpec,
    LineAdjudicationSpec,
    LineSpec,
    OtherPayerSpec,
    PersonSpec,
    make_837,
)

_NPI = "1456789126"
RICH = ClaimSpec(
    "A1",
    lines=[
        LineSpec(
            modifiers=("JZ",),
            description="DRUG",
            place="22",
            ndc="00009004722",
            ndc_quantity="1",
            prescription="RX1",
            control_number="A1L1",
            notes=("HELLO",),
            rendering_npi=_NPI,
            ordering_npi=_NPI,
            referring_npi=_NPI,
            facility_npi="1345678910",
            adjudications=[
                LineAdjudicationSpec(
                    "OTH1",
                    "10",
                    [
                        AdjustmentSpec("CO", [("45", "80", None), ("253", "5", "1")]),
                        AdjustmentSpec("PR", [("2", "5", None)]),
                    ],
                )
            ],
        ),
        LineSpec("96374", "50", "1", service_to=date(2024, 6, 4)),
    ],
    dependent=PersonSpec("DOE", "JIM", "", date(2010, 1, 1), "M"),
    diagnoses=("L500", "M0680"),
    prior_authorization="PA1",
    referral="RF1",
    original_reference="ICN1",
    frequency="7",
    notes=("N1",),
    attachments=("AT1",),
    referring_npi=_NPI,
    facility_npi="1345678910",
    other_payers=[
        OtherPayerSpec(
            "OTH1",
            paid="10",
            remaining_liability="5",
            adjustments=[AdjustmentSpec("CO", [("45", "80", None)])],
        )
    ],
)


def _errors(text: str, capture: pytest.LogCaptureFixture) -> list[str]:
    document = pytest.importorskip("pyx12.x12n_document")
    params = pytest.importorskip("pyx12.params")
    capture.clear()
    is_valid = document.x12n_document(params.params(), io.StringIO(text), fd_997=None, fd_html=None)
    return [] if is_valid else [r.getMessage() for r in capture.records]


def test_professional_file_is_valid(caplog):
    claims = [RICH, ClaimSpec("B1"), ClaimSpec("B2", billing=BillingSpec("OTHER CLINIC"))]
    assert _errors(make_837(claims), caplog) == []


def test_institutional_file_is_valid(caplog):
    rich = replace(
        RICH,
        place="13",
        statement_to=date(2024, 6, 5),
        admission="202406030800",
        condition_codes=("44",),
        lines=[
            *(replace(line, place=None, facility_npi=None) for line in RICH.lines),
            LineSpec(None, "10", "1", revenue_code="0250"),
        ],
    )
    assert _errors(make_837([rich, ClaimSpec("B1", place="13")], "institutional"), caplog) == []
