"""Reads a charge master as columns: row, code, description, price; from csv, tsv or xlsx, header found by its words."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.errors import UnreadableInputError
from scrubjay.guides.text_file import decoded, kind_of, limit, read_bytes, too_large
from scrubjay.guides.word_format import refuse_bomb
from scrubjay.tables import MONEY

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = {
    "code": r"\bhcpcs\b|\bcpt\b|\bj-?code\b|\bproc(?:edure)?\s*code\b|\bbilling code\b|^code$|\bcode\b",
    "description": r"\bdesc\w*\b|\bdrug\b|\bname\b|\bitem\b|\bservice\b|\bmedication\b|\bproduct\b",
    "price": r"\bprice\b|\bcharge\b|\bamount\b|\bfee\b|\brate\b|\bgross\b|\bcost\b",
}
_HEADER_ROWS = 40
_SEPARATORS = (",", ";", "\t", "|")


def read_charges(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The rows of a charge master.

    Args:
        path: csv, tsv or xlsx.

    Returns:
        Columns `row` (number in the file, from 1), `code`, `description`, `price` (MONEY), `price_text`; and notes.

    Raises:
        UnreadableInputError: it cannot be read, or no header names a code.
    """
    data = read_bytes(path)
    kind = kind_of(path, data)
    raw = _sheet(path, data) if kind == "xlsx" else _text(path, decoded(data))
    if raw.height > limit("table_rows"):
        raise too_large(str(path), f"holds {raw.height:,} rows")
    places, at = _header(raw, path)
    notes = [
        f"No column for the {name} was found." for name in ("description", "price") if name not in places
    ]
    rows = raw.slice(at + 1)
    names = raw.columns
    column = {name: pl.col(names[place]) for name, place in places.items()}
    nothing = pl.lit(None, dtype=pl.String)
    code = (
        column["code"]
        .str.strip_chars()
        .str.to_uppercase()
        .str.extract(r"^'?([A-Z]\d{4}|\d{4}[0-9A-Z])(?:\b|[- ])", 1)
    )
    text = column.get("price", nothing).str.strip_chars()
    found = rows.with_row_index("row", offset=at + 2).select(
        "row",
        code.alias("code"),
        column.get("description", nothing).str.strip_chars().alias("description"),
        pl.when(text != "").then(text).alias("price_text"),
    )
    amount = pl.col("price_text").str.replace_all(r"[$,\s]", "")
    plain = pl.when(amount.str.contains(r"^\d{1,15}(?:\.\d{1,6})?$")).then(amount)
    found = found.with_columns(plain.cast(MONEY, strict=False).alias("price"))
    without = found.filter(pl.col("code").is_null()).height
    if without:
        notes.append(f"{without:,} rows have no HCPCS code in the code column and were left out.")
    return found.filter(pl.col("code").is_not_null()), notes


def _text(path: Path, text: str) -> pl.DataFrame:
    head = [line for line in text.splitlines()[:_HEADER_ROWS] if line.strip()]
    counts = {s: sum(line.count(s) for line in head) for s in _SEPARATORS}
    separator = max(counts, key=lambda s: counts[s])
    try:
        # A separator within quotes, as in "1,200.00", divides nothing.
        width = max((len(row) for row in csv.reader(io.StringIO(text), delimiter=separator)), default=1)
    except csv.Error:
        width = max((line.count(separator) for line in text.splitlines()), default=0) + 1
    # The first line tells the reader the width, and a title over the header is narrower than the table.
    ruler = f"{separator * (width - 1)}\n" if width > 1 else ""
    try:
        found = pl.read_csv(
            io.BytesIO(f"{ruler}{text}".encode()),
            separator=separator,
            has_header=False,
            schema={f"c{i}": pl.String() for i in range(width)},
            truncate_ragged_lines=True,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        raise UnreadableInputError(
            "cannot be read as a table.", where=str(path), hint="Save it again as csv."
        ) from error
    return found.slice(1) if ruler else found


def _sheet(path: Path, data: bytes) -> pl.DataFrame:
    import fastexcel  # noqa: PLC0415 - only for workbooks

    refuse_bomb(data, str(path))
    try:
        book: Any = fastexcel.read_excel(data)
        sheet = book.load_sheet(0, header_row=None, dtypes="string")
        frame: pl.DataFrame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise UnreadableInputError(
            "is a damaged workbook.", where=str(path), hint="Save it again."
        ) from error
    return frame.rename({c: f"c{i}" for i, c in enumerate(frame.columns)}).with_columns(
        pl.all().cast(pl.String)
    )


def _header(raw: pl.DataFrame, path: Path) -> tuple[dict[str, int], int]:
    """Places of the columns, and the row that holds the header."""
    for at, cells in enumerate(raw.head(_HEADER_ROWS).iter_rows()):
        heads = [" ".join(str(c or "").lower().replace("_", " ").split()) for c in cells]
        places: dict[str, int] = {}
        for name, words in _WORDS.items():
            free = [n for n, h in enumerate(heads) if h and n not in places.values() and re.search(words, h)]
            # "HCPCS code" is more of a code than "revenue code".
            free.sort(key=lambda n: (name == "code" and re.search(r"hcpcs|cpt|j-?code", heads[n]) is None, n))
            if free:
                places[name] = free[0]
        if "code" in places and len(places) > 1:
            return places, at
    raise UnreadableInputError(
        "has no header with a column for the code.",
        where=str(path),
        hint="Name the columns, such as: HCPCS, description, price.",
    )
