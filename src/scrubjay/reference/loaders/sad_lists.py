"""Self-administered drug exclusion lists of the Medicare contractors.

Two forms: the table `article_x_code_table` of the article export, and the report that the Medicare Coverage
Database gives as CSV. Both written to the published columns; no real file was at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import hcpcs_is_well_formed
from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release
from scrubjay.reference.loaders.coverage_rows import LAYOUT, coverage_release
from scrubjay.reference.loaders.plain_table import (
    ROW,
    Layout,
    after,
    day,
    read_plain,
    recognises_layout,
    release_day,
    shown,
    without,
    without_bad_dates,
)
from scrubjay.reference.loaders.released_table import Wanted, read_table, recognises_table

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "sad-exclusion-list"
_SOURCE = "the self-administered drug exclusion list"
_KEY = ("hcpcs", "document", "brand", "effective_from")
_TABLE = Layout(
    source=f"{_SOURCE}, article_x_code_table.csv",
    published=(
        "article_id", "article_version", "article_type", "code_table_row", "brand_name", "eff_date", "end_date",
        "comments", "hcpc_code_id", "hcpc_code_version", "last_updated", "short_description",
        "long_description",
    ),
    wanted={
        "article_id": "document",
        "article_version": "version",
        "brand_name": "brand",
        "eff_date": "begins",
        "end_date": "ends",
        "comments": "reason",
        "hcpc_code_id": "hcpcs",
        "last_updated": "last_updated",
    },
)  # fmt: skip
_REPORT = (
    Wanted("hcpcs", "(cpt )?hcpcs( cpt)?( code)?"),
    Wanted("begins", "(exclusion )?effective date"),
    Wanted("document", "article( display)?( id| number)?"),
    Wanted("ends", "(exclusion )?end date", is_required=False),
    Wanted("brand", "brand names?|drug names?", is_required=False),
    Wanted("version", "(article )?version", is_required=False),
    Wanted("contractor", "contractor( name)?( type)?", is_required=False),
    Wanted("reason", "comments?|reasons?( for exclusion)?", is_required=False),
    Wanted("last_updated", "(last )?updated( on)?|last update", is_required=False),
    Wanted("descriptor", "(hcpcs )?(code )?descript(ion|or)|long descript(ion|or)", is_required=False),
)


def _recognises(file: SourceFile) -> bool:
    if recognises_layout(file, _TABLE):
        return True
    # Other files have codes, dates and articles, so the exclusion must be named.
    return b"xclusion" in file.head and recognises_table(file, _REPORT, lambda _: True)


def _load(file: SourceFile) -> Release:
    if recognises_layout(file, _TABLE):
        table = read_plain(file, _TABLE)
        rows, warnings, name = table.frame, list(table.warnings), "article_x_code_table"
    else:
        report = read_table(file, _REPORT, source=_SOURCE)
        rows, warnings, name = (
            report.frame.drop("descriptor"),
            list(report.warnings),
            "SAD exclusion list report",
        )
    frame = rows.with_columns(
        pl.col("hcpcs").str.to_uppercase(),
        pl.col("document").str.to_uppercase().str.replace(r"^(\d+)$", "A$1"),
        _plain_text("brand").fill_null("-"),
        _plain_text("reason"),
    )
    bad = frame.filter(~hcpcs_is_well_formed("hcpcs").fill_null(value=False))
    frame, no_code = without(frame, bad, "No HCPCS code", "hcpcs")
    frame, no_article = without(
        frame,
        frame.filter(~pl.col("document").str.contains(r"^A\d+$").fill_null(value=False)),
        "No article",
        "document",
    )
    if frame.is_empty():
        raise ReferenceDataError("holds no excluded drug.", where=file.name, hint="Get the file again.")
    published_on, is_stated = release_day(
        file, frame.select(day("last_updated").max()).item(), source=_SOURCE
    )
    frame, dates = without_bad_dates(frame, ("begins", "ends"))
    frame, undated = without(
        frame, frame.filter(pl.col("begins").is_null()), "No first day of exclusion", "hcpcs"
    )
    frame = frame.with_columns(pl.col("begins").alias("effective_from"), after("ends").alias("effective_to"))
    alike = frame.filter(pl.struct(*_KEY).is_duplicated() & ~pl.struct(*_KEY).is_first_distinct())
    twice = [f"Listed more than once, kept once: {shown(alike, 'hcpcs')}."] if alike.height else []
    return coverage_release(
        NAME,
        name,
        "self_administered",
        frame.join(alike.select(ROW), on=ROW, how="anti", maintain_order="left"),
        published_on=published_on,
        is_published_stated=is_stated,
        rows=rows.height,
        note="Which contractors an article holds for is in `coverage_jurisdictions`.",
        warnings=[*warnings, *no_code, *no_article, *dates, *undated, *twice],
    )


def _plain_text(column: str) -> pl.Expr:
    """A cell without the tags and entities of the web page that it was written for."""
    return (
        pl.col(column)
        .str.replace_all(r"<[^>]*>", " ")
        .str.replace_all("&nbsp;", " ", literal=True)
        .str.replace_all("&reg;", "®", literal=True)
        .str.replace_all("&trade;", "™", literal=True)
        .str.replace_all("&amp;", "&", literal=True)
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .replace("", None)
    )


LOADER = Loader(
    NAME,
    "Self-administered drug exclusion lists",
    ("self_administered",),
    _recognises,
    _load,
    is_tested_on_real_file=False,
    layout=LAYOUT,
)
