"""The charge of the claim or of a line does not fit the payer's amount field.

## What it checks
The total of the claim and its largest line against the largest amount that the payer's system holds, a value of the
payer's policy. For Medicare Part B professional claims it is 99,999.99.

## Why it matters
A claim above the limit is returned unprocessed, whatever is on it. With costly drugs this happens with one infusion.

## How to fix
Split the claim: put part of the units on a second claim with modifier 76 on its drug line, give the claims different
totals, and say in the note that one service was split for its amount. Example: 120,000.00 becomes 70,000.00 and
50,000.00.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, any_of, col, format, has_any  # noqa: A004

_LIMIT = col("claim_payer_charge_limit")

EDIT = Edit(
    code="CS013",
    name="charge-over-payer-limit",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("line_count") > 0,
    fires=any_of(col("claim_charge_amount") > _LIMIT, col("line_charge_max") > _LIMIT),
    message=format(
        "The claim total is {}, its largest line {}; this payer's amount field holds {}.",
        "claim_charge_amount",
        "line_charge_max",
        "claim_payer_charge_limit",
    ),
    fix=Fix(
        "Split the service over two claims with different totals, modifier 76 on the later one, and a note that says why."
    ),
    citations=(
        Citation(
            "FCSO-HD",
            "Medicare claims above 99,999.99 are split; 76 on later ones, reason in the note, totals differ (2025-06-16).",
            "B",
        ),
    ),
    prevents_carc=("16",),
    unverified=has_any("claim_payer_unverified", ["charge_limit"]),
)
