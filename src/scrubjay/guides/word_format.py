"""Guides in Word, and the look at an archive before anything of it is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, cast

from scrubjay.errors import UnreadableInputError
from scrubjay.guides.text_file import clean, limit, too_large

if TYPE_CHECKING:
    from scrubjay.guides.text_file import Builder


def read_docx(data: bytes, builder: Builder) -> None:
    """Word: paragraphs and tables in order; nothing embedded or linked is opened."""
    refuse_bomb(data, builder.name)
    import docx  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415

    try:
        document = docx.Document(io.BytesIO(data))
        for number, part in enumerate(document.iter_inner_content(), start=1):
            if isinstance(part, Table):
                _docx_table(part, number, builder)
                continue
            style = str(part.style.name or "") if part.style else ""
            level = re.search(r"\d", style)
            kind = (
                "heading"
                if style.startswith(("Heading", "Title"))
                else "item"
                if "List" in style
                else "paragraph"
            )
            builder.add(cast("Any", kind), clean(part.text), line=number, level=int(level[0]) if level else 1)
    except UnreadableInputError:
        raise
    except Exception as error:  # the libraries below raise of every kind on a damaged file
        raise UnreadableInputError(
            "is a damaged Word file, or none.", where=builder.name, hint="Save it again as docx."
        ) from error


def _docx_table(table: Any, number: int, builder: Builder) -> None:
    header: tuple[str, ...] = ()
    for row in table.rows:
        cells: list[str] = []
        previous: Any = None
        for cell in row.cells:
            # A merged cell is given once for every column that it spans.
            if cell._tc is not previous:  # noqa: SLF001
                cells.append(" ".join(clean(cell.text).split()))
            previous = cell._tc  # noqa: SLF001
        builder.add("row", "", line=number, cells=tuple(cells), header=header)
        header = header or tuple(c.lower() for c in cells)


def refuse_bomb(data: bytes, name: str) -> None:
    """Look at the directory of an archive before anything is unpacked.

    Raises:
        UnreadableInputError: no archive, encrypted, or it would unpack to more than is read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableInputError("is a damaged archive.", where=name, hint="Save it again.") from error
    if any(e.flag_bits & 1 for e in entries):
        raise UnreadableInputError("is encrypted.", where=name, hint="Save a copy without a password.")
    size = sum(e.file_size for e in entries)
    packed = max(1, sum(e.compress_size for e in entries))
    is_bomb = size > limit("zip_bytes") or (size > 1 << 20 and size // packed > limit("zip_ratio"))
    if len(entries) > limit("zip_entries") or is_bomb:
        raise too_large(name, f"unpacks to {size >> 20:,} MB in {len(entries):,} parts")
