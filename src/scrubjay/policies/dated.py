"""What every statement of a policy carries: days of service, a reason, a citation."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Sequence


def fault(message: str, *place: int | str) -> ValidationError:
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


Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[StrictStr, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""Lower case words with hyphens."""


class Strict(BaseModel):
    """A mapping in which no other key may stand."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PolicyCitation(Strict):
    """Where a statement comes from."""

    source: Text = Field(description="Source key of docs/sources.md, or your own.")
    text: Text = Field(description="What the source says, in your own words.")
    confidence: str = Field(
        pattern="^[ABCD]$",
        description="A official, B contractor's or payer's page, C secondary, D practice knowledge.",
    )


class Dated(Strict):
    """A statement with the days of service that it covers, half-open."""

    from_: Day | None = Field(default=None, alias="from", description="First day of service, YYYY-MM-DD.")
    to: Day | None = Field(default=None, description="First day of service that is no longer covered.")
    reason: Text = Field(description="Why the value stands here.")
    citation: PolicyCitation

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise fault("is not after `from`", "to")
        return self

    def covers(self, on: date) -> bool:
        """Whether the statement holds for a date of service."""
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on < self.to)

    def overlaps(self, other: Dated) -> bool:
        """Whether some day of service lies in both periods."""
        return self._starts_before_end_of(other) and other._starts_before_end_of(self)

    def _starts_before_end_of(self, other: Dated) -> bool:
        return other.to is None or (self.from_ or date.min) < other.to


class DatedValue(Dated):
    """One value of a parameter."""

    value: Any


def first_overlap(values: Sequence[Dated]) -> int | None:
    """Place in the list of the first value that overlaps an earlier period, or null."""
    spans = sorted(enumerate(values), key=lambda v: v[1].from_ or date.min)
    return next((number for (_, one), (number, other) in pairwise(spans) if one.overlaps(other)), None)
