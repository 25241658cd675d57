"""The vial combination that wastes least, of the sizes on the market."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_STEPS = 400_000
"""Bound on the table below; above it no plan is made rather than a slow one."""


@dataclass(frozen=True, slots=True)
class VialPlan:
    """Sizes to open, largest first, and what remains in them.

    Attributes:
        sizes: one entry per vial.
        total: their labelled content.
        waste: `total` minus the dose.
    """

    sizes: tuple[Fraction, ...]
    total: Fraction
    waste: Fraction


def least_waste_plan(dose: Fraction, sizes: Iterable[Fraction]) -> VialPlan | None:
    """Vials that hold the dose with the least left over; of equal waste, the fewest vials.

    Args:
        dose: amount to give, greater than zero.
        sizes: labelled contents on the market, each available any number of times.

    Returns:
        The plan; null if no size is known or the search would be too large.
    """
    known = sorted({s for s in sizes if s > 0}, reverse=True)
    if not known or dose <= 0:
        return None
    step = _common_step(known)
    steps = [int(s / step) for s in known]
    need = math.ceil(dose / step)
    if need + steps[0] > _MOST_STEPS:
        return None
    # fewest[t]: fewest vials whose contents are exactly t steps; last[t]: the size opened last.
    fewest: list[int | None] = [0, *([None] * (need + steps[0]))]
    last = [0] * len(fewest)
    for total in range(1, len(fewest)):
        for size in steps:
            before = fewest[total - size] if size <= total else None
            here = fewest[total]
            if before is not None and (here is None or before + 1 < here):
                fewest[total], last[total] = before + 1, size
    total = next(t for t in range(need, len(fewest)) if fewest[t] is not None)
    return _plan(total, last, step, dose)


def unneeded_vials(dose: Fraction, labels: Sequence[Fraction]) -> int:
    """How many of the opened vials were not needed: the smallest ones that could have stayed closed."""
    room = sum(labels, start=Fraction(0)) - dose
    spare = 0
    for label in sorted(labels):
        if label > room:
            break
        room -= label
        spare += 1
    return spare


def _plan(total: int, last: list[int], step: Fraction, dose: Fraction) -> VialPlan:
    opened: list[Fraction] = []
    rest = total
    while rest:
        opened.append(last[rest] * step)
        rest -= last[rest]
    return VialPlan(tuple(sorted(opened, reverse=True)), total * step, total * step - dose)


def _common_step(sizes: Sequence[Fraction]) -> Fraction:
    """The largest amount of which every size is a whole multiple."""
    denominator = math.lcm(*(s.denominator for s in sizes))
    return Fraction(math.gcd(*(int(s * denominator) for s in sizes)), denominator)
