"""Codes, drugs, amounts, dates and modifiers that a sentence names, with their places in it."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.catalog import squash
from scrubjay.guides.lexicon import pattern, words
from scrubjay.quantity import NUMBER, Quantity, parse_number, unit_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.knowledge import Knowledge

_CODE = re.compile(r"(?<![\w.$#-])([A-Za-z]\d{4}|\d{5})(?![\w%]|[.,]\d)")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_JOIN = re.compile(r"[\s\-'’/.,]{1,3}")
_LONGEST_NAME = 8
_SHORTEST_NAME = 3
_SUFFIX = re.compile(r"-[a-z]{4}(?![\w-])")
_STEM = re.compile(
    r"[a-z]{3,}(?:[lmtvxz][iu]?mab|u[mn]ab|cept|tinib|ciclib|grastim|poetin|cillin|thromycin|floxacin|setron|platin|taxel|rubicin"
    r"|dronate|dronic|triptyline|azepam|azolam|tidine|prazole|solone|asone|acaine|parin|relin|reotide|glutide|penem)"
)
"""Endings of generic names: such a word is a drug, also where the reference does not hold it."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"),
    re.compile(r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})(?![\d/])"),
    re.compile(rf"\b{_MONTH.format('month')}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.format('month')},?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH.format('month')}\s+(?:of\s+)?(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"\b(?:Q(?P<q>[1-4])|(?P<word>first|second|third|fourth) quarter)\s*(?:of\s+)?(?P<y>\d{4})\b", re.IGNORECASE),
    re.compile(r"\b(?:in|since|from|until|till|through|before|after|of|by|for|calendar year|cy)\s+(?P<y>(?:19|20)\d{2})\b(?![-/\d])", re.IGNORECASE),
)  # fmt: skip
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_AMOUNT = re.compile(
    rf"(?P<lead>(?:up\s+to|per|each|every|one)\s+(?:and\s+including\s+)?)?(?<![\w.$/-])(?P<number>{NUMBER})(?P<million>\s+million)?\s*-?\s*"
    r"(?P<unit>micrograms?|milligrams?|mcg|µg|ug|mgs?|grams?|gms?|gm|g|ng|ml|milliliters?|millilitres?|cc|iu|i\.u\.|international\s+units?|usp\s+units?|units?|meq|mci)"
    r"(?![\w%])(?P<rate>\s*(?:/|per)\s*(?:kg|kilogram|m2|m²|ml|milliliter|hour|hr|day|dose|week)\b)?",
    re.IGNORECASE,
)
_SPELLED = {
    "milliliter": "ml", "millilitre": "ml", "milliliters": "ml", "millilitres": "ml", "mgs": "mg", "ug": "mcg", "µg": "mcg",
    "gms": "g", "i.u.": "iu", "international unit": "iu", "international units": "iu", "usp unit": "units", "usp units": "units",
    "unit": "units", "cc": "ml",
}  # fmt: skip
_ALPHA_MODIFIER = re.compile(r"(?<![\w.$])-?([A-Z][A-Z0-9]|[A-Z0-9][A-Z])(?![\w%])")
_NUMBER_MODIFIER = re.compile(r"(?<![\w.$/,:-])-?(\d{2})(?![\w%/:-]|[.,]\d)")
_ATTACHED = re.compile(r"\b[A-Z]?\d{4,5}((?:\s?-\s?[A-Z0-9]{2})+)(?!\w)")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something named in a sentence.

    Attributes:
        kind: code, drug, amount, date or modifier.
        start, end: offsets in the sentence.
        text: as written.
        value: the code, the modifier, a `Quantity`, a `Span` of days; of a drug its normal names.
        lead: of an amount `up_to`, `per` or empty; of a drug `unknown` where the reference does not hold it.
        rate: of an amount the words that make it a rate or strength (`/kg`), or empty.
    """

    kind: str
    start: int
    end: int
    text: str
    value: Any
    lead: str = ""
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A day, month, quarter or year as first and last day."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def codes_in(text: str, knowledge: Knowledge) -> Iterator[Mention]:
    """HCPCS codes; a number of five digits only where the reference knows it as a code."""
    for found in _CODE.finditer(text):
        code = found[1].upper()
        if code.isdigit() and knowledge.code(code) is None:
            continue
        yield Mention("code", found.start(1), found.end(1), found[1], code)


def drugs_in(text: str, knowledge: Knowledge) -> list[Mention]:
    """Drugs by any name of the reference, the longest first; with salt or suffix that it does not hold, unknown."""
    written = knowledge.catalog.written
    tokens = list(_TOKEN.finditer(text))
    keys = [t[0].lower() for t in tokens]
    starts = knowledge_starts(knowledge)
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        length = _longest(at, tokens, keys, text, written) if keys[at][:3] in starts else 0
        if not length:
            if _STEM.fullmatch(keys[at]):
                token = tokens[at]
                found.append(
                    Mention("drug", token.start(), token.end(), token[0], frozenset[str](), "unknown")
                )
            at += 1
            continue
        start, end = tokens[at].start(), tokens[at + length - 1].end()
        drugs = written["".join(keys[at : at + length])][1]
        after = _SUFFIX.match(text, end)
        if after:
            found.append(
                Mention("drug", start, after.end(), text[start : after.end()], frozenset[str](), "unknown")
            )
            at += length + 1
            continue
        salts = 0
        while at + length + salts < len(tokens) and keys[at + length + salts] in words("salts"):
            between = text[tokens[at + length + salts - 1].end() : tokens[at + length + salts].start()]
            if between.strip():
                break
            salts += 1
        if salts:
            end, lead, drugs = (
                tokens[at + length + salts - 1].end(),
                *_with_salt(keys[at : at + length + salts], drugs),
            )
            found.append(Mention("drug", start, end, text[start:end], drugs, lead))
        else:
            found.append(Mention("drug", start, end, text[start:end], drugs))
        at += length + salts
    return found


def _with_salt(keys: list[str], drugs: frozenset[str]) -> tuple[str, frozenset[str]]:
    """A name followed by salt words that make no known name: those of its drugs that have the salt, else unknown."""
    salts = {k for k in keys if k in words("salts")} - words("plain_salts")
    fitting = frozenset(d for d in drugs if salts <= set(_TOKEN.findall(d.lower())))
    if fitting or not salts:
        return "", fitting or drugs
    # Where no drug of the reference names a salt, the salt cannot tell them apart.
    if all(not set(_TOKEN.findall(d.lower())) & words("salts") for d in drugs):
        return "", drugs
    return "unknown", frozenset[str]()


def _longest(
    at: int, tokens: list[re.Match[str]], keys: list[str], text: str, written: dict[str, Any]
) -> int:
    best, key = 0, ""
    for length in range(1, min(_LONGEST_NAME, len(tokens) - at) + 1):
        if length > 1 and not _JOIN.fullmatch(
            text[tokens[at + length - 2].end() : tokens[at + length - 1].start()]
        ):
            break
        key += keys[at + length - 1]
        is_name = key in written and len(key) >= _SHORTEST_NAME and key not in words("no_drug_names")
        if is_name and not all(k in words("common_words") for k in keys[at : at + length]):
            best = length
    return best


_STARTS: dict[int, frozenset[str]] = {}


def knowledge_starts(knowledge: Knowledge) -> frozenset[str]:
    """First three letters of every name, so that most words are passed over at once."""
    key = id(knowledge.catalog)
    if key not in _STARTS:
        _STARTS.clear()
        heads = {w[:n] for w in knowledge.catalog.written for n in (1, 2, 3)}
        _STARTS[key] = frozenset(heads)
    return _STARTS[key]


def amounts_in(text: str) -> Iterator[Mention]:
    """Amounts with a unit; `-milligram` and spelled-out units among them."""
    for found in _AMOUNT.finditer(text):
        number = parse_number(found["number"])
        spelled = " ".join(found["unit"].lower().split())
        unit = unit_named(_SPELLED.get(spelled, spelled))
        if number is None or unit is None or not number:
            continue
        lead = (found["lead"] or "").lower()
        kind = "up_to" if lead.startswith("up") else "per" if lead else ""
        amount = Quantity(number * (1_000_000 if found["million"] else 1), unit)
        yield Mention(
            "amount", found.start(), found.end(), found[0], amount, kind, (found["rate"] or "").strip()
        )


def dates_in(text: str) -> list[Mention]:
    """Days, months, quarters and years."""
    found: list[Mention] = []
    for form in _DATES:
        for match in form.finditer(text):
            if any(m.start < match.end() and match.start() < m.end for m in found):
                continue
            span = _span({k: v for k, v in match.groupdict().items() if v})
            if span is not None:
                # Of a year with its preposition only the year: the preposition says before or after.
                start = match.start("y") if set(match.groupdict()) == {"y"} else match.start()
                found.append(Mention("date", start, match.end(), text[start : match.end()], span))
    return sorted(found, key=lambda m: m.start)


def _span(parts: dict[str, str]) -> Span | None:
    year = int(parts["y"])
    year += 2000 if year < 100 else 0
    month = int(parts["m"]) if "m" in parts else None
    if "month" in parts:
        month = _MONTHS.index(parts["month"].lower()[:3]) + 1
    quarter = int(parts["q"]) if "q" in parts else _QUARTERS.get(parts.get("word", "").lower())
    try:
        if "d" in parts and month:
            day = date(year, month, int(parts["d"]))
            return Span(day, day)
        if month:
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        if quarter:
            first = date(year, 3 * quarter - 2, 1)
            return Span(first, date(year + quarter // 4, 3 * quarter % 12 + 1, 1) - timedelta(days=1))
        return Span(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        return None


def modifiers_in(text: str, knowledge: Knowledge, *, is_about: bool, taken: list[Mention]) -> list[Mention]:
    """Modifiers: attached to a code (`J2919-JZ`), or standing alone where the text speaks of modifiers.

    Args:
        text: the sentence.
        knowledge: the modifiers.
        is_about: the sentence, or the heading or column over it, speaks of modifiers.
        taken: other mentions, within which no modifier is looked for.
    """
    known = knowledge.modifiers
    found: list[Mention] = []
    for match in _ATTACHED.finditer(text):
        for part in re.finditer(r"[A-Z0-9]{2}", match[1]):
            if part[0] in known:
                start = match.start(1) + part.start()
                found.append(Mention("modifier", start, start + 2, part[0], part[0], "attached"))
    forms = (_ALPHA_MODIFIER, _NUMBER_MODIFIER) if is_about else (_ALPHA_MODIFIER,)
    for form in forms:
        for match in form.finditer(text):
            value = match[1]
            start, end = match.start(1), match.end(1)
            if value not in known or (not is_about and value not in words("plain_modifiers")):
                continue
            if any(m.start < end and start < m.end for m in (*taken, *found)):
                continue
            if value.isdigit() and pattern("no_modifier_after").match(text, end):
                continue
            found.append(Mention("modifier", start, end, value, value))
    return sorted(found, key=lambda m: m.start)


def names_of(mention: Mention) -> str:
    """A drug as written, with single blanks."""
    return " ".join(mention.text.split())


def is_same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name."""
    return squash(one) == squash(other)
