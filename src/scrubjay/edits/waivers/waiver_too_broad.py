"""A waiver has nothing that narrows it beyond the edit.

## What it checks
Every waiver in force names claims, payers, codes or providers. A pattern that fits everything (`*`) narrows
nothing, and neither do dates alone.

## Why it matters
A waiver without limits switches the edit off for every payer and drug, also for faults that nobody has seen yet.

## How to fix
Say for which payer, code, claim or provider it was accepted. To leave an edit out altogether, and openly, name it
under `--ignore` or `ignore` in scrubjay.toml. Example: add `payers: ["ACME*"]`.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="WV004",
    name="waiver-too-broad",
    severity=Severity.WARNING,
    grain=Grain.RUN,
    applies=col("is_waiver_edit_known") & col("is_waiver_expired").not_(),
    fires=col("waiver_limits").list.len() == 0,
    message=format(
        "The waiver {} ({}) covers every finding of {}: nothing narrows it.",
        "waiver_id",
        "waiver_place",
        "waiver_edit",
    ),
    fix=Fix(
        "Say for which claims, payers, codes or providers it was accepted; or name the edit under ignore."
    ),
    citations=(Citation("WAIVERS", "A house rule of this project: a waiver is no switch.", "A"),),
)
