"""A diagnosis code is not in ICD-10-CM on the date of service.

## What it checks
Every diagnosis of the claim is a code of the ICD-10-CM release in force on the day: the first date of service of a
professional claim, the last of an institutional one. Releases change every 1 October. Days outside the release that
is loaded are answered only where a dated fact is held or the form of the code is impossible in any year.

## Why it matters
A code that is new next year, that has ended, or that was mistyped is rejected or denied (CARC 146), and the drug has
no valid reason on the claim.

## How to fix
Look the condition up in the release of the date of service, not of the day of billing. Example: G35.A (relapsing
multiple sclerosis) exists from 2025-10-01; before that day the code is G35.
"""

from __future__ import annotations

from datetime import date

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="MN001",
    name="diagnosis-not-valid-on-date",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    effective_from=date(2015, 10, 1),
    applies=col("diagnosis_codes").list.len() > 0,
    fires=col("has_invalid_diagnosis"),
    message=format("Not in ICD-10-CM on {}: {}.", "diagnosis_date", listed("invalid_diagnoses")),
    fix=Fix(
        "Take the code of the documented condition from the ICD-10-CM release in force on the date of service."
    ),
    citations=(
        Citation(
            "ICD-10-CM", "Tabular list, April 2026 release (fiscal year 2026: services from 2025-10-01).", "A"
        ),
        Citation("X12-0826", "CARC 146: the diagnosis was not valid on the date of service.", "A"),
    ),
    prevents_carc=("146", "16"),
    prevents_rarc=("M76",),
    unverified=col("is_diagnosis_unverified"),
)
