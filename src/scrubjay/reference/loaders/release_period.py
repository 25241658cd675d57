"""Which quarter a release is for, and since when it is known: from its own words, else from its name.

The month and day names are those that CMS writes in titles, headers and file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scrubjay.errors import ReferenceDataError

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_LONG_DAY = re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>20\d\d)", re.IGNORECASE)
_QUARTER_MONTHS = (1, 4, 7, 10)
# Releases come out at most about two months before their quarter, and may be corrected well after it.
_EARLY = timedelta(days=92)
_LATE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter, half-open."""

    start: date

    @property
    def end(self) -> date:
        """First day after it."""
        month = self.start.month + 3
        return date(self.start.year + (month > 12), (month - 1) % 12 + 1, 1)

    @property
    def name(self) -> str:
        """`2024-01`."""
        return f"{self.start:%Y-%m}"


def quarter_named(text: str) -> Quarter | None:
    """The quarter of a label such as `2024-04`, or null."""
    found = re.fullmatch(r"(20\d\d)-(\d\d)", text)
    if found is None or int(found[2]) not in _QUARTER_MONTHS:
        return None
    return Quarter(date(int(found[1]), int(found[2]), 1))


def quarter_in_words(text: str) -> Quarter | None:
    """The quarter of words such as `Effective January 1, 2024 through March 31, 2024`, or null."""
    found = re.search(
        rf"{_LONG_DAY.pattern}\s+through\s+(?P<last>[a-z]+\s+\d{{1,2}},?\s+20\d\d)", text, re.IGNORECASE
    )
    if found is None:
        return None
    start, last = _long_day(found), _LONG_DAY.fullmatch(found["last"])
    end = _long_day(last) if last else None
    if start is None or end is None or start.day != 1 or start.month not in _QUARTER_MONTHS:
        return None
    quarter = Quarter(start)
    return quarter if quarter.end == end + timedelta(days=1) else None


def quarter_in_header(text: str) -> Quarter | None:
    """The quarter of words such as `July 2024 Payment Rate` or of a name such as `2025_July`, or null."""
    lowered = re.sub(r"rel[-_ ]?\d{8}", "", text.lower())
    found = {
        date(int(m["year"]), _MONTHS.index(m["month"]) + 1, 1)
        for pattern in (rf"{_MONTH}[\s_-]*(?P<year>20\d\d)", rf"(?P<year>20\d\d)[\s_-]*{_MONTH}")
        for m in re.finditer(rf"(?<![a-z0-9]){pattern}(?![0-9])", lowered)
    }
    found |= {
        date(int(m[1]), int(m[2]), 1)
        for m in re.finditer(r"(?<!\d)(20\d\d)[-_]?(0[147]|10)(?:[-_]?01)?(?!\d)", lowered)
    }
    one = found.pop() if len(found) == 1 else None
    return Quarter(one) if one and one.month in _QUARTER_MONTHS else None


def day_in_name(name: str, quarter: Quarter) -> date | None:
    """The day that a file name gives as its release, near the quarter and other than its first day."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    texts = [
        *((m[1], m[2], m[3]) for m in re.finditer(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", base)),
        *((m[3], m[1], m[2]) for m in re.finditer(r"(?<!\d)(\d\d)[-_.](\d\d)[-_.]((?:20)?\d\d)(?!\d)", base)),
        *((m[3], m[1], m[2]) for m in re.finditer(r"(?<!\d)(\d\d)(\d\d)((?:20)?\d\d)(?!\d)", base)),
    ]
    days = {day for text in texts if (day := _day(*text)) and _is_near(day, quarter) and day != quarter.start}
    return days.pop() if len(days) == 1 else None


def published(file: SourceFile, quarter: Quarter) -> tuple[date, bool]:
    """Publication day and whether it is stated: by the name, by the archive, else the first day in force."""
    day = day_in_name(file.name, quarter)
    if day is None and file.modified_on is not None and _is_near(file.modified_on, quarter):
        day = file.modified_on
    return (day, True) if day else (quarter.start, False)


def edition_name(file: SourceFile, quarter: Quarter) -> str:
    """`2025-07`, or `2025-07.20250725` where the name gives the day of the release."""
    day = day_in_name(file.name, quarter)
    return f"{quarter.name}.{day:%Y%m%d}" if day else quarter.name


def no_quarter(file: SourceFile, source: str) -> ReferenceDataError:
    """The refusal of a file that does not say which quarter it is for."""
    return ReferenceDataError(
        f"does not say which quarter this {source} is for.",
        where=file.name,
        hint="Give the file a name that says it, such as `..._2025-07_rel20250725.csv` or `... July 2025.csv`.",
    )


def _is_near(day: date, quarter: Quarter) -> bool:
    return quarter.start - _EARLY <= day < quarter.end + _LATE


def _long_day(found: re.Match[str]) -> date | None:
    return _day(found["year"], str(_MONTHS.index(found["month"].lower()) + 1), found["day"])


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
