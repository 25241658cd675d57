"""The authorization that the claim names does not cover the line.

## What it checks

Drug lines that name an authorization (REF*G1 of the line, else of the claim) which is among those given with
`--authorizations`: whether it was approved, is for this member, this code or NDC, the dates of service, the place and
the provider. A field that the authorization leaves empty: place and provider then hold for all; dates, codes and the
decision are not known, and the edit is *not evaluated*, as for a number that was not given. A number on the claim
that fits another of its lines is not held against this one.

## Why it matters

The payer looks the number up. If it is for another service, provider or time, the line denies as if there were none.

## How to fix

Report the number that covers this service, or have the authorization amended before the claim goes out. Never change
the date, code or provider of the claim to make it fit.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit, when  # noqa: A004

_fault = col("authorization_fault")
_words = (
    when(_fault == "date")
    .then(
        format(
            "it holds from {} to {}, the service is of {}",
            "authorization_valid_from",
            "authorization_valid_to",
            "service_date",
        )
    )
    .when(_fault == "code")
    .then(format("it is for {}", listed("authorized_codes")))
    .when(_fault == "place")
    .then(format("it is limited to place {}", listed("authorized_places")))
    .when(_fault == "provider")
    .then(lit("it is for another provider"))
    .when(_fault == "member")
    .then(lit("it is for another member"))
    .otherwise(format("its state is: {}", "authorization_status"))
)

EDIT = Edit(
    code="CV002",
    name="authorization-not-valid",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("authorization_number").is_not_null()
    & (col("authorization_fault") != "other_line")
    & (col("claim_frequency_code") != "8"),
    fires=_fault != "none",
    message=format("Authorization {} does not cover {}: {}.", "authorization_number", "hcpcs", _words),
    fix=Fix(
        "Report the number that covers the service, or have the payer amend this one before the claim is sent."
    ),
    citations=(
        Citation(
            "X12-0826",
            "284, 296: the number is good, but for another service or provider; 302: expired.",
            "A",
        ),
        Citation("PAS", "An answer carries number, decision, period, code and quantity for each item.", "A"),
    ),
    prevents_carc=("284", "296", "302", "198"),
    prevents_rarc=("N54", "M62"),
)
