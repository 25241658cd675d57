"""What a policy says of single drugs: authorization, limits, step therapy, place, channel, billing, diagnoses.

    coverage:
      - id: infliximab
        hcpcs: [J1745, Q5103]
        from: 2026-01-01
        reason: Medical policy 7.
        citation: {source: MY-PLAN-7, text: "...", confidence: B}
        prior_authorization: {required: true, asked_by: [portal], days: 365}
        site_of_care: {places: ["11", "12"], exceptions: [{id: unstable, about: ..., any: [...]}]}

A rule may hold several blocks; two rules of one policy must not hold the same block for one code on one
day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StrictBool, model_validator

from scrubjay.facts.parameters import COVERAGE_KINDS
from scrubjay.policies.criteria import Amount, Count, Criterion, Days
from scrubjay.policies.dated import Dated, Day, Name, Strict, Text, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

HcpcsCode = Annotated[
    str, Field(strict=True, pattern=r"^[A-Z0-9]{5}$", description="Five characters, quoted.")
]
Place = Annotated[str, Field(strict=True, pattern=r"^\d{2}$", description="Place of service, quoted.")]
Modifier = Annotated[str, Field(strict=True, pattern=r"^[A-Z0-9]{2}$")]
Diagnosis = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[A-Z]\d[A-Z0-9](\.?[A-Z0-9]{1,4})?\*?$",
        description="ICD-10-CM code; a star at the end takes all codes that begin so.",
    ),
]


class PriorAuthorization(Strict):
    """Whether the payer must agree before."""

    required: StrictBool
    asked_by: list[Text] | None = Field(default=None, description="How: 278, portal, phone, fax.")
    units: Amount | None = Field(default=None, description="Units that one authorization grants.")
    days: Days | None = Field(default=None, description="Days that one authorization holds.")
    retro_window_days: Count | None = Field(
        default=None, description="Days after the service in which it may still be asked for."
    )
    places: list[Place] | None = Field(default=None, min_length=1, description="Only at these places.")


class Limits(Strict):
    """How much and how often."""

    units_per_day: Amount | None = None
    units_per_period: Amount | None = None
    times_per_period: Count | None = Field(default=None, description="Days with the drug in the period.")
    period_days: Days | None = None
    mg_per_kg: Amount | None = None
    min_interval_days: Days | None = None
    units_lifetime: Amount | None = None

    @model_validator(mode="after")
    def _period_and_limit(self) -> Limits:
        by_period = (self.units_per_period, self.times_per_period)
        if (self.period_days is None) != all(one is None for one in by_period):
            raise fault("a period needs period_days and units_per_period or times_per_period")
        return self


class StepTherapy(Strict):
    """Drugs that must have been tried before."""

    must_try: list[HcpcsCode] = Field(min_length=1)
    n: Annotated[int, Field(ge=1, strict=True, description="How many of them.")] = 1
    trial_days: Days | None = None
    lookback_days: Days | None = None
    new_starts_only: StrictBool | None = None
    exceptions: list[Criterion] = Field(default_factory=list[Criterion])

    @model_validator(mode="after")
    def _reachable(self) -> StepTherapy:
        if self.n > len(self.must_try):
            raise fault("is more than there are drugs to try", "n")
        return self


class SiteOfCare(Strict):
    """Where the drug may be given."""

    places: list[Place] = Field(min_length=1)
    free_days: Days | None = Field(
        default=None, description="Days from the first dose in which any place is allowed."
    )
    exceptions: list[Criterion] = Field(default_factory=list[Criterion])


class Channel(Strict):
    """Which benefit covers the drug and who buys it."""

    benefit: Literal["medical", "pharmacy", "excluded"] | None = None
    acquisition: Literal["buy_and_bill", "specialty_pharmacy", "either"] | None = None
    places: list[Place] | None = Field(default=None, min_length=1, description="Binds at these places only.")
    self_administered: StrictBool | None = None


class Billing(Strict):
    """How the lines of the drug must look."""

    modifiers: list[Modifier] | None = Field(default=None, min_length=1)
    administration_codes: list[HcpcsCode] | None = Field(default=None, min_length=1)


class DiagnosisRule(Strict):
    """Diagnoses that are covered: those of the groups named."""

    groups: list[Name] = Field(min_length=1)


class DrugScope(Strict):
    """Products that a rule is limited to; what a line does not say does not put it in."""

    ndcs: list[Annotated[str, Field(strict=True, pattern=r"^\d{5,11}$")]] | None = Field(
        default=None, min_length=1, description="Eleven-digit NDCs, or their first five digits or more."
    )
    routes: list[Literal["iv", "im", "sc", "ia"]] | None = Field(default=None, min_length=1)
    container: Literal["single-dose", "multi-dose"] | None = None


class CoverageRule(Dated):
    """One rule for some codes on some days."""

    id: Name
    hcpcs: list[HcpcsCode] = Field(min_length=1)
    only: DrugScope | None = None
    known_from: Day | None = Field(
        default=None, description="Day the payer announced it; runs as of an earlier day do not see it."
    )
    prior_authorization: PriorAuthorization | None = None
    limits: Limits | None = None
    step_therapy: StepTherapy | None = None
    site_of_care: SiteOfCare | None = None
    channel: Channel | None = None
    billing: Billing | None = None
    diagnosis: DiagnosisRule | None = None
    criteria: list[Criterion] = Field(default_factory=list[Criterion])

    @model_validator(mode="after")
    def _says_something(self) -> CoverageRule:
        if not self.kinds and not self.criteria:
            raise fault(f"says nothing; give criteria or one of {', '.join(COVERAGE_KINDS)}")
        ids = [one.id for one in self.all_criteria()]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise fault(f"the criterion id {min(twice)} is used twice")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The blocks that stand, by their names."""
        return tuple(kind for kind in COVERAGE_KINDS if getattr(self, kind) is not None)

    def all_criteria(self) -> Iterator[Criterion]:
        """The criteria of the rule and those that exempt from a block."""
        yield from self.criteria
        for block in (self.step_therapy, self.site_of_care):
            if block is not None:
                yield from block.exceptions

    def columns(self, kind: str, groups: dict[str, list[str]]) -> dict[str, Any]:
        """The coverage columns of one of its blocks; see `scrubjay.facts.parameters.COVERAGE_KINDS`.

        Args:
            kind: one of `kinds`.
            groups: diagnoses by name of group, as written.
        """
        block = getattr(self, kind)
        if isinstance(block, DiagnosisRule):
            return _diagnoses(block, groups)
        values = {column: getattr(block, field) for column, field in _FIELDS[kind].items()}
        if isinstance(block, (StepTherapy, SiteOfCare)):
            prefix = "step" if isinstance(block, StepTherapy) else "site"
            values[f"{prefix}_exceptions"] = [one.id for one in block.exceptions]
        return values


def _diagnoses(rule: DiagnosisRule, groups: dict[str, list[str]]) -> dict[str, Any]:
    codes = sorted({code.replace(".", "") for name in rule.groups for code in groups[name]})
    return {
        "diagnosis_codes": [c for c in codes if not c.endswith("*")],
        "diagnosis_prefixes": [c[:-1] for c in codes if c.endswith("*")],
    }


_FIELDS: dict[str, dict[str, str]] = {
    "prior_authorization": {
        "requires_prior_authorization": "required",
        "authorization_asked_by": "asked_by",
        "authorization_units": "units",
        "authorization_days": "days",
        "authorization_retro_days": "retro_window_days",
        "authorization_places": "places",
    },
    "limits": {
        "max_units_per_day": "units_per_day",
        "max_units_per_period": "units_per_period",
        "max_times_per_period": "times_per_period",
        "limit_period_days": "period_days",
        "max_mg_per_kg": "mg_per_kg",
        "min_interval_days": "min_interval_days",
        "max_units_lifetime": "units_lifetime",
    },
    "step_therapy": {
        "step_products": "must_try",
        "step_products_needed": "n",
        "step_trial_days": "trial_days",
        "step_lookback_days": "lookback_days",
        "step_new_starts_only": "new_starts_only",
    },
    "site_of_care": {"places_allowed": "places", "site_free_days": "free_days"},
    "channel": {
        "benefit": "benefit",
        "acquisition": "acquisition",
        "channel_places": "places",
        "is_self_administered": "self_administered",
    },
    "billing": {"required_modifiers": "modifiers", "administration_codes": "administration_codes"},
}
