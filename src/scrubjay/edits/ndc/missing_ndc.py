"""The payer requires an NDC on this drug line and there is none.

## What it checks
On drug lines of payers that require an NDC on every drug (Medicaid), or on unlisted drug codes (Medicare): that
the line carries one (loop 2410, LIN03 with the qualifier N4). JW lines need it too.

## Why it matters
Medicaid claims the manufacturer's rebate by NDC and denies a drug line without one. Unlisted codes are priced by
it.

## How to fix
Take the NDC from the package used and report it in eleven digits with quantity and unit: `LIN**N4*00009307301`,
`CTP****1*ML`. Example: Medicaid, `J1010` x 40 without an NDC is rejected.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, when  # noqa: A004

EDIT = Edit(
    code="ND001",
    name="missing-ndc",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug")
    & (
        col("has_ndc")
        | col("payer_requires_ndc")
        | (col("payer_requires_ndc_on_unlisted_drug") & col("is_unlisted_drug"))
    ),
    fires=col("has_ndc").not_(),
    message=format(
        "{} has no NDC, and this payer requires one on {}{}.",
        "hcpcs",
        when(col("payer_requires_ndc"))
        .then(format("every drug line"))
        .otherwise(format("unlisted drug codes")),
        when(col("payer_requires_ndc_on_discarded_line") & col("modifiers").list.contains("JW"))
        .then(format(", the line of discarded units too"))
        .otherwise(format("")),
    ),
    fix=Fix(
        advice="Take the NDC from the package that was used; report it in eleven digits with its quantity and unit "
        "(LIN03, CTP04, CTP05)."
    ),
    citations=(
        Citation(
            "NDC-NJ", "Medicaid: an NDC on every physician-administered drug (rebate law of 2005).", "B"
        ),
        Citation("PAL-NOC", "Medicare asks for name, dose and NDC on unlisted drug codes only.", "B"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
    unverified=has_any("payer_unverified", ["requires_ndc", "requires_ndc_on_unlisted_drug"]),
)
