"""The drug is packaged in this setting on this date: no payment of its own.

## What it checks

Drug lines of hospital outpatient and surgery center claims whose payer goes by status indicators: is the
indicator of the code on the date N (hospital) or N1 (surgery center)?

## Why it matters

A packaged drug is paid within the service that it goes with, so zero on the remittance is right and not worth an
appeal. The status flips between years: J2919 and J1010 were packaged in 2024, paid by themselves in 2025, and
are packaged again from 2026-01-01.

## How to fix

Nothing must be changed. Keep billing the drug with its code and units under revenue code 0636: the charge still
counts for the hospital's costs. JW and JZ are not required while it is packaged.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="SE003",
    name="drug-packaged",
    severity=Severity.INFO,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("is_paid_by_status")
    & ((col("claim_kind") == "institutional") | (col("setting") == "asc"))
    & col("payer_uses_hospital_status"),
    fires=col("is_packaged"),
    message=format(
        "{} has status {} in this setting on {}: packaged, so expect no payment of its own.",
        "hcpcs",
        "status_indicator",
        "service_date",
    ),
    fix=Fix("Leave the line on the claim; post zero as expected, and do not appeal it."),
    citations=(
        Citation("ADDB", "Addendum B: J2919 and J1010 N in 2024, K in 2025, N from 2026-01-01.", "A"),
        Citation("ASCBB", "ASC Addendum BB: K2 in 2025, N1 from 2026-01-01.", "A"),
        Citation(
            "HCPRO-11", "CMS asked that every drug with a code be billed under 0636, packaged ones too.", "B"
        ),
    ),
    prevents_carc=("97", "234"),
    prevents_rarc=("M15", "N20"),
)
