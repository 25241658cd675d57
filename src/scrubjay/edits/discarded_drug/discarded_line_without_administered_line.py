"""A JW line stands alone: no line says what was given.

## What it checks

For every drug line with JW and not JZ: is there a line of the same code, on the same day and claim, without JW?

## Why it matters

Discarded drug is paid only as the rest of a container of which some was given to a patient. A container
that was thrown away whole, or whose given part is on no line, is not paid. Payers deny the JW line.

## How to fix

Add the line for the given units: 62.5 mg of a 125 mg vial is J2919 x 13 beside J2919-JW x 12. If the drug
was prepared and not given at all, it is not billable; remove the JW line. If the given units went out on
another claim, bill both lines together on a corrected claim.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="DD003",
    name="discarded-line-without-administered-line",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # JW with JZ on one line leaves open which of the two it is; that is for jw-and-jz-on-one-line.
    applies=col("has_jw") & col("has_jz").not_() & col("is_drug"),
    fires=col("has_administered_line_beside").not_(),
    message=format(
        "{}-JW x {} is billed as discarded, and no line of this claim bills {} as given on the same day.",
        "hcpcs",
        number("units"),
        "hcpcs",
    ),
    fix=Fix(
        format(
            "Add a line {} without JW with the units that were given, or remove the JW line if none was given.",
            "hcpcs",
        )
    ),
    citations=(
        Citation("PAY-HOR", "Waste is denied without a line for the administered drug.", "B"),
        Citation("PAY-BCNC", "JW alone is not payable.", "B"),
        Citation(
            "HCPCS-APR24", "JW: drug amount discarded, not administered to any patient; on its own line.", "A"
        ),
    ),
    prevents_carc=("4", "16", "107"),
    prevents_rarc=("N122", "N519"),
)
