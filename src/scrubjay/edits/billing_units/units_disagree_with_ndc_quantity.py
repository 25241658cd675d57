"""The NDC quantity stands for other units than those billed.

## What it checks
The NDC quantity is converted by CMS's crosswalk: quantity x billing units in one item / size of one item, exact.
The billed units must be that number, rounded either way, or within the payer's tolerance. Beside a discarded
line the quantity may also be that of the whole container. It is judged only where the unit of measure is the one
the NDC is counted in (UN for powders, ML for liquids; ME converts by milligrams).

## Why it matters
Payers compare the two, Medicaid always. A quantity that does not fit the units denies, and one of the two is
wrong: often cartons are counted for vials, or millilitres of diluent for a powder.

## How to fix
Count again from what was used. Example: NDC 00009-0047-22 is a 125 mg vial, 25 units of J2919. 25 units are
1 UN (one vial, not 0.04 of the carton of 25), 13 units (62.5 mg) are 0.5 UN.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, number  # noqa: A004

EDIT = Edit(
    code="BU003",
    name="units-disagree-with-ndc-quantity",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("ndc").is_not_null()
    & (col("ndc_quantity").is_not_null() & (col("ndc_quantity") > 0))
    # Zero or negative units are for the edit units-not-positive-whole.
    & (col("units").is_null() | (col("units") > 0))
    & col("is_unlisted_drug").not_()
    # An NDC of another code is for the edit ndc-not-for-code.
    & (col("units_per_item").is_not_null() | col("ndc_hcpcs").list.contains(col("hcpcs"))),
    fires=col("does_ndc_quantity_agree").not_(),
    message=format(
        "{} {} of NDC {} are {} units of {} ({} units in {} {}); {} are billed.",
        number("ndc_quantity"),
        "ndc_unit",
        "ndc",
        number("units_by_ndc"),
        "hcpcs",
        number("units_per_item"),
        number("package_size"),
        "ndc_billing_unit",
        number("units"),
    ),
    fix=Fix(
        advice="Count units and NDC quantity again from what was used: vials for a powder (not cartons, not mL of "
        "diluent), mL for a liquid."
    ),
    citations=(
        Citation("ASPX26Q1", "Crosswalk: package size, and billing units in one item of each NDC.", "A"),
        Citation("X12-0826", "N815: the NDC count is wrong; N816: its unit of measure.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N815", "N430"),
    unverified=has_any("payer_unverified", ["ndc_quantity_tolerance"]),
)
