"""Column types that hold exact values only: scaled integers for decimals, never a float.

Money is stored as whole cents and quantities as whole millionths, so sums within the database are exact too.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

MONEY_PLACES = 2
QUANTITY_PLACES = 6

Key = BigInteger().with_variant(Integer, "sqlite")
"""Primary keys: in SQLite only INTEGER is the row number itself."""


class Scaled(TypeDecorator[Decimal]):
    """A decimal as a whole number of its smallest unit.

    Args:
        places: digits after the point.

    Raises:
        TypeError: on binding anything but a `Decimal` or an int; a float above all.
        ValueError: on binding a value with more digits than the column holds.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """As stored."""
        if value is None:
            return None
        # What the annotation rules out a caller without types can still pass.
        if isinstance(value, bool) or not isinstance(value, Decimal | int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"an exact value is wanted, not {type(value).__name__}")
        scaled = Decimal(value).scaleb(self.places)
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"a value has more than {self.places} decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """As read."""
        return None if value is None else Decimal(value).scaleb(-self.places)


class Money(Scaled):
    """Dollars and cents, stored as cents."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(MONEY_PLACES)


class Quantity(Scaled):
    """Units, doses and prices per unit, stored as millionths."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(QUANTITY_PLACES)


class Texts(TypeDecorator[list[str]]):
    """A list of texts, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As stored."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002
        """As read."""
        return None if value is None else json.loads(value)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in stored JSON")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("an exact value is wanted, not float")
    if isinstance(value, dict):
        for item in value.values():  # pyright: ignore[reportUnknownVariableType]
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            _refuse_floats(item)


class Json(TypeDecorator[Any]):
    """A value as JSON text. Decimals become texts; a float is refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As stored."""
        if value is None:
            return None
        _refuse_floats(value)
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """As read."""
        return None if value is None else json.loads(value, parse_float=Decimal)


class Instant(TypeDecorator[datetime]):
    """A moment with its zone, stored in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """As stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """As read."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
