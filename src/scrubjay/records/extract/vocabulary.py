"""The words of notes (`data/vocabulary.yaml`) as compiled patterns."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml

from scrubjay.records.extract.normal import Speller


@cache
def data(name: str) -> dict[str, Any]:
    """A data file of the package."""
    text = (resources.files("scrubjay.records") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![\w])(?:" + "|".join(patterns) + r")(?!\w)")


@cache
def act(name: str) -> re.Pattern[str]:
    """The phrases of an act, e.g. `given`."""
    return _any(data("vocabulary")["acts"][name])


@cache
def topic(name: str) -> re.Pattern[str]:
    """The phrases of a topic, e.g. `consent`."""
    return _any(data("vocabulary")["topics"][name])


@cache
def sections() -> dict[str, str]:
    """Section by heading."""
    return {word: name for name, words in data("vocabulary")["sections"].items() for word in words}


@cache
def labels() -> dict[str, str]:
    """What a label stands for, by label."""
    return {word: name for name, words in data("vocabulary")["labels"].items() for word in words}


@cache
def heading() -> re.Pattern[str]:
    """A heading at the start of a line, with what separates it from the rest."""
    words = sorted(sections(), key=len, reverse=True)
    return re.compile(
        r"[\s*#>_-]*("
        + "|".join(map(re.escape, words))
        + r")(?=\s*[:*]|\s+-\s|\s*$|\s*\(|\s+\d[\d/:. -]{3,20}(?:am|pm)?\s*:)[*_]*"
        r"\s*(?:\([^)]{0,60}\)|\d[\d/:. -]{3,20}(?:am|pm)?(?=\s*:))?\s*[:-]?"
    )


@cache
def label() -> re.Pattern[str]:
    """A label of a value within a line: `lot:`, `dose given:`."""
    words = sorted(labels(), key=len, reverse=True)
    return re.compile(r"(?<![\w/])(" + "|".join(map(re.escape, words)) + r")\s*[:=]\s*")


def ancillary() -> frozenset[str]:
    """Names of what is given beside a drug."""
    return frozenset(data("vocabulary")["ancillary"])


def speller(names: frozenset[str]) -> Speller:
    """Corrects the words that matter; the words of drugs' names among them."""
    words = data("vocabulary")
    long_names = {w for name in names for w in re.findall(r"[a-z]{6,}", name)}
    ordinary = {*words["ordinary"], *(w for s in words["sections"].values() for h in s for w in h.split())}
    return Speller([*words["corrected"], *long_names], ordinary)
