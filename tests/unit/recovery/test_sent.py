"""The record of papers: nothing twice without a reason, nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from scrubjay.errors import UsageError
from scrubjay.recovery.sent import SentLedger, key_of

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def enter(ledger, key="k", **given):
    return ledger.record(
        key, "replacement", **({"file": "a.837", "data": b"x", "by": "ada", "at": NOW} | given)
    )


def test_a_second_paper_needs_a_reason(tmp_path):
    ledger = SentLedger(tmp_path / "sent")
    enter(ledger)
    with pytest.raises(UsageError, match=r"written before, on 2026-03-20 as a\.837"):
        enter(ledger)
    enter(ledger, key="other")
    enter(ledger, again="the upload failed")
    assert [e.again for e in ledger.entries()] == [None, None, "the upload failed"]


def test_of_many_at_once_one_is_written(tmp_path):
    ledger = SentLedger(tmp_path)

    def one(_):
        try:
            return enter(ledger)
        except UsageError:
            return None

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(one, range(40)))
    assert len([d for d in done if d]) == 1
    assert len(ledger.entries()) == 1


def test_keys_do_not_show_what_they_are_made_of():
    assert "A-1" not in key_of("A-1", "ICN42")
    assert key_of("a", "b") != key_of("ab", None)


def test_damage_is_named_and_not_written_over(tmp_path):
    (tmp_path / "sent.jsonl").write_text("{half\n")
    with pytest.raises(UsageError, match="line 1"):
        enter(SentLedger(tmp_path))
    assert (tmp_path / "sent.jsonl").read_text() == "{half\n"
