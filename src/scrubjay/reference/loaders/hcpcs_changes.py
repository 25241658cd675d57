"""HCPCS transaction reports: what a release did to each code, as a spreadsheet or as a printed list.

The report names the action in words, which differ a little from year to year, and gives no day: an action
holds from the first day of the release. It names no release either; the file or its archive does. A code on
which nothing was done is counted and not kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.hcpcs_layout import LEVEL_TWO, MODIFIER
from scrubjay.reference.loaders.hcpcs_period import by_name
from scrubjay.reference.loaders.hcpcs_sets import change_rows, stamped
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table, squeezed
from scrubjay.tables.columns import DATE

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_NAME = "hcpcs-transactions"
_SOURCE = "CMS HCPCS transaction report"
_WANTED = (
    Wanted("code", "(?:hcpcs?|hcpcs? mod|hcpcs modifier code)"),
    Wanted("words", "(?:action cd|type of change)"),
    Wanted("short_descriptor", "short description", is_required=False),
    Wanted("descriptor", "long description", is_required=False),
)
# The words of the reports of 2017 to 2020 for the action codes of the record layout. "Long/Short" is a
# change of both descriptors; the layout has no letter for it, and the long one is what bills depend on.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"add(?:ed)?", "A"),
    # The print has no room for the whole of these words.
    (r"coverage (?:and|&) long desc.*", "B"),
    (r"long(?:/short)? desc(?:ription)? ch.*", "C"),
    (r"discontinued", "D"),
    (r"coverage change", "F"),
    (r"no change", "N"),
    (r"payment change", "P"),
    (r"re-?activated", "R"),
    (r"short desc(?:ription)? ch.*", "S"),
    (r"misc(?:ellaneous)? change.*", "T"),
)
_PRINT_HEADER = r"^\s*HCPCS?/MOD(?:IFIER CODE)?\s*(?:TYPE OF CHANGE|ACTION CD)"
_PRINT_NEXT = "SHORT DESCRIPTION"
_PRINT_ROW = r"^\s*([A-Z0-9]{2}|[A-Z][0-9]{4})\s{2,}(\S.*?)\s*$"


def _is_print(file: SourceFile) -> bool:
    if file.head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return False
    return re.search(_PRINT_HEADER, file.head.decode("latin-1"), re.IGNORECASE | re.MULTILINE) is not None


def _is_sheet(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, _says)


def _says(notes: str) -> bool:
    # The alpha-numeric file has an action too, as a code; it alone has a record type.
    cells = {squeezed(cell) for cell in notes.splitlines()}
    return bool(cells & {"action cd", "type of change"}) and "recid" not in cells


def _recognises(file: SourceFile) -> bool:
    return _is_print(file) or _is_sheet(file)


def _load(file: SourceFile) -> Release:
    if _is_print(file):
        return _release(file, _printed(file), ())
    table = read_table(file, _WANTED, source="HCPCS transaction report")
    return _release(file, table.frame, table.warnings)


def _printed(file: SourceFile) -> pl.DataFrame:
    """Code and action of each line below the header; the descriptors beside them are cut short in print."""
    lines = pl.DataFrame({"line": re.split(r"\r\n|\n|\r", file.read().decode("latin-1"))}).with_row_index(
        ROW, offset=1
    )
    is_header = pl.col("line").str.contains(f"(?i){_PRINT_HEADER}")
    # The descriptors, where printed, begin under their heading, right behind the change.
    header = lines.filter(is_header).item(0, "line").upper()
    width = header.find(_PRINT_NEXT) if _PRINT_NEXT in header else None
    body = (
        lines.filter(is_header.cum_sum() > 0, ~is_header)
        .with_columns(pl.col("line").str.strip_chars_end(" \x1a"))
        .filter(pl.col("line") != "")
    )
    cut = pl.col("line").str.slice(0, width)
    read = body.with_columns(
        cut.str.extract(_PRINT_ROW, 1).alias("code"), cut.str.extract(_PRINT_ROW, 2).alias("words")
    )
    bad = read.filter(pl.col("code").is_null())
    if bad.height:
        raise ReferenceDataError(
            "holds no code with the change made to it.",
            where=f"{file.name}, line {bad.item(0, ROW)}",
            hint="The file is damaged or its layout has changed.",
        )
    return read.select(ROW, "code", "words")


def _release(file: SourceFile, rows: pl.DataFrame, said: tuple[str, ...]) -> Release:
    period = by_name(file, "HCPCS transaction report")
    words = pl.col("words").str.to_lowercase().str.strip_chars()
    action = pl.lit(None, pl.String)
    for pattern, letter in _WORDS:
        action = pl.when(words.str.contains(f"^(?:{pattern})$")).then(pl.lit(letter)).otherwise(action)
    rows = rows.with_columns(pl.col("code").str.strip_chars(), action.alias("action"))
    is_code = pl.col("code").str.contains(LEVEL_TWO) | pl.col("code").str.contains(MODIFIER)
    # A cell may have lost a sign of its code (`C90`); nothing is guessed from the rest.
    odd = rows.filter(~is_code.fill_null(value=False))
    warnings = list(said)
    if odd.height:
        shown = ", ".join(
            f"row {row} (`{code}`)" for row, code in odd.select(ROW, "code").head(5).iter_rows()
        )
        warnings.append(f"No HCPCS code or modifier in {shown}: not read.")
    unknown = rows.filter(pl.col("action").is_null())
    if unknown.height:
        raise ReferenceDataError(
            f"the change {unknown.item(0, 'words')!r} is none that is known.",
            where=f"{file.name}, row {unknown.item(0, ROW)}",
            hint="The file is damaged or its words have changed.",
        )
    acted = rows.filter(is_code).with_columns(pl.lit(None, DATE).alias("action_from"))
    changes = change_rows(acted, period.start).unique(["hcpcs", "action"], keep="first", maintain_order=True)
    return Release(
        loader=_NAME,
        source=_SOURCE,
        edition=period.edition,
        published_on=period.published_on,
        is_published_stated=period.is_stated,
        rows=rows.height,
        sets=(
            SetRelease(
                "code_changes",
                stamped("code_changes", changes, period, _SOURCE),
                covers_from=period.start,
                covers_to=period.end,
                is_complete=False,
                note=period.note,
            ),
        ),
        warnings=tuple(warnings),
    )


LOADER = Loader(
    name=_NAME,
    title="HCPCS transaction reports",
    sets=("code_changes",),
    recognises=_recognises,
    load=_load,
    is_tested_on_real_file=True,
    layout="Transaction report in each HCPCS release: cms.gov, HCPCS Quarterly Update",
)
