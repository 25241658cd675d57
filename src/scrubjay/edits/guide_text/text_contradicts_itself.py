"""Text gives one code two meanings, or one product two codes, at one time.

## What it checks
What the text says of a code in one place is compared with what it says of it in the others: two drugs, or two units,
for one code; and two codes for one drug at one amount, where not both are right.

## Why it matters
One of the two is wrong, and a reader cannot know which.

## How to fix
Look both up and keep the right one; say from when to when each code held.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU006",
    name="text-contradicts-itself",
    severity=Severity.ERROR,
    grain=Grain.TEXT,
    applies=col("text_kind") == "consistency",
    fires=col("is_text_contradicted"),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Keep the statement that the code set bears out."),
    citations=(Citation("HCPCS-APR24", "CMS HCPCS Level II file: one descriptor for a code on a day.", "A"),),
)
