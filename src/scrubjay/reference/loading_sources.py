"""The files that a load is given: folders walked, zip and gzip opened, and what a file looks like.

Nothing is extracted to the disk, so a member's path cannot lead anywhere. What an archive unpacks to is
bounded, since a small one may hold petabytes of zeros.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_UNPACKED_BYTES = 2 << 30
MAX_RATIO = 500
"""How many times its stored size a member may unpack to, once it is larger than `_SMALL`."""
MAX_MEMBERS = 5_000
MAX_DEPTH = 3
HEAD_BYTES = 65_536
_SMALL = 64 << 20
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_OFFICE = ("[Content_Types].xml", "mimetype")
_CHUNK = 1 << 20

_HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_LICENCE = re.compile(rb"licen[cs]e|end user|point and click|american medical association|CPT", re.IGNORECASE)
_LOOKS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\s*%PDF"), "a PDF document"),
    (re.compile(rb"\s*(?:ISA.|ST\*837).*ST.837", re.DOTALL), "an X12 837 claim file: judge it with `scrubjay check`"),
    (re.compile(rb"\s*ISA.*ST.835", re.DOTALL), "an X12 835 remittance"),
    (re.compile(rb"\s*(?:ISA|ST)[^A-Za-z0-9\s]"), "an X12 file"),
    (re.compile(rb"\s*[{\[]"), "a JSON document"),
    (re.compile(rb"\s*<\?xml"), "an XML document"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Office document (.xls or .doc): save a spreadsheet as .xlsx or CSV"),
    (re.compile(rb"(?:.*\W)?record\s+layout", re.IGNORECASE | re.DOTALL), "the text of a record layout"),
    (re.compile(rb"(?:.*\W)?read\s*me\b", re.IGNORECASE | re.DOTALL), "a readme"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or member that could not even be opened.

    Attributes:
        name: path as given; of a member `archive.zip/member.txt`.
        error: why.
    """

    name: str
    error: ReferenceDataError


class _Held:
    """The content read last: several loaders look into one file, and only one file is kept in memory."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._content = b""

    def get(self, name: str, read: Callable[[], bytes]) -> bytes:
        if self._name != name:
            self._name, self._content = None, b""
            self._content = read()
            self._name = name
        return self._content


def official_files(
    paths: Iterable[Path], *, skip: Path, progress: Callable[[str, int, int], None] | None = None
) -> Iterator[list[SourceFile | Unreadable]]:
    """The files of some paths; those of one archive together, each read when they are asked for.

    Args:
        paths: files and folders.
        skip: the reference folder, which holds no official files.
        progress: called with a file's name, the bytes done and the bytes of all files.
    """
    files = list(_walk(paths, skip.resolve()))
    total = sum(_size(path) for path in files)
    done = 0
    held = _Held()
    for path in files:
        if progress is not None:
            progress(str(path), done, total)
        yield _contents(path, held)
        done += _size(path)
        if progress is not None:
            progress(str(path), done, total)


def what_it_looks_like(file: SourceFile) -> str:
    """A file that no loader knows, in words."""
    head = file.head
    if not head.strip(b"\x00 \t\r\n"):
        return "an empty file"
    if _HTML.search(head[:4096]):
        if _LICENCE.search(head):
            return (
                "a web page with a licence notice, saved in place of the file: accept the licence in the browser "
                "and save what it then downloads"
            )
        return "a web page, not the file that it links to"
    for pattern, words in _LOOKS[:7]:
        if pattern.match(head):
            return words
    if head.startswith(_ZIP):
        return "an Office document that is no release of a known source"
    if b"\x00" in head:
        return "a file that is neither text nor spreadsheet"
    for pattern, words in _LOOKS[7:]:
        if pattern.match(head[:8192]) or pattern.match(Path(file.name).name.encode()):
            return words
    return "no release of a known source"


def _walk(paths: Iterable[Path], skip: Path) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, names, files in os.walk(path):
            here = Path(folder)
            names[:] = sorted(n for n in names if not n.startswith(".") and (here / n).resolve() != skip)
            yield from (here / name for name in sorted(files) if not name.startswith("."))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _contents(path: Path, held: _Held) -> list[SourceFile | Unreadable]:
    name = str(path)
    if not path.is_file():
        what = "is no file." if path.exists() else "does not exist."
        return [Unreadable(name, ReferenceDataError(what, where=name))]
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        return [Unreadable(name, _unreadable(name, error))]

    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise _unreadable(name, error) from error

    stored = _Stored(name, head, _size(path), None, read, lambda: path.open("rb"))
    return list(_unpacked(stored, held, 0))


@dataclass(frozen=True, slots=True)
class _Stored:
    """A file or member as stored: `read` gives all of it, `open` a stream to seek in."""

    name: str
    head: bytes
    size: int
    modified_on: date | None
    read: Callable[[], bytes]
    open: Callable[[], IO[bytes]]


def _unpacked(stored: _Stored, held: _Held, depth: int) -> Iterator[SourceFile | Unreadable]:
    """The file itself, or what is in it if it is an archive."""
    try:
        if stored.head.startswith(_GZIP):
            yield from _of_gzip(stored, held, depth)
        elif stored.head.startswith(_ZIP):
            yield from _of_zip(stored, held, depth)
        else:
            yield _source(stored, held)
    except ReferenceDataError as error:
        yield Unreadable(stored.name, error)


def _source(stored: _Stored, held: _Held) -> SourceFile:
    def read() -> bytes:
        return held.get(stored.name, stored.read)

    return SourceFile(stored.name, stored.head, stored.size, stored.modified_on, read)


def _of_gzip(stored: _Stored, held: _Held, depth: int) -> Iterator[SourceFile | Unreadable]:
    if depth >= MAX_DEPTH:
        raise _too_deep(stored.name)

    def read() -> bytes:
        with stored.open() as stream, gzip.GzipFile(fileobj=stream) as unpacked:
            return _bounded(unpacked, stored.name, stored.size, is_whole=True)

    with stored.open() as stream, gzip.GzipFile(fileobj=stream) as unpacked:
        head = _bounded(unpacked, stored.name, stored.size, is_whole=False)
    # How much it unpacks to is known to the reader only; the size as stored is a lower bound.
    inner = _Stored(stored.name, head, stored.size, stored.modified_on, read, lambda: io.BytesIO(read()))
    yield from _unpacked(inner, held, depth + 1)


def _of_zip(stored: _Stored, held: _Held, depth: int) -> Iterator[SourceFile | Unreadable]:
    try:
        with stored.open() as stream, zipfile.ZipFile(stream) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if any(m.filename in _OFFICE for m in members):
                yield _source(stored, held)
                return
            if depth >= MAX_DEPTH:
                raise _too_deep(stored.name)
            if len(members) > MAX_MEMBERS:
                raise ReferenceDataError(f"holds more than {MAX_MEMBERS:,} files.", where=stored.name)
            heads = [(m, _head(archive, m, stored.name)) for m in members if not _is_junk(m.filename)]
    except _DAMAGE as error:
        raise _damaged(stored.name, error) from error
    for member, head in sorted(heads, key=lambda pair: pair[0].filename):
        if isinstance(head, ReferenceDataError):
            yield Unreadable(f"{stored.name}/{member.filename}", head)
        else:
            yield from _unpacked(_member(stored, member, head), held, depth + 1)


def _member(stored: _Stored, member: zipfile.ZipInfo, head: bytes) -> _Stored:
    name = f"{stored.name}/{member.filename}"

    def read() -> bytes:
        try:
            with stored.open() as stream, zipfile.ZipFile(stream) as archive, archive.open(member) as inner:
                return _bounded(inner, name, member.compress_size, is_whole=True)
        except _DAMAGE as error:
            raise _damaged(name, error) from error

    try:
        day = date(*member.date_time[:3])
    except ValueError:
        day = None
    # The first day that a zip can hold: written where the true one was not known.
    modified_on = None if day is None or day <= date(1980, 1, 1) else day
    return _Stored(name, head, member.file_size, modified_on, read, lambda: io.BytesIO(read()))


def _head(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes | ReferenceDataError:
    where = f"{name}/{member.filename}"
    try:
        with archive.open(member) as inner:
            return _bounded(inner, where, member.compress_size, is_whole=False)
    except ReferenceDataError as error:
        return error  # Of this member; the others may be whole.
    except _DAMAGE as error:
        return _damaged(where, error)


def _bounded(stream: IO[bytes] | gzip.GzipFile, name: str, stored: int, *, is_whole: bool) -> bytes:
    """The head of a packed stream, or all of it if it keeps within bounds.

    Raises:
        ReferenceDataError: it does not, or it is damaged.
    """
    pieces: list[bytes] = []
    done = 0
    try:
        while is_whole or done < HEAD_BYTES:
            piece = stream.read(_CHUNK if is_whole else HEAD_BYTES - done)
            if not piece:
                break
            pieces.append(piece)
            done += len(piece)
            if done > MAX_UNPACKED_BYTES or (done > _SMALL and done > stored * MAX_RATIO):
                raise ReferenceDataError(
                    f"unpacks to far more than it is stored in (over {done:,} bytes from {stored:,}).",
                    where=name,
                    hint="Nothing was read of it. If it is genuine, unpack it yourself and load the file.",
                )
    except _DAMAGE as error:
        raise _damaged(name, error) from error
    return b"".join(pieces)


# What Python's readers of archives raise on damaged, encrypted or unknown content.
_DAMAGE = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    struct.error, ValueError, OverflowError,
)  # fmt: skip


def _damaged(name: str, error: Exception) -> ReferenceDataError:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return ReferenceDataError(
            "is encrypted.", where=name, hint="Unpack it with its password and load the files."
        )
    if isinstance(error, NotImplementedError):
        return ReferenceDataError(
            "is packed in a way that is not read here.", where=name, hint="Unpack it and load the files."
        )
    return ReferenceDataError(
        "is damaged or was cut off.", where=name, hint="Download it again; compare its size with the page."
    )


def _unreadable(name: str, error: OSError) -> ReferenceDataError:
    return ReferenceDataError(f"cannot be read ({error.strerror or error}).", where=name)


def _too_deep(name: str) -> ReferenceDataError:
    return ReferenceDataError(
        f"is an archive more than {MAX_DEPTH} deep in others.",
        where=name,
        hint="Unpack it and load the files.",
    )


def _is_junk(name: str) -> bool:
    """What packing programs leave behind."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".")
