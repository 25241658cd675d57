"""Every case of every edit, and what an edit's cases must contain."""

from __future__ import annotations

import pytest
import yaml

from scrubjay.edits.registry import all_edits, cases_path
from scrubjay.engine import make_plan
from scrubjay.testing.cases import Case, load_cases

VERDICTS = {"fires", "clear", "not_applicable", "not_evaluated"}
CASES = [case for edit in all_edits() for case in load_cases(edit)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.edit.name}-{c.name}")
def test_case(case: Case) -> None:
    case.check()


@pytest.mark.parametrize("edit", all_edits(), ids=lambda e: e.name)
def test_cases_are_whole(edit) -> None:
    make_plan([edit])
    data = yaml.safe_load(cases_path(edit).read_text(encoding="utf-8"))
    cases = load_cases(edit)
    impossible = set(data.get("impossible", []))
    assert not impossible or data.get("why"), f"{edit.code}: say why {impossible} cannot happen"
    assert VERDICTS - {c.expect for c in cases} == impossible, f"{edit.code}: verdicts without a case"
    shown = {c.expect for c in cases if c.is_shown_in_docs}
    assert {"fires", "clear"} <= shown, f"{edit.code}: mark a firing and a clear case with docs: true"
    names = [c.name for c in cases]
    assert len(names) == len(set(names)), f"{edit.code}: two cases have one name"


@pytest.mark.parametrize("edit", [e for e in all_edits() if e.effective_from], ids=lambda e: e.name)
def test_first_day_and_the_day_before(edit) -> None:
    days = {
        str((c.body.get("with") or {}).get(edit.date_column) or c.given.get(edit.date_column)): c.expect
        for c in load_cases(edit)
        if "claim" not in c.body and "claims" not in c.body
    }
    from datetime import timedelta

    assert str(edit.effective_from) in days, f"{edit.code}: no case on the first day"
    assert days.get(str(edit.effective_from - timedelta(days=1))) == "not_applicable", (
        f"{edit.code}: the day before"
    )
