"""One row per finding as CSV, Parquet or a spreadsheet, safe to open in one.

A text cell that a spreadsheet would take for a formula is quoted: in CSV with a leading apostrophe,
in a workbook with the cell's own quote mark, which leaves the value as it is. Parquet is no
spreadsheet and holds the values untouched.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubjay.reports.model import Checked

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_SHEET_ROWS = 1_048_576
_ROWS_AT_ONCE = 250_000
_LIST_SEPARATOR = "|"
_EXCEL_CELL = 32_767
_RULE_WORDS = ("policy", "about", "value", "source", "confidence")


def write_csv(report: Checked, out: BinaryIO, *, with_not_evaluated: bool = True) -> None:
    """Findings as CSV (RFC 4180, UTF-8), lists joined by `|`.

    Args:
        report: the run.
        out: where the bytes go.
        with_not_evaluated: also a row per verdict not given.
    """
    formula_safe(_flat(report, with_not_evaluated=with_not_evaluated)).write_csv(out)


def write_parquet(report: Checked, out: BinaryIO, *, with_not_evaluated: bool = True) -> None:
    """Findings as Parquet with their types: money decimal, `carc` a list.

    Args:
        report: the run.
        out: where the bytes go; it must be seekable or a file.
        with_not_evaluated: also a row per verdict not given.
    """
    parts = report.findings_tables(with_not_evaluated=with_not_evaluated, rows=_ROWS_AT_ONCE)
    first = next(parts)
    if first.height < _ROWS_AT_ONCE:
        first.write_parquet(out, statistics=False)
        return

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        # Nothing is asked of the scan below but all of it.
        del with_columns, predicate, n_rows
        yield first
        yield from parts

    # A million claims give a table of a gigabyte: it is made and written part by part.
    # Rows stand by claim, so least and greatest values of a stretch would tell a reader nothing.
    register_io_source(source, schema=first.schema).sink_parquet(out, statistics=False)


def write_xlsx(report: Checked, out: BinaryIO, *, with_not_evaluated: bool = True) -> None:
    """Findings as a workbook with one sheet, filter and frozen header.

    Args:
        report: the run.
        out: where the bytes go.
        with_not_evaluated: also a row per verdict not given.

    Raises:
        UsageError: more rows than a sheet holds.
    """
    frame_to_xlsx(_flat(report, with_not_evaluated=with_not_evaluated), out, "findings", _width)


def frame_to_xlsx(frame: pl.DataFrame, out: BinaryIO, sheet_name: str, width: Callable[[str], int]) -> None:
    """A flat frame as a workbook with one sheet, filter and frozen header; no cell is computed.

    Args:
        frame: texts, numbers, flags and dates.
        out: where the bytes go.
        sheet_name: name of the sheet.
        width: of a column by its name, in characters.

    Raises:
        UsageError: more rows than a sheet holds.
    """
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is asked for

    if frame.height >= _SHEET_ROWS:
        raise UsageError(
            f"{frame.height:,} rows are more than a spreadsheet holds.",
            where="--format xlsx",
            hint="Use csv or parquet.",
        )
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": False,
    }
    workbook: Any = xlsxwriter.Workbook(out, options)
    with workbook as book:
        sheet: Any = book.add_worksheet(sheet_name)
        header: Any = book.add_format({"bold": True, "bottom": 1})
        quoted: Any = book.add_format({"quote_prefix": True})
        dollars: Any = book.add_format({"num_format": "#,##0.00"})
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, name, header)
            sheet.set_column(column, column, width(name))
        for number, row in enumerate(frame.iter_rows(), 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    form = quoted if value.startswith(FORMULA_STARTS) else None
                    sheet.write_string(number, column, value[:_EXCEL_CELL], form)
                elif isinstance(value, date):
                    sheet.write_string(number, column, value.isoformat())
                elif isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, Decimal | int):
                    # Spreadsheets know floats only; sixteen digits hold any charge to the cent.
                    sheet.write_number(number, column, value, dollars if isinstance(value, Decimal) else None)
        sheet.freeze_panes(1, 0)
        if frame.height:
            sheet.autofilter(0, 0, frame.height, frame.width - 1)


def formula_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before every text cell that a spreadsheet would compute."""
    return frame.with_columns(_quoted(name) for name, dtype in frame.schema.items() if dtype == pl.String)


def _quoted(name: str) -> pl.Expr:
    column = pl.col(name)
    is_formula = column.str.slice(0, 1).is_in(list(FORMULA_STARTS))
    return pl.when(is_formula).then(pl.lit("'") + column).otherwise(column).alias(name)


def _flat(report: Checked, *, with_not_evaluated: bool) -> pl.DataFrame:
    """The table with a text in place of each list; a payer's rule as source, place and confidence."""
    frame = report.findings_table(with_not_evaluated=with_not_evaluated)
    rule = pl.format("{}: {} = {} ({} [{}])", *(_in_rule(n) for n in _RULE_WORDS))
    frame = frame.with_columns(pl.col("payer_rules").list.eval(rule))
    return frame.with_columns(
        pl.col(n).list.join(_LIST_SEPARATOR) for n, t in frame.schema.items() if isinstance(t, pl.List)
    )


def _in_rule(name: str) -> pl.Expr:
    return pl.element().struct.field(name).fill_null("")


def _width(name: str) -> int:
    return {"message": 70, "fix": 60, "reason": 50, "edit": 34, "file": 30, "payer_name": 24}.get(name, 14)
