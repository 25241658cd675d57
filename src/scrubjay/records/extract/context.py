"""ConText: which words of a sentence are denied, of another time, supposed, or about somebody else.

The algorithm of Harkema and others (2009): a trigger acts on what follows (or stands before) it in the sentence,
up to a term that ends its reach. The terms are data, `data/context.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from scrubjay.records.extract.vocabulary import data

KINDS = ("negation", "historical", "hypothetical", "other_person")


def _words(terms: list[str]) -> re.Pattern[str] | None:
    if not terms:
        return None
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(map(re.escape, sorted(terms, key=len, reverse=True))) + r")(?![\w])"
    )


@cache
def _terms() -> dict[str, Any]:
    return data("context")


@cache
def _patterns() -> tuple[
    tuple[str, re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str] | None], ...
]:
    terms = _terms()
    return tuple(
        (k, _words(terms[k]["pre"]), _words(terms[k]["post"]), _words(terms[k]["pseudo"])) for k in KINDS
    )


@cache
def _ends() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _terms()["ends"]))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)|;|\||,|\n|\.\s")


@dataclass(frozen=True, slots=True)
class Context:
    """Ranges of one segment in which each modifier holds: `(start, end)` in the segment's normal form."""

    ranges: dict[str, tuple[tuple[int, int], ...]]

    def holds(self, kind: str, start: int, end: int) -> bool:
        """Does a modifier act on a span?"""
        return any(a <= start and end <= b for a, b in self.ranges.get(kind, ()))


def context_of(segment: str) -> Context:
    """The ranges of all modifiers in a segment.

    Args:
        segment: one sentence or row in normal form.
    """
    reach: int = _terms()["reach"]
    ranges: dict[str, tuple[tuple[int, int], ...]] = {}
    stops: list[int] | None = None
    for kind, pre, post, pseudo in _patterns():
        found: list[tuple[int, int]] = []
        masked = [m.span() for m in pseudo.finditer(segment)] if pseudo else []
        for pattern, is_pre in ((pre, True), (post, False)):
            if pattern is None:
                continue
            for trigger in pattern.finditer(segment):
                if any(a <= trigger.start() < b for a, b in masked):
                    continue
                if stops is None:
                    stops = [m.start() for m in _ends().finditer(segment)]
                if is_pre:
                    # "Denies fever, chills or pain" is one list; "no fever, pneumonia on film" is not.
                    is_list = trigger[0].startswith(("den", "negative"))
                    after = (s for s in stops if s >= trigger.end() and not (is_list and segment[s] == ","))
                    limit = min(after, default=len(segment))
                    # History holds to the end of its clause; a denial does not reach far.
                    far = limit if kind != "negation" else min(limit, trigger.end() + reach)
                    found.append((trigger.end(), far))
                else:
                    limit = max((s for s in stops if s < trigger.start()), default=0)
                    near = limit if kind != "negation" else max(limit, trigger.start() - reach)
                    found.append((near, trigger.start()))
        if found:
            ranges[kind] = tuple(found)
    return Context(ranges)
