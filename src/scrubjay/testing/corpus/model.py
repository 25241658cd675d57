"""What the corpus is made of: visits, recipes that spoil them, and the marks that say what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from scrubjay.testing.claim_specs import ClaimSpec, LineSpec, PayerSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrubjay.testing.x12 import ClaimKind

MEDICARE = PayerSpec()
HOSPITAL = PayerSpec("MEDICARE A", "MCARA", "MA")
MEDICAID = PayerSpec("STATE MEDICAID", "MCAID", "MC")
COMMERCIAL = PayerSpec("ACME INSURANCE", "ACME1", "CI")
UNITED = PayerSpec("UNITEDHEALTHCARE", "UHC01", "CI")
PLAN = PayerSpec("CORPUS HEALTH PLAN", "CORP1", "CI")
"""The payer of the policy that lies beside the claims."""
BLUE_CROSS_NC = PayerSpec("BLUE CROSS NC", "BCNC1", "BL")

SUMMER = (date(2024, 7, 1), date(2024, 9, 28))
"""Days of service for which the starter set holds tables of MUE and code pairs."""
SPRING_2025 = (date(2025, 1, 6), date(2025, 3, 8))


@dataclass(frozen=True, slots=True)
class Visit:
    """An ordinary claim without a fault; dates, charges and the patient are filled in by the generator."""

    name: str
    lines: tuple[LineSpec, ...]
    diagnoses: tuple[str, ...] = ("L500",)
    payer: PayerSpec = MEDICARE
    kind: ClaimKind = "professional"
    place: str = "11"
    days: tuple[date, date] = SUMMER
    weight: int = 1
    """How often it is drawn among clean claims."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An edit that a change implies.

    Attributes:
        edit: readable name.
        lines: numbers of the lines; `None` stands for the claim as a whole.
        why: the reason, where the edit is not the one that the recipe is about.
    """

    edit: str
    lines: tuple[int | None, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of fault.

    Attributes:
        name: what goes wrong, in words.
        visit: name of the visit that is changed.
        change: the change.
        marks: what it implies; the first is the edit that the recipe is about.
        days: first and last day of service, in place of the visit's.
        copies: further claims that repeat the changed one under another control number; the marks are theirs.
        is_claim_wide: it touches nothing that a fault of a line depends on, so that both may be in one claim.
        again: makes a second claim of the changed one, for the same patient; the marks are of both.
        beside: rows that the changed claim brings for the files beside the claims, by file name.
    """

    name: str
    visit: str
    change: Callable[[ClaimSpec], ClaimSpec]
    marks: tuple[Mark, ...]
    days: tuple[date, date] | None = None
    copies: int = 0
    is_claim_wide: bool = False
    again: Callable[[ClaimSpec], ClaimSpec] | None = None
    beside: Callable[[ClaimSpec], tuple[str, str]] | None = None


def line(hcpcs: str, units: str | int = 1, modifiers: str = "", **more: Any) -> LineSpec:
    """A service line; modifiers are divided by blanks."""
    return LineSpec(hcpcs, units=str(units), modifiers=tuple(modifiers.split()), **more)


def on_line(number: int, **fields: Any) -> Callable[[ClaimSpec], ClaimSpec]:
    """A change of some fields of one line; modifiers are given as a text."""
    if "modifiers" in fields:
        fields["modifiers"] = tuple(str(fields["modifiers"]).split())

    def change(claim: ClaimSpec) -> ClaimSpec:
        lines = list(claim.lines)
        lines[number - 1] = replace(lines[number - 1], **fields)
        return replace(claim, lines=lines)

    return change


def on_claim(**fields: Any) -> Callable[[ClaimSpec], ClaimSpec]:
    """A change of some fields of the claim."""
    return lambda claim: replace(claim, **fields)


def in_place_of(numbers: Sequence[int], *lines: LineSpec) -> Callable[[ClaimSpec], ClaimSpec]:
    """Other lines in place of some; they get the date of the first line and the charge 100."""

    def change(claim: ClaimSpec) -> ClaimSpec:
        on = claim.lines[0].service_from
        kept = [one for n, one in enumerate(claim.lines, 1) if n not in numbers]
        new = [replace(one, service_from=on, charge="100") for one in lines]
        at = min(numbers) - 1
        return replace(claim, lines=[*kept[:at], *new, *kept[at:]])

    return change


def added(*lines: LineSpec) -> Callable[[ClaimSpec], ClaimSpec]:
    """Further lines at the end."""

    def change(claim: ClaimSpec) -> ClaimSpec:
        on = claim.lines[0].service_from
        return replace(
            claim, lines=[*claim.lines, *(replace(n, service_from=on, charge="100") for n in lines)]
        )

    return change


def both(*changes: Callable[[ClaimSpec], ClaimSpec]) -> Callable[[ClaimSpec], ClaimSpec]:
    """Changes one after the other."""

    def change(claim: ClaimSpec) -> ClaimSpec:
        for one in changes:
            claim = one(claim)
        return claim

    return change
