"""The NDC has ten digits and no hyphens, so it can be read in three ways.

## What it checks
Ten digits without hyphens may be 4-4-2, 5-3-2 or 5-4-1, and each makes another eleven-digit NDC. The number is
accepted only if exactly one of the three is in the directory that is loaded; otherwise nothing is guessed.

## Why it matters
Padding blindly in front gives another product's NDC, or none: the line denies, or a wrong drug is reported.

## How to fix
Read the hyphens from the package and report eleven digits. Example: 0143975325 is 0143-9753-25 on the carton,
so 00143975325.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="ND003",
    name="ambiguous-ndc",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_ndc"),
    fires=col("ndc_form") == "ambiguous",
    message=format(
        "The NDC {} has ten digits without hyphens: it can be padded in three ways, and the loaded directory does not "
        "hold exactly one of them.",
        "ndc_as_sent",
    ),
    fix=Fix(advice="Read the NDC with its hyphens from the package and pad the short segment to 5-4-2."),
    citations=(
        Citation("FDA-NDC", "Listings exist in all three ten-digit forms.", "A"),
        Citation("NDC-MCM", "The short segment is padded; a leading zero is right for 4-4-2 only.", "B"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
)
