"""Codes that may be taken for one another, why, and the question that tells them apart.

Listed pairs come from the reference; everything else is found in it for any code: the same drug at another
amount, another salt or ester, the reference product and its biosimilars, what came before and after, names
that are written or sound alike, and numbers that differ in one digit or in the order of two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from scrubjay.codes import looks_like_hcpcs
from scrubjay.drugs.answers import provenance
from scrubjay.errors import UsageError
from scrubjay.guides.knowledge import Knowledge
from scrubjay.guides.lexicon import data, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scrubjay.guides.knowledge import KnownCode
    from scrubjay.reference import Reference

_SUFFIX = re.compile(r"-[a-z]{4}$")
_ORDER = ("listed", "successor", "amount", "salt", "product", "sound", "number")


@dataclass(frozen=True, slots=True)
class Alike:
    """A code, or a drug, that another code may be taken for.

    Attributes:
        code: the other code; null where the reference lists a drug.
        name: its drug or descriptor.
        unit: what one unit of it is, or null.
        reasons: `listed`, `successor`, `amount`, `salt`, `product`, `sound`, `number`; strongest first.
        question: what tells the two apart.
        in_force: on the day asked; null for a drug.
        sources: where it is from, each with its mark.
    """

    code: str | None
    name: str
    unit: str | None
    reasons: tuple[str, ...]
    question: str
    in_force: bool | None
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "code": self.code,
            "name": self.name,
            "unit": self.unit,
            "reasons": list(self.reasons),
            "question": self.question,
            "in_force": self.in_force,
            "sources": list(self.sources),
        }


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """The codes like one code on a day."""

    code: str
    on: date
    name: str
    unit: str | None
    alike: tuple[Alike, ...]
    unknown: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "code": self.code,
            "on": self.on.isoformat(),
            "name": self.name,
            "unit": self.unit,
            "similar": [a.as_dict() for a in self.alike],
            "unknown": list(self.unknown),
        }


def similar_codes(text: str, reference: Reference, *, on: date, as_of: date) -> SimilarAnswer:
    """The codes that a code may be taken for.

    Args:
        text: the code.
        reference: where codes and drugs stand.
        on: date of service.
        as_of: the day on which things are known.

    Raises:
        UsageError: no code, or one that the reference does not hold.
    """
    code = text.strip().upper()
    if not looks_like_hcpcs(code):
        raise UsageError(
            f"{text.strip()[:20]!r} is no code.", hint="Name a HCPCS code: scrubjay similar J2919"
        )
    knowledge = Knowledge(reference, on, as_of)
    known = knowledge.code(code)
    if known is None:
        raise UsageError(
            f"{code} is not in the loaded reference.",
            hint="`scrubjay reference load` adds the official file.",
        )
    unknown = (
        () if known.drugs else (f"The loaded reference names no drug for {code}: only numbers are compared.",)
    )
    return SimilarAnswer(
        code,
        on,
        known.name,
        known.unit.label if known.unit else None,
        tuple(find_alike(known, knowledge)),
        unknown,
    )


def find_alike(known: KnownCode, knowledge: Knowledge) -> list[Alike]:
    """Codes like one code, the strongest reasons first.

    Args:
        known: the code.
        knowledge: the reference on the day.
    """
    reasons: dict[str, list[str]] = {}
    listed = _listed(known, knowledge)
    for other, _, _ in listed:
        reasons.setdefault(other, []).append("listed")
    for other, reason in _found(known, knowledge):
        reasons.setdefault(other, []).append(reason)
    alike: list[Alike] = []
    for other, why in reasons.items():
        if other == known.code:
            continue
        said = next(((q, s) for o, q, s in listed if o == other), None)
        found = knowledge.code(other) if looks_like_hcpcs(other) else None
        ordered = tuple(sorted(dict.fromkeys(why), key=_ORDER.index))
        if found is None:
            if said is not None:
                alike.append(Alike(None, other, None, ordered, said[0], None, (said[1],)))
            continue
        question = said[0] if said else _question(known, found, ordered, knowledge)
        sources = (
            (said[1],) if said else tuple(dict.fromkeys((known.source.one_line(), found.source.one_line())))
        )
        unit = found.unit.label if found.unit else None
        alike.append(Alike(other, found.name, unit, ordered, question, found.in_force, sources))
    alike.sort(
        key=lambda a: (_ORDER.index(a.reasons[0]), a.in_force is False, -len(a.reasons), a.code or "~")
    )
    return alike[: int(data("similar")["most"])]


def _listed(known: KnownCode, knowledge: Knowledge) -> list[tuple[str, str, str]]:
    """Pairs of the reference in either direction: the other, the question, the source."""
    rows = knowledge.catalog.history("confusables", hcpcs=known.code)
    found = [(str(r["confused_with"]), str(r["difference"]), provenance(r).one_line()) for r in rows]
    back = knowledge.catalog.history("confusables", confused_with=known.code)
    return found + [(str(r["hcpcs"]), str(r["difference"]), provenance(r).one_line()) for r in back]


def _found(known: KnownCode, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for follower in (*knowledge.successors(known.code), *knowledge.predecessors(known.code)):
        yield (follower.successor if follower.code == known.code else follower.code), "successor"
        # Codes that ended into the same successor were neighbours: 40 mg and 80 mg of one drug.
        for other in knowledge.predecessors(follower.successor):
            yield other.code, "successor"
    for code, drug in knowledge.drugs_of_codes:
        if code != known.code and known.drugs:
            yield from (
                (code, reason) for reason in _name_reasons(known.drugs[-1], drug, known, code, knowledge)
            )
    for code in knowledge.drug_codes:
        if _is_near_number(known.code, code):
            yield code, "number"


def _name_reasons(mine: str, other: str, known: KnownCode, code: str, knowledge: Knowledge) -> Iterator[str]:
    if known.is_unlisted:
        return
    if mine == other:
        found = knowledge.code(code)
        same = found is not None and found.unit == known.unit
        yield "product" if same else "amount"
        return
    if _SUFFIX.sub("", mine) == _SUFFIX.sub("", other):
        yield "product"
        return
    one, two = _substance(mine), _substance(other)
    if one and two and one == two:
        yield "salt"
        return
    shortest = int(data("similar")["shortest_name"])
    first, second = (" ".join(one) or mine), (" ".join(two) or other)
    if min(len(first), len(second)) >= shortest and fuzz.ratio(first, second) >= int(
        data("similar")["sound_alike_percent"]
    ):
        yield "sound"


def _substance(name: str) -> tuple[str, ...]:
    """The words of a drug's name without salt, ester and form."""
    return tuple(w for w in re.findall(r"[a-z]+", _SUFFIX.sub("", name)) if w not in words("salts"))[:1]


def _is_near_number(one: str, two: str) -> bool:
    """One digit another, or two neighbours exchanged; the letter the same."""
    return one[0] == two[0] and len(one) == len(two) and DamerauLevenshtein.distance(one, two) == 1


def _question(known: KnownCode, other: KnownCode, reasons: tuple[str, ...], knowledge: Knowledge) -> str:
    """The question that tells two codes apart, from what the reference says of both."""
    mine = (
        f"{known.name} ({known.unit.label}, {known.code})" if known.unit else f"{known.name} ({known.code})"
    )
    theirs = (
        f"{other.name} ({other.unit.label}, {other.code})" if other.unit else f"{other.name} ({other.code})"
    )
    ended, live = (other, known) if not other.in_force else (known, other)
    is_dated = not ended.in_force and ended.last_day is not None
    if is_dated and ("successor" in reasons or known.name == other.name):
        ratio = next((s.ratio for s in knowledge.successors(ended.code) if s.successor == live.code), None)
        units = f"; one unit of {ended.code} is {ratio} of {live.code}" if ratio else ""
        names = "" if known.name == other.name else f" ({ended.name}; {live.name})"
        return f"On which day was it given{names}? {ended.code} ended on {ended.last_day}{units}."
    return f"{_by_label(known, other, reasons, mine, theirs)}{f' {ended.code} ended on {ended.last_day}.' if is_dated else ''}"


def _by_label(known: KnownCode, other: KnownCode, reasons: tuple[str, ...], mine: str, theirs: str) -> str:
    if "salt" in reasons:
        return f"Which salt or ester is on the label: {mine} or {theirs}?"
    if "product" in reasons and known.name != other.name:
        return f"Which product was given: {mine} or {theirs}?"
    if "amount" in reasons or "product" in reasons:
        return f"What does the label say of product and strength: {mine} or {theirs}?"
    if "sound" in reasons:
        return f"Read the name on the label letter by letter: {mine} or {theirs}?"
    return f"Check the number against the drug: {known.code} is {known.name}, {other.code} is {other.name}."
