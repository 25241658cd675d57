"""The minutes in the chart fit another administration code than the one billed.

## What it checks
From start and stop in the chart: whether the initial administration code billed that day is one that the minutes fit,
and, where the day has one infusion, whether more further hours are billed than they give.

## Why it matters
Fifteen minutes or less is a push, more an infusion; paid as the wrong one, it is taken back on audit.

## How to fix
Bill the code of the recorded minutes. Example: 09:00 to 09:12 is 12 minutes, a push, not an infusion.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="DO018",
    name="minutes-differ-from-code",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_infusion"),
    fires=col("do_minutes_fit_code").not_(),
    message=format(
        "{} is billed on {}; the chart records {} minutes, which fit {}.",
        "hcpcs",
        "service_date",
        "recorded_minutes",
        listed("codes_of_minutes"),
    ),
    fix=Fix("Bill the administration code that the recorded minutes fit."),
    citations=(
        Citation(
            "RAC-0071",
            "Up to 15 minutes are a push; a further hour begins with 31 minutes beyond the last.",
            "B",
        ),
    ),
    prevents_carc=("152", "16"),
)
