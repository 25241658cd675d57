"""The chart does not say how the patient took the drug.

## What it checks
That the record of a drug given says something of response, tolerance or observation. "No reaction" says it.

## Why it matters
It is supportive: a record that shows monitoring stands better on audit.

## How to fix
Nothing to change on the claim. Example: "observed 30 min, no reaction".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO014",
    name="response-or-monitoring-not-recorded",
    severity=Severity.INFO,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("response_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "response_gap"),
    fix=Fix("Ask: please document response and monitoring, if any."),
    citations=(Citation("DOC-LISTS", "Response and monitoring support the record.", "B"),),
)
