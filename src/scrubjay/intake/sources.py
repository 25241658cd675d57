"""Where bytes come from: files, gzip by content, bytes in memory; and what they are if not X12."""

from __future__ import annotations

import gzip
import hashlib
import stat
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from scrubjay.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_UNPACKED_BYTES = 64 * 2**30
"""Most bytes that are read out of one gzip file."""

_GZIP = b"\x1f\x8b"
_FORMATS = (
    (b"PK\x03\x04", "zip", "a zip archive (or a spreadsheet)", "Unzip it first and name the files inside."),
    (b"PK\x05\x06", "zip", "an empty zip archive", "Unzip it first and name the files inside."),
    (b"%PDF", "pdf", "a PDF document", "Ask for the {wanted} file itself."),
    (b"PAR1", "parquet", "a Parquet table", "Name an {wanted} file."),
    (b"\xff\xfe", "utf-16", "UTF-16 text", "Save it as plain text (UTF-8) and try again."),
    (b"\xfe\xff", "utf-16", "UTF-16 text", "Save it as plain text (UTF-8) and try again."),
    (b"\x89PNG", "image", "an image", "Name an {wanted} file."),
    (b"\xff\xd8\xff", "image", "an image", "Name an {wanted} file."),
    (b"7z\xbc\xaf", "7z", "a 7z archive", "Unpack it first and name the files inside."),
    (b"BZh", "bzip2", "a bzip2 file", "Unpack it first."),
    (b"\xfd7zXZ", "xz", "an xz file", "Unpack it first."),
    (b"(\xb5/\xfd", "zstd", "a zstd file", "Unpack it first."),
    (b"UNA", "edifact", "an EDIFACT file", "Only X12 {wanted} files are read."),
    (b"UNB", "edifact", "an EDIFACT file", "Only X12 {wanted} files are read."),
    (b"MSH|", "hl7v2", "HL7 version 2 messages", "Only X12 {wanted} files are read."),
    (b"<?xml", "xml", "an XML document", "Only X12 {wanted} files are read."),
    (b"<", "html", "an HTML or XML page", "It may be an error page saved under the name of an X12 file."),
    (b"{", "json", "a JSON document", "Only X12 {wanted} files are read."),
    (b"[", "json", "a JSON document", "Only X12 {wanted} files are read."),
)


class SourceError(Exception):
    """A source that cannot be read (further); carries the problem to report."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.kind)


class _Stored:
    """The bytes as stored: hashes what passes, reports how far it is, lets the head be looked at."""

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None] | None) -> None:
        self._stream = stream
        self._progress = progress
        self._hash = hashlib.sha256()
        self.done = 0
        self._is_at_end = False
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The first bytes, which the next `read` returns again."""
        self._ahead = self._ahead or self._stream.read(size)
        return self._ahead

    def read(self, size: int = -1) -> bytes:
        ahead, self._ahead = self._ahead, b""
        data = ahead or self._stream.read(size)
        if data:
            self._hash.update(data)
            self.done += len(data)
            if self._progress is not None:
                self._progress(self.done)
        else:
            self._is_at_end = True
        return data

    def sha256(self) -> str:
        return self._hash.hexdigest() if self._is_at_end else ""


class Source:
    """One input: its content, unpacked if it is gzip, and the hash of the bytes as stored."""

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None] | None = None) -> None:
        self._stored = _Stored(stream, progress)
        try:
            is_gzip = self._stored.peek(2) == _GZIP
        except OSError as error:
            raise SourceError(_unreadable(error)) from error
        self._gzip = gzip.GzipFile(fileobj=cast("BinaryIO", self._stored), mode="rb") if is_gzip else None
        self._unpacked = 0
        self._failure: SourceError | None = None

    def read(self, size: int) -> bytes:
        """Up to about `size` bytes of content; empty only at the end.

        Raises:
            SourceError: the device fails, or the gzip data are damaged, cut short or past the bound.
                What came before the damage is returned first.
        """
        if self._failure is not None:
            raise self._failure
        pieces: list[bytes] = []
        left = size
        try:
            while left > 0:
                piece = self._stored.read(left) if self._gzip is None else self._gzip.read1(left)
                if not piece:
                    break
                pieces.append(piece)
                left -= len(piece)
        except EOFError:
            self._failure = SourceError(_bad_gzip("ends in the middle"))
        except zlib.error:
            self._failure = SourceError(_bad_gzip("is damaged"))
        except OSError as error:
            is_gzip = isinstance(error, gzip.BadGzipFile)
            self._failure = SourceError(_bad_gzip("is damaged") if is_gzip else _unreadable(error))
        self._unpacked += size - left
        if self._gzip is not None and self._unpacked > MAX_UNPACKED_BYTES:
            raise SourceError(_bad_gzip(f"holds more than {MAX_UNPACKED_BYTES:,} bytes"))
        if self._failure is not None and not pieces:
            raise self._failure
        return b"".join(pieces)

    @property
    def done(self) -> int:
        """Stored bytes that were read so far."""
        return self._stored.done

    def sha256(self) -> str:
        """Hash of the stored bytes; empty if they were not read to their end."""
        return self._stored.sha256()


def open_path(path: Path) -> BinaryIO:
    """Open a regular file (or a pipe) for reading.

    Raises:
        SourceError: it is missing, a folder, or may not be read.
    """
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise SourceError(
                Problem(
                    "is-a-folder",
                    "This is a folder, not a file.",
                    "Name the files in it, for instance with a pattern: FOLDER/*",
                    is_fatal=True,
                )
            )
        return path.open("rb", buffering=0)
    except FileNotFoundError as error:
        missing = Problem("file-not-found", "There is no such file.", "Check the path.", is_fatal=True)
        raise SourceError(missing) from error
    except (OSError, ValueError) as error:
        raise SourceError(_unreadable(error)) from error


def not_x12(head: bytes, wanted: str = "837") -> Problem:
    """The problem of a file in which no interchange begins, named by what it looks like.

    Args:
        head: its first bytes.
        wanted: kind of set that the reader is for.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.strip(b"\0"):
        return Problem("empty-file", "The file is empty.", "Export it again.", is_fatal=True)
    for start, kind, name, advice in _FORMATS:
        if text[: len(start)].lower() == start.lower():
            return Problem(
                "not-x12",
                f"This is {name} ({kind}), not an {wanted}.",
                advice.format(wanted=wanted),
                is_fatal=True,
            )
    if sum(byte < 32 and byte not in b"\t\r\n\f\x1a" for byte in text[:4096]) > len(text[:4096]) // 50:
        return Problem(
            "not-text", f"This is a binary file, not an {wanted}.", f"Name an {wanted} file.", is_fatal=True
        )
    first_lines = text[:4096].splitlines()[:2]
    for mark in (b",", b";", b"\t"):
        counts = {line.count(mark) for line in first_lines}
        if len(first_lines) == 2 and len(counts) == 1 and counts.pop() > 1:
            message = f"This looks like a table of separated values (csv), not an {wanted}."
            return Problem("not-x12", message, f"Name an {wanted} file.", is_fatal=True)
    return Problem(
        "not-x12",
        "No X12 interchange begins here: there is no ISA segment.",
        f"Name an {wanted} file; it begins with the letters ISA.",
        is_fatal=True,
    )


def _bad_gzip(what: str) -> Problem:
    message = f"The gzip file {what}; what came before that was read."
    return Problem("bad-gzip", message, "Fetch or pack the file again.")


def _unreadable(error: Exception) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    message = f"The file cannot be read ({reason})."
    return Problem("unreadable", message, "Check its permissions and the disk.", is_fatal=True)
