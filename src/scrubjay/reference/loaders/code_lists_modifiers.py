"""HCPCS Level II modifiers as a CSV: code, descriptor, day added, and the last day where one is recorded.

The columns that end in a month (`term_dt_2024_10`) are of the fixed-width release of that month. The
families, the kinds of line that a modifier belongs on, are ours, from the packaged set.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.named_period import period_of
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_SOURCE = "CMS HCPCS Level II modifiers"
_WANTED = (
    Wanted("modifier", r"hcpc|modifier"),
    Wanted("meaning", r"long description"),
    Wanted("added", r"add dt"),
    Wanted("ended", r"term dt(?: \d{4} \d\d)?"),
    # Named so that they are no surplus columns; not kept.
    Wanted("short", r"short description(?: approx)?", is_required=False),
    Wanted("coverage", r"cov(?: \d{4} \d\d)?", is_required=False),
    Wanted("added_then", r"add dt \d{4} \d\d", is_required=False),
    Wanted("acted", r"act eff dt(?: \d{4} \d\d)?", is_required=False),
    Wanted("action", r"action cd(?: \d{4} \d\d)?", is_required=False),
)
_MODIFIER = rb'^"?[A-Z0-9]{2}"?,'


def recognises(file: SourceFile) -> bool:
    """Whether the columns are those of the list and its codes have two characters. Never raises."""
    lines = file.head.splitlines()[1:3]
    return (
        bool(lines)
        and all(re.match(_MODIFIER, line) for line in lines)
        # The whole HCPCS file begins with modifiers too; it names the kind of each record.
        and recognises_table(file, _WANTED[:3], lambda notes: "recid" not in notes.lower())
    )


def load(file: SourceFile) -> Release:
    """Read the list.

    Raises:
        ReferenceDataError: another layout, a cell that is no modifier or date, or a name that tells no edition.
    """
    table = read_table(file, _WANTED, source=f"the {_SOURCE}")
    rows = table.frame
    _refuse_bad(rows, file.name)
    period = period_of(file, table.notes, source=f"the {_SOURCE}", example="hcpcs_modifiers_2025_10.csv")
    ours = (
        read_set("modifiers")
        .select("modifier", "families")
        .unique("modifier", keep="last", maintain_order=True)
    )
    frame = rows.join(ours, on="modifier", how="left", maintain_order="left").select(
        "modifier",
        "meaning",
        "families",
        _day("added").alias("effective_from"),
        _day("ended").dt.offset_by("1d").alias("effective_to"),
        pl.lit(period.day).alias("known_from"),
        pl.lit(_SOURCE).alias("source"),
        pl.lit(f"{period.day:%Y-%m}").alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit("CMS HCPCS Level II alpha-numeric release, modifiers").alias("citation"),
        pl.when(pl.col("families").is_not_null()).then(pl.lit("Families are ours.")).alias("note"),
    )
    return Release(
        loader=LOADER.name,
        source=_SOURCE,
        edition=f"{period.day:%Y-%m}",
        published_on=period.day,
        is_published_stated=False,
        rows=rows.height,
        sets=(
            SetRelease(
                set_name="modifiers",
                frame=SETS["modifiers"].conform(frame),
                covers_from=period.quarter_from,
                covers_to=period.quarter_to,
                is_complete=True,
                note="Level II modifiers; last days are those of the release that the column names.",
            ),
        ),
        warnings=table.warnings,
    )


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y%m%d", strict=False)


def _refuse_bad(rows: pl.DataFrame, name: str) -> None:
    checks = (
        ("modifier", ~pl.col("modifier").str.contains(r"^[A-Z0-9]{2}$")),
        ("modifier", pl.col("modifier").is_duplicated()),
        ("meaning", pl.col("meaning").is_null()),
        ("added", _day("added").is_null()),
        ("ended", pl.col("ended").is_not_null() & _day("ended").is_null()),
    )
    for column, is_bad in checks:
        bad = rows.filter(is_bad.fill_null(value=True))
        if bad.height:
            raise ReferenceDataError(
                f"the {column} {bad.item(0, column)!r} is missing, double or not of the {_SOURCE}.",
                where=f"{name}, row {bad.item(0, ROW)}",
                hint="Get the file again.",
            )


LOADER = Loader(
    name="hcpcs-modifiers",
    title="HCPCS Level II modifiers (CSV)",
    sets=("modifiers",),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
)
