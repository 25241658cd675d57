"""A code with its whole life as one HTML page: no script, no network, its chart inline."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from scrubjay.reports import answers, code_life
from scrubjay.reports.chart import svg_chart
from scrubjay.reports.html import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from typing import Any

    from scrubjay.drugs.answers import CodeAnswer, SourcedFact

_Row = tuple[str, str, "SourcedFact"]


def write_code_html(answer: CodeAnswer, out: BinaryIO, *, as_of: date, version: str) -> None:
    """Write the page of a code that is known.

    Args:
        answer: what is known of the code.
        out: where the bytes go, UTF-8.
        as_of: the day on which it was known.
        version: of the program.
    """
    bars = code_life.limit_bars(answer.limit_history)
    title = f"Medicare payment limit of one unit of {answer.code} by quarter, in dollars"
    page = (
        environment()
        .get_template("code.html.j2")
        .render(
            answer=answer,
            as_of=as_of,
            version=version,
            life=answers.life_words(answer.first_day, answer.last_day),
            tables=list(_tables(answer)),
            chart=svg_chart(bars, title=title) if bars else None,
            limit_editions=code_life.edition_lines(answer.limit_history),
        )
    )
    out.write(page.encode("utf-8", errors="replace"))


def _tables(answer: CodeAnswer) -> Iterator[tuple[str, list[_Row]]]:
    parts: tuple[tuple[str, list[_Row]], ...] = (
        ("How it was described", _rows(answer.descriptors, lambda v: str(v["descriptor"]))),
        ("What the releases did to it", _rows(answer.actions, code_life.action_words)),
        ("What came after it", _rows(answer.successors, answers.successor_words)),
        ("What came before it", _rows(answer.predecessors, answers.predecessor_words)),
        ("Most units (MUE), edition by edition", _rows(answer.mue_history, answers.mue_words)),
        (
            "Hospital and ASC status",
            [
                (code_life.status_words(r), code_life.period(r.first, r.last), r.newest)
                for r in code_life.status_runs(answer.status)
            ],
        ),
        (
            "How many NDCs bill under it",
            _rows([f for f in answer.ndc_counts if f.values["is_whole"]], lambda v: str(v["ndcs"])),
        ),
        (f"NDCs that bill under it on {answer.on}", _rows(answer.ndcs, answers.package_words)),
    )
    for title, rows in parts:
        if rows:
            yield title, rows


def _rows(facts: Sequence[SourcedFact], words: Callable[[Mapping[str, Any]], str]) -> list[_Row]:
    return [(words(f.values), code_life.period(f.effective_from, f.last_day), f) for f in facts]
