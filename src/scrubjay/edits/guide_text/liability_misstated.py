"""Text calls the patient's cost what the provider has to bear, or the other way round.

## What it checks
A guide says who pays for a denied line. Denials for coding, documentation or missing authorization carry the group CO:
an in-network provider writes them off. The patient owes only under the group PR, or after a valid notice (GA, waiver).

## Why it matters
A patient who is billed for a contractual denial is billed wrongly, and payers and states act on it.

## How to fix
Say that the group code decides: CO stays with the provider, PR goes to the patient, and what notice is needed before.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU007",
    name="liability-misstated",
    severity=Severity.WARNING,
    grain=Grain.TEXT,
    applies=col("text_kind") == "liability",
    fires=col("is_text_charged_to_patient") != col("is_text_owed_by_patient"),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Say which group code the denial carries and what notice would make the patient liable."),
    citations=(
        Citation(
            "MMP-MUE",
            "A denial for coding is the provider's; a notice to the patient does not change that.",
            "B",
        ),
        Citation("ABN-C", "A valid notice moves a necessity denial to the patient.", "C"),
    ),
)
