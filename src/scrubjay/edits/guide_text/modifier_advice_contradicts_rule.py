"""Text puts a modifier on a line that it does not belong on, or keeps it from one that it does.

## What it checks
Advice on a modifier names a kind of line, or stands in a guide to a drug code and names none: then it is advice for
the drug line. That line is compared with the lines the modifier belongs on. Advice against it is judged the same way.

## Why it matters
25 on a drug does not save the visit, 59 there bypasses no pair, and LT or RT there can deny the line.

## How to fix
Say on which line each modifier goes: 25 on the visit, LT, RT and 50 on the procedure, 59 on the service of a pair,
JW, JZ, JA, JB, JG and TB on the drug.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU004",
    name="modifier-advice-contradicts-rule",
    severity=Severity.ERROR,
    grain=Grain.TEXT,
    applies=col("text_kind") == "modifier",
    fires=(
        col("text_modifier_lines").list.contains(col("text_line"))
        | col("text_modifier_lines").list.contains("any")
    )
    == col("is_text_advised_against"),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Say which line the modifier belongs on."),
    citations=(
        Citation(
            "MLN-59", "Modifiers 25 and 59 bypass pairs on the visit and on the service, not on a drug.", "A"
        ),
        Citation("HCPCS-APR24", "CMS HCPCS Level II file: meaning of the Level II modifiers.", "A"),
    ),
    prevents_carc=("4",),
    prevents_rarc=("N519", "N822", "N823"),
)
