"""CMS payment limits of not otherwise classified drugs (NOC), one quarter per file."""

from __future__ import annotations

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.loaders.release_period import no_quarter, quarter_in_words
from scrubjay.reference.loaders.released_rows import one_per_key, quarter_release
from scrubjay.reference.loaders.released_table import (
    Wanted,
    number,
    number_warnings,
    read_table,
    recognises_table,
)

NAME = "asp-noc-pricing"
TITLE = "CMS NOC drug payment limits"
_TITLE_WORDS = "not otherwise classified"
_WANTED = (
    Wanted("generic_name", "drug generic name( trade name)?"),
    Wanted("dosage", "dosage"),
    Wanted("payment_limit", "payment limit"),
    Wanted("limit_note", "notes", is_required=False),
)


def _recognises(file: SourceFile) -> bool:
    return recognises_table(
        file, _WANTED, lambda notes: _TITLE_WORDS in notes.lower() and "payment limit" in notes.lower()
    )


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source=TITLE)
    quarter = quarter_in_words(table.notes)
    if quarter is None:
        raise no_quarter(file, TITLE)
    # A note below the table stands alone in its row.
    frame = table.frame.filter(
        pl.col("generic_name").is_not_null(),
        pl.any_horizontal(pl.col("dosage", "payment_limit").is_not_null()),
    )
    if frame.is_empty():
        raise ReferenceDataError("holds no drug.", where=file.name, hint="It may be cut off; get it again.")
    limits, twice = one_per_key(
        frame.with_columns(
            pl.col("generic_name", "dosage", "limit_note").str.replace_all(r"\s+", " "),
            number("payment_limit").alias("payment_limit"),
        ),
        ("generic_name",),
    )
    return quarter_release(
        NAME,
        TITLE,
        file,
        quarter,
        rows=frame.height,
        frames={"noc_limits": limits},
        citation=f"CMS, Payment Allowance Limits for NOC Drugs, quarter from {quarter.start}",
        note="Which unlisted code such a drug goes under is the contractor's word.",
        warnings=[*table.warnings, *number_warnings(frame, ("payment_limit",)), *twice],
    )


LOADER = Loader(
    NAME,
    TITLE,
    ("noc_limits",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files",
)
