"""The drug was given at a place where the payer does not allow it.

## What it checks

Drug lines for which the payer's policy names the places of service where the drug may be given. An institutional claim
has no place; a hospital's outpatient bill stands for 19 and 22. Some policies allow any place in the first days of
treatment: the first dose is looked for in the claims of the run and the earlier ones (`--history`), and where they do
not reach back far enough the edit is *not evaluated*. Exceptions of the policy are named, not judged.

## Why it matters

Payers move infusions out of hospitals. A place outside the policy denies although the drug itself is covered.

## How to fix

Check the place of service. If it is right, ask for an exception with the reason in the chart, or plan the next dose at
a place that the policy allows.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit, when  # noqa: A004

_except = (
    when(col("payer_site_exceptions").list.len() > 0)
    .then(format(" Exceptions: {}.", listed("payer_site_exceptions")))
    .otherwise(lit(""))
)

EDIT = Edit(
    code="CV006",
    name="site-of-care-not-allowed",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_drug") & (col("claim_frequency_code") != "8") & col("has_place_rule"),
    fires=col("is_place_allowed").not_() & col("is_in_free_days").not_(),
    message=format(
        "{} at place {}: the policy allows {} ({}).",
        "hcpcs",
        listed("possible_places"),
        listed("payer_places_allowed"),
        "payer_site_of_care_rule",
    ),
    fix=Fix(
        format("Check the place of service, or ask the payer for an exception before sending.{}", _except)
    ),
    citations=(
        Citation("X12-0826", "58: place of service not covered or not right; N428, M77.", "A"),
        Citation("PAY-PREM-SOS", "One payer prefers office, home and infusion center for named drugs.", "B"),
    ),
    prevents_carc=("58", "5"),
    prevents_rarc=("N428", "M77"),
    unverified=col("payer_site_of_care_confidence").is_in(["C", "D"]),
)
