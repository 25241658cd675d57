"""An administration is billed and the claim has no drug that day.

## What it checks
An infusion, push, injection or vaccine administration code needs a drug or vaccine on the same claim and
day. Codes for further hours are not asked (their first code is), nor is hydration, whose fluids are
often not billed, nor a joint or other procedure, which may be done without a drug. On a hospital claim a
pharmacy revenue line without a code counts as a drug.

## Why it matters
Most often the drug line was forgotten, and its payment with it; some payers deny the administration
because they cannot see what was given.

## How to fix
Add the drug with its units and NDC. If a pharmacy sent the drug for this patient (white bagging), or the
patient brought it, or the vaccine came free of charge, the administration alone is right: put the drug's
name and NDC in the line note, or add the drug line at the token charge that the payer asks for.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

_GIVING = [
    "infusion", "push", "injection", "sc_infusion", "complex_infusion", "complex_push", "complex_injection",
    "immunization",
]  # fmt: skip

EDIT = Edit(
    code="AD002",
    name="administration-without-drug",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=(col("administration_family").is_not_null() & col("administration_family").is_in(_GIVING))
    & (col("administration_role") != "additional_hour"),
    fires=~col("has_drug_of_day"),
    message=format("{} is billed, and the claim has no drug or vaccine that day.", "hcpcs"),
    fix=Fix(
        "Add the drug with its units and NDC. If the drug was sent by a pharmacy for this patient (white bagging), brought "
        "by the patient, or free, bill the administration alone and put the drug's name and NDC in the line note (NTE)."
    ),
    citations=(
        Citation(
            "BPM15",
            "A drug that is no expense to the biller is not covered, while its administration is still "
            "payable.",
            "A",
        ),
        Citation("X12-0826", "RARC N349 asks for the way of giving and the drug together.", "A"),
    ),
    prevents_carc=("B15",),
    prevents_rarc=("N349",),
)
