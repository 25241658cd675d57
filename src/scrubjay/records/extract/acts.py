"""What a sentence says was done with a drug: ordered, given, refused, or something of another time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scrubjay.records.extract.people import signed
from scrubjay.records.extract.protocol import GIVEN, HISTORY, ORDER
from scrubjay.records.extract.vocabulary import act, topic

if TYPE_CHECKING:
    from scrubjay.records.extract.segments import Segment

_FUTURE = re.compile(
    r"\b(?:to be|will be|should be|may be|can be|could be|must be|would be|shall be|needs to be|is to|will|to)\s+$"
)
_NO_ORDER = re.compile(
    r"\bin order to\b|\b(?:as|per|by) (?:the |standing |provider |physician |md |dr\.? ?\w* )*order(?:s|ed)?\b|\border(?:ed)? (?:labs?|mri|x-?ray|ct|imaging|cbc)\b"
)
_IMPERATIVE = re.compile(
    r"^(?:\W*(?:\d[.)]\s*)?)(?:give|administer|start|inject|infuse|proceed with|continue)\b"
)
_NOW = re.compile(r"\b(?:today|now|stat|x ?1|once|this visit|in (?:the )?(?:office|clinic))\b")
_HERE = re.compile(r"\b(?:today|here|in (?:the )?(?:office|clinic)|this (?:morning|afternoon|visit))\b")


class Act(NamedTuple):
    """The act of a segment.

    Attributes:
        act: order, given, history, or null.
        is_refused: the drug was not given.
        is_by_author: who wrote the note gave it.
        is_as_ordered: the dose and route are those of the order.
        is_stated: a word says so; else the place in the note does.
    """

    act: str | None
    is_refused: bool = False
    is_by_author: bool = False
    is_as_ordered: bool = False
    is_stated: bool = False


def _given(segment: Segment) -> bool:
    for match in act("given").finditer(segment.norm):
        before = segment.norm[: match.start()]
        if _FUTURE.search(before) or segment.context.holds("hypothetical", match.start(), match.end()):
            continue
        return True
    return False


def _ordered(segment: Segment) -> bool:
    masked = [m.span() for m in _NO_ORDER.finditer(segment.norm)]
    for match in act("ordered").finditer(segment.norm):
        if any(a <= match.start() < b for a, b in masked):
            continue
        if match[0] in ("give", "administer", "start", "inject", "infuse", "proceed with"):
            if _IMPERATIVE.match(segment.norm):
                return True
            continue
        return True
    return False


def act_of(
    segment: Segment, *, has_drug: bool, has_evidence: bool, starts_with_time: bool, is_sized: bool
) -> Act:
    """The act of a segment.

    Args:
        segment: the sentence or row.
        has_drug: it names a drug.
        has_evidence: it has a time of day, a lot, a site or somebody who gave it.
        starts_with_time: the line begins with a time of day, as rows of a log do.
        is_sized: it has a dose.
    """
    norm, section = segment.norm, segment.section
    refused = act("refused").search(norm)
    if refused and act("not_refused").search(norm) is None:
        return Act(GIVEN, is_refused=True, is_stated=True)
    by_author = act("by_author").search(norm) is not None
    as_ordered = act("as_ordered").search(norm) is not None
    is_given = by_author or as_ordered or _given(segment)
    is_ordered = _ordered(segment)
    if has_drug and signed(norm) and not starts_with_time and not _given(segment) and not by_author:
        # A signature within the sentence that names the drug signs an order.
        return Act(ORDER, is_stated=True)
    if section in ("history", "family", "instructions"):
        return Act(HISTORY)
    if section == "subjective" and has_drug:
        if is_given and (starts_with_time or ((has_evidence or by_author) and _HERE.search(norm))):
            return Act(GIVEN, is_by_author=by_author, is_as_ordered=as_ordered, is_stated=True)
        return Act(HISTORY)
    if is_given and not (section == "orders" and is_ordered and not has_evidence):
        return Act(GIVEN, is_by_author=by_author, is_as_ordered=as_ordered, is_stated=True)
    if starts_with_time and not is_ordered:
        return Act(GIVEN)
    if section == "orders" or is_ordered:
        if has_evidence and not is_ordered and is_sized:
            return Act(GIVEN)
        return Act(ORDER, is_stated=True)
    if has_drug and topic("prior").search(norm) and not has_evidence:
        return Act(HISTORY)
    if section == "plan":
        return Act(GIVEN if has_evidence and is_sized else ORDER)
    if section in ("administration", "addendum", "response"):
        return Act(GIVEN)
    if has_drug and is_sized:
        if has_evidence or segment.is_record:
            return Act(GIVEN)
        return Act(ORDER if _NOW.search(norm) or section in (None, "assessment") else None)
    return Act(None)
