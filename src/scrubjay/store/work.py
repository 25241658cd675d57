"""Tables of what people did: cases, events, outcomes. Users come later."""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, Date, ForeignKey, Table, Text, event

from scrubjay.store.schema import metadata
from scrubjay.store.types import Instant, Json, Key, Money, Quantity


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True)


cases = Table(
    "cases",
    metadata,
    _id(),
    Column("remit_claim_id", BigInteger, ForeignKey("remit_claims.id"), unique=True),
    Column("claim_id", BigInteger, ForeignKey("claims.id"), index=True),
    Column("status", Text, nullable=False),
    Column("owner", Text),
    Column("follow_up_date", Date),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
)
"""One answered claim that somebody works on. Its notes and decisions are events."""

events = Table(
    "events",
    metadata,
    _id(),
    Column("case_id", BigInteger, ForeignKey("cases.id"), index=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
)
"""What was done, by whom and when; append-only: triggers refuse to change or delete a row."""

outcomes = Table(
    "outcomes",
    metadata,
    _id(),
    Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False, index=True),
    Column("payer_id", Text),
    Column("root_cause", Text),
    Column("remedy", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("denied_amount", Money),
    Column("recovered_amount", Money),
    Column("work_minutes", Quantity),
    Column("decided_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
"""How a remedy ended: the history that probabilities are learned from."""

APPEND_ONLY = {
    "sqlite": (
        (
            "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        ),
        (
            "CREATE TRIGGER events_no_delete BEFORE DELETE ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$"
        ),
        (
            "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events "
            "FOR EACH ROW EXECUTE FUNCTION events_append_only()"
        ),
        (
            "CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events "
            "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()"
        ),
    ),
}
"""The triggers of `events`, by dialect."""

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(events, "after_create", DDL(_statement).execute_if(dialect=_dialect))
