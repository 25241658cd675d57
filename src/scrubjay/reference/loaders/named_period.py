"""Which release a file is, where only its name or its notes say so: the day, the revision, the quarter.

CMS writes the same day in many ways: `2024-07-01`, `Eff_07-01-2024`, `effective-07012024`, `2024q3`,
`v302r0` (version 30.2, the third quarter of the thirtieth year). All of them are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scrubjay.errors import ReferenceDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scrubjay.reference.loaders.base import SourceFile

# The NCCI version number counts years from 1994 and quarters from 0: v30.2 is July 2024.
_VERSION_ZERO = 1994
_NOT_BEFORE, _NOT_AFTER = 1982, 2100
_PATTERNS = (
    r"(?<!\d)(?P<year>\d{4})[-_.]?(?P<month>0[1-9]|1[0-2])[-_.]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
    r"(?<!\d)(?P<month>0?[1-9]|1[0-2])[-_./](?P<day>0?[1-9]|[12]\d|3[01])[-_./](?P<year>\d{4})(?!\d)",
    r"(?<!\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?P<year>(?:19|20)\d\d)(?!\d)",
    r"(?<!\d)(?P<year>\d{4})[-_ ]?q(?P<quarter>[1-4])(?!\d)",
    r"v(?P<version>\d\d)(?P<part>[0-3])r\d(?!\d)",
    r"(?<!\d)(?P<year>\d{4})[-_](?P<month>0[1-9]|1[0-2])(?![-_.]?\d)",
)
_REVISION = re.compile(r"v\d{3}r(?P<version>[1-9])(?!\d)|q[1-4]_0?(?P<issue>[1-9])(?!\d)", re.IGNORECASE)
_PART = re.compile(r"(?<![a-z0-9])f(?P<part>\d{1,2})(?!\d)", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:zip|gz|tgz|tar)$", re.IGNORECASE)
_LEAD = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A release as its name tells it.

    Attributes:
        day: the day named; the first of the month or quarter where only that is named.
        revision: 1 for the first correction of the release, else 0.
        part: number of the part where a release comes in several files, else null.
    """

    day: date
    revision: int
    part: int | None

    @property
    def quarter_from(self) -> date:
        """First day of the quarter that the day is in."""
        return date(self.day.year, self.day.month - (self.day.month - 1) % 3, 1)

    @property
    def quarter_to(self) -> date:
        """First day of the next quarter."""
        late = self.quarter_from + timedelta(days=95)
        return date(late.year, late.month, 1)

    @property
    def edition(self) -> str:
        """The day, with revision and part where the name has them: `2024-07-01.r1.f2`."""
        revision = f".r{self.revision}" if self.revision else ""
        part = f".f{self.part}" if self.part is not None else ""
        return f"{self.day.isoformat()}{revision}{part}"

    def published(self, file: SourceFile) -> tuple[date, bool]:
        """Publication day and whether it is stated.

        The day that the archive records counts if it is near the period, since a file packed again
        later bears the day of the packing. Else the first day in force.
        """
        packed = file.modified_on
        if packed is not None and self.day - _LEAD <= packed < self.quarter_to:
            return packed, True
        return self.day, False


def short_name(file: SourceFile) -> str:
    """The file's own name, and that of the archive it is in; the folders above say nothing."""
    parts = file.name.replace("\\", "/").split("/")
    start = next((i for i, part in enumerate(parts) if _ARCHIVE.search(part)), len(parts) - 1)
    return "/".join(parts[start:])


def day_in(text: str) -> date | None:
    """The first day, month or quarter that a text names; null where it names none."""
    for pattern in _PATTERNS:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            day = _day(found.groupdict())
            if day is not None:
                return day
    return None


def period_of(file: SourceFile, notes: str = "", *, source: str, example: str) -> NamedPeriod:
    """The release that the notes or else the name of a file tell.

    Args:
        file: the file.
        notes: what stands above its table.
        source: the source in the user's words, for the message.
        example: a name that would tell it.

    Raises:
        ReferenceDataError: neither tells.
    """
    name = short_name(file)
    # A copyright line names a year too, so only what the notes call effective counts.
    effective = re.search(r"eff(?:ective)?\b.*", notes, re.IGNORECASE)
    day = (day_in(effective[0]) if effective else None) or day_in(name.rpartition("/")[2]) or day_in(name)
    if day is None:
        raise ReferenceDataError(
            f"does not say which release of {source} it is, and neither does its name.",
            where=file.name,
            hint=f"Give it a name that tells the day, such as {example}.",
        )
    revision = _REVISION.search(name)
    part = _PART.search(name.rpartition("/")[2]) or _PART.search(name)
    return NamedPeriod(
        day=day,
        revision=int(revision["version"] or revision["issue"]) if revision else 0,
        part=int(part["part"]) if part else None,
    )


def setting_in(texts: Iterable[str], patterns: Mapping[str, str]) -> str | None:
    """The first setting whose pattern is in one of the texts, texts in order; null where none is."""
    for text in texts:
        for setting, pattern in patterns.items():
            if re.search(pattern, text, re.IGNORECASE):
                return setting
    return None


def _day(named: dict[str, str | None]) -> date | None:
    def number(name: str, otherwise: int) -> int:
        return int(named.get(name) or otherwise)

    if named.get("version"):
        return date(_VERSION_ZERO + number("version", 0), 1 + 3 * number("part", 0), 1)
    month = 3 * number("quarter", 1) - 2 if named.get("quarter") else number("month", 1)
    year = number("year", 0)
    if not _NOT_BEFORE <= year <= _NOT_AFTER:
        return None
    try:
        return date(year, month, number("day", 1))
    except ValueError:
        return None
