"""Reads chart files by their content: text, PDF, FHIR, tables; what cannot be read is one problem, the rest goes on."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubjay.errors import Problem
from scrubjay.intake.fhir.charts import looks_like_fhir, read_fhir
from scrubjay.intake.notes.heads import read_head
from scrubjay.intake.notes.mar import looks_like_mar, read_mar
from scrubjay.intake.notes.model import ChartDocument, ChartFile
from scrubjay.intake.notes.pdf import text_of_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_BYTES = 256 << 20
"""Largest chart file that is read."""
_OTHER = (
    (b"PK\x03\x04", "a zip archive, spreadsheet or word document", "Save it as plain text or PDF."),
    (b"\xd0\xcf\x11\xe0", "a document of an older office program", "Save it as plain text or PDF."),
    (b"{\\rtf", "a rich-text document", "Save it as plain text."),
    (b"\x89PNG", "an image", "Run text recognition (OCR) on it and save the text."),
    (b"\xff\xd8\xff", "an image", "Run text recognition (OCR) on it and save the text."),
    (b"II*\x00", "an image", "Run text recognition (OCR) on it and save the text."),
    (b"ISA*", "an X12 file", "Name claims with --claims."),
    (b"MSH|", "HL7 version 2 messages", "Export the chart as text or FHIR."),
)


def _files(paths: Iterable[Path | str]) -> Iterator[Path]:
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            yield path


def read_charts(paths: Iterable[Path | str]) -> Iterator[ChartFile]:
    """Read chart files, one after the other; a folder stands for the files in it.

    Args:
        paths: files and folders.
    """
    for number, path in enumerate(_files(paths), 1):
        file = _read(path)
        for document in file.documents:
            document.file_number = number
        yield file


def _read(path: Path) -> ChartFile:
    file = ChartFile(str(path))
    try:
        if path.stat().st_size > MOST_BYTES:
            return _bad(
                file, "too-large", f"The file is larger than {MOST_BYTES >> 20} MB.", "Split it by patient."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        return _bad(file, "file-not-found", "There is no such file.", "Check the path.")
    except OSError as error:
        return _bad(
            file,
            "unreadable",
            f"The file cannot be read ({error.strerror or type(error).__name__}).",
            "Check its permissions.",
        )
    return read_chart_bytes(data, str(path))


def read_chart_bytes(data: bytes, name: str) -> ChartFile:
    """One chart in memory; `name` stands for its path."""
    file = ChartFile(name)
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(MOST_BYTES + 1)
        except (OSError, EOFError):
            return _bad(file, "bad-gzip", "The gzip file is damaged.", "Pack it again.")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return _bad(file, "empty-file", "The file is empty.", "Export it again.")
    head = data.lstrip()[:8]
    if head.startswith(b"%PDF"):
        file.form = "pdf"
        text = text_of_pdf(data)
        if isinstance(text, Problem):
            return _bad(file, text.kind, text.message, text.hint)
        return _as_text(file, text, "pdf")
    for start, what, advice in _OTHER:
        if data.startswith(start):
            return _bad(file, "not-a-chart", f"This is {what}, not a chart that can be read.", advice)
    text = _decoded(data)
    if text is None:
        return _bad(
            file,
            "not-text",
            "This is a binary file, not a chart that can be read.",
            "Name text, PDF, FHIR or CSV.",
        )
    if head[:1] in (b"{", b"[") or text.lstrip("\ufeff \n\r\t")[:1] in ("{", "["):
        return _fhir(file, text)
    if "<ClinicalDocument" in text[:4000]:
        return _bad(
            file,
            "cda",
            "This is a CDA document, which is not read.",
            "Export the chart as FHIR, PDF or text.",
        )
    if looks_like_mar(text):
        file.form = "table"
        file.documents, problems = read_mar(text, name)
        file.problems += problems
        if not file.documents:
            return _bad(file, "empty-table", "The table has no row that can be read.", "Export it again.")
        return file
    return _as_text(file, text, "text")


def _bad(file: ChartFile, kind: str, message: str, hint: str) -> ChartFile:
    file.problems.append(Problem(kind, message, hint, file=file.path, is_fatal=True))
    file.documents = []
    return file


def _as_text(file: ChartFile, text: str, form: str) -> ChartFile:
    file.form = form
    document = ChartDocument(file.path, form, text=text)
    read_head(document)
    file.documents.append(document)
    return file


def _decoded(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None
    sample = data[:65536]
    if sum(b < 32 and b not in b"\t\r\n\f\x0b\x1a\x1b" for b in sample) > len(sample) // 100:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Older systems write the Windows code page; every byte of it is a letter or a mark.
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _fhir(file: ChartFile, text: str) -> ChartFile:
    file.form = "fhir"
    try:
        resources: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError) as whole:
        lines = [n for n in text.splitlines() if n.strip()]
        try:
            if len(lines) < 2:
                return _broken(file, whole)
            resources = [json.loads(n) for n in lines]
        except (ValueError, RecursionError):
            return _broken(file, whole)
    if not looks_like_fhir(resources):
        return _bad(
            file, "not-fhir", "This is JSON, but no FHIR resource.", "Name a FHIR R4 bundle or NDJSON."
        )
    file.documents, problems = read_fhir(resources, file.path)
    file.problems += problems
    for document in file.documents:
        if document.text:
            read_head(document)
    return file


def _broken(file: ChartFile, error: Exception) -> ChartFile:
    at = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
    return _bad(file, "broken-json", f"The JSON is broken{at}.", "Export it again.")
