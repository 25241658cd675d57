"""The lines that the record supports: the arithmetic of `scrubjay units`, asked with what the chart states."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.drugs import UnitsRequest, work_out_units
from scrubjay.drugs.units import billing_units, discarded_units
from scrubjay.drugs.waste import known_settings
from scrubjay.policies.discard import discard_rule
from scrubjay.quantity import plain

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.drugs import UnitsAnswer
    from scrubjay.policies import PolicySet
    from scrubjay.records.judge.doses import Recorded
    from scrubjay.records.judge.model import Line
    from scrubjay.reference import Reference


class Worker:
    """Works out the lines of a recorded dose; like doses are worked out once.

    Args:
        reference: codes, units, packages.
        policies: what payers ask of JW and JZ.
        as_of: the day on which things are known.
    """

    def __init__(self, reference: Reference, policies: PolicySet, as_of: date) -> None:
        self._reference = reference
        self._policies = policies
        self._as_of = as_of
        self._done: dict[UnitsRequest, UnitsAnswer] = {}

    def lines(self, line: Line, amounts: Recorded, route: str | None) -> str | None:
        """Drug and discarded lines in words: `J2919 x16 + J2919-JW x9`; null where the dose is not settled."""
        if amounts.dose is None or line.service_date is None or line.policy_id is None:
            return None
        vials = vials_of(amounts)
        setting = line.setting if line.setting in known_settings() else "office"
        request = UnitsRequest(
            dose=f"{plain(amounts.dose)} {amounts.unit}",
            on=line.service_date,
            code=line.hcpcs,
            vials=tuple(f"{plain(v)} {amounts.unit}" for v in vials),
            container=amounts.container,
            route=route if route in ("iv", "im", "sc", "ia") else None,
            setting=setting or "office",
            payer=line.policy_id,
        )
        if request not in self._done:
            rule = discard_rule(self._policies, line.policy_id, line.service_date)
            self._done[request] = work_out_units(request, self._reference, self._as_of, rule)
        answer = self._done[request]
        if answer.refused is not None:
            return None
        parts = [
            f"{n.hcpcs}{''.join(f'-{m}' for m in n.modifiers)} x{n.units}"
            for n in answer.lines
            if n.role in ("drug", "discarded")
        ]
        return " + ".join(parts) or None


def vials_of(amounts: Recorded) -> tuple[Fraction, ...]:
    """The vials opened: as stated; else, where the amount thrown away is stated, dose and waste together.

    Where less is stated as thrown away than the vials leave, only that counts: the rest is not accounted for.
    """
    accounted = None if amounts.dose is None or not amounts.waste else amounts.dose + amounts.waste
    if amounts.vials and (accounted is None or accounted >= sum(amounts.vials, start=Fraction(0))):
        return amounts.vials
    if accounted is not None:
        return (accounted,)
    return amounts.vials or (() if amounts.dose is None or amounts.waste is None else (amounts.dose,))


def discarded_of(line: Line, amounts: Recorded) -> int | None:
    """Whole units left in the vials beyond the administered ones; null where dose, vial or container is not known."""
    if amounts.dose is None or line.unit_amount is None or line.unit_qualifier == "each":
        return None
    if amounts.container == "multi-dose":
        return 0
    vials = vials_of(amounts)
    label = sum(vials, start=Fraction(0))
    if not vials or label < amounts.dose:
        return None
    unit = Fraction(line.unit_amount)
    given = billing_units(amounts.dose, unit)
    left = discarded_units(label, given, unit)
    if amounts.waste and left != discarded_units(amounts.dose + amounts.waste, given, unit):
        # More is stated as thrown away than the vials held.
        return None
    # What is left in a container of unknown kind is waste only if the container is single-dose.
    return left if amounts.container == "single-dose" or left == 0 else None
