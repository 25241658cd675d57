"""NDC forms and quantities.

A claim wants eleven digits, labeler 5, product 4, package 2. The FDA writes ten digits as 4-4-2,
5-3-2 or 5-4-1: the short segment is padded, never simply the front. Ten digits without hyphens have
three readings and are refused unless exactly one is a known package.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.codes import Ndc11
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTHS = (5, 4, 2)
_FDA_FORMS = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
_HINT = "Write it as on the package, with its hyphens, or as eleven digits 5-4-2."
MOST_DECIMALS = 3
"""Decimals that payers take in an NDC quantity (domain.md C2, Illinois HFS)."""


@dataclass(frozen=True, slots=True)
class Ndc:
    """An NDC that was understood.

    Attributes:
        ndc11: eleven digits.
        form: the form it was sent in: `4-4-2`, `5-3-2`, `5-4-1`, `5-4-2`, `11` or `10 resolved`.
    """

    ndc11: Ndc11
    form: str


def clean_ndc(text: str) -> str:
    """Upper case, without blanks and without the qualifier N4 before the number; hyphens stay."""
    bare = "".join(text.upper().split()).replace("–", "-")
    return re.sub(r"^N4", "", bare).strip("-")


def paddings(ten_digits: str) -> tuple[Ndc11, ...]:
    """The three eleven-digit readings of ten digits without hyphens, without repeats."""
    readings: list[Ndc11] = []
    for form in _FDA_FORMS:
        first, second = form[0], form[0] + form[1]
        read = _pad(ten_digits[:first], ten_digits[first:second], ten_digits[second:])
        if read not in readings:
            readings.append(read)
    return tuple(readings)


def parse_ndc(text: str, is_known: Callable[[str], bool] | None = None) -> Ndc:
    """Normalise an NDC to eleven digits.

    Args:
        text: as sent or typed.
        is_known: whether an eleven-digit NDC is in the directory that is loaded; settles ten digits.

    Raises:
        UsageError: letters, a wrong length, or ten digits of which not exactly one reading is known.
    """
    bare = clean_ndc(text)
    if not bare:
        raise UsageError("The NDC is empty.", hint=_HINT)
    if not re.fullmatch(r"[\d-]+", bare, flags=re.ASCII):
        raise UsageError("The NDC is malformed: it has characters that are no digits or hyphens.", hint=_HINT)
    if "-" in bare:
        parts = bare.split("-")
        lengths = tuple(map(len, parts))
        if lengths != _LENGTHS and lengths not in _FDA_FORMS:
            raise UsageError(
                f"The NDC is malformed: {'-'.join(map(str, lengths))} is no NDC form.", hint=_HINT
            )
        return Ndc(_pad(*parts), "-".join(map(str, lengths)))
    if len(bare) == sum(_LENGTHS):
        return Ndc(Ndc11(bare), "11")
    if len(bare) != sum(_LENGTHS) - 1:
        raise UsageError(f"The NDC is malformed: it has {len(bare)} digits, not 10 or 11.", hint=_HINT)
    readings = paddings(bare)
    known = [r for r in readings if is_known is not None and is_known(r)]
    if len(known) == 1:
        return Ndc(known[0], "10 resolved")
    found = f"{len(known)} of them" if known else "none of them"
    raise UsageError(
        f"The NDC is ambiguous: ten digits without hyphens may be {', '.join(readings)}, and {found} "
        "is in the loaded directory.",
        hint=_HINT,
    )


def hyphened(ndc11: str) -> str:
    """Eleven digits as 5-4-2 with hyphens."""
    return f"{ndc11[:5]}-{ndc11[5:9]}-{ndc11[9:]}"


def fda_forms(ndc11: str) -> tuple[str, ...]:
    """The ten-digit FDA forms that eleven digits may stand for, hyphened.

    A segment can only have been short where it begins with zero; several may, so several forms can
    come back, and none if no segment does.
    """
    parts = (ndc11[:5], ndc11[5:9], ndc11[9:])
    forms: list[str] = []
    for place in range(3):
        if parts[place].startswith("0"):
            short = [p[1:] if i == place else p for i, p in enumerate(parts)]
            forms.append("-".join(short))
    return tuple(forms)


def ndc_quantity(units: Fraction | int, package_size: Fraction, units_per_item: Fraction) -> Fraction:
    """NDC quantity of some billing units: units x package size / units in one item, exact.

    Args:
        units: HCPCS units.
        package_size: mL in one item, or 1 of a powder vial (PKG SIZE).
        units_per_item: billing units in one item (BILLUNITS).

    Raises:
        UsageError: a size is not greater than zero.
    """
    _sizes(package_size, units_per_item)
    return Fraction(units) * package_size / units_per_item


def units_of_ndc_quantity(quantity: Fraction, package_size: Fraction, units_per_item: Fraction) -> int:
    """Billing units of an NDC quantity: quantity x units in one item / package size, rounded up.

    Raises:
        UsageError: a size is not greater than zero.
    """
    _sizes(package_size, units_per_item)
    return math.ceil(quantity * units_per_item / package_size)


def to_claim_decimals(quantity: Fraction) -> tuple[Fraction, bool]:
    """A quantity as a claim can carry it: at most three decimals, halves up; and whether that is exact."""
    scale = 10**MOST_DECIMALS
    rounded = Fraction(math.floor(quantity * scale + Fraction(1, 2)), scale)
    return rounded, rounded == quantity


def _pad(labeler: str, product: str, package: str) -> Ndc11:
    return Ndc11(labeler.zfill(_LENGTHS[0]) + product.zfill(_LENGTHS[1]) + package.zfill(_LENGTHS[2]))


def _sizes(package_size: Fraction, units_per_item: Fraction) -> None:
    if package_size <= 0 or units_per_item <= 0:
        raise UsageError("Package size and units per item must be greater than zero.")
