"""The text of a PDF note, page by page."""

from __future__ import annotations

import io
import logging

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from scrubjay.errors import Problem

MOST_PAGES = 2000
"""Most pages of one PDF that are read."""


def text_of_pdf(data: bytes) -> str | Problem:
    """The text of a PDF, or why there is none.

    Args:
        data: the file.
    """
    quiet = logging.getLogger("pypdf")
    level = quiet.level
    # The library describes damaged objects in its log, and an object may be a patient's text.
    quiet.setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return Problem(
                "encrypted-pdf",
                "The PDF is encrypted.",
                "Save it without a password and name it again.",
                is_fatal=True,
            )
        if len(reader.pages) > MOST_PAGES:
            return Problem(
                "pdf-too-long",
                f"The PDF has more than {MOST_PAGES:,} pages.",
                "Split it by patient.",
                is_fatal=True,
            )
        text = "\n".join(page.extract_text() or "" for page in reader.pages)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OSError,
        RecursionError,
        NotImplementedError,
    ) as error:
        if "crypt" in type(error).__name__.lower() or "crypt" in str(error).lower()[:80]:
            return Problem(
                "encrypted-pdf",
                "The PDF is encrypted.",
                "Save it without a password and name it again.",
                is_fatal=True,
            )
        return Problem("bad-pdf", "The PDF is damaged and cannot be read.", "Export it again.", is_fatal=True)
    finally:
        quiet.setLevel(level)
    if not text.strip():
        return Problem(
            "pdf-without-text",
            "The PDF holds no text: it may be a scan.",
            "Run text recognition (OCR) on it first.",
            is_fatal=True,
        )
    return text
