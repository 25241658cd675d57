"""Places of service: CMS's code set as a table of code, name and description, with or without the facility mark.

The description is not kept. CMS writes unassigned numbers as ranges (`28-30`); they make no rows, and are
counted. The class of setting is ours, from the packaged set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.code_lists import stated_day
from scrubjay.reference.loaders.named_period import day_in, short_name
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference.loaders.base import SourceFile

_SOURCE = "CMS place of service code set"
_WANTED = (
    Wanted("code", r"(?:place of service|pos) codes?(?: s)?"),
    Wanted("name", r"(?:place of service|pos) name"),
    Wanted("description", r"(?:place of service|pos) description", is_required=False),
    Wanted("type", r"(?:place of service|pos) type|facility", is_required=False),
)
_TYPES = {
    "facility": True,
    "f": True,
    "yes": True,
    "non-facility": False,
    "nf": False,
    "nonfacility": False,
    "no": False,
}
_UNASSIGNED = r"(?i)^unassigned"


def recognises(file: SourceFile) -> bool:
    """Whether a header row names a place of service code and name. Never raises."""
    return recognises_table(file, _WANTED[:2], lambda _: True)


def load(file: SourceFile) -> Release:
    """Read the table.

    Raises:
        ReferenceDataError: another layout, a cell that is no code or facility mark.
    """
    table = read_table(file, _WANTED, source=f"the {_SOURCE}")
    rows = table.frame.with_columns(
        pl.col("name").str.replace_all("’", "'", literal=True),
        pl.col("code").str.replace_all(r"\s", "").str.replace_all("–", "-", literal=True),
        pl.col("type").str.to_lowercase().alias("_mark"),
    ).filter(pl.col("code").is_not_null())
    given = rows.filter(~pl.col("name").str.contains(_UNASSIGNED))
    _refuse_bad(rows, given, file.name)
    ours = read_set("place_of_service").select(
        pl.col("place_of_service_code").alias("code"),
        "setting",
        pl.col("is_facility").alias("_facility"),
        pl.col("effective_from").alias("_begun"),
    )
    joined = given.join(ours, on="code", how="left", maintain_order="left").with_columns(
        pl.coalesce(stated_day(pl.col("name")), stated_day(pl.col("description")), "_begun").alias(
            "effective_from"
        )
    )
    latest: date | None = joined["effective_from"].drop_nulls().max()  # pyright: ignore[reportAssignmentType]
    named = day_in(short_name(file))
    day = named or latest
    if day is None:
        raise ReferenceDataError(
            "holds no date, and its name tells no day.",
            where=file.name,
            hint="Give it a name with the day it was retrieved, such as place_of_service_2024-05-01.csv.",
        )
    edition = day.isoformat() if named else f"{day.isoformat()}-or-later"
    marked = pl.col("_mark").replace_strict(_TYPES, default=None, return_dtype=pl.Boolean)
    frame = joined.select(
        pl.col("code").alias("place_of_service_code"),
        pl.col("name").str.replace(r"(?i)\s*\(eff.*", "").str.replace(r"[\s*]+$", "").alias("meaning"),
        "setting",
        pl.coalesce(marked, "_facility").alias("is_facility"),
        "effective_from",
        pl.lit(day).alias("known_from"),
        pl.lit(_SOURCE).alias("source"),
        pl.lit(edition).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit("CMS Place of Service Codes for Professional Claims").alias("citation"),
        pl.when(pl.col("setting").is_not_null()).then(pl.lit("Setting class is ours.")).alias("note"),
    )
    return Release(
        loader=LOADER.name,
        source=_SOURCE,
        edition=edition,
        published_on=day,
        is_published_stated=False,
        rows=rows.height,
        sets=(
            SetRelease(
                set_name="place_of_service",
                frame=SETS["place_of_service"].conform(frame),
                covers_from=day,
                covers_to=None,
                is_complete=True,
                note=f"{frame.height} codes are assigned; {rows.height - frame.height} rows name unassigned ones."
                + ("" if named else " The file states no release; it is not older than its latest code."),
            ),
        ),
        warnings=table.warnings,
    )


def _refuse_bad(rows: pl.DataFrame, given: pl.DataFrame, name: str) -> None:
    is_range = pl.col("code").str.contains(r"^\d\d(?:[-,]\d\d)*$")
    checks = (
        (rows.filter(~is_range.fill_null(value=False)), "code", "is no place of service"),
        (rows.filter(pl.col("name").is_null()), "code", "has no name"),
        (given.filter(pl.col("code").str.len_chars() != 2), "code", "is assigned and a range at once"),
        (given.filter(pl.col("code").is_duplicated()), "code", "stands twice"),
        (
            given.filter(~(pl.col("_mark").is_in(list(_TYPES)) | pl.col("_mark").is_null())),
            "type",
            "is no facility mark",
        ),
    )
    for bad, column, what in checks:
        if bad.height:
            raise ReferenceDataError(
                f"the {column} {bad.item(0, column)!r} {what}.",
                where=f"{name}, row {bad.item(0, ROW)}",
                hint="Is it the table as CMS publishes it? Get it again.",
            )


LOADER = Loader(
    name="place-of-service",
    title="CMS place of service codes",
    sets=("place_of_service",),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets (a CSV of the real table was at "
    "hand, not the web table)",
)
