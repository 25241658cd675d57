"""The beta distribution, as far as shares of won cases need it: quantiles, and how well a strength fits counts."""

from __future__ import annotations

from functools import cache
from math import exp, lgamma, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TINY = 1e-300
_STRENGTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 256.0, 512.0)
_FEWEST_GROUPS = 6


def below(a: float, b: float, x: float) -> float:
    """Probability of a value below `x`: the regularised incomplete beta function."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function (Lentz's method)."""
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    result = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 + step * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + step / c
            c = c if abs(c) > _TINY else _TINY
            result *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return result


@cache
def quantile(a: float, b: float, share: float) -> float:
    """The value below which `share` of the distribution lies."""
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if below(a, b, middle) < share else (low, middle)
    return (low + high) / 2


def interval(a: float, b: float, share: float) -> tuple[float, float]:
    """The central interval that holds `share` of the distribution."""
    tail = (1 - share) / 2
    return quantile(a, b, tail), quantile(a, b, 1 - tail)


def fitted_strength(
    won: Sequence[int], tried: Sequence[int], means: Sequence[float], otherwise: float
) -> float:
    """How strongly groups keep to the mean of the wider one: the strength that makes their counts likeliest.

    Args:
        won: cases won by group.
        tried: cases by group.
        means: mean of the wider group of each.
        otherwise: where there are too few groups to tell.
    """
    groups = [(w, n, min(max(m, 1e-6), 1 - 1e-6)) for w, n, m in zip(won, tried, means, strict=True) if n > 1]
    if len(groups) < _FEWEST_GROUPS:
        return otherwise

    def likelihood(k: float) -> float:
        total = 0.0
        for w, n, m in groups:
            a, b = k * m, k * (1 - m)
            total += lgamma(a + w) + lgamma(b + n - w) - lgamma(a + b + n)
            total -= lgamma(a) + lgamma(b) - lgamma(a + b)
        return total

    return max(_STRENGTHS, key=likelihood)
