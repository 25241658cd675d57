"""The records that a letter may speak of: named values, each with the place that it was taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.ndc import hyphened
from scrubjay.errors import UsageError
from scrubjay.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

UNVERIFIED = frozenset({"C", "D"})
"""Confidence tags of facts that were not checked against the official text."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that a letter may state.

    Attributes:
        name: such as `line.units_billed`; templates name it so.
        text: the value as the letter shows it.
        source: where it stands: file and segment, set and edition, page of the record.
        confidence: A to D of a rule or reference value; null for what a record says.
    """

    name: str
    text: str
    source: str
    confidence: str | None = None


class Records(Mapping[str, Fact]):
    """Facts by name. A name is given once."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts: dict[str, Fact] = {}
        for fact in facts:
            if fact.name in self._facts:
                raise UsageError(f"the record {fact.name} is given twice.", hint="Leave one out.")
            self._facts[fact.name] = fact

    def __getitem__(self, name: str) -> Fact:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def with_facts(self, facts: Iterable[Fact]) -> Records:
        """These and more.

        Raises:
            UsageError: a name is given twice.
        """
        return Records([*self._facts.values(), *facts])

    def without(self, name: str) -> Records:
        """All but one."""
        return Records(f for n, f in self._facts.items() if n != name)


def from_row(prefix: str, row: Mapping[str, Any], source: str) -> list[Fact]:
    """A fact for each value of a table row that is known; lists are joined, money has a dollar sign.

    Args:
        prefix: of the names, e.g. `line`.
        row: column and value; nulls and empty lists are left out.
        source: where the row was read.
    """
    facts: list[Fact] = []
    for column, value in row.items():
        text = text_of(column, value)
        if text:
            facts.append(Fact(f"{prefix}.{column}", text, source))
    return facts


def text_of(column: str, value: Any) -> str | None:
    """How a letter shows the value of a column; null where there is nothing to show or no plain way to."""
    if value is None or isinstance(value, bool | Mapping):
        return None
    if isinstance(value, list):
        parts: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType] - a list out of a frame
        shown = [str(p) for p in parts if p is not None]
        return ", ".join(shown) or None
    if isinstance(value, Decimal):
        return money(value) if column.endswith("_amount") else plain(value)
    if hasattr(value, "strftime"):
        return day(value)
    if column == "ndc11":
        return hyphened(str(value))
    return str(value).strip() or None


def money(value: Decimal) -> str:
    """Dollars and cents."""
    return f"${value.quantize(Decimal('0.01')):,}"


def day(value: date) -> str:
    """A day that cannot be misread."""
    return f"{value:%B} {value.day}, {value.year}"
