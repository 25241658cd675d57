"""The shape of a policy file.

    id: medicare-part-b
    name: Medicare Part B, fee for service
    payer_class: medicare_part_b
    match:
      - claim_filing_codes: [MB]
    parameters:
      requires_discard_modifiers:
        - {value: true, from: 2023-07-01, reason: ..., citation: {source: FCSO-JWJZ, text: ..., confidence: B}}

`extends` names a policy whose parameters hold unless this one sets them. A value of a parameter covers
dates of service in [from, to); values of one parameter do not overlap.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scrubjay.facts.parameters import PARAMETERS

CONFIDENCES = "ABCD"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PolicyCitation(_Strict):
    """Where a value comes from."""

    source: str = Field(min_length=1)
    text: str = Field(min_length=1)
    confidence: str = Field(pattern="^[ABCD]$")


class DatedValue(_Strict):
    """One value of a parameter with the days of service that it covers, half-open."""

    value: Any
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    reason: str = Field(min_length=1)
    citation: PolicyCitation

    @model_validator(mode="after")
    def _in_order(self) -> DatedValue:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError("`from` is not before `to`")
        return self


class Match(_Strict):
    """Which claims a policy governs; every list that is given must hold the claim's value."""

    claim_filing_codes: list[str] = Field(default_factory=list)
    payer_ids: list[str] = Field(default_factory=list)
    payer_name_patterns: list[str] = Field(default_factory=list)
    claim_kinds: list[str] = Field(default_factory=list)


class SeverityOverride(_Strict):
    """Another severity for an edit under this policy."""

    edit: str
    severity: str = Field(pattern="^(error|warning|info|off)$")
    reason: str = Field(min_length=1)
    citation: PolicyCitation


class Policy(_Strict):
    """One payer's rules."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str
    payer_class: str | None = None
    extends: str | None = None
    reviewed_on: date
    match: list[Match] = Field(default_factory=list)
    parameters: dict[str, list[DatedValue]] = Field(default_factory=dict)
    severities: list[SeverityOverride] = Field(default_factory=list)

    @model_validator(mode="after")
    def _known_parameters(self) -> Policy:
        for name, values in self.parameters.items():
            if name not in PARAMETERS:
                raise ValueError(f"unknown parameter {name}; the parameters are {', '.join(PARAMETERS)}")
            spans = sorted(values, key=lambda v: v.from_ or date.min)
            for earlier, later in zip(spans, spans[1:], strict=False):
                if earlier.to is None or (later.from_ or date.min) < earlier.to:
                    raise ValueError(f"values of {name} overlap")
        return self
