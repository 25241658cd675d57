"""The payer lists the diagnoses that are covered for the code, and the line points to none of them.

## What it checks

Lines for whose code a list of covered diagnoses holds on the date: a diagnosis group of the payer's policy, for any
code; for Medicare else the local coverage determinations and articles of the contractor that the policy names
(`coverage_contractors`), if the Medicare Coverage Database is loaded. Asked are the diagnoses that the line points to,
of an institutional claim all. A document covers a diagnosis for certain only where each of its groups lists it
without a condition, and refuses it only where none does; between the two, and where documents differ, the edit
is *not evaluated*. A drug for which no list is known is *not evaluated* too, not clear.

## Why it matters

Without a listed diagnosis the payer takes the drug as not necessary and denies it, however good the reason in the
chart is. Often the reason is there, and only the pointer or the code is wrong.

## How to fix

Read the note. If it documents a listed condition, code it and point the line to it. If it does not, do not change the
diagnosis: for Medicare give notice before the service (ABN), for other payers ask for an exception with literature.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="MN003",
    name="diagnosis-not-covered",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("diagnosis_rule") != "none",
    fires=col("is_diagnosis_covered").not_(),
    message=format(
        "{} is covered for the diagnoses of {} only, and the line points to: {}.",
        "hcpcs",
        "diagnosis_rule_source",
        listed("line_diagnoses"),
    ),
    fix=Fix(
        "Point the line to a covered diagnosis if the note documents one; never choose a diagnosis because it is covered."
    ),
    citations=(
        Citation("BPM15", "Part B pays for drugs that are reasonable and necessary for the diagnosis.", "A"),
        Citation(
            "X12-0826", "50, 11 and 167: necessity, and the diagnosis against the service or the policy.", "A"
        ),
    ),
    prevents_carc=("50", "11", "167"),
    prevents_rarc=("N115", "N386", "N657"),
    unverified=(col("diagnosis_rule") == "policy") & col("payer_diagnosis_confidence").is_in(["C", "D"]),
)
