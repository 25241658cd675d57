"""The claim has no diagnosis.

## What it checks
Whether the claim carries at least one diagnosis code (2300 HI).

## Why it matters
Without a diagnosis a payer cannot tell why the drug was given; the claim is returned, and where it gets through,
medical necessity fails.

## How to fix
Enter the diagnosis that the note gives as the reason for the drug, in full length, without the dot. Example: L50.0
is sent as `HI*ABK:L500`. Never choose a diagnosis because it is covered: it must be in the record.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CS004",
    name="missing-diagnosis",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("claim_key").is_not_null(),
    fires=col("diagnosis_codes").is_null() | (col("diagnosis_codes").list.len() == 0),
    message=format("The claim has {} service line(s) and no diagnosis code.", "line_count"),
    fix=Fix("Enter the diagnosis for which the record says the drug was given (HI*ABK)."),
    citations=(
        Citation("X12-0826", "Remark M76: the diagnosis is missing or not complete (with CARC 16).", "A"),
        Citation(
            "DOC-NGS",
            "The record must show diagnosis and rationale; missing necessity is a named CERT failure.",
            "B",
        ),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M76",),
)
