"""What was thrown away: must it be stated, is it, and does it agree with the vials."""

from __future__ import annotations

import math
from fractions import Fraction

from scrubjay.records.judge.doses import Recorded, amount_words
from scrubjay.records.judge.model import ABSENT, CONTRADICTORY, PRESENT, Answer
from scrubjay.records.judge.subject import distinct


def asks_discard(amounts: Recorded, *, is_jw_billed: bool) -> bool | None:
    """Must an amount discarded be stated?"""
    if is_jw_billed:
        return True
    if amounts.container == "multi-dose":
        return False
    if amounts.is_waste_stated:
        return True
    if amounts.label is None or amounts.dose is None:
        return None
    return amounts.label > amounts.dose


def _differ(stated: Fraction, left: Fraction, unit: Fraction, amounts: Recorded) -> bool:
    """Do two amounts that were left make other whole units beside the dose? Less than that is rounding."""
    dose = amounts.dose or Fraction(0)
    given = math.ceil(dose / unit) * unit
    return (dose + stated - given) // unit != (dose + left - given) // unit


def discard(amounts: Recorded, *, is_jw_billed: bool, unit: Fraction | None = None) -> Answer:
    """Is the amount discarded stated, and does it not contradict JW or the vial?

    Args:
        amounts: what the record says.
        is_jw_billed: the claim has a JW line of the drug.
        unit: what one billing unit stands for, in the unit of the amounts; null where it is not known.
    """
    evidence = distinct([*amounts.waste_evidence, *amounts.vial_evidence[:1]])
    left = amounts.label - amounts.dose if amounts.label is not None and amounts.dose is not None else None
    if amounts.is_waste_stated and amounts.waste != 0:
        if (
            amounts.waste
            and left is not None
            and left >= 0
            and unit
            and _differ(amounts.waste, left, unit, amounts)
        ):
            return Answer(
                CONTRADICTORY,
                f"{amount_words([amounts.waste], amounts.unit)} are stated as discarded, and vials of "
                f"{amount_words([amounts.label or left], amounts.unit)} leave {amount_words([left], amounts.unit)} after the dose",
                evidence,
            )
        return Answer(PRESENT, None, evidence)
    if amounts.is_waste_stated:
        if is_jw_billed:
            return Answer(CONTRADICTORY, "JW is billed, and the chart says that nothing was left", evidence)
        if left is not None and left > 0 and amounts.container != "multi-dose":
            return Answer(
                CONTRADICTORY,
                f"the chart says that nothing was left, but vials of {amount_words([amounts.label or left], amounts.unit)} held more than the dose of "
                f"{amount_words([amounts.dose or left], amounts.unit)}",
                evidence,
            )
        return Answer(PRESENT, None, evidence)
    if left is not None and left > 0:
        return Answer(
            ABSENT,
            f"vials of {amount_words([amounts.label or left], amounts.unit)} held more than the dose of {amount_words([amounts.dose or left], amounts.unit)}, "
            "and no amount discarded is stated",
            evidence,
        )
    return Answer(ABSENT, "JW is billed, and no amount discarded is stated", evidence)
