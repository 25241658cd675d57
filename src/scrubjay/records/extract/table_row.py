"""A row of a table within a note: each cell by what its column stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scrubjay.records.extract import fields, people
from scrubjay.records.extract.amounts import amounts_of, no_waste, weights
from scrubjay.records.extract.protocol import GIVEN, ORDER
from scrubjay.records.extract.vocabulary import act

if TYPE_CHECKING:
    from scrubjay.records.extract.reader import Reader
    from scrubjay.records.extract.rows import Cell
    from scrubjay.records.extract.segments import Segment

_NOT_GIVEN = re.compile(r"\b(?:not given|held|refused|declined|omitted|cancel\w*|missed|not done|no)\b")
_ORDERED = re.compile(r"\b(?:ordered|order|pending|scheduled|due)\b")
_ZERO = re.compile(r"^\W*(?:0(?:\.0+)?\s*(?:mg|mls?|units?|mcg|g)?|none|nil|zero|no|n/a)\W*$")
_BLANK = re.compile(r"^[\W_]*$")


def read_row(reader: Reader, segment: Segment, cells: list[Cell], cased: str) -> bool:
    """Emit what a row states; false where it names no drug and no time, so that it is read as a sentence."""
    norm = segment.norm
    text = {c.column: norm[c.start : c.end] for c in cells}
    drug_cell = next((c for c in cells if c.column == "medication"), None)
    named = [n for n in reader.names.find(norm) if not n.is_ancillary]
    if drug_cell is not None:
        within = [n for n in named if drug_cell.start <= n.start < drug_cell.end]
        if not within:
            # A drug that is not known, or a diluent: it is nobody's of the claim, but its row is read.
            return True
        named = within
    if not named and not (text.get("time") or text.get("start")):
        return False
    drugs = tuple(sorted(named[0].drugs)) if named else reader.last_drug
    days = [d for c in cells if c.column == "date" for d in fields.dates(norm[c.start : c.end])]
    day = days[0].value if days else reader.day
    status = text.get("status", "")
    refused = bool(_NOT_GIVEN.search(status)) or (
        act("refused").search(norm) is not None and act("not_refused").search(norm) is None
    )
    what = ORDER if _ORDERED.search(status) else GIVEN
    common: dict[str, Any] = {"act": what, "date": day, "drugs": drugs, "is_negated": refused}
    if named:
        kind = "refusal" if refused else "order" if what == ORDER else "administration"
        reader.emit(
            segment, kind, named[0].start, named[0].end, value=norm[named[0].start : named[0].end], **common
        )
        reader.speak_of(segment, drugs)
    for cell in cells:
        _cell(reader, segment, cell, norm[cell.start : cell.end], cased[cell.start : cell.end], common)
    return True


def _cell(  # noqa: PLR0917
    reader: Reader, segment: Segment, cell: Cell, text: str, cased: str, common: dict[str, Any]
) -> None:
    if _BLANK.match(text):
        return
    at = cell.start

    def emit(kind: str, start: int, end: int, **more: Any) -> None:
        reader.emit(segment, kind, at + start, at + end, **{**common, **more})

    column = cell.column
    if column in ("time", "start", "stop", "date"):
        masked = [(d.start, d.end) for d in fields.dates(text)]
        bare = re.fullmatch(r"\s*([01]\d|2[0-3])([0-5]\d)\s*", text)
        clock = (
            [fields.Found(bare.start(1), bare.end(2), f"{bare[1]}:{bare[2]}")]
            if bare and column != "date"
            else fields.times(text, masked)
        )
        kind = "time" if column == "date" else column
        for number, one in enumerate(clock):
            role = ("start", "stop")[number] if len(clock) == 2 and kind == "time" else kind
            emit(role, one.start, one.end, value=one.value)
    elif column in ("dose", "medication", "ordered_dose", "vial", "waste"):
        if column == "waste" and (_ZERO.match(text) or no_waste(text)):
            emit("waste", 0, len(text), quantity=0, value="nothing left", act=GIVEN)
            return
        for one in amounts_of(
            text, {0: "vial"} if column == "vial" else {0: "waste"} if column == "waste" else None
        ):
            if one.kind == "other" or (column == "waste" and one.kind not in ("waste", "volume")):
                continue
            kind = one.kind
            order = column == "ordered_dose"
            emit(kind, one.start, one.end, quantity=one.number, unit=one.unit, value=f"{one.number} {one.unit}" + (f" per {one.per} mL" if one.per else ""),
                 **({"act": ORDER} if order else {}))  # fmt: skip
            if one.count is not None:
                emit("vial_count", one.start, one.end, quantity=one.count, value=str(one.count))
        for one in fields.routes(text) if column in ("medication", "dose") else ():
            emit("route", one.start, one.end, value=one.value)
    elif column == "route":
        for one in fields.routes(text):
            emit("route", one.start, one.end, value=one.value)
        for one in [*fields.sites(text), *fields.accesses(text)]:
            emit("site", one.start, one.end, value=one.value)
    elif column == "site":
        emit("site", 0, len(text), value=text)
    elif column == "lot":
        emit("lot", 0, len(text), value=text.upper())
    elif column == "ndc":
        for one in fields.ndcs(f"ndc {text}"):
            emit("ndc", max(0, one.start - 4), one.end - 4, value=one.value)
    elif column == "performer":
        found = people.people(cased)
        emit("performer", 0, len(text), value=found[0].credential if found else "initials")
    elif column == "weight":
        for one in weights(f"wt {text}"):
            emit(
                "weight",
                0,
                len(text),
                value=str(one.number),
                quantity=one.number,
                unit=one.unit or None,
                act=None,
                drugs=(),
            )
