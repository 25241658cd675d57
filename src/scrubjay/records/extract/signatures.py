"""Signatures in a segment: who signed, with which credential and when, or that nobody did."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubjay.records.extract import people
from scrubjay.records.extract.vocabulary import topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.records.extract import fields
    from scrubjay.records.extract.reader import Reader
    from scrubjay.records.extract.segments import Segment

_REST = re.compile(r"[\W\d_]+|\b(?:rn|md|do|np|pa|date|time|am|pm|on|at|and|by)\b")


def is_bare(
    norm: str,
    persons: list[people.Person],
    days: list[fields.FoundDate],
    clock: list[fields.Found],
) -> bool:
    """Does a segment hold nothing but names with credentials, dates and times?"""
    if not persons and not days:
        return False
    return len(_REST.sub("", _without(norm, [*persons, *clock], days))) < 4


def read_signature(
    reader: Reader, segment: Segment, persons: list[people.Person], days: list[fields.FoundDate]
) -> None:
    """Emit the signatures of a segment, and their absence.

    Args:
        reader: takes the mentions.
        segment: a sentence or row.
        persons: people with credentials in it.
        days: dates in it.
    """
    norm = segment.norm
    missing = people.unsigned(norm)
    done = people.signed(norm[: missing[0]]) if missing else None
    if missing and not (done and any(done[1] <= p.start and p.end <= missing[0] for p in persons)):
        reader.emit(segment, "signature", *missing, value="missing", is_negated=True)
        reader.sign_pending = False
        return
    cue = people.signed(norm)
    alone = bool(persons) and len(_REST.sub("", _without(norm, persons, days))) < 4
    if topic("consent").search(norm) and not alone:
        return
    if cue or alone or (reader.sign_pending and persons):
        for person in persons:
            if cue and not person.is_giver and re.search(r"witness|verified", norm[: person.start]):
                continue
            after = [d.value for d in days if d.start >= person.start] or [d.value for d in days]
            reader.emit(
                segment,
                "signature",
                person.start,
                person.end,
                value=person.credential,
                date=after[0] if after else reader.day,
            )
    named_only = (
        cue is not None
        and not persons
        and re.search(r"\b[A-Z][a-z]+ [A-Z][a-z]+", reader.normal.cased[segment.start + cue[1] : segment.end])
    )
    if named_only and "consent" not in norm and cue:
        reader.emit(
            segment,
            "signature",
            cue[0],
            len(norm.rstrip()),
            value="",
            date=days[0].value if days else reader.day,
        )
    reader.sign_pending = cue is not None and not persons and not named_only


def _without(norm: str, persons: Sequence[people.Person | fields.Found], days: list[fields.FoundDate]) -> str:
    kept = list(norm)
    for one in (*persons, *days):
        kept[one.start : one.end] = " " * (one.end - one.start)
    return "".join(kept)
