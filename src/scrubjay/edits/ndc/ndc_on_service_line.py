"""An NDC stands on a line that is no drug.

## What it checks
An NDC on a line whose code is known to be a service: an administration, a visit or a procedure. Vaccines and
drugs may carry one, and supplies, blood products and enteral food under Level II codes are left alone.

## Why it matters
The NDC belongs to the drug line. On the administration's line it does nothing, and the drug line is denied for
want of it.

## How to fix
Move the NDC with its quantity to the line of the drug. Where the drug was supplied by a pharmacy and only the
administration is billed, put name and NDC into the note (NTE).
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="ND010",
    name="ndc-on-service-line",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("has_ndc")
    & col("hcpcs").is_not_null()
    # Other Level II letters (supplies, enteral food) may carry an NDC with some payers.
    & (col("code_kind").is_not_null() | col("is_level_two").not_()),
    fires=col("is_drug_or_vaccine").not_(),
    message=format("{} is no drug, but its line carries the NDC {}.", "hcpcs", "ndc_as_sent"),
    fix=Fix(
        advice="Move the NDC and its quantity to the line of the drug; for a drug that a pharmacy supplied, name it in "
        "the note instead."
    ),
    citations=(
        Citation("HL7W", "The 2410 loop describes the drug of its own service line.", "B"),
        Citation(
            "BPM15", "A drug that is no expense of the biller is not billed; its administration is.", "A"
        ),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
)
