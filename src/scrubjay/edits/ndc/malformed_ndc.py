"""The NDC cannot be brought into the form 5-4-2.

## What it checks
That the NDC is eleven digits, or one of the FDA's forms with hyphens (4-4-2, 5-3-2, 5-4-1, 5-4-2), which have
exactly one eleven-digit reading. Letters, wrong lengths and a number of nothing but zeros are malformed. Ten
digits without hyphens are the edit ambiguous-ndc.

## Why it matters
A malformed NDC is rejected at the front end or denied; with Medicaid the whole drug line goes with it.

## How to fix
Copy the NDC from the package with its hyphens and let it be padded: the *short* segment gets the zero. Example:
0143-9753-25 is 00143975325, 43598-129-25 is 43598012925, 70518-4345-0 is 70518434500.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="ND002",
    name="malformed-ndc",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_ndc"),
    fires=(col("ndc_form") == "malformed") | col("ndc_as_sent").str.contains(r"^(?:N4)?[0-]*0[0-]*$"),
    message=format(
        "The NDC {} is not eleven digits and not one of the forms 4-4-2, 5-3-2, 5-4-1, 5-4-2.", "ndc_as_sent"
    ),
    fix=Fix(
        advice="Copy the NDC from the package with its hyphens; the short segment is padded with a zero."
    ),
    citations=(
        Citation("NDC-MCM", "Pad the short segment of a ten-digit NDC to 5-4-2.", "B"),
        Citation("FDA-NDC", "FDA listings in the forms 4-4-2, 5-3-2 and 5-4-1.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
)
