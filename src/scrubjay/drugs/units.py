"""Billing units and discarded units: the arithmetic, in exact rational numbers.

The administered amount is rounded up once, the discarded amount down; together they never exceed
what the opened containers hold (rounded up to a unit).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


@dataclass(frozen=True, slots=True)
class UnitSplit:
    """How one dose divides into units.

    Attributes:
        administered: whole units to bill for what was given.
        discarded: whole units thrown away, 0 where waste is below one unit or not billable.
        waste: the exact amount left in the containers beyond the dose, or null if unknown.
    """

    administered: int
    discarded: int
    waste: Fraction | None


def billing_units(dose: Fraction, unit_amount: Fraction) -> int:
    """Whole units that cover a dose: rounded up, once, after summing.

    Args:
        dose: amount given, greater than zero, in the unit of `unit_amount`.
        unit_amount: what one billing unit stands for, greater than zero.

    Raises:
        UsageError: an amount is not greater than zero.
    """
    _positive(dose, "dose")
    _positive(unit_amount, "billing unit")
    return math.ceil(dose / unit_amount)


def discarded_units(label: Fraction, administered: int, unit_amount: Fraction) -> int:
    """Whole units left in single-dose containers beyond the administered units; rounded down."""
    _positive(unit_amount, "billing unit")
    return max(0, math.floor((label - administered * unit_amount) / unit_amount))


def split_units(
    dose: Fraction, unit_amount: Fraction, *, labels: Sequence[Fraction], is_single_dose: bool
) -> UnitSplit:
    """Divide a dose from known containers into administered and discarded units.

    Args:
        dose: amount given.
        unit_amount: what one billing unit stands for.
        labels: labelled content of every container opened, in the same unit; [] if unknown.
        is_single_dose: waste counts only from single-dose containers.

    Raises:
        UsageError: an amount is not greater than zero, or the dose exceeds the containers.
    """
    administered = billing_units(dose, unit_amount)
    if not labels:
        return UnitSplit(administered, 0, None)
    label = sum(labels[1:], start=labels[0])
    if dose > label:
        raise UsageError(
            "The dose is more than the vials hold.",
            hint="List every vial that was opened; overfill above the label is never billable.",
        )
    if not is_single_dose:
        return UnitSplit(administered, 0, None)
    return UnitSplit(administered, discarded_units(label, administered, unit_amount), label - dose)


def _positive(value: Fraction, what: str) -> None:
    if value <= 0:
        raise UsageError(f"The {what} must be positive, greater than zero.")
