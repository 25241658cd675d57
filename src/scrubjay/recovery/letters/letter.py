"""Fill a template from records, and refuse a letter that says what no record says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.recovery.letters.template import SLOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubjay.recovery.letters.facts import Fact, Records
    from scrubjay.recovery.letters.template import Paragraph, Template

_NUMBER = re.compile(r"\S*\d\S*")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; `fact` names the record that it was taken from, null for the template's own words."""

    text: str
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A paragraph of a letter."""

    runs: tuple[Run, ...]
    is_heading: bool = False

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that says only what its records say.

    Attributes:
        template, version: that it was written from.
        title: of the letter.
        paragraphs: in order.
        evidence: the facts it states, each once, in order; its evidence table.
    """

    template: str
    version: int
    title: str
    paragraphs: tuple[Written, ...]
    evidence: tuple[Fact, ...]


def write_letter(template: Template, records: Records, *, cause: str | None = None) -> Letter:
    """Fill a template.

    Args:
        template: the words.
        records: what may be said.
        cause: root cause of the denial; paragraphs for other causes are left out.

    Raises:
        UsageError: a record that the letter needs is missing; all of them are named.
    """
    paragraphs: list[Written] = []
    missing: list[str] = []
    for one in template.paragraphs:
        if (one.causes and cause not in one.causes) or any(name not in records for name in one.has):
            continue
        for text in _texts(one, records):
            paragraphs.append(Written(tuple(_runs(text, records, missing)), one.heading))
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        raise UsageError(
            f"the letter needs records that are not at hand: {names}.",
            where=template.id,
            hint="Give each with its source: --fact NAME=VALUE@SOURCE, or in a --facts file.",
        )
    used = dict.fromkeys(run.fact for p in paragraphs for run in p.runs if run.fact)
    letter = Letter(
        template.id, template.version, template.title, tuple(paragraphs), tuple(records[n] for n in used)
    )
    refuse_unsourced(letter, records)
    return letter


def _texts(one: Paragraph, records: Records) -> Iterator[str]:
    """The words of a paragraph; one that stands for each of several records once for each."""
    if one.each is None:
        yield one.text
        return
    slot = re.compile(r"\{" + re.escape(one.each) + r"\.(?=[a-z])")
    number = 1
    # Without any the slots stay open, and the letter is refused.
    while number == 1 or any(name.startswith(f"{one.each}.{number}.") for name in records):
        yield slot.sub(f"{{{one.each}.{number}.", one.text)
        number += 1


def _runs(text: str, records: Records, missing: list[str]) -> Iterator[Run]:
    at = 0
    for found in SLOT.finditer(text):
        if found.start() > at:
            yield Run(text[at : found.start()])
        name = found[1]
        if name in records:
            yield Run(records[name].text, name)
        else:
            missing.append(name)
        at = found.end()
    if at < len(text):
        yield Run(text[at:])


def faults(letter: Letter, records: Records) -> list[str]:
    """What in a letter no record supports; empty where all is sourced.

    Looks at the letter as it stands, whoever wrote it: every number must be inside a run that names a record,
    that record must be at hand, have a source, and say the same. No slot may be left open.
    """
    found: list[str] = []
    for number, paragraph in enumerate(letter.paragraphs, 1):
        for run in paragraph.runs:
            place = f"paragraph {number}"
            if run.fact is None:
                found += [f"{place}: {word!r} has no source" for word in _NUMBER.findall(run.text)]
                if "{" in run.text or "}" in run.text:
                    found.append(f"{place}: a slot is not filled")
            elif run.fact not in records:
                found.append(f"{place}: the record {run.fact} is not at hand")
            elif not records[run.fact].source.strip():
                found.append(f"{place}: the record {run.fact} has no source")
            elif records[run.fact].text != run.text:
                found.append(f"{place}: the record {run.fact} says something else")
    stated = {run.fact for p in letter.paragraphs for run in p.runs if run.fact}
    listed = {fact.name for fact in letter.evidence}
    found += [f"the evidence table lacks {name}" for name in sorted(stated - listed)]
    return found


def refuse_unsourced(letter: Letter, records: Records) -> None:
    """Refuse a letter of which something is not supported.

    Raises:
        UsageError: with all that is wrong.
    """
    wrong: Sequence[str] = faults(letter, records)
    if wrong:
        raise UsageError(
            f"the letter is refused: {'; '.join(wrong)}.", hint="Give the record, or take the sentence out."
        )
