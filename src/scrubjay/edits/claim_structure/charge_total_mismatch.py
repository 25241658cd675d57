"""The total charge of the claim is not the sum of its line charges.

## What it checks
CLM02 against the sum of all SV102 (professional) or SV203 (institutional), to the cent. A total line with revenue
code 0001 is not counted.

## Why it matters
Clearinghouses and payers balance the claim before they read anything else; one that does not balance is rejected
and nobody looks at the drug.

## How to fix
Recompute the total after the last change of a line. A difference that equals one line's charge usually means a
line was added or taken off late. Example: lines of 100.00 and 100.00 with a claim total of 250.00 differ by 50.00.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CS003",
    name="charge-total-mismatch",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("line_count") > 0,
    fires=col("claim_charge_amount") != col("line_charge_total"),
    message=format(
        "The claim total is {}, the lines add up to {}: a difference of {}.",
        "claim_charge_amount",
        "line_charge_total",
        col("claim_charge_amount") - col("line_charge_total"),
    ),
    fix=Fix(
        format(
            "If the lines are right, send the total as {} (CLM02); otherwise correct the line.",
            "line_charge_total",
        ),
        change=("claim_charge_amount", col("line_charge_total")),
    ),
    citations=(
        Citation(
            "J1", "CLM02 is the total of the claim, SV102 or SV203 the charge of a line; they balance.", "D"
        ),
        Citation("X12-0826", "CARC 16: the claim has an error that keeps it from being judged.", "A"),
    ),
    prevents_carc=("16",),
)
