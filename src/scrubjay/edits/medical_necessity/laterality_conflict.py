"""The procedure is on one side and every diagnosis that names a side names the other.

## What it checks
A line whose modifiers name one side (RT, LT, or a modifier of one eyelid, finger or toe) against the diagnoses it
points to. Only codes of eye, ear, limb nerves, muscles, joints and injuries are compared; one diagnosis of the same
side or of both sides clears the line. On an institutional claim, which has no pointers, the principal diagnosis must
name the other side and no diagnosis the same.

## Why it matters
A left knee injected for arthritis of the right one is denied, and reads in the record like treatment of the wrong
side.

## How to fix
Read the note: correct the modifier if the procedure was on the other side, the diagnosis or its pointer if the
wrong code was picked. Example: 20610-LT with M17.11 (right knee): 20610-RT, or M17.12.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="MN004",
    name="laterality-conflict",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_side_diagnosis"),
    fires=col("is_side_contradicted"),
    message=format(
        "{} with {} is on the {} side; the diagnoses that name a side ({}) name the other.",
        "hcpcs",
        listed("modifiers"),
        "line_side",
        listed("side_diagnoses"),
    ),
    fix=Fix(
        "Read in the note which side was treated; correct the modifier, or the diagnosis and its pointer."
    ),
    citations=(
        Citation("ICD-10-CM", "Descriptors of the April 2026 release name the side.", "A"),
        Citation("X12-0826", "CARC 11 and the remark N769: diagnosis and procedure do not fit in side.", "A"),
    ),
    prevents_carc=("11", "16"),
    prevents_rarc=("N769",),
)
