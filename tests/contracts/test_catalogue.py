"""Every edit of the catalogue is there, under its name and code, whole; documentation and guides have their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.testing.cases import load_cases

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "edits"
ELSEWHERE = ("DO", "GU")
SEVERITIES = {"E": "error", "W": "warning", "I": "info"}
ROW = re.compile(r"^\| ([A-Z]{2}\d{3}) \| ([a-z0-9-]+) \| ([EWI]) \|", re.MULTILINE)
WAIVERS = re.compile(r"^\| WV001-004 \| ([a-z-, ]+) \| ([EWI]) \|", re.MULTILINE)

# Kept here, so that a clone without ../shared tests it too.
CATALOGUE = [
    tuple(line.split())
    for line in (HERE / "catalogue.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
EDITS = {edit.code: edit for edit in all_edits()}


def test_the_list_here_is_that_of_the_catalogue(shared):
    text = (shared / "edits.md").read_text(encoding="utf-8")
    rows = [row for row in ROW.findall(text) if row[0][:2] not in ELSEWHERE]
    names, severity = WAIVERS.findall(text)[0]
    rows += [(f"WV{n:03}", name.strip(), severity) for n, name in enumerate(names.split(","), 1)]
    assert sorted(rows) == sorted(CATALOGUE)
    assert len(rows) == 96


@pytest.mark.parametrize(("code", "name", "severity"), CATALOGUE, ids=[row[1] for row in CATALOGUE])
def test_a_row_is_there_and_whole(code, name, severity):
    edit = EDITS[code]
    assert (edit.name, edit.severity) == (name, SEVERITIES[severity])
    assert {case.expect for case in load_cases(edit)} >= _asked(edit)
    assert (DOCS / f"{name}.md").is_file()
    assert edit.citations
    assert all(c.source and c.text for c in edit.citations)


def _asked(edit) -> set[str]:
    """The four verdicts, but those that the edit's cases declare impossible, with the reason."""
    import yaml

    from scrubjay.edits.registry import cases_path

    data = yaml.safe_load(cases_path(edit).read_text(encoding="utf-8"))
    impossible = set(data.get("impossible", []))
    assert not impossible or data.get("why")
    return {"fires", "clear", "not_applicable", "not_evaluated"} - impossible
