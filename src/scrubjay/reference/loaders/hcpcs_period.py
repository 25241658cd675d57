"""Which release of the HCPCS a file is, by the days in it.

The file carries no date of its own. CMS gives codes their first day at the start of a quarter, and
announces a few of them a quarter or two ahead; so the release is that of the latest quarter in which more
than a handful of codes begin or change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.release_period import Quarter, published

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

# One record in a thousand: of the real releases the quarter itself has 0.2 % (2020 April) to 4 %, the
# codes that are announced ahead (2018: April and July) 0.02 %.
_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class ReleasePeriod:
    """The release and the days it speaks about.

    Attributes:
        edition: `2024-10`.
        start: first day in force.
        end: first day of the next release.
        is_annual: no release followed within the year, though codes were added during it.
        published_on: publication day, or the first day in force where none is stated.
        is_stated: the publication day comes from the archive or the name.
        note: how the edition was found.
    """

    edition: str
    start: date
    end: date
    is_annual: bool
    published_on: date
    is_stated: bool
    note: str


def by_days(file: SourceFile, days: pl.Series) -> ReleasePeriod:
    """The release of a file from the days on which its codes begin or change.

    Args:
        file: where the publication day may stand.
        days: one date per record, null where the record gives none.

    Raises:
        ReferenceDataError: no record gives a day.
    """
    counts = (
        days.drop_nulls().dt.truncate("1q").alias("start").to_frame().group_by("start").len().sort("start")
    )
    enough = counts.filter(pl.col("len") >= len(days) * _SHARE)
    if enough.is_empty():
        raise ReferenceDataError(
            "no record says when its code begins, so the release cannot be told.", where=file.name
        )
    start: date = enough.item(-1, "start")
    return _period(file, start, "Edition by the latest quarter in which its codes begin or change.")


def by_name(file: SourceFile, title: str) -> ReleasePeriod:
    """The release by the name of the file, or of the archive that it came in.

    Args:
        file: the file.
        title: the source in the user's words, for the message.

    Raises:
        ReferenceDataError: the name says no year.
    """
    *folders, base = file.name.replace("\\", "/").split("/")
    archive = folders[-1:] if folders and folders[-1].lower().endswith(".zip") else []
    for part in (base, *archive):
        start = _start_in(part)
        if start is not None:
            return _period(file, start, f"Edition by the name `{part}`; the content does not say it.")
    raise ReferenceDataError(
        f"does not say which release of the {title} it is.",
        where=file.name,
        hint="Give the file a name with year and month, such as `trans2020_04.xlsx`.",
    )


def of_year(file: SourceFile, year: int, month: int, note: str) -> ReleasePeriod:
    """The release of a stated year and month."""
    return _period(file, date(year, month, 1), note)


def _start_in(name: str) -> date | None:
    found = re.search(r"(?<!\d)(20\d\d)[-_ ]?q([1-4])(?!\d)", name, re.IGNORECASE)
    if found:
        return date(int(found[1]), int(found[2]) * 3 - 2, 1)
    found = re.search(r"(?<!\d)(20\d\d)(?:[-_ ]?(01|04|07|10))?(?!\d)", name)
    if found:
        return date(int(found[1]), int(found[2] or 1), 1)
    # `HCPC18_...`: two digits right after the name of the code set.
    found = re.search(r"HCPCS?[-_ ]?(\d\d)(?!\d)", name, re.IGNORECASE)
    return date(2000 + int(found[1]), 1, 1) if found else None


@cache
def _cycle() -> dict[str, Any]:
    text = resources.files("scrubjay.reference.loaders").joinpath("hcpcs_releases.yaml").read_text("utf-8")
    return yaml.safe_load(text)


def _period(file: SourceFile, start: date, note: str) -> ReleasePeriod:
    quarter = Quarter(start)
    is_annual = start.year <= _cycle()["annual_through"] and start.month == 1
    end = date(start.year + 1, 1, 1) if is_annual else quarter.end
    published_on, is_stated = published(file, quarter)
    return ReleasePeriod(f"{start:%Y-%m}", start, end, is_annual, published_on, is_stated, note)
