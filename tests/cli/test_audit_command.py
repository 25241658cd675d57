"""`scrubjay audit` as typed: formats, exit codes, hostile text inert, quotes in the report only."""

from __future__ import annotations

import json

import pytest

from scrubjay.cli.main import run
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

NOTE = """Date of service: 06/03/2024
Patient: Doe, Jane   DOB: 02/14/1958
<script>alert("x")</script> <img src=x onerror=alert(1)> Dx: urticaria
Solu-Medrol 80 mg IV push given from a 125 mg vial at 10:15 by R. Smith, RN.
"""


@pytest.fixture
def files(tmp_path):
    note, claims = tmp_path / "chart.txt", tmp_path / "claims.837"
    note.write_text(NOTE)
    claims.write_text(
        make_837(
            [
                ClaimSpec(
                    "A1",
                    lines=[LineSpec("J2919", units="25", modifiers=("JZ",)), LineSpec("96374", units="1")],
                )
            ]
        )
    )
    return ["audit", "--chart", str(note), "--claims", str(claims), "--as-of", "2024-07-01"]


def test_text(files, capsys):
    assert run(files) == 1
    out = capsys.readouterr().out
    assert "The record supports: J2919 x16 + J2919-JW x9" in out
    assert "Ask: Please document the amount discarded, if any" in out
    assert "documented" in out


def test_json_has_spans_into_the_text(files, capsysbinary):
    assert run([*files, "--json"]) == 1
    report = json.loads(capsysbinary.readouterr().out)
    line = report["claims"][0]["lines"][0]
    assert line["arithmetic"]["expected_lines"] == "J2919 x16 + J2919-JW x9"
    assert line["completeness"]["required"] > line["completeness"]["documented"] > 0
    quotes = [e for element in line["elements"] for e in element["evidence"]]
    assert quotes
    assert all(NOTE[e["start"] : e["end"]] == e["quote"] for e in quotes)
    assert {"DO003", "DO016", "DO017"} <= {f["code"] for f in report["claims"][0]["findings"]}


def test_html_shows_the_note_and_runs_nothing_of_it(files, tmp_path, capsys):
    out = tmp_path / "audit.html"
    assert run([*files, "-o", str(out)]) == 1
    page = out.read_text()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert '<mark title="' in page
    assert "default-src 'none'" in page
    assert "Smith" not in capsys.readouterr().err


def test_errors_hold_nothing_of_the_chart(files, tmp_path, capsys):
    broken = tmp_path / "b.json"
    broken.write_text('{"resourceType": "Patient", "name": "Secretname"')
    assert run([*files, "--chart", str(broken), "-o", str(tmp_path / "r.json"), "--fail-on", "never"]) == 3
    err = capsys.readouterr().err
    assert "The JSON is broken at line 1." in err
    assert "Secretname" not in err
    assert "Doe" not in err


def test_no_chart_no_question(files, tmp_path, capsys):
    other = tmp_path / "other.txt"
    other.write_text(NOTE.replace("Doe, Jane", "Roe, Rick").replace("02/14/1958", "01/01/1950"))
    assert run(["audit", "--chart", str(other), *files[3:]]) == 0
    out = capsys.readouterr().out
    assert "No chart belongs to it" in out
    assert "Unmatched chart" in out


def test_check_does_not_ask_edits_of_charts(files, capsys):
    assert run(["check", files[4], "--as-of", "2024-07-01", "--json", "--no-config"]) in (0, 1)
    report = json.loads(capsys.readouterr().out)
    assert not [f for f in report["findings"] if f["code"].startswith("DO")]
    assert run(["check", files[4], "--select", "DO", "--no-config"]) == 2
    assert "scrubjay audit" in capsys.readouterr().err
