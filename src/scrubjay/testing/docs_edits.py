"""The pages of the edits: docs/edits/<name>.md and their index."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Edit, Grain
from scrubjay.facts import column
from scrubjay.reference import Reference
from scrubjay.testing.cases import Case, load_cases
from scrubjay.testing.markdown import page, table, value_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.facts.registry import KnownColumn

CONFIDENCE = {
    "A": "official data or page",
    "B": "contractor's or payer's page",
    "C": "secondary page, unverified",
    "D": "practice knowledge, unverified",
}
_JUDGES = {
    Grain.LINE: "each service line",
    Grain.CLAIM: "each claim",
    Grain.RUN: "each waiver of a run",
    Grain.TEXT: "each statement of a billing guide; asked by `scrubjay guide check` only",
    Grain.CHART: "each service line against its chart; asked by `scrubjay audit` only",
}
_ANY_DAY = date(9998, 1, 1)
_VERDICTS = {
    "fires": "fires",
    "clear": "clear",
    "not_applicable": "not applicable",
    "not_evaluated": "not evaluated",
}


@cache
def _paraphrases(name: str) -> dict[str, str]:
    frame = Reference.starter().table(name, as_of=_ANY_DAY)
    return dict(frame.select(f"{name}_code", "paraphrase").iter_rows())


def _title(edit: Edit) -> str:
    return edit.doc.strip().splitlines()[0].strip()


def _prose(edit: Edit) -> str:
    return "\n".join(edit.doc.strip().splitlines()[1:])


def _family_words(family: str) -> str:
    return family.replace("_", " ")


def _in_force(edit: Edit) -> str:
    if edit.effective_from is None and edit.effective_to is None:
        return "every date of service"
    parts: list[str] = []
    if edit.effective_from is not None:
        parts.append(f"from {edit.effective_from}")
    if edit.effective_to is not None:
        parts.append(f"before {edit.effective_to}")
    return f"dates of service {' and '.join(parts)}"


def _line_words(line: dict[str, Any]) -> str:
    code = line.get("hcpcs") or "(no code)"
    modifiers = "".join(f"-{m}" for m in line.get("modifiers", ()))
    extra = [f"{k.replace('_', ' ')} {value_words(v)}" for k, v in line.items()
             if k not in {"hcpcs", "modifiers", "units"}]  # fmt: skip
    units = f" x {line['units']}" if "units" in line else ""
    rest = f" ({', '.join(extra)})" if extra else ""
    return f"{code}{modifiers}{units}{rest}"


def _claim_words(body: dict[str, Any]) -> str:
    other = [f"{k.replace('_', ' ')} {_nested(v)}" for k, v in body.items() if k != "lines"]
    lines = "; ".join(_line_words(line) for line in body.get("lines", ()))
    return f"{', '.join(other)}: {lines}" if other else lines


def _nested(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k.replace('_', ' ')} {value_words(v)}" for k, v in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
    return value_words(value)


def _given_words(case: Case) -> str:
    if "claims" in case.body:
        claims = " AND ".join(_claim_words(c) for c in case.body["claims"])
        return f"whole claims, as of {case.body['as_of']}: {claims}"
    if "claim" in case.body:
        line = f", line {case.body['line']}" if "line" in case.body else ""
        return f"whole claim{line}, as of {case.body['as_of']}: {_claim_words(case.body['claim'])}"
    changed: dict[str, Any] = case.body.get("with") or {}
    if not changed:
        return "as given"
    return "; ".join(f"{name} = {value_words(v)}" for name, v in changed.items())


def _examples(cases: list[Case]) -> Iterator[str]:
    for case in cases:
        if not case.is_shown_in_docs:
            continue
        outcome = case.run()
        said = f"\n\n> {outcome.message}" if outcome.message else ""
        yield f"**{case.name}**: {_VERDICTS[outcome.verdict]}{said}"


def _denials(edit: Edit) -> str:
    rows = [("CARC " + c, _paraphrases("carc").get(c, "not in the starter list")) for c in edit.prevents_carc]
    rows += [
        ("RARC " + r, _paraphrases("rarc").get(r, "not in the starter list")) for r in edit.prevents_rarc
    ]
    if not rows:
        return "No denial code is known for it."
    return table(("Code", "In our words"), rows)


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
    cases = load_cases(edit)
    given = {n: v for n, v in (cases[0].given if cases else {}).items() if n in edit.decides_on()}
    facts = [
        ("Code", edit.code),
        ("Severity", str(edit.severity)),
        ("Judges", _JUDGES[edit.grain]),
        ("Family", _family_words(edit.family)),
        ("In force", _in_force(edit)),
        ("A program may apply the fix unasked", "yes" if edit.fix.level == "safe" else "no"),
    ]
    return page(
        edit.name,
        _title(edit),
        table(("", ""), facts),
        _prose(edit),
        "## Examples",
        *_examples(cases),
        "## Denials that it prevents",
        _denials(edit),
        "## What it reads",
        _columns(edit),
        "## Cases",
        "Ordinary values: " + "; ".join(f"{n} = {value_words(v)}" for n, v in given.items()) + ".",
        table(
            ("Case", "Differs in", "Verdict"), [(c.name, _given_words(c), _VERDICTS[c.expect]) for c in cases]
        ),
        "## Sources",
        table(
            ("Source", "What it says, in our words", "Confidence"),
            [(c.source, c.text, f"{c.confidence}, {CONFIDENCE[c.confidence]}") for c in edit.citations],
        ),
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
