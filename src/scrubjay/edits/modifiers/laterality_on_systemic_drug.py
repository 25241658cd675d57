"""LT, RT or 50 on a drug that acts in the whole body.

## What it checks

Drug lines that carry LT, RT or 50, where the drug can be given into a vein, a muscle or under the skin.
A side of the body is an attribute of the procedure, not of such a drug. Drugs that are given only into an eye
or a joint are left out, because some contractors want a side on those; and so are payers whose policy takes
laterality on drug lines.

## Why it matters

The modifier is inappropriate for the code and the line can deny for it. On the joint injection itself the
side is often missing then, which denies as well.

## How to fix

Put the side on the procedure: 20610-RT, J1010-JZ x 80, not J1010-RT.
"""

from __future__ import annotations

from scrubjay.edits.spec import (
    Citation,
    Edit,
    Fix,
    Grain,
    Severity,
    col,
    format,  # noqa: A004
    has_any,
    listed,
    only,
    without,
)

_has_side = col("has_laterality_modifier")
_is_drug, _is_systemic, _accepted = (
    col("is_drug"),
    col("is_systemic_drug"),
    col("payer_laterality_on_drug_accepted"),
)

EDIT = Edit(
    code="MO004",
    name="laterality-on-systemic-drug",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # What is not known about code, drug or payer matters only where such a modifier is on the line.
    applies=_is_drug
    & (_is_drug.is_not_null() | _has_side)
    & _is_systemic
    & (_is_systemic.is_not_null() | _has_side)
    & (_accepted.not_() | (_accepted.is_null() & _has_side.not_())),
    fires=_has_side,
    message=format(
        "{} carries {}: a side of the body belongs to the procedure, not to a drug that acts in the whole body.",
        "hcpcs",
        listed(only("modifiers", ["LT", "RT", "50"])),
    ),
    fix=Fix(
        format("Take LT, RT or 50 off {} and put it on the procedure, e.g. 20610-RT.", "hcpcs"),
        change=("modifiers", without("modifiers", ["LT", "RT", "50"])),
    ),
    citations=(
        Citation("HCPCS-APR24", "LT and RT identify procedures performed on one side of the body.", "A"),
        Citation(
            "RP24", "Laterality goes on the procedure; some contractors want it on ophthalmic drugs.", "C"
        ),
    ),
    prevents_carc=("4",),
    prevents_rarc=("N519", "N823"),
    unverified=has_any("payer_unverified", ["laterality_on_drug_accepted"]),
)
