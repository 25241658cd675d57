"""The grammar of HCPCS long descriptors: what one billing unit stands for.

"up to 40 mg" covers any dose above zero up to the amount; "5 mg" and "per 5 mg" are divisible;
"each" and "per vial" count things; "3 mg and ... 3 mg" counts a combination. A descriptor that does
not say exactly one of these gives null: nothing is guessed from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scrubjay.quantity import EACH, ML, NUMBER, Quantity, parse_number, plain, unit_named


class Qualifier(StrEnum):
    """How the amount of a billing unit is meant."""

    EXACT = "exact"
    UP_TO = "up_to"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class BillingUnit:
    """What one unit of a code stands for.

    Attributes:
        quantity: amount and unit; of a counted thing, 1 each.
        qualifier: divisible amount, most that one unit covers, or a counted thing.
        noun: what is counted ("vial", "dose"), or null.
        components: the strengths of a combination that is counted as one, or ().
    """

    quantity: Quantity
    qualifier: Qualifier
    noun: str | None = None
    components: tuple[Quantity, ...] = ()

    def __str__(self) -> str:
        if self.components:
            return "1 of " + " & ".join(map(str, self.components))
        if self.qualifier is Qualifier.EACH:
            return f"1 {self.noun or 'each'}"
        prefix = "up to " if self.qualifier is Qualifier.UP_TO else ""
        return f"{prefix}{self.quantity}"


_AMOUNT = re.compile(
    rf"""(?:(?P<lead>up\s+to|per|each)\s+)?
    (?:(?P<number>{NUMBER})\s*(?P<million>million\s+)?)
    (?P<unit>micrograms?|milligrams?|mcg|mg|grams?|gms?|gm|g|ng|ml|cc|liters?|international\s+units?|i\.u\.|i\.u|iu
      |usp\s+units?|units?|meq|millicuries?|mci|microcuries?|uci)(?![a-z0-9%]|/(?![a-z]{{4}}))""",
    re.VERBOSE,
)
_BARE = re.compile(
    r"\b(?:per|each)\s+(?:factor\s+viii\s+)?(?P<unit>microgram|milligram|mcg|mg|gram|gm|ml|cc|i\.u\.|iu|international unit|unit|millicurie|microcurie)(?![a-z0-9])"
)
_COUNTED = re.compile(
    r"\b(?:per|each)\s+(?:study|treatment|therapeutic|single|individual|single[- ]use|use|administered|full|course|of|dose(?=\s+vial)|\s)*"
    r"(?P<noun>dose|vial|implant|system|infusion|instillation|treatment|syringe|applicator|suppository|tablet|capsule|kit)\b"
)
_FACTOR_UNIT = re.compile(r"(?<=i\.u\.)\s+(?:vwf:rco|antithrombin)|\bvwf:rco\b")
_NOISE = re.compile(
    r"""not\s+the(?:ra|re)peu?a?tically\s+equivalent\s+to\s+[a-z]\d{4}(?:\s*,?\s*(?:or|and)\s+[a-z]\d{4})*
    |\b[a-z]\d{4}\b          # another code
    |\bunit\s+dose(?:\s+form)?\b
    |\b\d+(?:\.\d+)?\s*%     # a percentage is a strength, not a unit
    |,\s*provided\s+in\s+[\d.]+\s*mg\s+vial   # what the vial is labelled with, overfill included
    |(?<=1\susp\sunit)\s+\(up\s+to\s+[\d,]+\s+usp\s+units\)   # the size of the vial
    |\bweighing\s+at\s+least\s+\d+\s*kg   # for whom it is, not how much
    |\b[\d-]+\s+or\s+greater\s+mg/ml\s+iodine\s+concentration
    """,
    re.VERBOSE,
)
_COMPARED = re.compile(
    r"(?:greater|less|more)\s+than|or\s+equal\s+to|\bover\b|\bgreater\b|\bat\s+least\b|(?<!\bup\s)\bto\s+\d",
    re.IGNORECASE,
)
_PER_AMOUNT = re.compile(
    rf"(?:{NUMBER})\s*(?:mg|mcg|g|units?|iu|meq)\s*/\s*(?:ml|cc|(?:{NUMBER})\s*(?:ml|cc))", re.IGNORECASE
)
_SLASHED = re.compile(
    rf"(?P<one>(?:{NUMBER})\s*(?:mg|mcg|grams?|g))\s*/\s*(?P<two>(?:{NUMBER})\s*(?:mg|mcg|grams?|g))\b"
)
_STATED = re.compile(r"\((?P<number>\d+)\s*(?P<unit>ml)\s*=\s*1\s+unit\)")
_SOLUTION = re.compile(rf"\d\s*mg\b.*,\s*(?P<volume>(?:{NUMBER})\s*ml)$")
_COUNTED_LAST = re.compile(r"\b(?P<noun>system|ring|patch|implant),\s*each$")
_SUM_IN_BRACKETS = re.compile(rf"\((?:{NUMBER})\s*(?:mg|mcg|g|grams?)\)")
_SPELLED = {
    "international unit": "iu",
    "international units": "iu",
    "usp unit": "units",
    "usp units": "units",
}


def parse_descriptor(text: str) -> BillingUnit | None:
    """What one billing unit stands for, from a CMS long descriptor.

    Args:
        text: the long descriptor; the short one drops words and is not enough.

    Returns:
        The billing unit, or null where the text does not say exactly one.
    """
    bare = _NOISE.sub(" ", " ".join(text.lower().split()))
    bare = _FACTOR_UNIT.sub("", bare)
    said = _outright(bare.strip())
    if said is not None:
        return said
    slashed = _SLASHED.search(bare)
    if slashed:
        bare = _SUM_IN_BRACKETS.sub("", bare)
    if slashed and len(list(_AMOUNT.finditer(_SLASHED.sub(" ", bare)))) == 0:
        return _combination([_simple(slashed["one"]), _simple(slashed["two"])])
    bare = _PER_AMOUNT.sub(" ", bare)
    if _COMPARED.search(bare):
        return None
    amounts = list(_AMOUNT.finditer(bare))
    if len(amounts) == 1:
        return _single(amounts[0])
    if len(amounts) > 1:
        return _several(bare, amounts)
    return _without_number(bare)


def _outright(text: str) -> BillingUnit | None:
    """Where the text ends in the unit itself: `(500 ml = 1 unit)`, a volume of a mixture, a thing counted."""
    stated = _STATED.search(text)
    if stated:
        return BillingUnit(Quantity(Fraction(stated["number"]), ML), Qualifier.EXACT)
    solution = _SOLUTION.search(text)
    if solution:
        quantity = _simple(solution["volume"])
        return BillingUnit(quantity, Qualifier.EXACT) if quantity else None
    counted = _COUNTED_LAST.search(text)
    return BillingUnit(Quantity(Fraction(1), EACH), Qualifier.EACH, noun=counted["noun"]) if counted else None


def _single(found: re.Match[str]) -> BillingUnit | None:
    quantity = _quantity(found)
    if quantity is None or quantity.amount == 0:
        return None
    lead = (found["lead"] or "").split()
    return BillingUnit(quantity, Qualifier.UP_TO if lead[:1] == ["up"] else Qualifier.EXACT)


def _several(text: str, amounts: list[re.Match[str]]) -> BillingUnit | None:
    """Strengths of which the last is joined by "and" or "&" are one combination, else not understood."""
    between = text[amounts[-2].end() : amounts[-1].start()]
    is_joined = len(amounts) <= 3 and re.search(r"\band\b|&|\bwith\b|^/", between) is not None
    return _combination([_quantity(a) for a in amounts]) if is_joined else None


def _without_number(text: str) -> BillingUnit | None:
    bare = list(_BARE.finditer(text))
    if len(bare) == 1:
        unit = unit_named(_SPELLED.get(bare[0]["unit"], bare[0]["unit"]))
        return BillingUnit(Quantity(Fraction(1), unit), Qualifier.EXACT) if unit else None
    counted = {m["noun"] for m in _COUNTED.finditer(text)}
    if len(counted) == 1 and not bare:
        return BillingUnit(Quantity(Fraction(1), EACH), Qualifier.EACH, noun=counted.pop())
    if not counted and not bare and re.search(r",\s*each\b", text):
        return BillingUnit(Quantity(Fraction(1), EACH), Qualifier.EACH)
    return None


def _combination(parts: list[Quantity | None]) -> BillingUnit | None:
    known = tuple(p for p in parts if p is not None and p.amount > 0)
    if len(known) != len(parts):
        return None
    return BillingUnit(Quantity(Fraction(1), EACH), Qualifier.EACH, components=known)


def _simple(text: str) -> Quantity | None:
    found = _AMOUNT.fullmatch(text)
    return _quantity(found) if found else None


def _quantity(found: re.Match[str]) -> Quantity | None:
    number = parse_number(found["number"])
    spelled = " ".join(found["unit"].split())
    unit = unit_named(_SPELLED.get(spelled, spelled))
    if number is None or unit is None:
        return None
    return Quantity(number * (1_000_000 if found["million"] else 1), unit)


def descriptor_stem(text: str) -> str:
    """The descriptor without its amount, to see whether two codes differ in the amount only."""
    bare = " ".join(text.lower().split())
    return re.sub(r"[\s,]+", " ", _AMOUNT.sub(" ", bare)).strip()


def unit_label(amount: Fraction, unit: str, qualifier: str | None) -> str:
    """A billing unit in words: `5 mg`, `up to 40 mg`, `1 unit`, `1 each`."""
    prefix = "up to " if qualifier == Qualifier.UP_TO else ""
    word = "unit" if unit == "units" and amount == 1 else unit
    return f"{prefix}{plain(amount)} {word}"
