"""The pages of the edits: docs/edits/<name>.md and their index."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Edit, Grain
from scrubjay.facts import column
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.reports.explain import VERDICTS, explained
from scrubjay.reports.explain_pages import (
    CASES,
    CONFIDENCE,
    DENIALS,
    PAYERS,
    SOURCES,
    Example,
    case_table,
    denial_table,
    example_lines,
    payer_table,
    source_table,
)
from scrubjay.testing.cases import load_cases
from scrubjay.testing.markdown import page, table

if TYPE_CHECKING:
    from scrubjay.facts.registry import KnownColumn

__all__ = ["CONFIDENCE", "edit_page", "edit_pages", "examples", "index_page"]

_JUDGES = {
    Grain.LINE: "each service line",
    Grain.CLAIM: "each claim",
    Grain.RUN: "each waiver of a run",
    Grain.TEXT: "each statement of a billing guide; asked by `scrubjay guide check` only",
    Grain.CHART: "each service line against its chart; asked by `scrubjay audit` only",
}
_ANY_DAY = date(9998, 1, 1)


def _title(edit: Edit) -> str:
    return edit.doc.strip().splitlines()[0].strip()


def _family_words(family: str) -> str:
    return family.replace("_", " ")


def examples(edit: Edit) -> list[Example]:
    """The chosen cases of an edit with the messages that they give."""
    shown: list[Example] = []
    for case in load_cases(edit):
        if case.is_shown_in_docs:
            outcome = case.run()
            shown.append((case.name, VERDICTS[outcome.verdict], outcome.message))
    return shown


def _missing_words(known: KnownColumn) -> str:
    if known.is_base:
        return "not on the claim"
    return known.missing or "an ordinary value"


def _columns(edit: Edit) -> str:
    known = [column(name) for name in edit.decides_on()]
    return table(
        ("Column", "Meaning", "Where it is unknown"),
        [(f"`{c.name}`", c.about, _missing_words(c)) for c in known],
    )


def edit_page(edit: Edit) -> str:
    """The page of one edit."""
    told = explained(edit, reference=Reference.starter(), policies=PolicySet.base(), as_of=_ANY_DAY)
    facts = [
        ("Code", edit.code),
        ("Severity", str(edit.severity)),
        ("Judges", _JUDGES[edit.grain]),
        ("Family", _family_words(edit.family)),
        ("In force", told.in_force()),
        ("A program may apply the fix unasked", "yes" if told.is_fix_safe else "no"),
    ]
    return page(
        edit.name,
        told.summary,
        table(("", ""), facts),
        *(f"## {title}\n{body}" for title, body in told.sections),
        "## Examples",
        *example_lines(examples(edit)),
        f"## {DENIALS}",
        denial_table(told),
        f"## {PAYERS}",
        payer_table(told),
        "## What it reads",
        _columns(edit),
        f"## {CASES}",
        f"Ordinary values: {told.given}.",
        case_table(told),
        f"## {SOURCES}",
        source_table(told),
    )


def index_page() -> str:
    """The list of all edits by family."""
    edits = all_edits()
    letters = {e.family: e.code[:2] for e in edits}
    parts = [
        (
            f"{len(edits)} edits. Each page says what is checked, why, how to fix it, and where the rule comes from. "
            "`scrubjay explain NAME` prints the same."
        ),
    ]
    for family in sorted(letters, key=lambda f: letters[f]):
        rows = [
            (e.code, f"[{e.name}]({e.name}.md)", str(e.severity), _title(e))
            for e in edits
            if e.family == family
        ]
        words = _family_words(family)
        parts += [f"## {letters[family]}: {words}", table(("Code", "Edit", "Severity", "Fires when"), rows)]
    return page("Edits", *parts)


def edit_pages() -> dict[str, str]:
    """All pages under docs/edits, by path below docs/."""
    pages = {f"edits/{e.name}.md": edit_page(e) for e in all_edits()}
    return {"edits/README.md": index_page(), **{k: re.sub(r"[ \t]+\n", "\n", v) for k, v in pages.items()}}
