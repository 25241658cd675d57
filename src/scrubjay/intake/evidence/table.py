"""Tables of evidence, CSV or Parquet: named columns, exact values, and the place of every cell that is wrong."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.intake.evidence.content import Content
    from scrubjay.intake.reports import FileReport, ProblemLog

_SEPARATORS = (b",", b";", b"\t", b"|")
_SHOWN = 5
_NAME_SHOWN = 40
_WORDS = {
    "date": "no date; write it as 2026-03-01",
    "number": "no plain number",
    "list": "no list",
    "text": "not readable",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a table may have.

    Attributes:
        name: the canonical name.
        kind: text, date, number, or list (several values with blank, `;` or `|` between them).
        is_required: the column must be there, and filled in every row.
        aliases: other names that it may have, in lower case with underscores.
    """

    name: str
    kind: str = "text"
    is_required: bool = False
    aliases: tuple[str, ...] = ()


def read_table(
    content: Content, fields: Sequence[Field], report: FileReport, log: ProblemLog
) -> pl.DataFrame | None:
    """The rows that can be used, one column per field and `row` (1-based, the header not counted).

    A row with a missing or unreadable value is left out, and the problem names row and column; the others count.
    Null where the table has no row or lacks a column that must be there.
    """
    raw = _parquet(content.data, log) if content.kind == "parquet" else _separated(content.data, log)
    if raw is None:
        return None
    named = _named(raw, fields, log)
    if named is None:
        return None
    report.claims += named.height
    frame = named.with_columns(_typed(f).alias(f"_{f.name}") for f in fields)
    bad = {f.name: _is_bad(f) for f in fields}
    for field in fields:
        rows = frame.filter(bad[field.name])["row"]
        if len(rows):
            shown = ", ".join(str(r) for r in rows.head(_SHOWN))
            more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
            empty = frame.filter(bad[field.name], pl.col(field.name).is_null()).height
            words = (
                "empty"
                if empty == len(rows)
                else f"empty or {_WORDS[field.kind]}"
                if empty
                else _WORDS[field.kind]
            )
            log.add(
                Problem(
                    "bad-cell",
                    f"Column {field.name} is {words} in row {shown}{more}; left out.",
                    "Correct the rows and give the file again.",
                )
            )
    good = frame.filter(~pl.any_horizontal(bad.values())).select("row", *(f"_{f.name}" for f in fields))
    report.claims_read += good.height
    return good.rename({f"_{f.name}": f.name for f in fields})


def _separated(data: bytes, log: ProblemLog) -> pl.DataFrame | None:
    text = data.removeprefix(b"\xef\xbb\xbf")
    header = text.split(b"\n", 1)[0]
    mark = max(_SEPARATORS, key=header.count)
    for is_lenient in (False, True):
        try:
            raw = pl.read_csv(
                io.BytesIO(text),
                separator=mark.decode(),
                infer_schema=False,
                truncate_ragged_lines=is_lenient,
                encoding="utf8-lossy",
            )
        except (pl.exceptions.PolarsError, UnicodeError):
            continue
        if is_lenient:
            log.add(
                Problem("ragged-rows", "Some rows have more values than the header has names.",
                        "Quote values that hold the separator.")
            )  # fmt: skip
        return raw
    log.add(
        Problem(
            "bad-table",
            "The table cannot be read.",
            "Save it as CSV (UTF-8) with one header row.",
            is_fatal=True,
        )
    )
    return None


def _parquet(data: bytes, log: ProblemLog) -> pl.DataFrame | None:
    try:
        raw = pl.read_parquet(io.BytesIO(data))
    except pl.exceptions.PolarsError:
        log.add(Problem("bad-table", "The Parquet file cannot be read.", "Write it again.", is_fatal=True))
        return None
    texts: list[pl.Expr] = []
    for name, dtype in raw.schema.items():
        cell = pl.col(name)
        if isinstance(dtype, pl.List):
            cell = cell.cast(pl.List(pl.String())).list.join(";")
        elif isinstance(dtype, pl.Datetime):
            cell = cell.dt.date().cast(pl.String)
        elif isinstance(dtype, (pl.Struct, pl.Binary, pl.Object)):
            continue
        else:
            cell = cell.cast(pl.String, strict=False)
        texts.append(cell.alias(name))
    return raw.select(texts)


def _named(raw: pl.DataFrame, fields: Sequence[Field], log: ProblemLog) -> pl.DataFrame | None:
    there = {"_".join(c.strip().lower().replace("-", " ").split()): c for c in reversed(raw.columns)}
    chosen: dict[str, str] = {}
    for field in fields:
        found = next((there[n] for n in (field.name, *field.aliases) if n in there), None)
        if found is not None:
            chosen[field.name] = found
    missing = [f.name for f in fields if f.is_required and f.name not in chosen]
    if missing:
        log.add(
            Problem(
                "missing-column",
                f"The table has no column {', '.join(missing)}.",
                f"It may have: {', '.join(f.name for f in fields)}; see docs/evidence.md.",
                is_fatal=True,
            )
        )
        return None
    if not raw.height:
        log.add(Problem("no-rows", "The table has no rows.", "Export it again.", is_fatal=True))
        return None
    unread = [c.strip()[:_NAME_SHOWN] for c in raw.columns if c not in chosen.values()]
    if unread:
        more = f" and {len(unread) - _SHOWN:,} more" if len(unread) > _SHOWN else ""
        log.add(
            Problem(
                "column-not-read",
                f"Columns of other names were not read: {', '.join(unread[:_SHOWN])}{more}.",
                f"Names that are read: {', '.join(f.name for f in fields)}.",
            )
        )
    cells = [
        _cut(pl.col(chosen[f.name]) if f.name in chosen else pl.lit(None, dtype=pl.String())).alias(f.name)
        for f in fields
    ]
    named = raw.with_row_index("row", offset=1).select(pl.col("row").cast(pl.Int64()), *cells)
    # A row of nothing but separators is no row.
    return named.filter(pl.any_horizontal(pl.col(f.name).is_not_null() for f in fields))


def _cut(cell: pl.Expr) -> pl.Expr:
    plain = cell.str.strip_chars()
    return pl.when(plain != "").then(plain)


def _typed(field: Field) -> pl.Expr:
    cell = pl.col(field.name)
    if field.kind == "date":
        return day_of(cell)
    if field.kind == "number":
        is_plain = cell.str.contains(r"^-?\d{1,12}(\.\d{1,6})?$")
        return pl.when(is_plain).then(cell).cast(QUANTITY, strict=False)
    if field.kind == "list":
        return cell.str.replace_all(r"[;|,\s]+", " ").str.strip_chars().str.split(" ")
    return cell


def _is_bad(field: Field) -> pl.Expr:
    typed = pl.col(f"_{field.name}").is_null()
    return typed if field.is_required else typed & pl.col(field.name).is_not_null()


_YEARS = (1900, 2199)


def day_of(cell: pl.Expr) -> pl.Expr:
    """A day written as 2026-03-01, 20260301 or, as is usual in the United States, 03/01/2026.

    A year of two digits has no one reading, and a year of long ago is a slip: both give null.
    """
    day = pl.coalesce(
        # A time may follow, as programs write it.
        pl.when(cell.str.contains(r"^\d{4}-\d{2}-\d{2}([T ].*)?$")).then(
            cell.str.head(10).str.to_date("%Y-%m-%d", strict=False)
        ),
        pl.when(cell.str.contains(r"^\d{8}$")).then(cell.str.to_date("%Y%m%d", strict=False)),
        pl.when(cell.str.contains(r"^\d{1,2}/\d{1,2}/\d{4}$")).then(
            cell.str.to_date("%m/%d/%Y", strict=False)
        ),
    )
    return pl.when(day.dt.year().is_between(*_YEARS)).then(day)
