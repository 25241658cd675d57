"""JA or JB contradicts how the drug was given that day.

## What it checks

Drug lines with JA (given into a vein) or JB (given under the skin), against the administrations of that day
on the claim. JA conflicts where a drug was given under the skin and none into a vein, JB the other way
round. Both on one line conflict always. Where the claim holds no administration that day, for instance
because another provider gave the drug, nothing is said.

## Why it matters

Payers that ask for the route price or limit the drug by it; some cover one route only, because the other is
usually self-administered. A route that the administration contradicts denies, or is paid wrongly and
recovered.

## How to fix

Follow the administration record. Tocilizumab infused: J3262-JA with 96413; under the skin: J3262-JB with 96372. An
injection into a muscle has no route modifier.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only  # noqa: A004

_routes = col("routes_given_that_day")
_into_vein, _under_skin = _routes.list.contains("iv"), _routes.list.contains("sc")
_both = col("has_ja") & col("has_jb")

EDIT = Edit(
    code="MO007",
    name="route-modifier-conflict",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug") & (col("has_ja") | col("has_jb")) & ((_routes.list.len() > 0) | _both),
    fires=_both
    | (col("has_ja") & _under_skin & _into_vein.not_())
    | (col("has_jb") & _into_vein & _under_skin.not_()),
    message=format(
        "{} carries {} (JA is into a vein, JB under the skin), and the administrations of that day give by: {}.",
        "hcpcs",
        listed(only("modifiers", ["JA", "JB"])),
        listed("routes_given_that_day"),
    ),
    fix=Fix(
        format(
            "Check the administration record, then correct the route modifier of {} or the administration code.",
            "hcpcs",
        )
    ),
    citations=(
        Citation("HCPCS-APR24", "JA: administered intravenously; JB: administered subcutaneously.", "A"),
        Citation(
            "PAY-PH",
            "One payer denies drugs with several routes if the route modifier is missing or wrong.",
            "B",
        ),
    ),
    prevents_carc=("4",),
    prevents_rarc=("N519", "N823"),
)
