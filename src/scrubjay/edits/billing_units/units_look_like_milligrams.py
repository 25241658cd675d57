"""The units look like the dose in milligrams.

## What it checks
Where one unit of the code is not one milligram: whether the billed units equal a usual dose of the drug in mg,
while the dose that they stand for is not a usual one. An NDC quantity or a stated dose that makes the same units
clears the line, as do lines with JW.

## Why it matters
It is the commonest unit error after a code is replaced: 125 of `J2919` (5 mg each) claims 625 mg for a dose of
125 mg, an overpayment by five that must be returned.

## How to fix
Divide the dose by the amount of one unit. Example: 125 mg of methylprednisolone is `J2919` x 25.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

EDIT = Edit(
    code="BU004",
    name="units-look-like-milligrams",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("modifiers").list.contains("JW").not_()
    & when(col("drug").is_not_null()).then(
        col("unit_amount_mg").is_not_null()
        & (col("unit_amount_mg") != 1)
        & col("usual_doses_mg").is_not_null()
    ),
    # Without evidence for these units the suspicion stands; it is a warning, not proof.
    fires=when(col("units").is_not_null()).then(
        col("are_units_a_usual_mg_dose") & col("has_evidence_for_units").not_()
    ),
    message=format(
        "{} units of {} are {} mg ({} mg each); {} mg is a usual dose of {} and would be {} units.",
        number("units"),
        "hcpcs",
        number(col("units") * col("unit_amount_mg")),
        number("unit_amount_mg"),
        number("units"),
        "drug",
        number((col("units") / col("unit_amount_mg")).ceil()),
    ),
    fix=Fix(
        advice=format(
            "If {} mg was given, bill {} x {}; if the units are right, report the NDC quantity that shows it.",
            number("units"),
            "hcpcs",
            number((col("units") / col("unit_amount_mg")).ceil()),
        )
    ),
    citations=(
        Citation("CGS-JW", "Units are multiples of the descriptor's amount, not milligrams.", "B"),
        Citation("SCRUBJAY", "Usual doses are practice knowledge, so this is a suspicion.", "D"),
    ),
    prevents_carc=("151", "16"),
    prevents_rarc=("N362", "M53"),
    unverified=lit(value=True),
)
