"""Text gives a code another amount or qualifier.

## What it checks
Amount, unit and qualifier that a guide gives for one unit of a code are compared with the descriptor: `10 mg` for
`1 mg`, and `per 40 mg` for `up to 40 mg`, are both other units. Sums such as `80 mg are 8 units` are worked out anew.

## Why it matters
A wrong unit multiplies the claim: ten times too much, or a tenth of what is owed.

## How to fix
State the unit as the descriptor does, with its qualifier. Units are the dose divided by it, rounded up.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU002",
    name="billing-unit-misstated",
    severity=Severity.ERROR,
    grain=Grain.TEXT,
    applies=col("text_kind") == "unit",
    fires=col("is_text_unit_of_code").not_(),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Correct amount, unit and qualifier to those of the descriptor."),
    citations=(
        Citation("HCPCS-APR24", "CMS HCPCS Level II file: the descriptor states what one unit is.", "A"),
        Citation("CGS-JW", "Units are multiples of the descriptor's amount, rounded up.", "B"),
    ),
    prevents_carc=("16", "151"),
    prevents_rarc=("M53",),
)
