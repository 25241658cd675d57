"""An add-on code without one of its primary codes that day.

## What it checks
CMS's add-on list, where the payer uses it: an add-on such as 96366 (further hour) or 96375 (next push)
needs one of its listed primaries on the same claim and day by the same practitioner. Where the list of
primaries is the contractor's own (types 2 and 3) and none of the listed is there, the question stays
open.

## Why it matters
An add-on alone denies as lacking the service it belongs to. Example: 96375 with 96372 only: an injection
is no primary of a push, so the push is 96374.

## How to fix
Add the primary if it was left off; if this service was itself the first of the day, bill the initial
code (96374 in place of 96375, 96365 in place of 96366 or 96367, 96413 in place of 96415).
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed  # noqa: A004

EDIT = Edit(
    code="NC004",
    name="add-on-without-primary",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_add_on") & col("payer_uses_add_on_edits"),
    fires=~col("has_add_on_primary"),
    message=format(
        "{} is an add-on, and none of its primaries ({}) is on the claim that day by the same practitioner.",
        "hcpcs",
        listed("add_on_primaries"),
    ),
    fix=Fix(
        format(
            "Add the primary that the record shows (one of {}). If this was itself the first service of the day, bill its "
            "initial code in place of {}.",
            listed("add_on_primaries"),
            "hcpcs",
        )
    ),
    citations=(
        Citation(
            "AOC24",
            "Add-on code edits of 2024-04: a type 1 add-on is paid only with a listed primary, same "
            "practitioner, same date.",
            "A",
        ),
        Citation("NS-AOC", "Types 2 and 3: primaries are the contractor's, or only some are listed.", "C"),
    ),
    prevents_carc=("B15", "107"),
    prevents_rarc=("N122",),
    unverified=has_any("payer_unverified", ["uses_add_on_edits"]),
)
