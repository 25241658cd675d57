"""The date of service is before the code's first day.

## What it checks
That the code was already in force on the date of service. The first day is read over all editions held.

## Why it matters
New drug codes begin on the first day of a quarter. A claim for a day before it is refused at the front end or
denied as a code that is not valid on the date, however right the code is for the same drug a day later.

## How to fix
Bill the code that was in force on the day, with its own unit. Example: methylprednisolone sodium succinate
125 mg given on 2024-03-31 is `J2930` x 1 (up to 125 mg), from 2024-04-01 it is `J2919` x 25 (5 mg each).
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, when  # noqa: A004

EDIT = Edit(
    code="CD002",
    name="code-not-yet-effective",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null()
    & (col("procedure_qualifier").is_null() | (col("procedure_qualifier") == "HC"))
    & col("is_code_well_formed")
    & (col("is_level_two") | col("is_code_known").is_not_null())
    & col("is_code_known").ne_missing(lit(value=False)),
    # A known code without a first day is older than everything that is held.
    fires=when(col("is_code_known")).then(
        col("code_first_day").is_not_null() & (col("service_date") < col("code_first_day"))
    ),
    message=format("{} is valid from {}; the line is of {}.", "hcpcs", "code_first_day", "service_date"),
    fix=Fix(
        advice=when(col("predecessor").is_not_null())
        .then(
            format(
                "Bill the code in force on {}: {} was {} before. Count the units by its own amount.",
                "service_date",
                "hcpcs",
                "predecessor",
            )
        )
        .otherwise(
            lit(
                "Bill the code in force on the day, with its own unit; for a new drug that had none, the unlisted code "
                "with name, dose and NDC."
            )
        )
    ),
    citations=(
        Citation(
            "HCPCS-APR24", "The HCPCS file gives each code its first day, e.g. J2919 from 2024-04-01.", "A"
        ),
        Citation("CEDI", "A procedure code that is not valid on the date is rejected at the front end.", "B"),
    ),
    prevents_carc=("16", "181"),
    prevents_rarc=("M51", "N56"),
)
