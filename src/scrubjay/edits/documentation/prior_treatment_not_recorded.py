"""The chart does not say what was tried before, or why another route is not feasible.

## What it checks
For codes whose label or policy asks: that the chart states an earlier treatment and how it went, or why the other
way is not possible ("oral not feasible"). Which codes ask stands in the checklists.

## Why it matters
Where the label says "when oral therapy is not feasible", or a policy asks for steps, a record without it fails on
medical necessity.

## How to fix
Ask what was tried and with what result. Example: "vomits oral prednisone".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO010",
    name="prior-treatment-not-recorded",
    severity=Severity.WARNING,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug") & col("asks_prior"),
    fires=col("prior_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "prior_gap"),
    fix=Fix(
        "Ask: please document earlier treatments and their result, and whether another route was feasible."
    ),
    citations=(
        Citation("LBL-SM", "For the vein or muscle when oral therapy is not feasible.", "A"),
        Citation("DOC-LISTS", "Failed or contraindicated alternatives stand in the record.", "B"),
    ),
    prevents_carc=("50", "167"),
)
