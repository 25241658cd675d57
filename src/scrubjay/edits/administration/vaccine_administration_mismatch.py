"""A vaccine with a drug injection code, or a drug with a vaccine administration code.

## What it checks
Vaccines are given with the immunization codes (90460 to 90474, 90480, G0008 to G0010), drugs with the
injection and infusion codes. It fires on a vaccine whose day has an injection code that gives no drug of
that day, and no immunization code; and on a drug whose day has nothing but an immunization code, without
a vaccine that it could be for. Immune globulins are given like drugs and are not asked.

## Why it matters
The administration denies, and often the vaccine or drug with it. Example: an influenza vaccine with 96372
is 90471, or G0008 for Medicare. A steroid injection with 90471 is 96372.

## How to fix
Replace the administration code: 90471 (or the payer's own, such as G0008) for the vaccine, 96372 for a
drug under the skin or into a muscle.
"""

from scrubjay.edits.spec import (
    Citation,
    Edit,
    Fix,
    Grain,
    Severity,
    any_of,
    col,
    format,  # noqa: A004
    has_any,
    listed,
    lit,
    when,
)

_IS_VACCINE_FAULT = col("administration_fit") == "injection"

EDIT = Edit(
    code="AD006",
    name="vaccine-administration-mismatch",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=any_of(col("is_drug"), col("is_vaccine")) & ~has_any("modifiers", ["JW"]),
    fires=col("administration_fit").is_in(["injection", "immunization"]),
    message=when(_IS_VACCINE_FAULT)
    .then(
        format(
            "{} is a vaccine, and the day has only {}, no immunization code.",
            "hcpcs",
            listed("administrations_of_day"),
        )
    )
    .otherwise(
        format(
            "{} is a drug, and the day has only {}, which gives vaccines.",
            "hcpcs",
            listed("administrations_of_day"),
        )
    ),
    fix=Fix(
        when(_IS_VACCINE_FAULT)
        .then(
            lit(
                "Bill the immunization code in place of the injection code: 90471, or the payer's own such as G0008."
            )
        )
        .otherwise(
            lit(
                "Bill the injection or infusion code that the record shows, such as 96372, in place of the "
                "immunization code."
            )
        )
    ),
    citations=(
        Citation(
            "A53778",
            "Vaccine administration has codes of its own; drug injection codes are not for vaccines.",
            "A",
        ),
        Citation("SCRUBJAY", "Practice knowledge on the reverse, a drug with an immunization code.", "D"),
    ),
    prevents_carc=("B15",),
    prevents_rarc=("N349",),
    unverified=col("administration_fit") == "immunization",
)
