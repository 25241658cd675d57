"""The NDC was not on the market on the date of service.

## What it checks

Drug and vaccine lines with a readable NDC: whether the date of service lies between the first and the last day of
marketing that the loaded directory of the FDA gives for that package, both days included. An NDC of which no loaded
directory gives days is *not evaluated*. A record without a first day counts from the release that lists it.

## Why it matters

An NDC is a statement about the package that was opened. A number that had ended, or had not begun, is obsolete or
false, and payers that check it deny the line.

## How to fix

Look at the package: a relabelled product has a new NDC, and billing systems often keep the old one. If stock of an
ended NDC was really used, its last day is mostly the expiry of the last lot: check that date too.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, when  # noqa: A004

_days = (
    when(col("ndc_marketed_to") < col("service_date"))
    .then(format("its last day was {}", "ndc_marketed_to"))
    .when(col("ndc_marketed_from") > col("service_date"))
    .then(format("its first day is {}", "ndc_marketed_from"))
    .otherwise(lit("that day lies between two listings"))
)

EDIT = Edit(
    code="ND006",
    name="ndc-not-marketed",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("ndc").is_not_null() & col("is_drug_or_vaccine"),
    fires=col("is_ndc_marketed").not_(),
    message=format("NDC {} was not marketed on {}: {}.", "ndc", "service_date", _days),
    fix=Fix("Take the NDC from the package that was used; a product that was relabelled has a new one."),
    citations=(
        Citation("FDA-NDC", "The directory gives the first and the last day of marketing of a package.", "A"),
        Citation("X12-0826", "N847: the NDC is obsolete; M119: NDC missing, invalid or withdrawn.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N847", "M119"),
)
