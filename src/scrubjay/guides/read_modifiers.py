"""Advice on modifiers: which line a sentence puts each on, and what it says that they mean."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.answers import provenance
from scrubjay.guides.lexicon import data, pattern
from scrubjay.guides.said import Said, TextVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.mentions import Mention
    from scrubjay.guides.view import View

_LINES = ("visit", "administration", "procedure", "drug")
_WORDS = {
    "visit": "the visit",
    "administration": "the administration",
    "procedure": "the procedure",
    "drug": "the drug line",
}


def read_modifiers(view: View) -> list[Said]:
    """Modifier statements of a sentence."""
    if not view.modifiers:
        return []
    return [*_placed(view), *_meanings(view)]


def _placed(view: View) -> Iterator[Said]:
    if view.text.rstrip().endswith("?"):
        return
    spans = _target_spans(view)
    for modifier in view.modifiers:
        row = view.knowledge.modifiers.get(str(modifier.value))
        if row is None:
            continue
        if modifier.lead == "attached":
            line = _line_of_code(view, modifier)
            if line is not None and not view.is_no_assertion(modifier.start):
                yield _statement(view, modifier, row, line, denied=view.denial(modifier.start, modifier.end))
            continue
        targets = _row_lines(view) or _targets(view, modifier, spans)
        if targets:
            for line, denied in targets:
                yield _statement(view, modifier, row, line, denied=denied)
        elif _is_advice(view, modifier):
            yield from _unplaced(view, modifier, row)


def _row_lines(view: View) -> list[tuple[str, bool]]:
    """The lines that a row names in the column for them."""
    block = view.sentence.block
    heads = data("words")["columns"]["line"]
    for number, cell in enumerate(block.cells):
        head = block.header[number] if number < len(block.header) else ""
        if not head or not re.search(heads, head, re.IGNORECASE):
            continue
        denied = pattern("negation").search(cell.text) is not None
        lines = [line for line in _LINES if pattern(f"{line}_line").search(cell.text)]
        # "Joint injection" is a procedure, and so no drug.
        return [(line, denied) for line in lines if line != "drug" or len(lines) == 1]
    return []


def _line_of_code(view: View, modifier: Mention) -> str | None:
    code = view.code_before(modifier.start)
    known = view.known(code) if code else None
    if known is None:
        return None
    return "drug" if known.is_drug else known.kind if known.kind in _LINES else None


def _target_spans(view: View) -> list[tuple[int, int, str]]:
    """Words for a kind of line that follow `to`, `on`, `belongs with` and the like, with their places."""
    found: list[tuple[int, int, str]] = []
    for line in _LINES:
        for match in pattern(f"{line}_line").finditer(view.masked):
            if pattern("onto").search(view.masked[max(0, match.start() - 45) : match.start()]):
                found.append((match.start(), match.end(), line))
    for code in view.codes:
        known = view.known(code)
        if known is None or not pattern("onto").search(_before_code(view, code)):
            continue
        line = "drug" if known.is_drug else known.kind
        if line in _LINES:
            found.append((code.start, code.end, line))
    found.sort(key=lambda s: (s[0], -s[1]))
    kept: list[tuple[int, int, str]] = []
    for span in found:
        if kept and span[0] < kept[-1][1]:
            continue
        kept.append(span)
    return _with_lists(view, kept)


def _before_code(view: View, code: Mention) -> str:
    head = view.masked[max(0, code.start - 60) : code.start]
    return (
        re.sub(r"(?:hcpcs|cpt|codes?|level ii|e/m|line|\()\s*$", "", head.rstrip(), flags=re.IGNORECASE) + " "
    )


def _with_lists(view: View, spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Lines joined to one that was found: `to the administration or procedure code`."""
    extra: list[tuple[int, int, str]] = []
    for _, end, _line in spans:
        for other in _LINES:
            match = pattern(f"{other}_line").search(view.masked, end, end + 45)
            if match and re.fullmatch(
                r"[\s,/]*(?:and|or)?\s*(?:the |an? )?", view.masked[end : match.start()]
            ):
                extra.append((match.start(), match.end(), other))
    return sorted({*spans, *extra})


def _targets(view: View, modifier: Mention, spans: list[tuple[int, int, str]]) -> list[tuple[str, bool]]:
    """The lines that the sentence puts a modifier on, each with whether it advises against that."""
    start, end = _stretch(view, modifier)
    found: list[tuple[str, bool]] = []
    for at, stop, line in spans:
        if not start <= at < end:
            continue
        found.append((line, _is_against(view, modifier, at, stop, spans)))
    return list(dict.fromkeys(found)) or _subject(view, modifier)


def _subject(view: View, modifier: Mention) -> list[tuple[str, bool]]:
    """`20610 is billed with modifier RT`, `the drug line takes no modifier LT`: the line is what comes before."""
    start, _ = view.clause(modifier.start)
    head = view.masked[start : modifier.start]
    cue = pattern("subject_with").search(head)
    if cue is None:
        return []
    before = head[: cue.start()]
    places: list[tuple[int, str]] = []
    for line in _LINES:
        places += [(m.end(), line) for m in pattern(f"{line}_line").finditer(before)]
    for code in view.codes:
        known = view.known(code)
        if known is not None and start <= code.start and code.end <= start + len(before):
            places.append((code.end - start, "drug" if known.is_drug else known.kind))
    lines = [line for _, line in sorted(places) if line in _LINES]
    if not lines:
        return []
    denied = pattern("negation").search(head[cue.start() - 30 if cue.start() > 30 else 0 :]) is not None
    return [(lines[-1], denied)]


def _stretch(view: View, modifier: Mention) -> tuple[int, int]:
    """The part of the sentence that speaks of a modifier: to the next one, where each has its own clause."""
    alone = [m for m in view.modifiers if m.lead != "attached"]
    later = [m for m in alone if m.start > modifier.end]
    end = len(view.text)
    for following in later:
        between = view.masked[modifier.end : following.start]
        if pattern("clause").search(between) or len(between) > 40:
            has_target = any(pattern(f"{line}_line").search(between) for line in _LINES)
            if has_target:
                end = following.start
                break
    start = 0
    for previous in alone:
        if previous.end <= modifier.start:
            between = view.masked[previous.end : modifier.start]
            if (pattern("clause").search(between) or len(between) > 40) and any(
                pattern(f"{line}_line").search(between) for line in _LINES
            ):
                start = previous.end
    return start, end


_RESUMES = re.compile(
    r"[;,]\s*(?:but\s+|and\s+|instead,?\s+)?(?:it|they)\s+(?=is|are|belongs?|goes|go|must|should|may)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:append\w*|attach\w*|add(?:ed)?|appl\w+|put|belongs?|goes?|used|reported|billed)\s+(?:to|on|onto|with)\s+"
    r"(?!(?:it|them|this|that|either)\b)\w+",
    re.IGNORECASE,
)
"""The second half of a sentence names a line of its own."""
_TAKEN_BACK = re.compile(
    r"\bbut (?:this|that|it) is (?:not (?:correct|true|right|appropriate)|incorrect|wrong|false|an? (?:mistake|error))\b",
    re.IGNORECASE,
)


def _is_against(view: View, modifier: Mention, at: int, stop: int, spans: list[tuple[int, int, str]]) -> bool:
    """Whether words between the modifier and the line, or right before the line, advise against it."""
    previous = [s[1] for s in spans if s[1] <= at]
    lo = max([0, *(p for p in previous)])
    if lo == 0 or modifier.start > lo:
        lo = max(lo, view.clause(min(modifier.start, at))[0])
    resumed = [m.end() for m in _RESUMES.finditer(view.masked, modifier.end, at)] if at > modifier.end else []
    if resumed:
        # "25 is no drug modifier; it is appended to the visit": the denial is of the first half.
        lo = max(lo, resumed[-1])
    near = view.masked[lo:at] if at > modifier.start else view.masked[lo : modifier.end]
    if pattern("only_advice").search(near):
        return False
    behind = view.masked[stop : view.clause(stop - 1)[1]]
    first, *rest = re.split(r"\b(?:and|but)\b|,", behind, maxsplit=1)
    if any(s[0] > stop for s in spans) or any(_ELSEWHERE.search(one) for one in rest):
        # "belongs on the visit and should never be attached to J1745": the second half is of the second line.
        behind = first
    is_wrong = pattern("wrongly").search(view.clause_text(at)) is not None
    return (
        pattern("negation").search(near) is not None
        or is_wrong
        or _TAKEN_BACK.search(view.masked, stop) is not None
        or pattern("denied_behind").search(behind) is not None
    )


def _is_advice(view: View, modifier: Mention) -> bool:
    """The sentence, row or item tells to use the modifier; a bare word for its meaning is not enough."""
    if view.memory.page_code is None or view.sentence.block.kind == "heading":
        return False
    return pattern("attach").search(
        view.clause_text(modifier.start)
    ) is not None or view.sentence.block.kind in (
        "item",
        "row",
    )


def _unplaced(view: View, modifier: Mention, row: dict[str, Any]) -> Iterator[Said]:
    """Advice that names no line, in a guide to a drug code: for the drug line, unless its words say another."""
    families: list[str] = list(row["families"] or ())
    if not families or (len(view.modifiers) > 1 and pattern("together").search(view.text)):
        return
    clause = view.clause_text(modifier.start)
    stretch = view.masked[slice(*_stretch(view, modifier))]
    denied = view.denial(modifier.start, modifier.end) or pattern("denied_behind").search(clause) is not None
    own = [f for f in families if f in _LINES and f != "drug" and pattern(f"{f}_line").search(stretch)]
    if own and not pattern("about_drug").search(stretch):
        yield _statement(view, modifier, row, own[0], denied=denied)
        return
    is_soft = bool(own) and "visit" in own
    yield _statement(view, modifier, row, "drug", denied=denied, soft=is_soft)


def _statement(
    view: View, modifier: Mention, row: dict[str, Any], line: str, *, denied: bool, soft: bool = False
) -> Said:
    families = list(row["families"] or ())
    value = str(modifier.value)
    where = " and ".join(_WORDS.get(f, f"{f} lines") for f in families) or "lines that are not held"
    said = f"The text {'keeps' if denied else 'puts'} modifier {value} {'from' if denied else 'on'} {_WORDS[line]}."
    fact = f"{value} ({row['meaning']}) belongs on {where}."
    columns = {
        "text_modifier": value,
        "text_line": line,
        "text_modifier_lines": families or None,
        "is_text_advised_against": denied,
    }
    code = view.subject_code(modifier.start)
    return Said(
        "modifier", view.sentence, said, fact, (provenance(row).one_line(),), code, columns, soft=soft
    )


@cache
def _meaning_rules() -> list[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None, str, str]]:
    def compiled(rule: dict[str, Any], key: str) -> re.Pattern[str] | None:
        return re.compile(rule[key], re.IGNORECASE) if rule.get(key) else None

    rows: list[dict[str, Any]] = data("modifier_meanings")["meanings"]
    return [
        (
            r["modifier"],
            compiled(r, "right"),
            compiled(r, "wrong"),
            str(r["fact"]),
            f"{r['source']} [{r['confidence']}]",
        )
        for r in rows
    ]


def _meanings(view: View) -> Iterator[Said]:
    """What the sentence says that a modifier means, where the words are clear enough to be right or wrong."""
    alone = [m for m in view.modifiers if m.lead != "attached"]
    for modifier in alone:
        start, end = view.clause(modifier.start)
        later = [m.start for m in alone if m.start > modifier.end and m.value != modifier.value]
        stretch = view.masked[modifier.end : min([end, *later])]
        if view.denial(max(start, modifier.start - 20), modifier.start) or not stretch.strip():
            continue
        for value, right, wrong, fact, source in _meaning_rules():
            if value != modifier.value:
                continue
            is_wrong = wrong is not None and wrong.search(stretch) is not None
            is_right = right is not None and right.search(stretch) is not None
            # What denies the waste names it too.
            is_right = is_right and not (is_wrong and value == "JW")
            if is_wrong == is_right:
                continue
            said = f"The text says what modifier {value} means."
            verdict = TextVerdict.FALSE if is_wrong else TextVerdict.TRUE
            yield Said("meaning", view.sentence, said, fact, (source,), None, verdict=verdict)
