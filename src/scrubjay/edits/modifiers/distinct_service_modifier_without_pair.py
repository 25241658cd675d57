"""59 or an X modifier on a code that no code pair of the day contains.

## What it checks

Lines with 59, XE, XP, XS or XU: does an active code pair of the date contain this code together with another
code of that day on the claim? If not, the modifier has nothing to separate. For most drug codes the answer
is always no: no active pair of the edition contains them at all. A service billed on two lines of one day may
use 59 to tell the two apart, so that is clear.

If the pairs of the date or of this code are not held, the edit does not answer.

## Why it matters

59 does nothing on a methylprednisolone line, and a needless 59 draws review: it reads as an attempt to
bypass an edit. It usually means that the modifier was meant for the administration or the procedure.

## How to fix

Take it off, or move it to the line that the pair bundles: a separate intramuscular injection beside a knee
injection is 96372-59 (or XS, XU), with plain J2919-JZ, if the record shows another drug or site.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed, only  # noqa: A004

EDIT = Edit(
    code="MO003",
    name="distinct-service-modifier-without-pair",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("distinct_service_modifier_count") > 0,
    fires=(col("has_pair_beside") | (col("has_same_code_beside") & col("is_drug").not_())).not_(),
    message=format(
        "{} carries {}, and no active code pair of that day contains it: the modifier has nothing to separate.",
        "hcpcs",
        listed(only("modifiers", ["59", "XE", "XP", "XS", "XU"])),
    ),
    fix=Fix(
        format(
            "Take 59 or the X modifier off {}. If it was meant for an administration or a procedure that a pair bundles, "
            "put it there, and only if the record shows a separate service.",
            "hcpcs",
        )
    ),
    citations=(
        Citation(
            "PTP24Q3",
            "Tables of 2024-07-01: no active pair contains J2919, J1010 or their forerunners; only ten J-codes are in any "
            "practitioner pair.",
            "A",
        ),
        Citation(
            "MLN-59", "59 and X modifiers bypass a code pair with indicator 1 and serve nothing else.", "A"
        ),
    ),
    prevents_carc=("4",),
    prevents_rarc=("N519",),
    unverified=has_any("payer_unverified", ["uses_code_pairs"]),
)
