"""One modifier stands twice on a line.

## What it checks
The modifiers of a line (up to four) are all different.

## Why it matters
Payers reject a line with a repeated modifier at the front end. Often one of the two was meant to be another.

## How to fix
Keep the modifier once. Check whether the second should have been a different one, such as RT beside LT. Example:
`HC:J2919:JZ:JZ` becomes `HC:J2919:JZ`.
"""

from __future__ import annotations

import polars as pl

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

_MODIFIERS = col("modifiers")
_REPEATED = _MODIFIERS.list.eval(pl.element().filter(pl.element().is_duplicated())).list.unique(
    maintain_order=True
)

EDIT = Edit(
    code="CS010",
    name="duplicate-modifier",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=_MODIFIERS.list.len() > 1,
    fires=_MODIFIERS.list.n_unique() < _MODIFIERS.list.len(),
    message=format("{} carries {} more than once.", "hcpcs", listed(_REPEATED)),
    fix=Fix(
        format("Send each modifier once: {}.", listed(_MODIFIERS.list.unique(maintain_order=True))),
        change=("modifiers", _MODIFIERS.list.unique(maintain_order=True)),
    ),
    citations=(Citation("CEDI", "A modifier repeated on a service line rejects (277CA A7:453).", "B"),),
    prevents_carc=("4",),
    prevents_rarc=("N519",),
)
