"""Every bad input: one clear line on standard error, nothing that looks like an answer, the right exit code."""

from __future__ import annotations

import contextlib
import gzip
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

USAGE, UNREADABLE = 2, 3
SS = "methylprednisolone sodium succinate"
UNITS = ("units", "--drug", SS, "--on", "2024-06-03")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["chekc", "a.837"], ["No such command 'chekc'", "Did you mean 'check'"]),
        (["unit"], ["No such command 'unit'", "'units'"]),
        (["frobnicate"], ["No such command 'frobnicate'", "scrubjay --help"]),
        (["check"], ["PATH", "scrubjay check --help"]),
        (["check", "a.837", "--fail-onn", "error"], ["--fail-onn", "--fail-on"]),
        (["check", "a.837", "--fail-on", "maybe"], ["maybe", "error", "warning", "never"]),
        (["check", "a.837", "--format", "pdf"], ["pdf", "json"]),
        (["check", "a.837", "-o", "report.pdf"], ["report.pdf", ".html", "--format"]),
        (["explain", "dd1"], ["dd1", "scrubjay edits"]),
        (["check", "a.837", "--as-of", "07/01/2024"], ["--as-of", "07/01/2024", "YYYY-MM-DD"]),
        (["check", "a.837", "--as-of", "2024-02-30"], ["--as-of", "2024-02-30", "YYYY-MM-DD"]),
        (["check", "a.837", "--as-of", "20240701"], ["--as-of", "YYYY-MM-DD"]),
        (["check", "a.837", "--limit", "-1"], ["--limit"]),
        (["check", "a.837", "--select", "XX999"], ["XX999", "scrubjay edits"]),
        (["check", "a.837", "--policy", "no-such.yaml"], ["no-such.yaml", "cannot be read"]),
        (["check", "a.837", "--json", "--format", "csv"], ["--json", "csv"]),
        (["check", "a.837", "--reference", "no-such-folder"], ["no-such-folder"]),
        (["units", "--dose", "125 mg", "--drug", SS], ["--on"]),
        (["units", "--dose", "125 mg", "--on", "2024-06-03"], ["--drug", "--code", "--ndc"]),
        ([*UNITS, "--dose", "125"], ["125", "unit", "125 mg"]),
        ([*UNITS, "--dose", "-125 mg"], ["-125 mg", "positive"]),
        ([*UNITS, "--dose", "0 mg"], ["dose is zero"]),
        ([*UNITS, "--dose", "lots"], ["lots"]),
        ([*UNITS, "--dose", "125 mg", "--minutes", "five"], ["--minutes"]),
        ([*UNITS, "--dose", "125 mg", "--minutes", "-5"], ["--minutes"]),
        ([*UNITS, "--dose", "125 mg", "--route", "by mouth"], ["route"]),
        ([*UNITS, "--dose", "125 mg", "--container", "bucket"], ["single-dose"]),
        ([*UNITS, "--dose", "125 mg", "--setting", "beach"], ["setting", "office"]),
        (["units", "--drug", SS, "--dose", "125 mg", "--on", "3 June 2024"], ["--on", "YYYY-MM-DD"]),
        (["units", "--drug", "infliximabb", "--dose", "100 mg", "--on", "2024-06-03"], ["infliximab"]),
        (["units", "--code", "J9999X", "--dose", "100 mg", "--on", "2024-06-03"], ["J9999X"]),
        (["units", "--code", "Q0000", "--dose", "100 mg", "--on", "2024-06-03"], ["Q0000"]),
        (["code", "Q0000"], ["Q0000", "reference load"]),
        (["code", "xyzzyx"], ["No code or drug of that name"]),
        (["code", " "], ["nothing was asked"]),
        (["ndc", "0009-0O47-22"], ["digits"]),
        (["ndc", "1234567890"], ["ambiguous", "01234567890"]),
        (["ndc", "12"], ["malformed"]),
        (["convert", "--code", "J2930", "--units", "none", "--on", "2024-04-01"], ["number"]),
        (["convert", "--code", "J2930", "--units", "-1", "--on", "2024-04-01"], ["greater than zero"]),
        (["convert", "--code", "Q0000", "--units", "1", "--on", "2024-04-01"], ["Q0000"]),
        (["convert", "--code", "J2919", "--units", "1", "--on", "2024-04-01"], ["J2919", "in force"]),
        (["explain", "missing-discarded-drug-modifer"], ["missing-discarded-drug-modifier"]),
        (["explain", "ZZ999"], ["ZZ999"]),
        (["edits", "ZZ"], ["ZZ"]),
    ],
    ids=lambda v: " ".join(v)[:60] if isinstance(v, list) else None,
)
def test_wrong_request(scrubjay, args, says, tmp_path, one_line):
    done = scrubjay(*args, cwd=tmp_path)
    line = one_line(done.stderr)
    assert done.returncode == USAGE, line
    assert done.stdout == ""
    for piece in says:
        assert piece in line


def test_a_file_where_a_command_belongs(scrubjay, claims, one_line):
    done = scrubjay("V01.837", cwd=claims)
    assert done.returncode == USAGE
    assert "scrubjay check V01.837" in one_line(done.stderr)


def test_a_refusal_is_also_json(scrubjay, one_line):
    import json

    done = scrubjay(*UNITS, "--dose", "125", "--json")
    assert done.returncode == USAGE
    answer = json.loads(done.stdout)
    assert answer["lines"] == []
    assert "unit" in answer["refused"]["reason"]
    one_line(done.stderr)


# Files --------------------------------------------------------------------------------------------


@pytest.fixture
def unreadable(scrubjay, one_line):
    """Check a file that cannot be read."""

    def call(path, *says):
        refused(scrubjay, one_line, path, *says)

    return call


def refused(scrubjay, one_line, path, *says):
    done = scrubjay("check", path)
    line = one_line(done.stderr)
    assert done.returncode == UNREADABLE, line
    assert done.stdout == ""
    assert str(path) in line
    for piece in says:
        assert piece in line


def test_missing_file(unreadable, tmp_path):
    unreadable(tmp_path / "none.837", "no such file")


def test_folder(unreadable, tmp_path):
    unreadable(tmp_path, "folder")


def test_empty_file(unreadable, tmp_path):
    file = tmp_path / "a.837"
    file.touch()
    unreadable(file, "empty")


def test_binary_file(unreadable, tmp_path):
    file = tmp_path / "a.837"
    file.write_bytes(bytes(range(256)) * 40)
    unreadable(file, "binary")


def test_no_x12(unreadable, tmp_path):
    file = tmp_path / "a.837"
    file.write_text("Dear Sirs,\nplease find enclosed.\n")
    unreadable(file)


def test_zip(unreadable, tmp_path):
    file = tmp_path / "a.837"
    file.write_bytes(b"PK\x03\x04" + bytes(100))
    unreadable(file, "zip")


def test_damaged_gzip(scrubjay, tmp_path, claims):
    file = tmp_path / "a.837.gz"
    file.write_bytes(gzip.compress((claims / "V01.837").read_bytes())[:60])
    done = scrubjay("check", file)
    assert done.returncode == UNREADABLE
    assert "gzip" in done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(unreadable, tmp_path):
    file = tmp_path / "a.837"
    file.write_text("ISA")
    file.chmod(0)
    unreadable(file)
    file.chmod(stat.S_IRUSR)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux")
def test_file_that_fails_while_it_is_read(unreadable):
    unreadable("/proc/self/mem")


def test_two_gigabytes_in_one_segment(unreadable, tmp_path, claims):
    file = tmp_path / "a.837"
    header = (claims / "V01.837").read_bytes()[:106]
    with file.open("wb") as out:
        out.write(header)
        out.truncate(2**31)  # a hole: no disk is used
    unreadable(file)


def test_a_segment_without_end_is_refused_before_it_is_all_read(claims):
    header = (claims / "V01.837").read_bytes()[:106] + b"GS*"
    process = subprocess.Popen(
        [sys.executable, "-m", "scrubjay", "check", "/dev/stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    sent = 0

    def feed():
        nonlocal sent
        try:
            process.stdin.write(header)
            while sent < 2**31:
                process.stdin.write(b"A" * 2**20)
                sent += 2**20
            process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    code = process.wait(timeout=60)
    error = process.stderr.read().decode()
    feeder.join(10)
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(BrokenPipeError):
            stream.close()
    assert code == UNREADABLE
    assert "Traceback" not in error
    assert sent < 2**28


def test_output_that_cannot_be_written(scrubjay, claims, tmp_path, one_line):
    for target, says in ((tmp_path / "none" / "a.json", "cannot be written"), (tmp_path, "folder")):
        done = scrubjay("check", claims / "V01.837", "-o", target)
        assert done.returncode == USAGE
        assert says in one_line(done.stderr)


def test_broken_policy(scrubjay, claims, tmp_path, one_line):
    policy = tmp_path / "p.yaml"
    policy.write_text("id: x\nname: X\nreviewed_on: 2024-01-01\nparameters:\n  no_such: []\n")
    done = scrubjay("check", claims / "V01.837", "--policy", policy)
    assert done.returncode == USAGE
    assert "no_such" in one_line(done.stderr)
    assert "p.yaml" in done.stderr


def test_good_files_are_judged_beside_bad_ones(scrubjay, claims, tmp_path, one_line):
    bad = tmp_path / "none.837"
    done = scrubjay("check", bad, claims / "V01.837", "--as-of", "2024-06-10")
    assert done.returncode == UNREADABLE
    assert "1 claim" in done.stdout
    assert str(bad) in one_line(done.stderr)
    found = scrubjay("check", bad, claims / "V05.837", "--as-of", "2024-06-10")
    assert found.returncode == 1


def test_a_truncated_file_never_looks_clean(scrubjay, claims, tmp_path):
    text = (claims / "V01.837").read_text()
    file = tmp_path / "a.837"
    for end in (text.index("LX*2"), text.index("CLM*") + 30, text.index("SE*"), text.index("GE*")):
        file.write_text(text[:end])
        assert scrubjay("check", file, "--as-of", "2024-06-10").returncode == UNREADABLE
