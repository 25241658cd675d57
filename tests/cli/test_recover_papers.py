"""`recover corrected` and `recover packet` as a biller runs them, on files."""

from __future__ import annotations

import json
from datetime import date

import pytest

from scrubjay.testing.claim_specs import AdjustmentSpec
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837
from scrubjay.testing.x12_remits import PaymentSpec, RemitClaimSpec, RemitLineSpec, make_835

DAY = date(2026, 1, 5)
HEAD = """
sender: {name: Example Center, address: "1 Main St; Hartford", phone: 555 555 0100, signer: Ada, signer_title: manager}
payer: {name: Example Contractor}
"""
FACTS = (
    "--fact", "record.dose=800 mg@administration record, page 2",
    "--fact", "record.rationale=loss of response@note, page 1",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    lines = [LineSpec("J1745", "4000.00", "80", modifiers=("JZ",), service_from=DAY, control_number="L1")]
    plan = PayerSpec("EXAMPLE HEALTH PLAN", "EHP01", "CI")
    claims = [
        ClaimSpec("A-1", lines=lines, diagnoses=("K5000",)),
        ClaimSpec("C-1", lines=lines, diagnoses=("K5000",), payer=plan),
    ]
    (tmp_path / "jan.837").write_text(make_837(claims))
    denied = AdjustmentSpec("CO", (("151", "4000.00", None),))
    answered = [
        RemitClaimSpec(
            number,
            [RemitLineSpec("J1745", charge="4000.00", modifiers=("JZ",), units_paid="0", units_billed="80",
                           service_from=DAY, control_number="L1", adjustments=[denied], remarks=("N362",))],
            status="4", payer_claim_number=f"ICN-{number}", filing_code=filing,
        )
        for number, filing in (("A-1", "MB"), ("C-1", "12"))
    ]  # fmt: skip
    (tmp_path / "feb.835").write_text(make_835([PaymentSpec(answered)]))
    (tmp_path / "us.yaml").write_text(HEAD)
    return tmp_path


def packet(scrubjay, desk, *more, on="2024-08-01"):
    return scrubjay(
        "recover", "packet", "1", "--answers", "feb.835", "--claims", "jan.837", "--as-of", on,
        "--letterhead", "us.yaml", "-o", "case-1", *more, cwd=desk,
    )  # fmt: skip


def test_packet_is_written_once(scrubjay, desk):
    done = packet(scrubjay, desk, *FACTS, "--json")
    assert done.returncode == 1, done.stderr  # papers are missing
    told = json.loads(done.stdout)
    assert told["template"] == "medicare-redetermination"
    assert "administration-record" in told["missing"]
    assert all(e["source"] for e in told["evidence"])
    assert (desk / "case-1" / "letter.pdf").read_bytes().startswith(b"%PDF")
    again = packet(scrubjay, desk, *FACTS, "-o", "case-2")
    assert again.returncode == 2
    assert "written before" in again.stderr
    assert not (desk / "case-2").exists()
    reasoned = packet(scrubjay, desk, *FACTS, "-o", "case-2", "--again", "lost in the post")
    assert reasoned.returncode == 1


def test_packet_takes_the_line_number_that_the_case_shows(scrubjay, desk):
    """Numbers of lines run through all answers: the one line of the second case is line 2."""
    case = scrubjay(
        "recover",
        "case",
        "2",
        "--answers",
        "feb.835",
        "--claims",
        "jan.837",
        "--as-of",
        "2024-08-01",
        cwd=desk,
    )
    assert "Line 2: J1745" in case.stdout
    common = (
        "--answers",
        "feb.835",
        "--claims",
        "jan.837",
        "--as-of",
        "2024-08-01",
        "--letterhead",
        "us.yaml",
    )
    other = scrubjay("recover", "packet", "2", *common, "--line", "1", "-o", "case-2", cwd=desk)
    assert other.returncode == 2
    assert "no line 1. It has 2" in other.stderr
    named = scrubjay("recover", "packet", "2", *common, *FACTS, "--line", "2", "-o", "case-2", cwd=desk)
    assert named.returncode == 1, named.stderr


def test_packet_names_what_it_needs_and_refuses_what_is_late(scrubjay, desk):
    bare = packet(scrubjay, desk)
    assert bare.returncode == 2
    assert "record.dose" in bare.stderr
    late = packet(scrubjay, desk, *FACTS, on="2026-08-01")
    assert late.returncode == 2
    assert "last day was" in late.stderr
    assert not (desk / "case-1").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--fact", "record.dose=800 mg"), "no fact"),
        (("--fact", "line.units_billed=8@me"), "no fact that can be given"),
        (("--attach", "order"), "no paper"),
        (("--line", "7"), "no line 7"),
        (("--template", "us.yaml"), "us.yaml"),
        (("--letterhead", "feb.835"), "letterhead"),
        (("--facts", "us.yaml"), "no list of facts"),
        (("--facts", "none.yaml"), "cannot be read"),
    ],
)
def test_packet_bad_input_is_one_line(scrubjay, desk, more, words):
    done = packet(scrubjay, desk, *more)
    assert done.returncode in (2, 3)
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def corrected(scrubjay, desk, *more):
    return scrubjay(
        "recover", "corrected", "jan.837", "--answers", "feb.835", "-o", "new.837", *more, cwd=desk
    )


def test_corrected_claim_is_written_once(scrubjay, desk):
    done = corrected(scrubjay, desk, "--control-number", "C-1", "--set", "1.units=42", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["differences"]
    assert {"place": "line 1", "column": "units", "before": "80", "after": "42", "why": "accepted"} in rows
    assert "REF*F8*ICN-C-1~" in (desk / "new.837").read_text()
    assert scrubjay("check", "new.837", "--as-of", "2026-02-01", cwd=desk).returncode in (0, 1)
    assert corrected(scrubjay, desk, "--control-number", "C-1", "--set", "1.units=42").returncode == 2
    (desk / "new.837").unlink()
    twice = corrected(scrubjay, desk, "--control-number", "C-1", "--set", "1.units=42")
    assert twice.returncode == 2
    assert "written before" in twice.stderr
    assert not (desk / "new.837").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--control-number", "A-1", "--set", "1.units=42"), "takes no replacement"),
        (("--control-number", "C-1"), "denied as a duplicate"),
        (("--control-number", "C-1", "--as", "new", "--set", "1.units=4"), "decided this claim"),
        (("--control-number", "C-1", "--as", "copy"), "no kind"),
        (("--claim", "9", "--set", "1.units=4"), "no claim 9|cannot be read whole"),
        (("--set", "1.units=4"), "name the claim"),
        (("--claim", "2", "--set", "units=4"), "--set"),
    ],
)
def test_corrected_refuses_in_one_line(scrubjay, desk, more, words):
    import re

    done = corrected(scrubjay, desk, *more)
    assert done.returncode in (2, 3)
    assert re.search(words, done.stderr), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (desk / "new.837").exists()
