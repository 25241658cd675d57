"""The dose in the chart makes other units than the claim bills.

## What it checks
That the administered dose, divided by what one unit stands for and rounded up once, is the number of units billed
without JW for that code and day. Where the chart states two different doses for one administration, it is said.

## Why it matters
Too many units must be paid back, too few are money left on the table; a record that contradicts itself supports
neither.

## How to fix
Bill what was given. Example: 80 mg of J2919 (5 mg a unit) is 16 units; 25 would be the whole 125 mg vial.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO003",
    name="dose-differs-from-claim",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("dose_state") != "present",
    message=format(
        "The chart of {} on {} and the units billed differ: {}.", "hcpcs", "service_date", "dose_gap"
    ),
    fix=Fix("Compare the administration record with the line, and bill what was given."),
    citations=(
        Citation("CGS-JW", "Units are multiples of the descriptor's amount, rounded up once.", "B"),
        Citation("ACR-WASTE", "Dose given and amount discarded stand in the record.", "B"),
    ),
    prevents_carc=("16", "153"),
    prevents_rarc=("M53",),
)
