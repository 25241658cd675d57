from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from scrubjay.api import reason_words
from scrubjay.errors import Problem
from scrubjay.reports.summary import summarise
from scrubjay.reports.text import print_report


def rendered(report, *, width=100, limit=None) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)
    print_report(report, summarise(report, reason_words), console, limit=limit)
    return out.getvalue()


def test_everything_a_biller_needs_is_there(report):
    text = rendered(report)
    for piece in (
        "1 file, 4 claims, 6 lines, $1,275.50 charged",
        "Judged as of 2024-07-01",
        "Claim B-2  1 error  $900.50 of $1,000.50 at stake",
        "Line 1  J1745 x 42  on 2024-06-03  $900.50",
        "ERROR  units-over-ten (ZZ001)  prevents CARC 16, 151  unverified",
        "Fix: Bill J1745 with at most ten units.",
        "The claim as a whole",
        "4 claims: 2 with errors, 1 with notes only, 1 without a finding.",
        "What was not checked, and why",
        "3 lines:",
        "(ndc-quantity-high)",
    ):
        assert piece in text


def test_no_colour_and_no_control_characters_in_a_file(report):
    assert all(c.isprintable() or c == "\n" for c in rendered(report))


def test_hidden_claims_are_counted(report):
    text = rendered(report, limit=1)
    assert "2 more claims with findings not printed" in text
    assert "Claim A-1" not in text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(report, width):
    assert max(map(len, rendered(report, width=width).splitlines())) <= width


def test_square_brackets_of_a_claim_are_no_markup(report):
    findings = report.result.findings.with_columns(
        message=report.result.findings["message"] + " [red]x[/red]"
    )
    assert "[red]x[/red]" in rendered(replace(report, result=replace(report.result, findings=findings)))


def test_problems_are_shown_with_place_and_hint(report):
    file = replace(
        report.files[0],
        problems=[Problem("cut", "It ends early.", "Fetch it again.", "a.837", segment=7)],
        claims=6,
    )
    text = rendered(replace(report, files=[file]))
    assert "a.837, segment 7: It ends early. Fetch it again." in text
    assert "2 claims could not be read and were not judged." in text


def test_a_clean_run_says_what_was_asked(empty_report):
    text = rendered(empty_report)
    assert "1 claim: 1 without a finding." in text
    assert "100 %: of 3 questions that arose, 3 answered, 0 not." in text


def test_the_meter_never_rounds_up_to_full(report):
    assert "100 %" not in rendered(report)
