"""Walk the claims of an 837 by byte position, and write single elements anew.

What is not replaced stays byte for byte: separators, line breaks, padding, other interchanges and other
transaction sets. No segment is added or taken away, so every count of the envelope stays right.

Segments are numbered as the reader numbers them, so that a finding's `segment` leads to its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.errors import UnreadableInputError
from scrubjay.intake.x12.maps import ENVELOPE_TAGS, implementation
from scrubjay.intake.x12.separators import Header, find_header
from scrubjay.intake.x12.tokens import MAX_SEGMENT_BYTES, PADDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OUTER = frozenset((*ENVELOPE_TAGS, "HL", "CLM"))
_SECTIONS = frozenset((*_OUTER, "LX", "SBR", "SVD", "SV1", "SV2"))
_BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Element:
    """One element, or one component of it.

    Attributes:
        path: such as `SV104` or `SV101-2`.
        text: its characters without the line breaks that only lay the file out.
        start, end: its bytes in the file.
    """

    path: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a claim's transaction set.

    Attributes:
        number: 1-based number in the file, as in findings and problems.
        tag: such as `SV1`.
        start, end: its bytes, terminator and surrounding blanks left out.
        transaction: ST02 of its set.
        claim: 1-based number of its claim in the file; null outside a claim.
        claim_segment: number of that claim's CLM.
        line: 1-based position of its service line in the claim; null above the lines.
        line_segment: number of the segment that begins that line.
    """

    number: int
    tag: str
    start: int
    end: int
    transaction: str | None
    claim: int | None
    claim_segment: int | None
    line: int | None
    line_segment: int | None
    raw: bytes
    header: Header

    def element(self, index: int) -> Element | None:
        """Element `index` (1 is the first after the tag), or null where the segment ends before it."""
        return self._part(self.raw, self.header.element, index, self.start, f"{self.tag}{index:02}")

    def component(self, index: int, number: int) -> Element | None:
        """Component `number` (1 is the first) of element `index`, or null where there is none."""
        whole = self.element(index)
        if whole is None:
            return None
        raw = self.raw[whole.start - self.start : whole.end - self.start]
        return self._part(raw, self.header.component, number - 1, whole.start, f"{whole.path}-{number}")

    def count(self) -> int:
        """How many elements the segment has."""
        return self.raw.count(self.header.element)

    def components(self, index: int) -> list[Element]:
        """All components of element `index`; none where the segment ends before it."""
        whole = self.element(index)
        if whole is None:
            return []
        raw = self.raw[whole.start - self.start : whole.end - self.start]
        found = (self.component(index, n + 1) for n in range(raw.count(self.header.component) + 1))
        return [one for one in found if one is not None]

    def _part(self, raw: bytes, mark: bytes, index: int, start: int, path: str) -> Element | None:
        at = 0
        for _ in range(index):
            found = raw.find(mark, at)
            if found < 0:
                return None
            at = found + 1
        end = raw.find(mark, at)
        end = len(raw) if end < 0 else end
        return Element(path, _text(raw[at:end], self.header), start + at, start + end)


@dataclass(frozen=True, slots=True)
class Replacement:
    """New bytes for [`start`, `end`) of a file."""

    start: int
    end: int
    new: bytes


def segments(data: bytes) -> Iterator[Segment]:
    """The segments of every transaction set that holds claims for payment, in file order.

    Raises:
        UnreadableInputError: no interchange begins in `data`, or a segment is longer than any can be.
    """
    data = data.rstrip(PADDING)
    found = find_header(data, 0, None)
    if found is None:
        raise UnreadableInputError("no X12 interchange begins here.", hint="Name an 837 file.")
    number = 0
    claims = 0
    while found is not None:
        header = found[1]
        number += 1
        found = find_header(data, header.end, header.terminator)
        walk = _Walk(header, claims)
        for start, end in cut(data, header, len(data) if found is None else found[0]):
            number += 1
            segment = walk.take(number, start, end, data[start:end])
            if segment is not None:
                yield segment
        claims = walk.claims


def cut(data: bytes, header: Header, stop: int) -> Iterator[tuple[int, int]]:
    """Start and end of each segment that holds anything, blanks and line breaks around it left out."""
    mark = header.terminator
    position = header.end
    while position < stop:
        end = data.find(mark, position, stop)
        after = stop if end < 0 else end + len(mark)
        end = stop if end < 0 else end
        if end - position > MAX_SEGMENT_BYTES:
            raise UnreadableInputError(
                f"a segment is longer than {MAX_SEGMENT_BYTES:,} bytes.", hint="Export the file again."
            )
        raw = data[position:end]
        whole = raw.strip(_BLANKS)
        if whole:
            start = position + len(raw) - len(raw.lstrip(_BLANKS))
            yield start, start + len(whole)
        position = after


class _Walk:
    """Where in an interchange each segment stands."""

    def __init__(self, header: Header, claims: int) -> None:
        self._header = header
        self._group_version: str | None = None
        self._transaction: str | None = None
        self._holds_claims = False
        self._last_section = ""
        self._claim: int | None = None
        self._claim_segment: int | None = None
        self._line: int | None = None
        self._line_segment: int | None = None
        self.claims = claims

    def take(self, number: int, start: int, end: int, raw: bytes) -> Segment | None:
        """The segment, or null where its transaction set holds no claims for payment."""
        head = raw.partition(self._header.element)[0]
        tag = _text(head, self._header)
        if tag in _SECTIONS:
            self._enter(tag, number, raw)
        if not self._holds_claims:
            return None
        return Segment(
            number, tag, start, end, self._transaction, self._claim, self._claim_segment,
            self._line, self._line_segment, raw, self._header,
        )  # fmt: skip

    def _enter(self, tag: str, number: int, raw: bytes) -> None:
        if tag in _OUTER:
            self._claim = self._claim_segment = self._line = self._line_segment = None
        if tag in ENVELOPE_TAGS:
            self._envelope(tag, [_text(part, self._header) for part in raw.split(self._header.element)])
        elif tag == "CLM":
            self.claims += 1
            self._claim, self._claim_segment = self.claims, number
        elif self._claim is not None and (
            tag == "LX" or (tag in ("SV1", "SV2") and self._last_section != "LX")
        ):
            self._line = (self._line or 0) + 1
            self._line_segment = number
        self._last_section = tag

    def _envelope(self, tag: str, fields: list[str]) -> None:
        def at(index: int) -> str | None:
            return fields[index].strip() or None if index < len(fields) else None

        if tag == "GS":
            self._group_version = at(8)
        elif tag == "ST":
            self._transaction = at(2)
            what = implementation(at(1) or "", at(3) or self._group_version)
            self._holds_claims = what.purpose == "claims"
        elif tag in ("SE", "GE", "IEA"):
            self._holds_claims = False


def _text(raw: bytes, header: Header) -> str:
    layout = {b"\n": b"\r", b"\r": b"\n"}.get(header.terminator, b"\r\n")
    return raw.translate(None, layout).decode("utf-8", "replace")


def replace_element(
    segment: Segment, index: int, text: str, component: int | None = None
) -> Replacement | None:
    """What writes `text` into an element or component, also where the segment ends before it.

    Args:
        segment: where.
        index: element, 1 is the first after the tag.
        text: the new characters.
        component: which component of it; null writes the whole element.

    Returns:
        Null where `text` holds a separator of the interchange, so that it cannot be written.
    """
    header = segment.header
    new = text.encode()
    marks = [header.element, header.terminator]
    if component is not None:
        marks.append(header.component)
    if any(mark in new for mark in marks):
        return None
    found = segment.element(index)
    if found is None:
        missing = header.element * (index - segment.count())
        first = header.component * ((component or 1) - 1)
        return Replacement(segment.end, segment.end, missing + first + new)
    if component is None:
        return Replacement(found.start, found.end, new)
    part = segment.component(index, component)
    if part is None:
        missing = header.component * (component - len(segment.components(index)))
        return Replacement(found.end, found.end, missing + new)
    return Replacement(part.start, part.end, new)


def rewritten(data: bytes, replacements: Iterable[Replacement]) -> bytes:
    """`data` with every replacement made; they must not overlap."""
    parts: list[bytes] = []
    position = 0
    for one in sorted(replacements, key=lambda r: (r.start, r.end)):
        if one.start < position:
            raise ValueError("replacements overlap")
        parts += [data[position : one.start], one.new]
        position = one.end
    return b"".join([*parts, data[position:]])


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a column stands: element and component in a segment of the line or claim."""

    tag: str
    index: int
    component: int | None = None


_MODIFIERS = "modifiers"
_SLOTS: dict[str, tuple[_Slot, ...]] = {
    "hcpcs": (_Slot("SV1", 1, 2), _Slot("SV2", 2, 2)),
    _MODIFIERS: (_Slot("SV1", 1), _Slot("SV2", 2)),
    "charge_amount": (_Slot("SV1", 2), _Slot("SV2", 3)),
    "unit_of_measure": (_Slot("SV1", 3), _Slot("SV2", 4)),
    "units": (_Slot("SV1", 4), _Slot("SV2", 5)),
    "revenue_code": (_Slot("SV2", 1),),
    "line_place_of_service_code": (_Slot("SV1", 5),),
    "ndc_as_sent": (_Slot("LIN", 3),),
    "ndc_quantity": (_Slot("CTP", 4),),
    "ndc_unit": (_Slot("CTP", 5, 1),),
    "claim_charge_amount": (_Slot("CLM", 2),),
    "claim_place_of_service_code": (_Slot("CLM", 5, 1),),
    "claim_frequency_code": (_Slot("CLM", 5, 3),),
}
WRITABLE = frozenset(_SLOTS)
"""Columns of lines and claims that `replace_column` can write."""
RESPELLED = frozenset({"ndc_as_sent", "diagnosis_codes"})
"""Columns that hold values as sent, whose spelling may be changed unasked (`scrubjay.engine.fixes`)."""
_MOST_MODIFIERS = 4


@dataclass(frozen=True, slots=True)
class Written:
    """A replacement with its place and what stood there."""

    segment: Segment
    path: str
    before: str
    replacement: Replacement


def replace_column(owned: Iterable[Segment], column: str, value: str) -> Written | None:
    """What writes the value of a column of a line or claim.

    Args:
        owned: the segments of that line (or of the claim above its lines), in file order.
        column: one of `WRITABLE`.
        value: the new text; the codes of a list joined by commas.

    Returns:
        Null where the segment that holds the column is not there, or the value cannot be written in it.
    """
    slots = {slot.tag: slot for slot in _SLOTS[column]}
    seen_drug = 0
    for segment in owned:
        seen_drug += segment.tag == "LIN"
        # A quantity belongs to the drug before it; the columns hold the first drug of a line.
        if segment.tag not in slots or seen_drug > 1:
            continue
        slot = slots[segment.tag]
        if column == _MODIFIERS:
            return _replace_modifiers(segment, slot.index, [m for m in value.split(",") if m])
        found = segment.element(slot.index)
        if slot.component is not None:
            found = segment.component(slot.index, slot.component)
        new = replace_element(segment, slot.index, value, slot.component)
        if new is None:
            return None
        path = f"{slot.tag}{slot.index:02}" + (f"-{slot.component}" if slot.component else "")
        return Written(segment, path, found.text if found is not None else "", new)
    return None


def _replace_modifiers(segment: Segment, index: int, modifiers: list[str]) -> Written | None:
    parts = segment.components(index)
    if len(parts) < 2 or len(modifiers) > _MOST_MODIFIERS:
        return None
    mark = segment.header.component
    new = [m.encode() for m in modifiers]
    has_more = len(parts) > 2 + _MOST_MODIFIERS
    if has_more:
        # What follows the modifiers, such as a description, keeps its place.
        new += [b""] * (_MOST_MODIFIERS - len(new))
    last = parts[min(len(parts), 2 + _MOST_MODIFIERS) - 1]
    before = ",".join(p.text for p in parts[2 : 2 + _MOST_MODIFIERS] if p.text)
    replacement = Replacement(parts[1].end, last.end, b"".join(mark + m for m in new))
    return Written(segment, f"{segment.tag}{index:02}-3", before, replacement)
