"""The HCPCS alpha-numeric file as text: records of 320 characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader
from scrubjay.reference.loaders.hcpcs_layout import LAST_POSITION, LENGTH, cut
from scrubjay.reference.loaders.hcpcs_release import LAYOUT, SETS_FILLED, records_release
from scrubjay.reference.loaders.released_table import ROW

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import Release, SourceFile

_NAME = "hcpcs-records"
# Code and sequence number, then the kind of record. A modifier stands in positions 4 and 5; some copies of
# the file have lost the blanks before it.
_IN_PLACE = r"^(?:[A-Z][0-9]{4}|[0-9]{4}[0-9A-Z]|   [A-Z0-9]{2})[0-9]{5}[3478]"
_SHIFTED = r"^[A-Z0-9]{2}[0-9]{5}[78]"
_CODE_WIDTH = 5
_END_OF_FILE = "\x1a"


def _recognises(file: SourceFile) -> bool:
    lines = _decoded(file.head).splitlines()
    hits = [line for line in lines if re.match(_IN_PLACE, line) or re.match(_SHIFTED, line)]
    return len(hits) > 0 and max(map(len, hits)) >= LAST_POSITION - _CODE_WIDTH


def _load(file: SourceFile) -> Release:
    text = _decoded(file.read()).rstrip(_END_OF_FILE)
    if not text.endswith("\n") and len(text) - text.rfind("\n") - 1 < LAST_POSITION:
        raise ReferenceDataError(
            "ends in the middle of a record.",
            where=f"{file.name}, line {text.count(chr(10)) + 1}",
            hint="The file was cut off; get it again.",
        )
    lines = (
        pl.DataFrame({"line": text.split("\n")})
        .with_row_index(ROW, offset=1)
        .with_columns(pl.col("line").str.strip_chars_end("\r" + _END_OF_FILE))
        .with_columns(
            pl.col("line").str.contains(_IN_PLACE).alias("_in_place"),
            pl.col("line").str.contains(_SHIFTED).alias("_shifted"),
        )
        .with_columns((pl.col("_in_place") | pl.col("_shifted")).alias("_is_record"))
    )
    said: list[str] = []
    body = lines.filter(pl.col("_is_record").cum_sum() > 0)
    stray = body.filter(~pl.col("_is_record"), pl.col("line").str.strip_chars() != "")
    if stray.height:
        raise ReferenceDataError(
            f"is no HCPCS record{f'; nor are {stray.height - 1:,} more lines' if stray.height > 1 else ''}.",
            where=f"{file.name}, line {stray.item(0, ROW)}",
            hint="The file is damaged or its layout has changed; compare it with the record layout of the release.",
        )
    records = body.filter("_is_record")
    shifted = records.filter(~pl.col("_in_place"))
    if shifted.height:
        said.append(
            f"{shifted.height:,} modifier records have lost the blanks before the modifier; read three places on."
        )
        moved = pl.concat_str(pl.lit("   "), pl.col("line"))
        # The copy was padded to its length again behind; those blanks are not part of the record.
        line = pl.when(~pl.col("_in_place")).then(moved.str.slice(0, LENGTH)).otherwise(pl.col("line"))
        records = records.with_columns(line.alias("line"))
    _refuse_short(records, file)
    surplus = records.filter(pl.col("line").str.slice(LAST_POSITION).str.strip_chars() != "")
    if surplus.height:
        said.append(
            f"Positions after {LAST_POSITION} hold something in {surplus.height:,} records, the first on line "
            f"{surplus.item(0, ROW)}: a field was added to the layout; it is not read."
        )
    fields = records.with_columns(pl.col("line").str.pad_end(LENGTH)).select(ROW, *cut("line"))
    return records_release(file, fields, loader=_NAME, line_word="line", warnings=said)


def _refuse_short(records: pl.DataFrame, file: SourceFile) -> None:
    """The first record of a code carries its dates at the end: a shorter one was cut off."""
    is_first = pl.col("line").str.slice(10, 1).is_in(["3", "7"])
    short = records.filter(is_first, pl.col("line").str.len_chars() < LAST_POSITION)
    if short.height:
        raise ReferenceDataError(
            f"has {len(short.item(0, 'line')):,} characters where a HCPCS record has {LENGTH}.",
            where=f"{file.name}, line {short.item(0, ROW)}",
            hint="The file was cut off or stripped; get it again.",
        )


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


LOADER = Loader(
    name=_NAME,
    title="HCPCS Level II codes and modifiers, text records",
    sets=SETS_FILLED,
    recognises=_recognises,
    load=_load,
    is_tested_on_real_file=True,
    layout=LAYOUT,
)
