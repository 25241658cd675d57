"""The chart records the drug on another day than the claim bills.

## What it checks
That the chart shows the drug as given on the billed date of service.

## Why it matters
A line whose day has no record is denied, and a second claim for the right day may be late by then.

## How to fix
Bill the day on which the drug was given. Example: given 09/09, billed 09/10.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO005",
    name="date-differs-from-claim",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("date_state") != "present",
    message=format("The chart shows {} on another day than {}: {}.", "hcpcs", "service_date", "date_gap"),
    fix=Fix("Correct the date of service, or find the record of the billed day."),
    citations=(Citation("DOC-LISTS", "Patient and date of service stand on each page of the record.", "B"),),
    prevents_carc=("112", "16"),
)
