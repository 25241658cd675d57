"""Which statements of a chart are about a drug line: its drug, its day, orders and what was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from scrubjay.records.extract.protocol import GIVEN, ORDER
from scrubjay.records.extract.vocabulary import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from scrubjay.records.extract.protocol import Mention
    from scrubjay.records.judge.model import Line


def _premedication() -> frozenset[str]:
    return frozenset(data("vocabulary")["premedication"])


@dataclass
class Subject:
    """A drug line and what its chart says about it.

    Attributes:
        line: the line.
        lines: all lines of its claim.
        mentions: everything that the chart states.
        groups: group of each drug by normal name.
    """

    line: Line
    lines: Sequence[Line]
    mentions: Sequence[Mention]
    groups: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])

    def _given(self) -> list[Mention]:
        return [
            m
            for m in self.mentions
            if m.kind == "administration"
            and m.act == GIVEN
            and m.drugs
            and not m.is_negated
            and not m.is_historical
        ]

    @cached_property
    def given_any_day(self) -> list[Mention]:
        """Statements that the billed drug was given, on whatever day."""
        return [m for m in self._given() if self.line.drugs & set(m.drugs)]

    @cached_property
    def orders(self) -> list[Mention]:
        """Orders of the drug that is judged."""
        return [
            m
            for m in self.mentions
            if m.kind == "order" and not m.is_historical and self.drugs_wide & set(m.drugs)
        ]

    @cached_property
    def substitute(self) -> list[Mention]:
        """Statements that another drug was given, which no line of the claim bills; [] where the billed one was."""
        if self.given_any_day:
            return []
        billed = frozenset[str]().union(*(n.drugs for n in self.lines))
        is_ordered = any(m.kind == "order" and self.line.drugs & set(m.drugs) for m in self.mentions)
        others: list[Mention] = []
        for mention in self._given():
            if billed & set(mention.drugs):
                continue
            same_group = self.line.group is not None and any(
                self.groups.get(d) == self.line.group for d in mention.drugs
            )
            is_beside = any(d.startswith(tuple(_premedication())) for d in mention.drugs)
            if is_beside and not same_group and is_ordered:
                continue
            others.append(mention)
        return others

    @cached_property
    def drugs(self) -> frozenset[str]:
        """Normal names of the drug that the record is judged by: the billed one, or the one given instead."""
        if self.substitute:
            return frozenset(self.substitute[0].drugs)
        return self.line.drugs

    @cached_property
    def drugs_wide(self) -> frozenset[str]:
        """The drug judged by and the billed one."""
        return self.drugs | self.line.drugs

    @cached_property
    def administrations(self) -> list[Mention]:
        """Statements that the drug judged by was given, on the day judged by."""
        every = self.substitute or self.given_any_day
        return [m for m in every if m.date in (self.day, None)]

    @cached_property
    def days(self) -> set[date]:
        """Days on which the drug was given."""
        return {m.date for m in (self.substitute or self.given_any_day) if m.date is not None}

    @cached_property
    def day(self) -> date | None:
        """The day judged by: the billed one, else the one on which the drug was given."""
        if self.line.service_date in self.days or not self.days:
            return self.line.service_date
        return max(self.days)

    def about(self, *kinds: str, act: str | None = GIVEN, is_shared_too: bool = True) -> list[Mention]:
        """Statements of some kinds about the drug judged by; what names no drug is about every one.

        Args:
            kinds: kinds of events.
            act: given (of the day judged by), order (of any day), or null for both and none.
            is_shared_too: take what names no drug, where nothing names this one.
        """
        fitting = [m for m in self.mentions if m.kind in kinds and self._fits(m, act)]
        own = [m for m in fitting if m.drugs and self.drugs & set(m.drugs)]
        return own or ([m for m in fitting if not m.drugs] if is_shared_too else [])

    def _fits(self, mention: Mention, act: str | None) -> bool:
        if mention.is_negated or mention.is_historical:
            return False
        if act == ORDER:
            return mention.act == ORDER
        if act == GIVEN:
            return mention.act == GIVEN and mention.date in (self.day, None)
        return True

    def stated(self, *kinds: str, is_negated: bool = False) -> list[Mention]:
        """Statements of some kinds about the patient or the visit, whatever the drug."""
        return [m for m in self.mentions if m.kind in kinds and m.is_negated is is_negated]

    @cached_property
    def is_as_ordered(self) -> bool:
        """The record says that it was given as ordered."""
        return bool([m for m in self.about("administration") if m.value == "as ordered"]) or any(
            m.value == "as ordered"
            and m.kind == "administration"
            and m.date in (self.day, None)
            and (not m.drugs or self.drugs & set(m.drugs))
            for m in self.mentions
        )


def distinct(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Statements in the order of the chart, each once, few enough to be read."""
    seen: dict[tuple[int, int, int], Mention] = {}
    for mention in mentions:
        seen.setdefault((mention.document_key, mention.start, mention.end), mention)
    return tuple(sorted(seen.values(), key=lambda m: (m.document_key, m.start)))[:6]
