"""What the two files of the FDA's NDC directory have in common: days, lists, containers, the release."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import polars as pl
import yaml

from scrubjay.reference.loaders.base import Release, SetRelease
from scrubjay.reference.loaders.plain_table import ROW, after, release_day, shown, without_bad_dates
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.reference.loaders.base import SourceFile

SOURCE = "FDA NDC directory"
LAYOUT = "https://www.fda.gov/drugs/drug-approvals-and-databases/national-drug-code-directory"
# `25 VIAL, SINGLE-DOSE in 1 CARTON (...)  / 2 mL in 1 VIAL, SINGLE-DOSE`: a number and words in capitals.
_COUNT = r"(?:^|\bin\s|[/>*])\s*[\d.,]+\s+"
_PACKAGING = rf"{_COUNT}[A-Z][A-Z]+(?:(?: |, ?|-)[A-Z]+)*"
_UNDATED = "The directory gives no first day of marketing; the row counts from the day of the release."
_NOTE = (
    "The directory lists what is marketed on the day of the release; what has left the market is not in it."
)


def listed(column: str) -> pl.Expr:
    """The parts of a cell that a semicolon separates, without blanks and empty parts; null where empty."""
    parts = pl.col(column).str.split(";").list.eval(pl.element().str.strip_chars().replace("", None))
    return parts.list.drop_nulls().alias(column)


def package_words(description: str) -> pl.Expr:
    """The packagings that a description names, each once, in its order; null where it names none."""
    phrases = pl.col(description).str.extract_all(_PACKAGING)
    words = phrases.list.eval(pl.element().str.replace(_COUNT, "")).list.unique(maintain_order=True)
    return pl.when(words.list.len() > 0).then(words)


def container_type(description: str) -> pl.Expr:
    """single-dose or multi-dose where a description says one of them in words, else null."""
    said = {
        kind: pl.col(description).str.to_uppercase().str.contains_any(words)
        for kind, words in _container_words().items()
    }
    one = pl.sum_horizontal(said.values()) == 1
    found = pl.coalesce(pl.when(is_said).then(pl.lit(kind)) for kind, is_said in said.items())
    return pl.when(one).then(found)


def names_several_types(description: str) -> pl.Expr:
    """Whether a description names containers of both types, as that of a kit may."""
    upper = pl.col(description).str.to_uppercase()
    return pl.sum_horizontal(upper.str.contains_any(words) for words in _container_words().values()) > 1


def marketed(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Marketing dates as the half-open period of a row; rows whose dates make none are left out.

    Args:
        frame: `_row`, `start` and `end` as written, the last day inclusive.
    """
    frame, said = without_bad_dates(frame, ("start", "end"))
    backward = frame.filter(pl.col("end") < pl.col("start"))
    if backward.height:
        what = backward.with_columns(pl.col("end").cast(pl.String))
        said.append(f"Marketing ends before it begins in {shown(what, 'end')}: these rows are left out.")
        frame = frame.join(backward.select(ROW), on=ROW, how="anti", maintain_order="left")
    return frame.with_columns(
        pl.col("start").alias("effective_from"), after("end").alias("effective_to")
    ).drop("start", "end"), said


def flag(column: str, yes: str) -> pl.Expr:
    """Whether a cell is `yes`; null where it is empty."""
    return (pl.col(column).str.to_uppercase() == yes).alias(column)


def directory_release(
    name: str, file: SourceFile, set_name: str, frame: pl.DataFrame, *, rows: int, warnings: Iterable[str]
) -> Release:
    """The release of one file of the directory.

    Args:
        name: of the loader.
        file: where it is from.
        set_name: the set that its rows are of.
        frame: rows with their period, without provenance; `_row` is dropped.
        rows: data rows of the file.
        warnings: what a curator should see.

    Raises:
        ReferenceDataError: nothing tells the day of the release.
    """
    published_on, is_stated = release_day(file, None, source=SOURCE)
    edition = published_on.isoformat()
    undated = pl.col("effective_from").is_null()
    filled = frame.drop(ROW).with_columns(
        # No open beginning: the source says that it is marketed on the day of the release, and no more.
        pl.col("effective_from").fill_null(published_on),
        pl.when(undated).then(pl.lit(_UNDATED)).otherwise(_note_of(frame)).alias("note"),
        pl.lit(published_on).alias("known_from"),
        pl.lit(SOURCE).alias("source"),
        pl.lit(edition).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"FDA, National Drug Code Directory, release of {edition}").alias("citation"),
    )
    part = SetRelease(set_name, SETS[set_name].conform(filled), None, None, is_complete=False, note=_NOTE)
    return Release(name, SOURCE, edition, published_on, is_stated, rows, (part,), tuple(warnings))


def kept_apart(frame: pl.DataFrame, key: str) -> tuple[pl.DataFrame, list[str]]:
    """Drop rows that are alike but for `product_id`, and say which keys still stand several times."""
    others = [c for c in frame.columns if c not in (ROW, "product_id")]
    frame = frame.unique(subset=others, keep="first", maintain_order=True)
    twice = frame.filter(pl.len().over(key) > 1).unique(subset=key, keep="first", maintain_order=True)
    if twice.is_empty():
        return frame, []
    return frame, [
        f"Listed more than once with different values, all kept; where they differ no value is taken: {shown(twice, key)}."
    ]


def _note_of(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("note") if "note" in frame.columns else pl.lit(None, pl.String)


@cache
def _container_words() -> dict[str, list[str]]:
    text = resources.files("scrubjay.reference.loaders").joinpath("fda_ndc.yaml").read_text("utf-8")
    return yaml.safe_load(text)["container_types"]
