"""Other containers on the market would have wasted less.

## What it checks

For every drug line with JW: the discarded units of the day, against the least that would have been left over
if the given units had been drawn from single-dose containers of one size that were on the market that day.
The sizes come from CMS's NDC crosswalk. Mixed sizes are not tried, so the true least can be smaller still. A container of one unit or
less has no discarded unit at all: that is the edit discarded-amount-below-one-unit.

## Why it matters

Contractors expect the combination of vials that wastes least, and some payers pay JW at most up to the
smallest vial on the market. A practice need not stock every size, so this is a warning: the payer may cut
the JW units, and a reviewer may ask why.

## How to fix

If the smaller vials are at hand, use them next time. Bill what was really opened; never change the units to
fit. Note why a larger container was used. 62.5 mg of a 125 mg vial: 13 units given, 12 discarded; two 40 mg
vials would have left 3.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number  # noqa: A004

EDIT = Edit(
    code="DD009",
    name="waste-not-minimal",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    # Without given units there is no waste to compare, and a multi-dose vial has none to bill.
    applies=col("has_jw")
    & col("is_drug")
    & (col("administered_units").is_null() | (col("administered_units") > 0))
    & col("container_type").ne_missing(lit("multi-dose"))
    # A container of one unit or less has no waste to bill: discarded-amount-below-one-unit.
    & (col("discarded_item_units") <= 1).ne_missing(lit(value=True)),
    fires=col("discarded_units") > col("least_waste_units"),
    message=format(
        "{}: {} units given and {} discarded; containers of {} units each would have left {} ({} of them).",
        "hcpcs",
        number("administered_units"),
        number("discarded_units"),
        number("least_waste_item_units"),
        number("least_waste_units"),
        number("least_waste_item_count"),
    ),
    fix=Fix(
        format(
            "Bill what was opened, and record why this container was used. A payer may pay at most {} discarded units.",
            number("least_waste_units"),
        )
    ),
    citations=(
        Citation(
            "CGS-JW",
            "The combination with least waste is expected: 300 mg is three 100 mg vials, not one of 400.",
            "B",
        ),
        Citation(
            "PAY-BCNC",
            "JW is capped at the smallest vial available; Horizon denies JW of a vial size not optimal.",
            "B",
        ),
    ),
    prevents_carc=("151", "222"),
    prevents_rarc=("N362",),
    unverified=col("is_least_waste_unverified"),
)
