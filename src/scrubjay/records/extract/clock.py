"""Which time of day is a start, which a stop, which just a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.records.extract.fields import Found

_START = re.compile(
    r"\b(?:start(?:ed|s|ing)?|begun|began|begin|initiated|hung|commenced|infus(?:ed|ing|ion) from|from|time in)\b"
)
_STOP = re.compile(
    r"\b(?:stop(?:ped|s)?|end(?:ed|s)?|complet(?:ed?|ion)|finish(?:ed)?|discontinued|concluded|done|time out|until|through|d/c'?d|infused by|disconnected)\b"
)
_RANGE = re.compile(r"\s*(?:hrs?|hours?|h)?\s*(?:-|to|until|thru|through|till)\s*")
_REACH = 45


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else 10_000


def timed(norm: str, clock: list[Found], marks: dict[int, str]) -> Iterator[tuple[Found, str]]:
    """Each time with its role: `start`, `stop` or `time`.

    Args:
        norm: the segment.
        clock: its times, in order.
        marks: what the label that ends at a position stands for.
    """
    roles: list[str] = []
    for number, one in enumerate(clock):
        previous = clock[number - 1].end if number else 0
        following = clock[number + 1].start if number + 1 < len(clock) else len(norm)
        before, after = norm[previous : one.start], norm[one.end : following]
        label = next((marks[p] for p in sorted(marks, reverse=True) if previous <= p <= one.start), None)
        if label in ("start", "stop", "time"):
            roles.append(label)
            continue
        if number and _RANGE.fullmatch(before):
            roles[-1] = "start"
            roles.append("stop")
            continue
        start_at, stop_at = _last(_START, before[-_REACH:]), _last(_STOP, before[-_REACH:])
        if start_at >= 0 or stop_at >= 0:
            roles.append("start" if start_at > stop_at else "stop")
            continue
        reach = after if number + 1 == len(clock) and not norm[: one.start].strip(" -*|") else after[:_REACH]
        start_after, stop_after = _first(_START, reach), _first(_STOP, reach)
        if number + 1 < len(clock) and not re.search(r"^[^,;]*$", reach):
            # What stands nearer to the next time is said of that one.
            reach_own = reach.split(",")[0]
            start_after, stop_after = _first(_START, reach_own), _first(_STOP, reach_own)
        if min(start_after, stop_after) < 10_000:
            roles.append("start" if start_after < stop_after else "stop")
        else:
            roles.append("time")
    yield from zip(clock, roles, strict=True)


_TIMED_LINE = re.compile(r"\b(?:start\w*|stop\w*|end(?:ed)?|infused|given)\b[^\d\n]{0,12}\d{1,2}:?\d{2}\b")


def timed_line(line: str) -> bool:
    """Does a line tell when something was begun, ended or given?"""
    return _TIMED_LINE.search(line) is not None
