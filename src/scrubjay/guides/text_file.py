"""Reads a guide (txt, md, html, pdf, docx) as blocks of plain text with their places.

Files are hostile until shown otherwise: sizes are bounded before anything is unpacked, nothing outside the
file is fetched, scripts and styles are dropped unread, and no text is ever an instruction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import yaml

from scrubjay.errors import UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

BlockKind = Literal["heading", "paragraph", "item", "row"]
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")


def clean(text: str) -> str:
    """Text without marks that are not seen, so that they cannot split a word or a code."""
    return _INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\u2011", "-")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table row: its text and where it starts in the text of the document."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item or table row.

    Attributes:
        kind: what it is.
        text: its text; line ends within it are kept, so that lines can be counted.
        start: offset in `Document.text`.
        line: number of its first line in the source (txt, md, html), of the paragraph (docx), or of the line
            on its page (pdf); from 1.
        page: page of a pdf, from 1; null elsewhere.
        cells: of a row.
        header: words over the columns of a row, lower case; empty where there are none.
        section: the headings above it, outermost first.
        places: of plain text, where its lines begin in `text` and in the text of the file.
    """

    kind: BlockKind
    text: str
    start: int
    line: int
    page: int | None = None
    cells: tuple[Cell, ...] = ()
    header: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()

    def at(self, offset: int) -> int:
        """Where a character of the block stands in `Document.text`."""
        own, there = next((p for p in reversed(self.places) if p[0] <= offset), (0, self.start))
        return there + offset - own


@dataclass(slots=True)
class Document:
    """A text that was read.

    Attributes:
        name: path as given.
        kind: txt, md, html, pdf or docx.
        text: everything that was read, blocks divided by line ends; of plain text, the text of the file.
        blocks: in order.
        notes: what could not be read, in words.
    """

    name: str
    kind: str
    text: str = ""
    blocks: list[Block] = field(default_factory=list[Block])
    notes: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Builder:
    """Collects blocks and keeps offsets and headings right."""

    name: str
    kind: str
    parts: list[str] = field(default_factory=list[str])
    blocks: list[Block] = field(default_factory=list[Block])
    notes: list[str] = field(default_factory=list[str])
    length: int = 0
    raw: str | None = None
    headings: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        line: int,
        page: int | None = None,
        level: int = 1,
        cells: tuple[str, ...] = (),
        header: tuple[str, ...] = (),
        places: tuple[tuple[int, int], ...] = (),
    ) -> None:
        """Add a block; an empty one is left out.

        `places` pairs offsets of the text with those in the text of the file (`raw`), line by line.
        """
        if cells:
            text = " | ".join(cells)
        if not text.strip():
            return
        if kind == "heading":
            while self.headings and self.headings[-1][0] >= level:
                self.headings.pop()
        placed: list[Cell] = []
        start = places[0][1] if places else self.length
        cell_at = start
        for cell in cells:
            placed.append(Cell(cell, cell_at))
            cell_at += len(cell) + 3
        section = tuple(h for _, h in self.headings)
        self.blocks.append(Block(kind, text, start, line, page, tuple(placed), header, section, places))
        if kind == "heading":
            self.headings.append((level, " ".join(text.split())))
        self.parts.append(text + "\n")
        self.length += len(text) + 1
        if self.length > limit("text_characters"):
            raise too_large(self.name, f"holds more than {limit('text_characters'):,} characters of text")

    def done(self) -> Document:
        """The document."""
        return Document(
            self.name,
            self.kind,
            "".join(self.parts) if self.raw is None else self.raw,
            self.blocks,
            self.notes,
        )


@cache
def _limits() -> dict[str, int]:
    text = resources.files("scrubjay.guides").joinpath("data/limits.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return {name: int(value) for name, value in data.items()}


def limit(name: str) -> int:
    """A size limit of data/limits.yaml."""
    return _limits()[name]


def too_large(name: str, what: str) -> UnreadableInputError:
    """The error of a file that goes beyond a limit."""
    return UnreadableInputError(
        f"{what}, which is more than is read.", where=name, hint="Check it in parts, or as plain text."
    )


def read_bytes(path: Path) -> bytes:
    """The content of a file within the size limit.

    Raises:
        UnreadableInputError: it is missing, a folder, empty, or too large.
    """
    try:
        if path.is_dir():
            raise UnreadableInputError("is a folder.", where=str(path), hint="Name a file.")
        with path.open("rb") as file:
            data = file.read(limit("file_bytes") + 1)
    except FileNotFoundError:
        raise UnreadableInputError("there is no such file.", where=str(path)) from None
    except OSError as error:
        raise UnreadableInputError(f"cannot be read ({error.strerror}).", where=str(path)) from error
    if len(data) > limit("file_bytes"):
        raise too_large(str(path), f"holds more than {limit('file_bytes') >> 20} MB")
    if not data.strip():
        raise UnreadableInputError("is empty.", where=str(path))
    return data


def kind_of(path: Path, data: bytes) -> str:
    """txt, md, html, pdf, docx or xlsx, by content first and by name among texts.

    Raises:
        UnreadableInputError: none of these.
    """
    head = data[:2048]
    if head.lstrip().startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if path.suffix.lower() in (".xlsx", ".xlsm") else "docx"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableInputError(
            "is in no form that is read.", where=str(path), hint="Give txt, md, html, pdf, docx, csv or xlsx."
        )
    suffix = path.suffix.lower()
    lower = head.lstrip().lower()
    if suffix in (".html", ".htm", ".xhtml") or lower.startswith((b"<!doctype html", b"<html")):
        return "html"
    if suffix in (".md", ".markdown"):
        return "md"
    return "csv" if suffix in (".csv", ".tsv") else "txt"


def is_table(path: Path) -> bool:
    """Whether a file is read as a charge master: by its form, so csv, tsv and xlsx.

    Raises:
        UnreadableInputError: it cannot be read, or is in no form that is read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(2048)
    except OSError as error:
        raise UnreadableInputError(f"cannot be read ({error.strerror}).", where=str(path)) from error
    return kind_of(path, head) in ("csv", "xlsx")


def decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else the Windows page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_document(path: Path) -> Document:
    """Read a guide.

    Args:
        path: txt, md, html, pdf or docx.

    Raises:
        UnreadableInputError: it cannot be read: missing, too large, encrypted, damaged, of no known form.
    """
    from scrubjay.guides import text_formats  # noqa: PLC0415 - the libraries are slow to import

    data = read_bytes(path)
    kind = kind_of(path, data)
    if kind in ("csv", "xlsx"):
        raise UnreadableInputError(
            "is a table.",
            where=str(path),
            hint="Tables are read as charge masters: code, description, price.",
        )
    builder = Builder(str(path), kind)
    text_formats.READERS[kind](data, builder)
    document = builder.done()
    if not document.blocks:
        raise UnreadableInputError(
            "holds no text.", where=str(path), hint="A scanned page is an image; give the text of it."
        )
    return document
