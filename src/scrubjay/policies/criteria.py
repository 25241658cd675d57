"""Criteria for a drug: tests of evidence, joined by all, any, or n of.

    id: tried-methotrexate
    about: Methotrexate for three months within the last year.
    phase: initial
    any:
      - {evidence: methotrexate_days, at_least: "90", lookback_days: 365}
      - {evidence: methotrexate_contraindicated, is: true}

A test that finds no evidence is *unknown*, never met: see `scrubjay.policies.evidence`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictStr, Tag, model_validator
from pydantic_core import PydanticCustomError

from scrubjay.policies.dated import Name, Strict, Text, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DECIMALS = 6
_MOST_WHOLE = 12


def _number(value: Any) -> Any:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise PydanticCustomError("number", "must be an exact number, written in quotes")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > MOST_DECIMALS or number.adjusted() >= _MOST_WHOLE:
        raise PydanticCustomError("number", "must be an exact number, written in quotes")
    return number


def _not_negative(value: Any) -> Any:
    number = _number(value)
    if isinstance(number, Decimal) and number < 0:
        raise PydanticCustomError("number", "must not be negative")
    return number


Number = Annotated[
    Decimal, BeforeValidator(_number, json_schema_input_type=StrictStr | int), Field(strict=True)
]
"""An exact number, in quotes unless it is whole."""

Amount = Annotated[
    Decimal, BeforeValidator(_not_negative, json_schema_input_type=StrictStr | int), Field(strict=True)
]
"""An exact number that is not negative."""

Count = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
Days = Annotated[int, Field(ge=1, le=36_525, strict=True)]


class Phase(StrEnum):
    """When a criterion is asked: before the first treatment, for going on, or both."""

    INITIAL = "initial"
    CONTINUATION = "continuation"
    BOTH = "both"


class Logic(StrEnum):
    """How the parts of a criterion are joined."""

    ALL = "all"
    ANY = "any"
    N_OF = "n_of"


class Test(Strict):
    """One question to the latest piece of evidence of a name.

    Exactly one of the comparisons stands. `present` is met by any evidence that has a value.
    """

    __test__ = False  # no pytest class

    evidence: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the evidence.")]
    is_: StrictBool | None = Field(default=None, alias="is", description="The flag that must stand.")
    at_least: Number | None = Field(default=None, description="Smallest number that is met.")
    at_most: Number | None = Field(default=None, description="Largest number that is met.")
    one_of: list[Text] | None = Field(default=None, min_length=1, description="Texts that are met.")
    present: StrictBool | None = Field(default=None, description="Any evidence with a value.")
    lookback_days: Days | None = Field(
        default=None, description="Evidence older than so many days before the service does not count."
    )

    @model_validator(mode="after")
    def _one_comparison(self) -> Test:
        is_range = self.at_least is not None or self.at_most is not None
        kinds = [self.is_ is not None, is_range, self.one_of is not None, self.present is not None]
        if sum(kinds) != 1:
            raise fault("needs one comparison: is, at_least or at_most or both, one_of, or present")
        if self.present is False:
            raise fault("may only be true: what is absent is unknown", "present")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise fault("is below at_least", "at_most")
        return self


class Group(Strict):
    """Parts joined by exactly one of `all`, `any` and `n_of`."""

    all_: list[Part] | None = Field(default=None, alias="all", min_length=1)
    any_: list[Part] | None = Field(default=None, alias="any", min_length=1)
    n_of: NOf | None = None

    @model_validator(mode="after")
    def _one_logic(self) -> Group:
        if sum(one is not None for one in (self.all_, self.any_, self.n_of)) != 1:
            raise fault("needs exactly one of all, any, n_of")
        return self

    @property
    def logic(self) -> Logic:
        """How the parts are joined."""
        if self.n_of is not None:
            return Logic.N_OF
        return Logic.ALL if self.all_ is not None else Logic.ANY

    @property
    def parts(self) -> list[Part]:
        """What is joined."""
        return self.n_of.of if self.n_of is not None else (self.all_ or self.any_ or [])

    def tests(self) -> Iterator[Test]:
        """Every test below, in order."""
        for part in self.parts:
            if isinstance(part, Test):
                yield part
            else:
                yield from part.tests()


class NOf(Strict):
    """At least `n` of some parts."""

    n: Annotated[int, Field(ge=1, strict=True)]
    of: list[Part] = Field(min_length=1)

    @model_validator(mode="after")
    def _reachable(self) -> NOf:
        if self.n > len(self.of):
            raise fault("is more than there are parts", "n")
        return self


class Criterion(Group):
    """A named criterion."""

    id: Name
    about: Text = Field(description="The criterion in a sentence of your own.")
    phase: Phase = Phase.BOTH


def _kind_of_part(value: Any) -> str:
    is_test = "evidence" in value if isinstance(value, dict) else isinstance(value, Test)
    return "test" if is_test else "group"


Part = Annotated[Annotated[Test, Tag("test")] | Annotated[Group, Tag("group")], Discriminator(_kind_of_part)]
Group.model_rebuild()
NOf.model_rebuild()
Criterion.model_rebuild()
