"""A large table as an agency exports it: a header, then rows; read as columns, without notes around it.

For files too large to go through cell by cell. All cells come out as strings, blanks cut, empty ones null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.tables.columns import DATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from scrubjay.reference.loaders.base import SourceFile

ROW = "_row"
"""Name of the column that holds the number of the data row, the header being 1."""
_SHOWN = 5
_BLANKS = " \t\r\n\u00a0\u200b\ufeff"
_ISO = r"^(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?$"
_AMERICAN = r"^(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?$"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})$"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a source publishes one table.

    Attributes:
        source: the source in the user's words.
        published: every column that the published layout names, lower case.
        wanted: published name to our name, of the columns that are read.
        optional: of these, the published names that an older layout lacks.
        separator: between cells.
        is_quoted: cells may stand in quotes and hold separators and line ends.
    """

    source: str
    published: Sequence[str]
    wanted: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    separator: str = ","
    is_quoted: bool = True


@dataclass(frozen=True, slots=True)
class PlainTable:
    """What was read: the wanted columns under our names and `_row`, and what was odd."""

    frame: pl.DataFrame
    warnings: tuple[str, ...]


def header_of(file: SourceFile, layout: Layout) -> tuple[str, ...]:
    """The header cells of a file in lower case; none where its head holds no line. Never raises."""
    # The head may end inside a character, so only its first line is decoded.
    line = _decoded(file.head.lstrip(b"\r\n").partition(b"\n")[0])
    if layout.is_quoted:
        line = line.replace('"', "")
    return tuple(cell.strip(_BLANKS).lower() for cell in line.split(layout.separator)) if line.strip() else ()


def recognises_layout(file: SourceFile, layout: Layout) -> bool:
    """Whether the header has every column that the layout needs. Never raises."""
    return set(layout.wanted) - layout.optional <= set(header_of(file, layout))


def read_plain(file: SourceFile, layout: Layout) -> PlainTable:
    """Read the wanted columns.

    Args:
        file: the file, text.
        layout: what it should hold.

    Raises:
        ReferenceDataError: a column is missing or named twice, a row has too few or too many cells, the file
            breaks off.
    """
    header = header_of(file, layout)
    missing = [name for name in layout.wanted if name not in header and name not in layout.optional]
    if missing:
        raise ReferenceDataError(
            f"has no column {', '.join(f'`{m}`' for m in missing)}.",
            where=f"{file.name}, line 1",
            hint=f"The layout of {layout.source} has changed, or the file is not as released.",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise ReferenceDataError(f"has two columns `{twice[0]}`.", where=f"{file.name}, line 1")
    text = _decoded(file.read())
    if not text.endswith(("\n", "\r")):
        raise ReferenceDataError(
            "ends in the middle of a row.",
            where=file.name,
            hint="The file was cut off; get it again. If it is whole, end its last row with a line end.",
        )
    _refuse_ragged(text, len(header), layout, file.name)
    frame = _parsed(text, header, layout, file.name)
    surplus = [name for name in header if name and name not in layout.published]
    said = (f"Columns that are not read: {', '.join(f'`{s}`' for s in surplus)}.",) if surplus else ()
    return PlainTable(frame, said)


def _parsed(text: str, header: Sequence[str], layout: Layout, name: str) -> pl.DataFrame:
    places = {ours: header.index(theirs) for theirs, ours in layout.wanted.items() if theirs in header}
    absent = [ours for ours in layout.wanted.values() if ours not in places]
    try:
        raw = pl.read_csv(
            text.encode(),
            separator=layout.separator,
            quote_char='"' if layout.is_quoted else None,
            infer_schema=False,
            has_header=False,
            skip_rows=1,
            schema={f"c{i}": pl.String() for i in range(len(header))},
        )
    except pl.exceptions.NoDataError:
        raw = pl.DataFrame()
    except pl.exceptions.PolarsError as error:
        raise ReferenceDataError(
            "cannot be read as a table.", where=name, hint="Get the file again."
        ) from error
    if raw.is_empty():
        raise ReferenceDataError(
            "holds a header and no rows.", where=name, hint="It may be cut off; get it again."
        )
    cells = pl.all().exclude(ROW)
    return (
        raw.select(pl.col(f"c{i}").alias(ours) for ours, i in places.items())
        .with_row_index(ROW, offset=2)
        .with_columns(cells.str.strip_chars(_BLANKS))
        .with_columns(pl.when(cells != "").then(cells))
        .with_columns(pl.lit(None, pl.String).alias(column) for column in absent)
        .filter(pl.any_horizontal(cells.is_not_null()))
    )


def _refuse_ragged(text: str, width: int, layout: Layout, name: str) -> None:
    # Polars fills a short row with nulls, so the cells are counted before. Without what stands in quotes
    # every row is one line.
    bare = re.sub(r'"[^"]*"', "", text) if layout.is_quoted else text
    lines = pl.Series("line", bare.split("\n")).str.strip_chars_end("\r").to_frame()
    cells = pl.col("line").str.count_matches(layout.separator, literal=True) + 1
    is_odd = cells != width
    if layout.is_quoted:
        is_odd |= pl.col("line").str.contains('"', literal=True)
    odd = lines.with_row_index("number", offset=1).filter(pl.col("line") != "", is_odd)
    if odd.height:
        found = odd.select(cells).item(0, 0)
        stray = '"' in odd.item(0, "line") and layout.is_quoted
        raise ReferenceDataError(
            "has a stray quote." if stray else f"has {found} cells where the header names {width}.",
            where=f"{name}, row {odd.item(0, 'number')}",
            hint="The file is damaged; get it again.",
        )


def _decoded(raw: bytes) -> str:
    """UTF-8 with or without a mark, else the Windows page that the agencies' older exports are in."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def day(column: str | pl.Expr) -> pl.Expr:
    """A date written `2024-01-31 00:00:00`, `1/31/2024` or `20240131`; null where it is none of these."""
    cell = pl.col(column) if isinstance(column, str) else column
    iso = cell.str.replace(_ISO, "$1-$2-$3").str.to_date("%Y-%m-%d", strict=False)
    american = cell.str.replace(_AMERICAN, "$1/$2/$3").str.to_date("%m/%d/%Y", strict=False)
    compact = cell.str.replace(_COMPACT, "$1-$2-$3").str.to_date("%Y-%m-%d", strict=False)
    return (
        pl.when(cell.str.contains(_ISO))
        .then(iso)
        .when(cell.str.contains(_AMERICAN))
        .then(american)
        .when(cell.str.contains(_COMPACT))
        .then(compact)
        .cast(DATE)
    )


def after(column: str | pl.Expr) -> pl.Expr:
    """The first day after an inclusive last day."""
    last = pl.col(column) if isinstance(column, str) else column
    return last.dt.offset_by("1d")


def without_bad_dates(frame: pl.DataFrame, columns: Iterable[str]) -> tuple[pl.DataFrame, list[str]]:
    """Leave out rows whose dates cannot be understood, and say so: a missing bound would widen the period.

    Args:
        frame: rows with `_row`; the dates as written.
        columns: the date columns.

    Returns:
        The other rows with real dates, and a sentence for each column with bad cells.
    """
    said: list[str] = []
    for column in columns:
        bad = frame.filter(pl.col(column).is_not_null() & day(column).is_null())
        if bad.height:
            said.append(f"No date in `{column}` of {shown(bad, column)}: these rows are left out.")
            frame = frame.join(bad.select(ROW), on=ROW, how="anti", maintain_order="left")
    return frame.with_columns(day(column).alias(column) for column in columns), said


def without(frame: pl.DataFrame, bad: pl.DataFrame, what: str, column: str) -> tuple[pl.DataFrame, list[str]]:
    """Leave out the rows `bad`, and the sentence that says so, if there are any."""
    if bad.is_empty():
        return frame, []
    said = f"{what} in {shown(bad, column)}: left out."
    return frame.join(bad.select(ROW), on=ROW, how="anti", maintain_order="left"), [said]


def shown(rows: pl.DataFrame, column: str) -> str:
    """The first rows of a frame by number and cell, and how many more there are."""
    some = [f"row {row} (`{cell or ''}`)" for row, cell in rows.select(ROW, column).head(_SHOWN).iter_rows()]
    more = f" and {rows.height - _SHOWN:,} more rows" if rows.height > _SHOWN else ""
    return f"{', '.join(some)}{more}"


def release_day(file: SourceFile, latest: date | None, *, source: str) -> tuple[date, bool]:
    """Publication day of an undated export, and whether it is stated.

    The day that the archive records; else the day that the file's name gives; else the latest change that
    the rows speak of, since the export cannot be older.

    Args:
        file: the file.
        latest: latest change that the rows speak of, if they do.
        source: the source in the user's words.

    Raises:
        ReferenceDataError: nothing tells.
    """
    if file.modified_on is not None:
        return file.modified_on, True
    named = re.search(
        r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", file.name.replace("\\", "/").rpartition("/")[2]
    )
    if named is not None:
        found = pl.select(day(pl.lit(named[0]))).item()
        if found is not None:
            return found, True
    if latest is not None:
        return latest, False
    raise ReferenceDataError(
        f"does not say which day's {source} it is.",
        where=file.name,
        hint="Load the archive as downloaded, or give the file a name with the day, such as `..._2026-09-01.txt`.",
    )
