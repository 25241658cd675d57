from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from scrubjay.api import reason_words
from scrubjay.reports.blocks import claim_blocks, claims_with_findings, plain_number
from scrubjay.reports.model import money, plural
from scrubjay.reports.summary import claim_stakes, summarise


@pytest.fixture
def summary(report):
    return summarise(report, reason_words)


def test_counts(summary):
    assert (summary.claims, summary.lines) == (4, 6)
    assert summary.findings == {"error": 2, "warning": 1, "info": 1}
    assert summary.claims_by_worst == {"error": 2, "warning": 0, "info": 1, "none": 1}


def test_money_is_exact_and_counted_once(summary):
    assert summary.charge_amount == Decimal("1275.50")
    # The two lines of A-1, the first line of B-2; the note on the last claim endangers nothing.
    assert summary.at_stake_amount == Decimal("1080.50")


def test_a_claim_finding_stakes_the_whole_claim_once():
    findings = pl.DataFrame(
        {
            "claim_key": [1, 1, 1, 2, 2],
            "line_key": [None, 5, 6, 7, 7],
            "severity": ["error", "error", "warning", "warning", "error"],
            "at_stake_amount": [
                Decimal("300.00"),
                Decimal("100.00"),
                Decimal("80.00"),
                Decimal("9.00"),
                Decimal("9.00"),
            ],
        }
    )
    assert dict(claim_stakes(findings).iter_rows()) == {1: Decimal("300.00"), 2: Decimal("9.00")}


def test_edits_are_sorted_worst_first(summary):
    assert [(e.edit, e.findings, e.at_stake_amount) for e in summary.by_edit] == [
        ("units-over-ten", 2, Decimal("1000.50")),
        ("no-order-number", 1, Decimal("80.00")),
        ("claim-note-missing", 1, Decimal("0.00")),
    ]


def test_coverage_adds_up_and_says_why(summary):
    assert summary.applicable == summary.evaluated + summary.not_evaluated
    (reason,) = summary.reasons
    assert (reason.verdicts, reason.lines, reason.claims, reason.edits) == (3, 3, 2, ("ndc-quantity-high",))
    assert reason.words


def test_waived_findings_are_not_counted(report):
    result = replace(
        report.result,
        findings=report.result.findings.with_columns(
            pl.when(pl.col("severity") == "error").then(pl.lit("W1")).alias("waiver")
        ),
    )
    waived = replace(report, result=result)
    summary = summarise(waived, reason_words)
    assert summary.waived == 2
    assert summary.findings["error"] == 0
    assert summary.at_stake_amount == Decimal("80.00")
    (first, *_) = claim_blocks(waived, None)
    assert first.severity == "warning"


def test_nothing_found(empty_report):
    summary = summarise(empty_report, reason_words)
    assert summary.claims_by_worst["none"] == 1
    assert summary.at_stake_amount == 0
    assert summary.by_edit == summary.reasons == ()
    assert list(claim_blocks(empty_report, None)) == []


def test_claims_come_worst_first(report):
    blocks = list(claim_blocks(report, None))
    assert [b.control_number for b in blocks] == ["B-2", "A-1", "=HYPERLINK(1)"]
    assert [b.severity for b in blocks] == ["error", "error", "info"]
    assert claims_with_findings(report) == 3


def test_blocks_hold_lines_in_order_with_values(report):
    block = next(b for b in claim_blocks(report, None) if b.control_number == "A-1")
    assert [(line.number, line.hcpcs, line.units) for line in block.lines] == [
        (1, "J2919", "25"),
        (2, "96374", "1"),
    ]
    assert block.at_stake_amount == Decimal("180.00")
    assert block.lines[0].findings[0].carc == ("16", "151")
    assert (block.applicable, block.evaluated, block.not_evaluated) == (5, 5, 0)


def test_a_finding_about_the_claim_has_no_line(report):
    block = list(claim_blocks(report, None))[-1]
    assert block.lines[0].number is None
    assert block.lines[0].hcpcs is None


def test_limit(report):
    assert [b.control_number for b in claim_blocks(report, 1)] == ["B-2"]
    assert list(claim_blocks(report, 0)) == []


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1234.5"), "$1,234.50"),
        (Decimal("-5.00"), "-$5.00"),
        (Decimal(0), "$0.00"),
        (None, "unknown"),
    ],
)
def test_money(amount, text):
    assert money(amount) == text


def test_plural():
    assert [plural(n, "claim") for n in (0, 1, 2000)] == ["0 claims", "1 claim", "2,000 claims"]


@pytest.mark.parametrize(
    ("value", "text"), [("25.000000", "25"), ("0.500000", "0.5"), ("100", "100"), ("1E+2", "100")]
)
def test_numbers_are_written_plainly(value, text):
    assert plain_number(Decimal(value)) == text
