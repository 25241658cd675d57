"""A waiver's day of expiry has come.

## What it checks
The run's day (`--as-of`) is before the day that the waiver gives under `expires`. From that day on it marks nothing.

## Why it matters
The findings that it excused count again, and whoever accepted them should look anew.

## How to fix
Correct what it excused and take it out; or have it accepted again, with a new reason, name and day.
Example: `expires: 2026-07-01` holds through June 30.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="WV002",
    name="expired-waiver",
    severity=Severity.WARNING,
    grain=Grain.RUN,
    applies=col("waiver_expires").is_not_null(),
    fires=col("is_waiver_expired"),
    message=format(
        "The waiver {} ({}) of {} expired on {} and marks nothing any more.",
        "waiver_id",
        "waiver_place",
        "waiver_edit",
        "waiver_expires",
    ),
    fix=Fix("Take the waiver out, or have it accepted again with a new reason and day."),
    citations=(
        Citation(
            "WAIVERS",
            "A house rule of this project: every waiver ends on a day, and says so when it has ended.",
            "A",
        ),
    ),
)
