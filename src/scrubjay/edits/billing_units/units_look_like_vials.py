"""The units look like a number of vials.

## What it checks
Whether the units are one to four, fewer than the smallest container of the code holds, and far below the
smallest usual dose (a quarter, or a fifth where the drug comes in multi-dose vials or is also injected into
lesions; without a known usual dose, the same share of the smallest single-dose container). An NDC quantity or a stated dose that makes the same units
clears the line, as do lines with JW. The thresholds are ours: this is a suspicion, not proof.

## Why it matters
One vial billed as one unit claims a small part of what was given: `J2919` x 1 claims 5 mg of a 125 mg vial. The
rest is never paid unless the claim is corrected in time.

## How to fix
Divide the dose by the amount of one unit. Example: one 125 mg vial, all given, is `J2919` x 25 with JZ.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number  # noqa: A004

EDIT = Edit(
    code="BU005",
    name="units-look-like-vials",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    # One unit of an up-to code is often one vial; there the two counts do not differ.
    # An unlisted code stands for no amount, so its units are not counted by one.
    applies=col("is_drug")
    & col("modifiers").list.contains("JW").not_()
    & col("is_unlisted_drug").not_()
    & (col("unit_qualifier") == "exact"),
    # Without evidence for these units the suspicion stands; it is a warning, not proof.
    fires=col("are_units_a_vial_count") & col("has_evidence_for_units").not_(),
    message=format(
        "{} x {} is {} {} of {}; the smallest container holds {} units.",
        "hcpcs",
        number("units"),
        number(col("units") * col("unit_amount")),
        "drug_unit",
        "drug",
        number("smallest_item_units"),
    ),
    fix=Fix(
        advice=format(
            "Count the units from the dose: dose / {} {}, rounded up. If so little was given, report the NDC quantity "
            "that shows it.",
            number("unit_amount"),
            "drug_unit",
        )
    ),
    citations=(
        Citation("HCPRO-08", "Units are counted by the descriptor, not by how the drug is packaged.", "B"),
        Citation("ASPX26Q1", "Billing units in one item of each NDC.", "A"),
        Citation("SCRUBJAY", "Usual doses and thresholds are our own, so this is a suspicion.", "D"),
    ),
    prevents_carc=("16", "153"),
    prevents_rarc=("M53",),
    unverified=lit(value=True),
)
