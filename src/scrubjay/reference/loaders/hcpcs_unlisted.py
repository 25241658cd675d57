"""CMS's list of HCPCS codes that are not otherwise classified (NOC): spreadsheet, print or table.

The list holds every code whose descriptor says "not otherwise classified" or "specified", those among them
that stand for a fixed amount of one drug. So it is kept as it is in `unlisted_codes`, and does not decide
`drugs.is_unlisted`, which asks whether one unit stands for anything known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.hcpcs_layout import ANY_CODE, LEVEL_TWO
from scrubjay.reference.loaders.hcpcs_period import ReleasePeriod, by_name, of_year
from scrubjay.reference.loaders.hcpcs_sets import stamped
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_NAME = "hcpcs-noc"
_SHEET = "CMS HCPCS NOC codes"
_PRINT = "CMS HCPCS NOC codes (print)"
_WANTED = (
    Wanted("code", "hcpcs"),
    Wanted("descriptor", "long description"),
    Wanted("added", "add date"),
    Wanted("ended", "term date"),
)
_TITLE = re.compile(r"NOC CODES - HCPCS (20\d\d)")
_PRINT_ROW = r"^\s*([A-Z][0-9]{4})\s{2}(.*?)\s*(?:([0-9]{8})(?:\s+([0-9]{8}))?)?\s*$"
_PRINT_FULL = 78
"""Characters from which on a printed descriptor may have been cut: it has room for 79, the last may be a blank."""
_END_OF_FILE = "\x1a"


def _is_print(file: SourceFile) -> bool:
    return _TITLE.search(file.head[:400].decode("latin-1")) is not None


def _is_table(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, lambda notes: "add" in notes.lower() and "term" in notes.lower())


def _recognises(file: SourceFile) -> bool:
    return _is_print(file) or _is_table(file)


def _load(file: SourceFile) -> Release:
    said: tuple[str, ...] = ()
    if _is_print(file):
        rows, source = _printed(file), _PRINT
        title = _TITLE.search(file.head[:400].decode("latin-1"))
    else:
        table = read_table(file, _WANTED, source="HCPCS NOC list")
        rows, source, said = table.frame, _SHEET, table.warnings
        title = _TITLE.search(table.notes)
    period = (
        of_year(file, int(title[1]), 1, "Edition by the title of the list.")
        if title
        else by_name(file, "HCPCS NOC list")
    )
    return _release(file, rows, period, source, said)


def _printed(file: SourceFile) -> pl.DataFrame:
    lines = pl.DataFrame({"line": file.read().decode("latin-1").splitlines()}).with_row_index(ROW, offset=1)
    is_header = pl.col("line").str.contains(r"^\s*HCPCS\s+LONG DESCRIPTION\s+ADD DATE\s+TERM DATE")
    body = lines.filter(is_header.cum_sum() > 0, ~is_header).filter(
        pl.col("line").str.strip_chars(f" \r{_END_OF_FILE}") != ""
    )
    read = body.with_columns(
        pl.col("line").str.extract(_PRINT_ROW, i + 1).replace("", None).alias(w.name)
        for i, w in enumerate(_WANTED)
    )
    bad = read.filter(pl.col("code").is_null())
    if bad.height or read.is_empty():
        where = f", line {bad.item(0, ROW)}" if bad.height else ""
        raise ReferenceDataError(
            "holds no code with its first day.",
            where=f"{file.name}{where}",
            hint="The file is damaged or its layout has changed.",
        )
    # A descriptor that fills its column is cut there, unless the next row goes on: better none than half of one.
    text = pl.col("descriptor")
    goes_on = (pl.col("code") == pl.col("code").shift(-1)) & pl.col("added").shift(-1).is_null()
    is_cut = (text.str.len_chars() >= _PRINT_FULL) & ~goes_on.fill_null(value=False)
    return read.select(
        ROW, "code", pl.when(~is_cut.fill_null(value=False)).then(text).alias("descriptor"), "added", "ended"
    )


def _release(
    file: SourceFile, rows: pl.DataFrame, period: ReleasePeriod, source: str, said: tuple[str, ...]
) -> Release:
    rows = rows.filter(pl.col("code") != _END_OF_FILE)
    count = rows.height
    bad = rows.filter(~pl.col("code").str.contains(ANY_CODE).fill_null(value=False))
    if bad.height:
        raise ReferenceDataError(
            "is about no HCPCS code.",
            where=f"{file.name}, row {bad.item(0, ROW)}",
            hint="The file is damaged or its layout has changed.",
        )
    # A long descriptor may run on in a row of the same code that gives no day.
    block = (pl.col("added").is_not_null() | (pl.col("code") != pl.col("code").shift())).cum_sum()
    joined = (
        rows.with_columns(block.alias("_block"))
        .group_by("_block", maintain_order=True)
        .agg(
            pl.col(ROW, "code", "added", "ended").first(),
            pl.when(pl.col("descriptor").is_not_null().all()).then(pl.col("descriptor").str.join(" ")),
        )
    )
    days = joined.with_columns(_day("added").alias("effective_from"), _day("ended").alias("_last"))
    for name, read in (("added", "effective_from"), ("ended", "_last")):
        odd = days.filter(pl.col(read).is_null(), (pl.col(name).is_not_null() | pl.lit(name == "added")))
        if odd.height:
            raise ReferenceDataError(
                f"column {'ADD DATE' if name == 'added' else 'TERM DATE'} holds no date.",
                where=f"{file.name}, row {odd.item(0, ROW)}",
                hint="The file is damaged or its layout has changed.",
            )
    listed = days.select(
        pl.col("code").alias("hcpcs"),
        pl.when(pl.col("code").str.contains(LEVEL_TWO)).then("descriptor").alias("descriptor"),
        "effective_from",
        pl.col("_last").dt.offset_by("1d").alias("effective_to"),
    )
    return Release(
        loader=_NAME,
        source=source,
        edition=period.edition,
        published_on=period.published_on,
        is_published_stated=period.is_stated,
        rows=count,
        sets=(
            SetRelease(
                "unlisted_codes",
                stamped("unlisted_codes", listed, period, source),
                covers_from=period.start,
                covers_to=period.end,
                is_complete=not period.is_annual,
                note=period.note,
            ),
        ),
        warnings=said,
    )


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all("-", "", literal=True).str.to_date("%Y%m%d", strict=False)


LOADER = Loader(
    name=_NAME,
    title="HCPCS codes not otherwise classified (NOC)",
    sets=("unlisted_codes",),
    recognises=_recognises,
    load=_load,
    is_tested_on_real_file=True,
    layout="NOC codes: cms.gov, HCPCS Quarterly Update",
)
