"""A 340B modifier that the payer does not take on the date.

## What it checks

Drug lines with JG or TB, the modifiers for drugs bought at 340B prices:

- on Medicare dates of service from 2025-01-01 TB is the only one; JG is wrong;
- before, the kind of the entity decided: JG for most hospitals, TB for rural sole community, children's and
  cancer hospitals, critical access hospitals, and non-excepted departments. A claim tells the kind only for
  the last two (type of bill 85x, modifier PN); for the others the edit does not answer;
- both on one line are wrong whatever the kind.

## Why it matters

A modifier that the payer has ended denies as invalid on the date, and from 2024 on every 340B drug must be
flagged, so that a wrong flag also spoils the inflation rebate count.

## How to fix

From 2025-01-01: J1745-TB. On earlier dates use the modifier of your kind of entity. For Medicaid follow the
state's own modifier.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, only  # noqa: A004

_jg, _tb = col("has_jg"), col("has_tb")
_takes_jg, _takes_tb = col("payer_accepts_jg_modifier"), col("payer_accepts_tb_modifier")
_of_kind = col("entity_340b_modifier")

EDIT = Edit(
    code="MO008",
    name="340b-modifier-wrong-for-date",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=(_jg | _tb) & col("is_drug"),
    fires=(_jg & _tb)
    | (_jg & _takes_jg.not_())
    | (_tb & _takes_tb.not_())
    # While a payer takes both, the kind of the entity decides between them.
    | (_takes_jg & _takes_tb & ((_jg & (_of_kind != "JG")) | (_tb & (_of_kind != "TB")))),
    message=format(
        "{} carries {} on {}, which is not the 340B modifier that this payer takes then.",
        "hcpcs",
        listed(only("modifiers", ["JG", "TB"])),
        "service_date",
    ),
    fix=Fix(
        "Medicare, from 2025-01-01: replace JG by TB. Earlier dates: JG or TB by the kind of your entity, never both. "
        "Drug not bought at the 340B price: neither."
    ),
    citations=(
        Citation("AEH-OPPS24", "From 2025-01-01 all covered entities report TB; JG until 2024-12-31.", "B"),
        Citation(
            "AEH-IRA",
            "In 2024 all covered entities flag: JG in general, TB for rural sole community, children's and cancer "
            "hospitals, critical access hospitals, Maryland and non-excepted departments.",
            "B",
        ),
    ),
    prevents_carc=("4", "182"),
    prevents_rarc=("N822", "N823"),
)
