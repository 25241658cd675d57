"""Lists of HCPCS codes that do not say which have ended: descriptions, a table without ends, bare codes.

None of these is a layout of CMS. A discontinued code stays in CMS's files for four years and more, so that a
code is listed does not say that it is valid: the rows go to `listed_codes`, never to `hcpcs`. The one
exception: a table with first days says of a code added within the year before the release what it is, since
no older release can; those codes are given to `hcpcs`, `drugs` and `modifiers` without an end, and each row
says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.hcpcs_layout import ANY_CODE, LEVEL_TWO, MODIFIER, MODIFIER_RECORD
from scrubjay.reference.loaders.hcpcs_period import ReleasePeriod, by_days, by_name
from scrubjay.reference.loaders.hcpcs_sets import (
    code_kind,
    drug_rows,
    hcpcs_rows,
    modifier_rows,
    snapshot,
    stamped,
    with_drug_texts,
)
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table
from scrubjay.tables.columns import DATE

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_NAME = "hcpcs-listing"
_SOURCE = "CMS HCPCS code listing"
DESCRIPTIONS = (
    Wanted("code", "hcpcs code"),
    Wanted("kind_of_text", "hcpcs desc type"),
    Wanted("descriptor", "hcpcs description"),
)
"""Columns of a file with a row for each long and short descriptor."""
_TABLE = (
    Wanted("code", "hcpc"),
    Wanted("record", "recid"),
    Wanted("descriptor", "long description"),
    Wanted("added", "add dt"),
    Wanted("action_year", "act eff year"),
    Wanted("short_descriptor", "short description approx", is_required=False),
    Wanted("rest", "tos slice", is_required=False),
)
_OPEN = "The release states no end of a code; added within the year before it."
_NOT_VALID = "A listed code may have ended."
_LEAST_CODES = 10


def _is_table(file: SourceFile) -> bool:
    return recognises_table(file, _TABLE, lambda notes: "act_eff_year" in notes.lower())


def _is_descriptions(file: SourceFile) -> bool:
    return recognises_table(file, DESCRIPTIONS, lambda notes: "desc_type" in notes.lower())


def _is_bare(file: SourceFile) -> bool:
    """Nothing but codes, one on a line; a head may end inside one."""
    text = file.head.decode("latin-1").rstrip("\x1a")
    lines = text.splitlines()
    whole = lines if file.size <= len(file.head) else lines[:-1]
    said = [line.strip() for line in whole if line.strip()]
    return len(said) >= _LEAST_CODES and all(re.match(LEVEL_TWO, line) for line in said)


def _recognises(file: SourceFile) -> bool:
    return _is_table(file) or _is_descriptions(file) or _is_bare(file)


def _load(file: SourceFile) -> Release:
    if _is_table(file):
        return _load_table(file)
    if _is_descriptions(file):
        frame = long_descriptors(file)
        return _listing(frame, by_name(file, "HCPCS descriptions"), rows=frame["_rows"].item(0))
    text = file.read().decode("latin-1").rstrip("\x1a")
    codes = pl.DataFrame({"code": text.splitlines()}).with_row_index(ROW, offset=1)
    codes = codes.with_columns(pl.col("code").str.strip_chars()).filter(pl.col("code") != "")
    _refuse_odd(codes, file, "line")
    return _listing(codes, by_name(file, "HCPCS code list"), rows=codes.height)


def long_descriptors(file: SourceFile) -> pl.DataFrame:
    """The long descriptors of a file of descriptions.

    Returns:
        `_row`, code, descriptor, and `_rows`, the number of rows of the whole file.

    Raises:
        ReferenceDataError: a row is about no code, or neither long nor short.
    """
    frame = read_table(file, DESCRIPTIONS, source="HCPCS descriptions").frame
    _refuse_odd(frame, file, "row")
    kind = pl.col("kind_of_text").str.to_lowercase()
    odd = frame.filter(~kind.is_in(["long", "short"]).fill_null(value=False))
    if odd.height:
        raise ReferenceDataError(
            "is neither a long nor a short descriptor.",
            where=f"{file.name}, row {odd.item(0, ROW)}",
            hint="The layout has changed; the second column should say `Long` or `Short`.",
        )
    return frame.filter(kind == "long").select(ROW, "code", "descriptor", pl.lit(frame.height).alias("_rows"))


def _refuse_odd(frame: pl.DataFrame, file: SourceFile, word: str) -> None:
    code = pl.col("code")
    odd = frame.filter(~(code.str.contains(ANY_CODE) | code.str.contains(MODIFIER)).fill_null(value=False))
    if odd.height:
        raise ReferenceDataError(
            f"is about no HCPCS code{f'; nor are {odd.height - 1:,} more' if odd.height > 1 else ''}.",
            where=f"{file.name}, {word} {odd.item(0, ROW)}",
            hint="The file is damaged; get it again.",
        )


def _listing(
    frame: pl.DataFrame,
    period: ReleasePeriod,
    *,
    rows: int,
    more: tuple[SetRelease, ...] = (),
) -> Release:
    is_ours = pl.col("code").str.contains(LEVEL_TWO) | pl.col("code").str.contains(r"^[A-Z0-9]{2}$")
    said: list[str] = []
    twice = frame.filter(pl.col("code").is_duplicated())["code"].unique(maintain_order=True)
    if len(twice):
        said.append(f"Listed twice; the first is kept: {', '.join(twice.head(8))}.")
    listed = frame.unique("code", keep="first", maintain_order=True).select(
        pl.col("code").alias("hcpcs"),
        *([pl.when(is_ours).then("descriptor").alias("descriptor")] if "descriptor" in frame.columns else []),
        *([pl.col("added").alias("added_on"), "action_year"] if "added" in frame.columns else []),
    )
    rest = SetRelease(
        "listed_codes",
        stamped("listed_codes", snapshot(listed, period), period, _SOURCE),
        covers_from=period.start,
        covers_to=period.end,
        is_complete=not period.is_annual,
        note=f"{period.note} {_NOT_VALID}",
    )
    return Release(
        loader=_NAME,
        source=_SOURCE,
        edition=period.edition,
        published_on=period.published_on,
        is_published_stated=period.is_stated,
        rows=rows,
        sets=(rest, *more),
        warnings=tuple(said),
    )


def _load_table(file: SourceFile) -> Release:
    frame = read_table(file, _TABLE, source="HCPCS table without ends").frame
    _refuse_odd(frame, file, "row")
    read = frame.with_columns(
        pl.col("added").str.to_date("%Y%m%d", strict=False),
        pl.col("action_year").cast(pl.Int32, strict=False),
        pl.lit(None, DATE).alias("ended"),
    )
    for name in ("added", "action_year"):
        bad = frame.filter(frame[name].is_not_null() & read[name].is_null())
        if bad.height or read[name].null_count() == read.height:
            where = f", row {bad.item(0, ROW)}" if bad.height else ""
            raise ReferenceDataError(
                f"column {name.replace('_', ' ')} holds no {'date' if name == 'added' else 'year'}.",
                where=f"{file.name}{where}",
                hint="The file is damaged or its layout has changed.",
            )
    period = by_days(file, read["added"])
    return _listing(read, period, rows=frame.height, more=_recent(read, period))


def _recent(frame: pl.DataFrame, period: ReleasePeriod) -> tuple[SetRelease, ...]:
    """What the release alone can say: the codes added within the year before it ends."""
    year_before = pl.lit(period.start, DATE).dt.offset_by("-1y")
    new = frame.filter(pl.col("added") > year_before).with_columns(pl.lit(_OPEN).alias("note"))
    is_modifier = pl.col("record") == MODIFIER_RECORD
    codes = (
        with_drug_texts(new.filter(~is_modifier))
        .with_columns(
            # The table has no payment data: chapter and descriptor decide alone.
            pl.lit(None, pl.List(pl.String())).alias("pricing"),
            pl.lit(None, pl.String).alias("betos"),
            pl.lit(None, pl.String).alias("type_of_service1"),
        )
        .with_columns(code_kind().alias("kind"))
        .with_columns(pl.when(pl.col("kind").is_in(["drug", "vaccine"])).then("kind").alias("kind"))
    )
    frames = {
        "hcpcs": hcpcs_rows(codes),
        "drugs": drug_rows(codes),
        "modifiers": modifier_rows(new.filter(is_modifier)),
    }
    return tuple(
        SetRelease(
            name,
            stamped(name, rows, period, _SOURCE),
            covers_from=period.start,
            covers_to=period.end,
            is_complete=False,
            note=f"Codes added within the year before the release; it states no ends. {period.note}",
        )
        for name, rows in frames.items()
        if rows.height
    )


LOADER = Loader(
    name=_NAME,
    title="HCPCS Level II codes as a list without ends",
    sets=("listed_codes", "hcpcs", "drugs", "modifiers"),
    recognises=_recognises,
    load=_load,
    is_tested_on_real_file=True,
    layout="Tables of other projects with CMS's fields: code, long descriptor, first day; or codes alone",
)
