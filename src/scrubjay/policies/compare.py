"""What two policies, or two editions of one, say differently, and on which days of service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from scrubjay.facts.parameters import COVERAGE_KINDS, PARAMETERS
from scrubjay.policies.rests_on import words
from scrubjay.policies.show import block_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubjay.policies.dated import Dated
    from scrubjay.policies.model import Match, Policy
    from scrubjay.policies.resolver import PolicySet

UNKNOWN = "unknown"


class Side(NamedTuple):
    """A policy and the set in which its chain is found."""

    policies: PolicySet
    policy: Policy


class Said(NamedTuple):
    """One statement of one side in words."""

    value: str
    cited: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs on some days.

    Attributes:
        part: parameter, coverage, severity, appeal or match.
        about: the parameter, `CODE kind`, edit, or level.
        effective_from, effective_to: the days, half-open; null for an open end.
        before, after: the values; `unknown` where nothing is said.
        cited_before, cited_after: source and confidence; empty where nothing is said.
    """

    part: str
    about: str
    effective_from: date | None
    effective_to: date | None
    before: str
    after: str
    cited_before: str
    cited_after: str


def compare(first: Side, second: Side) -> list[Difference]:
    """Every difference, inherited statements included; the same value from another source is one too."""
    found = list(_match(first, second))
    both = (first, second)
    for name in PARAMETERS:
        lists = [[(v, words(v.value)) for v in s.policies.values(s.policy, name)] for s in both]
        found += _periods("parameter", name, *lists)
    for about in sorted({key for side in both for key in _coverage_keys(side)}):
        hcpcs, kind = about
        found += _periods("coverage", f"{hcpcs} {kind}", *(_rules(side, hcpcs, kind) for side in both))
    changes = [side.policies.severities(side.policy) for side in both]
    for edit in sorted({e for one in changes for e in one}):
        found += _periods("severity", edit, *([(c, c.value) for c in one.get(edit, ())] for one in changes))
    levels = [_levels(side) for side in both]
    for level in sorted({n for one in levels for n in one}):
        found += _periods("appeal", f"level {level}", *(one.get(level, []) for one in levels))
    return found


def _match(first: Side, second: Side) -> Iterator[Difference]:
    said = [[_match_words(m) for m in s.policy.match] for s in (first, second)]
    before, after = ("; ".join(one) or "every claim of the run" for one in said)
    if before != after:
        yield Difference("match", "match", None, None, before, after, "", "")


def _match_words(match: Match) -> str:
    lists = match.model_dump(exclude_defaults=True)
    return ", ".join(f"{name.replace('_', ' ')} {words(value)}" for name, value in lists.items())


def _coverage_keys(side: Side) -> set[tuple[str, str]]:
    rules = [rule for p in side.policies.chain(side.policy) for rule in p.coverage]
    return {
        (code, kind)
        for rule in rules
        for code in rule.hcpcs
        for kind in (*rule.kinds, *(("criteria",) if rule.criteria else ()))
    }


def _rules(side: Side, hcpcs: str, kind: str) -> list[tuple[Dated, str]]:
    from scrubjay.policies.coverage import rules_of  # noqa: PLC0415 - only where rules are compared

    found = rules_of(side.policies.chain(side.policy), hcpcs, kind, None)
    if kind in COVERAGE_KINDS:
        return [(s.rule, block_words(side.policies, side.policy, s, kind)) for s in found]
    return [(s.rule, "; ".join(sorted(c.about for c in s.rule.criteria))) for s in found]


def _levels(side: Side) -> dict[int, list[tuple[Dated, str]]]:
    levels: dict[int, list[tuple[Dated, str]]] = {}
    for one in reversed(side.policies.chain(side.policy)):
        own: dict[int, list[tuple[Dated, str]]] = {}
        for level in one.appeals:
            text = f"{level.name}, {level.days} days from {level.counted_from}"
            own.setdefault(level.level, []).append((level, text))
        levels |= own
    return levels


def _periods(
    part: str,
    about: str,
    first: Sequence[tuple[Dated, str]],
    second: Sequence[tuple[Dated, str]],
) -> list[Difference]:
    days = {d for one, _ in (*first, *second) for d in (one.from_, one.to) if d is not None}
    starts: list[date | None] = [None, *sorted(days)]
    found: list[Difference] = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else None
        # Nothing begins or ends within a period, so any day of it stands for all.
        on = start or (end - timedelta(days=1) if end is not None else date.min)
        before, after = _said(first, on), _said(second, on)
        if _is_same(before, after):
            continue
        last = found[-1] if found else None
        row = (part, about, before.value, after.value, before.cited, after.cited)
        if (
            last is not None
            and last.effective_to == start
            and row == (last.part, last.about, last.before, last.after, last.cited_before, last.cited_after)
        ):
            found[-1] = Difference(part, about, last.effective_from, end, *row[2:])
        else:
            found.append(Difference(part, about, start, end, *row[2:]))
    return found


def _said(statements: Sequence[tuple[Dated, str]], on: date) -> Said:
    for one, text in statements:
        if one.covers(on):
            return Said(text, f"{one.citation.source}, {one.citation.confidence}")
    return Said(UNKNOWN, "")


def _is_same(before: Said, after: Said) -> bool:
    is_value_same = sorted(before.value.split(", ")) == sorted(after.value.split(", "))
    return is_value_same and before.cited == after.cited
