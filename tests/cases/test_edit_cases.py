"""Every case of every edit, and what an edit's cases must contain."""

from __future__ import annotations

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.testing.cases import Case, contract_faults, load_cases

CASES = [case for edit in all_edits() for case in load_cases(edit)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.edit.name}-{c.name}")
def test_case(case: Case) -> None:
    case.check()


@pytest.mark.parametrize("edit", all_edits(), ids=lambda e: e.name)
def test_cases_are_whole(edit) -> None:
    make_plan([edit])
    assert contract_faults(edit) == []
