"""The payer's limit for filing the claim is near.

## What it checks
An original claim whose filing limit ends within a number of days that the policy sets (30 in the policies that
ship), today included. A limit that has passed is `timely-filing-passed`.

## Why it matters
A claim that is rejected at the front end has not been filed. One rejection and a week's wait can turn a clean claim
into a loss.

## How to fix
Send the claim now, correct anything found here first, and keep the 277CA that shows acceptance. Example: service on
2025-01-15, Medicare's last day 2026-01-15; from 2025-12-16 on this warns.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any  # noqa: A004

_LEFT = col("days_to_filing_deadline")

EDIT = Edit(
    code="TF002",
    name="timely-filing-near",
    severity=Severity.WARNING,
    grain=Grain.CLAIM,
    # Replacements and voids have clocks of their own.
    applies=col("claim_frequency_code").is_in(["0", "1", "2", "3", "4"]),
    fires=_LEFT.is_between(0, col("claim_payer_timely_filing_warning_days")),
    message=format(
        "Service of {} must be filed by {}: {} day(s) left.",
        "filing_from_date",
        "filing_deadline",
        "days_to_filing_deadline",
    ),
    fix=Fix("Send the claim now and keep the 277CA that shows that it was accepted."),
    citations=(
        Citation("MCD-TF", "42 CFR 424.44: one calendar year after the date of service.", "A"),
        Citation("X12-0826", "CARC 29: the time limit for filing has expired.", "A"),
    ),
    prevents_carc=("29",),
    prevents_rarc=("N211",),
    unverified=(col("claim_kind") == "institutional")
    | has_any("claim_payer_unverified", ["timely_filing_months", "timely_filing_days"]),
)
