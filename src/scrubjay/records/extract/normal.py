"""A text in normal form, and the way back: every span of the normal form is a span of the text itself.

Lower case, plain dashes and blanks, number words before a unit as digits ("eighty milligrams" is "80
milligrams"), slips of the fingers in the words that matter corrected. Patterns are written once, for the normal
form; quotes are always cut from the text as it was written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": " ", "\u2018": "'", "\u2019": "'",
        "\u201c": '"', "\u201d": '"', "\u00d7": "x", "\u00b5": "u", "\u03bc": "u", "\u00b2": "2",
    }
)  # fmt: skip
_ONES = {w: n for n, w in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"])}  # fmt: skip
_TENS = {
    w: 10 * n
    for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_NUMBER_WORD = "|".join([*_ONES, *_TENS, "hundred", "thousand", "point", "and"])
_COUNTED = (
    r"milligrams?|mgs?|micrograms?|mcg|grams?|units?|milliliters?|millilitres?|mls?|ccs?|kilograms?|kgs?|kilos|pounds?|lbs?|"
    r"minutes?|hours?|vials?|\d+ (?:mg|unit|mcg|g|ml)\b|single|prefilled"
)
_SPELLED = re.compile(
    rf"\b((?:{_NUMBER_WORD})(?:[\s-]+(?:{_NUMBER_WORD}))*)(?=[\s-]+(?:{_COUNTED}))", re.IGNORECASE
)
_LONGEST_WORD = 40
_WORD = re.compile(r"[a-z]{6,}(?:-[a-z]+)?")


def _value(words: str) -> str | None:
    """Number words as digits: "sixty-two point five" is 62.5; null where they make no number."""
    total, current, decimals, is_decimal, seen = 0, 0, "", False, False
    for word in re.split(r"[\s-]+", words.lower().strip()):
        if word == "and":
            continue
        if word == "point":
            if is_decimal:
                return None
            is_decimal = True
        elif is_decimal:
            if word not in _ONES or _ONES[word] > 9:
                return None
            decimals += str(_ONES[word])
        elif word == "hundred":
            current, seen = (current or 1) * 100, True
        elif word == "thousand":
            total, current, seen = total + (current or 1) * 1000, 0, True
        else:
            current, seen = current + (_ONES[word] if word in _ONES else _TENS[word]), True
    if not seen:
        return None
    return f"{total + current}{'.' + decimals if decimals else ''}"


class Speller:
    """Corrects slips in the words that matter, and leaves every other word alone."""

    def __init__(self, wanted: Iterable[str], ordinary: Iterable[str]) -> None:
        targets = sorted(set(wanted))
        self._known = {*targets, *ordinary}
        self._by_letter: dict[str, list[str]] = {}
        for word in targets:
            self._by_letter.setdefault(word[0], []).append(word)
        self.corrected = lru_cache(maxsize=100_000)(self._corrected)

    def _corrected(self, word: str) -> str:
        if word in self._known or len(word) > _LONGEST_WORD:
            return word
        best, least = word, 3
        for target in self._by_letter.get(word[0], ()):
            if abs(len(target) - len(word)) > 2:
                continue
            distance = OSA.distance(word, target, score_cutoff=2)
            allowed = 2 if len(target) >= 11 or sorted(word) == sorted(target) else 1
            if distance <= allowed and distance < least:
                best, least = target, distance
        return best


class Normal:
    """A text, its normal form, and the map between them.

    Attributes:
        text: as written.
        norm: the normal form.
        cased: the same, with the letters' case kept: names begin with capitals.
    """

    def __init__(self, text: str, speller: Speller) -> None:
        self.text = text
        lowered = text.lower()
        if len(lowered) != len(text):
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        base = lowered.translate(_PLAIN)
        changes = sorted(self._changes(base, speller))
        parts: list[str] = []
        cased: list[str] = []
        # Where each changed piece stands: start in the normal form, start and end in the text.
        self._norm_at: list[int] = [0]
        self._text_at: list[int] = [0]
        self._fixed: list[tuple[int, int, int, int]] = []
        at, length = 0, 0
        for start, end, new in changes:
            if start < at:
                continue
            parts += [base[at:start], new]
            cased += [text[at:start], new]
            length += start - at
            self._fixed.append((length, length + len(new), start, end))
            length += len(new)
            self._norm_at.append(length)
            self._text_at.append(end)
            at = end
        parts.append(base[at:])
        cased.append(text[at:])
        self.cased = "".join(cased)
        self.norm = "".join(parts)
        self._fixed_at = [f[0] for f in self._fixed]

    @staticmethod
    def _changes(base: str, speller: Speller) -> Iterator[tuple[int, int, str]]:
        for found in _SPELLED.finditer(base):
            value = _value(found[1])
            if value is not None:
                yield found.start(1), found.end(1), value
        for found in _WORD.finditer(base):
            right = speller.corrected(found[0])
            if right != found[0]:
                yield found.start(), found.end(), right

    def _piece(self, at: int) -> tuple[int, int, int, int] | None:
        number = bisect_right(self._fixed_at, at) - 1
        if number >= 0 and self._fixed[number][0] <= at < self._fixed[number][1]:
            return self._fixed[number]
        return None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the normal form stands in the text; a changed word counts whole."""
        first, last = self._piece(start), self._piece(end - 1)
        return (
            first[2] if first else self._plain(start),
            last[3] if last else self._plain(end - 1) + 1,
        )

    def _plain(self, at: int) -> int:
        number = bisect_right(self._norm_at, at) - 1
        return self._text_at[number] + at - self._norm_at[number]
