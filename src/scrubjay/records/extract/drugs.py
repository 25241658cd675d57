"""Names of drugs in a text, and what each may stand for: the names of the reference, brands and short forms too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.drugs.catalog import squash
from scrubjay.records.extract.vocabulary import ancillary

if TYPE_CHECKING:
    from scrubjay.drugs.catalog import Catalog

_WORD = re.compile(r"[a-z0-9]+(?:[-/'][a-z0-9]+)*")
_MOST_WORDS = 6
# Short names that are as often something else in a note.
_AMBIGUOUS = frozenset(
    {
        "dex",
        "epo",
        "tpa",
        "iron",
        "ss",
        "ns",
        "ms",
        "mg",
        "iv",
        "im",
        "pt",
        "b",
        "d",
        "vitamin",
        "steroid",
        "insulin",
        "cortisone",
        "gel",
        "heparin lock",
        "gold",
        "act",
        "b-12 deficiency",
    }
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a text.

    Attributes:
        start, end: span in the text that was given.
        drugs: normal names that it may stand for.
        is_ancillary: a diluent or local anaesthetic, given beside a drug.
    """

    start: int
    end: int
    drugs: frozenset[str]
    is_ancillary: bool


class DrugNames:
    """Every way of writing a drug that the reference holds, and what it stands for."""

    def __init__(self, catalog: Catalog) -> None:
        beside = {squash(word) for word in ancillary()}
        self._by_squash: dict[str, tuple[frozenset[str], bool]] = {}
        names = sorted(catalog.drug_names)
        self.words: frozenset[str] = frozenset(
            w for w, _ in ((w.lower(), d) for w, d in catalog.written.values())
        )
        for key, (written, drugs) in catalog.written.items():
            if key in _AMBIGUOUS or written.lower() in _AMBIGUOUS or len(key) < 3:
                continue
            self._add(key, self._open(written.lower(), drugs, names), key in beside)
        for name in names:
            for short in self._shorter(name):
                self._add(squash(short), self._open(short, frozenset({name}), names), squash(short) in beside)
        for word in ancillary():
            self._by_squash.setdefault(squash(word), (frozenset({word}), True))
        self._normal = frozenset(names) | ancillary()
        self._longest = max(len(key) for key in self._by_squash)

    def is_normal(self, name: str) -> bool:
        """Is it a normal name?"""
        return name in self._normal

    def _add(self, key: str, drugs: frozenset[str], is_ancillary: bool) -> None:
        held = self._by_squash.get(key)
        self._by_squash[key] = (drugs | held[0] if held else drugs, is_ancillary or bool(held and held[1]))

    @staticmethod
    def _open(written: str, drugs: frozenset[str], names: list[str]) -> frozenset[str]:
        # A generic name stands for every drug that begins with it: "infliximab" may be of any maker.
        more = {n for n in names if n.startswith((f"{written} ", f"{written}-", f"{written},"))}
        return frozenset({*drugs, *more})

    @staticmethod
    def _shorter(name: str) -> list[str]:
        bare = re.sub(r"\s*[(,].*$", "", name)
        ways = {
            bare,
            re.sub(r" (?:sodium|disodium) (succinate|phosphate)", r" \1", bare),
            re.sub(r" sodium succinate$", " sod succ", bare),
            re.sub(r"^(?:ado|fam|tbo)-", "", bare),
            re.sub(
                r" (?:hydrochloride|hcl|sodium|tromethamine|acetonide|acetate|phosphate|sulfate|sodium phosphate)$",
                "",
                bare,
            ),
        }
        return [w for w in ways if len(w) > 3]

    def find(self, text: str) -> list[Named]:
        """Names in a text in normal form, longest first where they overlap.

        Args:
            text: a segment.
        """
        words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
        found: list[Named] = []
        at = 0
        while at < len(words):
            step = 1
            key = ""
            best: Named | None = None
            for count in range(min(_MOST_WORDS, len(words) - at)):
                start, end = words[at + count]
                if count and text[words[at + count - 1][1] : start].strip(" -()"):
                    break
                key += squash(text[start:end])
                if len(key) > self._longest:
                    break
                known = self._by_squash.get(key)
                if known is not None:
                    best = Named(words[at][0], end, known[0], known[1])
                    step = count + 1
            if best is not None:
                found.append(best)
            at += step
        return found
