"""Read an ISA segment: where it ends and which separators its interchange uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Greatest widths of ISA01 to ISA16 that are believed. A sender that does not pad, or whose ids are too
# long, is still read: the separators stand after the sixteenth element separator, wherever that is.
_WIDTHS = (2, 35, 2, 35, 2, 35, 2, 35, 6, 4, 1, 5, 9, 1, 1, 1)
_WINDOW = 512
_CANDIDATE = re.compile(rb"ISA(?=[^A-Za-z0-9\s])")
_BLANKS = b" \t\r\n"
_LINE = b"\r\n"


@dataclass(frozen=True, slots=True)
class Header:
    """A readable ISA.

    Attributes:
        element: element separator, one byte.
        component: component separator, one byte.
        terminator: segment terminator as it stands in the file; CR LF is held as LF.
        elements: ISA01 to ISA16 without padding.
        end: offset just after the terminator.
    """

    element: bytes
    component: bytes
    terminator: bytes
    elements: tuple[str, ...]
    end: int

    @property
    def has_line_terminator(self) -> bool:
        """Segments end at line breaks."""
        return self.terminator in {b"\n", b"\r"}


def parse_header(data: bytes, start: int) -> Header | str:
    """The header whose `ISA` stands at `start`, or the reason why it cannot be read.

    Takes constant time: it looks at no more than 512 bytes.
    """
    window = data[start : start + _WINDOW]
    element = window[3:4]
    if not element or element[0] >= 0x80 or element.isalnum() or element in _BLANKS:
        return "the character after ISA is no element separator"
    position = 4
    elements: list[str] = []
    for number, width in enumerate(_WIDTHS[:-1], 1):
        end = window.find(element, position)
        # Files wrapped at a fixed column have line breaks anywhere, also in the ISA.
        value = window[position:end].translate(None, _LINE) if end >= 0 else b""
        if end < 0 or len(value) > width:
            return f"ISA{number:02} is longer than {width} characters or has no end"
        elements.append(value.decode("latin-1").strip())
        position = end + 1
    if not re.fullmatch(r"\d{5}", elements[11]):
        return "ISA12 is not a version number of five digits"
    component, position = _next(window, position, skip=_LINE)
    if not component or component[0] >= 0x80 or component.isalnum() or component in (b" ", element):
        return "ISA16 is no component separator"
    terminator, position = _terminator(window, position)
    if not terminator or terminator.isalnum() or terminator in (element, component):
        return "no segment terminator follows ISA16"
    elements.append(component.decode("ascii"))
    return Header(element, component, terminator, tuple(elements), start + position)


def find_header(data: bytes, start: int, terminator: bytes | None) -> tuple[int, Header] | None:
    """The next ISA at the start of a segment, from `start` on, that can be read.

    `ISA` inside an element (a name such as ISAAC, an element that is just ISA) is no header: it must
    follow a terminator or a line break, and sixteen well-formed elements must follow it.
    """
    for match in _CANDIDATE.finditer(data, start):
        at = match.start()
        before = data[max(0, at - 80) : at]
        text = before.rstrip(_BLANKS)
        opens = (
            not text
            or (terminator is not None and text.endswith(terminator))
            or before.rstrip(b" \t").endswith((b"\n", b"\r", b"\xef\xbb\xbf"))
            or before.endswith(b"\xef\xbb\xbf")
        )
        if opens:
            header = parse_header(data, at)
            if isinstance(header, Header):
                return at, header
    return None


def first_reason(data: bytes) -> str | None:
    """Why the first thing that looks like an ISA in `data` cannot be read."""
    match = _CANDIDATE.search(data)
    if match is None:
        return None
    header = parse_header(data, match.start())
    return header if isinstance(header, str) else None


def _terminator(window: bytes, position: int) -> tuple[bytes, int]:
    mark, after = _next(window, position, skip=b" ")
    if mark in (b"\r", b"\n"):
        # Either line breaks end the segments, or the file is wrapped just here.
        other, other_after = _next(window, after, skip=_BLANKS)
        if other and not other.isalnum():
            return other, other_after
        return (b"\n" if b"\n" in window[position : position + 4] else b"\r"), after
    return mark, after


def _next(window: bytes, position: int, *, skip: bytes) -> tuple[bytes, int]:
    """The next character (UTF-8 if it is one, else the byte) that is not in `skip`, and what follows it."""
    while position < len(window) and window[position] in skip:
        position += 1
    first = window[position : position + 1]
    if first and first[0] >= 0xC2:
        for length in (2, 3, 4):
            try:
                window[position : position + length].decode()
            except UnicodeDecodeError:
                continue
            return window[position : position + length], position + length
    return first, position + 1
