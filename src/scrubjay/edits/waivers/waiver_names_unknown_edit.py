"""A waiver names an edit that does not exist.

## What it checks
The edit of every waiver is the readable name or the code of one edit, of those that ship or of the site's own.

## Why it matters
It marks nothing: the name has a slip, or the edit came from a folder that this run was not given.

## How to fix
Write the name as `scrubjay edits list` shows it. Example: `missing-discarded-drug-modifier`, not `missing-jz`.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="WV003",
    name="waiver-names-unknown-edit",
    severity=Severity.WARNING,
    grain=Grain.RUN,
    applies=col("waiver_edit").is_not_null(),
    fires=col("is_waiver_edit_known").not_(),
    message=format(
        "The waiver {} ({}) names {}, which is no edit.", "waiver_id", "waiver_place", "waiver_edit"
    ),
    fix=Fix("Write the name or code as `scrubjay edits list` shows it."),
    citations=(Citation("WAIVERS", "A house rule of this project: a waiver names one edit.", "A"),),
)
