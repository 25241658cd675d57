"""An agent against anemia without exactly one of EA, EB and EC.

## What it checks

Lines of the erythropoiesis stimulating agents that are not for patients on dialysis, for payers that ask for the cause
of the anemia: darbepoetin J0881, epoetin J0885 and Q5106 for Medicare. One of EA (chemotherapy), EB (radiotherapy) and
EC (neither) must stand there, and only one. The codes for patients on dialysis carry a route instead.

## Why it matters

The cause decides coverage: for anemia that is not due to treatment of cancer other limits hold. Without the modifier,
or with two of them, the claim is rejected before it is looked at.

## How to fix

Take the cause from the order or the note. EC means *not* due to chemotherapy or radiotherapy: some pages say the
reverse.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only  # noqa: A004

EDIT = Edit(
    code="MO009",
    name="esa-anemia-modifier",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug") & col("needs_anemia_modifier"),
    fires=col("anemia_modifier_count") != 1,
    message=format(
        "{} needs exactly one of EA, EB and EC, the cause of the anemia; of these the line carries: {}.",
        "hcpcs",
        listed(only("modifiers", ["EA", "EB", "EC"])),
    ),
    fix=Fix(
        "Report EA for chemotherapy, EB for radiotherapy, EC for neither, as the chart says; never two of them."
    ),
    citations=(
        Citation(
            "PAL-EB",
            "Agents that are not for dialysis carry one of EA, EB and EC, or the claim rejects.",
            "B",
        ),
        Citation(
            "HCPCS-APR24",
            "EA, EB and EC: anemia due to chemotherapy, radiotherapy, neither; from 2008-01-01.",
            "A",
        ),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N822", "N519"),
)
