"""The chart records another drug than the claim bills.

## What it checks
That the drug of the billed code is the drug that the chart shows as given. A name that leaves the salt open
("methylprednisolone") fits every salt. Drugs that another line of the claim bills are not held against this one.

## Why it matters
Look-alike names are among the costliest slips: sodium succinate and acetate of methylprednisolone have codes and
units of their own.

## How to fix
Read the label that was recorded, and bill its code; or correct the record if the note has the wrong name.
Example: Depo-Medrol is the acetate, J1010, not J2919.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO004",
    name="drug-differs-from-claim",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("drug_state") != "present",
    message=format("The chart of {} on {} shows another drug: {}.", "hcpcs", "service_date", "drug_gap"),
    fix=Fix("Check the NDC and lot of what was given, and bill the code of that drug."),
    citations=(
        Citation("LBL-SM", "Sodium succinate, for the vein or muscle.", "A"),
        Citation("LBL-DM", "Acetate, a suspension, never for the vein.", "A"),
    ),
    prevents_carc=("16", "B12"),
)
