"""Packages that changed their code from one quarter's crosswalk to the next.

The file is computed, not published by CMS: it shows which code took over, and proves nothing. Rows carry
confidence C; each is known from the first day of the quarter in which the packages had moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import hcpcs_is_well_formed
from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.plain_table import (
    ROW,
    Layout,
    after,
    day,
    read_plain,
    recognises_layout,
    shown,
)
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "successor-evidence"
SOURCE = "Successors computed from ASP crosswalks"
_TABLE = Layout(
    source=SOURCE,
    published=(
        "old_hcpcs", "new_hcpcs", "last_quarter_with_old", "first_quarter_without_old", "n_ndcs_old",
        "n_ndcs_now_mapped_to_new", "term_dt_old_in_hcpcs_2024_10",
    ),
    wanted={
        "old_hcpcs": "hcpcs",
        "new_hcpcs": "successor",
        "last_quarter_with_old": "last_quarter",
        "first_quarter_without_old": "next_quarter",
        "n_ndcs_old": "ndcs_before",
        "n_ndcs_now_mapped_to_new": "ndcs_moved",
        # The end of the old code; the header names the HCPCS release that it was looked up in.
        "term_dt_old_in_hcpcs_2024_10": "ended_on",
    },
    optional=frozenset({"term_dt_old_in_hcpcs_2024_10"}),
)  # fmt: skip


def _recognises(file: SourceFile) -> bool:
    return recognises_layout(file, _TABLE)


def _load(file: SourceFile) -> Release:
    table = read_plain(file, _TABLE)
    _refuse_bad(table.frame, file.name)
    frame = table.frame.with_columns(
        day(pl.col("next_quarter") + "-01").alias("known_from"),
        day("ended_on").alias("ended_on"),
        pl.col("ndcs_before", "ndcs_moved").cast(pl.Int32),
    )
    edition: str = frame["next_quarter"].max()  # pyright: ignore[reportAssignmentType]
    published_on = frame["known_from"].max()
    filled = frame.drop(ROW).with_columns(
        # The old code may have ended before the crosswalk dropped it.
        pl.coalesce(after("ended_on"), "known_from").alias("effective_from"),
        pl.lit(SOURCE).alias("source"),
        pl.lit(edition).alias("edition"),
        pl.lit("C").alias("confidence"),
        pl.lit("Computed from CMS ASP NDC-HCPCS crosswalks of two quarters; not published by CMS").alias(
            "citation"
        ),
    )
    part = SetRelease(
        "successor_evidence",
        SETS["successor_evidence"].conform(filled),
        frame["known_from"].min(),  # pyright: ignore[reportArgumentType]
        None,
        is_complete=False,
        note="Computed, unverified: evidence only.",
    )
    return Release(NAME, SOURCE, edition, published_on, False, frame.height, (part,), table.warnings)  # pyright: ignore[reportArgumentType]


def _refuse_bad(frame: pl.DataFrame, name: str) -> None:
    checks = {
        "hcpcs": hcpcs_is_well_formed("hcpcs"),
        "successor": hcpcs_is_well_formed("successor"),
        "last_quarter": pl.col("last_quarter").str.contains(r"^20\d\d-(01|04|07|10)$"),
        "next_quarter": pl.col("next_quarter").str.contains(r"^20\d\d-(01|04|07|10)$"),
        "ndcs_before": pl.col("ndcs_before").str.contains(r"^\d{1,6}$"),
        "ndcs_moved": pl.col("ndcs_moved").str.contains(r"^\d{1,6}$"),
        "ended_on": pl.col("ended_on").is_null() | day("ended_on").is_not_null(),
    }
    for column, is_good in checks.items():
        bad = frame.filter(~is_good.fill_null(value=False))
        if bad.height:
            raise ReferenceDataError(
                f"holds no value for {column.replace('_', ' ')} in {shown(bad, column)}.", where=name
            )


LOADER = Loader(
    NAME,
    "Successors of ended codes, computed from ASP crosswalks (evidence only)",
    ("successor_evidence",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="computed; see the note of the edition",
)
