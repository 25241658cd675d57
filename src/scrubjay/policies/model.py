"""The shape of a policy file.

    id: medicare-part-b
    name: Medicare Part B, fee for service
    payer_class: medicare_part_b
    aliases: [medicare]
    match:
      - claim_filing_codes: [MB]
    parameters:
      jz_demand:
        - {value: required, from: 2023-07-01, reason: ..., citation: {source: FCSO-JWJZ, text: ..., confidence: B}}

`extends` names a policy whose parameters hold unless this one sets them. A value of a parameter covers
dates of service in [from, to); values of one parameter do not overlap. A null value says that nothing is
known on those days, whatever the policy extends.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated, Any

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from scrubjay.facts.parameters import PARAMETERS, Parameter


def _fault(message: str, *place: int | str) -> ValidationError:
    """An error at a place below the model that is being validated, so that its line can be named."""
    error = PydanticCustomError("policy", "{words}", {"words": message})
    return ValidationError.from_exception_data(
        "Policy", [InitErrorDetails(type=error, loc=tuple(place), input=None)]
    )


def _day(value: Any) -> Any:
    # Otherwise a number would be read as seconds since 1970.
    if value is None or isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "is no date; write it as YYYY-MM-DD")


def _pattern(value: str) -> str:
    try:
        pl.Series([""]).str.contains(f"(?i){value}")
    except pl.exceptions.PolarsError:
        raise PydanticCustomError("pattern", "is no regular expression") from None
    return value


_Day = Annotated[date, BeforeValidator(_day)]
_Text = Annotated[StrictStr, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PolicyCitation(_Strict):
    """Where a value comes from."""

    source: _Text
    text: _Text
    confidence: str = Field(pattern="^[ABCD]$")


class DatedValue(_Strict):
    """One value of a parameter with the days of service that it covers, half-open."""

    value: Any
    from_: _Day | None = Field(default=None, alias="from")
    to: _Day | None = None
    reason: _Text
    citation: PolicyCitation

    @model_validator(mode="after")
    def _in_order(self) -> DatedValue:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise _fault("is not after `from`", "to")
        return self

    def covers(self, on: date) -> bool:
        """Whether the value holds for a date of service."""
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on < self.to)


class Match(_Strict):
    """Which claims a policy governs; every list that is given must hold the claim's value."""

    claim_filing_codes: list[_Text] = Field(default_factory=list[str])
    payer_ids: list[_Text] = Field(default_factory=list[str])
    payer_name_patterns: list[Annotated[_Text, AfterValidator(_pattern)]] = Field(default_factory=list[str])
    claim_kinds: list[_Text] = Field(default_factory=list[str])


class Policy(_Strict):
    """One payer's rules."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: _Text
    payer_class: str | None = None
    extends: str | None = None
    aliases: list[_Text] = Field(default_factory=list[str])
    reviewed_on: _Day
    match: list[Match] = Field(default_factory=list[Match])
    parameters: dict[str, list[DatedValue]] = Field(default_factory=dict[str, list[DatedValue]])

    @model_validator(mode="after")
    def _known_parameters(self) -> Policy:
        for name, values in self.parameters.items():
            if name not in PARAMETERS:
                known = ", ".join(sorted(PARAMETERS))
                raise _fault(f"is no parameter; the parameters are {known}", "parameters", name)
            for number, dated in enumerate(values):
                wrong = _wrong_value(PARAMETERS[name], dated.value)
                if wrong:
                    raise _fault(wrong, "parameters", name, number, "value")
            spans = sorted(enumerate(values), key=lambda v: v[1].from_ or date.min)
            for (_, earlier), (number, later) in pairwise(spans):
                if earlier.to is None or (later.from_ or date.min) < earlier.to:
                    raise _fault("overlaps another value of the parameter", "parameters", name, number)
        return self


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
        return None if is_list else "must be a list of texts; put numbers in quotes"
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
