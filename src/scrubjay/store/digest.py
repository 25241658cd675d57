"""What a store holds, as a value to compare: two stores that were told the same are equal, whatever the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from scrubjay.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

_NUMBERS = frozenset({"id", "ingested_at", "run_id"})
"""Columns that say when something came, by which run, or in which order."""
_NAMES = frozenset({("files", "name")})
"""Columns that say under which name something came."""

# A row is told by its digest, a file by its bytes, and what stands under one by that and its place.
_TOLD_BY = {"files": "sha256", "claims": "digest", "payments": "digest", "acknowledgments": "digest",
            "claim_statuses": "digest", "authorizations": "digest", "waivers": "digest"}  # fmt: skip


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of each table of what files said, sorted, numbers of rows replaced by what they stand for."""
    names: dict[str, dict[int, Any]] = {}
    found: dict[str, list[tuple[Any, ...]]] = {}
    work = {"cases", "events", "runs", "outcomes"}
    for table in schema.metadata.sorted_tables:
        if table.name not in work:
            found[table.name] = sorted(_rows(connection, table, names), key=repr)
    return found


def _rows(connection: Connection, table: Table, names: dict[str, dict[int, Any]]) -> list[tuple[Any, ...]]:
    own: dict[int, Any] = {}
    names[table.name] = own
    owners = {
        c.name: next(iter(c.foreign_keys)).column.table.name
        for c in table.columns
        if c.foreign_keys and c.name not in _NUMBERS
    }
    left_out = _NUMBERS | {column for of_table, column in _NAMES if of_table == table.name} | owners.keys()
    places: dict[Any, int] = {}
    out: list[tuple[Any, ...]] = []
    ordered = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(ordered).mappings():
        under = tuple(names[o][row[c]] if row[c] is not None else None for c, o in owners.items())
        if "id" in row:
            mark = row[_TOLD_BY[table.name]] if table.name in _TOLD_BY else None
            if mark is None:
                # Rows of one owner keep the order that they had in their file.
                first = under[0] if under else None
                places[first] = places.get(first, 0) + 1
                mark = (first, places[first])
            own[row["id"]] = mark
        out.append((*under, *(row[c.name] for c in table.columns if c.name not in left_out)))
    return out
