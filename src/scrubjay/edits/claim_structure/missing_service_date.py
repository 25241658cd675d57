"""A service line has no date of service.

## What it checks
A professional line carries its own date of service. So does a line with a procedure code on an outpatient
institutional claim, unless the statement covers a single day, which is then the date of its lines. Lines of an
inpatient claim, and lines that carry a revenue code only, may lean on the statement period; they must have one.

## Why it matters
Codes, prices, unit limits and deadlines all hold by date. A payer cannot process a line without one and returns
the claim, and no other date-bound check of scrubjay can be made.

## How to fix
Enter the day on which the drug was given, from the administration record, in the line's date of service
(2400 DTP*472). Do not use the order date or the day of billing. Example: J2919 given on 3 June 2024 has
`DTP*472*D8*20240603`.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

_NEEDS_OWN_DATE = (
    (col("claim_kind") == "professional")
    | col("statement_from").is_null()
    | (col("hcpcs").is_not_null() & (col("setting") != "inpatient"))
)

EDIT = Edit(
    code="CS001",
    name="missing-service-date",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("service_date").is_not_null() | _NEEDS_OWN_DATE,
    fires=col("service_date").is_null(),
    message=format("The line for {} has no date of service.", "hcpcs"),
    fix=Fix("Enter the day the service was given, from the record, as the line's date of service (DTP*472)."),
    citations=(
        Citation(
            "J1",
            "The date of service is in 2400 DTP*472, the statement period of an institutional claim in 2300 DTP*434.",
            "D",
        ),
        Citation(
            "X12-0826",
            "CARC 16 with a remark code: the claim lacks information that is needed to judge it.",
            "A",
        ),
    ),
    prevents_carc=("16",),
)
