"""Whether a payer asks for JW and JZ on a line: dates, settings and payers are data.

The engine of the predicate is here. What the payer asks comes in as a `DiscardRule`, made from its
policy; how a setting treats drugs stands in the cited rows of `data/settings.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import yaml

from scrubjay.drugs.answers import UNVERIFIED

if TYPE_CHECKING:
    from collections.abc import Mapping


class Demand(StrEnum):
    """What a payer says of a modifier on a day."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_ACCEPTED = "not_accepted"
    UNKNOWN = "unknown"


DrugPays = Literal["always", "never", "by_status"]


@dataclass(frozen=True, slots=True)
class DiscardRule:
    """What one payer asks of drug lines on one day of service.

    Attributes:
        payer: id of the payer.
        jw: for discarded units.
        jz: for a line with none.
        source: where the rule is from.
        confidence: A to D.
        follows_medicare_status: the hospital and ASC indicators decide whether the drug is paid apart.
        ndc_required: drug lines need an NDC; null if unknown.
        mue_tables: key of the `mue` set by kind of claim; null if the payer is not known to use MUE.
        mue_sums_day: units of the day are summed where the value's indicator says so; null if unknown.
        jw_needs_dose_of_one_unit: JW is not taken where the dose is below one billing unit; false if nothing is said.
        jw_dose_source: where that is from.
    """

    payer: str
    jw: Demand
    jz: Demand
    source: str
    confidence: str = "D"
    follows_medicare_status: bool = False
    ndc_required: bool | None = None
    mue_tables: Mapping[str, str] | None = None
    mue_sums_day: bool | None = None
    jw_needs_dose_of_one_unit: bool = False
    jw_dose_source: str = ""

    def one_line(self) -> str:
        """Source and mark for a step."""
        return f"{self.source} [{self.confidence}{', unverified' if self.confidence in UNVERIFIED else ''}]"


@dataclass(frozen=True, slots=True)
class SettingRule:
    """How a setting treats drugs.

    Attributes:
        setting: its name.
        drug_pays: `always`, `never` or `by_status`.
        status_setting: key of the `status` set where the indicator decides.
        payable: indicators that pay the drug apart.
        packaged: indicators that pay nothing apart.
        not_payable: indicators that deny.
        claim_kind: professional or institutional, or null where no MUE table is known to apply.
        is_part_a: the drug belongs to the inpatient payment; no Part B line exists.
        source: where it is from, with its mark.
    """

    setting: str
    drug_pays: DrugPays
    source: str
    status_setting: str | None = None
    payable: tuple[str, ...] = ()
    packaged: tuple[str, ...] = ()
    not_payable: tuple[str, ...] = ()
    claim_kind: str | None = None
    is_part_a: bool = False


@dataclass(frozen=True, slots=True)
class DiscardDecision:
    """What goes on the lines.

    Attributes:
        bills_discarded: discarded units go on a JW line; null if unknown.
        marks_none: a line without waste carries JZ; null if unknown.
        reason: why, one sentence.
    """

    bills_discarded: bool | None
    marks_none: bool | None
    reason: str


def decide(
    rule: DiscardRule, *, is_separately_payable: bool | None, is_single_dose: bool | None, is_excluded: bool
) -> DiscardDecision:
    """Apply a rule to one drug line.

    Args:
        rule: what the payer asks that day.
        is_separately_payable: the drug is paid apart in the setting; null if unknown.
        is_single_dose: container type; null if unknown.
        is_excluded: the drug is of a kind that the rule leaves out.
    """
    if is_single_dose is False:
        return DiscardDecision(
            False, False, "The container is multi-dose: waste is never billable, neither JW nor JZ."
        )
    if is_excluded:
        return DiscardDecision(False, False, "The rule leaves this kind of drug out.")
    if is_separately_payable is False:
        return DiscardDecision(
            False,
            False,
            "The drug is not paid separately in this setting on this day: JW and JZ are not required.",
        )
    jw, jz = _asks(rule.jw, if_optional=True), _asks(rule.jz, if_optional=False)
    if jw is False and jz is False:
        return DiscardDecision(False, False, "The payer takes neither JW nor JZ on this day.")
    if is_separately_payable is None or is_single_dose is None:
        what = "container type" if is_single_dose is None else "payment status in this setting"
        return DiscardDecision(
            None if jw is not False else False,
            None if jz is not False else False,
            f"The {what} is not known.",
        )
    return DiscardDecision(jw, jz, f"JW is {rule.jw.replace('_', ' ')}, JZ is {rule.jz.replace('_', ' ')}.")


def _asks(demand: Demand, *, if_optional: bool) -> bool | None:
    # An honoured JW is billed, since the payer pays for it; a JZ that nobody asks for is left off.
    return {
        Demand.REQUIRED: True,
        Demand.OPTIONAL: if_optional,
        Demand.NOT_ACCEPTED: False,
        Demand.UNKNOWN: None,
    }[demand]


@cache
def _data() -> dict[str, Any]:
    text = (resources.files("scrubjay.drugs") / "data" / "settings.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def setting_rule(setting: str) -> SettingRule | None:
    """The shipped rule of a setting, or null for a setting that no row names."""
    row: dict[str, Any] | None = _data()["settings"].get(setting)
    if row is None:
        return None
    return SettingRule(
        setting=setting,
        drug_pays=row["drug_pays"],
        source=f"{row['source']} [{row['confidence']}]",
        status_setting=row.get("status_setting"),
        payable=tuple(row.get("payable", ())),
        packaged=tuple(row.get("packaged", ())),
        not_payable=tuple(row.get("not_payable", ())),
        claim_kind=row.get("claim_kind"),
        is_part_a=row.get("is_part_a", False),
    )


def known_settings() -> tuple[str, ...]:
    """Names of the settings that a request may give."""
    return tuple(_data()["settings"])


def is_excluded_class(administration_class: str | None) -> bool:
    """Whether the discarded-drug rule leaves this class of drug out."""
    return administration_class in _data()["excluded_classes"]
