"""Protected health information: the only place where an identifier is formatted, and the log filter.

Three rules. Names, member ids and birth dates appear in no output at all. The patient control number
(the provider's own account number) appears in reports, because a biller finds the claim by it, and
nowhere else. Logs and error messages carry no identifier whatever; `LogFilter` is the second line of
defence behind code that does not log them in the first place.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any

from scrubjay.codes import MBI_PATTERN
from scrubjay.tables import CLAIMS, LINES, Kind
from scrubjay.tables.acknowledgments import ACKNOWLEDGMENT_ERRORS, CLAIM_STATUSES
from scrubjay.tables.remits import PROVIDER_ADJUSTMENTS, REMIT_CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"

IDENTIFIERS: frozenset[str] = frozenset(
    c.name
    for t in (CLAIMS, LINES, REMIT_CLAIMS, PROVIDER_ADJUSTMENTS, CLAIM_STATUSES, ACKNOWLEDGMENT_ERRORS)
    for c in t
    if c.kind is Kind.IDENTIFIER
)
"""Columns that hold protected health information."""

REPORTABLE: frozenset[str] = frozenset({"patient_control_number"})
"""Identifiers that a report may show, through `control_number`; logs and errors may not."""

# What an identifier looks like in free text. Long runs of digits go whole: a log needs no NDC or NPI,
# and a member id or account number cannot be told from one.
_SHAPES = re.compile(
    "|".join(
        (
            rf"\b{MBI_PATTERN.strip('^$')}\b",
            r"\b[A-Z][A-Z0-9]{1,2}\*[^~\n]*",
            r"[\w.+-]+@[\w-]+\.[\w.]+",
            r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}\b",
            r"\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b",
            r"\d{6,}",
        )
    ),
    flags=re.ASCII,
)
_ITEM = re.compile(
    rf"\b({'|'.join(sorted(IDENTIFIERS))})\b(['\"]?\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^,;)\]}}]+)"
)


def clean(text: str | None) -> str:
    """Text from a file as one printable line: no escape sequences, line breaks or direction marks.

    A terminal or a spreadsheet must not be steered by what somebody wrote into a claim.
    """
    if not text:
        return ""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text).strip()


def control_number(value: str | None) -> str:
    """The patient control number as a report shows it; `(no number)` where the claim has none."""
    return clean(value) or "(no number)"


def redact(text: str) -> str:
    """Text with everything that has the shape of an identifier replaced, for logs and errors."""
    text = _ITEM.sub(lambda m: f"{m[1]}{m[2]}{REDACTED}", text)
    return _SHAPES.sub(REDACTED, text)


def trace(error: BaseException) -> str:
    """Where an exception was raised, without its message: a message may hold a patient's value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{f.name} ({f.filename.rpartition('scrubjay')[2] or f.filename}:{f.lineno})" for f in frames]
    return " > ".join([*places, type(error).__name__])


def _safe_argument(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return (
            value if not isinstance(value, int) or isinstance(value, bool) or abs(value) < 10**6 else REDACTED
        )
    if isinstance(value, BaseException):
        return type(value).__name__
    if hasattr(value, "columns") or hasattr(value, "to_list"):
        return f"<{type(value).__name__}>"
    return redact(str(value))


_STANDARD = frozenset(vars(logging.makeLogRecord({})))


class LogFilter(logging.Filter):
    """Takes identifiers out of a log record: message, arguments, extra fields and traceback.

    Attach it to handlers, so that no logger can go round it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact `record` in place; it is always kept."""
        if isinstance(record.args, dict):
            record.args = {
                k: REDACTED if k in IDENTIFIERS else _safe_argument(v) for k, v in record.args.items()
            }
        elif record.args:
            record.args = tuple(_safe_argument(a) for a in record.args)
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        record.msg, record.args = redact(text), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = trace(record.exc_info[1])
        record.exc_info = None
        record.stack_info = None
        for name in _extra_fields(record):
            value = getattr(record, name)
            setattr(record, name, REDACTED if name in IDENTIFIERS else _safe_argument(value))
        return True


def _extra_fields(record: logging.LogRecord) -> Iterable[str]:
    return [n for n in vars(record) if n not in _STANDARD and n != "message"]
