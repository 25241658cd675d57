"""The payer pays nothing for the code in this setting on this date.

## What it checks
Two official lists, where the payer uses them: an MUE value of 0 (no unit of the code is payable; CMS prints the
reason, such as "Drug discontinued"), and a hospital or ASC status indicator under which nothing is paid (E1, E2,
B, M ... on a hospital outpatient bill; K5, D5 ... in an ASC). Both lists change, so the date of service decides.

## Why it matters
Every unit denies. An appeal cannot help: with an MUE of 0 there is nothing to show, and a status of the list is
not a judgement about the patient. Very often the code itself is wrong.

## How to fix
Check which drug was given; a discontinued drug's code is nearly always a mistaken code. Example: `J1320`
(amitriptyline) has MUE 0, "Drug discontinued"; where methylprednisolone was given the code is `J2919`.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, when  # noqa: A004

EDIT = Edit(
    code="CD006",
    name="code-not-payable",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null() & (col("payer_uses_mue") | col("payer_uses_hospital_status")),
    fires=col("is_mue_zero") | col("is_status_unpaid"),
    message=when(col("is_mue_zero"))
    .then(
        format(
            "The MUE of {} is 0 in the table of {} ({}): no unit of it is payable, whatever the record shows.",
            "hcpcs",
            "mue_edition",
            "mue_rationale",
        )
    )
    .otherwise(
        format(
            "{} has status {} in this setting ({}) on {}: nothing is paid for it.",
            "hcpcs",
            "status_indicator",
            "setting",
            "service_date",
        )
    ),
    fix=Fix(
        advice="Check which drug or service was given and whether the code is the right one for it. If it is, the "
        "payer will not pay it in this setting on this date."
    ),
    citations=(
        Citation(
            "MUE24Q3", "65 J-codes have MUE 0 with the reason 'Drug discontinued', J1320 among them.", "A"
        ),
        Citation("AAPC-MUE", "An MUE of 0 means that no unit is payable.", "C"),
        Citation(
            "ADDB", "Addendum B gives the status of each code by quarter, e.g. J1320 E2 from 2026-01-01.", "A"
        ),
    ),
    prevents_carc=("96", "151"),
    prevents_rarc=("N362", "N430"),
    unverified=col("mue_confidence").is_in(["C", "D"]),
)
