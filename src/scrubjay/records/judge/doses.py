"""The dose that was given, what the vials held, and what was thrown away, in the unit of the billed code."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.quantity import Quantity, plain, unit_named
from scrubjay.records.extract.protocol import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.records.extract.protocol import Mention
    from scrubjay.records.judge.subject import Subject

SAME_TIME_MINUTES = 15
"""Two times no further apart are one administration written down twice; our choice [D]."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Amounts of the record, exact, in `unit`.

    Attributes:
        unit: unit of the billed code.
        doses: what was given; several where the record contradicts itself, none where it is silent.
        evidence: statements of the dose.
        label: what the vials opened held; null if not stated.
        vials: each of them.
        vial_evidence: statements of the vials.
        container: `single-dose`, `multi-dose`, or null.
        waste: amount thrown away; zero where the text says so; null where nothing is said.
        is_waste_stated: something is said, if only in mL.
        waste_evidence: statements of it.
    """

    unit: str
    doses: tuple[Fraction, ...]
    evidence: tuple[Mention, ...]
    label: Fraction | None
    vials: tuple[Fraction, ...]
    vial_evidence: tuple[Mention, ...]
    container: str | None
    waste: Fraction | None
    is_waste_stated: bool
    waste_evidence: tuple[Mention, ...]

    @property
    def dose(self) -> Fraction | None:
        """The one dose, or null."""
        return self.doses[0] if len(self.doses) == 1 else None


def in_unit(number: Decimal | None, unit: str | None, wanted: str | None) -> Fraction | None:
    """An amount in another unit; null where the two cannot be compared."""
    if number is None or unit is None or wanted is None:
        return None
    own, other = unit_named(unit), unit_named(wanted)
    if own is None or other is None:
        return None
    # Charts write "units" for what a descriptor counts as units or as international units.
    if {own.symbol.lower(), other.symbol.lower()} <= {"units", "iu", "unit"}:
        return Fraction(number)
    try:
        return Fraction(Quantity(Fraction(number), own).to(other).amount)
    except UsageError:
        return None


def _minutes(text: str | None) -> int | None:
    if not text or ":" not in text:
        return None
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _doses(subject: Subject, unit: str) -> tuple[tuple[Fraction, ...], tuple[Mention, ...]]:
    stated = subject.about("dose") or ([] if not subject.is_as_ordered else subject.about("dose", act=ORDER))
    entries: list[tuple[Fraction, int | None, Mention]] = []
    times = {(m.document_key, m.statement): _minutes(m.value) for m in subject.about("time", "start")}
    for mention in stated:
        amount = in_unit(mention.quantity, mention.unit, unit)
        if amount is not None and amount > 0:
            entries.append((amount, times.get((mention.document_key, mention.statement)), mention))
    if not entries:
        volume = _by_volume(subject, unit)
        return ((volume[0],), volume[1]) if volume else ((), ())
    evidence = tuple(m for _, _, m in entries)
    amounts = {a for a, _, _ in entries}
    timed: list[tuple[Fraction, int]] = []
    for amount, at, _ in entries:
        if at is not None and not any(abs(at - t) <= SAME_TIME_MINUTES and a == amount for a, t in timed):
            timed.append((amount, at))
    if len(timed) > 1 and {a for a, _ in timed} == amounts and len({t for _, t in timed}) == len(timed):
        return (sum((a for a, _ in timed), start=Fraction(0)),), evidence
    return tuple(sorted(amounts)), evidence


def _by_volume(subject: Subject, unit: str) -> tuple[Fraction, tuple[Mention, ...]] | None:
    """A dose written as a volume of a strength, where one of each is stated."""
    volumes, strengths = subject.about("volume"), subject.about("strength")
    numbers = {m.quantity for m in volumes if m.quantity}
    strong = {(m.quantity, m.unit, m.value) for m in strengths}
    if len(numbers) != 1 or len(strong) != 1:
        return None
    mass, symbol, text = next(iter(strong))
    per = Decimal((text or "").rpartition(" per ")[2].removesuffix(" mL") or 1)
    amount = in_unit(mass, symbol, unit)
    if amount is None or not per:
        return None
    return amount * Fraction(next(iter(numbers))) / Fraction(per), (*volumes, *strengths)


def _vials(
    subject: Subject, unit: str, dose: Fraction | None
) -> tuple[tuple[Fraction, ...], tuple[Mention, ...]]:
    counts = {(m.document_key, m.start): int(m.quantity) for m in subject.about("vial_count") if m.quantity}
    sizes: dict[Fraction, int | None] = {}
    evidence: list[Mention] = []
    for mention in subject.about("vial"):
        amount = in_unit(mention.quantity, mention.unit, unit)
        if not amount or amount <= 0:
            continue
        count = counts.get((mention.document_key, mention.start))
        sizes[amount] = max(count or 0, sizes.get(amount) or 0) or None
        evidence.append(mention)
    # How many of one size is not guessed: one, if it holds the dose; else they must be counted.
    if any(n is None for n in sizes.values()) and (
        len(sizes) > 1 or dose is None or dose > next(iter(sizes))
    ):
        uncounted = [a for a, n in sizes.items() if n is None]
        if (
            len(sizes) == 1
            or dose is None
            or sum(a * (n or 1) for a, n in sizes.items()) < dose
            or len(uncounted) > 1
        ):
            return (), tuple(evidence)
    return tuple(a for a, n in sorted(sizes.items()) for _ in range(n or 1)), tuple(evidence)


def _container(subject: Subject) -> str | None:
    stated = {m.value for m in subject.about("container")}
    if len(stated) == 1:
        return next(iter(stated))
    if stated:
        return None
    if subject.line.container:
        return subject.line.container
    # JW and JZ belong to single-dose containers: who bills one says so.
    same = [n for n in subject.lines if n.hcpcs == subject.line.hcpcs]
    return "single-dose" if any({"JW", "JZ"} & set(n.modifiers) for n in same) else None


def recorded(subject: Subject, unit: str | None) -> Recorded:
    """The amounts of the record.

    Args:
        subject: a drug line.
        unit: unit of the billed code; null where it has none that can be compared.
    """
    waste_said = subject.about("waste")
    symbol = unit or "mg"
    doses, evidence = _doses(subject, symbol)
    dose = doses[0] if len(doses) == 1 else None
    vials, vial_evidence = _vials(subject, symbol, dose)
    if (
        not doses
        and len(vial_evidence) == 1
        and subject.administrations
        and any(m.quantity == 0 for m in waste_said)
    ):
        # A container that was given whole is the dose, where the text counts one only.
        whole = in_unit(vial_evidence[0].quantity, vial_evidence[0].unit, symbol)
        counted = [m for m in subject.about("vial_count") if m.quantity and m.quantity > 1]
        if whole and not counted:
            doses, evidence, vials = (whole,), vial_evidence, (whole,)
    amounts = [in_unit(m.quantity, m.unit, symbol) for m in waste_said if m.quantity]
    thrown = [a for a in amounts if a]
    waste = sum(set(thrown), start=Fraction(0)) if thrown else None
    if not thrown and any(m.quantity == 0 for m in waste_said) and not any(m.quantity for m in waste_said):
        waste = Fraction(0)
    return Recorded(
        symbol, doses, evidence, sum(vials, start=Fraction(0)) if vials else None, vials, vial_evidence, _container(subject),
        waste, bool(waste_said), tuple(waste_said),
    )  # fmt: skip


def amount_words(amounts: Iterable[Fraction], unit: str) -> str:
    """Amounts in words: `80 mg and 125 mg`."""
    return " and ".join(f"{plain(a)} {unit}" for a in amounts)
