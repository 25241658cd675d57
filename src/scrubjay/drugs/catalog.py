"""Names of drugs and the codes they bill under: exact match first, then families, then near names.

A name that leaves the salt or ester open ("methylprednisolone") matches several drugs; the caller
refuses it and lists them. Near names are offered, never taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl
from rapidfuzz import fuzz, process, utils

from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from scrubjay.reference import Reference

NEAR_ENOUGH = 72
"""Likeness in percent from which a name is offered as near; a matter of taste, not of law."""
_MOST_NEAR = 5
_SHORTEST_PART = 5
"""Letters from which the end of a name is taken for part of it."""


def squash(text: str) -> str:
    """Letters and digits only, lower case: "Solu-Medrol" and "solu medrol" are one name."""
    return "".join(c for c in text.lower() if c.isalnum())


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What a name may mean.

    Attributes:
        drugs: normal names that it fits; one if it is settled, several if it is ambiguous.
        near: names that are written alike, where it fits none.
    """

    drugs: tuple[str, ...]
    near: tuple[str, ...] = ()


class Catalog:
    """The reference sets that the drug use cases read, as known on one day."""

    def __init__(self, reference: Reference, as_of: date) -> None:
        self.reference = reference
        self.as_of = as_of

    def rows(self, name: str, on: date, **keys: str) -> list[dict[str, Any]]:
        """Rows valid on a day of service."""
        return self.reference.rows(name, on=on, as_of=self.as_of, **keys)

    def row(self, name: str, on: date, **keys: str) -> dict[str, Any] | None:
        """The row valid on a day of service, or null."""
        return self.reference.row(name, on=on, as_of=self.as_of, **keys)

    def history(self, name: str, **keys: str) -> list[dict[str, Any]]:
        """Rows of every period, oldest first."""
        where = {c: [v] for c, v in keys.items() if c in SETS[name].identity}
        frame = self.reference.table(name, as_of=self.as_of, where=where)
        for column, value in keys.items():
            frame = frame.filter(pl.col(column) == value)
        return frame.sort("effective_from", nulls_last=False).to_dicts()

    def covers(self, name: str, on: date) -> bool:
        """Whether an edition of the set speaks about the day."""
        return self.reference.covers(name, on=on, as_of=self.as_of)

    @cached_property
    def drug_names(self) -> frozenset[str]:
        """Normal names of all drugs that have, or had, a code."""
        names = self.reference.table("drugs", as_of=self.as_of)["drug"].drop_nulls()
        return frozenset(str(n) for n in names)

    @cached_property
    def written(self) -> dict[str, tuple[str, frozenset[str]]]:
        """Every way of writing a drug, squashed: how it is written, and the normal names it stands for."""
        found: dict[str, tuple[str, set[str]]] = {}

        def add(written: str, drug: str) -> None:
            key = squash(written)
            if key:
                found.setdefault(key, (written, set()))[1].update(self._expand(drug))

        for drug in sorted(self.drug_names):
            add(drug, drug)
        for row in self.reference.table("drugs", as_of=self.as_of).select("drug", "brands").to_dicts():
            for brand in row["brands"] or ():
                if row["drug"]:
                    add(brand, row["drug"])
        for row in self.reference.table("names", as_of=self.as_of).select("name", "drug").to_dicts():
            if row["name"] and row["drug"]:
                add(row["name"], row["drug"])
        return {key: (written, frozenset(drugs)) for key, (written, drugs) in found.items()}

    def _expand(self, drug: str) -> Iterable[str]:
        """A normal name itself, or all names that begin with a bare substance."""
        if drug in self.drug_names:
            return (drug,)
        family = [d for d in self.drug_names if d.startswith((f"{drug} ", f"{drug}-"))]
        return family or (drug,)

    def resolve(self, text: str) -> NameMatch:
        """What a name means: the drug, several drugs, or near names."""
        exact = self.written.get(squash(text))
        if exact:
            return NameMatch(tuple(sorted(exact[1])))
        bare = " ".join(text.lower().split())
        family = sorted(d for d in self.drug_names if bare and d.startswith((f"{bare} ", f"{bare}-")))
        if family:
            return NameMatch(tuple(family))
        return NameMatch((), self.near(text))

    def listed_name(self, text: str) -> dict[str, Any] | None:
        """The `names` row of a name as written, or null where it is a normal name or a brand only."""
        return self._listed_names.get(squash(text))

    @cached_property
    def _listed_names(self) -> dict[str, dict[str, Any]]:
        rows = self.reference.table("names", as_of=self.as_of).sort("name", descending=True).to_dicts()
        return {squash(str(r["name"])): r for r in rows}

    def near(self, text: str) -> tuple[str, ...]:
        """Names that hold `text` as their last part ("medrol": Depo-Medrol), then those written like it, best first.

        Listed misspellings are never offered.
        """
        wrong = {k for k, row in self._listed_names.items() if row["name_kind"] == "misspelling"}
        ways = {way: key for key, (way, _) in self.written.items() if key not in wrong}
        part = squash(text)
        holding = sorted(
            (way for way, key in ways.items() if len(part) >= _SHORTEST_PART and key.endswith(part)),
            key=lambda way: (len(way), way),
        )
        found = process.extract(
            text,
            list(ways),
            scorer=fuzz.ratio,
            processor=utils.default_process,
            score_cutoff=NEAR_ENOUGH,
            limit=12,
        )
        return tuple(dict.fromkeys((*holding, *(way for way, _, _ in found))))[:_MOST_NEAR]

    def codes_of(self, drug: str, on: date) -> list[dict[str, Any]]:
        """`drugs` rows of a drug whose code is in force on a day; unlisted codes left out."""
        rows = self.rows("drugs", on, drug=drug)
        return [
            r for r in rows if not r["is_unlisted"] and self.is_in_force(str(r["hcpcs"]), on) is not False
        ]

    def is_in_force(self, code: str, on: date) -> bool | None:
        """Whether a code is valid on a day; null if the code is not held at all."""
        if self.row("hcpcs", on, hcpcs=code) is not None:
            return True
        return False if self.history("hcpcs", hcpcs=code) else None

    def is_known_ndc(self, ndc11: str) -> bool:
        """Whether an NDC stands in the loaded directory in any period."""
        return bool(self.history("ndc", ndc=ndc11))
