"""CMS ASC Addendum BB: payment indicator and rate of ancillary services in an ambulatory surgical centre.

One quarter per file, comma or tab text or a spreadsheet. Short descriptors are never read.
"""

from __future__ import annotations

import re

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.loaders.opps_status import status_rows
from scrubjay.reference.loaders.release_period import Quarter, no_quarter, quarter_in_header
from scrubjay.reference.loaders.released_rows import one_per_key, quarter_release
from scrubjay.reference.loaders.released_table import Wanted, coded, read_table, recognises_table

NAME = "asc-addendum-bb"
TITLE = "CMS ASC Addendum BB"
_TITLE_WORDS = "asc covered ancillary services"
# Every column but the code carries the quarter: `April 2024 Payment Rate`, `Final CY 2021 Payment Rate`.
_PERIOD = "(?P<period>(final |proposed )?([a-z]+ )?(cy )?20[0-9]{2} )?"
_WANTED = (
    Wanted("code", "hcpcs code"),
    Wanted("status_indicator", f"{_PERIOD}payment indicator"),
    Wanted("payment_rate", f"{_PERIOD}payment rate"),
    Wanted("adjusted_copayment", f"{_PERIOD}ira 22 adjusted copayment ?1?", is_required=False),
    # Known and not kept.
    Wanted("short_descriptor", "short descriptor", is_required=False),
    Wanted("weight", f"{_PERIOD}payment weight", is_required=False),
    Wanted("comment", f"{_PERIOD}comment indicator", is_required=False),
    Wanted("expires", "drug (and device )?pass through expiration during calendar year", is_required=False),
)
_YEAR = re.compile(r"for CY (20\d\d)", re.IGNORECASE)


def _recognises(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, lambda notes: _TITLE_WORDS in " ".join(notes.lower().split()))


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source=TITLE)
    if "proposed" in table.headers["payment_rate"].lower():
        raise ReferenceDataError(
            "holds proposed rates.",
            where=file.name,
            hint="Load the addendum of the final rule or of a quarter.",
        )
    quarter = _quarter(table.headers["payment_rate"], table.notes, file)
    frame, said = coded(
        table.frame.select("_row", "code", "status_indicator", "payment_rate", "adjusted_copayment")
    )
    if frame.is_empty():
        raise ReferenceDataError("holds no code.", where=file.name, hint="It may be cut off; get it again.")
    rows, odd = status_rows(frame, "asc")
    rows, twice = one_per_key(rows, ("hcpcs", "status_setting"))
    return quarter_release(
        NAME,
        TITLE,
        file,
        quarter,
        rows=frame.height,
        frames={"status": rows},
        citation=f"CMS, ASC Addendum BB, Covered Ancillary Services, quarter from {quarter.start}",
        note="ASC status of covered ancillary services, drugs among them; surgical procedures stand in Addendum AA.",
        warnings=[*table.warnings, *said, *odd, *twice],
    )


def _quarter(header: str, notes: str, file: SourceFile) -> Quarter:
    """By the header of the rate; the yearly file says its year only and is in force from January."""
    quarter = quarter_in_header(header)
    year = _YEAR.search(notes)
    if quarter is None and year and re.search(rf"cy\s*{year[1]}", header, re.IGNORECASE):
        quarter = quarter_in_header(f"january {year[1]}")
    if quarter is None:
        raise no_quarter(file, TITLE)
    if year and int(year[1]) != quarter.start.year:
        raise ReferenceDataError(
            f"has rates of {quarter.name}, but its title says CY {year[1]}.",
            where=file.name,
            hint="Get it again.",
        )
    return quarter


LOADER = Loader(
    NAME,
    TITLE,
    ("status",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/payment/prospective-payment-systems/ambulatory-surgical-center-asc/asc-payment-rates-addenda",
)
