"""NCCI procedure-to-procedure pairs: Medicare and Medicaid, practitioner and hospital.

Two layouts. CMS's own: a block of header rows, then column 1, column 2, a mark for pairs older than 1996,
effective and deletion date (`*` where there is none), modifier indicator, rationale; text with tabs or a
spreadsheet, often in parts `f1` to `f4`. And a plain CSV without effective dates, where 9999-12-31 means
active. There the first day of a pair is not known: an active pair is given from the first day of the
edition, a deleted one for its last day only, so that no day is called bundled that may not have been.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.named_period import NamedPeriod, period_of
from scrubjay.reference.loaders.ncci_names import MEDICAID, program_of, setting_of
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.reference.loaders.base import SourceFile

_SOURCE = "NCCI PTP table"
_ZIP = b"PK\x03\x04"
_HEAD_ROWS = 40
_COLUMNS = {
    "column1": r"column ?1(?: code)?",
    "column2": r"column ?2(?: code)?",
    "existed": r"in existence.*",
    "effective": r"effective.*",
    "deletion": r"deletion.*",
    "modifier": r"modifier.*",
    "rationale": r"(?:ptp edit )?rationale.*",
}
_REQUIRED = ("column1", "column2", "deletion", "modifier")
_CODE = r"^[0-9A-Z]{5}$"
_DAY = r"^\d{8}$"
_OPEN = "99991231"
_UNDATED = (
    "The file gives no first day: an active pair is given from the first day of the edition, a deleted one "
    "for its last day."
)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the data begins and which column is where."""

    skip: int
    places: dict[str, int]
    separator: str
    sheet: str | None
    notes: str
    surplus: tuple[str, ...]


def recognises(file: SourceFile) -> bool:
    """Whether the header block of pairs is in the first rows. Never raises."""
    try:
        return _layout(file) is not None
    except (ReferenceDataError, fastexcel.FastExcelError, pl.exceptions.PolarsError, csv.Error, OSError):
        return False


def load(file: SourceFile) -> Release:
    """Read one file of pairs.

    Raises:
        ReferenceDataError: another layout, a cell that is no code, date or indicator, a file cut off, or
            neither content nor name tells quarter and setting.
    """
    layout = _layout(file)
    if layout is None:
        raise ReferenceDataError(f"has no header block of the {_SOURCE}.", where=file.name)
    absent = [name for name in _REQUIRED if name not in layout.places]
    if absent:
        raise ReferenceDataError(
            f"has no column for {', '.join(absent)}.",
            where=f"{file.name}, row {layout.skip}",
            hint="The layout has changed; this version of scrubjay reads column 1, column 2, dates and modifier.",
        )
    period = period_of(file, layout.notes, source=f"the {_SOURCE}", example="ccipra-v302r0-f1.txt")
    setting = setting_of(file, layout.notes, source=_SOURCE)
    program = program_of(file, layout.notes) or "medicare"
    raw = _read(file, layout)
    _refuse_bad(raw, layout, file.name)
    frame = _periods(raw, period, has_first_days="effective" in layout.places)
    return _release(file, _Table(layout, period, setting, program), raw.height, frame)


@dataclass(frozen=True, slots=True)
class _Table:
    """What a file of pairs is of."""

    layout: _Layout
    period: NamedPeriod
    setting: str
    program: str


def _release(file: SourceFile, table: _Table, rows: int, frame: pl.DataFrame) -> Release:
    layout, period, setting, program = table.layout, table.period, table.setting, table.program
    is_medicaid = program == MEDICAID
    published_on, is_stated = period.published(file)
    source = f"CMS {program.title()} {_SOURCE}, {setting.replace('_', ' ')}"
    is_dated = "effective" in layout.places
    whole = frame.unique(maintain_order=True)
    warnings = _warnings(layout, frame.height - whole.height, whole)
    # Constants stay single values until the Parquet file is written; 2.5 million strings would not fit.
    filled = SETS["pairs"].conform(
        whole.with_columns(
            pl.lit(f"medicaid_{setting}" if is_medicaid else setting).alias("pair_setting"),
            pl.lit(published_on).alias("known_from"),
            pl.lit(source).alias("source"),
            pl.lit(period.edition).alias("edition"),
            pl.lit("A").alias("confidence"),
            pl.lit(f"CMS {program.title()} NCCI Procedure-to-Procedure edits, {_services(setting)}").alias(
                "citation"
            ),
            pl.lit(None if is_dated else _UNDATED, pl.String).alias("note"),
        )
    )
    part = (
        f"Part {period.part} of the edition: a pair that is absent may be in another part."
        if period.part
        else None
    )
    return Release(
        loader=LOADER.name,
        source=source,
        edition=period.edition,
        published_on=published_on,
        is_published_stated=is_stated,
        rows=rows,
        sets=(
            SetRelease(
                set_name="pairs",
                frame=filled,
                covers_from=period.day,
                covers_to=period.quarter_to,
                is_complete=period.part is None,
                note=part if is_dated else " ".join(filter(None, (part, _UNDATED))),
            ),
        ),
        warnings=tuple(warnings),
    )


def _services(setting: str) -> str:
    return {"practitioner": "Practitioner Services", "outpatient_hospital": "Hospital Services"}.get(
        setting, "DME Supplier Services"
    )


def _warnings(layout: _Layout, twice: int, frame: pl.DataFrame) -> list[str]:
    said: list[str] = []
    if layout.surplus:
        said.append(f"Columns that are not read: {', '.join(f'`{s}`' for s in layout.surplus)}.")
    if twice:
        said.append(f"{twice:,} row(s) stand twice; each is kept once.")
    ended = frame.filter(pl.col("effective_to") <= pl.col("effective_from")).height
    if ended:
        said.append(f"{ended:,} row(s) end before they begin: never in force.")
    pair = ["column1", "column2"]
    # Only pairs with several rows can overlap; they are few.
    several = frame.filter(pl.struct(pair).is_duplicated() if frame.height else pl.lit(value=False)).sort(
        *pair, "effective_from", nulls_last=False
    )
    before = pl.col("effective_to").shift(1).over(pair)
    is_first = pl.int_range(pl.len()).over(pair) == 0
    overlaps = several.filter(
        is_first.not_()
        & (before.is_null() | pl.col("effective_from").is_null() | (pl.col("effective_from") < before))
    ).filter(pl.col("modifier_indicator") != "9")
    if overlaps.height:
        one, two = overlaps.row(0)[:2]
        said.append(
            f"{overlaps.height:,} row(s) overlap an earlier row of the same pair, first {one} with {two}."
        )
    return said


def _periods(raw: pl.DataFrame, period: NamedPeriod, *, has_first_days: bool) -> pl.DataFrame:
    ends = pl.col("deletion").str.to_date("%Y%m%d")
    if has_first_days:
        # The mark says that the pair is older than the date given for it.
        starts = pl.when(pl.col("existed").is_null()).then(pl.col("effective").str.to_date("%Y%m%d"))
    else:
        starts = pl.coalesce(ends, pl.lit(period.day))
    return raw.select(
        "column1",
        "column2",
        pl.col("modifier").alias("modifier_indicator"),
        starts.alias("effective_from"),
        ends.dt.offset_by("1d").alias("effective_to"),
    )


def _read(file: SourceFile, layout: _Layout) -> pl.DataFrame:
    wanted = {name: place for name, place in layout.places.items() if name != "rationale"}
    raw = _spreadsheet(file, layout, wanted) if layout.sheet is not None else _text(file, layout, wanted)
    names = [
        pl.col(column).str.strip_chars().alias(name) for column, name in zip(raw.columns, wanted, strict=True)
    ]
    frame = raw.select(names).with_columns(pl.when(pl.all() != "").then(pl.all()))
    return (
        frame.with_row_index("_row", offset=layout.skip + 1)
        .filter(pl.any_horizontal(pl.col(*_REQUIRED).is_not_null()))
        .with_columns(
            *(pl.lit(None, pl.String).alias(name) for name in ("existed", "effective") if name not in wanted),
        )
        .with_columns(
            pl.col("deletion", "effective").str.replace_all("-", "", literal=True).str.strip_suffix(".0"),
            pl.col("modifier").str.strip_suffix(".0"),
        )
        .with_columns(pl.when(~pl.col("deletion").is_in(["*", _OPEN])).then("deletion").alias("deletion"))
    )


def _text(file: SourceFile, layout: _Layout, wanted: dict[str, int]) -> pl.DataFrame:
    content = file.read()
    if content and not content.endswith((b"\n", b"\r")):
        raise ReferenceDataError(
            "ends in the middle of a row.",
            where=file.name,
            hint="The file was cut off; get it again. If it is whole, end its last row with a line end.",
        )
    try:
        return pl.read_csv(
            content,
            has_header=False,
            skip_lines=layout.skip,
            separator=layout.separator,
            infer_schema=False,
            encoding="utf8-lossy",
            columns=list(wanted.values()),
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise ReferenceDataError(
            f"cannot be read as a table ({reason}).", where=file.name, hint="Get the file again."
        ) from error


def _spreadsheet(file: SourceFile, layout: _Layout, wanted: dict[str, int]) -> pl.DataFrame:
    try:
        book = fastexcel.read_excel(file.read())
        return _sheet(book, layout.sheet or book.sheet_names[0], layout.skip, None, list(wanted.values()))
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise ReferenceDataError(
            f"is no spreadsheet that can be opened as {_SOURCE}.",
            where=file.name,
            hint="It may be cut off; get it again.",
        ) from error


def _sheet(
    book: fastexcel.ExcelReader, name: str, skip: int, limit: int | None, columns: list[int] | None
) -> pl.DataFrame:
    # The stub of fastexcel leaves out the type that needs pyarrow.
    sheet = book.load_sheet(  # pyright: ignore[reportUnknownMemberType]
        name, header_row=None, skip_rows=skip, n_rows=limit, dtypes="string", use_columns=columns
    )
    return sheet.to_polars()


def _refuse_bad(raw: pl.DataFrame, layout: _Layout, name: str) -> None:
    checks = {
        "column1": pl.col("column1").str.contains(_CODE),
        "column2": pl.col("column2").str.contains(_CODE),
        "modifier": pl.col("modifier").is_in(["0", "1", "9"]),
        "deletion": pl.col("deletion").is_null() | _is_day("deletion"),
    }
    if "effective" in layout.places:
        checks["effective"] = _is_day("effective") | pl.col("existed").is_not_null()
    for column, is_good in checks.items():
        bad = raw.filter(~is_good.fill_null(value=False))
        if bad.height:
            row, cell = bad.row(0, named=True)["_row"], bad.item(0, column)
            what = "is missing" if cell is None else f"is {cell!r}"
            raise ReferenceDataError(
                f"the {column} {what}.",
                where=f"{name}, row {row}",
                hint="Is it the file as released? Get it again if it was edited or cut.",
            )


def _is_day(column: str) -> pl.Expr:
    text = pl.col(column)
    return text.str.contains(_DAY) & text.str.to_date("%Y%m%d", strict=False).is_not_null()


def _layout(file: SourceFile) -> _Layout | None:
    if not file.head.startswith(_ZIP):
        return _text_layout(file.head)
    if b"[Content_Types].xml" not in file.head:
        return None
    book = fastexcel.read_excel(file.read())
    for name in book.sheet_names:
        sheet = _sheet(book, name, 0, _HEAD_ROWS, None)
        found = _located([(at, list(row)) for at, row in enumerate(sheet.iter_rows())], sheet=name)
        if found is not None:
            return found
    return None


def _text_layout(head: bytes) -> _Layout | None:
    text = head.decode("latin-1").removeprefix("ï»¿")
    if not re.search(r"column ?1\b", text, re.IGNORECASE):
        return None
    separator = "\t" if "\t" in text else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str | None]]] = []
    before = 0
    for row in reader:
        # A quoted header cell may span lines; the reader counts them.
        rows.append((before, list(row)))
        before = reader.line_num
        if len(rows) == _HEAD_ROWS:
            break
    return _located(rows, separator=separator)


def _located(
    rows: Iterable[tuple[int, list[str | None]]], *, separator: str = ",", sheet: str | None = None
) -> _Layout | None:
    """The header block and the first row of data below it; a header may span several rows."""
    notes: list[str] = []
    header: list[str] | None = None
    for at, row in rows:
        cells = [" ".join((cell or "").split()) for cell in row]
        if header is None:
            if len(cells) > 1 and _is(cells[0], "column1") and _is(cells[1], "column2"):
                header = cells
            else:
                notes += [cell for cell in cells if cell]
            continue
        if all(re.match(_CODE, cell) and re.search(r"\d", cell) for cell in cells[:2]) and len(cells) > 1:
            return _columns(header, at, separator, sheet, notes)
        header = [f"{a} {b}".strip() for a, b in zip(header, cells + [""] * len(header), strict=False)]
    return None


def _columns(header: list[str], skip: int, separator: str, sheet: str | None, notes: list[str]) -> _Layout:
    places = {
        name: place
        for name in _COLUMNS
        for place in [next((i for i, cell in enumerate(header) if _is(cell, name)), None)]
        if place is not None
    }
    surplus = tuple(cell for i, cell in enumerate(header) if cell and i not in places.values())
    return _Layout(
        skip,
        dict(sorted(places.items(), key=lambda pair: pair[1])),
        separator,
        sheet,
        "\n".join(notes),
        surplus,
    )


def _is(cell: str, column: str) -> bool:
    squeezed = " ".join(re.findall(r"[a-z0-9]+", cell.lower()))
    return re.fullmatch(_COLUMNS[column], squeezed) is not None


LOADER = Loader(
    name="ncci-ptp",
    title="NCCI procedure-to-procedure pairs (Medicare and Medicaid; practitioner, hospital, DME)",
    sets=("pairs",),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-procedure-procedure-ptp-edits (a reduced CSV of a real edition was at hand, not CMS's own files)",
)
