"""A diagnosis pointer names no diagnosis of the claim, or a professional line has none.

## What it checks
Each pointer of a professional line (SV107) is a number from 1 to the number of diagnoses on the claim, and there is
at least one. Institutional lines carry no pointers. A claim without any diagnosis is left to `missing-diagnosis`.

## Why it matters
The pointer says for which diagnosis a drug was given. If it points nowhere the line has no diagnosis, and is
returned or denied as not necessary although the right code stands on the claim.

## How to fix
Point to the place of the diagnosis in the list: the first is 1. Letters (A, B) are for the paper form. Example: two
diagnoses and a pointer 3: either the third diagnosis is missing or the pointer should be 1 or 2.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit, when  # noqa: A004

_NONE = col("diagnosis_pointers").list.len() == 0

EDIT = Edit(
    code="CS005",
    name="diagnosis-pointer-out-of-range",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=(col("claim_kind") == "professional") & (col("diagnosis_count") > 0),
    fires=_NONE | (col("invalid_pointers").list.len() > 0),
    message=when(_NONE)
    .then(format("The line for {} points to no diagnosis; the claim has {}.", "hcpcs", "diagnosis_count"))
    .otherwise(
        format(
            "The line for {} points to diagnosis {}; the claim has {}.",
            "hcpcs",
            listed("invalid_pointers"),
            "diagnosis_count",
        )
    ),
    fix=Fix(
        when(col("diagnosis_count") == 1)
        .then(
            lit(
                "Point to 1, if that diagnosis is the documented reason for this line; otherwise add the right one."
            )
        )
        .otherwise(
            format(
                "Point to a number from 1 to {}, that of the documented reason for this line.",
                "diagnosis_count",
            )
        )
    ),
    citations=(
        Citation("J1", "SV107 holds up to four pointers to the diagnoses of the claim.", "D"),
        Citation(
            "X12-0826",
            "CARC 11 with N657: diagnosis and procedure do not fit; a wrong pointer is a usual cause.",
            "A",
        ),
    ),
    prevents_carc=("11", "16"),
    prevents_rarc=("M76", "N657"),
)
