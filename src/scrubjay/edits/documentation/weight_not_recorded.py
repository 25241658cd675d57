"""The dose goes by weight, and the chart has no weight.

## What it checks
For codes dosed by weight, and wherever the order is per kg: that the chart states a weight.

## Why it matters
Without it nobody can check the dose, and a dose above the policy's maximum cannot be defended.

## How to fix
Ask for the weight that the dose was worked out from, with its day. Example: "Wt 83 kg".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO011",
    name="weight-not-recorded",
    severity=Severity.WARNING,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug") & col("asks_weight"),
    fires=col("weight_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "weight_gap"),
    fix=Fix("Ask: please document the weight that the dose was worked out from."),
    citations=(Citation("SCRUBJAY", "Weight and calculation are recorded for weight-based doses.", "D"),),
    prevents_carc=("153",),
)
