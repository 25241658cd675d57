"""How a reference set is declared: its keys, its columns, and the provenance that every row carries."""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, DATE, QUANTITY, Column, Kind, Table

_TEXT = pl.String()
_FLAG = pl.Boolean()
_INT = pl.Int32()
_LIST = pl.List(pl.String())


def code(name: str, about: str) -> Column:
    """A code column."""
    return Column(name, CODE, Kind.CODE, about)


def text(name: str, about: str) -> Column:
    """A column of words."""
    return Column(name, _TEXT, Kind.TEXT, about)


def quantity(name: str, about: str) -> Column:
    """An exact amount."""
    return Column(name, QUANTITY, Kind.QUANTITY, about)


def listed(name: str, about: str) -> Column:
    """A list of codes."""
    return Column(name, _LIST, Kind.CODE, f"{about} (in CSV joined by `|`)")


def flag(name: str, about: str) -> Column:
    """A yes or no."""
    return Column(name, _FLAG, Kind.FLAG, about)


def count(name: str, about: str) -> Column:
    """A whole number."""
    return Column(name, _INT, Kind.COUNT, about)


PROVENANCE = (
    Column("effective_from", DATE, Kind.DATE, "first day of service, inclusive"),
    Column("effective_to", DATE, Kind.DATE, "first day of service that is no longer covered, exclusive"),
    Column("known_from", DATE, Kind.DATE, "publication day of the edition"),
    text("source", "official file or page"),
    text("edition", "release of the source"),
    code("confidence", "A, B, C or D"),
    text("citation", "where a reader finds it"),
    text("note", "conflict or remark"),
)


class ReferenceSet(Table):
    """A reference table with the columns that identify a row on one day.

    `keys` are what a caller looks up by. Where one key may have several rows on one day (an NDC
    that bills under two codes), `identity` names the columns that tell those rows apart. `is_in_starter`
    is false for a set that only loaded files fill.
    """

    def __init__(
        self,
        name: str,
        keys: tuple[str, ...],
        columns: tuple[Column, ...],
        about: str,
        *,
        identity: tuple[str, ...] | None = None,
        is_in_starter: bool = True,
    ) -> None:
        super().__init__(name, (*columns, *PROVENANCE))
        self.keys = keys
        self.identity = identity or keys
        self.about = about
        self.is_in_starter = is_in_starter
