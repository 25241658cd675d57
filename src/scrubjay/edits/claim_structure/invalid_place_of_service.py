"""The place of service is not in the code set on the date.

## What it checks
The place of service of a professional line (its own, else the claim's) is one of CMS's two-digit codes in force on
the date of service. Institutional claims have a type of bill instead.

## Why it matters
The place decides who may bill the drug and at which rate. A code that does not exist, or did not exist yet on the
date, is rejected at the front end.

## How to fix
Use the code of the place where the patient was: 11 is an office, 12 the patient's home, 22 an on-campus outpatient
hospital, 19 an off-campus one. Example: 1 for 11 is a typing error.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CS007",
    name="invalid-place-of-service",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("claim_kind") == "professional",
    fires=col("is_place_of_service_known").not_(),
    message=format(
        "Place of service {} is not in the code set on the date of service.", "place_of_service_code"
    ),
    fix=Fix("Enter the two-digit code of the place where the drug was given."),
    citations=(
        Citation(
            "CMS", "Place of service codes for professional claims, with the day each came into force.", "A"
        ),
        Citation(
            "X12-0826", "CARC 5 and remark M77: place of service missing, not valid or not fitting.", "A"
        ),
    ),
    prevents_carc=("5", "16"),
    prevents_rarc=("M77",),
)
