"""JZ, and the NDC quantity says that only a part of a single-dose container was given.

## What it checks

Drug lines with JZ whose NDC quantity counts containers (UN) and is not whole, where quantity and units agree and at least
one billing unit of the last container is left over. The container must be known to be single-dose from the label or a
payer's page, and the payer must ask for JW and JZ in this setting. Where another line of the day bills the same code, the
two may have used up one container together, so the edit is not asked.

## Why it matters

JZ says that nothing was discarded. What is left in a single-dose container may not be kept for another patient, so it was
discarded: the claim contradicts itself, and the discarded units that the payer would pay are not billed.

## How to fix

Look up in the administration record what became of the rest. Discarded: the given units without JZ, and a line with JW.
62.5 mg of a 125 mg vial: J2919 x 13 with 0.52 UN and J2919-JW x 12 with 0.48 UN, not J2919-JZ x 13. If the whole container
was given, correct units and NDC quantity.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

_QUANTITY, _ITEM = col("ndc_quantity"), col("units_per_item")
_IS_PART = _QUANTITY.floor() < _QUANTITY
# The units round the last fraction up. Where they do not follow from the quantity, one of the two is wrong: another edit.
_AGREES = (col("units") - _QUANTITY * _ITEM >= 0) & (col("units") - _QUANTITY * _ITEM < 1)
_LEFT_OVER = (_QUANTITY.ceil() * _ITEM - col("units")).floor()
# A container type tagged C or D does not carry a warning: then it is as good as unknown.
_IS_SINGLE_DOSE = when(col("is_container_unverified").not_()).then(col("container_type") == "single-dose")

EDIT = Edit(
    code="DD011",
    name="jz-though-part-of-a-container-was-used",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    # What is not known about payer or container matters only where a part of a container is billed.
    applies=col("has_jz")
    & col("has_jw").not_()
    & col("is_drug")
    & col("ndc_unit").eq_missing(lit("UN"))
    & _QUANTITY.is_not_null()
    & (col("code_day_units") == col("units"))
    & (col("payer_requires_discard_modifiers") | _IS_PART.not_())
    & (col("is_discard_setting") | _IS_PART.not_())
    & ((col("container_type") == "single-dose") | (col("container_type").is_null())),
    fires=_IS_PART & _AGREES & (_LEFT_OVER >= 1) & _IS_SINGLE_DOSE,
    message=format(
        "{}-JZ x {} says that nothing was discarded, and the NDC quantity of {} UN leaves {} of the {} units "
        "of a single-dose container.",
        "hcpcs",
        number("units"),
        number("ndc_quantity"),
        number(_LEFT_OVER),
        number("units_per_item"),
    ),
    fix=Fix(
        format(
            "If the rest was discarded, bill {} x {} without JZ and add {}-JW x {}; if the whole container was given, "
            "correct units and NDC quantity. The administration record decides.",
            "hcpcs",
            number("units"),
            "hcpcs",
            number(_LEFT_OVER),
        )
    ),
    citations=(
        Citation("HCPCS-APR24", "JZ: zero drug amount discarded, not administered to any patient.", "A"),
        Citation(
            "CGS-JW",
            "305 mg of a single-dose 400 mg, at 10 mg a unit, are 31 units given and 9 with JW.",
            "B",
        ),
    ),
    prevents_carc=("4", "16"),
    prevents_rarc=("N519", "N822"),
)
