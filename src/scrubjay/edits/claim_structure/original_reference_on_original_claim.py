"""An original claim names another claim as its original.

## What it checks
A claim with frequency code 1 that carries REF*F8, the payer's number of an original claim.

## Why it matters
Either the claim is meant as a correction, and will be taken as a second original and denied as a duplicate, or the
reference was left over from an earlier submission. A reference is asked for only with a replacement or a void.

## How to fix
If the payer has decided the earlier claim and takes replacements, send frequency 7. If the earlier one was rejected
at the front end or returned as unprocessable, it is not on file: send frequency 1 without REF*F8. Some payers ask
for the number on new claims after a rejection; then leave it.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, lit

EDIT = Edit(
    code="CS009",
    name="original-reference-on-original-claim",
    severity=Severity.WARNING,
    grain=Grain.CLAIM,
    applies=col("claim_frequency_code") == "1",
    fires=col("original_reference_number").is_not_null(),
    message=lit("Frequency code 1 (original) with the number of an original claim (REF*F8)."),
    fix=Fix(
        "Send frequency 7 if this corrects a claim that the payer has decided, otherwise take REF*F8 off."
    ),
    citations=(
        Citation(
            "X12-RFI1538",
            "REF*F8 belongs to replacements and voids; it must not be demanded for frequency 1.",
            "A",
        ),
        Citation("X12-RFI2173", "7 replaces, 8 voids the claim that the payer's number names.", "A"),
    ),
    prevents_carc=("18",),
    prevents_rarc=("N522",),
)
