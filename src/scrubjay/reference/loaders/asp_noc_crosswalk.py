"""CMS crosswalk of packages of not otherwise classified drugs (NOC), one quarter per file."""

from __future__ import annotations

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.loaders.release_period import no_quarter, quarter_in_words
from scrubjay.reference.loaders.released_rows import one_per_key, package_columns, quarter_release
from scrubjay.reference.loaders.released_table import Wanted, read_table, recognises_table

NAME = "asp-noc-crosswalk"
TITLE = "CMS NOC NDC crosswalk"
_TITLE_WORDS = "asp noc ndc - hcpcs crosswalk"
_WANTED = (
    Wanted("generic_name", "drug generic name( trade name)?"),
    Wanted("ndc", "ndc ?2?|ndc or alternate id"),
    Wanted("labeler", "labeler name"),
    Wanted("product", "drug name"),
    Wanted("dosage", "dosage"),
    Wanted("package_size", "pkg size"),
    Wanted("package_quantity", "pkg qty"),
    Wanted("units_per_item", "billunits"),
    Wanted("units_per_package", "billunitspkg"),
)


def _recognises(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, lambda notes: _TITLE_WORDS in " ".join(notes.lower().split()))


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source=TITLE)
    quarter = quarter_in_words(table.notes)
    if quarter is None:
        raise no_quarter(file, TITLE)
    frame = table.frame.filter(pl.col("generic_name").is_not_null(), pl.col("ndc").is_not_null())
    if frame.is_empty():
        raise ReferenceDataError("holds no NDC.", where=file.name, hint="It may be cut off; get it again.")
    packages, odd = package_columns(
        frame.with_columns(
            pl.col("generic_name", "product", "labeler", "dosage").str.replace_all(r"\s+", " ")
        )
    )
    packages, twice = one_per_key(packages, ("ndc", "generic_name"))
    return quarter_release(
        NAME,
        TITLE,
        file,
        quarter,
        rows=frame.height,
        frames={"noc_ndcs": packages},
        citation=f"CMS, ASP NOC NDC-HCPCS Crosswalk for Medicare Part B Drugs, quarter from {quarter.start}",
        note="The crosswalk does not list every package on the market.",
        warnings=[*table.warnings, *odd, *twice],
    )


LOADER = Loader(
    NAME,
    TITLE,
    ("noc_ndcs",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files",
)
