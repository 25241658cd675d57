"""A small run with findings of every kind, judged by edits that the tests declare themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from scrubjay.api import CheckReport, RunInfo
from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col
from scrubjay.edits.spec import format as filled
from scrubjay.engine import run_edits
from scrubjay.intake import ClaimReader
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

AS_OF = date(2024, 7, 1)
_CITED = (Citation("TEST", "made up", "A"),)

EDITS = (
    Edit(
        "ZZ001", "units-over-ten", Severity.ERROR, Grain.LINE,
        applies=col("hcpcs").is_not_null(), fires=col("units") > 10,
        message=filled("{} units of {} are more than ten.", "units", "hcpcs"),
        fix=Fix(filled("Bill {} with at most ten units.", "hcpcs")), citations=_CITED, prevents_carc=("16", "151"),
        unverified=col("hcpcs") == "J1745",
    ),
    Edit(
        "ZZ002", "no-order-number", Severity.WARNING, Grain.LINE,
        applies=col("hcpcs") == "96374", fires=col("line_item_control_number").is_null(),
        message=filled("Line {} has no control number.", "line_number"), fix=Fix("Send one."), citations=_CITED,
    ),
    Edit(
        "ZZ003", "claim-note-missing", Severity.INFO, Grain.CLAIM,
        applies=pl.lit(value=True), fires=col("claim_note").is_null() & (col("claim_charge_amount") < 50),
        message=filled("The claim has no note." ), fix=Fix("Add a note."), citations=_CITED,
    ),
    Edit(
        "ZZ004", "ndc-quantity-high", Severity.ERROR, Grain.LINE,
        applies=col("hcpcs").str.starts_with("J"), fires=col("ndc_quantity") > 100,
        message=filled("{} is a large NDC quantity.", "ndc_quantity"), fix=Fix("Check it."), citations=_CITED,
    ),
)  # fmt: skip

HOSTILE = "=HYPERLINK(1)"
CLAIMS = [
    ClaimSpec("A-1", [LineSpec("J2919", "100", "25", ndc="00009004722", ndc_quantity="1"), LineSpec("96374", "80", "1")]),
    ClaimSpec("B-2", [LineSpec("J1745", "900.50", "42"), LineSpec("J1745", "100", "8")]),
    ClaimSpec("C-3", [LineSpec("96374", "75", "1", control_number="C3L1")]),
    ClaimSpec(HOSTILE, [LineSpec("J1010", "20", "5")], payer=PayerSpec("<b>PLAN</b>")),
]  # fmt: skip


def make_report(claims: list[ClaimSpec]) -> CheckReport:
    """Judge `claims` by `EDITS`."""
    reader = ClaimReader.of_bytes(make_837(claims).encode(), "a.837")
    result = run_edits(
        reader.batches(), EDITS, reference=Reference.starter(), policies=PolicySet.base(), as_of=AS_OF
    )
    run = RunInfo("9.9.9", AS_OF, ["hcpcs 2024-10"], len(EDITS), datetime(2024, 7, 1, 12, tzinfo=UTC))
    return CheckReport(run, reader.reports, result, {e.name: replace(e, doc="x") for e in EDITS})


@pytest.fixture(scope="session")
def report() -> CheckReport:
    """Four claims: one error and one warning, one unverified error, one clean, one with a note."""
    return make_report(CLAIMS)


@pytest.fixture(scope="session")
def empty_report() -> CheckReport:
    """A run in which nothing was found."""
    return make_report([CLAIMS[2]])
