"""A replacement or void does not name the claim that it replaces.

## What it checks
A claim with frequency code 7 (replacement) or 8 (void) carries the payer's number of the original claim (2300
REF*F8).

## Why it matters
The payer looks up the original by its own number. Without it the correction is denied or taken for a duplicate,
and the time to correct runs on.

## How to fix
Take the payer's claim number from the remittance of the original (835 CLP07), not your own account number, and send
it as REF*F8. A replacement repeats the whole claim, not only the changed line.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CS008",
    name="replacement-without-original-reference",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("claim_frequency_code").is_in(["7", "8"]),
    fires=col("original_reference_number").is_null(),
    message=format("Frequency code {} and no number of the original claim (REF*F8).", "claim_frequency_code"),
    fix=Fix("Send the payer's claim number of the original, from the remittance (CLP07), as REF*F8."),
    citations=(
        Citation("X12-RFI2110", "REF*F8 is required with a replacement or void, and only then.", "A"),
        Citation(
            "X12-0826", "Remarks M47 and N152: the payer's number of the original is missing or wrong.", "A"
        ),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M47", "N152"),
)
