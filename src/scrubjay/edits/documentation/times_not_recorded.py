"""An infusion is billed, and the chart has no start and stop.

## What it checks
That the chart states when the infusion started and when it ended. How long it should have run is no record.

## Why it matters
Infusion codes are paid by time: without both ends the payer pays a push, or nothing.

## How to fix
Look for the flowsheet. Example: "start 09:10, stop 11:20".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO008",
    name="times-not-recorded",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_infusion"),
    fires=col("times_state") != "present",
    message=format(
        "{} is billed on {}, and the times of the infusion are incomplete: {}.",
        "hcpcs",
        "service_date",
        "times_gap",
    ),
    fix=Fix("Find the flowsheet with start and stop; without them bill what the record supports."),
    citations=(Citation("DOC-LISTS", "Start and stop times are recorded for infusions.", "B"),),
    prevents_carc=("152", "150"),
)
