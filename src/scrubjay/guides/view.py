"""A sentence with everything that it names, and the questions that the readers ask of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scrubjay.guides.lexicon import pattern
from scrubjay.guides.mentions import Mention, amounts_in, codes_in, dates_in, drugs_in, modifiers_in

if TYPE_CHECKING:
    from scrubjay.guides.knowledge import Knowledge, KnownCode
    from scrubjay.guides.said import Memory
    from scrubjay.guides.sentences import Sentence

_CHAIN = re.compile(
    r"(?:\s|,|/|&|\band\b|\bor\b|\bthrough\b|\bcodes?\b|\bhcpcs\b|\(\s*AMT\s*\)|\bto\b|[–-])*", re.IGNORECASE
)


@dataclass
class View:
    """A sentence as the readers see it; mentions are in order of place.

    Attributes:
        sentence: the sentence.
        knowledge: the reference.
        memory: what the text spoke of before.
    """

    sentence: Sentence
    knowledge: Knowledge
    memory: Memory

    @property
    def text(self) -> str:
        """The sentence."""
        return self.sentence.text

    @cached_property
    def codes(self) -> list[Mention]:
        """Codes named."""
        return list(codes_in(self.text, self.knowledge))

    @cached_property
    def dates(self) -> list[Mention]:
        """Dates named."""
        return dates_in(self.text)

    @cached_property
    def amounts(self) -> list[Mention]:
        """Amounts named."""
        return list(amounts_in(self.text))

    @cached_property
    def drugs(self) -> list[Mention]:
        """Drugs named, and words such as "this medication" for the one named before."""
        found = drugs_in(self.text, self.knowledge)
        for match in pattern("anaphor_drug").finditer(self.text):
            before = [d for d in found if d.end <= match.start()]
            meant = before[-1] if before else self.memory.last_drug or self.memory.page_drug
            if meant is not None:
                found.append(Mention("drug", match.start(), match.end(), meant.text, meant.value, meant.lead))
        return sorted(found, key=lambda m: m.start)

    @cached_property
    def is_about_modifiers(self) -> bool:
        """Whether sentence, column or heading speaks of modifiers."""
        block = self.sentence.block
        over = " ".join((*block.section[-1:], *block.header))
        spoken = pattern("modifiers").search(self.text) or pattern("modifiers").search(over)
        return spoken is not None or pattern("modifier_hint").search(self.text) is not None

    @cached_property
    def modifiers(self) -> list[Mention]:
        """Modifiers named."""
        taken = [*self.codes, *self.dates, *self.amounts]
        return modifiers_in(self.text, self.knowledge, is_about=self.is_about_modifiers, taken=taken)

    @cached_property
    def masked(self) -> str:
        """The sentence with AMT for amounts, DATE for dates and DRUG for drugs, of the same length."""
        text = self.text
        for mark, mentions in (("AMT", self.amounts), ("DATE", self.dates), ("DRUG", self.drugs)):
            for m in mentions:
                if m.end - m.start >= len(mark):
                    text = text[: m.start] + mark.ljust(m.end - m.start) + text[m.end :]
        return text

    @cached_property
    def cuts(self) -> list[int]:
        """Offsets at which clauses begin, and the end."""
        inner = sorted({m.start() for m in pattern("clause").finditer(self.masked)})
        return [0, *(c for c in inner if c), len(self.text)]

    def clause(self, at: int) -> tuple[int, int]:
        """Start and end of the clause that holds an offset."""
        for start, end in zip(self.cuts, self.cuts[1:], strict=False):
            if start <= at < end:
                return start, end
        return 0, len(self.text)

    def clause_text(self, at: int) -> str:
        """The masked text of the clause that holds an offset."""
        start, end = self.clause(at)
        return self.masked[start:end]

    def known(self, mention: Mention) -> KnownCode | None:
        """What the reference holds of a code."""
        return self.knowledge.code(str(mention.value))

    @cached_property
    def _chains(self) -> dict[int, list[Mention]]:
        found: dict[int, list[Mention]] = {}
        group: list[Mention] = []
        for code in self.codes:
            if group and not _CHAIN.fullmatch(self.masked, group[-1].end, code.start):
                group = []
            group.append(code)
            found[code.start] = group
        return found

    def chain(self, mention: Mention) -> list[Mention]:
        """The codes that stand in one list with this one: `J1020, J1030 and J1040`."""
        return self._chains.get(mention.start, [mention]) if mention.end > mention.start else [mention]

    @cached_property
    def _said_of(self) -> dict[tuple[str, int], bool]:
        return {}

    def _clause_has(self, name: str, at: int) -> bool:
        """Whether the clause that holds an offset has a pattern; asked once for each clause."""
        key = (name, self.clause(at)[0])
        if key not in self._said_of:
            self._said_of[key] = pattern(name).search(self.clause_text(at)) is not None
        return self._said_of[key]

    def is_past(self, at: int) -> bool:
        """Whether the clause speaks of an earlier time."""
        return self._clause_has("past", at)

    def is_no_assertion(self, at: int) -> bool:
        """Whether the clause asserts nothing of what it names: a question, a comparison, a condition."""
        return self._clause_has("no_assertion", at) or self.text.rstrip().endswith("?")

    def offers(self, at: int) -> bool:
        """Whether the clause tells to use something."""
        return self._clause_has("ask_use", at)

    def denial(self, start: int, end: int) -> bool:
        """Whether a link over [start, end) is denied by words in it or shortly before it, in its clause."""
        first, _ = self.clause(start)
        inner = self.masked[start:end]
        aside = re.search(r",\s+which\s", inner)
        if aside is not None:
            # "not to be confused with DRUG, which is billed under J2919": the link stands in the aside.
            return pattern("negation").search(inner, aside.end()) is not None
        near = self.masked[max(first, start - 60) : end]
        if pattern("negation").search(near):
            return True
        return self._clause_has("wrongly", start)

    def code_before(self, at: int, *, within: int = 10_000) -> Mention | None:
        """The code named last before an offset."""
        found = [c for c in self.codes if c.end <= at and at - c.end <= within]
        return found[-1] if found else None

    def code_after(self, at: int) -> Mention | None:
        """The code named first after an offset."""
        return next((c for c in self.codes if c.start >= at), None)

    def nearest_code(self, at: int) -> Mention | None:
        """The code in the clause, before the offset for choice; else any in the sentence."""
        start, end = self.clause(at)
        inside = [c for c in self.codes if start <= c.start < end]
        before = [c for c in inside if c.end <= at]
        if before:
            return before[-1]
        if inside:
            return inside[0]
        return self.code_before(at) or self.code_after(at)

    def subject_code(self, at: int) -> str | None:
        """The drug code that an offset is about: in the sentence, else the last one, else that of the page."""
        near = self.nearest_code(at)
        if near is not None:
            known = self.known(near)
            if known is None or known.is_drug:
                return str(near.value)
        return self.memory.last_code or self.memory.page_code
