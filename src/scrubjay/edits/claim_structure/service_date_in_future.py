"""The date of service lies after the day of the check.

## What it checks
The last day of the line, or of the statement period where the line has none, against the day the check is run
as of (`--as-of`). The same day is accepted.

## Why it matters
A service can be billed only once it has been given. A later date is nearly always a typing error in the year or a
claim that was sent before the visit; the payer rejects it.

## How to fix
Compare with the administration record. If the date is mistyped, correct it; if the service has not been given yet,
hold the claim. Example: 2042-06-03 for 2024-06-03.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CS002",
    name="service-date-in-future",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null() | col("days_until_service").is_not_null(),
    fires=col("days_until_service") > 0,
    message=format(
        "The date of service of {} lies {} day(s) after the day of this check.", "hcpcs", "days_until_service"
    ),
    fix=Fix("Correct the date from the record, or hold the claim until the service has been given."),
    citations=(
        Citation(
            "BPM15",
            "Part B covers drugs that were furnished to the patient; nothing is billed before it is given.",
            "A",
        ),
    ),
    prevents_carc=("16",),
)
