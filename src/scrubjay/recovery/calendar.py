"""Days on which a deadline can fall: weekends and federal holidays (library `holidays`), months, business days."""

from __future__ import annotations

import calendar as months_of
from datetime import date, timedelta
from functools import cache

import holidays

_DAY = timedelta(days=1)


@cache
def _federal(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", years=[year]))


def is_business_day(day: date) -> bool:
    """Neither Saturday or Sunday nor a federal holiday, observed days included."""
    return day.weekday() < 5 and day not in _federal(day.year)


def next_business_day(day: date) -> date:
    """The day itself where it is a business day, else the first one after it."""
    while not is_business_day(day):
        day += _DAY
    return day


def previous_business_day(day: date) -> date:
    """The day itself where it is a business day, else the last one before it."""
    while not is_business_day(day):
        day -= _DAY
    return day


def plus_business_days(day: date, count: int) -> date:
    """So many business days after a day, which itself does not count."""
    for _ in range(count):
        day = next_business_day(day + _DAY)
    return day


def plus_months(day: date, count: int) -> date:
    """The same day of a later month, or its last day where the month is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    month += 1
    return date(years, month, min(day.day, months_of.monthrange(years, month)[1]))
