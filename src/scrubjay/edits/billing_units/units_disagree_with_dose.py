"""The line states a dose, and the units are not its arithmetic.

## What it checks
Where the description (SV101-7) or a note states one dose, the units must be dose / amount of one unit, rounded
up once. Strengths (80 mg/mL), contents of containers (125 mg vial), rates, doses per kg, discarded, multiplied
or ranged amounts are not taken for a dose, and where two amounts are left none is picked. Lines with JW are
left out. The dose may also be the total of the day over several lines.

## Why it matters
Too many units are an overpayment that must be returned, too few are money left on the table, and either is
denied when the record is asked for.

## How to fix
Take the dose from the administration record and count again. Example: 125 mg of J2919 (5 mg each) is
125 / 5 = 25 units; 62.5 mg is 12.5, rounded up 13.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="BU002",
    name="units-disagree-with-dose",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("modifiers").list.contains("JW").not_()
    & col("is_dose_stated")
    & col("is_unlisted_drug").not_(),
    fires=col("do_units_fit_stated_dose").not_(),
    message=format(
        "The line states {} {}. One unit of {} is {} {}: that makes {} units, rounded up; {} are billed.",
        number("stated_dose"),
        "stated_dose_unit",
        "hcpcs",
        number("unit_amount"),
        "drug_unit",
        number("units_of_stated_dose"),
        number("units"),
    ),
    fix=Fix(
        advice=format(
            "Take the dose from the administration record. If {} {} was given, bill {} x {}; if not, correct the text.",
            number("stated_dose"),
            "stated_dose_unit",
            "hcpcs",
            number("units_of_stated_dose"),
        ),
        change=("units", col("units_of_stated_dose")),
    ),
    citations=(
        Citation("CGS-JW", "Units are multiples of the descriptor's amount, rounded up.", "B"),
        Citation("ACR-WASTE", "77 mg at 10 mg a unit are 8 units.", "B"),
    ),
    prevents_carc=("16", "153"),
    prevents_rarc=("M53", "N430"),
)
