"""Quantities as people write them: "62.5 mg", "1 g", "2 mL", "5 mg/kg", "40 mg/mL 5 mL".

Numbers are `fractions.Fraction`, so nothing is ever rounded here. A conversion stays inside one
dimension: mass is never turned into international units, and a volume becomes a mass only where a
strength is stated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal


class Dimension(StrEnum):
    """What a unit measures; only units of one dimension convert into one another."""

    MASS = "mass"
    VOLUME = "volume"
    INTERNATIONAL_UNITS = "international units"
    UNITS = "units"
    EQUIVALENTS = "milliequivalents"
    ACTIVITY = "radioactivity"
    EACH = "count"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: its short name, dimension and size in the base unit of the dimension."""

    symbol: str
    dimension: Dimension
    size: Fraction


def _unit(symbol: str, dimension: Dimension, size: Fraction | int = 1) -> Unit:
    return Unit(symbol, dimension, Fraction(size))


NG = _unit("ng", Dimension.MASS, Fraction(1, 1_000_000))
MCG = _unit("mcg", Dimension.MASS, Fraction(1, 1_000))
MG = _unit("mg", Dimension.MASS)
G = _unit("g", Dimension.MASS, 1_000)
KG = _unit("kg", Dimension.MASS, 1_000_000)
ML = _unit("ml", Dimension.VOLUME)
L = _unit("l", Dimension.VOLUME, 1_000)
IU = _unit("iu", Dimension.INTERNATIONAL_UNITS)
UNITS = _unit("units", Dimension.UNITS)
MEQ = _unit("meq", Dimension.EQUIVALENTS)
MCI = _unit("mci", Dimension.ACTIVITY)
UCI = _unit("uci", Dimension.ACTIVITY, Fraction(1, 1_000))
EACH = _unit("each", Dimension.EACH)

_SPELLINGS: dict[Unit, str] = {
    NG: "ng nanogram nanograms",
    MCG: "mcg mcgs ug µg μg microgram micrograms",
    MG: "mg mgs milligram milligrams",
    G: "g gm gms gram grams",
    KG: "kg kgs kilogram kilograms",
    ML: "ml mls milliliter milliliters millilitre millilitres cc ccs",
    L: "l liter liters litre litres",
    IU: "iu i.u. i.u ius",
    UNITS: "unit units u usp",
    MEQ: "meq meqs milliequivalent milliequivalents",
    MCI: "mci millicurie millicuries",
    UCI: "uci µci μci microcurie microcuries",
    EACH: "each ea vial vials dose doses implant implants",
}
UNIT_BY_SPELLING: dict[str, Unit] = {
    word: unit for unit, words in _SPELLINGS.items() for word in words.split()
}
"""Every accepted spelling, lower case, with its unit."""

KNOWN_UNITS = "mg, mcg, g, ng, mL, L, units, IU, mEq, mCi or each"
_MILLION = 1_000_000

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_LONGEST = 80
_AMOUNT = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>[^\d\s/,+-][^\d/,+-]*)?", re.ASCII)
_UNIT_WORD = r"[a-zµμ.]+"
_STRENGTH = re.compile(
    rf"(?P<mass>(?:{NUMBER})\s*{_UNIT_WORD})\s*(?:/|per)\s*(?P<volume>(?:(?:{NUMBER})\s*)?{_UNIT_WORD})",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"^(?P<count>[1-9]\d{0,3})\s*[x×*]\s*(?P<rest>\S.*)$|^(?P<rest2>.*\S)\s*[x×*]\s*(?P<count2>[1-9]\d{0,3})$"
)
_HINT = 'Write a number and a unit, as "125 mg".'


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount of a unit."""

    amount: Fraction
    unit: Unit

    def to(self, unit: Unit) -> Quantity:
        """The same amount in another unit of the same dimension, exactly.

        Raises:
            UsageError: the two units measure different things.
        """
        if unit.dimension is not self.unit.dimension:
            raise UsageError(
                f"{self} cannot be converted to {unit.symbol}: the one is {self.unit.dimension}, the other "
                f"{unit.dimension}.",
                hint=_bridge(self.unit, unit),
            )
        return Quantity(self.amount * self.unit.size / unit.size, unit)

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.unit.symbol}"


@dataclass(frozen=True, slots=True)
class Strength:
    """A concentration: `amount` of a substance in each mL."""

    per_ml: Quantity

    def of(self, volume: Quantity) -> Quantity:
        """What `volume` holds, exactly.

        Raises:
            UsageError: `volume` is no volume.
        """
        return Quantity(self.per_ml.amount * volume.to(ML).amount, self.per_ml.unit)

    def __str__(self) -> str:
        return f"{self.per_ml}/mL"


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as stated: an amount, perhaps per kg of body weight, perhaps a volume with a strength.

    Attributes:
        quantity: the amount; per kg where `is_per_kg`.
        is_per_kg: the weight must be known before anything can be counted.
        strength: the concentration that was stated beside a volume, or null.
    """

    quantity: Quantity
    is_per_kg: bool = False
    strength: Strength | None = None

    def __str__(self) -> str:
        text = f"{self.quantity}/kg" if self.is_per_kg else str(self.quantity)
        return f"{text} of {self.strength}" if self.strength else text


def _bridge(one: Unit, other: Unit) -> str:
    dimensions = {one.dimension, other.dimension}
    if dimensions == {Dimension.MASS, Dimension.VOLUME} or Dimension.VOLUME in dimensions:
        return 'Give the strength with the volume, as "2 mL of 40 mg/mL", or the amount itself.'
    if dimensions == {Dimension.UNITS, Dimension.INTERNATIONAL_UNITS}:
        return "If the units of the order are international units, write IU; the program does not assume it."
    return f"Give the amount in a unit of {other.dimension}."


def plain(value: Fraction | Decimal | int) -> str:
    """A number as text: exact decimal without trailing zeros, or a fraction where no decimal is exact."""
    exact = Fraction(value)
    rest, twos, fives = exact.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{exact.numerator}/{exact.denominator}"
    places = max(twos, fives)
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).zfill(places + 1)
    sign = "-" if exact < 0 else ""
    if places == 0:
        return f"{sign}{digits}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def parse_number(text: str) -> Fraction | None:
    """A plain positive number, with or without thousands commas; null for anything else."""
    return Fraction(text.replace(",", "")) if re.fullmatch(NUMBER, text, flags=re.ASCII) else None


def unit_named(text: str) -> Unit | None:
    """The unit of a spelling, in any case; null if unknown."""
    bare = text.strip().lower()
    return UNIT_BY_SPELLING.get(bare) or UNIT_BY_SPELLING.get(bare.rstrip("."))


def _scaled_unit(text: str) -> tuple[int, Unit] | None:
    """A unit with a possible factor: "million units", "MIU"."""
    words = text.strip().split()
    if len(words) == 2 and words[0].lower() == "million":
        unit = unit_named(words[1])
        return (_MILLION, unit) if unit in (UNITS, IU) else None
    if len(words) == 2 and words[0].lower() in ("international", "int.", "usp"):
        named = unit_named(words[1])
        return (1, UNITS if words[0].lower() == "usp" else IU) if named is UNITS else None
    if text.strip() in ("MIU", "MU"):
        return (_MILLION, IU if text.strip() == "MIU" else UNITS)
    unit = unit_named(text)
    return (1, unit) if unit else None


class NotPositiveError(UsageError):
    """An amount is zero or negative: it is understood, and no amount of anything."""


def _check_text(text: str, what: str) -> str:
    bare = " ".join(text.replace("−", "-").replace("–", "-").split())
    if not bare:
        raise UsageError(f"The {what} is empty: number and {what} unit are missing.", hint=_HINT)
    if len(bare) > _LONGEST or not bare.isprintable():
        raise UsageError(f"The {what} is too long or not plain text.", hint=_HINT)
    if bare.startswith("-"):
        raise NotPositiveError(
            f"The {what} {bare} is negative; a {what} must be positive, greater than zero.", hint=_HINT
        )
    return bare


def parse_quantity(text: str, *, what: str = "dose") -> Quantity:
    """An amount with its unit, e.g. `62.5 mg`, `1,000 units`, `1.5 million units`.

    Args:
        text: what was typed.
        what: how errors call it: dose, vial, weight.

    Returns:
        The exact quantity, greater than zero.

    Raises:
        UsageError: no number, no unit ("dose unit" is named), an unknown unit, zero or negative.
    """
    bare = _check_text(text, what)
    found = _AMOUNT.fullmatch(bare)
    number = parse_number(found["number"]) if found else None
    if found is None or number is None:
        raise UsageError(f'The {what} "{bare}" is not one number with a {what} unit.', hint=_HINT)
    if not (found["unit"] or "").strip():
        raise UsageError(
            f'The {what} "{bare}" has no {what} unit.',
            hint=f'Write the unit, as "{bare} mg"; known units are {KNOWN_UNITS}.',
        )
    scaled = _scaled_unit(found["unit"])
    if scaled is None:
        raise UsageError(
            f'"{found["unit"].strip()}" is not a {what} unit that is known.',
            hint=f"Known units are {KNOWN_UNITS}.",
        )
    if number == 0:
        raise NotPositiveError(
            f"The {what} is zero; a {what} must be positive, greater than zero.", hint=_HINT
        )
    factor, unit = scaled
    return Quantity(number * factor, unit)


def parse_strength(text: str) -> Strength | None:
    """A concentration such as `40 mg/mL` or `125 mg/2 mL`; null if the text is none.

    Raises:
        UsageError: it has the form of a concentration and an amount in it cannot be read.
    """
    found = _STRENGTH.fullmatch(text.strip())
    if found is None:
        return None
    volume_text = found["volume"].strip()
    volume = (
        Quantity(Fraction(1), ML)
        if unit_named(volume_text) is ML
        else parse_quantity(volume_text, what="strength")
        if volume_text[0].isdigit() or volume_text[0] == "."
        else None
    )
    if volume is None or volume.unit.dimension is not Dimension.VOLUME:
        return None
    mass = parse_quantity(found["mass"], what="strength")
    if mass.unit.dimension is Dimension.VOLUME:
        return None
    return Strength(Quantity(mass.amount / volume.to(ML).amount, mass.unit))


def parse_dose(text: str) -> Dose:
    """A dose: `125 mg`, `5 mg/kg`, `2 mL`, `2 mL of 40 mg/mL`, `40 mg/mL 2 mL`.

    Raises:
        UsageError: as `parse_quantity`; also a rate, or an amount per body surface.
    """
    bare = _check_text(text, "dose")
    per_kg = re.fullmatch(r"(?P<amount>[^/]+?)\s*(?:/|\bper\b)\s*kgs?\.?", bare, flags=re.IGNORECASE)
    if per_kg:
        return Dose(parse_quantity(per_kg["amount"]), is_per_kg=True)
    volume, strength = _with_strength(bare)
    if strength is not None:
        if volume is None:
            raise UsageError(
                f'"{bare}" is a strength, not a dose: the volume given, with its dose unit, is missing.',
                hint='Write the volume too, as "2 mL of 40 mg/mL".',
            )
        return Dose(strength.of(volume), strength=strength)
    if re.search(r"/\s*m(2|²|\^2)|/\s*(h|hr|hour|min|day|d)\b", bare, flags=re.IGNORECASE):
        raise UsageError(
            f'"{bare}" is a rate or an amount per body surface, not a dose.',
            hint='Give the amount that was given in all, as "180 mg".',
        )
    return Dose(parse_quantity(bare))


def _with_strength(text: str) -> tuple[Quantity | None, Strength | None]:
    """Split "2 mL of 40 mg/mL" or "40 mg/mL 5 mL" or "80 mg/2 mL" into volume and strength."""
    match = re.fullmatch(
        rf"(?P<volume>(?:{NUMBER})\s*{_UNIT_WORD})\s*(?:of|at|@|x|,)\s*(?P<strength>.+)", text, re.IGNORECASE
    )
    if match and "/" in match["strength"]:
        strength = parse_strength(match["strength"])
        return (parse_quantity(match["volume"]), strength) if strength else (None, None)
    match = re.fullmatch(
        rf"(?P<strength>.+?/\s*{_UNIT_WORD})\s*(?:[,x×]\s*)?(?P<volume>(?:{NUMBER})\s*{_UNIT_WORD})",
        text,
        re.IGNORECASE,
    )
    if match:
        strength = parse_strength(match["strength"])
        if strength is not None:
            return parse_quantity(match["volume"]), strength
    strength = parse_strength(text)
    return None, strength


def parse_container(text: str) -> tuple[Quantity, ...]:
    """The labelled content of one or several like containers.

    Accepts `125 mg`, `125 mg/2 mL` (one vial of that content), `40 mg/mL 5 mL` (200 mg), `5 x 100 mg`.

    Returns:
        One quantity per container.

    Raises:
        UsageError: the content cannot be read, is zero or negative, or a strength has no volume.
    """
    bare = _check_text(text, "vial")
    times = _TIMES.fullmatch(bare)
    if times:
        rest = times["rest"] or times["rest2"]
        one = parse_container(rest)
        if len(one) == 1:
            return one * int(times["count"] or times["count2"])
    volume, strength = _with_strength(bare)
    if strength is not None:
        if volume is not None:
            return (strength.of(volume),)
        stated = _STRENGTH.fullmatch(bare)
        if stated and stated["volume"].strip()[0] in "0123456789.":
            return (parse_quantity(stated["mass"], what="vial"),)
        raise UsageError(
            f'"{bare}" is a strength, not the content of a vial.', hint='Add the volume, as "40 mg/mL 5 mL".'
        )
    return (parse_quantity(bare, what="vial"),)


def container_strength(text: str) -> Strength | None:
    """The concentration stated with a container, or null if none is.

    Raises:
        UsageError: it has the form of a concentration and an amount in it cannot be read.
    """
    times = _TIMES.fullmatch(text.strip())
    return _with_strength((times["rest"] or times["rest2"]) if times else " ".join(text.split()))[1]


_POUND_IN_KG = Fraction(45359237, 100_000_000)


def parse_weight_kg(text: str) -> Fraction:
    """A body weight in kg; `83`, `83 kg`, `183 lb`.

    Raises:
        UsageError: not a positive number, or another unit.
    """
    bare = _check_text(text, "weight")
    match = re.fullmatch(rf"(?P<number>{NUMBER})\s*(?P<unit>[a-z]*)\.?", bare, flags=re.IGNORECASE | re.ASCII)
    number = parse_number(match["number"]) if match else None
    factor = {
        "": Fraction(1),
        "kg": Fraction(1),
        "kgs": Fraction(1),
        "lb": _POUND_IN_KG,
        "lbs": _POUND_IN_KG,
    }.get(match["unit"].lower() if match else "?")
    if number is None or factor is None or number == 0:
        raise UsageError("The weight is not a positive number of kg.", hint='Write it as "83" or "83 kg".')
    return number * factor
