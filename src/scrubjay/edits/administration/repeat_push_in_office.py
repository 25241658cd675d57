"""The repeated push is billed by a practitioner whose payer pays it to facilities only.

## What it checks
96376, a further push of the same drug, on a professional claim, where the payer takes it from facilities
only. Medicare's unit limit for practitioners is 0, for hospitals 10.

## Why it matters
The line denies, and its charge is lost: there is no modifier for it.

## How to fix
Take the line off the professional claim. The drug given by the further push is billed with its units; a
push of another drug is 96375.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="AD007",
    name="repeat-push-in-office",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=(col("administration_role").is_not_null() & (col("administration_role") == "repeat"))
    & (col("claim_kind") == "professional"),
    fires=~col("payer_repeat_push_professional"),
    message=format(
        "{} x {} is on a professional claim, and this payer takes it from facilities only.",
        "hcpcs",
        number("units"),
    ),
    fix=Fix(
        "Remove the line. Bill the drug of the further push with its units; if it was another drug, its push is 96375."
    ),
    citations=(
        Citation("MUE24Q3", "Units of 96376 from 2024-07-01: practitioner 0, outpatient hospital 10.", "A"),
    ),
    prevents_carc=("151",),
    prevents_rarc=("N362",),
)
