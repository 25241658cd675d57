"""Cases and what people did: each change is an event, and events are never changed.

Frames come in the shapes that `recovery` reads: cases of the worklist, history of outcomes, overrides, chosen claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import insert, select, update

from scrubjay.store.work import cases, events, outcomes

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from sqlalchemy import Connection, Insert

OPEN, CLOSED = "open", "closed"
CHANGED, NOTED, CHOSEN, OVERRULED = "case-changed", "note", "claim-chosen", "decision-overruled"
"""Kinds of event that this module writes and reads; others may be added freely."""


def _added(connection: Connection, row: Insert) -> int:
    """Add one row and return its id."""
    key: Any = connection.execute(row).inserted_primary_key
    return int(key[0])


def add_event(
    connection: Connection,
    kind: str,
    data: dict[str, Any],
    *,
    at: datetime,
    actor: str,
    case_id: int | None = None,
) -> int:
    """Append an event and return its id.

    Args:
        connection: of a writer.
        kind: stable, hyphenated name.
        data: what happened; decimals are kept as texts, a float is refused.
        at: the moment, with its zone.
        actor: who did it.
        case_id: the case it belongs to, if any.
    """
    row = insert(events).values(case_id=case_id, at=at, actor=actor, kind=kind, data=data)
    return _added(connection, row)


def events_of(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    """The events of a case, oldest first."""
    asked = select(events).where(events.c.case_id == case_id).order_by(events.c.id)
    return [dict(row) for row in connection.execute(asked).mappings()]


def open_case(connection: Connection, remit_claim_id: int, *, at: datetime, actor: str) -> int:
    """The case of an answered claim, opened if there is none; returns its id."""
    found = connection.execute(select(cases.c.id).where(cases.c.remit_claim_id == remit_claim_id)).scalar()
    if found is not None:
        return int(found)
    row = insert(cases).values(remit_claim_id=remit_claim_id, status=OPEN, opened_at=at)
    case_id = _added(connection, row)
    add_event(connection, CHANGED, {"status": OPEN}, at=at, actor=actor, case_id=case_id)
    return case_id


def change_case(
    connection: Connection, case_id: int, *, at: datetime, actor: str, status: str | None = None,
    owner: str | None = None, follow_up_date: date | None = None, note: str | None = None,
) -> None:  # fmt: skip
    """Change a case and say so in an event; what is null stays as it is.

    Args:
        connection: of a writer.
        case_id: the case.
        at: the moment.
        actor: who does it.
        status: `open`, `closed` or a word of the site's own.
        owner: whose it is.
        follow_up_date: when to look at it again.
        note: kept as an event of its own.
    """
    changes: dict[str, Any] = {
        name: value
        for name, value in (("status", status), ("owner", owner), ("follow_up_date", follow_up_date))
        if value is not None
    }
    if changes:
        closed = {"closed_at": at if status == CLOSED else None} if status is not None else {}
        connection.execute(update(cases).where(cases.c.id == case_id).values(**changes, **closed))
        told = {n: str(v) for n, v in changes.items()}
        add_event(connection, CHANGED, told, at=at, actor=actor, case_id=case_id)
    if note is not None:
        add_event(connection, NOTED, {"note": note}, at=at, actor=actor, case_id=case_id)


def read_cases(connection: Connection) -> pl.DataFrame:
    """Cases as the worklist takes them: remit_claim_key, owner, work_status, note (the last one), follow_up_date."""
    notes = select(events.c.case_id, events.c.data).where(events.c.kind == NOTED).order_by(events.c.id)
    last = {row.case_id: row.data["note"] for row in connection.execute(notes)}
    rows = [
        (row.remit_claim_id, row.owner, row.status, last.get(row.id), row.follow_up_date)
        for row in connection.execute(
            select(cases).where(cases.c.remit_claim_id.is_not(None)).order_by(cases.c.id)
        )
    ]
    schema = {
        "remit_claim_key": pl.Int64(), "owner": pl.String(), "work_status": pl.String(), "note": pl.String(),
        "follow_up_date": pl.Date(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def record_outcome(
    connection: Connection, case_id: int, *, at: datetime, remedy: str, outcome: str, decided_on: date,
    payer_id: str | None = None, root_cause: str | None = None, denied_amount: Decimal | None = None,
    recovered_amount: Decimal | None = None, work_minutes: Decimal | None = None,
) -> None:  # fmt: skip
    """Record how a remedy ended; `recovered_amount` is null while that is not known."""
    connection.execute(insert(outcomes).values(
        case_id=case_id, recorded_at=at, remedy=remedy, outcome=outcome, decided_on=decided_on, payer_id=payer_id,
        root_cause=root_cause, denied_amount=denied_amount, recovered_amount=recovered_amount, work_minutes=work_minutes,
    ))  # fmt: skip


def choose_claim(
    connection: Connection,
    remit_claim_id: int,
    claim_id: int | None,
    *,
    at: datetime,
    actor: str,
    reason: str | None = None,
) -> None:
    """A person says which claim an answer is about; a null claim says that it is none of those that are held."""
    data = {"remit_claim_id": remit_claim_id, "claim_id": claim_id, "reason": reason}
    add_event(connection, CHOSEN, data, at=at, actor=actor)


def read_choices(connection: Connection) -> pl.DataFrame:
    """What people chose: remit_claim_key, claim_key (null: none); of several the last counts."""
    asked = select(events.c.data).where(events.c.kind == CHOSEN).order_by(events.c.id)
    chosen = {row.data["remit_claim_id"]: row.data["claim_id"] for row in connection.execute(asked)}
    return pl.DataFrame(
        {"remit_claim_key": list(chosen), "claim_key": list(chosen.values())},
        schema={"remit_claim_key": pl.Int64(), "claim_key": pl.Int64()},
    )
