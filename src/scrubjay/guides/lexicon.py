"""The words that the checker reads English by: lists and patterns of data/words.yaml."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def data(name: str) -> Any:
    """A YAML file of this package's data, read once."""
    text = resources.files("scrubjay.guides").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def words(name: str) -> frozenset[str]:
    """A list of words; a name in it that begins with `+` takes in another list."""
    found: set[str] = set()
    for word in data("words")["lists"][name]:
        text = str(word)
        found |= words(text[1:]) if text.startswith("+") else set(text.split())
    return frozenset(found)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern: the alternatives of a list, whatever the case."""
    parts = data("words")["patterns"][name]
    return re.compile("|".join(f"(?:{p})" for p in parts), re.IGNORECASE)
