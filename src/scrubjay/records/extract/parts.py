"""What stands in one segment, before anything is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.records.extract import fields, people
from scrubjay.records.extract.acts import Act, act_of
from scrubjay.records.extract.amounts import Amount, amounts_of
from scrubjay.records.extract.clock import timed_line
from scrubjay.records.extract.signatures import is_bare
from scrubjay.records.extract.vocabulary import label, labels

if TYPE_CHECKING:
    from scrubjay.records.extract.drugs import DrugNames, Named
    from scrubjay.records.extract.segments import Segment

_NO_DRUG = re.compile(r"[\s-]*(?:deficien\w*|levels?\b|allerg\w*|toxicity|resistan\w*)")
"""What makes of a drug's name the name of a condition or a test."""
_NO_RECORD = ("orders", "plan", "subjective", "history")
"""Sections whose lines tell nothing of giving a drug."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a segment, by span in its normal form.

    Attributes:
        named: drugs, those given beside a drug left out.
        marks: what the label that ends at a position stands for.
        amounts: amounts, told apart.
        clock: times of day.
        days: dates.
        persons: people with credentials.
        givers: those who may have given the drug.
        lots: lot numbers.
        sites: places on the body.
        is_signing: somebody signs here.
    """

    named: list[Named]
    marks: dict[int, str]
    amounts: list[Amount]
    clock: list[fields.Found]
    days: list[fields.FoundDate]
    persons: list[people.Person]
    givers: list[people.Person]
    lots: list[fields.Found]
    sites: list[fields.Found]
    is_signing: bool

    lead: str
    """What stands before the first time, dates and marks left out."""

    @property
    def starts_with_time(self) -> bool:
        """Does it begin with a time, or with a date and a time, as rows of a log do?"""
        return bool(self.clock) and not self.lead

    def act(self, segment: Segment) -> Act:
        """What the segment says was done."""
        in_line = segment.line if segment.section not in _NO_RECORD else ""
        line_says = bool(in_line) and bool(fields.lots(in_line) or timed_line(in_line))
        stated = (
            (self.clock and not self.is_signing)
            or self.lots
            or self.givers
            or (self.sites and segment.section != "orders")
            or (line_says and not self.is_signing)
        )
        return act_of(
            segment,
            has_drug=bool(self.named),
            has_evidence=bool(stated),
            starts_with_time=self.starts_with_time,
            is_sized=any(a.kind == "dose" for a in self.amounts),
        )


def parts_of(segment: Segment, cased: str, days: list[fields.FoundDate], names: DrugNames) -> Parts:
    """The parts of a segment.

    Args:
        segment: a sentence or row.
        cased: its text with the case of its letters.
        days: its dates.
        names: names of drugs.
    """
    norm = segment.norm
    marks = {m.end(): labels()[m[1]] for m in label().finditer(norm)}
    clock = fields.times(norm, [(d.start, d.end) for d in days])
    persons = people.people(cased)
    # A line of nothing but a name, a day and a time is a signature, not the giving of a drug.
    is_signing = (people.signed(norm) is not None and "consent" not in norm) or is_bare(
        norm, persons, days, clock
    )
    lead = ""
    if clock:
        before = norm[: clock[0].start]
        for one in days:
            if one.end <= clock[0].start:
                before = before[: one.start] + " " * (one.end - one.start) + before[one.end :]
        lead = re.sub(r"[\W_]", "", before)
    return Parts(
        named=[n for n in names.find(norm) if not n.is_ancillary and not _NO_DRUG.match(norm[n.end :])],
        marks=marks,
        amounts=amounts_of(norm, marks),
        clock=clock,
        days=days,
        persons=persons,
        givers=[] if is_signing else [p for p in persons if p.is_giver],
        lots=fields.lots(norm),
        sites=[s for s in fields.sites(norm) if not segment.context.holds("historical", s.start, s.end)],
        is_signing=is_signing,
        lead=lead,
    )
