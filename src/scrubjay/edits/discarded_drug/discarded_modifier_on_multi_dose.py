"""JW or JZ on a drug from a multi-dose container.

## What it checks

A drug line with JW or JZ whose container is known to be multi-dose: by its NDC, or because every form of
the code is.

## Why it matters

JW and JZ speak only about single-dose containers. What stays in a multi-dose vial is for the next patient;
discarding it is never paid. JW then bills drug that no payer owes, and JZ makes a statement that nobody asked
for and that can come back as an error.

## How to fix

Bill the given amount alone, without JW and JZ: 40 mg from the 5 mL multi-dose vial of methylprednisolone
acetate is J1010 x 40. If the container really was single-dose, correct the NDC.
"""

from __future__ import annotations

from scrubjay.edits.spec import (
    Citation,
    Edit,
    Fix,
    Grain,
    Severity,
    col,
    format,  # noqa: A004
    listed,
    number,
    only,
    when,
    without,
)

EDIT = Edit(
    code="DD005",
    name="discarded-modifier-on-multi-dose",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=(col("has_jw") | col("has_jz")) & col("is_drug"),
    fires=col("container_type") == "multi-dose",
    message=format(
        "{} x {} carries {}, and its container is multi-dose: JW and JZ are for single-dose containers only.",
        "hcpcs",
        number("units"),
        listed(only("modifiers", ["JW", "JZ"])),
    ),
    fix=Fix(
        "Bill only the amount given, without JW or JZ, and remove a JW line: the rest of a multi-dose container is "
        "never billable. If the container was single-dose, correct the NDC.",
        # A JW line is taken out, not billed without its modifier: that no single value can say.
        change=("modifiers", when(col("has_jw").not_()).then(without("modifiers", ["JZ"]))),
    ),
    citations=(
        Citation("CGS-JW", "Discarded amounts of multi-dose containers are not payable.", "B"),
        Citation("PAY-HOR", "JW is denied for multi-dose vials.", "B"),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "N823"),
    unverified=col("is_container_unverified"),
)
