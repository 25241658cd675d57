"""The administration is recorded without route or site.

## What it checks
That the record of giving says the route; for injections into muscle, skin, joint or lesion also the site, and for
infusions the access. An intravenous push needs the route only. "Given as ordered" takes the route of the order.

## Why it matters
The route decides the administration code and, with some payers, a modifier; the checklists of contractors ask for
site or access.

## How to fix
Ask who gave it to complete the entry as a late entry of today, with its reason. Example: "IM, left deltoid".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO006",
    name="route-or-site-not-recorded",
    severity=Severity.WARNING,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("route_state") != "present",
    message=format("The record of giving {} on {} is incomplete: {}.", "hcpcs", "service_date", "route_gap"),
    fix=Fix("Ask who gave it to document the route and site, if they are known."),
    citations=(
        Citation(
            "DOC-LISTS", "The administration record shows the route; infusions the site or access.", "B"
        ),
    ),
    prevents_carc=("112",),
)
