"""Appeals, severities, and the tests that a policy carries."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, model_validator

from scrubjay.policies.coverage_rules import HcpcsCode  # noqa: TC001 - read by pydantic
from scrubjay.policies.criteria import Amount, Count, Days, Number  # noqa: TC001
from scrubjay.policies.dated import Dated, Day, Strict, Text, fault

Level = Annotated[int, Field(ge=1, le=9, strict=True)]


class AppealLevel(Dated):
    """One level of appeal. Its days are those on which the decision that it answers was made."""

    level: Level
    name: Text
    days: Days = Field(description="Days to file it.")
    counted_from: Literal["receipt", "notice", "service", "payment"]
    presumed_receipt_days: Count | None = Field(
        default=None, description="Days after the notice on which it counts as received."
    )
    decision_days: Days | None = None
    minimum_amount: Amount | None = Field(default=None, description="Dollars that must be in dispute.")


class SeverityChange(Dated):
    """Another severity of an edit for claims of this payer. The verdict itself does not change."""

    value: Literal["error", "warning", "info"]


class PayerSample(Strict):
    """A payer as a claim names it."""

    claim_filing_code: Text | None = None
    payer_id: Text | None = None
    payer_name: Text | None = None
    claim_kind: Literal["professional", "institutional"] = "professional"


class EvidenceSample(Strict):
    """One piece of evidence."""

    evidence: Text
    on: Day | None = None
    flag: StrictBool | None = None
    number: Number | None = None
    text: Text | None = None


class PolicyTest(Strict):
    """What the policy must answer on a day; `scrubjay policy test` runs it.

    Give what is asked (`payer`, `hcpcs`, `evidence`, `claim`) and what must come out (`governs`,
    `parameters`, `coverage`, `criteria`, `edits`, `severities`).
    """

    name: Text
    on: Day
    as_of: Day | None = Field(default=None, description="Day on which things are known; else `on`.")
    payer: PayerSample | None = None
    governs: StrictBool | None = Field(default=None, description="Whether the policy governs that payer.")
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])
    hcpcs: HcpcsCode | None = None
    coverage: dict[str, Any] = Field(default_factory=dict[str, Any])
    evidence: list[EvidenceSample] = Field(default_factory=list[EvidenceSample])
    criteria: dict[str, Literal["met", "not_met", "unknown"]] = Field(
        default_factory=dict[str, Literal["met", "not_met", "unknown"]]
    )
    claim: dict[str, Any] | None = Field(
        default=None, description="A claim in the form of docs/reference/policies.md."
    )
    edits: dict[str, Literal["fires", "clear", "not_applicable", "not_evaluated"]] = Field(
        default_factory=dict[str, Literal["fires", "clear", "not_applicable", "not_evaluated"]],
        description="Verdicts that some line of the claim (or the claim) must get.",
    )
    severities: dict[str, Literal["error", "warning", "info"]] = Field(
        default_factory=dict[str, Literal["error", "warning", "info"]]
    )

    @model_validator(mode="after")
    def _asks_something(self) -> PolicyTest:
        if (self.payer is None) != (self.governs is None):
            raise fault("needs both payer and governs, or neither")
        if (self.coverage or self.criteria) and self.hcpcs is None:
            raise fault("needs hcpcs, the code that coverage or criteria are asked of")
        if bool(self.edits or self.severities) != (self.claim is not None):
            raise fault("needs both a claim and edits or severities, or neither")
        if not (self.payer or self.parameters or self.coverage or self.criteria or self.claim):
            raise fault("expects nothing; give governs, parameters, coverage, criteria or edits")
        return self
