"""A web site on this machine that behaves as a test says, and official files small enough to write by hand."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from scrubjay.reference.library import Library
from scrubjay.reference.loaders.base import Release, SetRelease
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubjay.reference.library import Added


def send(
    handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, declared: int | None = None, **headers: str
) -> None:  # fmt: skip
    """Write an answer whose length may be declared falsely."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if status != 304:
        handler.send_header("Content-Length", str(len(body) if declared is None else declared))
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class Site:
    """What the local server answers, and what it was asked.

    Attributes:
        url: of its root, without a slash at the end.
        answers: by path, a function that is given the request's handler and writes the answer.
        asked: path and headers of every request, in order.
    """

    url: str
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    send = staticmethod(send)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def gives(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Answer a path with a body; underscores in the names of headers are hyphens."""
        self.answers[path] = lambda handler: send(handler, body, status=status, **headers)

    def serves(self, path: str, body: bytes, etag: str = '"one"') -> None:
        """Answer as a good server: ranges, conditions, a tag."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            asked = handler.headers
            if asked.get("If-None-Match") == etag:
                send(handler, b"", status=304, ETag=etag)
                return
            start = asked.get("Range", "").removeprefix("bytes=").removesuffix("-")
            if start and asked.get("If-Range") == etag:
                said = f"bytes {start}-{len(body) - 1}/{len(body)}"
                send(handler, body[int(start) :], status=206, ETag=etag, Content_Range=said)
                return
            send(handler, body, ETag=etag)

        self.answers[path] = answer


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on this machine, stopped at the end of the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, dict(self.headers)))
            answer = here.answers.get(self.path)
            if answer is None:
                send(self, b"nothing here", status=404)
            else:
                answer(self)

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            # A client that has seen enough hangs up.
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def zipped() -> Callable[[dict[str, str]], bytes]:
    """Makes a zip of text files, by name."""

    def make(members: dict[str, str]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in members.items():
                info = zipfile.ZipInfo(name, (2026, 1, 5, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, text)
        return buffer.getvalue()

    return make


@pytest.fixture(scope="session")
def limits_csv() -> Callable[..., str]:
    """Makes an ASP payment limit file with some rows, as CMS lays it out."""
    return _limits_csv


def _limits_csv(*rows: str, period: str = "January 1, 2026 through March 31, 2026") -> str:
    return (
        "Payment Allowance Limits for Medicare Part B Drugs,,,,,,,,,,\n"
        f'"Effective {period}",,,,,,,,,,\n'
        "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,"
        "Vaccine AWP%,Vaccine Limit,Blood AWP%,Blood limit,Clotting Factor,Notes\n"
        + "".join(f"{row}\n" for row in rows)
    )


@pytest.fixture(scope="session")
def make_release() -> Callable[..., Release]:
    """Makes a release of one set as a loader would give it."""
    return _release


def _release(
    edition: str,
    rows: list[dict[str, Any]],
    *,
    set_name: str = "payment_limits",
    source: str = "CMS test file",
    covers: tuple[date | None, date | None] = (date(2026, 1, 1), date(2026, 4, 1)),
    published_on: date = date(2025, 12, 20),
    is_complete: bool = True,
    warnings: tuple[str, ...] = (),
) -> Release:
    every = {"source": source, "edition": edition, "confidence": "A", "known_from": published_on,
             "effective_from": covers[0], "effective_to": covers[1]}  # fmt: skip
    declared = SETS[set_name]
    given = pl.DataFrame([{**every, **row} for row in rows], infer_schema_length=None)
    part = SetRelease(set_name, declared.conform(given), *covers, is_complete=is_complete)
    return Release("a-loader", source, edition, published_on, True, len(rows), (part,), warnings)


@pytest.fixture
def library(tmp_path) -> Library:
    """An empty folder of editions."""
    return Library(tmp_path / "reference")


@pytest.fixture
def keep(library) -> Callable[..., Added]:
    """Adds a release to the library."""

    def add(release: Release, *, file: str = "file.csv", sha256: str | None = None) -> Added:
        digest = sha256 or hashlib.sha256(repr(release.sets[0].frame.rows()).encode()).hexdigest()
        return library.add(release, file=file, sha256=digest, loaded_at=datetime(2026, 1, 5, 9, tzinfo=UTC))

    return add
