"""The NDC is not in the directory that is loaded.

## What it checks

Drug and vaccine lines with a readable NDC: whether the FDA's directory, if it is loaded, or CMS's crosswalk lists that
package on any date. Without a loaded directory an NDC outside the starter set is *not evaluated*. The directory drops
packages whose listing has lapsed, so an old date of service may name one that was listed then.

## Why it matters

A number that no directory lists is mostly a slip of a digit, or a number that is no drug. Payers that price or claim
rebates by NDC refuse it.

## How to fix

Copy the number from the package that was used: labeler, product and package, padded to 5-4-2. Example: 0009-0047-22
is 00009004722.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="ND004",
    name="ndc-not-in-directory",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("ndc").is_not_null() & col("is_drug_or_vaccine"),
    fires=col("is_ndc_in_directory").not_(),
    message=format("NDC {} on the line of {} is in no directory that is loaded.", "ndc", "hcpcs"),
    fix=Fix("Compare the NDC with the package that was used, digit by digit, and correct it."),
    citations=(
        Citation("FDA-NDC", "The National Drug Code Directory lists the packages on the market.", "A"),
        Citation("X12-0826", "M119: NDC missing, invalid or withdrawn; N848: no product for it.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M119", "N848"),
)
