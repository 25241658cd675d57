"""CMS ASP NDC-HCPCS crosswalk, one quarter per file: which code a package bills under, and its contents.

The file says nothing of containers and of the unit in which the NDC is counted; both stay null.
"""

from __future__ import annotations

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.loaders.release_period import no_quarter, quarter_in_words
from scrubjay.reference.loaders.released_rows import one_per_key, package_columns, quarter_release
from scrubjay.reference.loaders.released_table import Wanted, coded, read_table, recognises_table

NAME = "asp-ndc-crosswalk"
TITLE = "CMS ASP NDC-HCPCS crosswalk"
_TITLE_WORDS = "asp ndc - hcpcs crosswalk"
_WANTED = (
    # The year before the word is that of the code set and changes with it.
    Wanted("code", "(20[0-9]{2} )?(hcpcs )?code"),
    Wanted("ndc", "ndc ?2?|ndc or alternate id"),
    Wanted("labeler", "labeler name"),
    Wanted("product", "drug name"),
    Wanted("package_size", "pkg size"),
    Wanted("package_quantity", "pkg qty"),
    Wanted("units_per_item", "billunits"),
    Wanted("units_per_package", "billunitspkg"),
    Wanted("short_description", "short description", is_required=False),
    Wanted("dosage", "hcpcs dosage", is_required=False),
)


def _recognises(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, lambda notes: _TITLE_WORDS in " ".join(notes.lower().split()))


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source=TITLE)
    quarter = quarter_in_words(table.notes)
    if quarter is None:
        raise no_quarter(file, TITLE)
    frame, said = coded(table.frame.drop("short_description", "dosage"))
    if frame.is_empty():
        raise ReferenceDataError("holds no NDC.", where=file.name, hint="It may be cut off; get it again.")
    packages, odd = package_columns(frame.drop("code"))
    packages, twice = one_per_key(
        packages.with_columns(pl.col("product", "labeler").str.replace_all(r"\s+", " ")), ("ndc", "hcpcs")
    )
    return quarter_release(
        NAME,
        TITLE,
        file,
        quarter,
        rows=frame.height,
        frames={"ndc": packages},
        citation=f"CMS, ASP NDC-HCPCS Crosswalk for Medicare Part B Drugs, quarter from {quarter.start}",
        note="The crosswalk does not list every package on the market.",
        warnings=[*table.warnings, *said, *odd, *twice],
    )


LOADER = Loader(
    NAME,
    TITLE,
    ("ndc",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files",
)
