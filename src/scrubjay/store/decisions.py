"""What people decided and answered on cases, as frames that `recovery` reads; each is an event of `store.cases`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select

from scrubjay.store.cases import OVERRULED, add_event, events_of, open_case
from scrubjay.store.work import cases, events, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

ANSWERED = "question-answered"
"""Kind of event: a person answered what a decision asks. Data: `line` (null: all), `question`, `answer`."""

LETTER = "letter-written"
"""Kind of event: a letter about the case was written. Data: `letter` (template and version), `folder`, `keys` (what
it is about, as in the record of papers), `again` (why once more)."""


def add_letters(
    connection: Connection, letters: Mapping[int, Mapping[str, Any]], *, at: datetime, actor: str
) -> None:
    """Say on each case that a letter about it was written.

    Args:
        connection: of a writer.
        letters: data of the event by answered claim.
        at: the moment.
        actor: who had it written.
    """
    for remit_claim_key, data in letters.items():
        case_id = open_case(connection, remit_claim_key, at=at, actor=actor)
        add_event(connection, LETTER, dict(data), at=at, actor=actor, case_id=case_id)


def read_letters(connection: Connection) -> dict[str, str]:
    """What letters were written about, by key: when and as what, in words; of several the last."""
    asked = select(events.c.at, events.c.data).where(events.c.kind == LETTER).order_by(events.c.id)
    return {
        key: f"on {row.at.date()} as {row.data['folder']}"
        for row in connection.execute(asked)
        for key in row.data["keys"]
    }


def _told(connection: Connection, kind: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Answered claim, who, and what, oldest first."""
    asked = (
        select(cases.c.remit_claim_id, events.c.actor, events.c.data)
        .join(cases, cases.c.id == events.c.case_id)
        .where(events.c.kind == kind, cases.c.remit_claim_id.is_not(None))
        .order_by(events.c.id)
    )
    for row in connection.execute(asked):
        yield row.remit_claim_id, row.actor, row.data


def read_answers(connection: Connection) -> pl.DataFrame:
    """`remit_claim_key`, `remit_line_key`, `question`, `answer`; of several the last counts."""
    rows = [(claim, d["line"], d["question"], d["answer"]) for claim, _, d in _told(connection, ANSWERED)]
    schema = {
        "remit_claim_key": pl.Int64(), "remit_line_key": pl.Int64(), "question": pl.String(), "answer": pl.Boolean(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def read_overrides(connection: Connection) -> pl.DataFrame:
    """`remit_claim_key`, `remit_line_key`, `remedy`, `reason`, `decided_by`, `decided_on`, `accepts_guards`."""
    rows = [
        (claim, d["line"], d["remedy"], d["reason"], actor, d["decided_on"], d["accepts_guards"])
        for claim, actor, d in _told(connection, OVERRULED)
    ]
    schema = {
        "remit_claim_key": pl.Int64(), "remit_line_key": pl.Int64(), "remedy": pl.String(), "reason": pl.String(),
        "decided_by": pl.String(), "decided_on": pl.String(), "accepts_guards": pl.List(pl.String()),
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.col("decided_on").str.to_date("%Y-%m-%d"))


def read_outcomes(connection: Connection) -> pl.DataFrame:
    """How remedies ended: `remit_claim_key`, `payer_id`, `root_cause`, `remedy`, `at_stake_amount`, `recovered_amount`, `decided_on`."""
    names = ("payer_id", "root_cause", "remedy", "denied_amount", "recovered_amount", "decided_on")
    asked = (
        select(cases.c.remit_claim_id, *(outcomes.c[n] for n in names))
        .join(cases, cases.c.id == outcomes.c.case_id)
        .order_by(outcomes.c.id)
    )
    money = pl.Decimal(18, 2)
    schema = {
        "remit_claim_key": pl.Int64(), "payer_id": pl.String(), "root_cause": pl.String(), "remedy": pl.String(),
        "at_stake_amount": money, "recovered_amount": money, "decided_on": pl.Date(),
    }  # fmt: skip
    return pl.DataFrame([tuple(r) for r in connection.execute(asked)], schema=schema, orient="row")


def read_case_events(connection: Connection, remit_claim_key: int) -> list[dict[str, Any]]:
    """What was done on the case of an answered claim, oldest first: `at` (ISO), `actor`, `kind`, `data`."""
    found = connection.execute(select(cases.c.id).where(cases.c.remit_claim_id == remit_claim_key)).scalar()
    if found is None:
        return []
    return [
        {"at": e["at"].isoformat(), "actor": e["actor"], "kind": e["kind"], "data": e["data"]}
        for e in events_of(connection, int(found))
    ]
