"""What the drug use cases answer: plain values in the JSON contract that users script against.

Codes are strings; units and quantities are exact decimals written as strings without trailing
zeros. `as_dict()` gives the contract's shape.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Role = Literal["drug", "discarded", "administration"]
UNVERIFIED = ("C", "D")
"""Confidence marks that are shown to the user as unverified."""


@dataclass(frozen=True, slots=True)
class UnitsRequest:
    """One dose to be billed, as the user stated it.

    Attributes:
        dose: amount with unit: `125 mg`, `5 mg/kg`, `2 mL of 40 mg/mL`.
        on: date of service.
        drug: name, brand or code; null if `code` or `ndc` is given.
        code: HCPCS code.
        vials: labelled content of each container opened: `125 mg`, `40 mg/mL 5 mL`, `5 x 100 mg`.
        ndc: the NDC on the container.
        container: `single-dose` or `multi-dose`; null if unknown.
        route: iv, im, sc, ia; null if unknown.
        minutes: duration of an infusion or push.
        setting: office, hopd, asc, inpatient, cah, rhc, fqhc.
        payer: id or alias of the payer's policy; the caller turns it into a `DiscardRule`.
        weight: body weight in kg, for a dose per kg.
    """

    dose: str
    on: date
    drug: str | None = None
    code: str | None = None
    vials: tuple[str, ...] = ()
    ndc: str | None = None
    container: str | None = None
    route: str | None = None
    minutes: int | None = None
    setting: str = "office"
    payer: str | None = None
    weight: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line to bill."""

    hcpcs: str
    units: str
    modifiers: tuple[str, ...]
    role: Role
    ndc: str | None = None
    ndc_quantity: str | None = None
    ndc_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic: in words, as a formula, its value, and where the fact is from."""

    text: str
    formula: str | None = None
    value: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerWarning:
    """Something to look at, under the name of the edit that would catch it on a claim."""

    edit: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was worked out, and what is missing."""

    reason: str
    missing: tuple[str, ...] = ()


class RefusedError(Exception):
    """Stops a use case on its way to a refusal; never leaves this package."""

    def __init__(self, reason: str, *missing: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, missing)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _jsonable(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return [_jsonable(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


class _Answer:
    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values: lists, strings, numbers, null; dates in ISO form."""
        return _jsonable(asdict(self))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class UnitsAnswer(_Answer):
    """Lines to bill, or a refusal, with every step and warning."""

    lines: tuple[AnswerLine, ...] = ()
    refused: Refusal | None = None
    steps: tuple[Step, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact is from and how far it is checked."""

    source: str | None
    edition: str | None
    confidence: str | None
    citation: str | None
    note: str | None = None

    @property
    def is_unverified(self) -> bool:
        """Whether the user is told that nobody checked it against the official text."""
        return self.confidence in UNVERIFIED

    def one_line(self) -> str:
        """Source, edition and mark, e.g. `CMS HCPCS file 2024-10 [A]`."""
        text = " ".join(part for part in (self.source, self.edition) if part)
        mark = (
            f" [{self.confidence}{', unverified' if self.is_unverified else ''}]" if self.confidence else ""
        )
        return f"{text}{mark}"


def provenance(row: Mapping[str, Any]) -> Provenance:
    """The provenance columns of a reference row."""
    return Provenance(
        row.get("source"), row.get("edition"), row.get("confidence"), row.get("citation"), row.get("note")
    )


@dataclass(frozen=True, slots=True)
class SourcedFact:
    """A fact about a code: its values, the period they hold for, and its source."""

    values: dict[str, Any]
    effective_from: date | None
    last_day: date | None
    source: Provenance


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A code found by a search."""

    code: str
    drug: str | None
    descriptor: str | None
    first_day: date | None
    last_day: date | None
    is_in_force: bool
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class CodeAnswer(_Answer):
    """All that is known of a code on a day, or the codes that a text may mean.

    Attributes:
        query: what was asked.
        on: the day of service asked about.
        code: the code, or null for a text that fits none or several.
        is_known: the code stands in the loaded reference.
        is_in_force: it is valid on the day; null if unknown.
        first_day: first valid day, null if before anything held or unknown.
        last_day: last valid day, null if open or unknown.
        descriptor: CMS long descriptor, or our label of a number.
        drug: normal name of the substance.
        brands: brand names.
        routes: routes it is given by.
        billing_unit: `{amount, unit, qualifier, text}` or null.
        says: the essential in plain sentences, in order of weight.
        successors: what took over, with the unit ratio.
        predecessors: what it took over from.
        confusables: what it is taken for.
        mue: most units per setting.
        status: hospital and ASC status by period.
        payment_limits: Medicare limits by quarter.
        ndcs: packages that bill under it on the day.
        codes: codes found, best first, where a text was asked.
        unknown: what the reference does not say.
        sources: provenance of the code's own rows.
        descriptors: the wordings it had, oldest first.
        actions: what the releases did to it: added, re-described, discontinued ...
        mue_history: most units per setting, edition by edition.
        limit_history: Medicare limits of every quarter held.
        ndc_counts: how many NDCs (`ndcs`) billed under it, period by period; `is_whole` is false where only a
            selection of the crosswalk is held.
    """

    query: str
    on: date
    code: str | None = None
    is_known: bool = False
    is_in_force: bool | None = None
    first_day: date | None = None
    last_day: date | None = None
    descriptor: str | None = None
    drug: str | None = None
    brands: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    billing_unit: dict[str, str | None] | None = None
    says: tuple[str, ...] = ()
    successors: tuple[SourcedFact, ...] = ()
    predecessors: tuple[SourcedFact, ...] = ()
    confusables: tuple[SourcedFact, ...] = ()
    mue: tuple[SourcedFact, ...] = ()
    status: tuple[SourcedFact, ...] = ()
    payment_limits: tuple[SourcedFact, ...] = ()
    ndcs: tuple[SourcedFact, ...] = ()
    codes: tuple[CodeHit, ...] = ()
    unknown: tuple[str, ...] = ()
    sources: tuple[Provenance, ...] = ()
    descriptors: tuple[SourcedFact, ...] = ()
    actions: tuple[SourcedFact, ...] = ()
    mue_history: tuple[SourcedFact, ...] = ()
    limit_history: tuple[SourcedFact, ...] = ()
    ndc_counts: tuple[SourcedFact, ...] = ()


@dataclass(frozen=True, slots=True)
class NdcAnswer(_Answer):
    """An NDC in its forms, and what it bills under on a day.

    Attributes:
        query: what was asked.
        on: the day of service asked about.
        ndc: eleven digits, or null where the form is refused.
        hyphened: the same as 5-4-2 with hyphens.
        fda_forms: the ten-digit forms that it may stand for.
        packages: rows of the crosswalk on the day.
        other_periods: rows of other days, where the day has none.
        refused: why the form was refused, or null.
        unknown: what the reference does not say.
        history: rows of every period held, oldest first.
    """

    query: str
    on: date
    ndc: str | None = None
    hyphened: str | None = None
    fda_forms: tuple[str, ...] = ()
    packages: tuple[SourcedFact, ...] = ()
    other_periods: tuple[SourcedFact, ...] = ()
    refused: Refusal | None = None
    unknown: tuple[str, ...] = ()
    history: tuple[SourcedFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversion:
    """Units of an ended code in units of its successor.

    Attributes:
        code: the ended code.
        units: its units.
        successor: the code that took over.
        successor_units: exact units of the successor.
        is_maximum: one unit of the ended code covered any dose up to its amount, so the number is
            the most that the dose can come to; the dose itself decides.
    """

    code: str
    units: str
    successor: str
    successor_units: str
    is_maximum: bool


@dataclass(frozen=True, slots=True)
class ConvertAnswer(_Answer):
    """Conversions to successor codes, or a refusal, with every step."""

    conversions: tuple[Conversion, ...] = ()
    refused: Refusal | None = None
    steps: tuple[Step, ...] = ()
    warnings: tuple[AnswerWarning, ...] = field(default=())
