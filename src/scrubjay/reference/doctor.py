"""What is wrong, contradictory or missing in the reference: a list of complaints, worst first.

A *fault* means that an edition may not be relied on. A *conflict* is two official sources that do not agree;
both are kept and the reader is told. A *gap* is a period or set without an edition. A *note* is worth knowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.quantity import plain, unit_named
from scrubjay.reference.gaps import find_gaps, quarter_name, title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from scrubjay.reference.gaps import Gap
    from scrubjay.reference.library import Fault, Library
    from scrubjay.reference.starter import Edition
    from scrubjay.reference.store import Reference

_EVER = date(1, 1, 1)
_NEVER = date(9999, 12, 31)
_NAMED = 6
"""Codes named in one complaint; the rest is counted."""


class Severity(StrEnum):
    """How bad a complaint is; only a fault makes the command fail."""

    FAULT = "fault"
    CONFLICT = "conflict"
    GAP = "gap"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to look at.

    Attributes:
        severity: fault, conflict, gap or note.
        kind: a stable, hyphenated name that scripts may match.
        subject: the set or edition it is about.
        message: what is so, one sentence.
        hint: what to do next, or null.
        codes: all codes or NDCs concerned, where it is about codes.
    """

    severity: Severity
    kind: str
    subject: str
    message: str
    hint: str | None = None
    codes: tuple[str, ...] = ()


def examine(library: Library, opened: Callable[[], Reference], *, as_of: date) -> list[Complaint]:
    """All complaints, worst first.

    Args:
        library: the folder of loaded editions.
        opened: gives those editions and the starter set; not called where the folder has a fault.
        as_of: the day of the run.

    Returns:
        Faults, conflicts, gaps and notes, in that order. Where an edition is damaged, only the faults of the
        folder: its rows cannot be compared.

    Raises:
        ReferenceDataError: the folder itself cannot be read.
    """
    faults = [_of_fault(f) for f in library.check() if f.kind != "gap"]
    if any(f.severity is Severity.FAULT for f in faults):
        return sorted(faults, key=lambda c: list(Severity).index(c.severity))
    reference = opened()
    editions = reference.known_editions(as_of)
    gaps = find_gaps((e for e in library.held() if e.published_on <= as_of), as_of)
    found = [
        *faults,
        *unit_conflicts(reference, as_of),
        *ndcs_of_several_codes(reference, as_of),
        *listed_though_ended(reference, as_of),
        *_gaps(gaps),
        *_without_edition(editions),
        *ended_without_successor(reference, as_of),
    ]
    rank = list(Severity)
    return sorted(found, key=lambda c: rank.index(c.severity))


def _of_fault(fault: Fault) -> Complaint:
    severity = Severity.FAULT if fault.is_broken else Severity.NOTE
    hint = "Load the official file again: `scrubjay reference load FILE`." if fault.is_broken else None
    return Complaint(severity, fault.kind, fault.where, fault.what, hint)


def _named(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_NAMED])
    return f"{shown} and {len(codes) - _NAMED:,} more" if len(codes) > _NAMED else shown


def unit_conflicts(reference: Reference, as_of: date) -> Iterator[Complaint]:
    """Codes whose descriptor and ASP dosage give different amounts for one unit on one day."""
    drugs = reference.table("drugs", as_of=as_of).filter(pl.col("unit_amount").is_not_null())
    dosages = reference.table("asp_dosage", as_of=as_of).filter(pl.col("dosage_amount").is_not_null())
    both = (
        _bounded(dosages)
        .join(_bounded(drugs), on="hcpcs", suffix="_drug")
        .filter(pl.col("_from") < pl.col("_to_drug"), pl.col("_from_drug") < pl.col("_to"))
        .select("hcpcs", "unit_amount", "unit", "dosage_amount", "dosage_unit", "dosage", "_from", "edition")
        .filter(
            (pl.col("unit_amount") != pl.col("dosage_amount"))
            | pl.col("unit").ne_missing(pl.col("dosage_unit"))
        )
        .sort("hcpcs", "_from")
    )
    # Few rows differ as written; those that differ in the spelling of a unit only agree after all.
    differing = [r for r in both.to_dicts() if _is_other(r)]
    for code, rows in groupby(differing, key=lambda r: str(r["hcpcs"])):
        of_code = list(rows)
        last = of_code[-1]
        quarters = [quarter_name(r["_from"]) for r in of_code]
        when = (
            quarters[0]
            if len(quarters) == 1
            else f"{len(quarters)} quarters, {quarters[0]} to {quarters[-1]}"
        )
        yield Complaint(
            Severity.CONFLICT,
            "unit-disagrees",
            f"drugs {code}",
            f"One unit of {code} is {plain(last['unit_amount'])} {last['unit']} by its descriptor, and "
            f"{last['dosage']} by the ASP file ({when}). The descriptor is followed.",
            codes=(code,),
        )


def _is_other(row: Mapping[str, object]) -> bool:
    one = _base(row["unit_amount"], row["unit"])
    other = _base(row["dosage_amount"], row["dosage_unit"])
    return one is not None and other is not None and one != other


def _base(amount: object, symbol: object) -> tuple[str, Fraction] | None:
    unit = unit_named(str(symbol)) if symbol else None
    if unit is None:
        return None
    value: Decimal = amount  # type: ignore[assignment]
    return str(unit.dimension), Fraction(value) * unit.size


def _bounded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col("effective_from").fill_null(_EVER).alias("_from"),
        pl.col("effective_to").fill_null(_NEVER).alias("_to"),
    )


def ndcs_of_several_codes(reference: Reference, as_of: date) -> Iterator[Complaint]:
    """NDCs that bill under more than one code in one quarter, newest quarter only."""
    rows = reference.table("ndc", as_of=as_of).filter(pl.col("hcpcs").is_not_null())
    if rows.is_empty():
        return
    newest = rows.filter(pl.col("effective_from") == pl.col("effective_from").max())
    several = (
        newest.group_by("ndc")
        .agg(pl.col("hcpcs").unique().sort())
        .filter(pl.col("hcpcs").list.len() > 1)
        .sort("ndc")
    )
    if several.is_empty():
        return
    first = newest["effective_from"][0]
    ndcs = tuple(str(n) for n in several["ndc"])
    yield Complaint(
        Severity.CONFLICT,
        "ndc-under-several-codes",
        f"ndc {quarter_name(first) if first else ''}".strip(),
        f"{len(ndcs):,} {'NDC bills' if len(ndcs) == 1 else 'NDCs bill'} under more than one code in the newest "
        f"crosswalk: {_named(ndcs)}. The code on the claim line decides.",
        codes=ndcs,
    )


def listed_though_ended(reference: Reference, as_of: date) -> Iterator[Complaint]:
    """Codes that a payment table lists in a period that begins after the last day of the code."""
    life = _bounded(reference.table("hcpcs", as_of=as_of)).group_by("hcpcs").agg(pl.col("_to").max())
    for name in ("payment_limits", "ndc"):
        listed = _bounded(reference.table(name, as_of=as_of))
        late = (
            listed.join(life, on="hcpcs", suffix="_life")
            .filter(pl.col("_from") >= pl.col("_to_life"))
            .group_by("hcpcs")
            .agg(pl.col("_from").max().alias("last"), pl.col("_to_life").first().alias("ended"))
            .sort("hcpcs")
        )
        if late.is_empty():
            continue
        codes = tuple(str(c) for c in late["hcpcs"])
        yield Complaint(
            Severity.CONFLICT,
            "listed-though-ended",
            name,
            f"The {title(name)} list {len(codes):,} {'code' if len(codes) == 1 else 'codes'} in a quarter after "
            f"the last day of the code: {_named(codes)}. By the HCPCS file they are not in force.",
            codes=codes,
        )


def ended_without_successor(reference: Reference, as_of: date) -> Iterator[Complaint]:
    """Drug codes that ended and for which no code that took over is known."""
    life = (
        _bounded(reference.table("drugs", as_of=as_of))
        .group_by("hcpcs")
        .agg(pl.col("_to").max())
        .filter(pl.col("_to") <= as_of)
    )
    followed = reference.table("successors", as_of=as_of).select("hcpcs").unique()
    alone = life.join(followed, on="hcpcs", how="anti").sort("hcpcs")
    if alone.is_empty():
        return
    codes = tuple(str(c) for c in alone["hcpcs"])
    yield Complaint(
        Severity.NOTE,
        "ended-without-successor",
        "successors",
        f"{len(codes):,} ended drug {'code has' if len(codes) == 1 else 'codes have'} no successor on record: "
        f"{_named(codes)}. `convert` refuses them.",
        codes=codes,
    )


def _gaps(gaps: Iterable[Gap]) -> Iterator[Complaint]:
    for gap in gaps:
        hint = (
            "Load the current release." if gap.is_open else "Load that release to judge claims of those days."
        )
        words = gap.words()
        message = f"{words[:1].upper()}{words[1:]}."
        yield Complaint(Severity.GAP, "no-edition", title(gap.set_name, gap.setting), message, hint)


def _without_edition(editions: Sequence[Edition]) -> Iterator[Complaint]:
    loaded = {e.set_name for e in editions if not e.is_starter}
    starter = {
        e.set_name for e in editions if e.is_starter and not e.is_complete and e.published_on is not None
    }
    for name in sorted(starter - loaded):
        yield Complaint(
            Severity.GAP,
            "starter-only",
            title(name),
            f"The {title(name)} are those of the starter set: a selection.",
            "Load the official file.",
        )
