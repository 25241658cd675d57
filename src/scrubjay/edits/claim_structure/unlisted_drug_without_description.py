"""An unlisted drug code without the drug's name and dose.

## What it checks
A line with a not-otherwise-classified drug code (J3490, J3590, J9999, C9399 ...) has text that can hold the name of
the drug and its dose: the description of the line (SV101-7), its note, or the note of the claim (NTE). It looks for
a word and a number, not for the right ones.

## Why it matters
The code says nothing about the drug. Without name and dose the line is returned as unprocessable: there is nothing
to price.

## How to fix
Write name, strength and dose into the description: `SV1*HC:J3490:::::DRUGNAME 40 MG/ML 20 MG IV*...`. Add the NDC
(LIN) as well. If the drug has a code of its own on the date, bill that instead.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, when  # noqa: A004

_HAS_BOTH = col("has_drug_name_text") & col("has_dose_text")

EDIT = Edit(
    code="CS014",
    name="unlisted-drug-without-description",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # Text that holds both is no fault, whether or not the code is an unlisted one.
    applies=col("is_drug")
    & col("is_unlisted_drug")
    & (col("is_unlisted_drug").is_not_null() | _HAS_BOTH.not_()),
    fires=_HAS_BOTH.not_(),
    message=format(
        "{} is an unlisted drug code and {} in the line's description or a note.",
        "hcpcs",
        when(col("has_drug_name_text").not_())
        .then(lit("there is no drug name"))
        .otherwise(lit("there is a text but no dose")),
    ),
    fix=Fix("Write name, strength and dose of the drug into SV101-7 (or the line's note), and send its NDC."),
    citations=(
        Citation(
            "PAL-NOC",
            "Unclassified drugs: name, dose and NDC in SV101-7 or the note; a blank description is rejected.",
            "B",
        ),
        Citation("X12-0826", "Remarks M123 and N350: name, strength or dose of the drug is missing.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("M123", "N350"),
)
