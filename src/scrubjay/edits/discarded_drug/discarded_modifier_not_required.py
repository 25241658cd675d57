"""JW or JZ where the setting or the payer does not ask for it.

## What it checks

Drug lines with JW or JZ that the payer does not pay by itself in this setting (packaged with status N or N1,
rural health clinic, federally qualified health center, inpatient), or whose payer does not ask for JZ or does
not pay for JW on the date.

## Why it matters

It is seldom denied, so this is only a remark. A packaged drug earns no payment for its discarded part, and a
payer without the rule may not know the modifier.

## How to fix

Nothing must be changed for Medicare. For another payer follow its own manual. J2919 in a hospital outpatient
department was packaged in 2024 and is again in 2026: J2919 x 25 is enough there, and JZ was due in 2025 only.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only  # noqa: A004

# Hospital status is Medicare's; it says nothing where the payer does not go by it.
_unpaid = col("is_separately_payable_drug").not_() & (
    col("is_paid_by_status").not_() | col("payer_uses_hospital_status")
)

EDIT = Edit(
    code="DD010",
    name="discarded-modifier-not-required",
    severity=Severity.INFO,
    grain=Grain.LINE,
    applies=(col("has_jw") | col("has_jz")) & col("is_drug"),
    fires=_unpaid
    | col("is_discard_setting").not_()
    | (col("has_jz") & col("payer_requires_discard_modifiers").not_())
    | (col("has_jw") & col("payer_pays_discarded_drug").not_()),
    message=format(
        "{} carries {}, which this payer does not ask for in this setting ({}) on this date.",
        "hcpcs",
        listed(only("modifiers", ["JW", "JZ"])),
        "setting",
    ),
    fix=Fix("JW or JZ may be left off here; expect no payment for discarded units."),
    citations=(
        Citation(
            "NAHRI",
            "Asked where the drug is paid by itself (office, G, K, K2, CAH); not RHC, FQHC, inpatient.",
            "B",
        ),
        Citation("ADDB", "J2919 and J1010: status N in 2024, K in 2025, N from 2026-01-01.", "A"),
        Citation("PAY-BCND", "One insurer that takes JW and does not ask for JZ.", "B"),
    ),
)
