from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
AS_OF = ("--as-of", "2024-06-10")


def test_gold_claims(scrubjay, claims):
    """A few of them end to end, through the JSON that users script against."""
    for case in json.loads((claims / "expected.json").read_text())[:5]:
        done = scrubjay("check", claims / case["file"], "--as-of", case["as_of"], "--json")
        fired = {f["edit"] for f in json.loads(done.stdout)["findings"] if f["verdict"] == "fires"}
        assert set(case["fires"]) <= fired
        assert not set(case["clear"]) & fired
        assert done.stderr == ""


def test_clean_claim_exits_with_0(scrubjay, claims):
    done = scrubjay("check", claims / "V01.837", *AS_OF)
    assert done.returncode == 0
    assert "1 claim: 1 without a finding." in done.stdout
    assert done.stderr == ""


def test_findings_exit_with_1_unless_told_never(scrubjay, claims):
    done = scrubjay("check", claims / "V05.837", *AS_OF)
    assert done.returncode == 1
    assert "missing-discarded-drug-modifier" in done.stdout
    assert scrubjay("check", claims / "V05.837", *AS_OF, "--fail-on", "never").returncode == 0


def test_select_and_ignore(scrubjay, claims):
    only = json.loads(scrubjay("check", claims / "V05.837", *AS_OF, "--select", "DD,CS", "--json").stdout)
    assert {f["code"][:2] for f in only["findings"]} <= {"DD", "CS"}
    rest = scrubjay("check", claims / "V05.837", *AS_OF, "--ignore", "DD001")
    assert "missing-discarded-drug-modifier" not in rest.stdout


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "parquet", "html", "xlsx", "txt"])
def test_format_by_the_name_of_the_file(scrubjay, claims, tmp_path, suffix, one_line):
    target = tmp_path / f"report.{suffix}"
    done = scrubjay("check", claims / "V05.837", *AS_OF, "-o", target)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "1 claim, 1 error" in one_line(done.stderr)
    assert list(tmp_path.iterdir()) == [target]
    data = target.read_bytes()
    if suffix == "json":
        assert json.loads(data)["findings"]
    elif suffix == "jsonl":
        assert [json.loads(row) for row in data.splitlines()]
    elif suffix == "csv":
        assert list(csv.DictReader(io.StringIO(data.decode())))
    elif suffix == "parquet":
        assert pl.read_parquet(target).height
    elif suffix == "html":
        assert data.startswith(b"<!doctype html>")
    elif suffix == "xlsx":
        assert data.startswith(b"PK")
    else:
        assert b"missing-discarded-drug-modifier" in data


def test_binary_format_through_a_pipe(claims):
    done = subprocess.run(
        [sys.executable, "-m", "scrubjay", "check", str(claims / "V05.837"), *AS_OF, "--format", "parquet"],
        capture_output=True,
        check=False,
    )
    assert pl.read_parquet(io.BytesIO(done.stdout)).height


def test_width_follows_columns(scrubjay, claims):
    done = scrubjay("check", claims / "V05.837", *AS_OF, env={"COLUMNS": "60"})
    assert max(map(len, done.stdout.splitlines())) <= 60
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())


def test_old_terminal_encoding(scrubjay, claims):
    done = scrubjay("check", claims / "V05.837", *AS_OF, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert "missing-discarded-drug-modifier" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_broken_pipe_is_quiet(claims):
    with subprocess.Popen(
        [sys.executable, "-m", "scrubjay", "check", str(claims / "V05.837"), *AS_OF, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal")
def test_on_a_terminal_it_is_coloured_and_binary_is_refused(claims):
    def on_terminal(*args):
        parent, child = pty.openpty()
        env = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"}
        env.pop("NO_COLOR", None)
        process = subprocess.Popen(
            [sys.executable, "-m", "scrubjay", "check", str(claims / "V05.837"), *AS_OF, *args],
            stdout=child, stderr=subprocess.PIPE, env=env,
        )  # fmt: skip
        os.close(child)
        text = b""
        while True:
            try:
                part = os.read(parent, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        error = process.stderr.read()
        process.stderr.close()
        os.close(parent)
        return process.wait(), text, error

    code, text, error = on_terminal()
    assert code == 1
    assert b"\x1b[" in text
    assert error == b""
    code, text, error = on_terminal("--format", "parquet")
    assert code == 2
    assert text == b""
    assert b"-o" in error


def test_demo(scrubjay):
    done = scrubjay("demo", cwd=ROOT)
    assert done.returncode == 0
    for edit in (
        "code-drug-mismatch",
        "code-expired",
        "missing-discarded-drug-modifier",
        "visit-without-25",
        "missing-ndc",
    ):
        assert edit in done.stdout
    assert "examples/10-truncated.837" in done.stdout


def test_demo_from_elsewhere_and_as_json(scrubjay, tmp_path):
    data = json.loads(scrubjay("demo", "--json", cwd=tmp_path).stdout)
    assert len(data["files"]) == 10
    by_claim = {}
    for finding in data["findings"]:
        if finding["verdict"] == "fires" and finding["severity"] != "info":
            by_claim.setdefault(finding["patient_control_number"], set()).add(finding["edit"])
    for clean in ("CLEAN-1", "CLEAN-2", "WASTE-1", "HOSP-2026", "CUT-1"):
        assert clean not in by_claim
    assert "code-drug-mismatch" in by_claim["J1320-1"]
    assert "code-expired" in by_claim["EXPIRED-1"]
    assert "missing-discarded-drug-modifier" in by_claim["NOJZ-1"]
    assert "visit-without-25" in by_claim["VISIT-1"]
    assert "missing-ndc" in by_claim["MEDICAID-1"]
    assert by_claim["UNITS-1"] & {
        "units-disagree-with-dose",
        "units-exceed-mue",
        "units-disagree-with-ndc-quantity",
    }
    assert "missing-discarded-drug-modifier" in by_claim["HOSP-2025"]
