"""LCD, NCD and article exports of the Medicare Coverage Database: documents × codes × groups of diagnoses.

Written to the published layout of the CSV exports; no real export was at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release
from scrubjay.reference.loaders.coverage_rows import LAYOUT, coverage_release, status
from scrubjay.reference.loaders.coverage_tables import TABLES, CoverageTable
from scrubjay.reference.loaders.plain_table import day, read_plain, recognises_layout, release_day

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "mcd-export"
_NOTE = (
    "The export holds the latest version of each document; texts are not held, and with them the conditions "
    "that they set."
)


def _table_of(file: SourceFile) -> CoverageTable | None:
    return next((table for table in TABLES if recognises_layout(file, table.layout)), None)


def _recognises(file: SourceFile) -> bool:
    return _table_of(file) is not None


def _load(file: SourceFile) -> Release:
    table = _table_of(file)
    if table is None:
        raise ReferenceDataError("is no table of the Medicare Coverage Database.", where=file.name)
    read = read_plain(file, table.layout)
    keys = [c for c in ("document_id", "version") if c in read.frame.columns]
    if keys and read.frame.select(pl.any_horizontal(pl.col(*keys).is_null()).any()).item():
        raise ReferenceDataError(
            "has rows without the number or version of a document.",
            where=file.name,
            hint="The file is damaged; get it again.",
        )
    frame, said = table.build(read.frame)
    latest = read.frame.select(day(table.stamp).max()).item()
    published_on, is_stated = release_day(file, latest, source=table.layout.source)
    if table.set_name == "coverage_documents":
        frame = frame.with_columns(status(published_on), day(table.stamp).alias("updated_on"))
    return coverage_release(
        NAME,
        table.name,
        table.set_name,
        frame,
        published_on=published_on,
        is_published_stated=is_stated,
        rows=read.frame.height,
        note=_NOTE,
        warnings=[*read.warnings, *said],
    )


LOADER = Loader(
    NAME,
    "Medicare Coverage Database exports: LCDs, NCDs, articles, their codes, diagnoses and contractors",
    tuple(dict.fromkeys(table.set_name for table in TABLES)),
    _recognises,
    _load,
    is_tested_on_real_file=False,
    layout=LAYOUT,
)
