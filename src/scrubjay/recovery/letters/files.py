"""A letter as DOCX, to edit, and as PDF, to send."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.recovery.letters.letter import Letter

_HEADINGS = ("No.", "What the letter says", "Record", "Source")


def evidence_rows(letter: Letter) -> list[tuple[str, str, str, str]]:
    """The evidence table: number, value, record in words, source."""
    return [
        (str(number), fact.text, fact.name.replace(".", ": ").replace("_", " "), fact.source)
        for number, fact in enumerate(letter.evidence, 1)
    ]


def docx_bytes(letter: Letter, heading: Sequence[Sequence[str]]) -> bytes:
    """The letter as DOCX.

    Args:
        letter: a letter that was verified.
        heading: blocks of lines above it: sender, payer, date, claim.
    """
    import docx  # noqa: PLC0415 - only where a letter is written

    document: Any = docx.Document()
    for block in heading:
        document.add_paragraph("\n".join(block))
    document.add_heading(letter.title, level=1)
    for paragraph in letter.paragraphs:
        if paragraph.is_heading:
            document.add_heading(paragraph.text, level=2)
        else:
            document.add_paragraph(paragraph.text)
    document.add_heading("Evidence", level=2)
    table: Any = document.add_table(rows=1, cols=len(_HEADINGS), style="Light Grid Accent 1")
    for cell, text in zip(table.rows[0].cells, _HEADINGS, strict=True):
        cell.text = text
    for row in evidence_rows(letter):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    properties = document.core_properties
    properties.title = letter.title
    properties.comments = f"{letter.template} version {letter.version}"
    properties.author = ""
    # The same letter gives the same file.
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_bytes(letter: Letter, heading: Sequence[Sequence[str]]) -> bytes:
    """The letter as PDF; the texts go in as data, so nothing in them is taken for markup.

    Args:
        letter: a letter that was verified.
        heading: blocks of lines above it.
    """
    import typst  # noqa: PLC0415 - only where a letter is written

    data = {
        "title": letter.title,
        "heading": [list(block) for block in heading],
        "paragraphs": [{"text": p.text, "heading": p.is_heading} for p in letter.paragraphs],
        "columns": list(_HEADINGS),
        "evidence": [list(row) for row in evidence_rows(letter)],
        "mark": f"{letter.template} version {letter.version}",
    }
    source = (resources.files("scrubjay.recovery.letters") / "letter.typ").read_bytes()
    compiled: Any = typst.compile(source, format="pdf", sys_inputs={"letter": json.dumps(data)})
    return bytes(compiled)
