"""Every worked claim of the gold set: what must fire fires, what must be clear does not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from scrubjay import api

CLAIMS = Path(__file__).parents[1] / "gold" / "claims"
CASES = json.loads((CLAIMS / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_gold_claim(case: dict[str, Any]) -> None:
    report = api.check(
        [CLAIMS / case["file"]],
        as_of=date.fromisoformat(case["as_of"]),
        started_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert [p for f in report.files for p in f.problems] == []
    fired = set(report.findings_table(with_not_evaluated=False)["edit"])
    assert set(case["fires"]) <= fired
    assert set(case["clear"]).isdisjoint(fired)
