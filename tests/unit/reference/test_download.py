"""Fetching one file: from servers that behave well, and from those that do not."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.download import Validators, fetch
from scrubjay.reference.web import AddressGoneError, Limits, NoticeError, TooLargeError, Web, make_client

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "".join(f"J{n:04d},a row\n" for n in range(20_000))


@pytest.fixture
def web() -> Iterator[Web]:
    with make_client() as client:
        yield Web(client, sleep=lambda _: None)


@pytest.fixture
def body(zipped) -> bytes:
    return zipped({"rows.csv": TEXT})


@pytest.fixture
def target(tmp_path):
    return tmp_path / "file.zip"


def left(target) -> list[str]:
    return sorted(p.name for p in target.parent.iterdir())


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_a_whole_file(site, web, body, target) -> None:
    site.serves("/file.zip", body)
    told = []
    found = fetch(
        web, f"{site.url}/file.zip", target, progress=lambda done, total: told.append((done, total))
    )
    assert target.read_bytes() == body
    assert (found.is_new, found.size, found.sha256, found.resumed_from) == (True, len(body), sha(body), 0)
    assert found.validators == Validators(f"{site.url}/file.zip", '"one"', None)
    assert told[-1] == (len(body), len(body))
    assert left(target) == ["file.zip"]
    assert site.asked[0][1]["Accept-Encoding"] == "identity"


def test_not_modified(site, web, body, target) -> None:
    site.serves("/file.zip", body)
    url = f"{site.url}/file.zip"
    held = fetch(web, url, target).validators
    again = fetch(web, url, target, held=held)
    assert (again.is_new, again.validators) == (False, held)
    assert site.asked[1][1]["If-None-Match"] == '"one"'
    assert target.read_bytes() == body


def test_modified(site, web, body, target, zipped) -> None:
    site.serves("/file.zip", body)
    held = fetch(web, f"{site.url}/file.zip", target).validators
    new = zipped({"rows.csv": "other"})
    site.serves("/file.zip", new, etag='"two"')
    assert fetch(web, f"{site.url}/file.zip", target, held=held).is_new
    assert target.read_bytes() == new


def cut(site, body: bytes, at: int, etag: str | None = '"one"'):
    """An answer that breaks off in the middle, the first time; afterwards the server is good."""

    def answer(handler) -> None:
        headers = {"ETag": etag} if etag else {}
        site.serves("/file.zip", body, etag=etag or "")
        site.send(handler, body[:at], declared=len(body), **headers)

    site.answers["/file.zip"] = answer


def test_a_cut_connection_is_continued(site, web, body, target) -> None:
    cut(site, body, 30_000)
    found = fetch(web, f"{site.url}/file.zip", target)
    assert target.read_bytes() == body
    assert 0 < found.resumed_from <= 30_000
    assert (found.size, found.sha256) == (len(body), sha(body))
    assert site.asked[1][1]["Range"] == f"bytes={found.resumed_from}-"
    assert site.asked[1][1]["If-Range"] == '"one"'
    assert left(target) == ["file.zip"]


def test_it_is_continued_by_a_later_run(site, web, body, target) -> None:
    cut(site, body, 30_000)
    with pytest.raises(ReferenceDataError, match="The connection was cut, 1 times"):
        fetch(Web(web.client, Limits(attempts=1)), f"{site.url}/file.zip", target)
    assert left(target) == ["file.zip.part", "file.zip.part.json"]
    found = fetch(web, f"{site.url}/file.zip", target)
    assert found.resumed_from > 0
    assert target.read_bytes() == body


def test_a_file_that_changed_in_between_is_begun_anew(site, web, body, target, zipped) -> None:
    cut(site, body, 30_000)
    with pytest.raises(ReferenceDataError):
        fetch(Web(web.client, Limits(attempts=1)), f"{site.url}/file.zip", target)
    new = zipped({"rows.csv": TEXT[::-1]})
    site.serves("/file.zip", new, etag='"two"')
    found = fetch(web, f"{site.url}/file.zip", target)
    assert (found.resumed_from, target.read_bytes() == new) == (0, True)


def test_without_a_tag_nothing_is_continued(site, web, body, target) -> None:
    cut(site, body, 30_000, etag=None)
    found = fetch(web, f"{site.url}/file.zip", target)
    assert found.resumed_from == 0
    assert "Range" not in site.asked[1][1]
    assert target.read_bytes() == body


def test_a_weak_tag_promises_no_equal_bytes() -> None:
    assert Validators("u", 'W/"one"', None).for_range is None
    assert Validators("u", 'W/"one"', "Mon, 05 Jan 2026 12:00:00 GMT").for_range is not None


@pytest.mark.parametrize("said", ["bytes 5-9/10", "bytes 30000-30100/99999", "nonsense", ""])
def test_a_server_that_continues_at_the_wrong_place(site, web, body, target, said) -> None:
    cut(site, body, 30_000)
    with pytest.raises(ReferenceDataError):
        fetch(Web(web.client, Limits(attempts=1)), f"{site.url}/file.zip", target)

    def answer(handler) -> None:
        if handler.headers.get("Range"):
            site.send(handler, body[:500], status=206, Content_Range=said, ETag='"one"')
        else:
            site.send(handler, body, ETag='"one"')

    site.answers["/file.zip"] = answer
    found = fetch(web, f"{site.url}/file.zip", target)
    assert (found.resumed_from, target.read_bytes() == body) == (0, True)


def test_a_server_that_has_no_such_range(site, web, body, target) -> None:
    target.with_name("file.zip.part").write_bytes(body + b"too much")
    url = f"{site.url}/file.zip"
    about = {"url": url, "etag": '"one"', "last_modified": None}
    target.with_name("file.zip.part.json").write_text(json.dumps(about))

    def answer(handler) -> None:
        if handler.headers.get("Range"):
            site.send(handler, b"", status=416)
        else:
            site.send(handler, body, ETag='"one"')

    site.answers["/file.zip"] = answer
    assert fetch(web, url, target).resumed_from == 0
    assert target.read_bytes() == body


@pytest.mark.parametrize("about", ["", "[]", "{", '{"url": "http://elsewhere.example/file.zip"}'])
def test_a_part_of_which_nothing_is_known_is_not_continued(site, web, body, target, about) -> None:
    target.with_name("file.zip.part").write_bytes(b"PK of something else")
    target.with_name("file.zip.part.json").write_text(about)
    site.serves("/file.zip", body)
    fetch(web, f"{site.url}/file.zip", target)
    assert target.read_bytes() == body


@pytest.mark.parametrize("header", ["Repr_Digest", "Content_MD5"])
def test_the_checksum_that_the_server_states(site, web, body, target, header) -> None:
    sums = {"Repr_Digest": hashlib.sha256(body), "Content_MD5": hashlib.md5(body)}
    text = base64.b64encode(sums[header].digest()).decode()
    site.gives("/file.zip", body, **{header: f"sha-256=:{text}:" if header == "Repr_Digest" else text})
    assert fetch(web, f"{site.url}/file.zip", target).sha256 == sha(body)


@pytest.mark.parametrize("header", ["Repr_Digest", "Content_MD5"])
def test_another_checksum(site, web, body, target, header) -> None:
    text = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    site.gives("/file.zip", body, **{header: f"sha-256=:{text}:" if header == "Repr_Digest" else text})
    with pytest.raises(ReferenceDataError, match="is not the one that the server states, 5 times"):
        fetch(web, f"{site.url}/file.zip", target)
    assert left(target) == []


def test_a_damaged_zip_is_fetched_again_and_then_refused(site, web, body, target) -> None:
    site.serves("/file.zip", body[:-200] + bytes(200))
    with pytest.raises(ReferenceDataError, match="The file is no whole zip, 5 times"):
        fetch(web, f"{site.url}/file.zip", target)
    assert (len(site.asked), left(target)) == (5, [])


def test_a_good_file_stays_when_the_new_one_is_bad(site, web, body, target) -> None:
    target.write_bytes(body)
    site.serves("/file.zip", b"PK but nothing else")
    with pytest.raises(ReferenceDataError):
        fetch(web, f"{site.url}/file.zip", target)
    assert target.read_bytes() == body


@pytest.mark.parametrize(
    ("page", "type_", "says"),
    [
        (
            b"<!DOCTYPE html><html>License for use of CPT",
            "text/html",
            "a web page with a licence notice came",
        ),
        (
            b"\xef\xbb\xbf\n<html>Please accept the terms",
            "application/zip",
            "a web page with a licence notice",
        ),
        (b"<html><body>Access denied", "text/html", "a web page came in place of the file"),
        (b"Access denied", "text/plain", "what came is no zip"),
    ],
)
def test_a_page_in_place_of_the_file(*, site, web, target, page, type_, says) -> None:
    site.gives("/file.zip", page, Content_Type=type_)
    with pytest.raises(NoticeError, match=says):
        fetch(web, f"{site.url}/file.zip", target)
    assert (len(site.asked), left(target)) == (1, [])


def test_a_body_larger_than_any_release(site, web, target, body) -> None:
    small = Web(web.client, Limits(bytes=10_000), sleep=lambda _: None)
    site.serves("/file.zip", body)
    with pytest.raises(TooLargeError, match="is larger than 10,000 bytes"):
        fetch(small, f"{site.url}/file.zip", target)
    assert left(target) == []


def test_a_body_that_never_ends(site, web, target) -> None:
    def answer(handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"PK\x03\x04")
        while True:
            handler.wfile.write(bytes(4096))

    site.answers["/file.zip"] = answer
    small = Web(web.client, Limits(bytes=1_000_000), sleep=lambda _: None)
    with pytest.raises(TooLargeError):
        fetch(small, f"{site.url}/file.zip", target)
    assert (len(site.asked), left(target)) == (1, [])


def test_a_body_that_drips(site, web, target, body) -> None:
    site.serves("/file.zip", body)
    seconds = iter([0.0, *[float(n * 100) for n in range(1, 99)]])
    slow = Web(web.client, Limits(seconds=50.0), sleep=lambda _: None, clock=seconds.__next__)
    with pytest.raises(ReferenceDataError, match="What has arrived is kept"):
        fetch(slow, f"{site.url}/file.zip", target)
    assert left(target) == ["file.zip.part", "file.zip.part.json"]


def test_nothing_comes(site, web, target) -> None:
    site.gives("/file.zip", b"")
    with pytest.raises(ReferenceDataError, match="The server sends nothing, 5 times"):
        fetch(web, f"{site.url}/file.zip", target)


def test_nothing_is_there(site, web, target) -> None:
    with pytest.raises(AddressGoneError):
        fetch(web, f"{site.url}/file.zip", target)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "the disk is full. Free some space"),
        (errno.EACCES, "cannot be written .* Choose another"),
    ],
)
def test_the_disk_refuses(*, site, web, target, body, monkeypatch, number, says) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    site.serves("/file.zip", body)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ReferenceDataError, match=says):
        fetch(web, f"{site.url}/file.zip", target)
    assert not target.exists()
