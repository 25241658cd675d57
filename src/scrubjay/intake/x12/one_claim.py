"""Cut one claim out of an 837 with all that it stands under, change it, and write it as a file of its own.

Of the hierarchy only the claim's own levels are kept (billing provider, subscriber, patient), numbered anew.
Every other segment stays element for element as it was sent, other payers and attachments included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubjay.errors import UnreadableInputError
from scrubjay.intake.x12.maps import implementation
from scrubjay.intake.x12.rewrite import cut
from scrubjay.intake.x12.separators import Header, find_header
from scrubjay.intake.x12.tokens import PADDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

Segment = list[str]
"""The tag and the elements of one segment."""

_MOST_LEVELS = 4
_AGAIN = "Export the claim again."
_MOST_CONTROL_NUMBER = 999_999_999


@dataclass(slots=True)
class OneClaim:
    """A claim with its headers.

    Attributes:
        header: separators of the interchange.
        newline: what stands between a terminator and the next segment.
        isa, group, opening: ISA; GS; ST and what follows it up to the first level.
        levels: the segments of each level above the claim, billing provider first.
        head: the claim from CLM to its first service line.
        lines: the segments of each service line.
        number: 1-based number of the claim in its file.
    """

    header: Header
    newline: str
    isa: Segment
    group: Segment
    opening: list[Segment]
    levels: list[list[Segment]]
    number: int
    head: list[Segment] = field(default_factory=list[Segment])
    lines: list[list[Segment]] = field(default_factory=list[list[Segment]])

    @property
    def is_institutional(self) -> bool:
        """The claim is of an 837I."""
        return any(s[0] == "SV2" for line in self.lines for s in line)

    @property
    def component(self) -> str:
        """The component separator."""
        return self.header.component.decode("latin-1")

    def written(self, *, control_number: int, created_at: datetime) -> bytes:
        """The claim as an interchange of its own.

        Args:
            control_number: of interchange, group and transaction; 1 to 999,999,999.
            created_at: stamped into ISA, GS and BHT.

        Raises:
            ValueError: the control number is out of range.
        """
        if not 1 <= control_number <= _MOST_CONTROL_NUMBER:
            raise ValueError(f"{control_number} is no control number")
        day, minute = created_at.strftime("%Y%m%d"), created_at.strftime("%H%M")
        isa = [*self.isa]
        isa[9], isa[10], isa[13] = day[2:], minute, f"{control_number:09}"
        group = [*self.group]
        group[4:7] = [day, minute, str(control_number)]
        body = [[*s] for s in self.opening]
        for segment in body:
            if segment[0] == "ST":
                segment[2] = "0001"
            elif segment[0] == "BHT":
                segment[3:6] = [str(control_number), day, minute]
        for depth, level in enumerate(self.levels, 1):
            first, *rest = level
            is_last = depth == len(self.levels)
            parent = str(depth - 1) if depth > 1 else ""
            body += [["HL", str(depth), parent, first[3], "0" if is_last else "1"], *rest]
        body += self.head
        for line in self.lines:
            body += line
        body.append(["SE", str(len(body) + 1), "0001"])
        closing = [["GE", "1", str(control_number)], ["IEA", "1", f"{control_number:09}"]]
        mark = self.header.element.decode("latin-1")
        terminator = self.header.terminator.decode("latin-1")
        end = terminator + ("" if self.header.has_line_terminator else self.newline)
        return "".join(mark.join(s) + end for s in [isa, group, *body, *closing]).encode("latin-1")


def claim_numbers(data: bytes, patient_control_number: str) -> list[int]:
    """Numbers in the file of the claims whose CLM01 is as given."""
    return [c.number for c in _claims(data) if c.head[0][1:2] == [patient_control_number]]


def one_claim(data: bytes, number: int) -> OneClaim:
    """The claim of a file with its headers.

    Args:
        data: a whole 837.
        number: 1-based number of the claim in the file, as findings name it.

    Raises:
        UnreadableInputError: no interchange begins in `data`, it has no such claim, or the claim does not
            stand under levels that can be followed to a billing provider.
    """
    for claim in _claims(data):
        if claim.number == number:
            if not claim.levels or _at(claim.levels[0][0], 3) != "20":
                raise UnreadableInputError(
                    "the claim's levels (HL) do not lead to a billing provider.", hint=_AGAIN
                )
            if not claim.lines:
                raise UnreadableInputError("the claim has no service line.", hint=_AGAIN)
            return claim
    raise UnreadableInputError(f"the file has no claim {number}.", hint="Count its CLM segments.")


def _claims(data: bytes) -> Iterator[OneClaim]:
    data = data.rstrip(PADDING)
    found = find_header(data, 0, None)
    if found is None:
        raise UnreadableInputError("no X12 interchange begins here.", hint="Name an 837 file.")
    number = 0
    while found is not None:
        start, header = found
        found = find_header(data, header.end, header.terminator)
        stop = len(data) if found is None else found[0]
        # The ISA is read by widths, so its padding stays as it was sent.
        isa = _elements(data[start : header.end].split(header.terminator)[0].strip(), header)
        for claim in _of_interchange(data, header, isa, stop, number):
            number = claim.number
            yield claim


def _of_interchange(data: bytes, header: Header, isa: Segment, stop: int, number: int) -> Iterator[OneClaim]:
    newline = _newline(data, header)
    group: Segment = []
    opening: list[Segment] = []
    levels: dict[str, list[Segment]] = {}
    parents: dict[str, str] = {}
    level = ""
    claim: OneClaim | None = None
    holds_claims = False
    for start, end in cut(data, header, stop):
        segment = _elements(data[start:end], header)
        tag = segment[0]
        if tag in ("CLM", "HL", "SE", "ST", "GS", "GE", "IEA") and claim is not None:
            yield claim
            claim = None
        if tag == "GS":
            group = segment
        elif tag == "ST":
            version = _at(segment, 3) or _at(group, 8)
            holds_claims = implementation(_at(segment, 1) or "", version).purpose == "claims"
            opening, levels, parents, level = [segment], {}, {}, ""
        elif tag == "SE":
            holds_claims = False
        elif tag == "HL":
            level = _at(segment, 1) or ""
            # Levels of an earlier billing provider are not needed any more; without them memory stays bounded.
            if _at(segment, 3) == "20":
                levels.clear()
                parents.clear()
            levels[level], parents[level] = [segment], _at(segment, 2) or ""
        elif tag == "CLM" and holds_claims:
            number += 1
            chain = _chain(levels, parents, level)
            claim = OneClaim(header, newline, isa, group, opening, chain, number, head=[segment])
        elif claim is not None:
            if tag == "LX":
                claim.lines.append([segment])
            elif claim.lines:
                claim.lines[-1].append(segment)
            else:
                claim.head.append(segment)
        elif level:
            levels[level].append(segment)
        elif opening:
            opening.append(segment)
    if claim is not None:
        yield claim


def _chain(levels: dict[str, list[Segment]], parents: dict[str, str], level: str) -> list[list[Segment]]:
    """The levels from the topmost down to `level`; none where they go round in a circle."""
    chain: list[list[Segment]] = []
    while level in levels and len(chain) < _MOST_LEVELS:
        chain.insert(0, levels[level])
        level = parents[level]
    return chain


def _elements(raw: bytes, header: Header) -> Segment:
    layout = {b"\n": b"\r", b"\r": b"\n"}.get(header.terminator, b"\r\n")
    # One character per byte, so that what is no text is written back as it came.
    return [part.decode("latin-1") for part in raw.translate(None, layout).split(header.element)]


def _newline(data: bytes, header: Header) -> str:
    after = data[header.end : header.end + 2]
    return "\r\n" if after == b"\r\n" else "\n" if after[:1] == b"\n" else ""


def _at(segment: Sequence[str], index: int) -> str | None:
    return (segment[index].strip() or None) if index < len(segment) else None
