"""A modifier bypasses a code pair: what the record must show.

## What it checks
The NCCI pairs of the claim's day and provider with indicator 1 where a modifier bypasses the pair. It is
information, not a fault: the claim is payable if the modifier is true.

## Why it matters
These modifiers are what payers ask records for. A bypass that the record does not carry is taken back,
and a habit of them brings an audit. Example: 96372-59 beside 20610 says that another drug was given at
another site than the joint.

## How to fix
Nothing, if the record shows it: for 25, work of the visit beyond deciding on and giving the drug; for
59, XE, XS, XP or XU, the other encounter, site, practitioner or a service that does not overlap; for a
site modifier, the two sites. Otherwise remove the modifier and the line.
"""

from scrubjay.edits.spec import (
    Citation,
    Edit,
    Fix,
    Grain,
    Severity,
    any_of,
    col,
    format,  # noqa: A004
    has_any,
    listed,
    lit,
    when,
)

EDIT = Edit(
    code="NC003",
    name="pair-bypassed",
    severity=Severity.INFO,
    grain=Grain.LINE,
    applies=col("has_pair_partner") & col("payer_uses_code_pairs"),
    fires=col("pairs_with_modifier").list.len() > 0,
    message=when(col("modifiers").list.len() > 0)
    .then(
        format(
            "{} (modifiers {}) is paid beside {} only because a modifier says that it was distinct.",
            "hcpcs",
            listed("modifiers"),
            listed("pairs_with_modifier"),
        )
    )
    .otherwise(
        format(
            "{} is paid beside {} only because a modifier on the other line says that it was distinct.",
            "hcpcs",
            listed("pairs_with_modifier"),
        )
    ),
    fix=Fix(
        when(col("is_visit"))
        .then(
            lit(
                "Be sure that the record shows work of the visit beyond deciding on and giving the drug: its own complaint, "
                "examination or decision."
            )
        )
        .otherwise(
            lit(
                "Be sure that the record shows the other site, vein, encounter, practitioner or drug that the modifier "
                "claims, with times where they matter."
            )
        )
    ),
    citations=(
        Citation(
            "MLN-59",
            "A modifier may bypass an indicator 1 pair only when the services were distinct and the record "
            "shows it.",
            "A",
        ),
        Citation(
            "PTP24Q3",
            "Active pairs of 2024-07-01, practitioner and outpatient hospital, with indicator.",
            "A",
        ),
    ),
    prevents_carc=("97", "236"),
    prevents_rarc=("N20",),
    unverified=any_of(col("is_bypass_unverified"), has_any("payer_unverified", ["uses_code_pairs"])),
)
