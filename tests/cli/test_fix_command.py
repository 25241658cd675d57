"""`scrubjay fix` as a user runs it."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = (ROOT / "examples" / "04-missing-jz.837").read_text(encoding="ascii")
SPELLED = SAMPLE.replace("N4*00009003928", "N4*0009-0039-28").replace("ABK:L500", "ABK:L50.0")


@pytest.fixture
def spelled(tmp_path: Path) -> Path:
    path = tmp_path / "a.837"
    path.write_text(SPELLED, encoding="ascii")
    return path


def test_writes_a_new_file_and_lists_before_and_after(scrubjay, spelled):
    done = scrubjay("fix", spelled.name, cwd=spelled.parent)
    assert done.returncode == 0
    assert "2 changes, written to a.fixed.837" in done.stdout
    for piece in ("LIN03", "0009-0039-28", "00009003928", "ndc-digits", "HI01-2", "L50.0", "L500"):
        assert piece in done.stdout
    assert (spelled.parent / "a.fixed.837").read_text(encoding="ascii") == SAMPLE
    assert spelled.read_text(encoding="ascii") == SPELLED
    again = scrubjay("fix", "a.fixed.837", cwd=spelled.parent)
    assert (again.returncode, "nothing to change, no new file" in " ".join(again.stdout.split())) == (0, True)
    assert sorted(p.name for p in spelled.parent.iterdir()) == ["a.837", "a.fixed.837"]


def test_json(scrubjay, spelled):
    done = scrubjay("fix", spelled, "--json", "-o", spelled.parent / "b.837")
    [one] = json.loads(done.stdout)
    assert one["output"] == str(spelled.parent / "b.837")
    assert one["sha256_before"] == hashlib.sha256(SPELLED.encode()).hexdigest()
    assert one["sha256_after"] == hashlib.sha256(SAMPLE.encode()).hexdigest()
    assert one["refused"] == []
    assert one["changes"][1] == {
        "rule": "ndc-digits", "element": "LIN03", "segment": 28, "transaction": "0001", "claim": 1, "line": 1,
        "before": "0009-0039-28", "after": "00009003928", "accepted_by": None,
    }  # fmt: skip


def test_never_over_an_input_nor_unasked_over_another(scrubjay, spelled, one_line):
    for arguments in (("-o", spelled), ("-o", spelled, "--force"), ("--to", spelled.parent, "--force")):
        done = scrubjay("fix", spelled, *arguments)
        assert done.returncode == 2
        assert "never written over" in one_line(done.stderr)
    link = spelled.parent / "link.837"
    link.hardlink_to(spelled)
    assert scrubjay("fix", spelled, "-o", link, "--force").returncode == 2
    there = spelled.parent / "there.837"
    there.write_text("mine")
    done = scrubjay("fix", spelled, "-o", there)
    assert (done.returncode, there.read_text()) == (2, "mine")
    assert "already there" in one_line(done.stderr)
    assert scrubjay("fix", spelled, "-o", there, "--force").returncode == 0
    assert there.read_text() == SAMPLE
    assert spelled.read_text(encoding="ascii") == SPELLED


def test_dry_run_writes_nothing(scrubjay, spelled):
    done = scrubjay("fix", spelled, "--dry-run")
    assert (done.returncode, "nothing written" in " ".join(done.stdout.split())) == (1, True)
    assert [p.name for p in spelled.parent.iterdir()] == ["a.837"]
    spelled.write_text(SAMPLE)
    assert scrubjay("fix", spelled, "--dry-run").returncode == 0


def test_bad_input_is_one_line_and_the_good_part_goes_through(scrubjay, spelled, one_line):
    folder = spelled.parent / "new"
    bad = spelled.parent / "bad.837"
    bad.write_text("hello")
    done = scrubjay("fix", bad, spelled, spelled.parent / "none.837", "--to", folder)
    assert (done.returncode, "is no folder" in one_line(done.stderr)) == (2, True)
    folder.mkdir()
    done = scrubjay("fix", bad, spelled, spelled.parent / "none.837", "--to", folder)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 2
    assert (folder / "a.837").read_text() == SAMPLE
    assert scrubjay("fix", spelled, spelled, "--to", folder, "--force").returncode == 2
    assert scrubjay("fix", spelled, bad, "-o", folder / "x").returncode == 2
    assert scrubjay("fix").returncode == 2


def test_gzip_stays_gzip(scrubjay, tmp_path):
    packed = tmp_path / "a.837.gz"
    packed.write_bytes(gzip.compress(SPELLED.encode()))
    assert scrubjay("fix", packed).returncode == 0
    assert gzip.decompress((tmp_path / "a.fixed.837.gz").read_bytes()).decode() == SAMPLE
    packed.write_bytes(packed.read_bytes()[:-9])
    done = scrubjay("fix", packed, "--force")
    assert (done.returncode, "gzip" in done.stderr) == (3, True)


def test_ids_are_not_shown(scrubjay, tmp_path):
    path = tmp_path / "a.837"
    path.write_text(SAMPLE.replace("REF*EI*123456789", "REF*EI* 123456789"))
    for arguments in ((), ("--json",)):
        done = scrubjay("fix", path, "--force", *arguments)
        assert "id-blanks" in done.stdout
        assert "123456789" not in done.stdout.replace(hashlib.sha256(path.read_bytes()).hexdigest(), "")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "a.837"
    path.write_text(
        SAMPLE.replace("HC:J2919*", "HC:J2919:25:RT*").replace("CLM*NOJZ-1*135", "CLM*NOJZ-1*136")
    )
    return path


def log_of(path: Path) -> list[dict]:
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


def test_review_offers_one_by_one_and_keeps_who_decided(scrubjay, faulty):
    done = scrubjay(
        "fix", faulty.name, "--review", "--by", "A. Biller", "--as-of", "2026-03-20",
        cwd=faulty.parent, input="what?\ny\nyes\nn\n",
    )  # fmt: skip
    assert done.returncode == 0
    assert "modifiers: 25,RT -> RT" in done.stderr
    assert "modifiers: RT -> none" in done.stderr, "the second change of a column sees the first"
    assert "1 proposal declined" in done.stdout
    fixed = (faulty.parent / "a.fixed.837").read_text()
    assert fixed == SAMPLE.replace("HC:J2919*", "HC:J2919:RT*")
    rows = log_of(faulty.parent / "scrubjay-fixes.jsonl")
    assert [(r["edit"], r["answer"], r["by"]) for r in rows] == [
        ("charge-total-mismatch", "accepted", "A. Biller"),
        ("visit-modifier-on-drug-line", "accepted", "A. Biller"),
        ("laterality-on-systemic-drug", "declined", "A. Biller"),
    ]
    assert rows[1]["before"] == "25,RT"
    assert rows[1]["after"] == "RT"
    assert rows[0]["file_sha256"] == hashlib.sha256(faulty.read_bytes()).hexdigest()
    assert {r["as_of"] for r in rows} == {"2026-03-20"}


def test_both_changes_of_one_column(scrubjay, faulty):
    scrubjay(
        "fix", faulty, "--review", "--as-of", "2026-03-20", "--log", faulty.parent / "log", input="y\ny\ny\n"
    )
    assert (faulty.parent / "a.fixed.837").read_text() == SAMPLE
    assert len(log_of(faulty.parent / "log")) == 3


def test_a_review_that_ends_keeps_what_was_decided(scrubjay, faulty):
    for typed, count in (("", 0), ("q\n", 0), ("y\nq\n", 1)):
        log = faulty.parent / f"log{count}{len(typed)}"
        done = scrubjay(
            "fix", faulty, "--review", "--force", "--as-of", "2026-03-20", "--log", log, input=typed
        )
        assert done.returncode == 0
        assert (len(log_of(log)) if log.exists() else 0) == count
    assert (faulty.parent / "a.fixed.837").read_text() == faulty.read_text().replace("*136*", "*135*")


def test_a_review_refuses_what_it_cannot_do(scrubjay, faulty, one_line):
    for arguments in (("--json",), ("--dry-run",)):
        assert "asks questions" in one_line(scrubjay("fix", faulty, "--review", *arguments).stderr)
    done = scrubjay("fix", faulty, "--review", "--as-of", "2026-03-20", "--log", faulty.parent, input="y\n")
    assert done.returncode == 2
    assert "a decision must be kept" in done.stderr
    assert not (faulty.parent / "a.fixed.837").exists()
