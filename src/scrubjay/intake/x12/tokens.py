"""From bytes to normalised text: one segment a line, the same separators for every interchange.

The bytes are cut at segment terminators and each interchange is mapped onto one fixed set of
separators (`maps.ELEMENT`, `maps.COMPONENT`, a newline), so that all later work is the same for
every file. No byte is looked at in Python; each step is one pass in C.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.errors import Problem, with_article
from scrubjay.intake.sources import SourceError, not_x12
from scrubjay.intake.x12.maps import COMPONENT, ELEMENT, hint
from scrubjay.intake.x12.separators import Header, find_header, first_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubjay.intake.reports import ProblemLog
    from scrubjay.intake.sources import Source

MAX_SEGMENT_BYTES = 2**20
"""A longer segment is refused, and the file is read no further."""
_HEAD_BYTES = 2**20
_FIRST_BYTES = 1024
_HEADER_WINDOW = 512
_MAX_STRAY_BYTES = 100_000

_CONTROLS = bytes(c for c in (*range(9), 11, 12, *range(14, 32), 127))
PADDING = b"\0\x1a \t\r\n"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole segments, normalised: UTF-8 text, one segment a line, ISA rows ending in their component mark."""

    text: bytes
    is_damaged: bool
    """Some control characters were replaced by `maps.DAMAGE`."""


class Tokenizer:
    """Cuts one source into chunks of whole segments."""

    def __init__(
        self,
        source: Source,
        log: ProblemLog,
        chunk_bytes: int,
        *,
        wanted: str = "837",
        bare: Callable[[bytes], Header | None] | None = None,
    ) -> None:
        """Set up.

        Args:
            source: the bytes.
            log: takes the problems.
            chunk_bytes: bytes read at once.
            wanted: kind of set that the reader is for, as messages name it.
            bare: tells the separators of a file without ISA from its first bytes, where it can.
        """
        self._source = source
        self._wanted = wanted
        self._bare = bare
        self._log = log
        self._chunk_bytes = max(chunk_bytes, 256)
        self._header: Header | None = None
        self._table = b""
        self._offset = 0
        self._has_latin = False

    def chunks(self) -> Iterator[Chunk]:
        """Chunks in file order. Problems go to the log; nothing is raised for bad input."""
        buffer, is_at_end = self._read(max(self._chunk_bytes, _FIRST_BYTES))
        if not self._opens(buffer):
            return
        while buffer or not is_at_end:
            text, buffer, is_refused = self._take(buffer, is_at_end=is_at_end)
            if text:
                chunk = self._checked(text)
                if chunk is None:
                    return
                yield chunk
            if is_refused or (is_at_end and not buffer):
                return
            if not is_at_end:
                more, is_at_end = self._read(self._chunk_bytes)
                buffer += more

    def _read(self, size: int) -> tuple[bytes, bool]:
        """The next bytes, and whether they are the last."""
        data = b""
        try:
            data = self._source.read(size)
            # Fewer than asked for: ask once more, so that a failure is reported and the hash is complete.
            return data, len(data) < size and not self._source.read(1)
        except SourceError as error:
            self._log.add(error.problem)
            return data, True

    def _opens(self, buffer: bytes) -> bool:
        """Whether an interchange begins near the start; otherwise says what the file is."""
        head = buffer[:_HEAD_BYTES]
        found = find_header(head, 0, None)
        if found is not None:
            if head[: found[0]].removeprefix(b"\xef\xbb\xbf").strip(PADDING):
                self._log.add(
                    Problem(
                        "text-before-interchange",
                        "Text stands before the first ISA segment; it was skipped.",
                        "Export the file without it.",
                        byte_offset=0,
                    )
                )
            return True
        reason = first_reason(head)
        if reason is not None and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"ISA"):
            self._log.add(
                Problem(
                    "bad-isa",
                    f"The ISA segment cannot be read: {reason}.",
                    "Ask the sender for a file with a complete ISA segment.",
                    byte_offset=head.find(b"ISA"),
                    is_fatal=True,
                )
            )
        elif self._log.is_empty:
            bare = re.match(rb"\s*(?:GS.{1,150}?)?ST[^A-Za-z0-9\s](\d{3})[^A-Za-z0-9]", head, re.DOTALL)
            header = self._bare(head) if self._bare is not None else None
            if header is not None:
                self._start(header)
                self._log.add(
                    Problem(
                        "no-interchange-header",
                        "The file begins without an ISA segment; its separators were told from its first segments.",
                        "Ask for the whole interchange, from ISA to IEA: without it a copy is harder to recognise.",
                        byte_offset=0,
                    )
                )
                return True
            if bare is None:
                self._log.add(not_x12(head, self._wanted))
            else:
                kind = bare[1].decode("ascii")
                self._log.bare_kind = kind
                name = "" if kind == self._wanted else f" This is {with_article(kind)}. {hint(kind)}"
                self._log.add(
                    Problem(
                        "no-interchange-header",
                        "The file begins without an ISA segment, so its separators are not known.",
                        f"Export the whole interchange, from ISA to IEA.{name}",
                        byte_offset=0,
                        is_fatal=True,
                    )
                )
        return False

    def _take(self, buffer: bytes, *, is_at_end: bool) -> tuple[bytes, bytes, bool]:
        """Normalise as many whole segments of `buffer` as there are.

        Returns:
            The normalised text, the rest of the buffer, and whether reading must stop.
        """
        if is_at_end:
            buffer = buffer.rstrip(PADDING)
        parts: list[bytes] = []
        position = 0
        # An ISA near the end of what was read may not be whole yet: leave it for the next time.
        limit = len(buffer) if is_at_end else max(0, len(buffer) - _HEADER_WINDOW)
        while True:
            mark = None if self._header is None else self._header.terminator
            found = find_header(buffer, position, mark)
            if found is not None and found[0] >= limit:
                found = None
            end = len(buffer) if found is None else found[0]
            is_open = found is None and not is_at_end
            if self._header is not None:
                if is_open:
                    end = self._last_terminator(buffer, position, limit)
                stop = self._oversized(buffer, position, end if not is_open else len(buffer))
                if stop is not None:
                    whole = buffer[position:stop]
                    parts.append(self._normalised(whole))
                    return b"".join(parts), b"", True
                parts.append(self._normalised(buffer[position:end]))
            elif is_open:
                end = limit
            position = max(position, end)
            if found is None:
                rest = buffer[position:]
                self._offset += position
                if is_at_end:
                    rest = b""
                return b"".join(parts), rest, False
            header = found[1]
            self._start(header)
            parts.append(_header_line(header))
            position = header.end

    def _start(self, header: Header) -> None:
        self._header = header
        table = bytearray(range(256))
        for control in _CONTROLS:
            table[control] = 0
        table[header.element[0]] = ord(ELEMENT)
        table[header.component[0]] = ord(COMPONENT)
        if len(header.terminator) == 1:
            table[header.terminator[0]] = ord("\n")
        self._table = bytes(table)

    def _last_terminator(self, buffer: bytes, start: int, limit: int) -> int:
        assert self._header is not None
        mark = self._header.terminator
        at = buffer.rfind(mark, start, limit)
        return start if at < 0 else at + len(mark)

    def _oversized(self, buffer: bytes, start: int, end: int) -> int | None:
        """Start of the first segment past the limit, after logging it."""
        assert self._header is not None
        mark = self._header.terminator
        position = start
        while end - position > MAX_SEGMENT_BYTES:
            at = buffer.rfind(mark, position, position + MAX_SEGMENT_BYTES)
            if at < 0:
                self._log.add(
                    Problem(
                        "segment-too-long",
                        f"A segment is longer than {MAX_SEGMENT_BYTES:,} bytes; the file was not read past it.",
                        "The segment terminator may be wrong or missing from here on; export the file again.",
                        byte_offset=self._offset + position,
                    )
                )
                return position
            position = at + len(mark)
        return None

    def _normalised(self, data: bytes) -> bytes:
        """One segment a line, with our separators; line breaks inside segments are layout and vanish."""
        assert self._header is not None
        mark = self._header.terminator
        layout = {b"\n": b"\r", b"\r": b"\n"}.get(mark, b"\r\n")
        text = data.translate(self._table, layout)
        if len(mark) > 1:
            text = text.replace(mark, b"\n")
        return text if not text or text.endswith(b"\n") else text + b"\n"

    def _checked(self, text: bytes) -> Chunk | None:
        """The text as valid UTF-8, or nothing if it is no text at all."""
        try:
            text.decode()
        except UnicodeDecodeError:
            if text.decode("utf-8", "replace").count("\ufffd") > _MAX_STRAY_BYTES:
                self._log.add(
                    Problem(
                        "not-text",
                        "The file turns into bytes that are no text; it was not read further.",
                        "Fetch the file again, in text mode if it comes from a mainframe.",
                        byte_offset=self._offset,
                    )
                )
                return None
            text = text.decode("utf-8", "scrubjay-latin").encode()
            if not self._has_latin:
                self._has_latin = True
                self._log.add(
                    Problem(
                        "not-utf-8",
                        "Some characters are not UTF-8; they were read as Latin-1.",
                        "Names with accents may look wrong; nothing else is touched.",
                    )
                )
        return Chunk(text, is_damaged=b"\0" in text)


def _header_line(header: Header) -> bytes:
    """The ISA row: its elements, then the component separator as a mark that this ISA was read."""
    component = header.component.decode("ascii")
    return ELEMENT.join(("ISA", *header.elements[:-1], "", component)).encode() + b"\n"


_HIGH = re.compile(rb"[\x80-\xff]+")


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    """Read a run of bytes that is no UTF-8 as Latin-1."""
    assert isinstance(error, UnicodeDecodeError)
    run = _HIGH.match(error.object, error.start)
    end = run.end() if run else error.end
    return error.object[error.start : end].decode("latin-1"), end


codecs.register_error("scrubjay-latin", _as_latin)
