"""GA, GX, GY and GZ that contradict one another.

## What it checks

Lines with one of the notice modifiers, where the payer gives them Medicare's meaning:

- GA says that a required notice was given to the patient; GZ says that none was. Not both.
- GA expects a denial for medical necessity; GY says that the law excludes the service. Not both.
- GX (a voluntary notice) is only for excluded services, so it goes with GY.

## Why it matters

These modifiers decide who pays after the denial. A contradiction is denied as an invalid combination, or the
practice is held liable although the patient had signed.

## How to fix

Look at the notice in the chart. Signed because coverage was doubtful: GA alone. Doubtful and not signed: GZ
alone. Excluded by law, such as a self-administered drug: GY, with GX if a voluntary notice was given.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed, only, when  # noqa: A004

_ga, _gx, _gy, _gz = (col(f"has_{m}") for m in ("ga", "gx", "gy", "gz"))
_GA_IS_WRONG, _GX_IS_WRONG = _ga & (_gz | _gy), _gx & _gy.not_()
_AT_ODDS = (
    when(_GA_IS_WRONG & _GX_IS_WRONG)
    .then(only("modifiers", ["GA", "GX", "GZ"]))
    .when(_GA_IS_WRONG)
    .then(only("modifiers", ["GA", "GY", "GZ"]))
    .otherwise(only("modifiers", ["GX"]))
)

EDIT = Edit(
    code="MO010",
    name="liability-modifiers-conflict",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=(_ga | _gx | _gy | _gz) & col("payer_liability_modifiers_apply"),
    fires=_GA_IS_WRONG | _GX_IS_WRONG,
    message=format(
        "{} carries {}: GA excludes GZ and GY, and GX stands only beside GY.", "hcpcs", listed(_AT_ODDS)
    ),
    fix=Fix(
        "Keep what the notice in the chart supports: GA with a signed required notice, GZ without one, GY for a service "
        "that the law excludes, GX with GY for a voluntary notice."
    ),
    citations=(
        Citation(
            "HCPCS-APR24",
            "GA required notice on file; GX voluntary notice; GY excluded by statute; GZ no notice.",
            "A",
        ),
        Citation(
            "ABN-C",
            "GX is paired with GY; GA and GZ are opposites; GZ denies by itself since 2011-07-01.",
            "C",
        ),
    ),
    prevents_carc=("4", "50", "96"),
    prevents_rarc=("N519",),
    unverified=has_any("payer_unverified", ["liability_modifiers_apply"]),
)
