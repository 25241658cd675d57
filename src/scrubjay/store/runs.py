"""Runs: commands that changed the store. Begun before anything is changed, so that one that was stopped shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from scrubjay.store.schema import runs

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection


def begin_run(
    connection: Connection,
    kind: str,
    *,
    actor: str,
    version: str,
    started_at: datetime,
    as_of: date | None = None,
) -> int:
    """Record that a command began, and return the id of the run.

    Args:
        connection: of a writer.
        kind: name of the command.
        actor: who runs it.
        version: of scrubjay.
        started_at: the moment, with its zone.
        as_of: day on which it works, where it has one.
    """
    row = insert(runs).values(
        kind=kind, actor=actor, version=version, as_of=as_of, started_at=started_at, summary={}
    )
    key: Any = connection.execute(row).inserted_primary_key
    return int(key[0])


def finish_run(
    connection: Connection, run_id: int, *, finished_at: datetime, summary: dict[str, Any]
) -> None:
    """Record that a command ended, and what it counted.

    Args:
        connection: of a writer.
        run_id: from `begin_run`.
        finished_at: the moment, with its zone.
        summary: counts and names of files; no value of a patient, decimals as such, no float.
    """
    connection.execute(
        update(runs).where(runs.c.id == run_id).values(finished_at=finished_at, summary=summary)
    )


def read_runs(connection: Connection, limit: int | None = None) -> list[dict[str, Any]]:
    """Runs, the last one first: the columns of the table."""
    asked = select(runs).order_by(runs.c.id.desc())
    return [
        dict(row) for row in connection.execute(asked if limit is None else asked.limit(limit)).mappings()
    ]
