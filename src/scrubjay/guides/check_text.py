"""Judges a billing guide: finds its statements, asks the edits and the reference, gives each a verdict.

Every sentence is read by every reader; what they find is judged together, since a text may contradict itself.
Time grows with the length of the text. Nothing in the text is followed, whatever it says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Edit, Grain, Verdict
from scrubjay.engine import judge
from scrubjay.guides.consistency import contradictions
from scrubjay.guides.knowledge import Knowledge
from scrubjay.guides.lexicon import pattern
from scrubjay.guides.mentions import codes_in, drugs_in
from scrubjay.guides.read_advice import read_advice, read_topics
from scrubjay.guides.read_dates import read_dates
from scrubjay.guides.read_links import read_links
from scrubjay.guides.read_modifiers import read_modifiers
from scrubjay.guides.read_numbers import read_numbers
from scrubjay.guides.read_rows import read_row
from scrubjay.guides.said import Judged, Memory, Said, TextVerdict
from scrubjay.guides.sentences import sentences_of
from scrubjay.guides.view import View
from scrubjay.tables import MONEY, STATEMENT_UNKNOWN, STATEMENTS

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.guides.sentences import Sentence
    from scrubjay.guides.text_file import Document
    from scrubjay.reference import Reference

_VERDICT_OF = {
    "GU003": TextVerdict.OUTDATED,
    "GU005": TextVerdict.MISSING,
    "GU007": TextVerdict.MISLEADING,
}
_FIRST_BLOCKS = 6
_WRONG = (TextVerdict.FALSE, TextVerdict.OUTDATED)
_BAD = (*_WRONG, TextVerdict.MISLEADING, TextVerdict.MISSING)


@dataclass(frozen=True, slots=True)
class GuideCheck:
    """What was found in a guide.

    Attributes:
        name: path as given.
        kind: txt, md, html, pdf or docx.
        on: the guide's day.
        as_of: the day on which things were known.
        page_code: the code that it is about, or null.
        statements: in the order of the text; what is said of the whole text last.
        sentences: how many were read.
        notes: what could not be read.
    """

    name: str
    kind: str
    on: date
    as_of: date
    page_code: str | None
    statements: tuple[Judged, ...]
    sentences: int
    notes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Statements by verdict."""
        counted = Counter(s.verdict for s in self.statements)
        return {str(v): counted[v] for v in TextVerdict}

    def severities(self) -> set[str]:
        """Severities of what is wrong, misleading or missing."""
        found = {
            s.severity or ("error" if s.verdict in _WRONG else "warning")
            for s in self.statements
            if s.verdict in _BAD
        }
        return {str(f) for f in found}

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "file": self.name,
            "kind": self.kind,
            "on": self.on.isoformat(),
            "as_of": self.as_of.isoformat(),
            "code": self.page_code,
            "sentences": self.sentences,
            "counts": self.counts,
            "statements": [s.as_dict() for s in self.statements],
            "notes": list(self.notes),
        }


def text_edits() -> list[Edit]:
    """The edits that judge statements of a text."""
    return [e for e in all_edits() if e.grain is Grain.TEXT]


def check_document(document: Document, reference: Reference, *, on: date, as_of: date) -> GuideCheck:
    """Judge the statements of a guide.

    Args:
        document: the guide, read.
        reference: where the facts stand.
        on: the guide's day: codes are looked up on it.
        as_of: the day on which things are known.
    """
    knowledge = Knowledge(reference, on, as_of)
    sentences = list(sentences_of(document))
    memory = Memory(page_code=_page_code(sentences, knowledge))
    if memory.page_code is not None:
        memory.page_drug = _page_drug(sentences, knowledge)
    said: list[Said] = []
    frames: list[View] = []
    for sentence in sentences:
        if sentence.block.section != memory.section:
            # "It" under a new heading is what the text is about.
            memory.section, memory.last_code = sentence.block.section, memory.page_code
        view = View(sentence, knowledge, memory)
        said += _read(view)
        if _is_modifier_frame(view):
            frames.append(view)
        _remember(view, memory)
    said = _without_titles_of_ended(said)
    said += contradictions(said)
    if memory.page_code is not None:
        said += read_topics(document)
    judged = _judged(said)
    judged = _dependent(judged, said)
    judged += _frames(frames, judged)
    judged.sort(key=lambda j: (j.place is None, j.place.start if j.place else 0))
    unique = list(dict.fromkeys(judged))
    return GuideCheck(
        document.name,
        document.kind,
        on,
        as_of,
        memory.page_code,
        tuple(unique),
        len(sentences),
        tuple(document.notes),
    )


def _without_titles_of_ended(said: list[Said]) -> list[Said]:
    """A title names an ended code without offering it, where the text itself tells that the code ended."""
    told = {
        s.code for s in said if s.kind in ("date", "validity", "successor") and s.verdict is TextVerdict.TRUE
    }
    uses = [s for s in said if s.kind == "use" and s.columns["is_text_code_in_force"] is False and s.sentence]
    titles = [s for s in uses if s.sentence and s.sentence.block.kind == "heading"]
    offered = {
        s.code
        for s in uses
        if s not in titles and not (s.columns["is_text_of_the_past"] or s.columns["is_text_advised_against"])
    }
    left_out = {id(s) for s in titles if s.code in told - offered}
    return [s for s in said if id(s) not in left_out]


def _read(view: View) -> list[Said]:
    if view.sentence.block.kind == "row":
        rows = read_row(view)
        return [*rows, *read_modifiers(view), *(read_advice(view) if not rows else ())]
    return [
        *read_links(view),
        *read_dates(view),
        *read_modifiers(view),
        *read_numbers(view),
        *read_advice(view),
    ]


def _remember(view: View, memory: Memory) -> None:
    drug_codes = [c for c in view.codes if (k := view.known(c)) is None or k.is_drug]
    if drug_codes and not pattern("anaphor_code").match(view.text):
        memory.last_code = str(drug_codes[0].value)
    if view.drugs:
        memory.last_drug = view.drugs[-1]


def _page_code(sentences: list[Sentence], knowledge: Knowledge) -> str | None:
    """The drug code of the title or the first blocks, else the one named most."""
    counted: Counter[str] = Counter()
    for number, sentence in enumerate(sentences):
        for code in codes_in(sentence.text, knowledge):
            known = knowledge.code(str(code.value))
            if known is None or not known.is_drug:
                continue
            if number < _FIRST_BLOCKS and sentence.block.kind != "row":
                return known.code
            counted[known.code] += 1
    return counted.most_common(1)[0][0] if counted else None


def _page_drug(sentences: list[Sentence], knowledge: Knowledge) -> Any:
    for sentence in sentences[:_FIRST_BLOCKS]:
        found = drugs_in(sentence.text, knowledge)
        if found:
            return found[0]
    return None


def _judged(said: list[Said]) -> list[Judged]:
    """Every statement with its verdict: by the edits where they judge its kind, else its own."""
    asked = [s for s in said if s.verdict is None]
    found = [_own(s) for s in said if s.verdict is not None]
    if not asked:
        return found
    edits = text_edits()
    rows = [
        {
            "text_place": s.sentence.place.words() if s.sentence else "whole text",
            "text_kind": s.kind,
            "text_code": s.code,
            "text_said": s.said,
            "text_fact": s.fact,
            **{k: v for k, v in s.columns.items() if k in STATEMENTS.columns},
        }
        for s in asked
    ]
    frame = pl.DataFrame(rows, schema=STATEMENTS.schema).with_columns(
        pl.lit(None, dtype=pl.Int64).alias("claim_key"),
        pl.lit(None, dtype=MONEY).alias("claim_charge_amount"),
    )
    verdicts = judge(frame, edits).verdicts.to_dicts()
    for one, given in zip(asked, verdicts, strict=True):
        for edit in edits:
            verdict = Verdict(int(given[edit.name]))
            if verdict is not Verdict.NOT_APPLICABLE:
                found += _by_edit(one, edit, verdict)
    return found


def _own(said: Said) -> Judged:
    assert said.verdict is not None
    return _made(said, said.verdict)


def _made(said: Said, verdict: TextVerdict, edit: Edit | None = None, reason: str | None = None) -> Judged:
    sentence = said.sentence
    return Judged(
        verdict,
        said.kind,
        said.code,
        sentence.quote if sentence else "",
        sentence.place if sentence else None,
        said.said,
        said.fact,
        said.sources,
        edit.code if edit else None,
        edit.name if edit else None,
        str(edit.severity) if edit else None,
        reason,
    )


def _by_edit(said: Said, edit: Edit, verdict: Verdict) -> list[Judged]:
    if verdict is Verdict.FIRES:
        given = TextVerdict.MISLEADING if said.soft else _VERDICT_OF.get(edit.code, TextVerdict.FALSE)
        return [_made(said, given, edit)]
    if verdict is Verdict.NOT_EVALUATED:
        missing = [c for c in edit.decides_on() if c in STATEMENT_UNKNOWN and said.columns.get(c) is None]
        return [
            _made(said, TextVerdict.CANNOT_TELL, reason=STATEMENT_UNKNOWN[missing[0]] if missing else None)
        ]
    # That a code is in force, a topic is there or nothing contradicts is no statement of the text.
    return [] if edit.code in ("GU003", "GU005", "GU006") else [_made(said, TextVerdict.TRUE)]


def _dependent(judged: list[Judged], said: list[Said]) -> list[Judged]:
    """What is said of the use of a code that the text takes for another drug is said of that other drug."""
    asserted = [s for s in said if s.kind == "identity" and not s.columns.get("text_denied")]
    wrong = {s.code for s in asserted if s.columns.get("is_text_drug_of_code") is False}
    right = {s.code for s in asserted if s.columns.get("is_text_drug_of_code") is True}
    names = {s.code: str(s.columns.get("text_name")) for s in reversed(asserted) if s.code in wrong - right}
    facts = {s.code: s.fact for s in reversed(asserted) if s.code in names}
    found: list[Judged] = []
    for one in judged:
        if one.kind == "route" and one.code in names and one.verdict is not TextVerdict.FALSE:
            fact = f"The text takes {one.code} for {names[one.code]}. {facts[one.code]}"
            found.append(replace(one, verdict=TextVerdict.FALSE, fact=fact))
        else:
            found.append(one)
    return found


def _is_modifier_frame(view: View) -> bool:
    if (
        view.modifiers
        or pattern("modifiers").search(view.text) is None
        or view.sentence.block.kind == "heading"
    ):
        return False
    is_attached = pattern("modifier_frame").search(view.text) is not None
    return is_attached and any((k := view.known(c)) is not None and k.is_drug for c in view.codes)


def _frames(frames: list[View], judged: list[Judged]) -> list[Judged]:
    """`Several modifiers are attached to the code`, judged by the modifiers that the section then names."""
    found: list[Judged] = []
    placed = {(j.place.start if j.place else -1): j for j in judged if j.kind == "modifier"}
    for view in frames:
        block = view.sentence.block
        inside = [j for at, j in placed.items() if at >= view.sentence.place.start]
        same = [j for j in inside if j.place and _section_end(view, judged) > j.place.start]
        if not same:
            continue
        good = [j for j in same if j.verdict is TextVerdict.TRUE]
        bad = [j for j in same if j.verdict in (TextVerdict.FALSE, TextVerdict.MISLEADING)]
        if good or not bad:
            continue
        fact = "None of the modifiers that the section names belongs on the drug line: " + " ".join(
            dict.fromkeys(j.fact for j in bad)
        )
        sources = tuple(dict.fromkeys(s for j in bad for s in j.sources))
        said = Said(
            "modifier", view.sentence, "The text attaches these modifiers to the drug code.", fact, sources
        )
        found.append(
            replace(
                _made(said, TextVerdict.FALSE, next(e for e in text_edits() if e.code == "GU004")), code=None
            )
        )
        _ = block
    return found


def _section_end(view: View, judged: list[Judged]) -> int:
    """Where the section of a sentence ends, as far as statements show: the place of the first one beyond it."""
    _ = judged
    return view.sentence.place.start + 6_000
