"""From HCPCS records, however they came, to a release: checked, dated, cut into sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SetRelease
from scrubjay.reference.loaders.hcpcs_layout import (
    ACTIONS,
    ANY_CODE,
    CODE_MORE,
    CODE_RECORD,
    DATES,
    MODIFIER,
    MODIFIER_MORE,
    MODIFIER_RECORD,
    REPEATED,
    gathered,
)
from scrubjay.reference.loaders.hcpcs_period import ReleasePeriod, by_days
from scrubjay.reference.loaders.hcpcs_sets import (
    attribute_rows,
    change_rows,
    code_kind,
    drug_rows,
    hcpcs_rows,
    modifier_rows,
    snapshot,
    stamped,
    successor_rows,
    with_drug_texts,
)
from scrubjay.reference.loaders.released_table import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.reference.loaders.base import SourceFile

SOURCE = "CMS HCPCS alpha-numeric file"
"""One name for every form that it comes in, so that editions of different forms can be compared."""
SETS_FILLED = ("hcpcs", "drugs", "modifiers", "successors", "hcpcs_attributes", "code_changes")
LAYOUT = "HCPCS record layout in each release: cms.gov, HCPCS Quarterly Update"
_ANNUAL = "The releases up to 2019 are annual: codes that CMS added during the year are in the next one."
_PARTLY = {
    "drugs": "Codes that the columns of the file call drugs; of a few codes they do not tell.",
    "modifiers": "Level II modifiers; those of CPT are not in the file.",
    "successors": "Cross references that the records of ended codes give; most give none.",
    "code_changes": "The last action on each code.",
}
"""Sets in which an absent row does not say that there is none, and why."""
_SHOWN = 8
_MORE = (CODE_MORE, MODIFIER_MORE)


def records_release(
    file: SourceFile,
    records: pl.DataFrame,
    *,
    loader: str,
    line_word: str,
    warnings: Sequence[str] = (),
    has_descriptors: bool = True,
) -> Release:
    """Check the records of a release and cut them into sets.

    Args:
        file: where they came from.
        records: the fields of the layout as strings, one row per record or spreadsheet row, and `_row`.
        loader: name of the loader.
        line_word: what `_row` counts: `line` or `row`.
        warnings: what was said while reading.
        has_descriptors: false for a table of the other columns only: no drug is read from it.

    Raises:
        ReferenceDataError: a record that is none of the layout, with its line and field.
    """
    said = list(warnings)
    check = _Checks(file, line_word)
    joined = check.checked(records, has_descriptors=has_descriptors)
    said += check.twice(joined)
    joined, unread = _without_bad_asc_days(joined)
    said += unread
    joined = joined.unique([c for c in joined.columns if c != ROW], keep="first", maintain_order=True)
    upside_down = joined.filter(pl.col("ended") < pl.col("added"))
    if upside_down.height:
        said.append(f"Ends before it begins, so never in force: {_some(upside_down)}.")
    period = by_days(file, joined.select(pl.max_horizontal("added", "action_from")).to_series())
    joined, capitals = _sentence_case(joined)
    said += capitals
    is_modifier = pl.col("record") == MODIFIER_RECORD
    codes = with_drug_texts(joined.filter(~is_modifier)).with_columns(code_kind().alias("kind"))
    frames = {
        "hcpcs": hcpcs_rows(codes),
        "drugs": drug_rows(codes).filter(pl.col("drug").is_not_null()),
        "modifiers": modifier_rows(joined.filter(is_modifier)),
        "successors": successor_rows(codes),
        "hcpcs_attributes": snapshot(attribute_rows(codes), period),
        "code_changes": change_rows(joined, period.start),
    }
    return Release(
        loader=loader,
        source=SOURCE,
        edition=period.edition,
        published_on=period.published_on,
        is_published_stated=period.is_stated,
        rows=records.height,
        sets=tuple(_set(name, frame, period) for name, frame in frames.items() if frame.height),
        warnings=tuple(said),
    )


def _set(name: str, frame: pl.DataFrame, period: ReleasePeriod) -> SetRelease:
    notes = [
        period.note,
        *([_ANNUAL] if period.is_annual else []),
        *([_PARTLY[name]] if name in _PARTLY else []),
    ]
    return SetRelease(
        name,
        stamped(name, frame, period, SOURCE),
        covers_from=period.start,
        covers_to=period.end,
        is_complete=name not in _PARTLY and not period.is_annual,
        note=" ".join(notes),
    )


class _Checks:
    """The rules of the layout, and where a record breaks one."""

    def __init__(self, file: SourceFile, line_word: str) -> None:
        self._file = file
        self._word = line_word

    def checked(self, records: pl.DataFrame, *, has_descriptors: bool) -> pl.DataFrame:
        """Records with their continuations joined, dates as dates, repeated fields as lists."""
        if records.is_empty():
            raise ReferenceDataError("holds no HCPCS records.", where=self._file.name)
        records = records.with_columns(pl.col("code").str.to_uppercase().str.strip_chars())
        kinds = (CODE_RECORD, MODIFIER_RECORD, *_MORE)
        self._refuse(records, ~pl.col("record").is_in(kinds).fill_null(value=False), "record")
        form = pl.when(pl.col("record").is_in([MODIFIER_RECORD, MODIFIER_MORE])).then(
            pl.col("code").str.contains(MODIFIER)
        )
        self._refuse(
            records, ~form.otherwise(pl.col("code").str.contains(ANY_CODE)).fill_null(value=False), "code"
        )
        first = records.filter(~pl.col("record").is_in(_MORE))
        for name in DATES:
            self._refuse(first, pl.col(name).is_not_null() & _day(name).is_null(), name)
        self._refuse(first, pl.col("added").is_null(), "added")
        if has_descriptors:
            self._refuse(first, pl.col("descriptor").is_null(), "descriptor")
        self._refuse(first, ~pl.col("action").is_in(list(ACTIONS)).fill_null(value=True), "action")
        number = pl.col("anesthesia_units")
        self._refuse(first, number.is_not_null() & ~number.str.contains(r"^\d{1,3}$"), "anesthesia_units")
        return self._joined(records).with_columns(
            *(_day(name).alias(name) for name in DATES), *(gathered(name) for name in REPEATED)
        )

    def twice(self, joined: pl.DataFrame) -> list[str]:
        """A sentence for codes that stand more than once: alike, apart in time, or contradicting."""
        crowded = joined.filter(pl.len().over("code", "record") > 1)
        if crowded.is_empty():
            return []
        alike = crowded.filter(crowded.drop(ROW).is_duplicated())
        said = [f"Listed twice, alike, and kept once: {_some(alike)}."] if alike.height else []
        end = pl.col("ended").fill_null(pl.date(9999, 12, 31))
        pairs = crowded.with_columns(end.alias("_end")).join(
            crowded.with_columns(end.alias("_end")), on=["code", "record"], suffix="_b"
        )
        overlapping = pairs.filter(
            pl.col(ROW) < pl.col(f"{ROW}_b"),
            pl.col("added") <= pl.col("_end_b"),
            pl.col("added_b") <= pl.col("_end"),
        )
        texts = overlapping.filter(pl.col("descriptor") != pl.col("descriptor_b"))
        if texts.height:
            said.append(
                f"Two descriptors on one day, so neither is used there: {_some(texts)}. Both rows are kept."
            )
        same_text = overlapping.filter(pl.col("descriptor") == pl.col("descriptor_b"))
        others = same_text.join(alike.select("code").unique(), on="code", how="anti")
        if others.height:
            said.append(f"Periods of one code overlap: {_some(others)}.")
        return said

    def _joined(self, records: pl.DataFrame) -> pl.DataFrame:
        """One row per code: the descriptor runs on over the continuation records."""
        is_more = pl.col("record").is_in(_MORE)
        blocks = records.with_columns((~is_more).cum_sum().alias("_block"))
        owner = pl.col("code").first().over("_block")
        self._refuse(
            blocks,
            is_more & ((pl.col("_block") == 0) | (pl.col("code") != owner)),
            "code",
            "continues no code",
        )
        texts = blocks.group_by("_block", maintain_order=True).agg(
            pl.col("descriptor")
            .drop_nulls()
            .str.join(" ")
            .str.replace_all(r"\s+", " ")
            .replace("", None)
            .alias("_text")
        )
        return (
            blocks.filter(~is_more)
            .join(texts, on="_block", how="left", maintain_order="left")
            .with_columns(pl.col("_text").alias("descriptor"))
            .drop("_block", "_text")
        )

    def _refuse(self, records: pl.DataFrame, is_bad: pl.Expr, name: str, why: str | None = None) -> None:
        bad = records.filter(is_bad)
        if bad.is_empty():
            return
        row, value = bad.item(0, ROW), bad.item(0, name)
        more = f"; so do {bad.height - 1:,} more" if bad.height > 1 else ""
        what = why or ("is missing" if value is None else "is not of the HCPCS record layout")
        shown = "" if value is None else f" {str(value)[:40]!r}"
        raise ReferenceDataError(
            f"{name.replace('_', ' ')}{shown} {what}{more}.",
            where=f"{self._file.name}, {self._word} {row}",
            hint="The file is damaged or its layout has changed; compare it with the record layout of the release.",
        )


def _day(name: str) -> pl.Expr:
    """A date of the record; null where it is no date. Some tables write it with hyphens."""
    bare = pl.col(name).str.replace_all("-", "", literal=True)
    return pl.when(bare.str.contains(r"^\d{8}$")).then(bare).str.to_date("%Y%m%d", strict=False)


def _without_bad_asc_days(records: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The ASC day as a date. In the 2018 release some stand two places early; group and day are then left empty."""
    is_bad = pl.col("asc_from").is_not_null() & _day("asc_from").is_null()
    bad = records.filter(is_bad)
    read = records.with_columns(
        pl.when(~is_bad.fill_null(value=False)).then("asc_group").alias("asc_group"),
        _day("asc_from").alias("asc_from"),
    )
    return read, [
        f"The day of the ASC group is no date, so both are left empty: {_some(bad)}."
    ] if bad.height else []


def _some(rows: pl.DataFrame) -> str:
    names = rows["code"].unique(maintain_order=True)
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names.head(_SHOWN))}{more}"


def _sentence_case(records: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """CMS writes a descriptor with one capital, the first; in some copies of its file all letters are capitals."""
    text = pl.col("descriptor")
    is_capital = ~text.str.contains(r"\p{Ll}") & text.str.contains(r"\p{Lu}{2}")
    lowered = pl.concat_str(text.str.slice(0, 1), text.str.slice(1).str.to_lowercase())
    count = records.filter(is_capital).height
    said = (
        f"{count:,} descriptors are in capitals; they were set as CMS writes them, one capital at the start."
    )
    first = pl.concat_str(text.str.slice(0, 1).str.to_uppercase(), text.str.slice(1))
    return records.with_columns(pl.when(is_capital).then(lowered).otherwise(first).alias("descriptor")), (
        [said] if count else []
    )
