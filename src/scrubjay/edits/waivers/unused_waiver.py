"""A waiver marks no finding of the run.

## What it checks
Every waiver in force that names an edit which the run asked has marked at least one finding. Where an input was
not read whole, findings may be missing, and nothing is said.

## Why it matters
What it excused no longer happens, or its patterns have a slip and it never did what was meant. Either way it
will one day hide a new fault that nobody looked at.

## How to fix
Take the waiver out, or correct its patterns. Example: `codes: [J2919]` marks nothing where all lines are J1010.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="WV001",
    name="unused-waiver",
    severity=Severity.WARNING,
    grain=Grain.RUN,
    applies=col("is_waiver_edit_known") & col("is_waiver_edit_asked") & col("is_waiver_expired").not_(),
    fires=col("waiver_findings") == 0,
    message=format("The waiver {} ({}) marks no finding of {}.", "waiver_id", "waiver_place", "waiver_edit"),
    fix=Fix("Take the waiver out, or correct its patterns."),
    citations=(
        Citation(
            "WAIVERS",
            "A house rule of this project: a waiver that does nothing is taken out, not kept.",
            "A",
        ),
    ),
)
