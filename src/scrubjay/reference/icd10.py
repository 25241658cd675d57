"""The ICD-10-CM release that the package simple-icd-10-cm carries: codes, headers, descriptors.

Importing that package builds a tree of 98,000 objects and takes seconds; its files are read here
as columns instead, in hundredths of a second and only when an edit asks. Which days a release is in
force is data (`icd10.yaml`), because the files do not say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

if TYPE_CHECKING:
    from datetime import date

_PACKAGE = "simple_icd_10_cm"
_CODE = r"^[A-Z][0-9A-Z]{2,6}$"
_NAMED = re.compile(r"<name>([^<]+)</name>\s*<desc>([^<]*)</desc>")
_LEAST_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Icd10Release:
    """One yearly release of ICD-10-CM.

    Attributes:
        edition: year and month of the release.
        covers_from, covers_to: dates of service that it is in force for, half-open.
        updated_on: first day of the update that the release includes; codes which that update added
            are not told apart from the older ones.
        codes: `diagnosis` (no dot, upper case, sorted as in the tabular list) and `is_billable`, false
            for a header that needs more characters.
        descriptor_file: where the descriptors are.
    """

    edition: str
    covers_from: date
    covers_to: date
    updated_on: date
    codes: pl.DataFrame
    descriptor_file: Path


@cache
def packaged_release() -> Icd10Release | None:
    """The release in the installed package; null where the package or its dates are not known."""
    folder = _folder()
    if folder is None:
        return None
    listed = yaml.safe_load(resources.files("scrubjay.reference").joinpath("icd10.yaml").read_text("utf-8"))
    for entry in listed["releases"]:
        path = folder / str(entry["codes"])
        if path.is_file():
            return _read(path, folder, entry)
    return None


@cache
def packaged_descriptors() -> pl.DataFrame:
    """`diagnosis` and `descriptor` of the packaged release, for every code of the tabular list.

    Codes whose seventh character comes from a table have none of their own; `descriptors_of` gives
    those of their stem.
    """
    release = packaged_release()
    if release is None or not release.descriptor_file.is_file():
        return pl.DataFrame(schema={"diagnosis": pl.String, "descriptor": pl.String})
    found = _NAMED.findall(release.descriptor_file.read_text(encoding="utf-8"))
    return (
        pl.DataFrame(found, schema={"diagnosis": pl.String, "descriptor": pl.String}, orient="row")
        .with_columns(pl.col("diagnosis").str.replace(".", "", literal=True))
        .filter(pl.col("diagnosis").str.contains(_CODE))
        .unique("diagnosis", keep="first", maintain_order=True)
    )


def descriptors_of(diagnoses: pl.Series) -> pl.DataFrame:
    """Descriptors of some codes, of the longest stem that has one; codes not in the release are absent.

    Args:
        diagnoses: codes without the dot, upper case.

    Returns:
        `diagnosis` and `descriptor`, at most one row per code.
    """
    release = packaged_release()
    empty = pl.DataFrame(schema={"diagnosis": pl.String, "descriptor": pl.String})
    if release is None:
        return empty
    asked = diagnoses.alias("diagnosis").unique().drop_nulls().to_frame()
    held = asked.join(release.codes.select("diagnosis"), on="diagnosis", how="semi")
    if held.is_empty():
        return empty
    stems = held.with_columns(
        pl.concat_list(
            pl.col("diagnosis").str.slice(0, n).str.strip_chars_end("X")
            if n > _LEAST_LENGTH
            else pl.col("diagnosis").str.slice(0, n)
            for n in range(_LEAST_LENGTH, 8)
        ).alias("_stem")
    ).explode("_stem")
    # The code itself may end in X as a real character (no such stem exists otherwise), so it is asked for too.
    own = held.with_columns(pl.col("diagnosis").alias("_stem"))
    return (
        pl.concat([stems, own])
        .unique()
        .join(packaged_descriptors().rename({"diagnosis": "_stem"}), on="_stem")
        .sort(pl.col("_stem").str.len_chars())
        .unique("diagnosis", keep="last", maintain_order=True)
        .select("diagnosis", "descriptor")
    )


def _folder() -> Path | None:
    found = util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "data"


def _read(path: Path, folder: Path, entry: dict[str, Any]) -> Icd10Release:
    lines = pl.Series("diagnosis", path.read_text(encoding="utf-8").splitlines())
    # The list runs depth first: a code is a header where the next one begins with it. Ranges (A00-A09) are no
    # codes, and a range of one code (B20) is listed as that code a second time.
    codes = (
        lines.to_frame()
        .filter(pl.col("diagnosis").str.contains(_CODE))
        .unique("diagnosis", maintain_order=True)
    )
    is_header = pl.col("diagnosis").shift(-1).str.starts_with(pl.col("diagnosis")).fill_null(value=False)
    return Icd10Release(
        edition=str(entry["edition"]),
        covers_from=entry["covers_from"],
        covers_to=entry["covers_to"],
        updated_on=entry["updated_on"],
        codes=codes.with_columns(is_header.not_().alias("is_billable")),
        descriptor_file=folder / str(entry["descriptors"]),
    )
