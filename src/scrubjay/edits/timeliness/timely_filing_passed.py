"""The payer's limit for filing the claim has passed.

## What it checks
An original claim against the payer's filing limit, counted from the date of service to the day of the check. Medicare
allows one calendar year: from the last day of an institutional claim, from the first of a professional one. The last
day of the limit still counts. Limits of other payers come from a policy; where none is given, nothing is assumed. Of
Medicaid only the federal ceiling of twelve months is known, so only a claim above it is judged.

## Why it matters
A claim that is filed late is denied (CARC 29), the patient may not be billed, and there is no appeal on the merits:
the money is lost unless receipt in time can be proven.

## How to fix
Look for proof that the payer accepted the claim in time: the 999 and the 277CA, or the clearinghouse log. Failing
that, Medicare knows few exceptions (administrative error, retroactive entitlement, retroactive disenrolment from a
plan). Example: service on 2024-11-20, Medicare's last day 2025-11-20; sent on 2025-11-25 it is five days late.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, lit, when  # noqa: A004

EDIT = Edit(
    code="TF001",
    name="timely-filing-passed",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    # Replacements and voids have clocks of their own.
    applies=col("claim_frequency_code").is_in(["0", "1", "2", "3", "4"]),
    fires=col("filing_days_over") > 0,
    message=when(col("filing_deadline").is_not_null())
    .then(
        format(
            "Service of {} had to be filed by {}; that is {} day(s) ago.",
            "filing_from_date",
            "filing_deadline",
            "filing_days_over",
        )
    )
    .otherwise(
        format(
            "Service of {}: the longest limit of this kind of payer passed {} day(s) ago.",
            "filing_from_date",
            "filing_days_over",
        )
    ),
    fix=Fix(
        when(col("claim_payer_class").is_in(["medicare_part_a", "medicare_part_b"]))
        .then(
            lit(
                "Find the 277CA or 999 that shows acceptance in time, or one of Medicare's exceptions (42 CFR 424.44(b)); "
                "otherwise write it off, the patient may not be billed."
            )
        )
        .otherwise(
            lit("Find the 277CA or 999 that shows acceptance in time, and ask the payer for its exceptions.")
        )
    ),
    citations=(
        Citation(
            "MCD-TF", "42 CFR 424.44: one calendar year after the date of service, four exceptions.", "A"
        ),
        Citation("X12-0826", "CARC 29: the time limit for filing has expired.", "A"),
    ),
    prevents_carc=("29",),
    prevents_rarc=("N211",),
    unverified=(col("claim_kind") == "institutional")
    | has_any(
        "claim_payer_unverified",
        ["timely_filing_months", "timely_filing_days", "timely_filing_ceiling_months"],
    ),
)
