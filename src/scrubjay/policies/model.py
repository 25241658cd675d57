"""The shape of a policy file.

    id: medicare-part-b
    name: Medicare Part B, fee for service
    payer_class: medicare_part_b
    aliases: [medicare]
    reviewed_on: 2026-11-24
    review_by: 2027-05-24
    match:
      - claim_filing_codes: [MB]
    parameters:
      jz_demand:
        - {value: required, from: 2023-07-01, reason: ..., citation: {source: FCSO-JWJZ, text: ..., confidence: B}}

`extends` names a policy whose statements hold unless this one makes its own: by parameter, by edit
(`severities`), by code and kind of rule (`coverage`), by level (`appeals`), by name (`diagnosis_groups`).
A statement covers dates of service in [from, to); statements on one thing do not overlap. A null value
says that nothing is known on those days, whatever the policy extends.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any, Literal

import polars as pl
from pydantic import AfterValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from scrubjay.facts.parameters import PARAMETERS, Parameter
from scrubjay.policies.coverage_rules import CoverageRule, Diagnosis
from scrubjay.policies.dated import Dated, DatedValue, Day, Name, Strict, Text, fault, first_overlap
from scrubjay.policies.terms import AppealLevel, PolicyTest, SeverityChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DatedValue", "Match", "Policy"]


def _pattern(value: str) -> str:
    try:
        pl.Series([""]).str.contains(f"(?i){value}")
    except pl.exceptions.PolarsError:
        raise PydanticCustomError("pattern", "is no regular expression") from None
    return value


_Pattern = Annotated[Text, AfterValidator(_pattern)]


class Match(Strict):
    """Which claims a policy governs: every list that is given must hold the claim's value, every pattern match."""

    claim_filing_codes: list[Text] = Field(default_factory=list[str])
    payer_ids: list[Text] = Field(default_factory=list[str])
    payer_name_patterns: list[_Pattern] = Field(default_factory=list[str])
    payer_name_excludes: list[_Pattern] = Field(
        default_factory=list[str], description="Names that look alike and are another payer's."
    )
    claim_kinds: list[Text] = Field(default_factory=list[str])


class Policy(Strict):
    """One payer's rules."""

    id: Name
    name: Text
    payer_class: (
        Literal["medicare_part_a", "medicare_part_b", "medicare_advantage", "medicaid", "commercial", "other"]
        | None
    ) = None
    extends: str | None = Field(
        default=None, description="Id of the policy that holds where this one is silent."
    )
    aliases: list[Text] = Field(default_factory=list[str])
    version: Text | None = Field(default=None, description="Your own mark of this edition of the file.")
    plan_types: list[Text] = Field(default_factory=list[str], description="For the reader: HMO, PPO ...")
    states: list[Annotated[str, Field(pattern="^[A-Z]{2}$")]] = Field(default_factory=list[str])
    source_url: Text | None = Field(default=None, description="Where the payer publishes it.")
    source_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="SHA-256 of the published document that was read."
    )
    reviewed_on: Day = Field(description="Day on which a person last compared it with its sources.")
    review_by: Day | None = Field(default=None, description="Day by which that must be done again.")
    match: list[Match] = Field(default_factory=list[Match])
    parameters: dict[str, list[DatedValue]] = Field(default_factory=dict[str, list[DatedValue]])
    severities: dict[str, list[SeverityChange]] = Field(default_factory=dict[str, list[SeverityChange]])
    diagnosis_groups: dict[Name, Annotated[list[Diagnosis], Field(min_length=1)]] = Field(
        default_factory=dict[str, list[str]]
    )
    coverage: list[CoverageRule] = Field(default_factory=list[CoverageRule])
    appeals: list[AppealLevel] = Field(default_factory=list[AppealLevel])
    tests: list[PolicyTest] = Field(default_factory=list[PolicyTest])
    _locate: Callable[[tuple[int | str, ...]], str] | None = PrivateAttr(default=None)

    def located(self, locate: Callable[[tuple[int | str, ...]], str]) -> None:
        """Let the policy name file and line of its places."""
        self._locate = locate

    def where(self, *place: int | str) -> str:
        """File and line of a place in the policy, or its id where it came from no file."""
        return self.id if self._locate is None else self._locate(place)

    @property
    def file(self) -> str:
        """The file that it came from, or its id."""
        return self.where().rpartition(":")[0] or self.id

    @model_validator(mode="after")
    def _review_in_order(self) -> Policy:
        if self.review_by is not None and self.review_by <= self.reviewed_on:
            raise fault("is not after `reviewed_on`", "review_by")
        return self

    @model_validator(mode="after")
    def _known_parameters(self) -> Policy:
        for name, values in self.parameters.items():
            if name not in PARAMETERS:
                known = ", ".join(sorted(PARAMETERS))
                raise fault(f"is no parameter; the parameters are {known}", "parameters", name)
            for number, dated in enumerate(values):
                wrong = _wrong_value(PARAMETERS[name], dated.value)
                if wrong:
                    raise fault(wrong, "parameters", name, number, "value")
            _refuse_overlap("another value of the parameter", values, "parameters", name)
        return self

    @model_validator(mode="after")
    def _one_severity_a_day(self) -> Policy:
        for name, changes in self.severities.items():
            _refuse_overlap("another severity of the edit", changes, "severities", name)
        return self

    @model_validator(mode="after")
    def _coverage_agrees(self) -> Policy:
        ids = [rule.id for rule in self.coverage]
        for number, rule in enumerate(self.coverage):
            if rule.id in ids[:number]:
                raise fault("is the id of another rule", "coverage", number, "id")
            for earlier in self.coverage[:number]:
                shared = sorted({*rule.hcpcs} & {*earlier.hcpcs})
                kinds = [kind for kind in rule.kinds if kind in earlier.kinds]
                if shared and kinds and rule.overlaps(earlier):
                    words = f"overlaps the rule {earlier.id}: both say {kinds[0]} of {shared[0]}"
                    raise fault(words, "coverage", number)
        return self

    @model_validator(mode="after")
    def _appeals_agree(self) -> Policy:
        for level in sorted({one.level for one in self.appeals}):
            places = [n for n, one in enumerate(self.appeals) if one.level == level]
            number = first_overlap([self.appeals[n] for n in places])
            if number is not None:
                raise fault(f"overlaps another entry of level {level}", "appeals", places[number])
        return self

    def statements(self) -> Iterator[tuple[tuple[int | str, ...], Dated]]:
        """Every dated statement with its place."""
        for part in ("parameters", "severities"):
            for name, values in getattr(self, part).items():
                yield from (((part, name, n), one) for n, one in enumerate(values))
        for part in ("coverage", "appeals"):
            yield from (((part, n), one) for n, one in enumerate(getattr(self, part)))

    def edits_named(self) -> Iterator[tuple[tuple[int | str, ...], str]]:
        """Every edit that severities and tests name, with its place."""
        yield from ((("severities", name), name) for name in self.severities)
        for number, test in enumerate(self.tests):
            for part in ("edits", "severities"):
                yield from ((("tests", number, part, name), name) for name in getattr(test, part))


def _refuse_overlap(what: str, values: Sequence[Dated], *place: int | str) -> None:
    number = first_overlap(values)
    if number is not None:
        raise fault(f"overlaps {what}", *place, number)


def _wrong_value(parameter: Parameter, value: Any) -> str | None:
    """What is wrong with a value of a parameter, or null."""
    dtype = parameter.dtype
    if value is None:
        return None
    if dtype.is_decimal():
        return None if _is_exact(value, dtype) else "must be an exact number, written in quotes"
    if dtype == pl.Boolean:
        return None if isinstance(value, bool) else "must be true or false"
    if dtype.is_integer():
        is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
        return None if is_count else "must be a whole number"
    if isinstance(dtype, pl.List):
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)  # pyright: ignore[reportUnknownVariableType]
        if not is_list:
            return "must be a list of texts; put numbers in quotes"
        is_known = not parameter.choices or set(value) <= set(parameter.choices)  # pyright: ignore[reportUnknownArgumentType]
        return None if is_known else f"must be some of {', '.join(parameter.choices)}"
    if parameter.choices and value not in parameter.choices:
        return f"must be one of {', '.join(parameter.choices)}"
    return None if isinstance(value, str) else "must be a text"


def _is_exact(value: Any, dtype: pl.DataType) -> bool:
    if isinstance(value, (bool, float)):
        return False
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    if not number.is_finite() or number < 0 or not isinstance(dtype, pl.Decimal):
        return False
    exponent = number.as_tuple().exponent
    whole = (dtype.precision or 0) - dtype.scale
    return isinstance(exponent, int) and -exponent <= dtype.scale and number.adjusted() < whole
