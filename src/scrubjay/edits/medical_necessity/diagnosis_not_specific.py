"""A diagnosis code is a header that needs more characters.

## What it checks
Every diagnosis of the claim is a code of full length on the day, not the name of a group of codes. Headers are found
in the ICD-10-CM release of the date, or in dated facts for days outside it.

## Why it matters
Payers take only codes of full length; a header is returned as not specific. Codes become headers when a release
splits them: the code that was right in September is wrong in October.

## How to fix
Take the code below the header that the note supports. Example: G35 (multiple sclerosis) is a header from 2025-10-01:
G35.A for the relapsing form, G35.B- and G35.C- for the progressive ones, G35.D where the note does not say.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="MN002",
    name="diagnosis-not-specific",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("diagnosis_codes").list.len() > 0,
    fires=col("has_header_diagnosis"),
    message=format(
        "Headers on {}, which need more characters: {}.", "diagnosis_date", listed("header_diagnoses")
    ),
    fix=Fix(
        "Bill the full-length code below the header that the note supports; ask the clinician if it does not say."
    ),
    citations=(
        Citation(
            "ICD-10-CM",
            "Tabular list, April 2026 release: 74,724 codes may be billed, the others are headers.",
            "A",
        ),
        Citation("G35", "From 2025-10-01 G35 is a header of G35.A, G35.B-, G35.C- and G35.D.", "C"),
        Citation(
            "X12-0826", "Remarks M76, MA63, M81: diagnosis missing or not to the highest specificity.", "A"
        ),
    ),
    prevents_carc=("16", "146"),
    prevents_rarc=("M76", "MA63", "M81"),
    unverified=col("is_diagnosis_unverified"),
)
