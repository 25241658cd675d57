"""The chart does not record that the drug was given.

## What it checks
That the record of the day shows the drug as given, with the dose, a time and who gave it. A plan to give it, or a
dose that was held or refused, is no administration. The route is asked by `route-or-site-not-recorded`.

## Why it matters
What is not recorded was not done: the units are taken back, and the administration code with them.

## How to fix
Look for the administration record or flowsheet. If the drug was not given, take the line off the claim. Example of a
whole entry: "10:22 Solu-Medrol 80 mg IV push, L AC, T. Ruiz RN".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO002",
    name="administration-not-recorded",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("administration_state") != "present",
    message=format(
        "The chart of {} on {} has no complete record of giving it: {}.",
        "hcpcs",
        "service_date",
        "administration_gap",
    ),
    fix=Fix("Find the administration record; if the drug was not given, remove the line."),
    citations=(
        Citation("DOC-LISTS", "The record shows drug, dose, route, time and who gave it.", "B"),
        Citation("DOC-NGS", "A missing administration record is among the named audit failures.", "B"),
    ),
    prevents_carc=("112", "B12"),
)
