"""One line carries both JW and JZ.

## What it checks

A line with JW or JZ must not carry the other one too. JW says that these units were thrown away; JZ says
that nothing was. One line cannot say both.

## Why it matters

The two statements contradict each other, so the payer cannot tell whether the units were given or
discarded. The line denies for an invalid combination of modifiers, or the claim comes back unprocessable.

## How to fix

If some of the container was discarded, bill two lines: J2919 x 13 without JW or JZ for what was given, and
J2919-JW x 12 for what was thrown away. If nothing was discarded, keep JZ and take JW away.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="DD002",
    name="jw-and-jz-on-one-line",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("has_jw") | col("has_jz"),
    fires=col("has_jw") & col("has_jz"),
    message=format(
        "{} x {} carries both JW (these units were discarded) and JZ (nothing was discarded).",
        "hcpcs",
        number("units"),
    ),
    fix=Fix(
        format(
            "Nothing discarded: bill {}-JZ for the given units. Something discarded: bill the given units on a line of "
            "{} without JW or JZ, and the discarded units on a line {}-JW.",
            "hcpcs",
            "hcpcs",
            "hcpcs",
        )
    ),
    citations=(
        Citation("FCSO-HD", "JZ attests that no amount eligible for payment was discarded.", "B"),
        Citation("HCPCS-APR24", "JW: amount discarded; JZ: zero discarded.", "A"),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "MA130"),
)
