"""A visit with 25 is billed, and the chart shows no work beyond the injection.

## What it checks
That the chart holds, beside the injection, at least two of: a history, an examination, a decision. A note that the
patient came for the injection only is no visit.

## Why it matters
Modifier 25 states significant and separate work; without it in the note the visit is bundled.

## How to fix
Take the visit off if there was none. Do not add to the note. Example of separate work: a new complaint, examined,
with a changed drug.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO012",
    name="visit-not-distinct",
    severity=Severity.WARNING,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_visit"),
    fires=col("visit_state") != "present",
    message=format("{} with 25 is billed on {}: {}.", "hcpcs", "service_date", "visit_gap"),
    fix=Fix("If the note holds no work beyond the injection, remove the visit."),
    citations=(Citation("DOC-LISTS", "The visit is distinct from the injection.", "B"),),
    prevents_carc=("97", "236"),
)
