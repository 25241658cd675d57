"""Rows of tables: what a row says of the code, or the modifier, that it is about; columns by their header words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.drugs.answers import provenance
from scrubjay.guides.lexicon import data, pattern
from scrubjay.guides.mentions import Mention, amounts_in, codes_in, dates_in, drugs_in
from scrubjay.guides.read_links import identity, unit_said
from scrubjay.guides.said import Said, TextVerdict
from scrubjay.quantity import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scrubjay.guides.knowledge import KnownCode
    from scrubjay.guides.text_file import Cell
    from scrubjay.guides.view import View

_WHOLE_CODE = re.compile(r"\W*(?:hcpcs\s*)?(?:code\s*)?([A-Za-z]\d{4})\W*(?:\([^)]*\))?\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """A cell with the kind of its column: code, drug, unit, begins, ends, line, mue, old, new, or empty."""

    kind: str
    cell: Cell


def read_row(view: View) -> list[Said]:
    """Statements of a table row; none where it names no code."""
    columns = _columns(view)
    code = _code(view, columns)
    if code is None:
        return []
    known = view.knowledge.code(str(code.value))
    if known is not None and not known.is_drug:
        return []
    found: list[Said] = []
    for column in columns:
        found += _cell(view, code, known, column)
    found += _successor(view, columns)
    if known is not None:
        found += _use(view, code, known, columns)
    return found


def _columns(view: View) -> list[Column]:
    block = view.sentence.block
    rules: dict[str, str] = data("words")["columns"]
    found: list[Column] = []
    for number, cell in enumerate(block.cells):
        head = block.header[number] if number < len(block.header) else ""
        kind = next((k for k, words in rules.items() if head and re.search(words, head, re.IGNORECASE)), "")
        found.append(Column(kind, cell))
    return found


def _code(view: View, columns: list[Column]) -> Mention | None:
    """The code that the row is about: that of the code column, else of the first cell that is nothing but a code."""
    named = [c for c in columns if c.kind == "code"] or columns
    for column in named:
        if column.kind in ("old", "new"):
            continue
        match = _WHOLE_CODE.fullmatch(column.cell.text)
        if match:
            at = column.cell.start - view.sentence.place.start + match.start(1)
            return Mention("code", at, at + 5, match[1], match[1].upper())
    return None


def _cell(view: View, code: Mention, known: KnownCode | None, column: Column) -> Iterator[Said]:
    text, offset = column.cell.text, column.cell.start - view.sentence.place.start
    if column.kind in ("", "drug", "unit") and not list(codes_in(text, view.knowledge)):
        names = drugs_in(text, view.knowledge)
        if column.kind != "unit":
            for drug in names:
                moved = Mention(
                    "drug", drug.start + offset, drug.end + offset, drug.text, drug.value, drug.lead
                )
                yield identity(view, code, moved, denied=False)
        amounts = [
            a for a in amounts_in(text) if not a.rate and not pattern("dose_not_unit").match(text, a.end)
        ]
        is_plain = column.kind == "unit" or (
            names and len(amounts) == 1 and re.search(r"[,(–-]|\bper\b|\bup to\b", text)
        )
        if not column.kind and not names:
            is_plain = re.fullmatch(r"\W*(?:per |each |up to )?AMT\W*", _masked(text, amounts)) is not None
        if amounts and is_plain:
            chosen = next((a for a in amounts if a.value.unit.symbol != "units"), amounts[0])
            yield unit_said(view, str(code.value), chosen)
    elif known is not None and column.kind in ("begins", "ends"):
        yield from _day(view, known, column)
    elif column.kind == "mue":
        yield from _mue(view, str(code.value), text)


def _masked(text: str, amounts: list[Mention]) -> str:
    for amount in reversed(amounts):
        lead = {"up_to": "up to ", "per": "per "}.get(amount.lead, "")
        text = f"{text[: amount.start]}{lead}AMT{text[amount.end :]}"
    return text


def _day(view: View, known: KnownCode, column: Column) -> Iterator[Said]:
    days = dates_in(column.cell.text)
    if not days:
        return
    span = days[0].value
    day: date | None = known.first_day if column.kind == "begins" else known.last_day
    what = "first" if column.kind == "begins" else "last"
    said = f"The text gives {known.code} the {what} day {days[0].text}."
    if day is None:
        if column.kind == "begins" or not known.in_force or span.first > view.knowledge.on:
            return
        verdict, fact = (
            TextVerdict.FALSE,
            f"{known.code} is in force on {view.knowledge.on}; no last day is held.",
        )
    else:
        is_next = column.kind == "ends" and (span.first - day).days == 1
        verdict = TextVerdict.TRUE if span.holds(day) or is_next else TextVerdict.FALSE
        fact = f"The {what} day of {known.code} is {day}."
    yield Said("date", view.sentence, said, fact, (known.source.one_line(),), known.code, verdict=verdict)


def _mue(view: View, code: str, text: str) -> Iterator[Said]:
    rows = view.knowledge.catalog.history("mue", hcpcs=code)
    count = parse_number(text.split(maxsplit=1)[0]) if text.split() else None
    if not rows or count is None:
        return
    right = any(r["mue_value"] == count for r in rows)
    shown = "; ".join(
        dict.fromkeys(f"{str(r['mue_setting']).replace('_', ' ')} {r['mue_value']}" for r in rows)
    )
    sources = tuple(dict.fromkeys(provenance(r).one_line() for r in rows))
    verdict = TextVerdict.TRUE if right else TextVerdict.FALSE
    yield Said("limit", view.sentence, f"The text gives {code} an MUE of {text}.", f"MUE of {code}: {shown}.", sources, code, verdict=verdict)  # fmt: skip


def _successor(view: View, columns: list[Column]) -> Iterator[Said]:
    """Old and new code side by side."""
    olds = [c.value for col in columns if col.kind == "old" for c in codes_in(col.cell.text, view.knowledge)]
    news = [c.value for col in columns if col.kind == "new" for c in codes_in(col.cell.text, view.knowledge)]
    for old in olds if news else ():
        known = view.knowledge.code(str(old))
        held = view.knowledge.successors(str(old))
        if known is None or not held:
            continue
        right = bool({s.successor for s in held} & set(news))
        said = f"The text lets {' and '.join(news)} follow {old}."
        sources = tuple(dict.fromkeys(s.source for s in held))
        verdict = TextVerdict.TRUE if right else TextVerdict.FALSE
        yield Said(
            "successor",
            view.sentence,
            said,
            view.knowledge.after_words(known),
            sources,
            str(old),
            verdict=verdict,
        )


def _use(view: View, code: Mention, known: KnownCode, columns: list[Column]) -> Iterator[Said]:
    block = view.sentence.block
    # A table of what was: its heading, its columns or the row itself say so.
    over = " ".join((*block.section[-1:], *block.header))
    ends = [c for c in columns if c.kind in ("ends", "new") and re.search(r"\d", c.cell.text)]
    is_past = (
        bool(ends)
        or pattern("history").search(over) is not None
        or pattern("history").search(view.text) is not None
    )
    is_past = is_past or view.is_past(code.start)
    fact = (
        f"{known.code} is in force on {view.knowledge.on}."
        if known.in_force
        else view.knowledge.after_words(known)
    )
    values = {
        "is_text_code_in_force": known.in_force,
        "is_text_of_the_past": is_past,
        "is_text_advised_against": pattern("negation").search(view.text) is not None,
    }
    yield Said("use", view.sentence, f"The text offers {known.code} for use.", fact, (known.source.one_line(),), known.code, values)  # fmt: skip
