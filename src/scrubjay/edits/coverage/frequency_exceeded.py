"""The drug is given sooner or oftener than the payer's policy allows.

## What it checks

Drug lines for which the payer's policy sets fewest days from one administration to the next, or most days with the drug
in a period: against the days on which the patient was given the same code, by the claims of the run and the earlier
ones (`--history`). Voided and replaced claims do not count. The edit is clear only where the earlier claims are
complete over the days that the policy looks back; otherwise it is *not evaluated*, unless what is there is already
too much.

## Why it matters

The line denies for its frequency. An earlier dose often has a reason that the payer accepts if it is told.

## How to fix

Compare the dates with the administration record. If the dose was early for a reason, have it authorized; if a date is
wrong, correct it.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, when  # noqa: A004

_what = (
    when(col("is_too_soon"))
    .then(
        format(
            "{} days after {}, and the policy asks for {}",
            "days_since_last",
            "last_given_on",
            "payer_min_interval_days",
        )
    )
    .otherwise(
        format(
            "on {} days within {}, and the policy allows {}",
            "times_in_period",
            "payer_limit_period_days",
            "payer_max_times_per_period",
        )
    )
)

EDIT = Edit(
    code="CV005",
    name="frequency-exceeded",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_drug") & (col("claim_frequency_code") != "8") & col("has_frequency_limit"),
    fires=col("is_too_soon") | col("is_too_often"),
    message=format("{} on {} is given {} ({}).", "hcpcs", "service_date", _what, "payer_limits_rule"),
    fix=Fix(
        "Compare the dates with the administration record; have an early dose authorized before it is billed."
    ),
    citations=(
        Citation("X12-0826", "151: too many or too frequent; 273: coverage guidelines exceeded; N435.", "A"),
        Citation("NOR-DEN", "A contractor's list of denials names frequency under 151.", "B"),
    ),
    prevents_carc=("151", "273", "119"),
    prevents_rarc=("N362", "N435", "N640"),
    unverified=col("payer_limits_confidence").is_in(["C", "D"]),
)
