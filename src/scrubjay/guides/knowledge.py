"""What the checker asks of the reference about codes and drugs, each question answered once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from scrubjay.drugs.answers import provenance
from scrubjay.drugs.catalog import Catalog, squash
from scrubjay.guides.lexicon import words
from scrubjay.quantity import plain, unit_named
from scrubjay.reference.descriptor import parse_descriptor, unit_label

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.drugs.answers import Provenance
    from scrubjay.quantity import Quantity
    from scrubjay.reference import Reference

_ALIKE = 80
"""Likeness in percent from which a name that is not held may be a misspelling of the code's own."""
_SUFFIX = re.compile(r"-[a-z]{4}$")


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit of a code stands for: amount, unit symbol and qualifier (`exact`, `up_to`, `each`)."""

    amount: Fraction
    symbol: str
    qualifier: str

    @property
    def label(self) -> str:
        """`up to 40 mg`."""
        return unit_label(self.amount, self.symbol, self.qualifier)


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A code of the reference.

    Attributes:
        code: the code.
        kind: drug, vaccine, administration, visit, procedure, other.
        drugs: normal names that it stood for, all periods.
        brands: brand names, squashed.
        unit: of the day, or the last one held; null if not known.
        routes: routes of the drug; empty if not known.
        use_confidence: mark of brands and routes.
        is_unlisted: not otherwise classified.
        in_force: on the day asked.
        first_day, last_day: null where open or unknown.
        descriptor: CMS long descriptor, or our label.
        source: provenance of the code's row.
    """

    code: str
    kind: str
    drugs: tuple[str, ...]
    brands: frozenset[str]
    unit: Unit | None
    routes: tuple[str, ...]
    use_confidence: str | None
    is_unlisted: bool
    in_force: bool
    first_day: date | None
    last_day: date | None
    descriptor: str
    source: Provenance

    @property
    def is_drug(self) -> bool:
        """Whether it stands for a drug."""
        return self.kind in ("drug", "vaccine")

    @property
    def name(self) -> str:
        """The drug, else the descriptor."""
        return self.drugs[-1] if self.drugs else self.descriptor

    def says(self) -> str:
        """What the code is, as in `J1320 is amitriptyline hydrochloride, up to 20 mg`."""
        unit = f", {self.unit.label}" if self.unit and self.is_drug else ""
        return f"{self.code} is {self.name}{unit}."


@dataclass(frozen=True, slots=True)
class Successor:
    """A code that took over, with the units of it for one of the ended code."""

    code: str
    successor: str
    ratio: str | None
    first_day: date | None
    source: str


class Knowledge:
    """The reference as known on one day, asked about one day of service.

    Args:
        reference: codes, drugs, limits.
        on: the guide's day.
        as_of: the day on which things are known.
    """

    def __init__(self, reference: Reference, on: date, as_of: date) -> None:
        self.on = on
        self.catalog = Catalog(reference, as_of)
        self.code = lru_cache(maxsize=50_000)(self._code)

    def _code(self, code: str) -> KnownCode | None:
        life = self.catalog.history("hcpcs", hcpcs=code)
        if not life:
            return None
        now = self.catalog.row("hcpcs", self.on, hcpcs=code)
        row = now or life[-1]
        drugs = self.catalog.history("drugs", hcpcs=code)
        drug = self.catalog.row("drugs", self.on, hcpcs=code) or (drugs[-1] if drugs else {})
        starts = [r["effective_from"] for r in life]
        end: date | None = life[-1]["effective_to"]
        return KnownCode(
            code,
            str(row["kind"] or "other"),
            tuple(dict.fromkeys(str(r["drug"]) for r in drugs if r["drug"])),
            frozenset(squash(b) for r in drugs for b in r["brands"] or ()),
            _unit(row, drug),
            tuple(drug.get("routes") or ()),
            drug.get("use_confidence"),
            bool(drug.get("is_unlisted")),
            now is not None,
            None if any(s is None for s in starts) else min(starts),
            end - timedelta(days=1) if end else None,
            str(row["descriptor"] or ""),
            provenance(row),
        )

    def successors(self, code: str) -> list[Successor]:
        """Codes that took over from a code, at any time."""
        return [_successor(r) for r in self.catalog.history("successors", hcpcs=code)]

    def predecessors(self, code: str) -> list[Successor]:
        """Codes that a code took over from."""
        return [_successor(r) for r in self.catalog.history("successors", successor=code)]

    def after_words(self, known: KnownCode) -> str:
        """When a code ended, and what took over, as in `J1030 ended on 2024-03-31; J1010 took over`."""
        if known.first_day and self.on < known.first_day:
            return f"{known.code} begins on {known.first_day}."
        ended = f" ended on {known.last_day}" if known.last_day else " is not in force"
        news = [
            f"{s.successor} took over{f', {s.ratio} units for one' if s.ratio else ''}"
            for s in self.successors(known.code)
        ]
        return f"{known.code}{ended}{'; ' + '; '.join(news) if news else ''}."

    def codes_of(self, drugs: frozenset[str]) -> list[str]:
        """Codes in force on the day for any of the drugs."""
        rows = [r for d in sorted(drugs) for r in self.catalog.codes_of(d, self.on)]
        return sorted({str(r["hcpcs"]) for r in rows})

    def fits(self, known: KnownCode, drugs: frozenset[str], written: str, near: str = "") -> bool | None:
        """Whether a drug as named is that of a code; null where neither side is known well enough.

        Args:
            known: the code.
            drugs: normal names that the text may mean; empty for a name that the reference does not hold.
            written: as written.
            near: the words around it, in which the rest of a longer name may stand.
        """
        if not known.drugs or known.is_unlisted:
            return None
        if re.search(rf"(?<![\w-]){re.escape(written.lower())}(?![\w-])", known.descriptor.lower()):
            return True
        if drugs & frozenset(known.drugs):
            return self._brand_agrees(known, written)
        own = {_SUFFIX.sub("", d) for d in known.drugs}
        if any(d in own for d in drugs):
            # The bare substance of a product with a suffix is said loosely; a brand names another product.
            is_substance = any(squash(written) == squash(d) for d in drugs)
            return None if is_substance or squash(written) in known.brands else False
        longer = self._longer_fits(known, drugs, near)
        if longer is not False:
            return longer
        return False if drugs else self._unknown_fits(known, written)

    @staticmethod
    def _longer_fits(known: KnownCode, drugs: frozenset[str], near: str) -> bool | None:
        """A name within a longer one of the code: right where the rest stands near it or tells of form only."""
        around = set(re.findall(r"[a-z]+", near.lower()))
        found: bool | None = False
        for own, said in ((_words(d), _words(s)) for d in known.drugs for s in drugs):
            rest = own - said - words("form_words")
            if said < own:
                found = True if rest <= around else found or None
            elif own < said and not said - own - words("form_words"):
                found = True
        return found

    @staticmethod
    def _unknown_fits(known: KnownCode, written: str) -> bool | None:
        """A name that the reference does not hold: false where it names another salt or another substance."""
        said, own = (
            set(re.findall(r"[a-z]+", written.lower())),
            set(re.findall(r"[a-z]+", known.name.lower())),
        )
        if said & own - words("salts"):
            salts = said & words("salts") - words("plain_salts")
            return False if salts and own & words("salts") and not salts & own else None
        alike = max(fuzz.ratio(squash(written), squash(d)) for d in known.drugs)
        return None if alike >= _ALIKE or "-" in written else False

    def _brand_agrees(self, known: KnownCode, written: str) -> bool:
        """A brand must be one of the code's own, where other codes of the drug have that brand."""
        key = squash(written)
        if key in known.brands:
            return True
        return not any(key in other.brands for other in self._same_drug(known))

    def _same_drug(self, known: KnownCode) -> list[KnownCode]:
        found = [self.code(c) for c in self._codes_by_drug.get(known.drugs[-1], ())]
        return [k for k in found if k is not None and k.code != known.code and k.in_force]

    @cached_property
    def _codes_by_drug(self) -> dict[str, tuple[str, ...]]:
        frame = (
            self.catalog.reference.table("drugs", as_of=self.catalog.as_of).select("hcpcs", "drug").unique()
        )
        found: dict[str, set[str]] = {}
        for code, drug in frame.iter_rows():
            if drug:
                found.setdefault(str(drug), set()).add(str(code))
        return {d: tuple(sorted(c)) for d, c in found.items()}

    @cached_property
    def drugs_of_codes(self) -> list[tuple[str, str]]:
        """Every drug code with the drug of its newest row, unlisted codes left out, by code."""
        frame = self.catalog.reference.table("drugs", as_of=self.catalog.as_of)
        rows = (
            frame.sort("effective_from", nulls_last=False).select("hcpcs", "drug", "is_unlisted").iter_rows()
        )
        newest = {str(c): str(d) for c, d, unlisted in rows if c and d and not unlisted}
        return sorted(newest.items())

    @cached_property
    def drug_codes(self) -> list[str]:
        """Every code of a drug, in force or not."""
        frame = self.catalog.reference.table("drugs", as_of=self.catalog.as_of)
        return sorted({str(c) for c in frame["hcpcs"]})

    @cached_property
    def modifiers(self) -> dict[str, dict[str, Any]]:
        """Rows of the modifiers in force, or held without days, by modifier."""
        frame = self.catalog.reference.table("modifiers", as_of=self.catalog.as_of)
        return {str(r["modifier"]): r for r in frame.to_dicts()}

    def unit_fits(self, known: KnownCode, said: Quantity, qualifier: str) -> bool | None:
        """Whether amount and qualifier are those of the code's unit; null where it is not known."""
        if known.unit is None:
            return None
        own = unit_named(known.unit.symbol)
        if own is None:
            return None
        if own.dimension is not said.unit.dimension:
            # Descriptors write "units" where texts write IU, and the other way round.
            loose = {"units", "iu", "each"}
            same = own.symbol in loose and said.unit.symbol in loose and said.amount == known.unit.amount
        else:
            same = said.amount * said.unit.size == known.unit.amount * own.size
        if known.unit.qualifier == "up_to":
            return same and qualifier == "up_to"
        return same and qualifier != "up_to"


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", name.lower()))


def _unit(row: dict[str, Any], drug: dict[str, Any]) -> Unit | None:
    if drug.get("unit_amount") is not None and drug.get("unit"):
        return Unit(Fraction(drug["unit_amount"]), str(drug["unit"]), str(drug["qualifier"]))
    parsed = parse_descriptor(row["descriptor"] or "") if row["kind"] in ("drug", "vaccine") else None
    if parsed is None or parsed.components:
        return None
    return Unit(Fraction(parsed.quantity.amount), parsed.quantity.unit.symbol, str(parsed.qualifier))


def _successor(row: dict[str, Any]) -> Successor:
    ratio = plain(Fraction(row["unit_ratio"])) if row["unit_ratio"] is not None else None
    return Successor(
        str(row["hcpcs"]), str(row["successor"]), ratio, row["effective_from"], provenance(row).one_line()
    )
