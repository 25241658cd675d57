"""Coverage was not active on a date of the claim.

## What it checks

Claims of members for whom an answer about eligibility was given (`--eligibility`: X12 271 or FHIR
CoverageEligibilityResponse): whether it says that coverage was active on the first and the last date of service. An
answer without dates speaks of the day that it was asked for only. Without an answer, for a date that it does not
cover, and where two answers differ, the edit is *not evaluated*.

## Why it matters

A claim for a day without coverage denies, and often another payer would have paid. The sooner that is known, the less
of its filing limit is lost.

## How to fix

Ask for eligibility again for the date of service, compare member id and payer with the card, and send the claim to the
payer that covered the day.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CV008",
    name="coverage-not-active",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("claim_service_date").is_not_null() & (col("claim_frequency_code") != "8"),
    fires=col("is_coverage_active").not_(),
    message=format(
        "Coverage by {} was not active on {}, by the answer about eligibility.", "payer_name", "inactive_on"
    ),
    fix=Fix(
        "Ask for eligibility again for the date of service; send the claim to the payer that covered the day."
    ),
    citations=(
        Citation("X12-0826", "26, 27, 200: before, after and between coverage; N30: not eligible.", "A"),
        Citation("J1", "271 EB01: 1 to 5 active, 6 to 8 inactive.", "D"),
    ),
    prevents_carc=("26", "27", "200", "177"),
    prevents_rarc=("N30",),
)
