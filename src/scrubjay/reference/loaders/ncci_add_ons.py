"""NCCI add-on code edits: add-on codes, the primaries they go with, and the type of the list.

Three layouts. CMS's spreadsheet (`AOC_Edit_Type`, `Add-On_Code`, `AOC_DelDT`, `Primary_Code`,
`Primary_Code_DelDT`, `AOC_Edit_EffDT`, `AOC_Edit_DelDT`, `Special_Instruction_Notes`; dates as year and day
of the year), CMS's fixed-width text with the same fields, and a plain CSV without dates. The primary
`CCCCC` means that the contractor defines the primaries; it is kept as it is, since it is no code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.named_period import NamedPeriod, period_of
from scrubjay.reference.loaders.ncci_names import program_of
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.reference.loaders.base import SourceFile

CONTRACTOR = "CCCCC"
"""What stands for the primary where the contractor defines it."""
_SOURCE = "NCCI add-on code edits"
_WANTED = (
    Wanted("add_on", r"add ?on codes?"),
    Wanted("primary", r"primary codes?"),
    Wanted("type", r"(?:aoc )?(?:edit )?type"),
    Wanted("add_on_ended", r"aoc del ?(?:dt|date)(?: julian)?", is_required=False),
    Wanted("primary_ended", r"primary code del ?(?:dt|date)(?: julian)?", is_required=False),
    Wanted("begun", r"aoc edit eff ?(?:dt|date)(?: julian)?", is_required=False),
    Wanted("ended", r"aoc edit del ?(?:dt|date)(?: julian)?", is_required=False),
    Wanted("remark", r"special instructions?(?: notes?)?", is_required=False),
)
_DATES = ("add_on_ended", "primary_ended", "begun", "ended")
_DAY = r"(?:\d{7}|\s{7})"
# As CMS lays the record out, and as it reads where the fields are set apart by blanks and only one date is
# given; a line of two dates could mean two things and is refused.
_FIXED = (
    rf"^(?P<type>[123])(?P<add_on>[0-9A-Z]{{5}})(?P<add_on_ended>{_DAY})(?P<primary>[0-9A-Z]{{5}})"
    rf"(?P<primary_ended>{_DAY})(?P<begun>\d{{7}})(?P<ended>{_DAY})?(?P<remark>.*)$"
)
_SPACED = r"^(?P<type>[123])\s*(?P<add_on>[0-9A-Z]{5})\s+(?P<primary>[0-9A-Z]{5})\s+(?P<begun>\d{7})(?:\s+(?P<remark>\D.*))?$"
_CODE = r"^(?:[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})$"
_JULIAN = r"^\d{7}$"
_UNDATED = "The file gives no first day: in force no later than this day."


def recognises(file: SourceFile) -> bool:
    """Whether the head is the fixed-width record or a table of add-ons and primaries. Never raises."""
    return _is_fixed(file.head) or recognises_table(file, _WANTED, lambda _: True)


def load(file: SourceFile) -> Release:
    """Read one edition.

    Raises:
        ReferenceDataError: another layout, a cell that is no code, type or date, or nothing tells the edition.
    """
    if _is_fixed(file.head):
        rows, notes, warnings = _fixed(file), "", ()
    else:
        table = read_table(file, _WANTED, source=_SOURCE)
        rows, notes, warnings = table.frame, table.notes, table.warnings
    rows = rows.filter(pl.any_horizontal(pl.col("primary", "type").is_not_null()))
    period = period_of(file, notes, source=f"the {_SOURCE}", example="AOC_V2024Q2-MCR.txt")
    _refuse_bad(rows, file.name)
    published_on, is_stated = period.published(file)
    program = (program_of(file, notes) or "medicare").title()
    source = f"CMS {program} {_SOURCE}"
    filled = _periods(rows, period).with_columns(
        pl.lit(published_on).alias("known_from"),
        pl.lit(source).alias("source"),
        pl.lit(period.edition).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"CMS {program} NCCI Add-on Code Edits").alias("citation"),
    )
    whole = filled.unique(maintain_order=True)
    twice = filled.height - whole.height
    return Release(
        loader=LOADER.name,
        source=source,
        edition=period.edition,
        published_on=published_on,
        is_published_stated=is_stated,
        rows=rows.height,
        sets=(
            SetRelease(
                set_name="add_ons",
                frame=SETS["add_ons"].conform(whole),
                covers_from=period.day,
                covers_to=period.quarter_to,
                is_complete=True,
                note=f"Primary {CONTRACTOR}: the contractor defines the primaries.",
            ),
        ),
        warnings=(*warnings, *([f"{twice:,} row(s) stand twice; each is kept once."] if twice else [])),
    )


def _periods(rows: pl.DataFrame, period: NamedPeriod) -> pl.DataFrame:
    is_dated = rows["begun"].is_not_null().any()
    day = {name: pl.col(name).str.to_date("%Y%j", strict=False) for name in _DATES}
    last = pl.min_horizontal(day["add_on_ended"], day["primary_ended"], day["ended"])
    undated = pl.concat_str(pl.lit(_UNDATED), "remark", separator=" ", ignore_nulls=True)
    return rows.select(
        "add_on",
        "primary",
        pl.col("type").alias("add_on_type"),
        (day["begun"] if is_dated else pl.lit(period.day)).alias("effective_from"),
        last.dt.offset_by("1d").alias("effective_to"),
        (pl.col("remark") if is_dated else undated).alias("note"),
    )


def _lines(content: bytes) -> Sequence[str]:
    return content.decode("latin-1").removeprefix("ï»¿").splitlines()


def _is_fixed(head: bytes) -> bool:
    # The last line of the head may be cut.
    lines = [line for line in _lines(head)[:-1] if line.strip()]
    data = [line for line in lines if re.match(r"[123]\s*[0-9A-Z]{5}", line)]
    if not data:
        return False
    return all(re.match(_FIXED, line.rstrip()) or re.match(_SPACED, line.rstrip()) for line in data[:50])


def _fixed(file: SourceFile) -> pl.DataFrame:
    content = file.read()
    if not content.endswith((b"\n", b"\r")):
        raise ReferenceDataError(
            "ends in the middle of a row.",
            where=file.name,
            hint="The file was cut off; get it again. If it is whole, end its last row with a line end.",
        )
    text = pl.col("text").str.strip_chars_end()
    frame = pl.DataFrame({"text": _lines(content)}).with_row_index(ROW, offset=1).filter(text != "")
    # Notices above the table begin with words.
    frame = frame.filter((pl.col("text").str.contains(r"^[123]\s*[0-9A-Z]{5}")).cum_max())
    read = frame.with_columns(
        pl.coalesce(
            text.str.extract_groups(pattern).struct.field(w.name)
            if f"?P<{w.name}>" in pattern
            else pl.lit(None, pl.String)
            for pattern in (_FIXED, _SPACED)
        )
        .str.strip_chars()
        .alias(w.name)
        for w in _WANTED
    )
    bad = read.filter(pl.col("type").is_null())
    if bad.height:
        raise ReferenceDataError(
            "the line is no add-on record.",
            where=f"{file.name}, row {bad.item(0, ROW)}",
            hint=f"The layout of the {_SOURCE} may have changed; load the spreadsheet from the same archive.",
        )
    names = [w.name for w in _WANTED]
    return read.select(ROW, *(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names))


def _refuse_bad(rows: pl.DataFrame, name: str) -> None:
    is_dated = rows["begun"].is_not_null().any()
    checks = {
        "add_on": pl.col("add_on").str.contains(_CODE),
        "primary": pl.col("primary").str.contains(_CODE) | (pl.col("primary") == CONTRACTOR),
        "type": pl.col("type").is_in(["1", "2", "3"]),
        **{day: pl.col(day).is_null() | _is_day(day) for day in _DATES},
    }
    if is_dated:
        checks["begun"] = _is_day("begun")
    for column, is_good in checks.items():
        bad = rows.filter(~is_good.fill_null(value=False))
        if bad.height:
            cell = bad.item(0, column)
            raise ReferenceDataError(
                f"the {column.replace('_', ' ')} {'is missing' if cell is None else f'is {cell!r}'}.",
                where=f"{name}, row {bad.item(0, ROW)}",
                hint="Is it the file as released? Get it again if it was edited or cut.",
            )


def _is_day(column: str) -> pl.Expr:
    text = pl.col(column)
    return text.str.contains(_JULIAN) & text.str.to_date("%Y%j", strict=False).is_not_null()


LOADER = Loader(
    name="ncci-add-ons",
    title="NCCI add-on code edits",
    sets=("add_ons",),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-add-code-edits (a reduced CSV of a real edition was at hand, not CMS's own files)",
)
