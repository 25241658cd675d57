"""A line repeats an earlier line of the claim.

## What it checks
Two lines of one claim with the same code, modifiers (in any order), dates, units, NDC, description, note, revenue
code, place and rendering provider; the later one is named. Lines with 76, 77, 59, XE, XS, XP, XU or 91 say themselves
that they are another service. A drug's JW line differs by its modifier, and two lots with different NDCs are two lines
by rule of some payers.

## Why it matters
The second line is denied as an exact duplicate (CARC 18); for a drug it doubles the dose on record and can run into
the unit limit.

## How to fix
If it is the same dose entered twice, delete the line. If more of the drug was given that day, bill one line with the
units of the whole dose. If a service was really repeated, add 76 (same clinician) or 77 (another) and keep both times
in the record.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, lit, number, when  # noqa: A004

_SAYS_REPEATED = has_any("modifiers", ["76", "77", "59", "XE", "XS", "XP", "XU", "91"])

EDIT = Edit(
    code="DU001",
    name="duplicate-line",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null() & _SAYS_REPEATED.not_(),
    fires=col("is_repeated_line"),
    message=format(
        "{} x {} is the same as line {}: code, modifiers, date, units and NDC.",
        "hcpcs",
        number("units"),
        "same_line_number",
    ),
    fix=Fix(
        when(col("is_drug"))
        .then(
            lit(
                "Delete the line if the dose was entered twice; if more was given, bill one line with the units of the whole dose."
            )
        )
        .otherwise(
            lit(
                "Delete the line, or add 76 or 77 if the service was really repeated and the record shows both times."
            )
        )
    ),
    citations=(
        Citation("X12-0826", "CARC 18 with N522: exact duplicate.", "A"),
        Citation("PAY-UHC-MD", "Different NDCs of one drug go on separate lines (2025-05-01).", "B"),
    ),
    prevents_carc=("18",),
    prevents_rarc=("N522", "M86"),
)
