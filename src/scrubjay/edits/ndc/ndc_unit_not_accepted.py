"""The unit of the NDC quantity is not in the code list, or not taken by the payer.

## What it checks
CTP05 beside the NDC: UN (each), ML, GR, F2 (international unit) or ME (milligram), and of these the ones that the
payer takes. A quantity without a unit is a fault too; where quantity and unit are both missing it is the edit
ndc-quantity-not-positive.

## Why it matters
The payer cannot read the quantity and denies the line. Milligrams are in the code list and refused by most.

## How to fix
Report powders in UN (vials, parts of a vial as decimals) and liquids in ML. Example: half of a 125 mg Solu-Medrol
vial is `CTP****0.5*UN`, not 62.5 ME.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed, lit, when  # noqa: A004

_UNIT = col("ndc_unit")
_IS_A_UNIT = _UNIT.is_not_null() & _UNIT.is_in(["F2", "GR", "ME", "ML", "UN"])

EDIT = Edit(
    code="ND007",
    name="ndc-unit-not-accepted",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_ndc") & (_UNIT.is_not_null() | col("ndc_quantity").is_not_null()),
    fires=_IS_A_UNIT.not_() | col("payer_ndc_units_accepted").list.contains(_UNIT).not_(),
    message=when(_UNIT.is_null())
    .then(lit("The NDC quantity has no unit of measure."))
    .when(_IS_A_UNIT.not_())
    .then(format("{} is no unit of an NDC quantity (UN, ML, GR, F2, ME).", "ndc_unit"))
    .otherwise(
        format(
            "This payer does not take {} with an NDC; it takes {}.",
            "ndc_unit",
            listed("payer_ndc_units_accepted"),
        )
    ),
    fix=Fix(
        advice="Report a powder in UN (vials, parts as decimals) and a liquid in ML, with the quantity to match."
    ),
    citations=(
        Citation("NDC-HFS", "Illinois and New Jersey Medicaid take F2, GR, ML and UN.", "B"),
        Citation("NDC-MCM", "Milligrams are not a valid NDC unit.", "C"),
        Citation("X12-0826", "N816: the NDC's unit of measure is missing or invalid.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N816",),
    unverified=_IS_A_UNIT & has_any("payer_unverified", ["ndc_units_accepted"]),
)
