"""Cases, events, outcomes, choices: what people did, kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from sqlalchemy import insert, select

from scrubjay.recovery.probability import HISTORY_SCHEMA, learn
from scrubjay.recovery.worklist import CASES_SCHEMA
from scrubjay.store import StoreFailedError, schema, work
from scrubjay.store import cases as kept
from scrubjay.store.decisions import read_outcomes

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture
def case(store):
    with store.writing() as connection:
        connection.execute(insert(schema.payments).values(id=1, digest="p"))
        connection.execute(insert(schema.remit_claims).values(id=7, payment_id=1))
        return kept.open_case(connection, 7, at=AT, actor="ann")


def test_a_case_is_opened_once(store, case):
    with store.writing() as connection:
        assert kept.open_case(connection, 7, at=AT, actor="bob") == case
        assert [e["actor"] for e in kept.events_of(connection, case)] == ["ann"]


def test_changes_and_notes_are_events_and_the_worklist_can_read_them(store, case):
    with store.writing() as connection:
        kept.change_case(
            connection, case, at=AT, actor="ann", owner="bob", follow_up_date=date(2026, 12, 1), note="called"
        )
        kept.change_case(connection, case, at=AT, actor="bob", status=kept.CLOSED, note="paid")
    with store.reading() as connection:
        told = kept.events_of(connection, case)
        frame = kept.read_cases(connection)
        closed_at = connection.execute(select(work.cases.c.closed_at)).scalar()
    assert [(e["kind"], e["actor"]) for e in told] == [
        ("case-changed", "ann"), ("case-changed", "ann"), ("note", "ann"), ("case-changed", "bob"), ("note", "bob"),
    ]  # fmt: skip
    assert told[1]["data"] == {"owner": "bob", "follow_up_date": "2026-12-01"}
    assert frame.schema == pl.Schema(CASES_SCHEMA)
    assert frame.rows() == [(7, "bob", "closed", "paid", date(2026, 12, 1))]
    assert closed_at == AT


def test_a_case_that_is_opened_again_is_not_closed(store, case):
    with store.writing() as connection:
        kept.change_case(connection, case, at=AT, actor="ann", status=kept.CLOSED)
        kept.change_case(connection, case, at=AT, actor="ann", status=kept.OPEN)
        assert connection.execute(select(work.cases.c.closed_at)).scalar() is None


def test_a_case_of_no_answer_is_refused(store):
    with pytest.raises(StoreFailedError), store.writing() as connection:
        kept.open_case(connection, 99, at=AT, actor="ann")


def test_outcomes_are_the_history_that_probabilities_learn_from(store, case):
    with store.writing() as connection:
        for amount in (Decimal("80.10"), None, Decimal(0)):
            kept.record_outcome(
                connection, case, at=AT, remedy="APP", outcome="decided", decided_on=date(2026, 10, 1), payer_id="P1",
                root_cause="ndc-missing", denied_amount=Decimal("100.00"), recovered_amount=amount,
            )  # fmt: skip
    with store.reading() as connection:
        history = read_outcomes(connection).select(HISTORY_SCHEMA.keys())
    assert history.schema == pl.Schema(HISTORY_SCHEMA)
    assert history["recovered_amount"].to_list() == [Decimal("80.10"), None, Decimal(0)]
    assert learn(history).cases == 2


def test_of_several_choices_the_last_counts(store):
    with store.writing() as connection:
        kept.choose_claim(connection, 1, 5, at=AT, actor="ann")
        kept.choose_claim(connection, 2, 6, at=AT, actor="ann")
        kept.choose_claim(connection, 1, None, at=AT, actor="bob", reason="sent by another office")
    with store.reading() as connection:
        assert kept.read_choices(connection).rows() == [(1, None), (2, 6)]
