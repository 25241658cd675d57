"""`recover corrected` and `recover packet` as a biller runs them, on files."""

from __future__ import annotations

import json
from datetime import date

import pypdf
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
    """Numbers of lines are those of the case: the one line of the second case is line 1."""
    common = ("--answers", "feb.835", "--claims", "jan.837", "--as-of", "2024-08-01")
    case = scrubjay("recover", "case", "2", *common, cwd=desk)
    assert "Line 1: J1745" in case.stdout
    head = ("--letterhead", "us.yaml", "-o", "case-2")
    other = scrubjay("recover", "packet", "2", *common, *head, "--line", "2", cwd=desk)
    assert other.returncode == 2
    assert "no line 2. It has line 1 alone" in other.stderr
    named = scrubjay("recover", "packet", "2", *common, *head, *FACTS, "--line", "1", cwd=desk)
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


RATES = (
    'payer,hcpcs,method,rate,from,to,lesser_of_charge,source\n1999999999,J1745,per_unit,60,,,no,"Exhibit B"\n'
)


@pytest.fixture
def short(tmp_path):
    """Two lines of a plan paid 4,000.00 where the contract gives 4,800.00, and one of a code without a rate."""
    plan = PayerSpec("EXAMPLE HEALTH PLAN", "EHP01", "CI")
    codes = {"A-1": "J1745", "B-1": "J1745", "C-1": "J9999"}
    lines = {
        number: LineSpec(code, "5000.00", "80", modifiers=("JZ",), service_from=DAY, control_number="L1")
        for number, code in codes.items()
    }
    (tmp_path / "jan.837").write_text(make_837([ClaimSpec(n, lines=[lines[n]], payer=plan) for n in codes]))
    contractual = AdjustmentSpec("CO", (("45", "1000.00", None),))
    answered = [
        RemitClaimSpec(
            number,
            [RemitLineSpec(code, charge="5000.00", modifiers=("JZ",), units_paid="80", units_billed="80",
                           service_from=DAY, control_number="L1", adjustments=[contractual])],
            payer_claim_number=f"ICN-{number}", filing_code="CI",
        )
        for number, code in codes.items()
    ]  # fmt: skip
    (tmp_path / "feb.835").write_text(
        make_835([PaymentSpec(answered, paid_on=date(2026, 2, 2), payer_name="EXAMPLE PLAN")])
    )
    (tmp_path / "us.yaml").write_text(HEAD)
    (tmp_path / "rates.csv").write_text(RATES)
    return tmp_path


def dispute(scrubjay, desk, source, *more, to="d1"):
    return scrubjay(
        "recover", "dispute", *source, "--as-of", "2026-03-01", "--contracts", "rates.csv", "--letterhead", "us.yaml",
        "-o", to, *more, cwd=desk,
    )  # fmt: skip


FILES = ("--answers", "feb.835", "--claims", "jan.837")


def test_dispute_of_a_batch(scrubjay, short):
    done = dispute(scrubjay, short, FILES, "--payer", "example plan", "--json")
    assert done.returncode == 1, done.stderr  # the page of the contract is missing
    told = json.loads(done.stdout)
    assert (told["line_count"], told["expected_total"], told["allowed_total"], told["short_total"]) == (
        2, "9600.00", "8000.00", "1600.00",
    )  # fmt: skip
    assert [(r["why"], r["hcpcs"]) for r in told["left_out"]] == [("not-evaluated", "J9999")]
    assert told["missing"] == ["contract"]
    assert all(e["source"] for e in told["evidence"])
    assert told["last_day"] is None
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(short / "d1" / "letter.pdf").pages)
    words = " ".join(text.split())
    assert "Expected: $9,600.00. Allowed: $8,000.00. Short by $1,600.00." in words
    assert "60 dollars a billing unit, by Exhibit B" in words
    assert "{" not in words
    listed = " ".join(p.extract_text() for p in pypdf.PdfReader(short / "d1" / "lines.pdf").pages)
    assert "ICN-A-1" in listed
    assert "$800.00" in listed
    assert "put level 1 with its days" in " ".join((short / "d1" / "checklist.txt").read_text().split())


def test_the_same_lines_are_not_disputed_twice_over_files(scrubjay, short):
    assert dispute(scrubjay, short, FILES).returncode == 1
    again = dispute(scrubjay, short, FILES, to="d2")
    assert again.returncode == 2
    assert "no line is left to dispute" in again.stderr
    assert "as d1" in again.stderr
    assert not (short / "d2").exists()
    paper = short / "b.pdf"
    paper.write_bytes(b"%PDF-1.4")
    reasoned = dispute(scrubjay, short, FILES, "--again", "lost", "--attach", "contract=b.pdf", to="d2")
    assert reasoned.returncode == 0, reasoned.stderr
    assert "2 lines, expected 9,600.00" in reasoned.stdout


def test_the_store_remembers_a_dispute_wherever_it_was_written(scrubjay, short):
    store = ("--store", "s.sqlite")
    assert scrubjay("recover", "ingest", "feb.835", "jan.837", *store, cwd=short).returncode == 0
    done = dispute(scrubjay, short, store, "--by", "maria")
    assert done.returncode == 1, done.stderr
    other = dispute(scrubjay, short, store, to="elsewhere/d2")
    assert other.returncode == 2
    assert "disputed before" in other.stderr
    case = scrubjay("recover", "case", "1", *store, "--as-of", "2026-03-01", cwd=short)
    assert "maria: letter-written: folder d1, letter underpayment-dispute version 1" in " ".join(
        case.stdout.split()
    )
    # A payment that comes later is disputed alone.
    text = (
        (short / "feb.835")
        .read_text()
        .replace("A-1", "D-1")
        .replace("B-1", "E-1")
        .replace("TRN*1*", "TRN*1*9")
    )
    (short / "mar.835").write_text(text)
    assert scrubjay("recover", "ingest", "mar.835", *store, cwd=short).returncode == 0
    later = dispute(scrubjay, short, store, "--json", to="d3")
    assert later.returncode == 1, later.stderr
    told = json.loads(later.stdout)
    assert {r["patient_control_number"] for r in told["lines"]} == {"D-1", "E-1"}
    assert sum(r["why"] == "disputed-before" for r in told["left_out"]) == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--payer", "nobody"), "no payer of that name"),
        (("--attach", "selfie=us.yaml"), "no paper called"),
        (("--fact", "batch.short_total=$9@me"), "no fact that can be given"),
        (("--contracts", "none.csv"), "cannot be read"),
        (("--letterhead", "feb.835"), "letterhead"),
        (("--store", "s.sqlite"), "Use one of them"),
    ],
)
def test_dispute_bad_input_is_one_line(scrubjay, short, more, words):
    done = dispute(scrubjay, short, FILES, *more)
    assert done.returncode in (2, 3)
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (short / "d1").exists()


def test_dispute_without_letterhead_or_contract(scrubjay, short):
    bare = scrubjay(
        "recover",
        "dispute",
        *FILES,
        "--as-of",
        "2026-03-01",
        "--contracts",
        "rates.csv",
        "-o",
        "d1",
        cwd=short,
    )
    assert (bare.returncode, "sender" in bare.stderr) == (2, True)
    unknown = scrubjay("recover", "dispute", *FILES, "--as-of", "2026-03-01", "-o", "d1", cwd=short)
    assert (unknown.returncode, "no contract rate" in unknown.stderr) == (2, True)
