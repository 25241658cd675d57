"""The payer must have authorized the drug before, and the claim carries no number.

## What it checks

Drug lines for which the payer's policy asks for prior authorization at the place of service, on the date: whether the
line or the claim carries the number (REF*G1). A drug of which no policy of the payer speaks is *not evaluated*, not
clear. Whether the number is good is asked by authorization-not-valid.

## Why it matters

Without a number the line denies, and mostly nobody may bill the patient for it. A few payers accept a request after
the service, within days.

## How to fix

Look the authorization up and report its number in REF*G1. If there is none, ask the payer at once whether it may
still be asked for; the policy names the days where they are known.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit, when  # noqa: A004

_how = (
    when(col("payer_authorization_asked_by").is_null())
    .then(lit(""))
    .otherwise(format(" It is asked for by: {}.", listed("payer_authorization_asked_by")))
)
_later = (
    when(col("payer_authorization_retro_days").is_null())
    .then(lit(""))
    .otherwise(
        format(" It may still be asked for within {} days of the service.", "payer_authorization_retro_days")
    )
)

EDIT = Edit(
    code="CV001",
    name="authorization-missing",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug") & col("needs_authorization") & (col("claim_frequency_code") != "8"),
    fires=col("authorization_number").is_null(),
    message=format(
        "{} needs prior authorization ({}), and neither line nor claim carries a number (REF*G1).",
        "hcpcs",
        "payer_prior_authorization_rule",
    ),
    fix=Fix(format("Report the number of the authorization in REF*G1.{}{}", _how, _later)),
    citations=(
        Citation("X12-0826", "197: authorization or notification absent; N54 and M62: the number.", "A"),
        Citation("J1", "2300 or 2400 REF*G1 carries the number of the authorization.", "D"),
        Citation(
            "BCBSNE", "One Medicare Advantage plan lists Part B drugs by code that need authorization.", "B"
        ),
    ),
    prevents_carc=("197", "210"),
    prevents_rarc=("M62", "N54"),
    unverified=col("payer_prior_authorization_confidence").is_in(["C", "D"]),
)
