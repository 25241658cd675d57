"""CMS OPPS Addendum B: hospital outpatient status and rate by code, one quarter per file.

Read as released, and in the reduced layout that softek/CMS.HCPCS keeps. The file as released names its year
only, so its name has to say the quarter, and may say the day: a corrected release of the same quarter is
another edition. Short descriptors are never read.
"""

from __future__ import annotations

import re

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.loaders.opps_status import CITATION, TITLE, status_rows
from scrubjay.reference.loaders.release_period import Quarter, no_quarter, quarter_in_header, quarter_named
from scrubjay.reference.loaders.released_rows import one_per_key, quarter_release
from scrubjay.reference.loaders.released_table import (
    ReleasedTable,
    Wanted,
    coded,
    read_table,
    recognises_table,
)

NAME = "opps-addendum-b"
_WANTED = (
    Wanted("code", "hcpcs ?code"),
    Wanted("status_indicator", "si|status ?indicator"),
    Wanted("payment_rate", "payment ?rate"),
    Wanted("minimum_copayment", "minimum unadjusted copayment", is_required=False),
    Wanted("adjusted_copayment", "adjusted beneficiary copayment", is_required=False),
    Wanted("adjusted_percent", "ira coinsurance percentage", is_required=False),
    Wanted("status_note", "note", is_required=False),
    Wanted("source", "source", is_required=False),
    # Known and not kept.
    Wanted("short_descriptor", "short ?descriptor", is_required=False),
    Wanted("apc", "apc", is_required=False),
    Wanted("relative_weight", "relative weight", is_required=False),
    Wanted("national_copayment", "national unadjusted copayment", is_required=False),
    Wanted("expires", "drug (and device )?pass through expiration during calendar year", is_required=False),
    Wanted("changed", "(indicates a )?changed?", is_required=False),
)
_KEPT = ("status_indicator", "payment_rate", "minimum_copayment", "adjusted_copayment", "adjusted_percent")
_YEAR = re.compile(r"HCPCS Code for CY (20\d\d)", re.IGNORECASE)
_REDUCED = re.compile(r"^HCPCSCode\n", re.IGNORECASE)


def _recognises(file: SourceFile) -> bool:
    return recognises_table(
        file, _WANTED, lambda notes: bool(_YEAR.search(notes) and "OPPS" in notes) or _is_reduced(notes)
    )


def _is_reduced(notes: str) -> bool:
    return bool(_REDUCED.match(notes)) and "StatusIndicator" in notes


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source=TITLE)
    quarter = _quarter(table, file)
    frame, said = coded(table.frame.select("_row", "code", *_KEPT, "status_note"))
    if frame.is_empty():
        raise ReferenceDataError("holds no code.", where=file.name, hint="It may be cut off; get it again.")
    rows, odd = status_rows(frame, "hopd")
    rows, twice = one_per_key(rows, ("hcpcs", "status_setting"))
    return quarter_release(
        NAME,
        TITLE,
        file,
        quarter,
        rows=frame.height,
        frames={"status": rows},
        citation=f"{CITATION}, quarter from {quarter.start}",
        note="Hospital outpatient status of every code listed. The quarter is from the file's name or its source column.",
        warnings=[*table.warnings, *said, *odd, *twice],
    )


def _quarter(table: ReleasedTable, file: SourceFile) -> Quarter:
    labels = table.frame["source"].drop_nulls().unique().to_list()
    if labels:
        quarter = quarter_named(labels[0]) if len(labels) == 1 else None
    else:
        # The file's own name, else that of the archive or folder it lies in.
        *_, folder, base = ("", *file.name.replace("\\", "/").split("/"))
        quarter = quarter_in_header(base) or quarter_in_header(folder)
    if quarter is None:
        raise no_quarter(file, TITLE)
    year = _YEAR.search(table.notes)
    if year and int(year[1]) != quarter.start.year:
        raise ReferenceDataError(
            f"is named for the quarter {quarter.name}, but its title says CY {year[1]}.",
            where=file.name,
            hint="Give the file the name of its quarter.",
        )
    return quarter


LOADER = Loader(
    NAME,
    TITLE,
    ("status",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/payment/prospective-payment-systems/hospital-outpatient-pps/quarterly-addenda-updates",
)
