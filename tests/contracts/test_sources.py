"""Every source key that a citation names stands in docs/sources.md."""

from __future__ import annotations

import re
from pathlib import Path

from scrubjay.edits.registry import all_edits
from scrubjay.policies.loader import shipped_policies
from scrubjay.recovery.causes import causes, deciding
from scrubjay.recovery.clocks import clocks

SOURCES = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
KEYS = {
    key.strip() for row in re.findall(r"^\| ([A-Z][^|]*) \|", SOURCES, re.MULTILINE) for key in row.split(",")
}


def test_every_edit_cites_a_listed_source() -> None:
    cited = {c.source for e in all_edits() for c in e.citations}
    assert cited <= KEYS, sorted(cited - KEYS)


def test_every_policy_statement_cites_a_listed_source() -> None:
    cited = {v.citation.source for p in shipped_policies() for _, v in p.statements()}
    assert cited <= KEYS, sorted(cited - KEYS)


def test_every_decision_on_denials_cites_a_listed_source() -> None:
    cited = (
        {c.source for c in causes()} | {g.source for g in deciding().guards} | {c.source for c in clocks()}
    )
    assert cited <= KEYS, sorted(cited - KEYS)
