"""A drug of an inpatient stay is billed to Medicare Part B.

## What it checks

Drug lines on claims to Medicare Part B whose place of service is an inpatient hospital (21), or whose type of
bill is inpatient (11x).

## Why it matters

Drugs of an inpatient stay are part of the hospital's payment for the stay under Part A. Part B denies them, and
services shortly before the admission can belong to the stay too.

## How to fix

Remove the line: no drug code goes to Part B for an inpatient. If the patient was an outpatient when the drug was
given (clinic, observation, emergency room), correct the place of service or the type of bill; on a
professional claim the hospital still bills the drug.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

_inpatient = col("setting") == "inpatient"
_part_b, _drug = col("is_sent_to_part_b"), col("is_drug")

EDIT = Edit(
    code="SE002",
    name="inpatient-drug",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # A code or payer that is not known matters only for an inpatient.
    applies=_drug & (_drug.is_not_null() | _inpatient) & _part_b & (_part_b.is_not_null() | _inpatient),
    fires=_inpatient,
    message=format(
        "{} x {} is billed to Medicare Part B for an inpatient: drugs of the stay are paid to the hospital under Part A.",
        "hcpcs",
        number("units"),
    ),
    fix=Fix(
        "Remove the drug line, it belongs to the hospital's stay. If the patient was an outpatient, correct the place of "
        "service or the type of bill."
    ),
    citations=(
        Citation(
            "X12-0826",
            "Denials of this kind: not paid separately for an inpatient; outpatient near a stay.",
            "A",
        ),
        Citation("NAHRI", "Inpatient drugs are outside the rules for separately paid drugs.", "B"),
    ),
    prevents_carc=("60", "97"),
    prevents_rarc=("M2", "MA133"),
)
