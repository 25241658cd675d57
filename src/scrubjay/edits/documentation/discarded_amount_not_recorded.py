"""An amount must have been discarded, and the chart does not say how much.

## What it checks
That the chart states the amount discarded where JW is billed, or where a single-dose vial held more than the dose.
"Nothing left" is a statement too, and contradicts JW. If the size of the vial is nowhere stated, the question is
open.

## Why it matters
JW is paid from the record only: dose given, amount discarded, amount on the label. JZ on such a line is a statement
that nothing payable was discarded.

## How to fix
Ask for the amount discarded, if any; do not compute it into the record. Example: "45 mg of the 125 mg single-dose
vial discarded".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO007",
    name="discarded-amount-not-recorded",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_discard") & col("asks_discard"),
    fires=col("discard_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "discard_gap"),
    fix=Fix("Ask: please document the amount discarded, if any, with the size of the vials opened."),
    citations=(
        Citation("ACR-WASTE", "The record shows dose given, amount discarded and vial label amount.", "B"),
        Citation("FCSO-JWJZ", "Discarded amounts are documented in the record.", "B"),
    ),
    prevents_carc=("16", "112"),
)
