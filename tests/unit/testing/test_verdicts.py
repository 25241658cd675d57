"""The table of verdicts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Grain
from scrubjay.testing import verdicts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def total():
    gold = ROOT / "tests" / "gold" / "claims"
    return verdicts.tally(
        [(gold / "V10.837", date(2024, 8, 30)), (gold / "expected.json", date(2024, 8, 30))]
    )


def test_counts_every_line_once_for_every_line_edit(total):
    assert (total.files, total.claims, total.lines) == (1, 1, 3)
    assert total.counts["pair-never-payable"] == [1, 1, 1, 0]
    of_claims = [e.name for e in all_edits() if e.grain.is_of_claims]
    assert {sum(total.counts[name]) for name in of_claims} == {1, 3}
    assert all(sum(total.counts[e.name]) == 0 for e in all_edits() if not e.grain.is_of_claims)


def test_table(total):
    text = verdicts.counts_table(total)
    assert "| NC001 | [pair-never-payable](edits/pair-never-payable.md) | 1 | 1 | 1 | 0 | 100 % |  |" in text
    assert all((f"[{e.name}]" in text) is (e.grain is not Grain.CHART) for e in all_edits())


def test_share_is_rounded_down():
    assert verdicts._share(999, 1000) == "99 %"
    assert verdicts._share(0, 0) == ""


def test_own_samples_are_there():
    files = verdicts.own_samples(ROOT)
    assert len(files) > 14
    assert all(path.is_file() for path, _ in files)


def test_second_part_is_kept(tmp_path):
    old = tmp_path / "verdicts.md"
    assert "Not made yet" in verdicts._kept(old)
    old.write_text("# Verdicts\n\nfirst\n\n## Other people's samples\n\nold table\n")
    assert verdicts._kept(old) == "## Other people's samples\n\nold table\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--root", "nowhere"], "holds no sample claims"),
        (["--root", str(ROOT), "--also", "x"], "belong together"),
        (["--root", str(ROOT), "--also", "nowhere", "--on", "2026-01-01"], "is no folder"),
    ],
)
def test_bad_arguments(arguments, told, capsys):
    assert verdicts.main(arguments) == 2
    assert told in capsys.readouterr().err
