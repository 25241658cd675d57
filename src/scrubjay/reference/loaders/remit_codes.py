"""Claim adjustment reason codes (CARC) and remittance advice remark codes (RARC): numbers, dates, status.

The wording belongs to X12 and is never kept, not even when a licensed user's list holds it. Read are lists
as CSV or spreadsheet with a start date, lists saved as a web page (dates follow the wording as `Start: ...`),
and a plain CSV of list, code and status. The paraphrases are those of the packaged set, in our own words.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.named_period import day_in, short_name
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference.loaders.base import SourceFile

_SOURCE = "X12 code list"
_PATTERNS = {"carc": r"^(?:\d{1,3}|[A-LO-Z]\d{1,2})$", "rarc": r"^(?:M|MA|N)\d{1,4}$"}
_CODE = Wanted("code", r"(?:(?:carc|rarc|reason|remark) ?)?codes?(?: value| number)?|carc|rarc")
_START = Wanted("start", r"(?:start|effective)(?: date)?")
_DATED = (
    _CODE,
    _START,
    Wanted("stop", r"(?:stop|end|deactivat\w+)(?: date)?", is_required=False),
    Wanted("modified", r"(?:last )?(?:modified|updated?)(?: date)?", is_required=False),
    # Named so that they are no surplus columns; neither is kept.
    Wanted("words", r"(?:long |short )?(?:description|text|message)", is_required=False),
    Wanted("remark", r"notes?|comments?", is_required=False),
    Wanted("status", r"status", is_required=False),
)
_PLAIN = (Wanted("list", r"list"), Wanted("status", r"status"), _CODE)
_STATES = {"current": True, "active": True, "deactivated": False, "inactive": False}
_US_DAY, _ISO_DAY = r"^\d{1,2}/\d{1,2}/\d{4}$", r"^\d{4}-\d{2}-\d{2}(?: 00:00:00)?$"
_ON_PAGE = {
    "start": r"Start:\s*(\d{1,2}/\d{1,2}/\d{4})",
    "stop": r"Stop:\s*(\d{1,2}/\d{1,2}/\d{4})",
    "modified": r"Last Modified:\s*(\d{1,2}/\d{1,2}/\d{4})",
}
_UNDATED = "The list gives no dates: the status is that of this day."


def recognises(file: SourceFile) -> bool:
    """Whether it is a list of such codes with dates or status. Never raises."""
    if _is_page(file.head):
        text = file.head.decode("utf-8", "replace")
        return re.search(_ON_PAGE["start"], text) is not None and bool(_page_rows(text))
    return recognises_table(file, _PLAIN[:2], lambda _: True) or recognises_table(
        file, _DATED[:2], lambda _: True
    )


def load(file: SourceFile) -> Release:
    """Read the lists of one file.

    Raises:
        ReferenceDataError: a code of neither list, a cell that is no date or status, or an undated list
            whose name tells no day.
    """
    warnings: tuple[str, ...] = ()
    if _is_page(file.head):
        rows = _page(file)
    else:
        is_plain = recognises_table(file, _PLAIN[:2], lambda _: True)
        table = read_table(file, _PLAIN if is_plain else _DATED, source=_SOURCE)
        rows, warnings = table.frame, table.warnings
    rows = _typed(rows, file.name)
    last = rows.select(pl.max_horizontal(pl.col("modified").max(), pl.col("start").max())).item()
    day = day_in(short_name(file)) or last
    if day is None:
        raise ReferenceDataError(
            "holds no date, and its name tells no day.",
            where=file.name,
            hint="Give it a name with the day it was retrieved, such as carc_rarc_2026-08-17.csv.",
        )
    parts = tuple(
        (name, part) for name in _PATTERNS if (part := rows.filter(pl.col("set_name") == name)).height
    )
    twice = rows.filter(pl.struct("set_name", "code").is_duplicated())["code"].unique().sort()
    if twice.len():
        warnings = (*warnings, f"{twice.len():,} code(s) stand twice, first {twice[0]}.")
    source = f"X12 {' and '.join(name.upper() for name, _ in parts)} list, numbers and status"
    return Release(
        loader=LOADER.name,
        source=source,
        edition=day.isoformat(),
        published_on=day,
        is_published_stated=False,
        rows=rows.height,
        sets=tuple(_set_release(name, part, day, source) for name, part in parts),
        warnings=warnings,
    )


def _set_release(name: str, rows: pl.DataFrame, day: date, source: str) -> SetRelease:
    declared = SETS[name]
    key = declared.keys[0]
    is_dated = pl.col("start").is_not_null()
    begins = pl.when(is_dated).then("start").otherwise(pl.lit(day))
    after = pl.col("stop").dt.offset_by("1d")
    common = (
        pl.col("code").alias(key),
        pl.lit(day).alias("known_from"),
        pl.lit(source).alias("source"),
        pl.lit(day.isoformat()).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"X12 code list as of {day}; any paraphrase is ours").alias("citation"),
        pl.when(is_dated.not_()).then(pl.lit(_UNDATED)).alias("note"),
    )
    # A code with a stop date is active to that day and inactive after it.
    first = rows.select(
        *common,
        pl.coalesce("is_active", pl.lit(value=True)).alias("is_active"),
        begins.alias("effective_from"),
        after.alias("effective_to"),
    )
    ended = rows.filter(pl.col("stop").is_not_null()).select(
        *common,
        pl.lit(value=False).alias("is_active"),
        after.alias("effective_from"),
        pl.lit(None, pl.Date).alias("effective_to"),
    )
    ours = read_set(name).select(key, "paraphrase").unique(key, keep="last", maintain_order=True)
    frame = pl.concat([first, ended]).join(ours, on=key, how="left", maintain_order="left")
    return SetRelease(
        set_name=name,
        frame=declared.conform(frame.unique(maintain_order=True)),
        covers_from=day,
        covers_to=None,
        is_complete=True,
        note="Numbers, dates and status; no wording.",
    )


def _typed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Codes with the set they belong to, dates as dates, status as a flag."""
    absent = [c for c in ("start", "stop", "modified", "status", "list") if c not in rows.columns]
    rows = rows.with_columns(
        *(pl.lit(None, pl.String).alias(c) for c in absent), pl.col("code").str.to_uppercase()
    ).filter(pl.col("code").is_not_null())
    # A spreadsheet may show a number of the list as 1.0.
    code = pl.col("code").str.replace(r"\.0$", "")
    by_pattern = pl.coalesce(pl.when(code.str.contains(p)).then(pl.lit(s)) for s, p in _PATTERNS.items())
    named = pl.col("list").str.to_lowercase()
    rows = rows.with_columns(
        code,
        pl.when(named.is_null()).then(by_pattern).when(named == by_pattern).then(named).alias("set_name"),
        pl.col("status")
        .str.to_lowercase()
        .replace_strict(_STATES, default=None, return_dtype=pl.Boolean)
        .alias("is_active"),
    )
    _refuse(rows, pl.col("set_name").is_null(), "code", name)
    _refuse(rows, pl.col("status").is_not_null() & pl.col("is_active").is_null(), "status", name)
    for column in ("start", "stop", "modified"):
        cell = pl.col(column)
        day = (
            pl.when(cell.str.contains(_US_DAY)).then(cell.str.to_date("%m/%d/%Y", strict=False))
            .when(cell.str.contains(_ISO_DAY)).then(cell.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
        )  # fmt: skip
        _refuse(rows, cell.is_not_null() & day.is_null(), column, name)
        rows = rows.with_columns(day.alias(column))
    return rows.select("set_name", "code", "start", "stop", "modified", "is_active")


def _refuse(rows: pl.DataFrame, is_bad: pl.Expr, column: str, name: str) -> None:
    bad = rows.filter(is_bad)
    if bad.height:
        raise ReferenceDataError(
            f"the {column} {bad.item(0, column)!r} is not one of the {_SOURCE}.",
            where=f"{name}, row {bad.item(0, ROW)}",
            hint="Lists with code, start date and stop date are read, and lists with list, code and status.",
        )


def _is_page(head: bytes) -> bool:
    return re.search(rb"<(?:html|table|!doctype html)\b", head[:4096], re.IGNORECASE) is not None


def _page(file: SourceFile) -> pl.DataFrame:
    text = file.read().decode("utf-8", "replace")
    if "</table>" not in text.lower():
        raise ReferenceDataError(
            "breaks off before its table ends.", where=file.name, hint="Save the page again."
        )
    found = _page_rows(text)
    schema = {ROW: pl.UInt32, "code": pl.String, "said": pl.String}
    frame = pl.DataFrame(found, schema=schema, orient="row")
    return frame.select(
        ROW, "code", *(pl.col("said").str.extract(p, 1).alias(name) for name, p in _ON_PAGE.items())
    )


def _page_rows(text: str) -> list[tuple[int, str, str]]:
    """Line, code and the rest of each table row whose first cell is a code."""
    parser = _Rows()
    parser.feed(text)
    codes = re.compile("|".join(_PATTERNS.values()))
    return [
        (line, cells[0], " ".join(cells[1:]))
        for line, cells in parser.rows
        if cells and codes.match(cells[0])
    ]


class _Rows(HTMLParser):
    """Table rows of a page: the line each begins on and the text of its cells."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, list[str]]] = []
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append((self.getpos()[0], []))
            self._is_in_cell = False
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1][1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            cells = self.rows[-1][1]
            cells[-1] = f"{cells[-1]} {data}".strip()


LOADER = Loader(
    name="remit-codes",
    title="CARC and RARC numbers with status (a licensed user's list)",
    sets=("carc", "rarc"),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://x12.org/codes (numbers and status of the real lists were at hand, no licensed export)",
)
