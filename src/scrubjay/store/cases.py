"""Cases: what people decided, answered, noted and how it ended. Every act is an event; the case holds the last state."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import insert, select, update

from scrubjay.store import schema, work
from scrubjay.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from sqlalchemy import Connection

ANSWER, OVERRIDE, NOTE, ASSIGNED, OUTCOME = "answer", "override", "note", "assigned", "outcome"


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, and when."""

    actor: str
    at: datetime


def case_of(connection: Connection, remit_claim_key: int, at: datetime) -> int:
    """The case of an answered claim, opened if there is none.

    Args:
        connection: that writes.
        remit_claim_key: the answered claim.
        at: now.

    Raises:
        StoreError: the store holds no such answered claim.
    """
    found = connection.execute(
        select(work.cases.c.id).where(work.cases.c.remit_claim_id == remit_claim_key)
    ).scalar()
    if found is not None:
        return int(found)
    exists = connection.execute(
        select(schema.remit_claims.c.id).where(schema.remit_claims.c.id == remit_claim_key)
    ).scalar()
    if exists is None:
        raise StoreError(
            f"there is no case {remit_claim_key} in the store.",
            hint="`scrubjay recover worklist` lists them.",
        )
    made = connection.execute(
        insert(work.cases).values(remit_claim_id=remit_claim_key, status="open", opened_at=at)
    )
    key = made.inserted_primary_key
    assert key is not None
    return int(key[0])


def record(connection: Connection, case_id: int, kind: str, data: dict[str, Any], act: Act) -> None:
    """Enter an event; amounts in `data` are texts, for a number of JSON is not exact."""
    connection.execute(
        insert(work.events).values(case_id=case_id, at=act.at, actor=act.actor, kind=kind, data=data)
    )


def assign(
    connection: Connection,
    case_id: int,
    act: Act,
    *,
    owner: str | None = None,
    status: str | None = None,
    follow_up_date: date | None = None,
) -> None:
    """Change owner, state or follow-up date of a case; what is null stays as it is."""
    changes = {
        k: v
        for k, v in (("owner", owner), ("status", status), ("follow_up_date", follow_up_date))
        if v is not None
    }
    if not changes:
        return
    connection.execute(update(work.cases).where(work.cases.c.id == case_id).values(**changes))
    told = {k: str(v) for k, v in changes.items()}
    record(connection, case_id, ASSIGNED, told, act)


def close(
    connection: Connection,
    case_id: int,
    act: Act,
    *,
    remedy: str,
    recovered: Decimal,
    minutes: Decimal | None,
    on: date,
    at_stake: Decimal | None,
    root_cause: str | None,
    payer_id: str | None,
) -> None:
    """Enter how a remedy ended and close the case; it teaches the probabilities."""
    outcome = "recovered" if recovered > 0 else "lost"
    connection.execute(
        insert(work.outcomes).values(
            case_id=case_id,
            remedy=remedy,
            outcome=outcome,
            recovered_amount=recovered,
            work_minutes=minutes,
            decided_on=on,
            recorded_at=act.at,
        )
    )
    connection.execute(
        update(work.cases).where(work.cases.c.id == case_id).values(status=outcome, closed_at=act.at)
    )
    told = {
        "remedy": remedy,
        "recovered_amount": str(recovered),
        "at_stake_amount": None if at_stake is None else str(at_stake),
        "root_cause": root_cause,
        "payer_id": payer_id,
        "decided_on": on.isoformat(),
    }
    record(connection, case_id, OUTCOME, told, act)


def read_cases(connection: Connection) -> pl.DataFrame:
    """`remit_claim_key`, `owner`, `work_status`, `note` (the last one), `follow_up_date`."""
    notes = {case: data["text"] for case, _, data in _events(connection, NOTE)}
    c = work.cases.c
    rows = connection.execute(select(c.id, c.remit_claim_id, c.owner, c.status, c.follow_up_date)).all()
    return pl.DataFrame(
        [(r.remit_claim_id, r.owner, r.status, notes.get(r.remit_claim_id), r.follow_up_date) for r in rows],
        schema={
            "remit_claim_key": pl.Int64,
            "owner": pl.String,
            "work_status": pl.String,
            "note": pl.String,
            "follow_up_date": pl.Date,
        },
        orient="row",
    )


def read_answers(connection: Connection) -> pl.DataFrame:
    """What people answered: `remit_claim_key`, `remit_line_key`, `question`, `answer`; the last counts."""
    return pl.DataFrame(
        [(claim, d["line"], d["question"], d["answer"]) for claim, _, d in _events(connection, ANSWER)],
        schema={
            "remit_claim_key": pl.Int64,
            "remit_line_key": pl.Int64,
            "question": pl.String,
            "answer": pl.Boolean,
        },
        orient="row",
    )


def read_overrides(connection: Connection) -> pl.DataFrame:
    """Decisions of people: `remit_claim_key`, `remit_line_key`, `remedy`, `reason`, `decided_by`, `decided_on`, `accepts_guards`."""
    return pl.DataFrame(
        [
            (claim, d["line"], d["remedy"], d["reason"], actor, d["decided_on"], d["accepts_guards"])
            for claim, actor, d in _events(connection, OVERRIDE)
        ],
        schema={
            "remit_claim_key": pl.Int64,
            "remit_line_key": pl.Int64,
            "remedy": pl.String,
            "reason": pl.String,
            "decided_by": pl.String,
            "decided_on": pl.String,
            "accepts_guards": pl.List(pl.String),
        },
        orient="row",
    ).with_columns(pl.col("decided_on").str.to_date("%Y-%m-%d"))


def read_outcomes(connection: Connection) -> pl.DataFrame:
    """How cases ended: `remit_claim_key`, `payer_id`, `root_cause`, `remedy`, `at_stake_amount`, `recovered_amount`, `decided_on`."""
    rows = [
        (
            claim,
            d["payer_id"],
            d["root_cause"],
            d["remedy"],
            None if d["at_stake_amount"] is None else Decimal(d["at_stake_amount"]),
            Decimal(d["recovered_amount"]),
            d["decided_on"],
        )
        for claim, _, d in _events(connection, OUTCOME)
    ]
    return pl.DataFrame(
        rows,
        schema={
            "remit_claim_key": pl.Int64,
            "payer_id": pl.String,
            "root_cause": pl.String,
            "remedy": pl.String,
            "at_stake_amount": pl.Decimal(18, 2),
            "recovered_amount": pl.Decimal(18, 2),
            "decided_on": pl.String,
        },
        orient="row",
    ).with_columns(pl.col("decided_on").str.to_date("%Y-%m-%d"))


def read_events(connection: Connection, remit_claim_key: int) -> list[dict[str, Any]]:
    """What was done on a case, oldest first: `at`, `actor`, `kind`, `data`."""
    e, c = work.events.c, work.cases.c
    rows = connection.execute(
        select(e.at, e.actor, e.kind, e.data)
        .join(work.cases, c.id == e.case_id)
        .where(c.remit_claim_id == remit_claim_key)
        .order_by(e.id)
    ).all()
    return [{"at": r.at.isoformat(), "actor": r.actor, "kind": r.kind, "data": r.data} for r in rows]


def _events(connection: Connection, kind: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    e, c = work.events.c, work.cases.c
    rows = connection.execute(
        select(c.remit_claim_id, e.actor, e.data)
        .join(work.cases, c.id == e.case_id)
        .where(e.kind == kind)
        .order_by(e.id)
    ).all()
    for row in rows:
        yield row.remit_claim_id, row.actor, row.data
