"""What a sentence says beside drugs: diagnosis, earlier treatment, weight, response, consent, work of a visit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scrubjay.records.extract.amounts import weights
from scrubjay.records.extract.vocabulary import topic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from scrubjay.records.extract.segments import Segment

_ICD = re.compile(
    r"(?<![\w.-])(?P<dotted>[a-tv-z]\d[0-9a-z]\.[0-9a-z]{1,4})(?![\w-])|(?:icd-?10(?:-cm)?|dx(?: code)?|diagnosis(?: code)?)\s*[:#]?\s*(?P<bare>[a-tv-z]\d[0-9a-z][0-9a-z]{0,4})\b|\((?P<paren>[a-tv-z]\d[0-9a-z][0-9a-z.]{0,5})\)"
)
_EMPTY = re.compile(
    r"^(?:\W|none|n/?a|see|pending|deferred|unknown|not|documented|recorded|stated|above|below|tbd|on file|blank)*$"
)
_NO_TOPIC = frozenset({"instructions", "consent", "family"})
_NOT_BEFORE_DIAGNOSIS = re.compile(
    r"\b(?:injection site|at (?:the )?site|signs? of|symptoms? of|risk\w*|infusion|post|adverse|allergic to|prevent\w*|prophylaxis|screen\w* for)\b\W*(?:\w+\W+){0,2}$"
)
_NO_DISEASE = frozenset({"diagnosis", "prognosis", "osmosis", "hemostasis"})
_FOR = re.compile(r"\b(?:for|with|diagnosed)\s+(?:\w+\s+){0,3}$")
_TREATED_FOR = re.compile(
    r"\b(?:treated for|diagnosed with|diagnosis of|for treatment of|management of|indicated for|dx of)\s+(?!her\b|his\b|the\b|this\b|infusion|injection|scheduled)([a-z][a-z' -]{3,40})"
)
_SCORE = re.compile(r"(?:pain|nausea)\s*(?:score|scale|level|is|was|:|=|from|down)?\s*\d+(?:/10)?")
_FOR_INJECTION = re.compile(r"\bfor (?:\w+[ -]){0,5}?(?:injection|shot|infusion|dose|treatment|b-?12)\b")
_OF_RELIEF = re.compile(r"^(?:improv|relief|resolv|felt|feels|feeling|respond|tolerat|stable|good)")


class Topic(NamedTuple):
    """Something stated, by span in the segment."""

    kind: str
    start: int
    end: int
    value: str
    is_negated: bool = False
    quantity: Decimal | None = None
    unit: str | None = None


def _is_about_other(segment: Segment, start: int, end: int) -> bool:
    context = segment.context
    return context.holds("hypothetical", start, end) or context.holds("other_person", start, end)


def topics_of(segment: Segment) -> Iterator[Topic]:
    """Everything of this kind that a segment states."""
    if segment.section == "instructions":
        return
    yield from _weight(segment)
    yield from _consent(segment)
    yield from _response(segment)
    yield from _visit(segment)
    if segment.section not in _NO_TOPIC:
        yield from _prior(segment)
        yield from _diagnosis(segment)
    pointed = topic("pointer").search(segment.norm)
    if pointed:
        yield Topic("pointer", pointed.start(), pointed.end(), pointed[0])


def _weight(segment: Segment) -> Iterator[Topic]:
    for one in weights(segment.norm):
        if _is_about_other(segment, one.start, one.end):
            continue
        yield Topic("weight", one.start, one.end, str(one.number), quantity=one.number, unit=one.unit or None)


def _consent(segment: Segment) -> Iterator[Topic]:
    denied = topic("consent_denied").search(segment.norm)
    if denied:
        yield Topic("consent", denied.start(), denied.end(), "missing", is_negated=True)
        return
    for match in topic("consent").finditer(segment.norm):
        if segment.context.holds("hypothetical", *match.span()):
            continue
        yield Topic("consent", match.start(), match.end(), "stated")
        return


def _prior(segment: Segment) -> Iterator[Topic]:
    denied = topic("prior_denied").search(segment.norm)
    if denied:
        yield Topic("prior_treatment", denied.start(), denied.end(), "denied", is_negated=True)
        return
    for match in topic("prior").finditer(segment.norm):
        if not _is_about_other(segment, *match.span()):
            yield Topic("prior_treatment", match.start(), match.end(), match[0])
            return


def _response(segment: Segment) -> Iterator[Topic]:
    norm = segment.norm
    if segment.section in ("subjective", "history", "assessment", "family"):
        return
    denied = topic("response_denied").search(norm)
    if denied:
        yield Topic("response", denied.start(), denied.end(), "missing", is_negated=True)
        return
    tried = [m.span() for m in topic("prior").finditer(norm)]
    for kind in ("response", "monitoring"):
        for match in topic(kind).finditer(norm):
            start, end = match.span()
            if any(a < end and start < b for a, b in tried):
                continue
            if _OF_RELIEF.match(match[0]) and segment.context.holds("negation", start, end):
                continue
            if _is_about_other(segment, start, end):
                continue
            yield Topic(kind, start, end, match[0])
            break


def _diagnosis(segment: Segment) -> Iterator[Topic]:
    norm, context = segment.norm, segment.context
    for match in _ICD.finditer(norm):
        group = next(g for g in ("dotted", "bare", "paren") if match[g] is not None)
        if not context.holds("negation", *match.span(group)):
            yield Topic(
                "diagnosis",
                match.start(group),
                match.end(group),
                match[group].upper().replace(".", ""),
                unit="ICD-10-CM",
            )
    masked = [m.span() for m in _SCORE.finditer(norm)]
    # "Intolerant of alendronate, esophagitis": what follows an earlier treatment is its result.
    tried = topic("prior").search(norm)
    reacted = [m.span() for m in topic("response").finditer(norm)]
    for kind in ("diagnosis_words", "symptom_words"):
        if kind == "symptom_words" and (
            segment.section in ("response", "administration", "objective") or reacted
        ):
            continue
        for match in topic(kind).finditer(norm):
            start, end = match.span()
            if any(a < end and start < b for a, b in [*masked, *reacted]) or context.holds(
                "negation", start, end
            ):
                continue
            if tried and start >= tried.start() and not _FOR.search(norm[:start]):
                continue
            if _is_about_other(segment, start, end) or _NOT_BEFORE_DIAGNOSIS.search(norm[:start]):
                continue
            if match[0] in _NO_DISEASE or (segment.section == "history" and kind == "symptom_words"):
                continue
            yield Topic("diagnosis", start, end, match[0])
            break
    for match in _TREATED_FOR.finditer(norm):
        if not context.holds("negation", match.start(1), match.end(1)) and not _is_about_other(
            segment, match.start(1), match.end(1)
        ):
            yield Topic("diagnosis", match.start(1), match.end(1), match[1])
    if segment.section == "assessment" and segment.is_heading_line:
        content = norm.partition(":")[2].strip()
        if content and not _EMPTY.match(content) and not re.match(r"[_.\s-]{3,}", content):
            start = norm.index(content[0], norm.index(":") + 1)
            end = start + len(content)
            if not context.holds("negation", start, start + 1) and not re.match(r"(?:not|none|no )", content):
                yield Topic("diagnosis", start, end, content[:80])


def _visit(segment: Segment) -> Iterator[Topic]:
    norm, section = segment.norm, segment.section
    only = topic("injection_only").search(norm)
    if only:
        yield Topic("visit", only.start(), only.end(), "injection_only")
    if section in ("administration", "response", "history", "consent", "instructions", "orders", "signature"):
        return
    length = len(norm.strip())
    if section == "subjective" and length > 25 and not _FOR_INJECTION.search(norm):
        yield Topic("visit", 0, length, "history")
    if section == "objective" and length > 20:
        yield Topic("visit", 0, length, "exam")
    for name, value in (("visit_history", "history"), ("visit_exam", "exam"), ("visit_decision", "decision")):
        for match in topic(name).finditer(norm):
            if value == "history" and (_FOR_INJECTION.search(norm) or only):
                continue
            yield Topic("visit", match.start(), match.end(), value)
            break
