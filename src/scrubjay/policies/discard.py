"""What a payer asks of JW and JZ, as its policy says, in the form that the drug arithmetic takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.drugs import Demand, DiscardRule

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.policies.model import DatedValue
    from scrubjay.policies.resolver import PolicySet


def discard_rule(policies: PolicySet, payer: str, on: date) -> DiscardRule:
    """The rule of a payer on a date of service; both demands unknown where no policy names the payer.

    Where a policy says nothing of JW itself, whether it pays discarded drug decides: paid JW is honoured,
    unpaid JW is not taken.

    Args:
        policies: where to look.
        payer: id or alias of a policy.
        on: the date of service.
    """
    policy = policies.get(payer)
    if policy is None:
        known = f"no policy of this payer is loaded; known are {', '.join(policies.ids)}"
        return DiscardRule(payer, Demand.UNKNOWN, Demand.UNKNOWN, known)
    jw, jz = (policies.value(policy, name, on) for name in ("jw_demand", "jz_demand"))
    pays = policies.value(policy, "pays_discarded_drug", on)
    requires_ndc = policies.value(policy, "requires_ndc", on)
    uses_status = policies.value(policy, "uses_hospital_status", on)
    if jw is None and pays is not None and pays.value is not None:
        jw, jw_demand = pays, Demand.OPTIONAL if pays.value else Demand.NOT_ACCEPTED
    else:
        jw_demand = _demand(jw)
    needs_unit = policies.value(policy, "jw_needs_dose_of_one_unit", on)
    uses_mue, sums_day = (policies.value(policy, name, on) for name in ("uses_mue", "mue_sums_day"))
    tables = {
        kind: table.value
        for kind in ("professional", "institutional")
        if (table := policies.value(policy, f"mue_setting_{kind}", on)) is not None and table.value
    }
    behind = [dated.citation for dated in (jw, jz) if dated is not None]
    return DiscardRule(
        policy.id,
        jw_demand,
        _demand(jz),
        # The weaker mark counts where the two modifiers rest on different sources.
        "; ".join(dict.fromkeys(f"{c.text.rstrip('.')} ({c.source})" for c in behind))
        or f"the policy {policy.id} says nothing of JW and JZ",
        max((c.confidence for c in behind), default="D"),
        follows_medicare_status=uses_status is not None and uses_status.value is True,
        ndc_required=None if requires_ndc is None else requires_ndc.value,
        mue_tables=tables if uses_mue is not None and uses_mue.value is True else None,
        jw_needs_dose_of_one_unit=needs_unit is not None and needs_unit.value is True,
        jw_dose_source=f"{needs_unit.citation.text.rstrip('.')} ({needs_unit.citation.source}) [{needs_unit.citation.confidence}]"
        if needs_unit is not None
        else "",
        mue_sums_day=None if sums_day is None else sums_day.value,
    )


def _demand(dated: DatedValue | None) -> Demand:
    return Demand.UNKNOWN if dated is None or dated.value is None else Demand(dated.value)
