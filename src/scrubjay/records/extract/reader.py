"""Reads one note: keeps the day, the section, the drug last spoken of, and emits what each sentence states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scrubjay.records.extract import fields, people
from scrubjay.records.extract.acts import Act
from scrubjay.records.extract.amounts import container_types, no_waste
from scrubjay.records.extract.clock import timed
from scrubjay.records.extract.parts import Parts, parts_of
from scrubjay.records.extract.protocol import GIVEN, HISTORY, ORDER, Mention
from scrubjay.records.extract.rows import Cell, Head, head_of, row_of
from scrubjay.records.extract.signatures import read_signature
from scrubjay.records.extract.topics import topics_of

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from scrubjay.records.extract.drugs import DrugNames, Named
    from scrubjay.records.extract.normal import Normal
    from scrubjay.records.extract.protocol import Document
    from scrubjay.records.extract.segments import Segment

_NOT_SERVICE = re.compile(
    r"(?:dob|d\.o\.b\.?|birth|born|exp(?:iry|ires|iration)?|order(?:ed|s)?|signed|printed|since|last|previous|prior|until|next|due|lmp|onset|started on|dated)\W*(?:\w+\W+){0,3}$"
)
_SERVICE = re.compile(
    r"(?:date of (?:service|visit|procedure|infusion|injection|encounter|treatment)|dos|visit date|service date|encounter date|procedure date|infusion date|date seen|seen on|date given|visit|date)\s*[:=#-]?\s*$"
)
_ORAL_HABIT = re.compile(
    r"\b(?:daily|bid|tid|qid|po|by mouth|tablets?|caps?|nightly|qhs|weekly at home|metformin|twice a day|q\d+h prn)\b"
)
_EACH = re.compile(
    r"\b(?:each|both|bilateral\w*)\s+(?:\w+\s+)?(?:knee|shoulder|hip|deltoid|glut\w*|thigh|side)s?\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:in|at|by) (?:the |an? )?(?:emergency (?:department|room)|ed\b|er\b|hospital|outside|another|other (?:clinic|facility)|urgent care)"
)
_IT = re.compile(
    r"\b(?:the|this|it|that|her|his) ?(?:medication|drug|medicine|injection|infusion|dose|shot|steroid|treatment|agent|was (?:given|administered|injected|infused))\b"
)
_CARRY = 6
"""Sentences over which a lot, a site or an amount still belongs to the drug last spoken of."""


class Reader:
    """The state of reading one document; `mentions` grows."""

    def __init__(self, document: Document, normal: Normal, names: DrugNames) -> None:
        self.mentions: list[Mention] = []
        self.normal = normal
        self.names = names
        self.day: date | None = document.service_date or self._service_date()
        self._note_day = self.day
        self._head: Head | None = None
        self.last_drug: tuple[str, ...] = ()
        self.last_at = -_CARRY
        self.sign_pending = False

    def _service_date(self) -> date | None:
        """The day of the note: what its head calls so, else the first date that is nothing else."""
        top = self.normal.norm[:4000]
        found = fields.dates(top)
        for one in found:
            before = top[max(0, one.start - 30) : one.start]
            if _SERVICE.search(before) and not _NOT_SERVICE.search(before.rpartition("date")[0][-20:]):
                return one.value
        for one in found:
            if not _NOT_SERVICE.search(top[max(0, one.start - 40) : one.start]):
                return one.value
        return None

    @property
    def service_date(self) -> date | None:
        """The day that the note's head names."""
        return self._note_day

    def emit(self, segment: Segment, kind: str, start: int, end: int, **more: Any) -> None:
        """A mention by span in the segment."""
        a, b = self.normal.span(segment.start + start, segment.start + end)
        self.mentions.append(
            Mention(
                kind, a, b, self.normal.text[a:b], section=segment.section, statement=segment.number, **more
            )
        )

    def read(self, segment: Segment) -> None:
        """Emit what a segment states."""
        norm = segment.norm
        cased = self.normal.cased[segment.start : segment.end]
        head = head_of(norm, cased)
        if head is not None:
            self._head = head
            return
        days = fields.dates(norm)
        if self._head is not None:
            cells = row_of(self._head, norm, cased)
            if cells is not None and self._row(segment, cells, cased):
                return
            if norm.strip(" |+-="):
                self._head = None if cells is None and "|" not in norm else self._head
        self._move_day(norm, days)
        parts = parts_of(segment, cased, days, self.names)
        read_signature(self, segment, parts.persons, days)
        act = parts.act(segment)
        day = self._day_of(segment, act, days)
        act = self._act_on(segment, act, parts, day)
        self._drugs(segment, act, parts.named, day)
        scope = self._scope(segment, parts.named)
        common: dict[str, Any] = {
            "act": act.act,
            "date": day,
            "is_negated": act.is_refused,
            "is_historical": act.act == HISTORY,
        }
        self._amounts(segment, parts, scope, common)
        self._times(segment, parts, scope, common)
        self._fields(segment, act, parts, scope, common)
        for one in topics_of(segment):
            self.emit(segment, one.kind, one.start, one.end, value=one.value, is_negated=one.is_negated, quantity=one.quantity, unit=one.unit,
                       date=day or self.day, is_historical=segment.section == "history" or segment.context.holds("historical", one.start, one.end))  # fmt: skip
        told = act.is_stated and act.act == GIVEN and not parts.named
        has_dose = any(a.kind == "dose" for a in parts.amounts)
        is_it = told and _IT.search(norm) is not None
        if (act.is_as_ordered or is_it or (told and has_dose)) and not act.is_refused and scope:
            whole = len(norm.rstrip())
            value = "given" if has_dose else "as ordered"
            self.emit(segment, "administration", 0, whole, value=value, drugs=scope, **common)

    def _act_on(self, segment: Segment, act: Act, parts: Parts, day: date | None) -> Act:
        """What was given on an earlier day elsewhere, or is told as the past, is history."""
        if act.act != GIVEN or day is None or self._note_day is None:
            return act
        if day < self._note_day and _ELSEWHERE.search(segment.norm):
            return Act(HISTORY)
        if not parts.named and day != self.day and self._is_past(segment, parts.days):
            return Act(HISTORY)
        return act

    def _fields(
        self, segment: Segment, act: Act, parts: Parts, scope: tuple[str, ...], common: dict[str, Any]
    ) -> None:
        """Lots, NDCs, routes, sites and who gave it."""
        norm = segment.norm
        given = {**common, "act": act.act or GIVEN, "drugs": scope}
        for kind, found in (("lot", parts.lots), ("ndc", fields.ndcs(norm))):
            for one in found:
                self.emit(segment, kind, one.start, one.end, value=one.value, **given)
        accesses = fields.accesses(norm)
        ways = fields.routes(norm)
        for one in ways:
            owner = self._owner(one.start, one.end, parts.named, norm) or scope
            # "IV: 24G L hand" is the way that it went in, whatever else the sentence says.
            is_access = not parts.named and act.act is None and bool(parts.sites or accesses)
            more = {**common, "act": GIVEN if is_access else act.act, "drugs": owner}
            self.emit(segment, "route", one.start, one.end, value=one.value, **more)
        if not parts.named and accesses and not ways and "infus" in segment.line:
            # An infusion through a needle, port or line goes into a vein.
            one = accesses[0]
            self.emit(segment, "route", one.start, one.end, value="iv", **{**given, "act": GIVEN})
        if parts.named or "site" in parts.marks.values() or act.act == GIVEN or accesses:
            more = {**common, "act": act.act if parts.named else GIVEN, "drugs": scope}
            for one in [*parts.sites, *accesses]:
                self.emit(segment, "site", one.start, one.end, value=one.value, **more)
        for person in parts.givers:
            self.emit(segment, "performer", person.start, person.end, value=person.credential, **given)
        if act.is_by_author:
            whole = len(norm.rstrip())
            self.emit(segment, "performer", 0, whole, value="author", drugs=scope, **common)

    def _is_past(self, segment: Segment, days: list[fields.FoundDate]) -> bool:
        return any(d.value < self._note_day for d in days if self._note_day) and segment.section not in (
            "administration",
            None,
        )

    def _move_day(self, norm: str, days: list[fields.FoundDate]) -> None:
        """A line that begins with a date, or names the day, moves the note to that day."""
        for one in days:
            before = norm[: one.start]
            starts = not before.strip(" -*|[(")
            named = (
                _SERVICE.search(before[-30:]) is not None
                and re.fullmatch(r"[\s*#|-]*(?:[a-z ]{0,40})[:=#-]?\s*", before) is not None
            )
            if (starts or named) and not _NOT_SERVICE.search(before) and not people.signed(norm):
                self.day = one.value
                return

    def _day_of(self, segment: Segment, act: Act, days: list[fields.FoundDate]) -> date | None:
        if act.act == ORDER or people.signed(segment.norm):
            stated = [
                d.value
                for d in days
                if not re.search(r"(?:dob|birth|born|exp\w*)\W*$", segment.norm[: d.start])
            ]
            return stated[0] if stated and act.act == ORDER else self.day
        for one in days:
            if not _NOT_SERVICE.search(segment.norm[max(0, one.start - 40) : one.start]):
                return one.value
        return self.day

    def _drugs(self, segment: Segment, act: Act, named: list[Named], day: date | None) -> None:
        for one in named:
            drugs = tuple(sorted(one.drugs))
            is_past = segment.context.holds("historical", one.start, one.end)
            is_supposed = segment.context.holds("hypothetical", one.start, one.end)
            what = HISTORY if is_past and act.act is not None and not act.is_refused else act.act
            if is_supposed and not act.is_stated:
                what = None
            tail = segment.norm[one.end : one.end + 40]
            if (
                what == GIVEN
                and (
                    re.search(r"\b(?:po|by mouth|oral(?:ly)?|tablets?)\b", tail)
                    or re.search(r"\b(?:oral|po)\s+$", segment.norm[: one.start])
                )
                and not re.search(r"\b(?:iv|im|sc|subq)\b", tail)
            ):
                what = HISTORY if not act.is_stated else what
            kind = {ORDER: "order", GIVEN: "administration", HISTORY: "administration"}.get(what or "")
            if kind is None:
                continue
            if act.is_refused:
                kind = "refusal"
            self.emit(segment, kind, one.start, one.end, value=segment.norm[one.start : one.end], drugs=drugs, act=what, date=day,
                       is_negated=act.is_refused, is_historical=what == HISTORY)  # fmt: skip
            if what in (GIVEN, ORDER):
                self.last_drug, self.last_at = drugs, segment.number
        if act.is_refused and not named:
            whole = len(segment.norm.rstrip())
            self.emit(
                segment,
                "refusal",
                0,
                whole,
                value="not given",
                drugs=self._near(segment),
                act=GIVEN,
                date=day,
                is_negated=True,
            )

    def _near(self, segment: Segment) -> tuple[str, ...]:
        return self.last_drug if segment.number - self.last_at <= _CARRY else ()

    def _scope(self, segment: Segment, named: list[Named]) -> tuple[str, ...]:
        """Whose facts a segment states: the drugs it names, else the drug last spoken of."""
        if named:
            return (
                tuple(sorted({d for n in named for d in n.drugs}))
                if len({n.drugs for n in named}) == 1
                else ()
            )
        return self._near(segment)

    @staticmethod
    def _owner(start: int, end: int, named: list[Named], norm: str) -> tuple[str, ...]:
        """The drug that an amount or route belongs to: adjacent after it, else the one before, else after."""
        after = [n for n in named if n.start >= end]
        if after and re.fullmatch(
            r"\s*(?:of|x|dose of|iv|im|-|\()?\s*(?:the\s+)?", norm[end : after[0].start]
        ):
            return tuple(sorted(after[0].drugs))
        before = [n for n in named if n.end <= start]
        if before:
            return tuple(sorted(before[-1].drugs))
        return tuple(sorted(after[0].drugs)) if after else ()

    def _amounts(
        self, segment: Segment, parts: Parts, scope: tuple[str, ...], common: dict[str, Any]
    ) -> None:
        norm, amounts, named, marks = segment.norm, parts.amounts, parts.named, parts.marks
        last_mark = {
            a.start: marks[max(p for p in marks if p <= a.start)]
            for a in amounts
            if any(p <= a.start for p in marks)
        }
        for one in amounts:
            if one.kind == "other":
                continue
            owner = self._owner(one.start, one.end, named, norm) or scope
            act = common["act"]
            if one.kind in ("waste", "vial", "strength"):
                act = GIVEN if act != HISTORY else act
            elif one.kind in ("dose", "volume") and not named:
                mark = last_mark.get(one.start)
                if mark == "ordered_dose":
                    act = ORDER
                elif mark == "dose":
                    act = act or GIVEN
                elif one.kind == "volume" or act is None or _ORAL_HABIT.search(norm):
                    continue
            elif one.kind == "dose" and last_mark.get(one.start) == "ordered_dose":
                act = ORDER
            number: Decimal = one.number
            if one.kind == "dose" and _EACH.search(norm):
                number *= 2
            more = {**common, "act": act}
            self.emit(segment, one.kind, one.start, one.end, quantity=number, unit=one.unit, drugs=owner,
                       value=f"{one.number} {one.unit}{f' per {one.per} mL' if one.per else ''}", **more)  # fmt: skip
            if one.count is not None:
                self.emit(
                    segment,
                    "vial_count",
                    one.start,
                    one.end,
                    value=str(one.count),
                    quantity=one.count,
                    drugs=owner,
                    **more,
                )
        nothing = no_waste(norm)
        if nothing and common["act"] != HISTORY and not common["is_negated"]:
            self.emit(
                segment,
                "waste",
                *nothing,
                quantity=0,
                value="nothing left",
                drugs=scope,
                **{**common, "act": GIVEN},
            )
        for start, end, kind in container_types(norm):
            self.emit(segment, "container", start, end, value=kind, drugs=scope, **{**common, "act": GIVEN})

    def _times(self, segment: Segment, parts: Parts, scope: tuple[str, ...], common: dict[str, Any]) -> None:
        if parts.is_signing and common["act"] != GIVEN:
            return
        signed = people.signed(segment.norm)
        for one, role in timed(segment.norm, parts.clock, parts.marks):
            if signed and one.start > signed[0]:
                continue
            act = (
                common["act"]
                if common["act"] in (GIVEN, HISTORY)
                else (GIVEN if role != "time" or segment.section == "addendum" else common["act"])
            )
            self.emit(
                segment, role, one.start, one.end, value=one.value, drugs=scope, **{**common, "act": act}
            )

    def speak_of(self, segment: Segment, drugs: tuple[str, ...]) -> None:
        """Note the drug that a segment speaks of."""
        self.last_drug, self.last_at = drugs, segment.number

    def _row(self, segment: Segment, cells: list[Cell], cased: str) -> bool:
        from scrubjay.records.extract.table_row import read_row  # noqa: PLC0415 - the two modules need each other

        return read_row(self, segment, cells, cased)
