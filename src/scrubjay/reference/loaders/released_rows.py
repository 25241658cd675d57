"""From what a release lists to rows of a reference set: period, provenance, one row per key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.loaders.base import Release, SetRelease
from scrubjay.reference.loaders.release_period import edition_name, published
from scrubjay.reference.loaders.released_table import ROW, number, number_warnings, row_ranges, shown
from scrubjay.reference.sets import SETS
from scrubjay.tables.columns import DATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from scrubjay.reference.loaders.base import SourceFile
    from scrubjay.reference.loaders.release_period import Quarter

_SHOWN = 8
# Already in claim form but for its hyphens. Other forms would need padding, and which segment is not said.
_NDC = r"^\d{5}-\d{4}-\d{2}$"


def quarter_rows(
    set_name: str,
    frame: pl.DataFrame,
    quarter: Quarter,
    *,
    known_from: date,
    source: str,
    edition: str,
    citation: str,
    confidence: str = "A",
) -> pl.DataFrame:
    """Rows of `SETS[set_name]`, all valid in the quarter; a `note` column of the frame is kept.

    Args:
        set_name: the set.
        frame: the set's own columns, some may be missing; `_row` is dropped.
        quarter: period of the release.
        known_from: publication day.
        source: title of the source.
        edition: name of the release.
        citation: where a reader finds it.
        confidence: A to D.
    """
    return SETS[set_name].conform(
        frame.drop(ROW, strict=False).with_columns(
            pl.lit(quarter.start, DATE).alias("effective_from"),
            pl.lit(quarter.end, DATE).alias("effective_to"),
            pl.lit(known_from, DATE).alias("known_from"),
            pl.lit(source).alias("source"),
            pl.lit(edition).alias("edition"),
            pl.lit(confidence).alias("confidence"),
            pl.lit(citation).alias("citation"),
        )
    )


def quarter_release(
    name: str,
    title: str,
    file: SourceFile,
    quarter: Quarter,
    *,
    rows: int,
    frames: Mapping[str, pl.DataFrame],
    citation: str,
    note: str,
    warnings: Iterable[str],
) -> Release:
    """A complete release of one quarter, one set per frame.

    Args:
        name: of the loader.
        title: of the source.
        file: where it is from; its name or its archive may give the day of publication.
        quarter: period of the release.
        rows: data rows of the file.
        frames: rows by set, without period and provenance.
        citation: where a reader finds it.
        note: what is held and what is not.
        warnings: what a curator should see.
    """
    edition = edition_name(file, quarter)
    day, is_stated = published(file, quarter)
    return Release(
        name,
        title,
        edition,
        day,
        is_stated,
        rows,
        tuple(
            SetRelease(
                set_name,
                quarter_rows(
                    set_name, frame, quarter, known_from=day, source=title, edition=edition, citation=citation
                ),
                quarter.start,
                quarter.end,
                is_complete=True,
                note=note,
            )
            for set_name, frame in frames.items()
        ),
        tuple(warnings),
    )


def one_per_key(frame: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, list[str]]:
    """One row per key; where a key stands twice, only what its rows agree on.

    Args:
        frame: rows with `_row`.
        key: columns that identify a row.

    Returns:
        The rows in the order of the file, and a sentence for keys that stand twice, alike or not.
    """
    crowded = pl.len().over(*key) > 1
    several = frame.filter(crowded)
    if several.is_empty():
        return frame, []
    others = [c for c in frame.columns if c not in (*key, ROW)]
    agree = [pl.col(c).n_unique() == 1 for c in others]
    merged = several.group_by(*key, maintain_order=True).agg(
        pl.col(ROW).min(),
        *(pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()).alias(c) for c in others),
        pl.all_horizontal(agree).alias("_same"),
        pl.col(ROW).alias("_rows"),
    )
    said: list[str] = []
    for is_same, what in (
        (True, "alike; kept once"),
        (False, "with different values, which were left empty"),
    ):
        part = merged.filter(pl.col("_same") == is_same)
        if part.height:
            some = "; ".join(
                f"{' '.join(map(str, row[:-1]))} in rows {row_ranges(row[-1])}"
                for row in part.select(*key, "_rows").head(_SHOWN).iter_rows()
            )
            more = f"; and {part.height - _SHOWN:,} more" if part.height > _SHOWN else ""
            said.append(f"Listed more than once, {what}: {some}{more}.")
    kept = pl.concat([frame.filter(~crowded), merged.select(frame.columns)]).sort(ROW)
    return kept, said


def package_columns(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Read the package columns of an ASP crosswalk: NDC, sizes, billing units.

    A product number that is no NDC (skin substitutes have such) is left out with a warning: it is never
    padded into one. The units of a whole package are only compared: BILLUNITSPKG is BILLUNITS x PKG QTY.

    Args:
        frame: columns `_row`, `ndc`, `package_size`, `package_quantity`, `units_per_item`,
            `units_per_package` as written, and any others.

    Returns:
        The rows with an NDC: `ndc` of 11 digits, exact amounts, `note` where the file contradicts itself.
    """
    amounts = ("package_size", "package_quantity", "units_per_item", "units_per_package")
    said = number_warnings(frame, amounts)
    none = frame.filter(~pl.col("ndc").str.contains(_NDC).fill_null(value=False))
    if none.height:
        said.append(
            f"{none.height:,} of {frame.height:,} rows hold a product number that is no NDC of the form 5-4-2, "
            f"such as {shown(none.head(3), 'ndc')}; they were left out: rows {row_ranges(none[ROW])}."
        )
    found = frame.join(none.select(ROW), on=ROW, how="anti", maintain_order="left").with_columns(
        pl.col("ndc").str.replace_all("-", ""), *(number(c).alias(c) for c in amounts)
    )
    package = pl.col("units_per_item") * pl.col("package_quantity")
    differs = (package != pl.col("units_per_package")).fill_null(value=False)
    found = found.with_columns(
        pl.when(differs)
        .then(pl.lit("The file gives units for the whole package that are not units per item times items."))
        .alias("note")
    )
    odd = found.filter(differs)
    if odd.height:
        said.append(
            f"The units of a package are not units per item times items in {odd.height:,} rows, kept as "
            f"published with a note: rows {row_ranges(odd[ROW])}."
        )
    return found.drop("units_per_package"), said
