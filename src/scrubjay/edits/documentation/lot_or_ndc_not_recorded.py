"""The payer asks for the NDC, and the chart has neither lot nor NDC.

## What it checks
Where the payer requires the NDC on drug lines, or the checklist asks: that the chart has the lot number or the NDC
of what was given.

## Why it matters
The NDC on the claim must be that of the package opened; without a trace in the chart it cannot be shown.

## How to fix
Look at the dispensing log. Example: "Lot KHM221, NDC 57894-0030-01".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO013",
    name="lot-or-ndc-not-recorded",
    severity=Severity.WARNING,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug") & col("asks_lot"),
    fires=col("lot_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "lot_gap"),
    fix=Fix("Ask for the lot number or NDC from the dispensing log."),
    citations=(Citation("DOC-LISTS", "NDC, lot and expiry are recorded where the payer asks.", "B"),),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
)
