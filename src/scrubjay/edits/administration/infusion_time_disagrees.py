"""The minutes on the claim belong to another administration code.

## What it checks
Where a note or description on the claim states how long a drug ran ("INFUSED 125 MIN", "START 0900 STOP
1105"), the code must fit: up to 15 minutes is a push, an infusion begins at 16 minutes, its first code
reaches to 90, and each hour after that, once more than half of it has run, is one unit of the hour code.
Lines without stated minutes are not asked.

## Why it matters
Time is what these codes are. Too many hours are overpayment that an audit of start and stop times finds;
too few are money left behind. Example: 125 minutes are 96413 and one unit of 96415 (125 - 90 = 35
minutes into the next hour), not two.

## How to fix
Check the start and stop times in the record first, then the codes and units; correct whichever is wrong.
A push longer than 15 minutes counts as a push only while the professional stayed with the patient, and
the record must say so.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

_FIRST = (col("administration_role") == "initial") & col("administration_family").str.contains(
    "infusion|hydration"
)
_IS_PUSH = col("administration_family").str.contains("push")
_TOO_SHORT = col("administration_minutes_from").is_not_null() & (
    col("minutes_stated") < col("administration_minutes_from")
)
_TOO_LONG = _IS_PUSH & (col("minutes_stated") > col("administration_minutes_to"))
_OTHER_HOURS = _FIRST & (col("further_hours_expected") != col("further_hours_billed"))

EDIT = Edit(
    code="AD005",
    name="infusion-time-disagrees",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_minutes_stated"),
    fires=_TOO_SHORT | _TOO_LONG | _OTHER_HOURS,
    message=when(_TOO_SHORT)
    .then(
        format(
            "{} begins at {} minutes, and the claim states {}.",
            "hcpcs",
            "administration_minutes_from",
            "minutes_stated",
        )
    )
    .when(_TOO_LONG)
    .then(
        format(
            "{} is a push of at most {} minutes, and the claim states {}.",
            "hcpcs",
            "administration_minutes_to",
            "minutes_stated",
        )
    )
    .otherwise(
        format(
            "{} minutes are stated: {} reaches to {}, which leaves {} further hour(s), and {} are billed.",
            "minutes_stated",
            "hcpcs",
            "administration_minutes_to",
            number("further_hours_expected"),
            number("further_hours_billed"),
        )
    ),
    fix=Fix(
        when(_TOO_SHORT)
        .then(
            lit(
                "Check start and stop in the record. Up to 15 minutes of a drug is a push (96374, 96375, 96409, 96411); "
                "30 minutes or less of hydration is not billed."
            )
        )
        .when(_TOO_LONG)
        .then(
            lit(
                "Check start and stop in the record. More than 15 minutes is an infusion (96365, 96413), unless the "
                "professional stayed with the patient for a push."
            )
        )
        .otherwise(
            format(
                "Check start and stop in the record. If {} minutes are right, bill {} unit(s) of the additional-hour code.",
                "minutes_stated",
                number("further_hours_expected"),
            )
        )
    ),
    citations=(
        Citation("RAC-0071", "Infusion and push codes are billed by recorded time.", "A"),
        Citation(
            "AAPC-INF",
            "16 to 90 minutes are the first code, 91 to 150 one further hour, 151 to 210 two; a push is "
            "15 minutes or less.",
            "C",
        ),
    ),
    prevents_carc=("152", "151"),
    unverified=lit(value=True),
)
