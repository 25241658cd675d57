"""The forms of a guide: plain text, Markdown, HTML, PDF, Word (`word_format`); each into blocks."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, cast

from scrubjay.errors import UnreadableInputError
from scrubjay.guides.text_file import clean, decoded, limit, too_large
from scrubjay.guides.word_format import read_docx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scrubjay.guides.text_file import Builder

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•–▪◦]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_RULE = re.compile(r"^\s*[-=_*|:+\s]{3,}$")
_UNDERLINE = re.compile(r"^\s*(=+|-+)\s*$")
_TITLE = re.compile(r"\s*[A-Z0-9][^.!?;]{2,78}(?<![,.;!?])\s*")
"""A line by itself that ends in no mark of a sentence is taken for a heading."""
_CELLS = re.compile(r"\s*\|\s*|\t+")
_HIDDEN = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head")
_BLOCKS = frozenset(
    ("p", "div", "section", "article", "blockquote", "dd", "dt", "figcaption", "pre", "address", "main", "body",
     "header", "footer", "aside", "caption", "summary", "details", "td", "th", "ul", "ol", "dl", "table")
)  # fmt: skip


def _is_table_line(line: str) -> bool:
    bare = line.strip()
    return bare.count("|") >= 2 or bare.count("\t") >= 1 or (bare.count("|") == 1 and " | " in bare)


def _is_title_line(lines: list[str]) -> bool:
    """A short line without a mark at its end, over a longer one that begins a sentence."""
    one, two = lines[0].strip(), lines[1].strip()
    is_short = len(one) <= 45 and len(two) > len(one) + 15
    return is_short and _TITLE.fullmatch(one) is not None and two[:1].isupper()


def read_txt(data: bytes, builder: Builder) -> None:
    """Plain text: paragraphs by blank lines, `#` headings, list items, rows with bars or tabs."""
    builder.raw = decoded(data).replace("\r\n", "\n")
    _read_lines(builder.raw.splitlines(keepends=True), builder, page=None)


def _read_lines(  # noqa: PLR0915 - one state machine over lines
    lines: Iterable[str], builder: Builder, *, page: int | None
) -> None:
    held: list[str] = []
    begins: list[int] = []
    first = 1
    kind = "paragraph"
    header: tuple[str, ...] = ()
    rows = 0
    here = following = 0

    def places(at: list[int], texts: list[str]) -> tuple[tuple[int, int], ...]:
        """Where each line of a block begins in its text, and in the text of the file."""
        if builder.raw is None:
            return ()
        offsets = [sum(len(t) + 1 for t in texts[:n]) for n in range(len(texts))]
        return tuple(zip(offsets, at, strict=True))

    def flush() -> None:
        nonlocal kind, first
        if len(held) > 1 and kind == "paragraph" and _is_title_line(held):
            level = 2 if builder.blocks else 1
            at = places(begins[:1], held[:1])
            builder.add("heading", held.pop(0), line=first, page=page, level=level, places=at)
            begins.pop(0)
            first += 1
        if held:
            text = "\n".join(held)
            is_title = kind == "paragraph" and len(held) == 1 and _TITLE.fullmatch(text) is not None
            builder.add(
                "heading" if is_title else cast("Any", kind),
                text,
                line=first,
                page=page,
                level=2 if builder.blocks else 1,
                places=places(begins, held),
            )
            held.clear()
            begins.clear()
        kind = "paragraph"

    for number, raw in enumerate(lines, start=1):
        here, following = following, following + len(raw)
        line = clean(raw).rstrip()
        heading = _HEADING.match(line)
        lead = len(line) - len(line.lstrip())
        if _is_table_line(line) and not heading:
            flush()
            cells = tuple(c.strip() for c in _CELLS.split(line.strip().strip("|")))
            if _RULE.match(line):
                continue
            rows += 1
            if rows == 1:
                header = tuple(c.lower() for c in cells)
            at = places([here + len(line) - len(line.lstrip(" \t|"))], [line])
            builder.add(
                "row", "", line=number, page=page, cells=cells, header=header if rows > 1 else (), places=at
            )
            continue
        header, rows = ((), 0) if line.strip() else (header, rows)
        if not line.strip():
            flush()
        elif heading:
            flush()
            at = places([here + heading.start(2)], [line])
            builder.add("heading", heading[2], line=number, page=page, level=len(heading[1]), places=at)
        elif _UNDERLINE.match(line) and len(held) == 1:
            at = places(begins, held)
            level = 1 if "=" in line else 2
            builder.add("heading", held.pop(), line=number - 1, page=page, level=level, places=at)
            begins.clear()
            kind = "paragraph"
        elif found := _ITEM.match(line):
            flush()
            kind, first = "item", number
            held.append(line[found.end() :])
            begins.append(here + found.end())
        else:
            if not held:
                first = number
            held.append(line.strip())
            begins.append(here + lead)
    flush()


def read_md(data: bytes, builder: Builder) -> None:
    """Markdown, with tables; raw HTML in it goes as text without its tags."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable("table")
    tokens = parser.parse(clean(decoded(data)))
    kinds: list[str] = []
    row: list[str] = []
    header: tuple[str, ...] = ()
    level, line, in_row, is_head = 1, 1, False, False
    for token in tokens:
        if token.map:
            line = token.map[0] + 1
        if token.type == "heading_open":
            level = int(token.tag[1])
            kinds.append("heading")
        elif token.type == "list_item_open":
            kinds.append("item")
        elif token.type in ("heading_close", "list_item_close"):
            kinds.pop()
        elif token.type == "thead_open":
            is_head, header = True, ()
        elif token.type == "thead_close":
            is_head = False
        elif token.type == "tr_open":
            row, in_row = [], True
        elif token.type == "tr_close":
            in_row = False
            builder.add("row", "", line=line, cells=tuple(row), header=header)
            if is_head:
                header = tuple(c.lower() for c in row)
        elif token.type == "inline":
            text = _inline_text(token)
            if in_row:
                row.append(" ".join(text.split()))
            else:
                builder.add(cast("Any", kinds[-1] if kinds else "paragraph"), text, line=line, level=level)
        elif token.type in ("fence", "code_block"):
            builder.add("paragraph", token.content, line=line)
        elif token.type == "html_block":
            builder.add("paragraph", _text_of_html(token.content), line=line)


def _inline_text(token: Any) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(str(child.content))
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)


def _text_of_html(text: str) -> str:
    from bs4 import BeautifulSoup  # noqa: PLC0415

    soup = BeautifulSoup(text, "html.parser")
    for hidden in soup.find_all(_HIDDEN):
        hidden.decompose()
    return soup.get_text(" ")


def read_html(data: bytes, builder: Builder) -> None:
    """HTML: the text a reader sees; scripts, styles and what is marked hidden are left out."""
    from bs4 import BeautifulSoup  # noqa: PLC0415
    from bs4.element import Comment, NavigableString, Tag  # noqa: PLC0415

    soup = BeautifulSoup(clean(decoded(data)), "html.parser")
    if soup.title and soup.title.string:
        builder.add("heading", " ".join(soup.title.string.split()), line=soup.title.sourceline or 1)
    held: list[str] = []
    state: dict[str, Any] = {"kind": "paragraph", "line": 1, "level": 1, "header": (), "cells": None}

    def flush() -> None:
        text = " ".join("".join(held).split())
        held.clear()
        if state["cells"] is not None:
            if text:
                state["cells"].append(text)
            return
        builder.add(state["kind"], text, line=state["line"], level=state["level"])
        state["kind"] = "paragraph"

    # Without recursion, since depth of nesting is the writer's choice.
    stack: list[tuple[Any, bool]] = [(soup, False)]
    while stack:
        node, is_end = stack.pop()
        if isinstance(node, Tag):
            if is_end:
                _close_tag(node, state, flush, builder)
                continue
            if node.name in _HIDDEN or _is_hidden(node):
                continue
            _open_tag(node, state, flush, held)
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, Comment):
            held.append(str(node))
    flush()


def _is_hidden(node: Any) -> bool:
    style = str(node.attrs.get("style") or "").replace(" ", "").lower()
    return "hidden" in node.attrs or "display:none" in style or "visibility:hidden" in style


def _open_tag(node: Any, state: dict[str, Any], flush: Callable[[], None], held: list[str]) -> None:
    name = str(node.name)
    if name == "br":
        held.append(" ")
    elif re.fullmatch(r"h[1-6]", name):
        flush()
        state.update(kind="heading", level=int(name[1]), line=node.sourceline or 1)
    elif name == "li":
        flush()
        state.update(kind="item", line=node.sourceline or 1)
    elif name == "table":
        flush()
        state["header"] = ()
    elif name == "tr":
        flush()
        state.update(cells=[], line=node.sourceline or 1, is_head=node.find("td") is None)
    elif name in _BLOCKS:
        flush()
        state["line"] = node.sourceline or state["line"]


def _close_tag(node: Any, state: dict[str, Any], flush: Callable[[], None], builder: Builder) -> None:
    name = str(node.name)
    if name in ("td", "th"):
        before = len(state["cells"] or ())
        flush()
        # An empty cell keeps its column.
        if state["cells"] is not None and len(state["cells"]) == before:
            state["cells"].append("")
    elif name == "tr" and state["cells"] is not None:
        flush()
        cells, state["cells"] = tuple(state["cells"]), None
        builder.add("row", "", line=state["line"], cells=cells, header=state["header"])
        if state.get("is_head"):
            state["header"] = tuple(c.lower() for c in cells)
    elif re.fullmatch(r"h[1-6]|li", name) or name in _BLOCKS:
        flush()


def read_pdf(data: bytes, builder: Builder) -> None:
    """PDF with a text layer, page by page."""
    import logging  # noqa: PLC0415

    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    where = builder.name
    try:
        reader = PdfReader(io.BytesIO(data))
        is_encrypted = reader.is_encrypted
        count = 0 if is_encrypted else len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise UnreadableInputError("is a damaged PDF.", where=where, hint="Get it again.") from error
    if is_encrypted:
        raise UnreadableInputError(
            "is an encrypted PDF.", where=where, hint="Save a copy without a password and check that."
        )
    if count > limit("pdf_pages"):
        raise too_large(where, f"has {count:,} pages")
    for number in range(count):
        try:
            text = reader.pages[number].extract_text() or ""
        except Exception:  # noqa: BLE001 - whatever a hostile page does, the other pages are read
            builder.notes.append(f"Page {number + 1} cannot be read and was left out.")
            continue
        if len(text) > limit("pdf_page_characters"):
            builder.notes.append(f"Page {number + 1} is read in part: it holds {len(text):,} characters.")
        _read_lines(_joined(text[: limit("pdf_page_characters")]), builder, page=number + 1)


def _joined(text: str) -> Iterator[str]:
    """Lines of a page; a gap in the layout is a new block, and so is a short line after a full one."""
    lines = [line.rstrip() for line in text.splitlines()]
    widest = max((len(line) for line in lines), default=0)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        yield line
        ends = line.rstrip().endswith((".", "!", "?", ":")) and len(line) < widest * 0.75
        is_title = (
            0 < len(line) < min(60, widest * 0.6)
            and not line.endswith((",", ";"))
            and following[:1].isupper()
        )
        if line.strip() and (ends or is_title):
            yield ""


READERS: dict[str, Callable[[bytes, Builder], None]] = {
    "txt": read_txt,
    "md": read_md,
    "html": read_html,
    "pdf": read_pdf,
    "docx": read_docx,
}
