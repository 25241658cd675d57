"""CMS code lists as CSV of code, display and definition, as its data warehouse publishes them.

Which list a file is, its codes tell; `code_lists.yaml` says how, and into which set it goes. A list that no
set wants is recognised all the same, and its release says so with the count.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference.loaders.base import SourceFile

_HEADER = ("code", "display", "definition")
_WANTED = tuple(Wanted(name, name) for name in _HEADER)
_NOTHING = r"~+"
_NUMERIC = r"(?i)\bEFF(?:ECTIVE)?\.?:? *(\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))\b"
_SPELLED = r"(?i)\bEFF(?:ECTIVE)?\.?:? *([A-Z]+ \d{1,2}, \d{4})\b"


@dataclass(frozen=True, slots=True)
class _List:
    """One list as `code_lists.yaml` describes it."""

    name: str
    title: str
    pattern: str
    has: frozenset[str]
    lacks: frozenset[str]
    set_name: str | None
    columns: dict[str, str]
    why: str

    def holds(self, codes: set[str]) -> bool:
        """Whether these are codes of this list."""
        return (
            self.has <= codes
            and not self.lacks & codes
            and all(re.fullmatch(f"{self.pattern}|{_NOTHING}", code) for code in codes)
        )


def recognises(file: SourceFile) -> bool:
    """Whether the header is right and the codes are those of one list. Never raises."""
    return _list_of(file) is not None


def load(file: SourceFile) -> Release:
    """Read one list.

    Raises:
        ReferenceDataError: no known list, a row without a code, or a file cut off.
    """
    found = _list_of(file)
    if found is None:
        raise ReferenceDataError("holds the codes of no list that is known.", where=file.name)
    rows = read_table(file, _WANTED, source=f"CMS {found.title}").frame
    _refuse_bad(rows, found, file.name)
    source = f"CMS code list {found.name}"
    days = rows.select(stated_day(pl.col("display")).max()).item()
    known_from: date = days or _settings()["undated"]["known_from"]
    edition = days.isoformat() if days else "undated"
    sets: tuple[SetRelease, ...] = ()
    if found.set_name is None:
        warnings = (f"{found.name}, {found.title}, {rows.height:,} rows: no set for it ({found.why}).",)
    else:
        sets = (_set_release(rows, found, source, edition, known_from),)
        warnings = ()
    return Release(
        loader=LOADER.name,
        source=source,
        edition=edition,
        published_on=known_from,
        is_published_stated=False,
        rows=rows.height,
        sets=sets,
        warnings=warnings,
    )


def stated_day(text: pl.Expr) -> pl.Expr:
    """The day that a text calls effective, `(EFF. 9/16/2013)` or `(Effective July 1, 1988)`; null if none or several."""
    numeric, spelled = text.str.extract(_NUMERIC, 1), text.str.extract(_SPELLED, 1)
    several = text.str.count_matches(_NUMERIC) + text.str.count_matches(_SPELLED) > 1
    return pl.when(several.not_()).then(
        pl.coalesce(
            numeric.str.to_date("%m/%d/%Y", strict=False).pipe(_of_this_age),
            numeric.str.to_date("%m/%d/%y", strict=False),
            spelled.str.to_titlecase().str.to_date("%B %d, %Y", strict=False),
        )
    )


def _of_this_age(day: pl.Expr) -> pl.Expr:
    # A year of two digits would else be read as one of the first century.
    return pl.when(day.dt.year() > 1900).then(day)


def _set_release(rows: pl.DataFrame, found: _List, source: str, edition: str, known_from: date) -> SetRelease:
    name = found.set_name or ""
    is_code = pl.col("code").str.contains(f"^{_NOTHING}$").not_()
    frame = rows.filter(is_code).select(
        # Some names came with quotes that were escaped once too often.
        *(pl.col(column).str.strip_chars('\\"').alias(ours) for column, ours in found.columns.items()),
        stated_day(pl.col("display")).alias("effective_from"),
        pl.lit(known_from).alias("known_from"),
        pl.lit(source).alias("source"),
        pl.lit(edition).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"CMS, {found.title}").alias("citation"),
    )
    return SetRelease(
        set_name=name,
        frame=SETS[name].conform(frame),
        covers_from=known_from,
        covers_to=None,
        is_complete=True,
        note="The file states no release; it is not older than its latest date.",
    )


def _refuse_bad(rows: pl.DataFrame, found: _List, name: str) -> None:
    pattern = rf"^(?:{found.pattern}|{_NOTHING})$"
    bad = rows.filter(~pl.col("code").str.contains(pattern).fill_null(value=False))
    if bad.height:
        raise ReferenceDataError(
            f"the code {bad.item(0, 'code')!r} is none of {found.title}.",
            where=f"{name}, row {bad.item(0, ROW)}",
            hint="Get the file again.",
        )
    twice = rows.filter(pl.col("code").is_duplicated())
    if twice.height:
        raise ReferenceDataError(
            f"the code {twice.item(0, 'code')!r} stands twice.",
            where=f"{name}, row {twice.item(1, ROW)}",
            hint="Get the file again.",
        )


def _list_of(file: SourceFile) -> _List | None:
    text = file.head.decode("latin-1").removeprefix("ï»¿")
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        if tuple(cell.strip().lower() for cell in next(rows, list[str]())) != _HEADER:
            return None
        codes = [row[0].strip() for row in rows if row]
    except csv.Error:
        return None
    # The last row of the head may be cut.
    held = set(codes if file.size <= len(file.head) else codes[:-1])
    return next((known for known in _lists() if held and known.holds(held)), None)


@cache
def _settings() -> dict[str, Any]:
    text = resources.files("scrubjay.reference.loaders").joinpath("code_lists.yaml").read_text("utf-8")
    return yaml.safe_load(text)


@cache
def _lists() -> tuple[_List, ...]:
    return tuple(
        _List(
            name=entry["name"],
            title=entry["title"],
            pattern=entry["pattern"],
            has=frozenset(entry.get("has", ())),
            lacks=frozenset(entry.get("lacks", ())),
            set_name=entry.get("set"),
            columns=entry.get("columns", {}),
            why=entry.get("why", ""),
        )
        for entry in _settings()["lists"]
    )


LOADER = Loader(
    name="cms-code-lists",
    title="CMS code lists (contractors, specialties, adjustment groups; others are named and counted)",
    sets=("contractors", "specialties", "adjustment_groups"),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://github.com/CMSgov/beneficiary-fhir-data",
)
