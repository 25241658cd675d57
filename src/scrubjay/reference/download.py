"""Fetching one file: resumed where it was cut off, checked, never half in place.

What arrives goes to `NAME.part` and takes its name only when it is whole. Beside the part lies what the
server said of the file; a later attempt continues only if the server confirms that the file is the same.
"""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import json
import os
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.web import AgainError, NoticeError, TooLargeError, Web, refuse_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Progress = Callable[[int, int | None], None]

_ZIP_MAGIC = b"PK"
_HTML = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html|<head)", re.IGNORECASE)
_NOTICE = re.compile(rb"licen[cs]e|copyright|accept", re.IGNORECASE)
_ENOUGH = 512
_UNPACKED = 8 << 30
_PARTIAL, _NOT_MODIFIED, _NO_SUCH_RANGE = 206, 304, 416


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server says by which a file is known again."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    @property
    def for_range(self) -> str | None:
        """What a continued download is tied to; a weak tag does not promise equal bytes."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified

    def condition(self) -> dict[str, str]:
        """Headers that ask for the file only if it has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a fetch.

    Attributes:
        is_new: false where the server says that the file held is the current one.
        validators: what the server says of the file.
        size: bytes of the whole.
        sha256: of the whole; empty where not new.
        resumed_from: byte that an earlier, cut download was continued from; 0 if from the start.
    """

    is_new: bool
    validators: Validators
    size: int = 0
    sha256: str = ""
    resumed_from: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    """One file to fetch: from where, to where, and when it was begun."""

    url: str
    target: Path
    held: Validators | None
    progress: Progress | None
    began: float

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def about(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part.json")

    def kept(self) -> Validators | None:
        """What the server said of the part that lies there; null where none can be continued."""
        if not self.part.is_file() or not self.part.stat().st_size:
            return None
        try:
            said: dict[str, Any] = json.loads(self.about.read_text(encoding="utf-8"))
            kept = Validators(**said)
        except (OSError, ValueError, TypeError):
            return None
        return kept if kept.url == self.url else None

    def discard(self) -> None:
        self.part.unlink(missing_ok=True)
        self.about.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Body:
    """A response being read: what is said of its file, and the byte that it begins at."""

    response: httpx.Response
    validators: Validators
    start: int

    @property
    def total(self) -> int | None:
        """Bytes of the whole file, where the server says so."""
        declared = self.response.headers.get("content-length", "")
        return self.start + int(declared) if re.fullmatch(r"[0-9]{1,15}", declared) else None


def fetch(
    web: Web, url: str, target: Path, *, held: Validators | None = None, progress: Progress | None = None
) -> Fetched:
    """Fetch a file to `target`.

    Args:
        web: asks for it.
        url: its address.
        target: where it goes; replaced only by a whole file.
        held: what the server said of the file that is at `target`, if it is intact.
        progress: called with the bytes that are there and those of the whole, if known.

    Raises:
        AddressGoneError: nothing is there (404, 410).
        NoticeError: a web page came instead.
        ReferenceDataError: anything else that more tries did not mend, or the disk is full.
    """
    job = _Job(url, target, held, progress, web.clock())
    try:
        return web.patiently(url, lambda: _once(web, job), job.began)
    except OSError as error:
        _refuse_disk(error, target)


def _once(web: Web, job: _Job) -> Fetched:
    headers = {"Accept-Encoding": "identity"}
    kept, start = job.kept(), 0
    if kept is not None and kept.for_range:
        start = job.part.stat().st_size
        headers |= {"Range": f"bytes={start}-", "If-Range": kept.for_range}
    elif job.held is not None and job.held.url == job.url:
        headers |= job.held.condition()
    with web.opened(job.url, headers) as response:
        if response.status_code == _NOT_MODIFIED and job.held is not None and not start:
            return Fetched(is_new=False, validators=job.held)
        if response.status_code == _NO_SUCH_RANGE and start:
            job.discard()
            raise AgainError("The server does not continue the download")
        refuse_status(response)
        said = Validators(job.url, response.headers.get("etag"), response.headers.get("last-modified"))
        body = _Body(response, said, _continued_from(response, start, job))
        size = _write(web, job, body)
    return _finished(job, body, size)


def _continued_from(response: httpx.Response, asked: int, job: _Job) -> int:
    """Byte that a response begins at: where the part ends, or 0 where the server sends the whole."""
    if response.status_code != _PARTIAL:
        return 0
    said = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("content-range", "").strip())
    reaches_end = said is not None and (said[3] == "*" or int(said[2]) + 1 == int(said[3]))
    if said is None or int(said[1]) != asked or not asked or not reaches_end:
        job.discard()
        raise AgainError("The server continues the download at the wrong place")
    return asked


def _write(web: Web, job: _Job, body: _Body) -> int:
    """Write a body behind what is there; the bytes of the whole."""
    total, most = body.total, web.limits.bytes
    if total is not None and total > most:
        _refuse_large(job, most)
    if not body.start:
        # A part must never lie beside what is said of another file.
        job.part.unlink(missing_ok=True)
    job.about.write_text(json.dumps(asdict(body.validators)), encoding="utf-8")
    done = body.start
    try:
        with job.part.open("ab" if body.start else "wb") as out:
            for chunk in _pieces(body.response):
                if not done:
                    _refuse_page(body.response, chunk, job.url)
                done += len(chunk)
                if done > most:
                    _refuse_large(job, most)
                out.write(chunk)
                if job.progress is not None:
                    job.progress(done, total)
                if web.clock() - job.began > web.limits.seconds:
                    web.refuse_slow(job.url)
            out.flush()
            os.fsync(out.fileno())
    except httpx.TimeoutException as error:
        raise AgainError("The server stopped sending") from error
    except httpx.TransportError as error:
        raise AgainError("The connection was cut") from error
    except (NoticeError, TooLargeError):
        job.discard()
        raise
    if not done:
        raise AgainError("The server sends nothing")
    if total is not None and done != total:
        raise AgainError(f"{done:,} of {total:,} bytes came")
    return done


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    """A body as it arrives, its first piece long enough to tell a page from a file.

    In pieces of one size the last of them would be lost where the connection is cut.
    """
    first = b""
    for piece in response.iter_raw():
        if len(first) < _ENOUGH:
            first += piece
            if len(first) < _ENOUGH:
                continue
            yield first
        else:
            yield piece
    if 0 < len(first) < _ENOUGH:
        yield first


def _refuse_large(job: _Job, most: int) -> NoReturn:
    raise TooLargeError(f"is larger than {most:,} bytes.", where=job.url, hint="Is it the right address?")


def _refuse_page(response: httpx.Response, first: bytes, url: str) -> None:
    is_zip = httpx.URL(url).path.lower().endswith(".zip")
    if is_zip and first.startswith(_ZIP_MAGIC):
        return
    is_page = _HTML.match(first) is not None or "html" in response.headers.get("content-type", "").lower()
    if is_page:
        notice = " with a licence notice" if _NOTICE.search(first) else ""
        raise NoticeError(
            f"a web page{notice} came in place of the file.",
            where=url,
            hint="Accept the licence in the browser, download, then `scrubjay reference load FILE`.",
        )
    if is_zip:
        raise NoticeError("what came is no zip.", where=url, hint="Fetch it in a browser and look at it.")


def _finished(job: _Job, body: _Body, size: int) -> Fetched:
    """Check a whole part and give it its name."""
    digests = _digests(job.part)
    broken = _contradicted(body.response, digests, is_partial=bool(body.start))
    if broken is None and job.target.suffix.lower() == ".zip" and not _is_whole_zip(job.part):
        broken = "The file is no whole zip"
    if broken is not None:
        # Continuing would keep the wrong bytes.
        job.discard()
        raise AgainError(broken)
    job.part.replace(job.target)
    job.about.unlink(missing_ok=True)
    return Fetched(
        is_new=True,
        validators=body.validators,
        size=size,
        sha256=digests["sha-256"].hex(),
        resumed_from=body.start,
    )


def _digests(path: Path) -> dict[str, bytes]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            sha256.update(chunk)
            md5.update(chunk)
    return {"sha-256": sha256.digest(), "md5": md5.digest()}


def _contradicted(response: httpx.Response, digests: dict[str, bytes], *, is_partial: bool) -> str | None:
    """What the server says of the content that is not so; null where nothing contradicts."""
    found = re.search(r"sha-256=:([A-Za-z0-9+/=]+):", response.headers.get("repr-digest", ""))
    said = {"sha-256": found[1] if found else ""}
    # Content-MD5 is that of the message, so of a continued download it is not that of the file.
    if not is_partial:
        said["md5"] = response.headers.get("content-md5", "").strip()
    for name, text in said.items():
        if not text:
            continue
        try:
            wanted = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if wanted != digests[name]:
            return f"The {name} of the file is not the one that the server states"
    return None


def _is_whole_zip(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(m.file_size for m in archive.infolist()) > _UNPACKED:
                return True  # Not unpacked here to be tested; the loader bounds what it unpacks.
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        return False


def _refuse_disk(error: OSError, target: Path) -> NoReturn:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    raise ReferenceDataError(
        "the disk is full." if full else f"cannot be written ({error.strerror or error}).",
        where=str(target.parent),
        hint="Free some space and run the update again." if full else "Choose another folder.",
    ) from error
