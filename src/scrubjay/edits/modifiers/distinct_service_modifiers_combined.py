"""59 together with an X modifier, or two X modifiers, on one line.

## What it checks

Lines that carry more than one of 59, XE, XP, XS and XU.

## Why it matters

The X modifiers say more exactly what 59 says in general. Two of them on one line contradict or repeat each
other, and the line denies for an invalid combination.

## How to fix

Keep the one that the record supports best: XE another encounter, XS another organ or structure, XP another
practitioner, XU a service that does not overlap. 59 only where no X modifier fits: 96372-XS, not 96372-59-XS.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only  # noqa: A004

EDIT = Edit(
    code="MO005",
    name="distinct-service-modifiers-combined",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("distinct_service_modifier_count") > 0,
    fires=col("distinct_service_modifier_count") > 1,
    message=format(
        "{} carries {}: 59, XE, XP, XS and XU exclude one another on a line.",
        "hcpcs",
        listed(only("modifiers", ["59", "XE", "XP", "XS", "XU"])),
    ),
    fix=Fix(format("Keep one of them on {}: the X modifier that the record supports, else 59.", "hcpcs")),
    citations=(
        Citation("MLN-59", "An X modifier is used instead of 59, never with it.", "A"),
        Citation("NC-11168", "59 and the X modifiers bypass a pair; not two of them on one line.", "B"),
    ),
    prevents_carc=("4",),
    prevents_rarc=("N519",),
)
