"""Two codes of one day that are never paid together.

## What it checks
The NCCI pairs of the claim's day and provider: practitioner pairs for professional claims, hospital
pairs for institutional ones, where the payer uses them. It fires on the line whose code (column 2) is
barred by another one (column 1) with indicator 0.

## Why it matters
The column 2 line denies, no modifier changes that, and it may not be billed to the patient. Example: a
nurse visit 99211, with or without 25, beside an injection 96372 on a professional Medicare claim.

## How to fix
Remove the column 2 line. If the record shows another service than the one coded, for instance a visit of
a higher level by the physician, code that one. Do not add a modifier: indicator 0 takes none.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed  # noqa: A004

EDIT = Edit(
    code="NC001",
    name="pair-never-payable",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_pair_partner") & col("payer_uses_code_pairs"),
    fires=col("pairs_never").list.len() > 0,
    message=format(
        "{} is never paid beside {} of the same day (code pair with indicator 0): no modifier changes that.",
        "hcpcs",
        listed("pairs_never"),
    ),
    fix=Fix(
        format(
            "Remove {}, or, if the record shows another service, code that one. Do not add a modifier; {} stays.",
            "hcpcs",
            listed("pairs_never"),
        )
    ),
    citations=(
        Citation(
            "PTP24Q3",
            "Active pairs of 2024-07-01, practitioner and outpatient hospital, with indicator.",
            "A",
        ),
        Citation("MLN-59", "Indicator 0: the two codes are never paid together.", "A"),
    ),
    prevents_carc=("97", "236"),
    prevents_rarc=("M80", "N20", "M15"),
    unverified=has_any("payer_unverified", ["uses_code_pairs"]),
)
