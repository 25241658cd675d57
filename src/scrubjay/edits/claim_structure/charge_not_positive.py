"""The charge of a line is zero or negative.

## What it checks
The charge of a line with a procedure code is above zero. Not asked of performance and quality measures, of vaccines
supplied by the state (SL), or of items that came at no cost (FB), which are rightly sent at zero.

## Why it matters
Nothing is paid on a zero charge, and no later claim can raise it once the filing limit has passed. A negative charge
is rejected.

## How to fix
Enter the fee. If the drug came free of charge (white-bagged, sample, patient assistance) a zero or one-cent line is
right only where the payer asks for it; otherwise bill the administration alone. Example: J1745 at 0.00 beside 96413
for a payer that wants the history.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any  # noqa: A004

# Performance and quality measures: Category II numbers, and the ranges G8, G9 and M1 of Level II.
_MEASURE = r"^(\d{4}F|G[89]\d{3}|M1\d{3})$"
_NO_CHARGE_EXPECTED = col("hcpcs").str.contains(_MEASURE) | has_any("modifiers", ["SL", "FB"])

EDIT = Edit(
    code="CS012",
    name="charge-not-positive",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null() & _NO_CHARGE_EXPECTED.not_(),
    fires=col("charge_amount") <= 0,
    message=format("{} is charged at {}.", "hcpcs", "charge_amount"),
    fix=Fix("Enter the fee; keep a zero only if the drug cost you nothing and this payer asks for the line."),
    citations=(
        Citation("AAO", "Free drugs: some payers want the code at 0.00 or 0.01 for the history.", "B"),
        Citation(
            "BPM15",
            "No payment for a drug that was no expense to the biller; its administration is still payable.",
            "A",
        ),
    ),
)
