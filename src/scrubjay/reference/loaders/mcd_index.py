"""Index of the Medicare Coverage Database's local documents: numbers, titles, contractors, days in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.loaders.base import Loader, Release
from scrubjay.reference.loaders.coverage_rows import (
    LAYOUT,
    coverage_release,
    in_force,
    one_version_at_a_time,
)
from scrubjay.reference.loaders.plain_table import (
    Layout,
    after,
    day,
    read_plain,
    recognises_layout,
    release_day,
    without,
)

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "mcd-index"
_NOTICE_ENDED = r"Notice Ended (\d{1,2}/\d{1,2}/\d{4})"
_KINDS = {"LCD": "lcd", "Article": "article"}
_TABLE = Layout(
    source="the index of the Medicare Coverage Database",
    published=(
        "contractor_name_type", "document_display_id", "document_id", "document_type", "document_version",
        "effective_date", "note", "retirement_date", "title", "updated_on", "updated_on_sort", "url",
    ),
    wanted={
        "contractor_name_type": "contractors",
        "document_display_id": "document",
        "document_id": "document_id",
        "document_type": "kind",
        "document_version": "version",
        "effective_date": "begins",
        "retirement_date": "ends",
        "note": "note",
        "title": "title",
        "updated_on": "updated_on",
    },
)  # fmt: skip


def _recognises(file: SourceFile) -> bool:
    return recognises_layout(file, _TABLE)


def _load(file: SourceFile) -> Release:
    table = read_plain(file, _TABLE)
    frame = table.frame.with_columns(
        pl.col("kind").replace_strict(_KINDS, default=None),
        pl.col("ends").replace("N/A", None),
        # One contractor per paragraph; its contract types stand on a line of their own.
        pl.col("contractors")
        .str.replace_all(r"\r\n?", "\n")
        .str.split("\n\n")
        .list.eval(pl.element().str.replace_all(r"\s+", " ").str.strip_chars()),
        day("updated_on").alias("updated_on"),
        after(day(pl.col("note").str.extract(_NOTICE_ENDED, 1))).alias("notice_over"),
    )
    bad = frame.filter(pl.any_horizontal(pl.col("document", "version", "kind").is_null()))
    frame, odd = without(frame, bad, "No document of a known kind", "document")
    latest = frame.select(pl.max_horizontal("updated_on", "notice_over").max()).item()
    published_on, is_stated = release_day(file, latest, source=_TABLE.source)
    note = pl.col("note").fill_null("")
    frame, undated = in_force(frame, "begins", ("ends",), is_retired=note == "Retired")
    frame, twice = one_version_at_a_time(frame)
    frame = frame.with_columns(
        pl.when(note.str.starts_with("Future"))
        .then(pl.lit("future"))
        .otherwise("status")
        .fill_null("in-force")
        .alias("status"),
        # What is more than the status: a period of notice.
        pl.when(note.str.contains("Notice")).then("note").alias("note"),
    )
    return coverage_release(
        NAME,
        "document index",
        "coverage_documents",
        frame,
        published_on=published_on,
        is_published_stated=is_stated,
        rows=table.frame.height,
        note="An index of LCDs and articles without their codes; NCDs and long retired documents are not in it.",
        warnings=[*table.warnings, *odd, *undated, *twice],
    )


LOADER = Loader(
    NAME,
    "Medicare Coverage Database, index of LCDs and articles",
    ("coverage_documents",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout=LAYOUT,
)
