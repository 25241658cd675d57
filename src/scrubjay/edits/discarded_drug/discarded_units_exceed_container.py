"""Given plus discarded units are more than the opened containers held.

## What it checks

For every drug line with JW: the units of the code given and discarded on that day, against what the
containers on the claim held. The containers come from the NDC quantities of the lines: vials of each NDC,
rounded up to whole ones, times the units in one vial.

The given amount rounds up to whole units and the discarded amount rounds down, so the two together can
never be more than the whole containers. Some billers put each line's share of the NDC quantity on it, others
put the total on both lines. The edit fires only where the units are too many by either reading; where the
readings disagree, it does not answer.

## Why it matters

Units beyond the container are drug that never existed. They are denied, or paid and taken back in an audit.
The usual causes are rounding both amounts up, counting overfill, or taking the wrong vial size.

## How to fix

Discarded units = (units in the opened containers) minus (units given), rounded down. 62.5 mg of a 125 mg
vial: J2919 x 13 given, 25 - 13 = 12 discarded, not 13.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

_billed = col("administered_units") + col("discarded_units")

EDIT = Edit(
    code="DD006",
    name="discarded-units-exceed-container",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_jw") & col("is_drug"),
    fires=_billed > col("opened_container_units"),
    message=format(
        "{}: {} units given and {} discarded make {}, and the containers on the claim held {}.",
        "hcpcs",
        number("administered_units"),
        number("discarded_units"),
        number(_billed),
        number("opened_container_units"),
    ),
    fix=Fix(
        format(
            "Recompute the discarded units: at most {} minus the {} given, and never overfill. Or correct the NDC and its "
            "quantity if more containers were opened.",
            number("opened_container_units"),
            number("administered_units"),
        )
    ),
    citations=(
        Citation(
            "ACR-WASTE",
            "The given amount is rounded up and the discarded amount down, so both together are at most the labelled "
            "content of the containers: 77 of 100 mg at 10 mg a unit is 8 and 2.",
            "B",
        ),
        Citation("CGS-JW", "305 mg of four 100 mg vials at 10 mg a unit is 31 given and 9 discarded.", "B"),
    ),
    prevents_carc=("16", "151"),
    prevents_rarc=("N430", "N815"),
)
