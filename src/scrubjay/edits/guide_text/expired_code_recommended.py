"""Text offers a code that is not in force on the guide's day.

## What it checks
A code that a guide presents as the one to bill is looked up on the guide's day. What a text says of an earlier time
(`until`, `formerly`, `was`, `before April 2024`) or advises against is no offer.

## Why it matters
A claim with an ended code is rejected before anybody looks at it, or denied as invalid on the date of service.

## How to fix
Name the code that took over, from which date of service, and the units in it; keep the old one as history.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU003",
    name="expired-code-recommended",
    severity=Severity.ERROR,
    grain=Grain.TEXT,
    applies=(col("text_kind") == "use")
    & col("is_text_of_the_past").not_()
    & col("is_text_advised_against").not_(),
    fires=col("is_text_code_in_force").not_(),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Name the code in force, with the date from which it counts."),
    citations=(Citation("HCPCS-APR24", "CMS HCPCS Level II file: first and last day of each code.", "A"),),
    prevents_carc=("181", "16"),
    prevents_rarc=("N56", "M51"),
)
