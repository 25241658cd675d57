"""What was not checked, and why: per run and per claim, in text, JSON and HTML; and `--strict`."""

from __future__ import annotations

import json
from datetime import date

import pytest

from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

DAY = date(2026, 3, 2)
NDC = "99999999999"
EDIT = "discarded-modifier-on-multi-dose"


@pytest.fixture
def file(tmp_path):
    """Fourteen lines whose NDC nobody knows, on two claims, and one claim that is answered whole."""
    lines = [
        LineSpec("J2919", "30", str(n), ("JZ",), ndc=NDC, ndc_quantity="1", service_from=DAY)
        for n in range(1, 8)
    ]
    known = [LineSpec("J2919", "30", "25", ("JZ",), ndc="00009004722", ndc_quantity="1", service_from=DAY)]
    claims = [ClaimSpec("U1", lines=lines), ClaimSpec("U2", lines=lines), ClaimSpec("K1", lines=known)]
    path = tmp_path / "a.837"
    path.write_text(make_837(claims))
    return path


ARGUMENTS = ("--as-of", "2026-03-20", "--no-config", "--select", EDIT)


def test_text_names_what_is_missing_and_what_to_do(scrubjay, file):
    done = scrubjay("check", file, *ARGUMENTS)
    text = " ".join(done.stdout.split())
    assert "Checked" in text
    assert "6 %: of 15 questions that arose, 1 answered, 14 not." in text
    assert (
        "14 lines: whether the container is single-dose or multi-dose is not known: send the NDC, or load"
        in text
    )
    assert f"J2919 with NDC {NDC}: 14 lines." in text
    assert done.returncode == 0


def test_json_says_it_per_claim_and_per_run(scrubjay, file):
    report = json.loads(scrubjay("check", file, *ARGUMENTS, "--json").stdout)
    per_claim = {c["claim_id"]: c for c in report["coverage"]}
    assert {k: (c["applicable"], c["evaluated"], c["not_evaluated"]) for k, c in per_claim.items()} == {
        "f1c1": (7, 0, 7), "f1c2": (7, 0, 7), "f1c3": (1, 1, 0),
    }  # fmt: skip
    [reason] = per_claim["f1c1"]["reasons"]
    assert (reason["verdicts"], reason["edits"]) == (7, [EDIT])
    assert "reference load" in reason["reason"]
    assert per_claim["f1c3"]["reasons"] == []
    assert report["summary"]["coverage"] == {"applicable": 15, "evaluated": 1, "not_evaluated": 14}
    [total] = report["summary"]["not_evaluated"]
    assert (total["verdicts"], total["lines"], total["claims"]) == (14, 14, 2)
    assert total["subjects"] == [{"hcpcs": "J2919", "ndc": NDC, "lines": 14}]
    rows = [f for f in report["findings"] if f["verdict"] == "not_evaluated"]
    assert len(rows) == 14
    assert all(r["reason"] == total["reason"] for r in rows)


def test_html_has_the_meter_and_the_reasons(scrubjay, file, tmp_path):
    scrubjay("check", file, "--as-of", "2026-03-20", "--no-config", "-o", tmp_path / "r.html")
    page = " ".join((tmp_path / "r.html").read_text(encoding="utf-8").split())
    assert "<meter" in page
    assert f"J2919 with NDC {NDC}: 14 lines" in page
    assert "questions not answered" in page, "per claim"


def test_strict_makes_what_was_not_answered_count(scrubjay, file):
    for options, expected in (((), 0), (("--strict",), 1), (("--strict", "--fail-on", "never"), 0)):
        assert scrubjay("check", file, *ARGUMENTS, *options).returncode == expected
    done = scrubjay("check", file, *ARGUMENTS, "--strict")
    assert "--strict: 14 questions that could not be answered count as findings" in " ".join(
        done.stderr.split()
    )
    known = scrubjay(
        "check", file, "--as-of", "2026-03-20", "--no-config", "--select", "duplicate-modifier", "--strict"
    )
    assert (known.returncode, known.stderr) == (0, "")


def test_strict_from_scrubjay_toml(scrubjay, file):
    (file.parent / "scrubjay.toml").write_text(
        f'[check]\nstrict = true\nas-of = "2026-03-20"\nselect = ["{EDIT}"]\n'
    )
    assert scrubjay("check", file.name, cwd=file.parent).returncode == 1
    assert scrubjay("check", file.name, "--no-strict", cwd=file.parent).returncode == 0
