"""The amount left in the vials makes other JW units than the claim bills.

## What it checks
From the dose and the vials that the chart records: what was left beyond the billed units, in whole units rounded
down, and no more than is stated as discarded, against the units billed with JW for that code and day. None billed where some were left is found too.

## Why it matters
Discarded drug that is recorded and not billed is money left on the table; more than the record shows is an
overpayment.

## How to fix
Bill the discarded units on a line of their own with JW. Example: 80 mg from a 125 mg vial of J2919 (5 mg a unit) is
16 units given and 9 with JW.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="DO016",
    name="discarded-units-differ-from-record",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    # Who bills JW is held to the record, whether the payer demands it or not.
    applies=col("has_chart")
    & col("is_chart_drug")
    & (col("payer_requires_discard_modifiers") | (col("discarded_units_billed") > 0)),
    fires=col("discarded_units_of_record") != col("discarded_units_billed"),
    message=format(
        "The chart of {} on {} leaves {} whole units in the vials; {} are billed with JW. The record supports: {}.",
        "hcpcs",
        "service_date",
        number("discarded_units_of_record"),
        number("discarded_units_billed"),
        "expected_lines",
    ),
    fix=Fix(
        format(
            "Bill what the record supports: {}. JW goes with an amount discarded that the record states.",
            "expected_lines",
        )
    ),
    citations=(
        Citation(
            "ACR-WASTE", "77 mg of a 100 mg vial at 10 mg a unit are 8 units given and 2 discarded.", "B"
        ),
        Citation("CGS-JW", "Given amounts round up, discarded amounts down.", "B"),
    ),
    prevents_carc=("16",),
)
