"""Opening what a load is given: archives in archives, damage, bombs, and what a stranger looks like."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from datetime import date

import pytest

from scrubjay.reference import loading_sources as module
from scrubjay.reference.loaders.base import SourceFile
from scrubjay.reference.loading_sources import Unreadable, official_files, what_it_looks_like


@pytest.fixture
def opened(tmp_path):
    """Files of a folder as a load sees them: name without the folder, and the file or its error."""

    def call(*paths):
        groups = list(official_files(paths or [tmp_path], skip=tmp_path / "skip"))
        return {str(f.name).removeprefix(f"{tmp_path}/"): f for group in groups for f in group}

    return call


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name.replace("__", "."), (2026, 1, 5, 10, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def test_archives_in_archives(tmp_path, opened) -> None:
    inner = packed(a__txt=b"one")
    (tmp_path / "x.zip").write_bytes(
        packed(inner__zip=inner, b__txt=b"two", c__csv__gz=gzip.compress(b"three"))
    )
    found = opened()
    assert {n: f.read() for n, f in found.items()} == {
        "x.zip/inner.zip/a.txt": b"one", "x.zip/b.txt": b"two", "x.zip/c.csv.gz": b"three",
    }  # fmt: skip
    assert found["x.zip/b.txt"].modified_on == date(2026, 1, 5)
    assert found["x.zip/b.txt"].head == b"two"


def test_a_spreadsheet_is_no_archive(tmp_path, opened) -> None:
    (tmp_path / "x.xlsx").write_bytes(packed(**{"[Content_Types]__xml": b"<x/>"}))
    assert list(opened()) == ["x.xlsx"]


def test_a_stated_day_that_is_none(tmp_path, opened) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), b"x")
    (tmp_path / "x.zip").write_bytes(out.getvalue())
    assert opened()["x.zip/a.txt"].modified_on is None


def test_junk_of_packing_programs(tmp_path, opened) -> None:
    (tmp_path / "x.zip").write_bytes(packed(**{"__MACOSX/._a": b"x", "dir/.DS_Store": b"x", "a__txt": b"x"}))
    names = [n for n in opened() if "MACOSX" in n or "DS_Store" in n]
    assert names == []


def test_too_deep(tmp_path, opened) -> None:
    content = b"x"
    for _ in range(5):
        content = packed(a__zip=content)
    (tmp_path / "x.zip").write_bytes(content)
    (found,) = opened().values()
    assert isinstance(found, Unreadable)
    assert "more than 3 deep" in found.error.one_line()


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_a_truncated_archive(tmp_path, opened, cut) -> None:
    body = packed(a__txt=os.urandom(400))
    (tmp_path / "x.zip").write_bytes(body[:-cut])
    (found,) = opened().values()
    assert isinstance(found, Unreadable)
    assert "is damaged or was cut off. Download it again" in found.error.one_line()


def test_one_damaged_member_does_not_hide_the_others(tmp_path, opened) -> None:
    body = bytearray(packed(a__txt=b"a" * 50, b__txt=os.urandom(300)))
    body[body.index(b"b.txt") + 40] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(body)
    found = opened()
    assert found["x.zip/a.txt"].read() == b"a" * 50
    assert isinstance(found["x.zip/b.txt"], Unreadable)


def test_a_truncated_gzip(tmp_path, opened) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(os.urandom(500))[:-100])
    (found,) = opened().values()
    assert isinstance(found, Unreadable)


def test_an_encrypted_member(tmp_path, opened) -> None:
    body = bytearray(packed(a__txt=b"x" * 100))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = body.index(signature) + offset
        body[at : at + 2] = struct.pack("<H", 1)
    (tmp_path / "x.zip").write_bytes(body)
    (found,) = opened().values()
    assert "is encrypted" in found.error.one_line()


def test_a_small_archive_that_holds_far_too_much(tmp_path, opened, monkeypatch) -> None:
    monkeypatch.setattr(module, "_SMALL", 100_000)
    (tmp_path / "x.zip").write_bytes(packed(a__txt=bytes(3_000_000)))
    (tmp_path / "y.gz").write_bytes(gzip.compress(bytes(3_000_000)))
    for found in opened().values():
        error = found.error if isinstance(found, Unreadable) else None
        if error is None:
            with pytest.raises(module.ReferenceDataError) as caught:
                found.read()
            error = caught.value
        assert "unpacks to far more than it is stored in" in error.one_line()


def test_too_many_members(tmp_path, opened, monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMBERS", 2)
    (tmp_path / "x.zip").write_bytes(packed(a=b"1", b=b"2", c=b"3"))
    (found,) = opened().values()
    assert "holds more than 2 files" in found.error.one_line()


@pytest.mark.parametrize(("name", "says"), [("none.zip", "does not exist"), ("pipe", "is no file")])
def test_what_is_no_file(tmp_path, opened, name, says) -> None:
    os.mkfifo(tmp_path / "pipe")
    (found,) = opened(tmp_path / name).values()
    assert says in found.error.one_line()


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        (b"", "an empty file"),
        (b"\x00\x00 \r\n", "an empty file"),
        (
            b"<!DOCTYPE html><body>CPT end user license",
            "a web page with a licence notice, saved in place of the file",
        ),
        (b"<html><body>Not found", "a web page, not the file that it links to"),
        (b"%PDF-1.7", "a PDF document"),
        (b"ISA*00*~GS~ST*837*0001~", "judge it with `scrubjay check`"),
        (b"ISA*00*~GS~ST*835*0001~", "an X12 835 remittance"),
        (b"ISA*00*~GS~ST*277*0001~", "an X12 file"),
        (b'{"resourceType": "Claim"}', "a JSON document"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (b"\xd0\xcf\x11\xe0\xa1", "save a spreadsheet as .xlsx or CSV"),
        (b"PK\x03\x04 office", "an Office document that is no release"),
        (b"text \x00 and more", "neither text nor spreadsheet"),
        (b"HCPCS Record Layout for 2026", "a record layout"),
        (b"Please README first, read me", "a readme"),
        (b"some words", "no release of a known source"),
    ],
)
def test_what_a_stranger_looks_like(head, looks) -> None:
    assert looks in what_it_looks_like(SourceFile("x.txt", head, len(head), None, lambda: head))
