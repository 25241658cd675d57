"""What a sentence says of the life of a code: first and last day, ended or not, replaced by what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from scrubjay.guides.lexicon import pattern
from scrubjay.guides.mentions import Mention
from scrubjay.guides.said import Said, TextVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.knowledge import KnownCode
    from scrubjay.guides.mentions import Span
    from scrubjay.guides.view import View

_REACH = 60
_NEAR = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:[^,;]{0,60},\s*[^,;]{0,40},\s*and|[^,;]{0,80},\s*and)?\s*(?:code\s+)?"
)


def read_dates(view: View) -> list[Said]:
    """Date, validity and successor statements of a sentence."""
    return [*_days(view), *_ended(view), *_alive(view), *_replaced(view)]


def _days(view: View) -> Iterator[Said]:
    for day in view.dates:
        cue = _cue(view, day)
        if cue is None:
            continue
        kind, at = cue
        if kind == "begins_weak" and (
            view.denial(at, day.start)
            or pattern("refused").search(view.masked, day.end, view.clause(day.start)[1])
        ):
            # "Claims after March 31 are denied" and "Do not report it after March 31" tells the last day.
            kind = "ends_weak"
        code = _code_of(view, at, day)
        if code is None:
            continue
        known = view.knowledge.code(code)
        if known is None or not known.is_drug or _is_of_modifier(view, code, at, day):
            continue
        judged = _judge_day(view, known, kind, day.value)
        if judged is not None:
            verdict, fact = judged
            said = f"The text lets {code} {'begin' if kind.startswith('begins') else 'end'} on {day.text.strip()}."
            yield Said("date", view.sentence, said, fact, (known.source.one_line(),), code, verdict=verdict)


def _cue(view: View, day: Mention) -> tuple[str, int] | None:
    """The word that says whether the day is a first or a last one: the nearest before it, strong ones behind too."""
    start, end = view.clause(day.start)
    lo = max(start, day.start - _REACH)
    best: tuple[int, str, int] | None = None
    for kind in ("ends_strong", "begins_strong", "ends_weak", "begins_weak"):
        for match in pattern(kind).finditer(view.masked, lo, day.start):
            gap = day.start - match.end()
            # A weak word stands right before its date, a strong one may be some words away.
            if kind.endswith("weak") and gap > 12:
                continue
            # "was deleted effective April 1" is an end, whatever stands between.
            rank = gap if kind != "begins_strong" or not _ends_near(view, lo, end) else gap + _REACH
            if best is None or rank < best[0]:
                best = (rank, kind, match.start())
    if best is None:
        behind = pattern("ends_strong").search(view.masked, day.end, min(end, day.end + _REACH))
        return ("ends_strong", behind.start()) if behind else None
    no_code_before = not any(start <= c.start and c.end <= best[2] for c in view.codes)
    if best[1] == "begins_strong" and no_code_before and _is_end_of_next(view, day, end):
        return "ends_strong", best[2]
    if best[1] == "begins_weak" and _ends_near(view, lo, end) and not view.masked[day.end : end].strip(" .)"):
        return None
    return best[1], best[2]


def _is_end_of_next(view: View, day: Mention, end: int) -> bool:
    """`Effective April 1, J1030 was deleted`: the code behind the day is the one that ends."""
    code = view.code_after(day.end)
    dead = pattern("dead").search(view.masked, code.end, end) if code else None
    if code is None or dead is None:
        return False
    between = [c for c in view.codes if code.end <= c.start < dead.start() and c not in view.chain(code)]
    return not between


def _ends_near(view: View, start: int, end: int) -> bool:
    return pattern("dead").search(view.masked, start, end) is not None


def _code_of(view: View, cue: int, day: Mention) -> str | None:
    start, end = view.clause(day.start)
    inside = [c for c in view.codes if start <= c.start < end]
    before = [c for c in inside if c.end <= cue]
    if before:
        return str(before[-1].value)
    if start == 0 and pattern("anaphor_code").match(view.masked):
        return view.memory.last_code or view.memory.page_code
    between = [c for c in inside if cue < c.start]
    if between:
        return str(between[0].value)
    if pattern("anaphor_code").search(view.masked):
        return view.memory.last_code or view.memory.page_code
    return None


def _is_of_modifier(view: View, code: str, cue: int, day: Mention) -> bool:
    """The day is that of a modifier, diagnosis, policy or product rather than of the code."""
    start, end = view.clause(day.start)
    nearest = max((c.end for c in view.codes if c.value == code and c.end <= day.start), default=start)
    lo = min(nearest, cue)
    alone = [m for m in view.modifiers if m.lead != "attached"]
    if any(lo <= m.start < day.end for m in alone) or (alone and nearest == start):
        return True
    return pattern("not_the_code").search(view.masked, lo, min(end, day.start)) is not None


def _judge_day(view: View, known: KnownCode, kind: str, span: Span) -> tuple[TextVerdict, str] | None:
    first = known.first_day
    if kind.startswith("begins"):
        if first is None:
            return None
        fact = f"The first day of {known.code} is {first}."
        if span.holds(first):
            return TextVerdict.TRUE, fact
        if kind == "begins_weak" and first < span.first and known.in_force:
            return None
        return TextVerdict.FALSE, fact
    last = known.last_day
    if last is None:
        if kind == "ends_weak" or not known.in_force or span.first > view.knowledge.on:
            return None
        return TextVerdict.FALSE, f"{known.code} is in force on {view.knowledge.on}; no last day is held."
    fact = f"The last day of {known.code} is {last}."
    if span.holds(last) or span.holds(last + timedelta(days=1)):
        return TextVerdict.TRUE, fact
    if kind == "ends_weak" and span.first < last:
        return None
    return TextVerdict.FALSE, fact


def _ended(view: View) -> Iterator[Said]:
    """`J2930 is no longer valid`, without a day."""
    for match in pattern("dead").finditer(view.masked):
        start, end = view.clause(match.start())
        if any(start <= d.start < end for d in view.dates):
            continue
        before = [c for c in view.codes if start <= c.start and c.end <= match.start()]
        if pattern("replaced_by").search(view.masked, match.start(), match.end() + 5):
            continue
        if not before or pattern("not_the_code").search(view.masked, before[-1].end, match.start()):
            continue
        if re.search(r"[,;]", view.masked[before[-1].end : match.start()]):
            continue
        for code in view.chain(before[-1]):
            known = view.known(code)
            if known is None or not known.is_drug:
                continue
            is_denied = pattern("negation").search(view.masked, code.end, match.start()) is not None
            right = (known.in_force is False) != is_denied
            fact = (
                view.knowledge.after_words(known)
                if not known.in_force
                else f"{known.code} is in force on {view.knowledge.on}."
            )
            verdict = TextVerdict.TRUE if right else TextVerdict.FALSE
            said = f"The text says that {known.code} {'has not ended' if is_denied else 'has ended'}."
            yield Said(
                "validity", view.sentence, said, fact, (known.source.one_line(),), known.code, verdict=verdict
            )


def _alive(view: View) -> Iterator[Said]:
    """`J2930 remains active`, `this code is still valid`, without a day."""
    for match in pattern("alive").finditer(view.masked):
        start, end = view.clause(match.start())
        if any(start <= d.start < end for d in view.dates) or view.is_past(match.start()):
            continue
        if view.is_no_assertion(match.start()) or view.denial(match.start(), match.end()):
            continue
        before = [c for c in view.codes if start <= c.start and c.end <= match.start()]
        anaphor = pattern("anaphor_code").match(view.masked)
        if before:
            meant, between = before[-1], view.masked[before[-1].end : match.start()]
        elif anaphor is not None and (found := _meant(view)) is not None:
            meant, between = found, view.masked[anaphor.end() : match.start()]
        else:
            continue
        known = view.known(meant)
        # "J2930 remains active" names its subject right before; a product or policy between them is another one.
        if known is None or not known.is_drug or pattern("not_the_code").search(between):
            continue
        if not _NEAR.fullmatch(between):
            continue
        said = f"The text says that {known.code} is in force."
        fact = f"{known.code} is in force on {view.knowledge.on}." if known.in_force else view.knowledge.after_words(known)  # fmt: skip
        verdict = TextVerdict.TRUE if known.in_force else TextVerdict.FALSE
        yield Said(
            "validity", view.sentence, said, fact, (known.source.one_line(),), known.code, verdict=verdict
        )


def _replaced(view: View) -> Iterator[Said]:
    for name, olds_first in (("replaced_by", True), ("replaces", False)):
        for match in pattern(name).finditer(view.masked):
            if not olds_first and pattern("replaced_by").match(view.masked, match.start()):
                continue
            before = view.code_before(match.start(), within=90) or _meant(view)
            after = view.code_after(match.end())
            if before is None or after is None or after.start - match.end() > 90:
                continue
            # "was replaced" in the passive has its successor behind "by" only.
            if not olds_first and re.search(r"\b(?:was|were|been|is|are)\s+$", view.masked[: match.start()]):
                continue
            left = view.chain(before) if before in view.codes else [before]
            right = view.chain(after)
            olds, news = (left, right) if olds_first else (right, left)
            for old in olds:
                yield from _successor(view, old, [str(n.value) for n in news], match.start())
            break


def _meant(view: View) -> Mention | None:
    """The code that "it" at the beginning of a sentence stands for."""
    code = view.memory.last_code or view.memory.page_code
    if code is None or not pattern("anaphor_code").match(view.masked):
        return None
    return Mention("code", 0, 0, code, code)


def _successor(view: View, old: Mention, news: list[str], at: int) -> Iterator[Said]:
    known = view.known(old)
    if known is None:
        return
    held = view.knowledge.successors(str(old.value))
    takers = {s.successor for s in held}
    said = f"The text lets {' and '.join(news)} follow {old.value}."
    verdict: TextVerdict
    if takers:
        right = bool(takers & set(news))
        fact = view.knowledge.after_words(known)
        sources = tuple(dict.fromkeys(s.source for s in held))
    elif known.in_force:
        right, fact, sources = (
            False,
            f"{old.value} is in force on {view.knowledge.on}.",
            (known.source.one_line(),),
        )
    else:
        fact = f"The loaded reference holds no successor of {old.value}."
        yield Said(
            "successor", view.sentence, said, fact, (), str(old.value), verdict=TextVerdict.CANNOT_TELL
        )
        return
    denied = view.denial(at, at)
    verdict = TextVerdict.TRUE if right != denied else TextVerdict.FALSE
    yield Said("successor", view.sentence, said, fact, sources, str(old.value), verdict=verdict)
