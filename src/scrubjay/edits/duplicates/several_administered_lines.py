"""The payer pays one administered line per drug and day, and there are several.

## What it checks
Where the payer's policy says so: a claim with more than one line of one drug code without JW on one day. The line with
the most units is the one that is paid; the others are named. Discarded amounts (JW) are on lines of their own and are
not counted.

## Why it matters
The payer pays the largest line and denies the others, although the drug was given.

## How to fix
Add the amounts of the day, work out the units once from the sum, and bill one line. Example: J2919 x 8 and J2919 x 16
on one day (40 mg and 80 mg) become J2919 x 24.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, number  # noqa: A004

EDIT = Edit(
    code="DU003",
    name="several-administered-lines",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=(col("administered_lines_of_day") > 1) & col("payer_pays_one_administered_line_a_day"),
    fires=col("is_further_administered_line"),
    message=format(
        "{} x {} is one of {} administered lines of this drug that day; this payer pays one, line {}.",
        "hcpcs",
        number("units"),
        "administered_lines_of_day",
        "paid_line_number",
    ),
    fix=Fix(
        "Add up the amounts given that day, work out the units once, and bill one line (and one JW line)."
    ),
    citations=(
        Citation(
            "PAY-BCNC",
            "One administered line per drug and day is paid; a further line of equal or smaller quantity denies.",
            "B",
        ),
    ),
    prevents_carc=("18",),
    unverified=has_any("payer_unverified", ["pays_one_administered_line_a_day"]),
)
