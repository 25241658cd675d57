"""JW or JZ on a line that is no drug.

## What it checks

Lines with JW or JZ whose code is neither a drug nor a vaccine: an infusion, an injection, a visit, a
procedure.

## Why it matters

JW and JZ speak about the drug in a container. On the administration they mean nothing, the line denies for
an invalid modifier, and the drug line usually lacks the modifier that was meant for it.

## How to fix

Move the modifier to the drug line: J2919-JZ x 25 and plain 96374, not J2919 and 96374-JZ.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only, without  # noqa: A004

EDIT = Edit(
    code="DD008",
    name="discarded-modifier-on-service-line",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_jw") | col("has_jz"),
    fires=col("is_drug_or_vaccine").not_(),
    message=format(
        "{} carries {}, and it is no drug: JW and JZ go on the drug line.",
        "hcpcs",
        listed(only("modifiers", ["JW", "JZ"])),
    ),
    fix=Fix(
        format("Take JW or JZ off {} and put it on the drug line that it was meant for.", "hcpcs"),
        change=("modifiers", without("modifiers", ["JW", "JZ"])),
    ),
    citations=(
        Citation("HCPCS-APR24", "JW and JZ speak about an amount of drug discarded.", "A"),
        Citation("FCSO-JWJZ", "JW and JZ are reported with the drug, not with its administration.", "B"),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "N823"),
)
