"""Find codes by code, drug, brand or free text such as "solumedrol 125" or "solu medrol 40mg im".

Amounts and routes are set aside, the other words are matched with the names of drugs; what is
written alike is offered with its likeness, and the day decides which code is in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process

from scrubjay.codes import looks_like_hcpcs
from scrubjay.drugs.administration import normal_route
from scrubjay.drugs.answers import CodeHit
from scrubjay.drugs.catalog import NEAR_ENOUGH, squash
from scrubjay.drugs.units import billing_units
from scrubjay.errors import UsageError
from scrubjay.quantity import NUMBER, Quantity, parse_number, unit_named
from scrubjay.reference.descriptor import unit_label

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.drugs.catalog import Catalog

MOST_HITS = 12
_LONGEST = 200
_AMOUNT = re.compile(rf"(?<![\w.])(?P<number>{NUMBER})\s*(?P<unit>[a-zµμ]+)?(?![\w.])", re.IGNORECASE)
_FILLER = frozenset(
    [
        "inj",
        "injection",
        "injectable",
        "solution",
        "vial",
        "vials",
        "for",
        "of",
        "the",
        "per",
        "dose",
        "iv",
        "im",
        "sc",
        "sq",
        "subq",
        "intravenous",
        "intramuscular",
        "subcutaneous",
        "ia",
        "po",
        "each",
        "up",
        "to",
    ]
)
_ROUTES = frozenset(("iv", "im", "sc", "ia"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search text taken apart.

    Attributes:
        codes: words that have the form of a code.
        words: what remains to be matched with names.
        amounts: amounts with a unit.
        bare_numbers: numbers without a unit; shown, never taken for mg.
        routes: routes named.
    """

    codes: tuple[str, ...]
    words: str
    amounts: tuple[Quantity, ...]
    bare_numbers: tuple[str, ...]
    routes: tuple[str, ...]


def take_apart(text: str) -> Wanted:
    """Split a search text into codes, amounts, routes and words of a name."""
    bare = " ".join(text[:_LONGEST].split())
    codes = tuple(
        w.upper() for w in re.findall(r"[A-Za-z0-9]+", bare) if looks_like_hcpcs(w) and not w.isdigit()
    )
    if looks_like_hcpcs(bare):
        codes = (bare.upper(),)
    for code in codes:
        bare = re.sub(rf"\b{code}\b", " ", bare, flags=re.IGNORECASE)
    amounts: list[Quantity] = []
    numbers: list[str] = []
    routes = tuple(r for r in map(normal_route, re.findall(r"[A-Za-z-]+", bare)) if r in _ROUTES)
    for found in _AMOUNT.finditer(bare):
        number, unit = parse_number(found["number"]), unit_named(found["unit"] or "")
        if number and unit:
            amounts.append(Quantity(number, unit))
        elif number:
            numbers.append(found["number"])
    words = _AMOUNT.sub(lambda m: " " if not m["unit"] or unit_named(m["unit"]) else f" {m['unit']} ", bare)
    kept = [w for w in re.split(r"[^\w%'-]+", words) if w and w.lower() not in _FILLER]
    return Wanted(codes, " ".join(kept), tuple(amounts), tuple(numbers), routes)


def search(text: str, on: date, catalog: Catalog) -> list[CodeHit]:
    """Codes that a text may mean, codes in force first, then by likeness.

    Args:
        text: what was typed.
        on: date of service.
        catalog: the reference.

    Returns:
        At most `MOST_HITS` hits.
    """
    wanted = take_apart(text)
    scores = _drug_scores(wanted.words, catalog)
    hits = [
        _hit(row, match, wanted, on, catalog)
        for drug, match in scores.items()
        for row in _latest(catalog.history("drugs", drug=drug))
    ]
    seen = {h.code for h in hits}
    hits += [h for h in _descriptor_hits(wanted, on, catalog) if h.code not in seen]
    hits += [
        _hit(row, (100.0, "code"), wanted, on, catalog)
        for code in wanted.codes
        if code not in seen
        for row in _latest(catalog.history("hcpcs", hcpcs=code))
    ]
    hits.sort(key=lambda h: (-round(h.score), not h.is_in_force, h.code))
    best = hits[0].score if hits else 0
    return [h for h in hits if h.score >= min(best, 100) - 15][:MOST_HITS]


def _drug_scores(words: str, catalog: Catalog) -> dict[str, tuple[float, str]]:
    """Likeness in percent of each drug's best name; an exact name shuts out the near ones."""
    if not words:
        return {}
    match = catalog.resolve(words)
    if match.drugs:
        return dict.fromkeys(match.drugs, (100.0, "named"))
    # A long text may hold the name beside other words: try runs of its words, longest first.
    tokens = words.split()
    for length in range(min(len(tokens), 4), 0, -1):
        for start in range(len(tokens) - length + 1):
            run = " ".join(tokens[start : start + length])
            drugs = catalog.written.get(squash(run))
            if drugs and len(squash(run)) > 3:
                return dict.fromkeys(sorted(drugs[1]), (95.0, "named among other words"))
    scores: dict[str, tuple[float, str]] = {}
    for _, score, key in process.extract(
        squash(words),
        {key: key for key in catalog.written},
        scorer=fuzz.ratio,
        score_cutoff=NEAR_ENOUGH,
        limit=MOST_HITS,
    ):
        for drug in catalog.written[key][1]:
            alike = (float(score), f'written {score:.0f}% like "{catalog.written[key][0]}"')
            scores[drug] = max(scores.get(drug, (0.0, "")), alike)
    return scores


def _descriptor_hits(wanted: Wanted, on: date, catalog: Catalog) -> list[CodeHit]:
    """Codes whose descriptor holds every word, for codes without a row of their own in `drugs`."""
    words = [w.lower() for w in wanted.words.split()]
    if not words or min(map(len, words)) < 3:
        return []
    rows = [
        r
        for r in _latest(catalog.history("hcpcs"))
        if r["descriptor"] and all(w in str(r["descriptor"]).lower() for w in words)
    ]
    return [_hit(r, (90.0, "in its descriptor"), wanted, on, catalog) for r in rows[:MOST_HITS]]


def _latest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({str(r["hcpcs"]): r for r in rows}.values())


def _hit(
    row: dict[str, Any], match: tuple[float, str], wanted: Wanted, on: date, catalog: Catalog
) -> CodeHit:
    code = str(row["hcpcs"])
    life = catalog.history("hcpcs", hcpcs=code)
    starts = [r["effective_from"] for r in life if r["effective_from"]]
    end = life[-1]["effective_to"] if life else None
    return CodeHit(
        code,
        row.get("drug"),
        life[-1]["descriptor"] if life else row.get("descriptor"),
        min(starts, default=None),
        end - timedelta(days=1) if end else None,
        catalog.is_in_force(code, on) is True,
        round(match[0], 1),
        _why(row, wanted, match[1]),
    )


def _why(row: dict[str, Any], wanted: Wanted, how: str) -> str:
    parts = [how]
    unit = unit_named(str(row.get("unit") or ""))
    if unit and row.get("unit_amount"):
        size = Quantity(Fraction(row["unit_amount"]), unit)
        parts.append(f"unit {unit_label(size.amount, unit.symbol, row['qualifier'])}")
        for amount in wanted.amounts:
            try:
                parts.append(f"{amount} = {billing_units(amount.to(unit).amount, size.amount)} units")
            except UsageError:  # the amount is of another dimension
                parts.append(f"{amount} does not convert to {unit.symbol}")
        parts.extend(f"{number}: say the unit to get the units" for number in wanted.bare_numbers)
    routes = {normal_route(r) for r in row.get("routes") or ()}
    parts.extend(f"not given {r}" for r in wanted.routes if routes and r not in routes)
    return "; ".join(parts)
