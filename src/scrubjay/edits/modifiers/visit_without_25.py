"""A visit beside an injection or infusion without 25.

## What it checks

Visits (evaluation and management) on a day on which the same practitioner also billed an administration,
where the code pairs bundle the visit into the administration and a modifier may separate them (indicator 1).
The visit must then carry 25. 24 and 57 also tell the visit apart and are accepted.

A pair with indicator 0, such as 99211 with an injection on a professional claim, is another matter: no
modifier helps there (see pair-never-payable). If the pairs of the date or of these codes are not held, the
edit does not answer.

## Why it matters

The administration is column 1 of the pair and is paid; the visit is column 2 and denies as bundled. Without 25
a paid visit is lost, and no appeal brings it back if the note shows no separate work.

## How to fix

Add 25 to the visit, if the note shows history, examination or decisions beyond giving the drug: 99213-25,
96372, J1010-JZ x 40. If it does not, remove the visit. Never put 25 on the drug or on the injection.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any  # noqa: A004

_bundled, _asks = col("is_visit_bundled"), col("payer_requires_25_on_visit")
# With the modifier there, neither the pair nor the payer's rule can make the line wrong.
_settled = col("has_visit_modifier")

EDIT = Edit(
    code="MO002",
    name="visit-without-25",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_visit")
    & col("has_administration_beside")
    & (_bundled | (_bundled.is_null() & _settled))
    & (_asks | (_asks.is_null() & _settled)),
    fires=_settled.not_(),
    message=format(
        "{} and {} are billed on one day by one practitioner: the code pair bundles the visit, and it carries no 25.",
        "hcpcs",
        "visit_bundling_code",
    ),
    fix=Fix(
        format(
            "Bill {}-25 if the note shows a significant, separate visit; otherwise remove the visit. 25 goes on no other "
            "line.",
            "hcpcs",
        )
    ),
    citations=(
        Citation(
            "PTP24Q3",
            "Injection, push, infusion and hydration are column 1; 99202-99215 except 99211, and G0463, are column 2 "
            "with indicator 1, in the tables of 2024-07-01.",
            "A",
        ),
    ),
    prevents_carc=("97", "236"),
    prevents_rarc=("M80", "N20"),
    unverified=has_any("payer_unverified", ["requires_25_on_visit"]),
)
