"""What is judged: a line with the facts that matter, and the answer for each element of the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from scrubjay.records.extract.protocol import Mention

PRESENT, ABSENT, CONTRADICTORY = "present", "absent", "contradictory"


@dataclass(frozen=True, slots=True)
class Line:
    """A service line with the facts that a chart is compared with; null where unknown.

    Attributes:
        line_key, claim_key: the line.
        hcpcs, modifiers, units, service_date: as billed.
        is_drug: the code is a drug.
        is_visit: the code is a visit.
        drugs: normal names that the code's drug is.
        group: group of the drug.
        unit_amount, unit: what one billing unit stands for.
        unit_qualifier: exact, up_to or each.
        routes: routes of the drug.
        family, role: of an administration code.
        minutes_from: fewest minutes of an administration code.
        container: `single-dose` or `multi-dose` by the reference.
        requires_ndc: the payer asks for the NDC.
        ndc: eleven digits.
        policy_id: the payer's policy.
        setting: where the drug was given.
        diagnoses: codes of the claim.
    """

    line_key: int
    claim_key: int
    hcpcs: str
    modifiers: tuple[str, ...]
    units: Decimal | None
    service_date: date | None
    is_drug: bool
    is_visit: bool = False
    drugs: frozenset[str] = frozenset()
    group: str | None = None
    unit_amount: Decimal | None = None
    unit: str | None = None
    unit_qualifier: str | None = None
    routes: tuple[str, ...] = ()
    family: str | None = None
    role: str | None = None
    minutes_from: int | None = None
    container: str | None = None
    requires_ndc: bool | None = None
    ndc: str | None = None
    policy_id: str | None = None
    setting: str | None = None
    diagnoses: tuple[str, ...] = ()

    @property
    def is_discarded(self) -> bool:
        """Billed with JW."""
        return "JW" in self.modifiers


@dataclass(frozen=True, slots=True)
class Answer:
    """What the chart says of one element.

    Attributes:
        state: present, absent, contradictory; null where it cannot be told.
        gap: what is wrong, in our words, without quotes.
        evidence: statements that it rests on.
    """

    state: str | None
    gap: str | None = None
    evidence: tuple[Mention, ...] = ()


@dataclass(slots=True)
class Asked:
    """What is asked of a line beyond what is asked of every one.

    Attributes:
        prior, weight, lot, consent: is it asked; null where not known.
        sources: why, by element.
    """

    prior: bool | None = False
    weight: bool | None = False
    lot: bool | None = False
    consent: bool | None = False
    sources: dict[str, str] = field(default_factory=dict[str, str])
