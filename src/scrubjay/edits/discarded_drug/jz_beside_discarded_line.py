"""A JZ line stands beside a JW line of the same drug.

## What it checks

For every drug line with JZ: is there another line of the same code, on the same day and claim, with JW? If
both lines name an NDC, only the same NDC counts: one product may be used up and another one not.

## Why it matters

JZ says that nothing of this drug was discarded; the JW line bills what was. One of the two is untrue, and a
payer that sees both denies one or both.

## How to fix

If some was discarded, take JZ off: J2919 x 13 (neither JW nor JZ) and J2919-JW x 12. If nothing was, remove
the JW line. If two different products of one code were used, put its own NDC on each line.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="DD004",
    name="jz-beside-discarded-line",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_jz") & col("has_jw").not_() & col("is_drug"),
    fires=col("has_discard_line_beside"),
    message=format(
        "{} x {} says with JZ that nothing was discarded, and a JW line of the same drug and day bills what was.",
        "hcpcs",
        number("units"),
    ),
    fix=Fix(
        format(
            "Take JZ off this line if the JW line is right: {} x {} without JW or JZ. Else remove the JW line.",
            "hcpcs",
            number("units"),
        )
    ),
    citations=(
        Citation("FCSO-HD", "JZ attests that no amount eligible for payment was discarded.", "B"),
        Citation(
            "PAY-LW",
            "With waste the first line has no modifier and the second JW; JZ only without waste.",
            "B",
        ),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "N823"),
)
