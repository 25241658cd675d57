"""The NDC quantity is missing, zero, negative, or has more than three decimals.

## What it checks
CTP04 beside an NDC: a number greater than zero with at most three decimals.

## Why it matters
Without a quantity the payer cannot count the drug, and denies the line; payers cut or refuse further decimals.

## How to fix
Count what was used: vials of a powder, mL of a liquid. Round to three decimals. Example: 40 mg of 80 mg/mL is
0.5 mL, `CTP****0.5*ML`.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

_QUANTITY = col("ndc_quantity")

EDIT = Edit(
    code="ND008",
    name="ndc-quantity-not-positive",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_ndc"),
    fires=_QUANTITY.is_null() | (_QUANTITY <= 0) | (_QUANTITY.round(3) != _QUANTITY),
    message=when(_QUANTITY.is_null())
    .then(lit("The NDC has no quantity."))
    .when(_QUANTITY <= 0)
    .then(format("The NDC quantity is {}; it must be greater than zero.", number("ndc_quantity")))
    .otherwise(format("The NDC quantity {} has more than three decimals.", number("ndc_quantity"))),
    fix=Fix(
        advice="Report what was used: vials of a powder (UN), mL of a liquid (ML), with at most three decimals."
    ),
    citations=(
        Citation("NDC-HFS", "The quantity is greater than zero and has at most three decimals.", "B"),
        Citation("X12-0826", "N815: the NDC count is missing or invalid.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N815",),
)
