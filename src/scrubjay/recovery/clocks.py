"""Clocks: how a deadline is counted, as data, and the dates that one gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from scrubjay.errors import UsageError
from scrubjay.recovery.calendar import (
    next_business_day,
    plus_business_days,
    plus_months,
    previous_business_day,
)
from scrubjay.recovery.causes import cited, load_data


@dataclass(frozen=True, slots=True)
class Clock:
    """How one deadline is counted; the fields are described at the head of `data/clocks.yaml`."""

    id: str
    counted_from: str
    about: str
    source: str
    confidence: str
    remedies: tuple[str, ...] = ()
    payer_classes: tuple[str, ...] = ()
    level: int | None = None
    presumed_receipt_days: int | None = None
    days: int | None = None
    months: int | None = None
    business_days: int | None = None
    hard_extra_days: int = 0
    rolls: bool = False

    @property
    def rule(self) -> str:
        """The rule with its source, in a reader's words."""
        return f"{self.about} ({cited(self.source, self.confidence)})"


@dataclass(frozen=True, slots=True)
class Due:
    """The dates of one deadline.

    Attributes:
        trigger_date: day that the clock runs from; null where it is not known.
        trigger_type: service, notice, receipt, event or payment.
        safe: do it by then: a business day.
        hard: last day; null where no rule is known.
        rule: the rule with its source, or what to enter.
    """

    trigger_date: date | None
    trigger_type: str | None
    safe: date | None
    hard: date | None
    rule: str


def due(clock: Clock, start: date, *, received: date | None = None) -> Due:
    """When something is due.

    Args:
        clock: the rule.
        start: day of service, of the notice, or of the event, as the clock counts. Of a clock that runs from
            receipt the day of the notice, to which the presumption is added.
        received: day on which the notice came, where it can be shown; it takes the place of the presumption.

    Raises:
        UsageError: the clock runs from receipt, and neither the day of receipt nor a presumption is known.
    """
    trigger = start
    if clock.counted_from == "receipt":
        if received is None and clock.presumed_receipt_days is None:
            raise UsageError(
                "the day of receipt is not known, and no presumption is stated.",
                where=clock.id,
                hint="Enter the day of receipt, or presumed_receipt_days in the policy.",
            )
        trigger = received or start + timedelta(days=clock.presumed_receipt_days or 0)
    end = _end(clock, trigger)
    last = end + timedelta(days=clock.hard_extra_days)
    return Due(
        trigger_date=trigger,
        trigger_type=clock.counted_from,
        safe=previous_business_day(end),
        hard=next_business_day(last) if clock.rolls else last,
        rule=clock.rule,
    )


def _end(clock: Clock, trigger: date) -> date:
    if clock.months is not None:
        return plus_months(trigger, clock.months)
    if clock.business_days is not None:
        return plus_business_days(trigger, clock.business_days)
    return trigger + timedelta(days=clock.days or 0)


@cache
def clocks() -> tuple[Clock, ...]:
    """Every clock that ships."""
    return tuple(_clock(raw) for raw in load_data("clocks")["clocks"])


def _clock(raw: dict[str, Any]) -> Clock:
    given = {k: v for k, v in raw.items() if k not in {"for", "payer_classes"}}
    return Clock(remedies=tuple(raw["for"]), payer_classes=tuple(raw["payer_classes"]), **given)


def clock_named(name: str) -> Clock:
    """A clock by id.

    Raises:
        UsageError: there is none.
    """
    for clock in clocks():
        if clock.id == name:
            return clock
    raise UsageError(f"there is no clock {name!r}.", hint=f"Known: {', '.join(c.id for c in clocks())}.")


def clock_for(remedy: str, payer_class: str | None, level: int | None) -> Clock | None:
    """The clock of a class of payer for a remedy, or null."""
    for clock in clocks():
        asked = level if remedy == "APP" else 1 if clock.level is not None else None
        if remedy in clock.remedies and payer_class in clock.payer_classes and clock.level == asked:
            return clock
    return None


@dataclass(frozen=True, slots=True)
class Threshold:
    """The amount that must be in dispute; null where none is published for the day."""

    amount: Decimal | None
    rule: str


def amount_in_controversy(level: int, on: date) -> Threshold | None:
    """What a Medicare level asks for on the day of the request; null where the level asks for nothing."""
    data = load_data("clocks")
    if level not in data["levels_with_amount"]:
        return None
    for row in data["amounts_in_controversy"]:
        if row["level"] == level and row["from"] <= on < row["to"]:
            rule = (
                f"level {level} asks for {row['amount']} dollars ({cited(row['source'], row['confidence'])})"
            )
            return Threshold(Decimal(row["amount"]), rule)
    return Threshold(None, f"the amount in controversy of level {level} in {on.year} is not in the table")


def nothing_known(remedy: str) -> str:
    """What to enter where no rule is known for a remedy."""
    return str(load_data("clocks")["unknown"].get(remedy, "No rule is known."))
