"""The ICD-10-CM release that the package simple-icd-10-cm carries: codes, headers, descriptors.

Importing that package builds a tree of 98,000 objects and takes seconds; its files are read here
as columns instead, in hundredths of a second and only when an edit asks. Which days a release is in
force is data (`icd10.yaml`), because the files do not say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib import resources, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

if TYPE_CHECKING:
    from datetime import date

_PACKAGE = "simple_icd_10_cm"
_CODE = r"^[A-Z][0-9A-Z]{2,6}$"
_NAMED = re.compile(
    r"<name>([^<]+)</name>\s*<desc>([^<]*)</desc>|<extension char=\"(.)\">([^<]*)</extension>"
)
_LEAST_LENGTH, _LONGEST = 3, 7
_WORDS = {"stem": pl.String, "words": pl.String}
_ADDITIONS = {"stem": pl.String, "seventh": pl.String, "addition": pl.String}


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
def packaged_descriptors() -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the tabular list of the packaged release says in words.

    Returns:
        `stem` and `words` of every code that is written out, and `stem`, `seventh` and `addition` of the
        seventh characters that a stem and all codes below it take.
    """
    words: dict[str, str] = {}
    additions: list[tuple[str, str, str]] = []
    release = packaged_release()
    text = ""
    if release is not None and release.descriptor_file.is_file():
        text = unescape(release.descriptor_file.read_text(encoding="utf-8"))
    stem = ""
    # A code's own table of seventh characters stands between its name and the codes below it.
    for name, descriptor, seventh, addition in _NAMED.findall(text):
        if name:
            stem = name.replace(".", "")
            words.setdefault(stem, descriptor)
        else:
            additions.append((stem, seventh, addition))
    return (
        pl.DataFrame({"stem": list(words), "words": list(words.values())}, schema=_WORDS),
        pl.DataFrame(additions, schema=_ADDITIONS, orient="row").unique(["stem", "seventh"], keep="first"),
    )


def descriptors_of(diagnoses: pl.Series) -> pl.DataFrame:
    """Descriptors of some codes as in the tabular list; codes not in the release are absent.

    The words of a code with a seventh character are those of its stem and of that character.

    Args:
        diagnoses: codes without the dot, upper case.

    Returns:
        `diagnosis` and `descriptor`, at most one row per code.
    """
    release = packaged_release()
    asked = diagnoses.alias("diagnosis").unique().drop_nulls().to_frame()
    if release is None or asked.is_empty():
        return pl.DataFrame(schema={"diagnosis": pl.String, "descriptor": pl.String})
    held = asked.join(release.codes.select("diagnosis"), on="diagnosis", how="semi")
    words, additions = packaged_descriptors()
    lengths = range(_LEAST_LENGTH, _LONGEST + 1)
    stems = (
        held.with_columns(
            pl.concat_list(pl.col("diagnosis").str.slice(0, n) for n in lengths).alias("stem"),
            pl.when(pl.col("diagnosis").str.len_chars() == _LONGEST)
            .then(pl.col("diagnosis").str.slice(_LONGEST - 1))
            .alias("seventh"),
        )
        .explode("stem")
        .unique()
        .sort(pl.col("stem").str.len_chars())
    )
    of_stem = stems.join(words, on="stem", maintain_order="left").unique(
        "diagnosis", keep="last", maintain_order=True
    )
    of_seventh = stems.join(additions, on=["stem", "seventh"], maintain_order="left").unique(
        "diagnosis", keep="last", maintain_order=True
    )
    return of_stem.join(of_seventh.select("diagnosis", "addition"), on="diagnosis", how="left").select(
        "diagnosis",
        pl.when((pl.col("stem") == pl.col("diagnosis")) | pl.col("addition").is_null())
        .then("words")
        .otherwise(pl.concat_str("words", "addition", separator=", "))
        .alias("descriptor"),
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
