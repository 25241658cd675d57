"""The drug is on a list of drugs that patients give themselves.

## What it checks

Drug lines whose code the payer's policy counts as self-administered; for Medicare else those on a contractor's list of
self-administered drugs on the date, if the lists are loaded. The message names the lists, and the brand or route
that an entry is about: one code may stand for an infused product and one from a pen. A line with JA (given into a
vein) or GY (billed as excluded) is left alone. Without a list and a policy the edit is *not evaluated*.

## Why it matters

Medicare Part B pays for a drug only if it is not usually self-administered, whoever gives it. The line denies as not
covered, and the patient pays for what the pharmacy benefit would have covered.

## How to fix

Compare the product that was given with the entry of the list. If the entry is about another product or route, say
the route (JA). If it is this one, send it to the pharmacy benefit, or bill it with GY where the patient is to pay.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CV009",
    name="self-administered-drug",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_drug") & col("has_ja").not_() & col("has_gy").not_(),
    fires=col("is_on_exclusion_list"),
    message=format("{} counts as self-administered on {}: {}.", "hcpcs", "service_date", "exclusion_list"),
    fix=Fix(
        "Compare the product and its route with the entry; report the route, or send it to the pharmacy benefit."
    ),
    citations=(
        Citation("BPM15", "Part B covers drugs that are not usually self-administered by the patient.", "A"),
        Citation("X12-0826", "96 with N426: not covered; GY lines deny to the patient.", "A"),
    ),
    prevents_carc=("96", "280"),
    prevents_rarc=("N426", "N425"),
    unverified=col("payer_channel_confidence").is_in(["C", "D"]),
)
