"""Columns that stand in segments of their own: found, changed, added where the guides have them, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrubjay.intake.x12.one_claim import OneClaim, Segment


@dataclass(frozen=True, slots=True)
class Column:
    """How a column of a claim or a line is read and written; `read` gives null where it is not sent."""

    read: Callable[[OneClaim, list[Segment]], str | None]
    write: Callable[[OneClaim, list[Segment], str], None]


def get(segment: Segment, index: int) -> str | None:
    """Element `index` of a segment, or null where it is empty or not there."""
    return (segment[index] or None) if index < len(segment) else None


def put(segment: Segment, index: int, value: str) -> None:
    """Write an element; empty ones at the end are left out."""
    segment += [""] * (index + 1 - len(segment))
    segment[index] = value
    while len(segment) > 2 and not segment[-1]:
        segment.pop()


def own_count(owned: list[Segment], ends: Sequence[str]) -> int:
    """How many of the segments are the claim's or line's own, before its inner loops."""
    return next((n for n, s in enumerate(owned) if s[0] in ends), len(owned))


def insert(owned: list[Segment], new: Segment, order: Sequence[str], ends: Sequence[str]) -> None:
    """Put a segment behind all that the guide has before it or beside it."""
    before = set(order[: order.index(new[0]) + 1])
    own = own_count(owned, ends)
    at = max((n for n in range(own) if owned[n][0] in before), default=own - 1) + 1
    owned.insert(at, new)


def reference(qualifier: str, order: Sequence[str], ends: Sequence[str]) -> Column:
    """A REF by its qualifier; one that names another payer (REF04) is left alone."""

    def is_meant(segment: Segment) -> bool:
        return segment[0] == "REF" and get(segment, 1) == qualifier and get(segment, 4) is None

    def find(owned: list[Segment]) -> Segment | None:
        own = owned[: own_count(owned, ends)]
        return next((s for s in own if is_meant(s)), None)

    def read(_: OneClaim, owned: list[Segment]) -> str | None:
        found = find(owned)
        return get(found, 2) if found else None

    def write(_: OneClaim, owned: list[Segment], value: str) -> None:
        first = find(owned)
        if first is not None and value:
            put(first, 2, value)
        elif value:
            first = ["REF", qualifier, value]
            insert(owned, first, order, ends)
        # The guides have one; a second would still say the old value.
        for segment in [s for s in owned[: own_count(owned, ends)] if is_meant(s)]:
            if segment is not first or not value:
                del owned[next(n for n, s in enumerate(owned) if s is segment)]

    return Column(read, write)


def note(code: Callable[[OneClaim], str], order: Sequence[str], ends: Sequence[str]) -> Column:
    """The notes, joined as intake joins them; a new text takes the place of all."""

    def read(_: OneClaim, owned: list[Segment]) -> str | None:
        notes = [s[2] for s in owned[: own_count(owned, ends)] if s[0] == "NTE" and len(s) > 2]
        return " | ".join(notes) or None

    def write(claim: OneClaim, owned: list[Segment], value: str) -> None:
        own = [s for s in owned[: own_count(owned, ends)] if s[0] == "NTE"]
        for segment in own:
            owned.remove(segment)
        if value:
            insert(owned, ["NTE", code(claim), value], order, ends)

    return Column(read, write)
