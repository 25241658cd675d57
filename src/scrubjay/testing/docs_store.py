"""The page docs/reference/store.md: every table of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.store import schema, work
from scrubjay.store.migrate import HEAD
from scrubjay.store.types import Instant, Json, Money, Quantity, Texts
from scrubjay.testing.markdown import page, table

if TYPE_CHECKING:
    from sqlalchemy import Column

_WORDS = ((Money, "money, as cents"), (Quantity, "quantity, as millionths"), (Texts, "list of texts, as JSON"),
          (Json, "JSON"), (Instant, "moment, UTC"))  # fmt: skip
_ABOUT = f"""The database of `scrubjay recover`: SQLite in one file by default, PostgreSQL by setting. Which one it is:
`--store`, then `SCRUBJAY_STORE`, then `[store] url` in `scrubjay.toml`, then a file among the user's data. The first
`scrubjay recover ingest` makes it, and every command brings it up to date (migration {HEAD} is the newest).

- Money is stored as whole cents and quantities as whole millionths. No column is a float.
- SQLite runs with `journal_mode=WAL`, `synchronous=FULL`, `foreign_keys=ON` and a `busy_timeout` of 30 seconds; its file
  is readable for its owner alone. Do not put it on a network share.
- Rows of `events` can only be added: triggers refuse to change or delete one.
- A row is stored once, however many files hold it: `digest` is the SHA-256 of what it says, and the tables of sightings
  tell in which file it stood where.
- Which payment counts, what may be posted and what matches what is not stored: it is worked out on reading.
- Columns that are not explained here are those of [tables](tables.md). Names, member numbers and control numbers of
  patients are stored as they are: keep the file or the database where such data may be kept."""


def _type(column: Column[Any]) -> str:
    for kind, words in _WORDS:
        if isinstance(column.type, kind):
            return words
    return type(column.type).__name__.lower().replace("biginteger", "integer")


def _notes(column: Column[Any]) -> str:
    notes = ["key"] if column.primary_key else []
    notes += [f"of [{k.column.table.name}](#{k.column.table.name})" for k in column.foreign_keys]
    notes += ["unique"] if column.unique else []
    notes += ["never null"] if not column.nullable and not column.primary_key else []
    return ", ".join(notes)


def store_page() -> str:
    """All tables, in the order in which rows depend on one another."""
    parts = [_ABOUT]
    whole = work.events.metadata
    for one in schema.metadata.sorted_tables if whole is schema.metadata else ():
        rows = [(f"`{c.name}`", _type(c), _notes(c)) for c in one.columns]
        parts += [f"## {one.name}", table(("Column", "Type", "Notes"), rows)]
    return page("Store", *parts)
