"""The payer asks for JA or JB on this drug, and the line has neither.

## What it checks

Drug lines of payers that ask how the drug was given: of codes on the payer's list, and where the payer asks for it on
every drug with several routes, of drugs that the administrations of the day gave into a vein or under the skin. An
injection into a muscle has no route modifier. Where the claim holds no administration that day, every route of the drug
stays possible, and if one of them has no modifier the edit is *not evaluated*.

## Why it matters

One code often stands for two products, one infused and one that patients give themselves. Without the route the payer
cannot tell which, and the line denies or is returned.

## How to fix

Add JA where the drug went into a vein, JB where it went under the skin, as the administration record says. Epoetin
on dialysis: Q4081-JA beside an infusion, Q4081-JB beside an injection.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed  # noqa: A004

EDIT = Edit(
    code="MO006",
    name="route-modifier-missing",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug") & col("needs_route_modifier"),
    fires=col("has_ja").not_() & col("has_jb").not_(),
    message=format(
        "{} carries neither JA (into a vein) nor JB (under the skin), which this payer asks for; the drug is given by: {}.",
        "hcpcs",
        listed("drug_routes"),
    ),
    fix=Fix("Add JA or JB by the administration record."),
    citations=(
        Citation(
            "PAL-JA", "JA or JB on agents against anemia of dialysis patients; informational elsewhere.", "B"
        ),
        Citation(
            "PAY-PH", "One payer denies drugs with several routes if the route modifier is missing.", "B"
        ),
        Citation("PAY-BCNC", "Drugs with several routes of administration are billed with JA or JB.", "B"),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N822",),
    unverified=col("are_routes_unverified"),
)
