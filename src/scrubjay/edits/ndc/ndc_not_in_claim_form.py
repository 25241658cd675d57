"""The NDC has one reading in eleven digits, but is not written so.

## What it checks
An NDC that is understood: written with hyphens (each form has exactly one reading), with blanks or its qualifier N4
in the number, or as ten digits of which the loaded directory knows exactly one padding. The claim wants the eleven
digits 5-4-2 by themselves, in the 837 LIN03. An NDC that is not understood is malformed-ndc or ambiguous-ndc.

## Why it matters
Payers and clearinghouses that do not pad by themselves reject the line, or find no such drug and deny it.

## How to fix
Write the eleven digits that the finding names. `scrubjay fix` does so for hyphens, blanks and N4, since the number
stays the same. Ten digits without hyphens it leaves alone: compare the hyphens on the package first. Example:
0009-0047-22 becomes 00009004722.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, FixLevel, Grain, Severity, col, format, when  # noqa: A004

_SENT = col("ndc_as_sent")
_IS_ZERO = _SENT.str.contains(r"^(?:N4)?[0-]*0[0-]*$")
# Which of three paddings is meant rests on the directory, not on the characters: that is no mere spelling.
_IS_TEN_DIGITS = _SENT.str.replace_all(r"\s", "").str.contains(r"^(?i:N4)?-*\d{10}-*$")

EDIT = Edit(
    code="ND011",
    name="ndc-not-in-claim-form",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("has_ndc") & (col("ndc_form") == "ndc11") & _IS_ZERO.not_(),
    fires=_SENT.str.contains(r"^\d{11}$").not_(),
    message=format(
        "The NDC {} is not written as the claim wants it (LIN03): eleven digits, {}.", "ndc_as_sent", "ndc"
    ),
    fix=Fix(
        advice=when(_IS_TEN_DIGITS)
        .then(
            format(
                "Compare with the hyphens on the package; if they agree, write {}, the only padding that the loaded "
                "directory knows.",
                "ndc",
            )
        )
        .otherwise(format("Write {}; `scrubjay fix` does it.", "ndc")),
        level=FixLevel.SAFE,
        change=("ndc_as_sent", when(_IS_TEN_DIGITS.not_()).then(col("ndc"))),
    ),
    citations=(
        Citation("NDC-HFS", "The NDC is sent as eleven digits after the qualifier N4.", "B"),
        Citation("HL7W", "In the 837, loop 2410, LIN03 holds the NDC.", "B"),
        Citation("NDC-MCM", "The short segment of a hyphened NDC is padded to 5-4-2.", "B"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
)
