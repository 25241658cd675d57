"""A table as CMS releases it: notes, a header row, data, notes again; text or spreadsheet.

Cells come out as strings with their blanks cut, an empty cell as null. Amounts become exact decimals; what
is no number becomes null and a warning. Rows are counted as a spreadsheet counts them, from 1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from scrubjay.codes import HCPCS_PATTERN
from scrubjay.errors import ReferenceDataError
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scrubjay.reference.loaders.base import SourceFile

ROW = "_row"
"""Name of the column that holds the row number."""
_HEAD_ROWS = 60
_SHOWN = 5
_NUMBER = r"^-?(?:\d{1,12}(?:\.\d*)?|\.\d+)$"
_PLACES = 6
_SAMPLE = 65_536
# What stands around an amount: currency, thousands, percent, footnote marks, blanks of any kind.
_ORNAMENT = r"[$,%*\s\u{00A0}\u{200B}\u{FEFF}]"
_BLANKS = " \t\r\n\u00a0\u200b\ufeff"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One column that a source publishes.

    Attributes:
        name: what it is called in the frame.
        header: pattern of the whole header cell, lower case, with every run of other signs as one blank.
        is_required: a file without it is laid out anew and refused.
    """

    name: str
    header: str
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """What was read.

    Attributes:
        frame: the wanted columns as strings, and `_row`; rows without any cell are left out.
        notes: the cells above the header, one after another.
        headers: the header cell of every column that was found, as written.
        warnings: surplus columns, a last row that may be cut.
    """

    frame: pl.DataFrame
    notes: str
    headers: Mapping[str, str]
    warnings: tuple[str, ...]


def squeezed(header: str | None) -> str:
    """A header cell in lower case, every run of other signs as one blank."""
    return " ".join(re.findall(r"[a-z0-9]+", (header or "").lower()))


def recognises_table(file: SourceFile, wanted: Sequence[Wanted], says: Callable[[str], bool]) -> bool:
    """Whether a file's first rows hold the wanted header below notes that `says` accepts. Never raises."""
    try:
        is_text = not file.head.startswith((_ZIP, _OLE))
        tables = _sheets(file, "", limit=_HEAD_ROWS) if is_text else _first_of_spreadsheet(file)
    except (ReferenceDataError, OSError):
        return False
    return any(
        (at := _header_row(rows, wanted)) is not None and says(_notes(rows[: at + 1])) for rows in tables
    )


def read_table(file: SourceFile, wanted: Sequence[Wanted], *, source: str) -> ReleasedTable:
    """Read the table below its notes.

    Args:
        file: the file, text or spreadsheet.
        wanted: the columns.
        source: the source in the user's words, for messages.

    Raises:
        ReferenceDataError: no such header, a missing column, a row of another width, a file cut off.
    """
    sheets = _sheets(file, source, limit=None)
    for rows in sheets:
        at = _header_row(rows, wanted)
        if at is not None:
            return _table(rows, at, wanted, file.name, source)
    raise ReferenceDataError(
        f"has no header row of {source}.",
        where=file.name,
        hint=f"A row should name the columns {_named(wanted)}. Is it the file as released?",
    )


def _table(rows: Rows, at: int, wanted: Sequence[Wanted], name: str, source: str) -> ReleasedTable:
    header = [squeezed(cell) for cell in rows[at]]
    places: dict[str, int] = {}
    for column in wanted:
        found = [i for i, cell in enumerate(header) if re.fullmatch(column.header, cell)]
        if len(found) > 1:
            raise ReferenceDataError(
                f"has two columns `{rows[at][found[0]]}`.", where=f"{name}, row {at + 1}"
            )
        if found:
            places[column.name] = found[0]
        elif column.is_required:
            raise ReferenceDataError(
                f"has no column for {column.name.replace('_', ' ')}.",
                where=f"{name}, row {at + 1}",
                hint=f"The layout of {source} has changed; this version of scrubjay reads {_named(wanted)}.",
            )
    width = len(header)
    wide = next((i for i, row in enumerate(rows) if i > at and any(row[width:])), None)
    if wide is not None:
        raise ReferenceDataError(
            f"has {len(rows[wide])} cells where the header names {width}.",
            where=f"{name}, row {wide + 1}",
            hint="A quote or a comma may be missing; get the file again.",
        )
    surplus = [str(rows[at][i]) for i, cell in enumerate(header) if cell and i not in places.values()]
    # Short rows stay short of cells only at their end; the file itself pads, a hand edit may not.
    padded = [[*row[:width], *[None] * (width - len(row))] for row in rows[at + 1 :]]
    frame = pl.DataFrame(padded, schema={f"c{i}": pl.String() for i in range(width)}, orient="row")
    frame = (
        frame.with_columns(pl.all().str.strip_chars(_BLANKS))
        .with_columns(pl.when(pl.all() != "").then(pl.all()))
        .with_row_index(ROW, offset=at + 2)
        .filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
        .select(
            ROW,
            *(pl.col(f"c{i}").alias(column) for column, i in places.items()),
            *(pl.lit(None, pl.String).alias(w.name) for w in wanted if w.name not in places),
        )
    )
    said = (f"Columns that are not read: {', '.join(f'`{s}`' for s in surplus)}.",) if surplus else ()
    headers = {column: str(rows[at][i]) for column, i in places.items()}
    return ReleasedTable(frame, _notes(rows[:at]), headers, said)


def _named(wanted: Iterable[Wanted]) -> str:
    return ", ".join(w.name.replace("_", " ") for w in wanted if w.is_required)


def _notes(rows: Rows) -> str:
    return "\n".join(cell.strip(_BLANKS) for row in rows for cell in row if cell and cell.strip(_BLANKS))


def _header_row(rows: Rows, wanted: Sequence[Wanted]) -> int | None:
    """The first row that names the first wanted column and at least one more."""
    for at, row in enumerate(rows[:_HEAD_ROWS]):
        cells = [squeezed(cell) for cell in row]
        hits = [any(re.fullmatch(w.header, cell) for cell in cells if cell) for w in wanted]
        if hits[0] and sum(hits) > 1:
            return at
    return None


@lru_cache(maxsize=1)
def _first_of_spreadsheet(file: SourceFile) -> list[Rows]:
    # Loaders ask one after another about the same file, and a spreadsheet shows its rows only when opened.
    return _sheets(file, "", limit=_HEAD_ROWS)


def _sheets(file: SourceFile, source: str, *, limit: int | None) -> list[Rows]:
    if file.head.startswith((_ZIP, _OLE)):
        if file.head.startswith(_ZIP) and b"[Content_Types].xml" not in file.head:
            return []
        return _spreadsheet(file, source, limit)
    if limit is None:
        return [_text_rows(_decoded(file.read()), file.name)]
    # The head may end inside a cell, or the file be broken further down; what comes before is enough.
    text = _decoded(file.head[: file.head.rfind(b"\n") + 1 or None])
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(_reader(text), limit))
    return [rows]


def _spreadsheet(file: SourceFile, source: str, limit: int | None) -> list[Rows]:
    try:
        book = fastexcel.read_excel(file.read())
        return [_sheet(book, name, limit) for name in book.sheet_names]
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise ReferenceDataError(
            f"is no spreadsheet that can be opened{f' as {source}' if source else ''}.",
            where=file.name,
            hint="It may be cut off; get it again.",
        ) from error


def _sheet(book: fastexcel.ExcelReader, name: str, limit: int | None) -> Rows:
    # The stub of fastexcel leaves out the type that needs pyarrow.
    sheet = book.load_sheet(name, header_row=None, n_rows=limit, dtypes="string")  # pyright: ignore[reportUnknownMemberType]
    return sheet.to_polars().rows()


def _decoded(raw: bytes) -> str:
    """UTF-8 with or without a mark, else the Windows page that CMS's older files are written in."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Every byte has a sign in latin-1; only notes and short descriptors hold any beyond ASCII.
        return raw.decode("latin-1")


def _reader(text: str) -> Iterable[list[str]]:
    sample = text[:_SAMPLE]
    delimiter = "\t" if sample.count("\t") > sample.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _text_rows(text: str, name: str) -> Rows:
    rows: list[list[str]] = []
    try:
        rows.extend(_reader(text))
    except csv.Error as error:
        raise ReferenceDataError(
            f"breaks off or has a stray quote ({error}).",
            where=f"{name}, row {len(rows) + 1}",
            hint="Get the file again.",
        ) from error
    if rows and not text.endswith(("\n", "\r")) and any(rows[-1]):
        raise ReferenceDataError(
            "ends in the middle of a row.",
            where=f"{name}, row {len(rows)}",
            hint="The file was cut off; get it again. If it is whole, end its last row with a line end.",
        )
    return rows


def number(column: str, *, blank: tuple[str, ...] = ()) -> pl.Expr:
    """An amount as an exact decimal; null where the cell is empty, one of `blank`, or no number."""
    bare = pl.col(column).str.replace_all(_ORNAMENT, "")
    return pl.when(bare.str.contains(_NUMBER) & ~pl.col(column).is_in(blank)).then(bare).cast(QUANTITY)


def number_warnings(frame: pl.DataFrame, columns: Iterable[str], *, blank: tuple[str, ...] = ()) -> list[str]:
    """One sentence for each column with cells that are no number, or more exact than can be kept."""
    said: list[str] = []
    for column in columns:
        bare = pl.col(column).str.replace_all(_ORNAMENT, "")
        given = frame.filter(pl.col(column).is_not_null(), ~pl.col(column).is_in(blank), bare != "")
        what = column.replace("_", " ")
        bad = given.filter(~bare.str.contains(_NUMBER))
        if bad.height:
            said.append(f"The {what} is no number in {shown(bad, column)}: left empty.")
        fine = given.filter(bare.str.contains(rf"^-?\d*\.\d{{{_PLACES}}}\d*[1-9]\d*$"))
        if fine.height:
            said.append(f"The {what} has more than {_PLACES} decimals in {shown(fine, column)}: rounded.")
    return said


def shown(rows: pl.DataFrame, column: str) -> str:
    """The first rows of a frame by number and cell, and how many more there are."""
    some = [f"row {row} (`{cell}`)" for row, cell in rows.select(ROW, column).head(_SHOWN).iter_rows()]
    more = f" and {rows.height - _SHOWN:,} more rows" if rows.height > _SHOWN else ""
    return f"{', '.join(some)}{more}"


def row_ranges(numbers: Iterable[int]) -> str:
    """Row numbers in one line: `12, 15-18, 40`."""
    spans: list[list[int]] = []
    for number_ in sorted(numbers):
        if spans and number_ == spans[-1][1] + 1:
            spans[-1][1] = number_
        else:
            spans.append([number_, number_])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


def coded(
    frame: pl.DataFrame, raw: str = "code", *, by: Sequence[str] = ()
) -> tuple[pl.DataFrame, list[str]]:
    """Give the rows that are about a code, the code clean in `hcpcs`, and what was odd.

    A cell with stray signs that some encoding left (`A4341ÿ`) is read as the code without them; where the
    same code also stands clean, the clean row is taken. Rows of notes below the table have no other cell.

    Args:
        frame: as `read_table` gives it.
        raw: the column of the code as written.
        by: columns that tell editions apart, where one table holds several.
    """
    others = [c for c in frame.columns if c not in (ROW, raw, *by)]
    frame = frame.filter(pl.any_horizontal(pl.col(*others).is_not_null())).with_columns(
        pl.col(raw).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "").alias("hcpcs")
    )
    said: list[str] = []
    is_code = pl.col("hcpcs").str.contains(HCPCS_PATTERN).fill_null(value=False)
    none = frame.filter(~is_code)
    if none.height:
        said.append(f"No HCPCS code in {shown(none, raw)}: not read.")
    frame = frame.filter(is_code).with_columns(
        (pl.col(raw).str.to_uppercase() != pl.col("hcpcs")).alias("_is_odd")
    )
    odd = frame.filter("_is_odd")
    if odd.height:
        said.append(f"A code has stray signs beside it in {shown(odd, raw)}: read without them.")
        clean = frame.filter(~pl.col("_is_odd")).select("hcpcs", *by)
        twice = odd.join(clean, on=["hcpcs", *by], how="semi")
        if twice.height:
            said.append(
                f"The same code also stands clean beside {shown(twice, raw)}: the clean row was taken."
            )
            frame = frame.join(twice.select(ROW), on=ROW, how="anti")
    return frame.drop("_is_odd"), said
