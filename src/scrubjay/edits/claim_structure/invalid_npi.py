"""A provider number on the claim fails its length or check digit.

## What it checks
Every national provider identifier on the claim and its lines (billing, rendering, referring, ordering, attending,
facility) has ten digits, begins with 1 or 2, and ends in the right check digit. It does not check to whom the number
belongs. A provider without a number is no finding here.

## Why it matters
A number with one mistyped digit is rejected at the front end, before any drug line is looked at. The check digit
finds every single wrong digit and nearly every exchange of two neighbours.

## How to fix
Look the provider up in the NPI registry and copy the number. Example: 1345678910 passes, 1345678911 does not.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="CS006",
    name="invalid-npi",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("npi_count") > 0,
    fires=col("invalid_npis").list.len() > 0,
    message=format(
        "Not a valid NPI: {} ({} provider numbers on the claim).", listed("invalid_npis"), "npi_count"
    ),
    fix=Fix(
        "Copy the number of this provider anew from the NPI registry; one digit is wrong or two are exchanged."
    ),
    citations=(
        Citation(
            "X12-0826",
            "Remarks N264, N265, N286, N290 with CARC 16: ordering, referring or rendering identifier is missing or not valid.",
            "A",
        ),
        Citation(
            "CMS", "The NPI is ten digits, the last a Luhn check digit computed with the prefix 80840.", "A"
        ),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N264", "N265", "N286", "N290"),
)
