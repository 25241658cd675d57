"""JW although one billing unit covers the whole container.

## What it checks

For every drug line with JW: how many billing units one container of the drug holds, by its NDC. If a
container holds one unit or less, the unit that was billed for the given drug already covers what was left.
Without an NDC the edit looks at the packages of the code that are held, and then marks its answer as
unverified.

## Why it matters

JW may not be used when the code's unit is as large as dose and waste together. Billing it asks to be paid
twice for one container. The rest does not fill a billing unit, so it counts as no discarded unit at all.

## How to fix

Bill the rounded-up unit with JZ and remove the JW line. 100 mg from a 125 mg vial in 2023, when the code stood
for up to 125 mg: J2930-JZ x 1, no JW line.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="DD007",
    name="discarded-amount-below-one-unit",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_jw") & col("is_drug"),
    fires=col("discarded_item_units") <= 1,
    message=format(
        "{}-JW x {}: one container of this drug is {} billing unit, so the unit billed for the given dose already "
        "covers what was left.",
        "hcpcs",
        number("units"),
        number("discarded_item_units"),
    ),
    fix=Fix(format("Remove the JW line and bill the given units as {}-JZ.", "hcpcs")),
    citations=(
        Citation(
            "NOR-JZ",
            "JW is not used when the billing unit is at least dose plus waste; 70 of 100 mg at 100 mg a unit is one unit "
            "with JZ and no JW line.",
            "B",
        ),
        Citation("PAY-UHC-MD", "JW is not allowed when the dose is less than the billing unit.", "B"),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "N823"),
    unverified=col("is_discarded_item_inferred"),
)
