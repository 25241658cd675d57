"""A separately paid drug from a single-dose container has neither JW nor JZ.

## What it checks

Every drug line that the payer pays by itself in this setting, where the drug came from a single-dose
container. Such a line must say what became of the rest of the container:

- **JZ** on the line: nothing was discarded (or so little that it fills no billing unit);
- or a second line of the same code with **JW**: the units that were discarded. Then the line for the given
  drug carries neither.

A line beside a JW line of the same code and day is therefore clear. Drugs from multi-dose containers,
packaged drugs (status N or N1), and settings that the payer leaves out (rural health clinic, federally
qualified health center, inpatient) are not asked. If it is not known whether the container is single-dose,
the edit does not answer: sending the NDC usually settles it.

## Why it matters

Medicare asks for JW or JZ on dates of service from 2023-07-01, and since 2023-10-01 returns claims without
them as unprocessable. A returned claim cannot be appealed; it is sent anew, and the year for filing runs on.

## How to fix

125 mg of methylprednisolone sodium succinate from one 125 mg single-dose vial: bill J2919-JZ x 25.
62.5 mg from that vial, the rest thrown away: bill J2919 x 13 and J2919-JW x 12. Take the amounts from the
administration record; never add JZ only to make the claim pass.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

_has_modifier = col("has_jw") | col("has_jz")
_container = col("container_type")
_payer_asks = col("payer_requires_discard_modifiers")

EDIT = Edit(
    code="DD001",
    name="missing-discarded-drug-modifier",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # A container or a payer rule that is not known does not matter once the modifier is there.
    applies=(_payer_asks | (_payer_asks.is_null() & _has_modifier))
    & col("is_discard_setting")
    & col("is_separately_payable_drug")
    & col("is_vendor_supplied").not_()
    & (
        (_container == "single-dose")
        | (_container.is_null() & (_has_modifier | col("has_discard_line_beside")))
    ),
    fires=(_has_modifier | col("has_discard_line_beside")).not_(),
    message=format(
        "{} x {} is a separately paid drug from a single-dose container, and the line has neither JZ nor a JW line "
        "of the same drug beside it.",
        "hcpcs",
        number("units"),
    ),
    fix=Fix(
        format(
            "If nothing was discarded, bill {}-JZ x {}. If some was, leave this line as it is and add {}-JW with the "
            "discarded units (container minus the units given, rounded down). The administration record decides.",
            "hcpcs",
            number("units"),
            "hcpcs",
        )
    ),
    citations=(
        Citation(
            "FCSO-JWJZ",
            "JW or JZ is required on Medicare claims for drugs from single-dose containers for dates of service from "
            "2023-07-01; claims without may be returned as unprocessable from 2023-10-01.",
            "B",
        ),
        Citation(
            "NAHRI",
            "Office, OPPS status G and K, ASC K2 and CAH are asked; RHC, FQHC and inpatient are not.",
            "B",
        ),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("MA130", "N519", "N822", "N823"),
    unverified=col("is_container_unverified"),
)
