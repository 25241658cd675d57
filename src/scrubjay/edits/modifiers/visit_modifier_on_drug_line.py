"""24, 25 or 57 on a drug line.

## What it checks

Drug and vaccine lines that carry 24, 25 or 57. These three speak about a visit: that it was separate from the
procedure of the day (25), unrelated to an earlier operation (24), or the visit at which an operation was
decided (57).

## Why it matters

On a drug they are an invalid combination and the line denies. And the visit that they were meant for stands
without them, so it denies too: in Medicare's code pairs it is the visit that is bundled into the injection,
not the injection into the visit.

## How to fix

Take the modifier off the drug. Put it on the visit only if the note shows separate work: 99213-25, 96372,
J2919-JZ x 8, not J2919-25-JZ.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only, without  # noqa: A004

_is_drug = col("is_drug_or_vaccine")

EDIT = Edit(
    code="MO001",
    name="visit-modifier-on-drug-line",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # Whether an unknown code is a drug matters only where such a modifier is on the line.
    applies=_is_drug & (_is_drug.is_not_null() | col("has_visit_modifier")),
    fires=col("has_visit_modifier"),
    message=format(
        "{} is a drug and carries {}: 24, 25 and 57 belong on a visit, never on a drug.",
        "hcpcs",
        listed(only("modifiers", ["24", "25", "57"])),
    ),
    fix=Fix(
        format(
            "Take 24, 25 or 57 off {}. Put it on the visit of that day if the note shows separate work.",
            "hcpcs",
        ),
        change=("modifiers", without("modifiers", ["24", "25", "57"])),
    ),
    citations=(
        Citation(
            "PTP24Q3",
            "Administration is column 1 and the visit column 2: the modifier goes on the visit.",
            "A",
        ),
        Citation("MLN-59", "25 is appended to the evaluation and management code.", "A"),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "N823"),
)
