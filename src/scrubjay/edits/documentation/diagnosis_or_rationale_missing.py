"""The chart does not say what the drug was given for.

## What it checks
That the chart states a diagnosis, or a complaint that the drug is for; and where it gives ICD-10-CM codes, that one
of them is of the category of a diagnosis on the claim. A diagnosis that the text rules out does not count.

## Why it matters
Medical necessity rests on the record, not on the code that the claim points to.

## How to fix
Ask the clinician which condition was treated; do not offer one. Example: "acute allergic urticaria (L50.0)".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO009",
    name="diagnosis-or-rationale-missing",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("diagnosis_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "diagnosis_gap"),
    fix=Fix("Ask: please document the condition that the drug was given for."),
    citations=(Citation("DOC-LISTS", "Diagnosis and rationale stand in the record.", "B"),),
    prevents_carc=("50", "167"),
)
