"""The payer does not take a claim with this frequency code.

## What it checks
A claim that is no plain original: a professional claim with any frequency code other than 1, an institutional one
that corrects an earlier one (5, 6, 7, 8, Q). The code must be one that the payer takes, a value of its policy.

## Why it matters
Medicare Part B does not correct professional claims by replacement: what was decided is changed by a clerical error
reopening, what was returned as unprocessable is sent anew. A frequency 7 is rejected, and days are lost.

## How to fix
Medicare Part B: ask the contractor for a clerical error reopening (portal or telephone) if the claim was denied or
paid wrongly; send a new claim with frequency 1 if it was rejected or returned (remark MA130). Other payers: use the
code that the policy names.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed  # noqa: A004

_FREQUENCY = col("claim_frequency_code")

EDIT = Edit(
    code="CS015",
    name="frequency-code-not-accepted",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=((col("claim_kind") == "professional") & (_FREQUENCY != "1"))
    | ((col("claim_kind") == "institutional") & _FREQUENCY.is_in(["5", "6", "7", "8", "Q"])),
    fires=col("claim_payer_frequency_codes_accepted").list.contains(_FREQUENCY).not_(),
    message=format(
        "Frequency code {}; this payer takes {}.",
        "claim_frequency_code",
        listed("claim_payer_frequency_codes_accepted"),
    ),
    fix=Fix(
        "Medicare Part B: a decided claim is changed by a clerical error reopening, a returned one is sent anew with "
        "frequency 1. Other payers: send one of the codes that they take."
    ),
    citations=(
        Citation(
            "NGS-REO",
            "Errors on processed Part B claims are corrected by a reopening, not by another claim.",
            "B",
        ),
        Citation("X12-RFI2173", "7 replaces, 8 voids a claim.", "A"),
    ),
    prevents_carc=("16", "18"),
    prevents_rarc=("N522",),
    unverified=has_any("claim_payer_unverified", ["frequency_codes_accepted"]),
)
