"""Another claim bills the same service for the same patient.

## What it checks
Original claims (frequency 1) of the run, and of the earlier claims if some are given (`--history`), that have the same patient, billing provider, payer, date, code, units,
modifiers and NDC on a line; the later claim is named. Replacements and voids are no duplicates, nor is the claim to
the second payer, nor a line that says with 76, 77, 59, XE, XS, XP, XU or 91 that it is another service. Patients are
compared by a hash; no name or id is kept or shown. An earlier claim that was voided or replaced is no duplicate; the
id of one begins with h.

## Why it matters
The payer denies the second claim as a duplicate (CARC 18), and repeated rebilling can lead to a referral to the fraud
contractor. If both are paid, one has to be paid back.

## How to fix
Send one of the two. If the first was sent already and is to be corrected, use the payer's way of correction
(replacement, or for Medicare Part B a reopening). If a service was really given twice, bill it with 76 or 77, or a drug
with the units of the whole day.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, number  # noqa: A004

_SAYS_REPEATED = has_any("modifiers", ["76", "77", "59", "XE", "XS", "XP", "XU", "91"])

EDIT = Edit(
    code="DU002",
    name="duplicate-claim",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null() & (col("claim_frequency_code") == "1") & _SAYS_REPEATED.not_(),
    fires=col("is_service_on_other_claim"),
    message=format(
        "{} x {} of the same patient, provider, payer and date is already on claim {}.",
        "hcpcs",
        number("units"),
        "same_service_claim",
    ),
    fix=Fix(
        "Send one of the two claims; correct a claim that was already sent by the payer's own way of correction."
    ),
    citations=(
        Citation("X12-0826", "CARC 18 with N522: exact duplicate; B13: paid before.", "A"),
        Citation("CGS-REB", "Repeated rebilling of a denied claim can lead to a referral (2025-04-22).", "B"),
    ),
    prevents_carc=("18", "B13"),
    prevents_rarc=("N522", "M86", "N111"),
)
