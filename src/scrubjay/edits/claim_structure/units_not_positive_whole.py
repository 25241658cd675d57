"""A drug line has no units, zero or negative units, or a fraction of a unit.

## What it checks
The units of a drug line (SV104 or SV205) are a whole number of at least one.

## Why it matters
Drugs are billed in whole billing units; what is over is rounded up, once. A fraction is rejected or cut, zero units
are denied, and missing units stop the claim.

## How to fix
Divide the dose by what one unit stands for and round up. Example: 62.5 mg of J2919 (5 mg a unit) is 12.5, so bill
13 units. A fraction often means that milligrams, millilitres or vials were typed instead of units. The fraction
of a vial belongs to the NDC quantity (CTP04), not here.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

_UNITS = col("units")
_IS_WHOLE = _UNITS.is_not_null() & (_UNITS > 0) & (_UNITS.floor() == _UNITS)

EDIT = Edit(
    code="CS011",
    name="units-not-positive-whole",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # Good units are no fault, whether or not the code is a drug.
    applies=col("is_drug") | (col("is_drug").is_null() & _IS_WHOLE),
    fires=_IS_WHOLE.not_(),
    message=when(_UNITS.is_null())
    .then(format("{} has no units.", "hcpcs"))
    .otherwise(format("{} has {} units; drug units are whole and at least 1.", "hcpcs", number("units"))),
    fix=Fix(
        when(_UNITS > 0)
        .then(
            format(
                "If {} is the dose divided by the billing unit, round up to {}; if it is milligrams, millilitres or vials, "
                "work the units out from the dose (`scrubjay units`).",
                number("units"),
                number(_UNITS.ceil()),
            )
        )
        .otherwise(lit("Work the units out from the dose given: `scrubjay units --code CODE --dose DOSE`."))
    ),
    citations=(
        Citation("CGS-JW", "Units are multiples of the amount in the code's descriptor, rounded up.", "B"),
        Citation("X12-0826", "Remarks M53, N345, N430: units missing, not valid or not plausible.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M53", "N345", "N430"),
)
