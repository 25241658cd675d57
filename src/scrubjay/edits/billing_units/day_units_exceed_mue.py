"""The units of the day over several claims exceed the medically unlikely edit.

## What it checks
Codes whose MUE has the adjudication indicator 2 or 3, where the payer sums the day: the units of this claim and those
of the patient's other claims of that day by the same provider to the same payer, of the run and of the earlier claims
if some are given (`--history`). Claims that were voided or replaced, and exact repeats of another claim
(duplicate-claim), add nothing. What one claim alone exceeds is the edit units-exceed-mue. Patients are compared by a
hash; no name or id is kept or shown.

## Why it matters
The sum counts all lines and all claims of the day: splitting a dose over two claims does not help. All units of the
day deny, and what was paid first may be taken back.

## How to fix
Check the units of both claims against the dose; often one of them repeats the other. If they are right, send one
claim with the units of the day, and for indicator 3 appeal with the record; 2 cannot be passed. Example: J1745 x 100
on each of two claims of a day are 200 units, above its MUE of 150.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

_DAY = col("code_day_units") + col("code_day_units_elsewhere")

EDIT = Edit(
    code="BU007",
    name="day-units-exceed-mue",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("code_day_claim").is_not_null()
    # What the claim alone exceeds is the edit units-exceed-mue.
    & (col("code_day_units").is_null() | (col("code_day_units") <= col("mue_day_limit"))),
    fires=col("mue_day_limit") < _DAY,
    message=format(
        "{} units of {} on {} and {} on claim {} are {}, above its MUE of {}, which counts the day: all units of "
        "the day deny.",
        number("code_day_units"),
        "hcpcs",
        "service_date",
        number("code_day_units_elsewhere"),
        "code_day_claim",
        number(_DAY),
        "mue_day_limit",
    ),
    fix=Fix(
        "Check the units of both claims against the dose. If they are right, bill the day on one claim; with indicator 3 "
        "appeal with the record after the denial."
    ),
    citations=(
        Citation("MMP-MUE", "Date-of-service edits sum all lines and claims of the code on the day.", "B"),
        Citation("NGS-MUE", "MAI 1 compares each line, 2 and 3 the sum of the day.", "B"),
        Citation("MUE24Q3", "Values, indicators and reasons of the tables effective 2024-07-01.", "A"),
    ),
    prevents_carc=("151", "222"),
    prevents_rarc=("N362", "N430", "N640"),
    unverified=col("is_mue_day_unverified"),
)
