"""The envelope: which transaction sets a file holds, and whether its counts and numbers agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.errors import Problem, with_article
from scrubjay.intake.x12.maps import ELEMENT, Implementation, hint, implementation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrubjay.intake.reports import FileReport, ProblemLog

_AGAIN = "Some of the file may be missing; compare it with the system that made it."


@dataclass(frozen=True, slots=True)
class Transaction:
    """One ST.

    Attributes:
        control: ST02.
        version: implementation as sent, ST03 or GS08.
        what: what the set is for.
        component: component separator of its interchange.
        segment: number of the ST in the file; 0 where there is none.
        interchange: ISA06, ISA08 and ISA13, without padding; null where no ISA stands before.
        group: GS06.
    """

    control: str | None
    version: str | None
    what: Implementation
    component: str
    segment: int = 0
    interchange: tuple[str, str, str] | None = None
    group: str | None = None

    @property
    def is_837(self) -> bool:
        """Claims of any purpose."""
        return self.what.kind.startswith("837")


NO_TRANSACTION = Transaction(None, None, Implementation("unknown", None, "other"), ":")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a transaction set is not read: kind, message and hint of the problem."""

    kind: str
    message: str
    hint: str


def not_claims(what: Implementation) -> Refusal | None:
    """Why the reader of claims leaves a transaction set alone; null where it reads it."""
    if what.purpose == "claims":
        return None
    if what.purpose in ("predetermination", "post-adjudicated"):
        name = "asks what would be paid" if what.purpose == "predetermination" else "reports decided claims"
        return Refusal(
            "not-for-payment",
            f"This {what.kind} transaction set {name}; it is counted, not checked.",
            "Check the 837 that is sent for payment.",
        )
    if what.kind == "837":
        return Refusal(
            "unknown-implementation",
            "This 837 names no implementation that is read (ST03 or GS08).",
            hint("837"),
        )
    name = (
        "of a kind that is not known"
        if what.kind == "unknown"
        else f"{with_article(what.kind)}, not an 837 claim"
    )
    return Refusal("not-claims", f"This transaction set is {name}.", hint(what.kind))


class Envelope:
    """Walks the envelope segments of one file in order; one call per batch, then `close`.

    Args:
        report: takes the counts.
        log: takes the problems.
        seen: interchanges of the run so far, with the file of each.
        refusal: tells which sets are not read and why.
        again: what to do about an interchange that came before.
    """

    def __init__(
        self,
        report: FileReport,
        log: ProblemLog,
        seen: dict[tuple[str, str, str], str],
        *,
        refusal: Callable[[Implementation], Refusal | None] = not_claims,
        again: str = "Payers refuse the second one; check that claims are not sent twice.",
    ) -> None:
        self._report = report
        self._log = log
        self._seen = seen
        self._refusal = refusal
        self._again = again
        self._component = ":"
        self._key: tuple[str, str, str] | None = None
        self._interchange: str | None = None
        self._groups = 0
        self._group: str | None = None
        self._group_version: str | None = None
        self._sets = 0
        self._set: str | None = None
        self._set_segment = 0
        self.current = NO_TRANSACTION
        """The transaction set that is open, or was last."""

    @property
    def is_open(self) -> bool:
        """A transaction set is open: its ST came, its SE did not."""
        return self._set is not None

    def walk(self, rows: Iterable[tuple[str, int]]) -> list[Transaction]:
        """Take (raw segment, number in the file) of each envelope segment; return the ST among them."""
        started: list[Transaction] = []
        for raw, segment in rows:
            fields = raw.split(ELEMENT)
            tag = fields[0]
            if tag == "ST":
                started.append(self._start_set(fields, segment))
            elif tag == "SE":
                self._end_set(fields, segment)
            elif tag == "GS":
                self._end_missing("GE", segment)
                self._groups += 1
                self._group, self._group_version, self._sets = _at(fields, 6) or "", _at(fields, 8), 0
            elif tag == "GE":
                self._end_group(fields, segment)
            elif tag == "ISA":
                self._start_interchange(fields, segment)
            elif tag == "IEA":
                self._end_interchange(fields, segment)
            else:
                self._count("TA1", None)
        return started

    def close(self) -> None:
        """The file ended: say which closing segments never came."""
        missing = [
            tag
            for tag, is_open in (
                ("SE", self._set is not None),
                ("GE", self._group is not None),
                ("IEA", self._interchange is not None),
            )
            if is_open
        ]
        if missing:
            names = ", ".join(missing[:-1]) + (" and " if missing[:-1] else "") + missing[-1]
            self._say("truncated-interchange", f"The file ends before {names}: it was cut short.", None,
                      "Fetch the file again. Claims that were complete have been read.")  # fmt: skip

    def _start_interchange(self, fields: list[str], segment: int) -> None:
        self._end_missing("IEA", segment)
        self._report.interchanges += 1
        self._component = fields[-1]
        self._interchange, self._groups = fields[13], 0
        key = self._key = (fields[6], fields[8], fields[13])
        if key in self._seen:
            self._say("duplicate-interchange",
                      f"An interchange of the same sender, receiver and ISA13 came before, in {self._seen[key]}.",
                      segment, self._again)  # fmt: skip
        else:
            self._seen[key] = self._report.path

    def _end_interchange(self, fields: list[str], segment: int) -> None:
        self._end_missing("GE", segment)
        if self._interchange is None:
            self._stray("IEA", segment)
            return
        self._compare("IEA01", _at(fields, 1), self._groups, ("groups", "group-count"), segment)
        self._match(
            "IEA02", _at(fields, 2), ("ISA13", self._interchange), "interchange-control-number", segment
        )
        self._interchange = None

    def _end_group(self, fields: list[str], segment: int) -> None:
        self._end_missing("SE", segment)
        if self._group is None:
            self._stray("GE", segment)
            return
        self._compare("GE01", _at(fields, 1), self._sets, ("transaction sets", "transaction-count"), segment)
        self._match("GE02", _at(fields, 2), ("GS06", self._group), "group-control-number", segment)
        self._group = None

    def _start_set(self, fields: list[str], segment: int) -> Transaction:
        self._end_missing("SE", segment)
        self._sets += 1
        self._set, self._set_segment = _at(fields, 2) or "", segment
        version = _at(fields, 3) or (self._group_version if self._group is not None else None)
        what = implementation(_at(fields, 1) or "", version)
        self.current = Transaction(
            _at(fields, 2), version, what, self._component, segment, self._key, self._group
        )
        self._count(what.kind, version)
        refused = self._refusal(what)
        if refused is not None:
            self._say(refused.kind, refused.message, segment, refused.hint)
        return self.current

    def _end_set(self, fields: list[str], segment: int) -> None:
        if self._set is None:
            self._stray("SE", segment)
            return
        counted = segment - self._set_segment + 1
        self._compare("SE01", _at(fields, 1), counted, ("segments", "segment-count"), segment)
        self._match("SE02", _at(fields, 2), ("ST02", self._set), "transaction-control-number", segment)
        self._set = None

    def _end_missing(self, tag: str, segment: int) -> None:
        """Close what is still open inside the thing that `tag` would close, naming each missing segment."""
        if self._set is not None:
            self._say("missing-se", "A transaction set has no SE before the next begins or its group ends.",
                      segment, _AGAIN)  # fmt: skip
            self._set = None
        if tag in ("GE", "IEA") and self._group is not None:
            self._say(
                "missing-ge",
                "A group has no GE before the next begins or its interchange ends.",
                segment,
                _AGAIN,
            )
            self._group = None
        if tag == "IEA" and self._interchange is not None:
            self._say("missing-iea", "An interchange has no IEA before the next begins.", segment, _AGAIN)
            self._interchange = None

    def _compare(
        self, element: str, sent: str | None, counted: int, names: tuple[str, str], segment: int
    ) -> None:
        what, kind = names
        if sent is None or not sent.isdecimal() or int(sent[:18]) != counted:
            shown = sent if sent is not None and sent.isdecimal() and len(sent) <= 10 else "not a number"
            self._say(
                kind, f"{element} says {shown}, but there are {counted} {what}.", segment, _AGAIN, element
            )

    def _match(
        self, element: str, sent: str | None, expected: tuple[str, str], kind: str, segment: int
    ) -> None:
        other, value = expected
        if (sent or "").strip() != value.strip():
            self._say(kind, f"{element} is not equal to {other}.", segment, _AGAIN, element)

    def _stray(self, tag: str, segment: int) -> None:
        self._say("stray-envelope", f"A segment {tag} closes nothing that is open.", segment, _AGAIN, tag)

    def _count(self, kind: str, version: str | None) -> None:
        self._report.kinds[kind] = self._report.kinds.get(kind, 0) + 1
        if kind != "TA1":
            name = version or ""
            self._report.versions[name] = self._report.versions.get(name, 0) + 1

    def _say(
        self, kind: str, message: str, segment: int | None, advice: str, element: str | None = None
    ) -> None:
        control = self.current.control if segment is not None else None
        self._log.add(Problem(kind, message, advice, transaction=control, segment=segment, element=element))


def _at(fields: list[str], index: int) -> str | None:
    """Element `index`, or null if it is absent or empty."""
    value = fields[index].strip() if index < len(fields) else ""
    return value or None
