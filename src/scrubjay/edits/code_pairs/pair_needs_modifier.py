"""Two codes of one day that are paid together only with a modifier, and none is there.

## What it checks
The NCCI pairs of the claim's day and provider with indicator 1, and whether a modifier that bypasses the
pair is on either line: 59, XE, XS, XP or XU on column 2 (or on column 1 where the payer takes it there),
a modifier of another site on column 2, or 25 and its like on a visit. 50, 76 and 77 do not bypass.
Visits beside an administration are left to visit-without-25.

## Why it matters
The column 2 line denies as bundled. Example: 96372 beside a joint injection 20610. If the 96372 is the
joint injection itself, billed twice, it must go; if it gave another drug into a muscle, it is payable
with 59 or XS. The side on 20610 (RT, LT) does not make that clear.

## How to fix
Look up in the record whether the column 2 service was distinct: another site, vein, encounter or drug.
If it was, add the modifier that says so (XS, XE or XU, else 59) to it. If it was part of the column 1
service, remove it.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed  # noqa: A004

EDIT = Edit(
    code="NC002",
    name="pair-needs-modifier",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_pair_partner")
    & col("payer_uses_code_pairs")
    & ~(col("is_visit") & col("has_administration_beside")),
    fires=col("pairs_without_modifier").list.len() > 0,
    message=format(
        "{} is bundled into {} of the same day (code pair with indicator 1), and no modifier of theirs says that it was "
        "distinct (modifiers of the line: {}).",
        "hcpcs",
        listed("pairs_without_modifier"),
        listed("modifiers"),
    ),
    fix=Fix(
        format(
            "If the record shows that {} was distinct from {} (another site, vein, encounter or drug), add XS, XE, XU or 59 "
            "to it, or 25 if it is a visit; if it was part of the same service, remove it.",
            "hcpcs",
            listed("pairs_without_modifier"),
        )
    ),
    citations=(
        Citation(
            "PTP24Q3",
            "Active pairs of 2024-07-01, practitioner and outpatient hospital, with indicator.",
            "A",
        ),
        Citation("MLN-59", "Indicator 1: a modifier may bypass the pair when it is clinically true.", "A"),
        Citation("NC-11168", "Medicare takes 59 and the X modifiers on either column since 2019-07-01.", "B"),
    ),
    prevents_carc=("97", "236"),
    prevents_rarc=("M80", "N20", "M15"),
    unverified=has_any("payer_unverified", ["uses_code_pairs"]),
)
