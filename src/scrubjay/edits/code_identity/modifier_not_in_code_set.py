"""A modifier is in no code set, or not in force on the date.

## What it checks
Every modifier of the line against the HCPCS Level II modifiers with their days, and the CPT modifier numbers in
use. Whether a payer takes a modifier that is in the code set is another question (for example JG, which is
still a modifier although Medicare stopped taking it). Ambulance lines are left out: their pairs of origin and
destination letters are not in the code set.

## Why it matters
A modifier that is not valid on the date makes the line unprocessable or denied, the drug with it.

## How to fix
Take the modifier off, or bill the one that was meant. Example: JZ exists from 2023-01-01; on a line of
2022-12-30 without waste no modifier is due.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, when  # noqa: A004

EDIT = Edit(
    code="CD007",
    name="modifier-not-in-code-set",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # Ambulance trips carry origin and destination as two letters that are no modifiers of the code set.
    applies=(col("modifiers").list.len() > 0)
    & (col("hcpcs").is_null() | col("hcpcs").str.starts_with("A0").not_()),
    fires=col("are_modifiers_valid").not_(),
    message=when(col("unknown_modifiers").list.len() > 0)
    .then(format("{} is no modifier of the code set.", listed("unknown_modifiers")))
    .otherwise(
        format("The modifier {} is not in force on {}.", listed("modifiers_out_of_force"), "service_date")
    ),
    fix=Fix(advice="Take the modifier off, or bill the one that was meant; check for exchanged letters."),
    citations=(
        Citation(
            "HCPCS-SEP25",
            "The HCPCS file lists Level II modifiers with their days, e.g. JZ from 2023-01-01.",
            "A",
        ),
        Citation("X12-0826", "CARC 182: the modifier was not valid on the date of service.", "A"),
    ),
    prevents_carc=("4", "182"),
    prevents_rarc=("N519", "N823"),
)
