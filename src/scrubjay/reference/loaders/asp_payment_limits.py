"""CMS Medicare Part B drug payment limits (ASP), one quarter per file.

Short descriptions are not read: those of CPT numbers are not ours to keep, and the long descriptors of the
HCPCS file say more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.quantity import plain
from scrubjay.reference.descriptor import parse_descriptor
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.loaders.release_period import no_quarter, quarter_in_words
from scrubjay.reference.loaders.released_rows import one_per_key, quarter_release
from scrubjay.reference.loaders.released_table import (
    Wanted,
    coded,
    number,
    number_warnings,
    read_table,
    recognises_table,
)
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.reference.descriptor import BillingUnit

NAME = "asp-payment-limits"
TITLE = "CMS Medicare Part B drug payment limits (ASP)"
_TITLE_WORDS = "payment allowance limits for medicare part b drugs"
_AMOUNTS = (
    "payment_limit",
    "coinsurance_percent",
    "vaccine_awp_percent",
    "vaccine_limit",
    "blood_awp_percent",
    "blood_limit",
)
_WANTED = (
    Wanted("code", "hcpcs code"),
    Wanted("payment_limit", "payment limit"),
    Wanted("dosage", "hcpcs code dosage"),
    Wanted("coinsurance_percent", "co ?insurance percentage"),
    Wanted("vaccine_awp_percent", "vaccine awp", is_required=False),
    Wanted("vaccine_limit", "vaccine limit", is_required=False),
    Wanted("blood_awp_percent", "blood awp", is_required=False),
    Wanted("blood_limit", "blood limit", is_required=False),
    Wanted("clotting_factor", "clotting factor", is_required=False),
    Wanted("limit_note", "notes", is_required=False),
    Wanted("short_description", "short description", is_required=False),
)


def _recognises(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, lambda notes: _TITLE_WORDS in " ".join(notes.lower().split()))


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source=TITLE)
    quarter = quarter_in_words(table.notes)
    if quarter is None:
        raise no_quarter(file, TITLE)
    frame, said = coded(table.frame.drop("short_description"))
    if frame.is_empty():
        raise ReferenceDataError(
            "holds no payment limit.", where=file.name, hint="It may be cut off; get it again."
        )
    warnings = [*table.warnings, *said, *number_warnings(frame, _AMOUNTS), *_flag_warnings(frame)]
    limits, twice = one_per_key(
        frame.select(
            "_row",
            "hcpcs",
            *(number(c).alias(c) for c in _AMOUNTS),
            pl.when(pl.col("clotting_factor") == "1").then(statement=True).alias("is_clotting_factor"),
            pl.col("limit_note").str.replace_all(r"\s+", " "),
        ),
        ("hcpcs",),
    )
    dosages, _ = one_per_key(_dosages(frame), ("hcpcs",))
    return quarter_release(
        NAME,
        TITLE,
        file,
        quarter,
        rows=frame.height,
        frames={"payment_limits": limits, "asp_dosage": dosages},
        citation=f"CMS, Payment Allowance Limits for Medicare Part B Drugs, quarter from {quarter.start}",
        note="A code without a row has no limit in this table; that says nothing of coverage.",
        warnings=[*warnings, *twice],
    )


def _flag_warnings(frame: pl.DataFrame) -> list[str]:
    odd = frame.filter(pl.col("clotting_factor") != "1")
    return (
        [f"The clotting factor column says other than 1 in {odd.height:,} rows: left empty."]
        if odd.height
        else []
    )


def _dosages(frame: pl.DataFrame) -> pl.DataFrame:
    """What one unit is; amount and unit where the text is one plain amount."""
    dosages = frame.select("_row", "hcpcs", pl.col("dosage").str.replace_all(r"\s+", " ")).drop_nulls(
        "dosage"
    )
    texts = dosages["dosage"].unique().to_list()
    read = [_one_amount(text) for text in texts]
    units = pl.DataFrame(
        {
            "dosage": texts,
            "dosage_amount": [plain(u.quantity.amount) if u else None for u in read],
            "dosage_unit": [u.noun or u.quantity.unit.symbol if u else None for u in read],
        },
        schema={"dosage": pl.String, "dosage_amount": pl.String, "dosage_unit": pl.String},
    )
    return dosages.join(
        units.with_columns(pl.col("dosage_amount").cast(QUANTITY)),
        on="dosage",
        how="left",
        maintain_order="left",
    )


def _one_amount(text: str) -> BillingUnit | None:
    unit = parse_descriptor(text)
    return None if unit is None or unit.components else unit


LOADER = Loader(
    NAME,
    TITLE,
    ("payment_limits", "asp_dosage"),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files",
)
