"""Amounts of a segment, told apart: dose, dose per kg, strength, content of a vial, what was thrown away, weight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_UNIT = r"(?:mgs?|milligrams?|mcgs?|ug|micrograms?|gms?|grams?|g|iu|international units|units?|u|meqs?|mls?|ccs?|millilit(?:er|re)s?)"
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?:(?P<times>\d{{1,3}})\s*(?:x|@)\s*)?(?P<number>{NUMBER})\s*-?\s*(?P<unit>{_UNIT})\b\.?(?!-\d)"
    rf"(?P<per>\s*(?:/|\bper\b)\s*(?P<of>{NUMBER})?\s*(?P<per_unit>kgs?|kilogram|m2|m\^2|mls?|ccs?|vial|hr|hour|h|min(?:ute)?|dl|l|day|dose|tab(?:let)?)\b)?"
)
_BAG = Decimal(50)
"""mL from which "500 mg / 250 mL" is a dose in a bag, not a strength; our choice [D]."""
_SYMBOL = {
    "mg": "mg", "milligram": "mg", "mcg": "mcg", "ug": "mcg", "microgram": "mcg", "g": "g", "gm": "g", "gram": "g",
    "iu": "IU", "international unit": "IU", "unit": "units", "u": "units", "meq": "mEq", "ml": "mL", "cc": "mL",
    "milliliter": "mL", "millilitre": "mL",
}  # fmt: skip
_GAUGE = re.compile(
    r"\s*(?:x\s*\d|[lr]\s?ac\b|lfa\b|rfa\b|lue\b|rue\b|[lr]\b|left|right|lt\b|rt\b|piv|needle|angio\w*|cath\w*|butterfly|huber|port|peripheral|hand|forearm|wrist|ac\b|antecub\w*|spinal)"
)
_GAUGE_BEFORE = re.compile(
    r"(?:via|with|using|access:?|site:?|iv:?|#|a|hand|forearm|arm|ac|wrist|antecubital|piv|port)[\s,(]*(?:an?\s+)?$"
)
_CONTAINER = r"(?:vials?|sdv|mdv|syringes?|pfs|amp(?:s|ules?|oules?)?|act-?o-?vials?|bottles?|pens?|kits?|cartridges?|autoinjectors?)"
_KIND = r"(?:single|multi(?:ple)?|sd|md|one|pre-?filled|prefilled|dose|use|patient|act-?o-?vial|glass|new|unopened)"
_VIAL_AFTER = re.compile(rf"\s*(?:/\s*{NUMBER}\s*ml\s*)?[\s,(-]*(?:{_KIND}[\s-]*){{0,4}}{_CONTAINER}\b")
_VIAL_BEFORE = re.compile(
    rf"\b{_CONTAINER}\)?\s*(?:size|strength|content|used|opened|label(?:led)?|contain\w*|of|was|were|is|:|=|-|x\s*\d+|\d+\s*x|\(|each|single[- ](?:dose|use)|multi[- ]dose|,|\s)*$"
)
_COUNT_BEFORE = re.compile(r"(?<![\w.])(\d{1,2})\s*(?:x\s*|vials?\s*(?:of|x|@|,)?\s*|of\s*(?:the\s*)?)?$")
_COUNT_AFTER = re.compile(rf"[^.;]{{0,40}}?{_CONTAINER}\)?\s*(?:x|times|qty:?|#)\s*(\d{{1,2}})\b")
_WASTE_AFTER = re.compile(
    r"\s*(?:\([^)]{0,30}\)\s*)?(?:of\s+(?:the\s+)?(?:drug|medication|solution|it|[a-z-]{4,30})\s+)?(?:\w+\s+){0,2}?(?:was\s+|were\s+|is\s+|as\s+|to\s+)?(?:\w+\s+){0,2}?"
    r"(?:discard\w*|wast(?:e|ed|age)\b|thrown|disposed|unused|destroyed|left ?over|remained|remaining|not used|drawn off and)"
)
_PORTION_OF = re.compile(
    r"(?:portion|part|rest|remainder|contents?|balance|drug|medication)\s+(?:of|in|from)\s+(?:the\s+|an?\s+)?$"
)
_WASTE_OF_VIAL = re.compile(
    rf"\s*(?:out )?of\s+(?:the\s+|a\s+)?{NUMBER}\s*{_UNIT}\b(?!\s+and\b)[^.;,\d]{{0,40}}?\b(?:discard\w*|wast(?:e|ed)\b)"
)
_WASTE_BEFORE = re.compile(
    r"(?:discard\w*|wast(?:e|ed|age|ing)\b|residual|remainder|remaining|left ?over|disposed|unused|threw away)(?:\s+(?:amount|drug|medication|dose|portion|volume|quantity|portion|product|of|the|was|is|were|a|total|approximately|approx|about|remaining|~|in|sharps|\(|:|=|-|left|over|mg)|\s|[:=(~-])*$"
)
_WEIGHT = re.compile(
    rf"\b(?:wt|weight|weighs|weighed|weighing|wgt|body ?wt)\b[^\d\n]{{0,30}}?(?P<number>{NUMBER})\s*(?P<unit>kgs?|kilograms?|kilos?|lbs?|pounds?|#)?"
    rf"|(?<![\w./])(?P<number2>{NUMBER})\s*(?P<unit2>kgs?|kilograms?|lbs?|pounds?)\b(?!\s*/)"
)
_NO_WASTE = re.compile(
    rf"\b(?:no|zero|nil|without(?: any)?|0)\s+(?:(?:drug|medication|medicine|product|vial|amount|measurable|significant)\s+){{0,2}}(?:was\s+|were\s+)?(?:wast\w*|discard\w*|residual|left ?over|leftover|(?:drug |medication )?remain\w*(?! symptom| complaint))"
    r"|\b(?:none|nothing|no drug|no medication|no product|not any)\s+(?:(?:was|were|is|of it|left to be)\s+)?(?:wasted|discarded|left|remain\w*|thrown)"
    r"|\b(?:waste|wastage|wasted|discarded|amount (?:discarded|wasted)|discarded amount|drug (?:wasted|discarded)|remainder|residual)\s*(?:amount|\(mg\))?\s*(?:[:=-]|was|is)\s*(?:none\b|nil\b|zero\b|n/?a\b|0(?:\.0+)?\s*(?:mg|mls?|units?|mcg|g)?(?![.\d\w]))"
    rf"|\b(?:entire|whole|full|complete|all (?:of )?(?:the )?|total)\s+(?:contents?\s+(?:of\s+)?)?(?:the\s+)?(?:{NUMBER}\s*{_UNIT}\s*(?:/\s*{NUMBER}\s*ml)?\s*)?(?:(?:single|one)[- ](?:dose|use)\s+)?(?:pre-?filled\s+)?(?:{_CONTAINER}|contents?)\b"
    rf"|\b{_CONTAINER}\b[^.;|]{{0,40}}?\b(?:used (?:completely|entirely|in (?:full|its entirety)|up)|(?:completely|fully|entirely|all) (?:used|given|administered|emptied)|emptied|used whole)"
    r"|\b(?:used|given|administered) in (?:full|its entirety|their entirety)\b|\b(?:fully|completely|all|entirely) used\b|\bboth used\b|\bused (?:completely|entirely|in full)\b|\ball (?:vials )?used\b"
)
_CONTAINER_TYPE = re.compile(
    r"\b(?:(?P<single>single[- ]?(?:dose|use|patient)|sdv|act-?o-?vial|one-time use)|(?P<multi>multi(?:ple)?[- ]?(?:dose|use)|mdv))"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a segment.

    Attributes:
        kind: dose, dose_per_kg, strength, volume, vial, waste, weight or other.
        start, end: span in the segment.
        number: the number.
        unit: mg, mcg, g, units, IU, mEq, mL, kg, lb; of `strength` the unit of the mass.
        count: how many containers of this content; null if not said.
        per: volume in mL that a strength is of.
    """

    kind: str
    start: int
    end: int
    number: Decimal
    unit: str
    count: int | None = None
    per: Decimal | None = None


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _symbol(text: str) -> str:
    bare = text.rstrip(".")
    return _SYMBOL.get(bare) or _SYMBOL.get(bare.removesuffix("s"), bare)


def amounts_of(text: str, label_of: dict[int, str] | None = None) -> list[Amount]:
    """Every amount of a segment in normal form.

    Args:
        text: the segment.
        label_of: what the label before a position stands for, where there is one: `{position: "waste"}`.
    """
    found: list[Amount] = []
    matches = list(_AMOUNT.finditer(text))
    for number, match in enumerate(matches):
        before = text[matches[number - 1].end() if number else 0 : match.start()]
        after = text[match.end() : matches[number + 1].start() if number + 1 < len(matches) else len(text)]
        label = _label_at(label_of, match.start(), matches[number - 1].end() if number else 0)
        one = _read(match, before, after, label, text[match.end() :][:120])
        if one is not None:
            found.append(one)
    return found


def _label_at(labels: dict[int, str] | None, at: int, since: int) -> str | None:
    if not labels:
        return None
    near = [p for p in labels if p <= at]
    last = max(near, default=None)
    # A label speaks for a list of vials, but otherwise for the first amount after it.
    if last is None or (last < since and labels[last] != "vial"):
        return None
    return labels[last]


def _read(match: re.Match[str], before: str, after: str, label: str | None, rest: str) -> Amount | None:
    number, unit = _number(match["number"]), _symbol(match["unit"])
    start, end = match.start("number"), match.end()
    if match["per"]:
        per_unit = match["per_unit"].rstrip("s")
        if per_unit in ("kg", "kilogram", "m2", "m^2"):
            return Amount("dose_per_kg", start, end, number, unit)
        if per_unit in ("ml", "cc"):
            volume = _number(match["of"]) if match["of"] else Decimal(1)
            if volume >= _BAG:
                return Amount("dose", start, end, number, unit)
            # 60 mg/2 mL with a vial beside it is what the vial holds.
            if match["of"] and (_VIAL_AFTER.match(after) or _VIAL_BEFORE.search(before) or label == "vial"):
                return Amount("vial", start, end, number, unit, _count(match, before, after))
            return Amount("strength", start, end, number, unit, per=volume)
        if per_unit == "vial":
            return Amount("vial", start, end, number, unit, _count(match, before, after))
        return Amount("other", start, end, number, unit)
    if (
        unit == "g"
        and Decimal(14) <= number <= Decimal(30)
        and (_GAUGE.match(after) or _GAUGE_BEFORE.search(before))
    ):
        return None
    if _PORTION_OF.search(before) and _VIAL_AFTER.match(after):
        return Amount("vial", start, end, number, unit, _count(match, before, after))
    if (
        label == "waste"
        or _WASTE_OF_VIAL.match(rest)
        or _WASTE_BEFORE.search(before)
        or (label is None and _is_waste_after(after))
    ):
        return Amount("waste", start, end, number, unit)
    if label == "vial" or _VIAL_AFTER.match(after) or _VIAL_BEFORE.search(before):
        if unit == "mL":
            return Amount("volume", start, end, number, unit)
        return Amount("vial", start, end, number, unit, _count(match, before, after))
    if unit == "mL":
        return Amount("volume", start, end, number, unit)
    return Amount("dose", start, end, number, unit)


def _is_waste_after(after: str) -> bool:
    found = _WASTE_AFTER.match(after)
    # "no waste" after a dose says nothing of the dose.
    return found is not None and not re.search(
        r"\b(?:no|zero|without|none|nothing|given|administered|injected|infused|iv|im|ivp)\b|[,;.:|]",
        found[0],
    )


def _count(match: re.Match[str], before: str, after: str) -> int | None:
    if match["times"]:
        return int(match["times"])
    counted = _COUNT_BEFORE.search(before)
    if counted:
        return int(counted[1])
    counted = _COUNT_AFTER.match(after)
    return int(counted[1]) if counted else None


def no_waste(text: str) -> tuple[int, int] | None:
    """Where a segment says that nothing was left, or null."""
    found = _NO_WASTE.search(text)
    return found.span() if found else None


def weights(text: str) -> list[Amount]:
    """Body weights of a segment."""
    found: list[Amount] = []
    for match in _WEIGHT.finditer(text):
        number = match["number"] or match["number2"]
        unit = match["unit"] or match["unit2"]
        if match["number2"] and re.search(r"(?:/|per|x|mg|units?|mcg)\s*$", text[: match.start()]):
            continue
        symbol = "lb" if unit and unit.startswith(("lb", "pound", "#")) else "kg" if unit else ""
        if Decimal(1) < _number(number) < Decimal(900):
            found.append(Amount("weight", match.start(), match.end(), _number(number), symbol))
    return found


def container_types(text: str) -> list[tuple[int, int, str]]:
    """`single-dose` and `multi-dose` in a segment, with their spans."""
    return [
        (m.start(), m.end(), "single-dose" if m["single"] else "multi-dose")
        for m in _CONTAINER_TYPE.finditer(text)
    ]
