"""Makes the corpus from visits and recipes; the same seed gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from scrubjay.testing.claim_specs import ClaimSpec, PersonSpec
from scrubjay.testing.corpus import beside
from scrubjay.testing.corpus.model import HOSPITAL, MEDICARE
from scrubjay.testing.corpus.recipes import RECIPES
from scrubjay.testing.corpus.visits import BY_NAME, VISITS
from scrubjay.testing.x12 import ClaimKind, envelope, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubjay.testing.corpus.model import Recipe, Visit

SEED = 2919
CLAIMS = 10_000
FAULTY_PER_RECIPE = 50
AS_OF = date(2025, 3, 20)
"""The day on which the corpus is judged."""

COMBINED = 500
"""Claims with two faults: one of a line and one of the claim as a whole."""

_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_A_TRANSACTION = 1_000
_ACTIVE_EVERY = 5
_KINDS: tuple[ClaimKind, ...] = ("professional", "institutional")


@dataclass(frozen=True, slots=True, order=True)
class TruthRow:
    """One verdict that must come out.

    Attributes:
        claim: patient control number.
        line: line number; 0 is the claim as a whole.
        edit: readable name.
        recipe: that seeded the fault.
    """

    claim: str
    line: int
    edit: str
    recipe: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """The corpus.

    Attributes:
        files: content of the 837 files by name.
        beside: content of the files beside them, by name: see `beside`.
        truth: what must fire, by claim and line.
        claims: how many there are.
        faulty: claims that a recipe made faulty.
    """

    files: dict[str, bytes]
    beside: dict[str, bytes]
    truth: tuple[TruthRow, ...]
    claims: int
    faulty: int

    def sha256(self) -> str:
        """Hash over all files and the truth."""
        digest = hashlib.sha256()
        every = {**self.files, **self.beside}
        for name in sorted(every):
            digest.update(name.encode() + b"\0" + every[name])
        digest.update(self.truth_csv())
        return digest.hexdigest()

    def truth_csv(self) -> bytes:
        """The truth as a table."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("claim", "line", "edit", "recipe"))
        rows.writerows((t.claim, t.line or "", t.edit, t.recipe) for t in self.truth)
        return text.getvalue().encode()


def make_corpus(
    claims: int = CLAIMS,
    *,
    recipes: Sequence[Recipe] = RECIPES,
    seed: int = SEED,
    per_recipe: int = FAULTY_PER_RECIPE,
    combined: int = COMBINED,
) -> Corpus:
    """Make the corpus.

    Args:
        claims: how many; clean ones fill up what the recipes leave.
        recipes: kinds of faults.
        seed: of the random numbers.
        per_recipe: how often each recipe is used by itself.
        combined: claims with two faults.

    Raises:
        ValueError: the recipes alone are more than `claims`.
    """
    rng = Random(seed)  # noqa: S311 - repeatable on purpose, no secret
    planned: list[tuple[Recipe, ...]] = [(r,) for r in recipes for _ in range(per_recipe)]
    planned += [rng.choice(pairs) for pairs in [_combinations(recipes)] if pairs for _ in range(combined)]
    clean = claims - sum(1 + r.copies + (r.again is not None) for chosen in planned for r in chosen[:1])
    if clean < 0:
        raise ValueError(f"{len(planned)} faulty claims do not fit into {claims}")
    planned += [()] * clean
    rng.shuffle(planned)
    weighted = [v for v in VISITS for _ in range(v.weight)]
    made: dict[ClaimKind, list[ClaimSpec]] = {kind: [] for kind in _KINDS}
    truth: list[TruthRow] = []
    rows: dict[str, list[str]] = {}
    number = 0
    for chosen in planned:
        visit = BY_NAME[chosen[0].visit] if chosen else rng.choice(weighted)
        days = next((r.days for r in chosen if r.days), visit.days)
        number += 1
        claim = _claim(visit, number, rng, days)
        for recipe in chosen:
            claim = recipe.change(claim)
        same = [claim]
        for _ in range(sum(r.copies for r in chosen)):
            number += 1
            same.append(replace(claim, claim_id=f"C{number:05}"))
        # Of claims that repeat one another the first stands, and the later ones are the fault.
        at_fault = same[1:] or same
        for recipe in chosen:
            if recipe.again is not None:
                number += 1
                same.append(recipe.again(replace(claim, claim_id=f"C{number:05}")))
                at_fault = same
        made[visit.kind] += same
        for one in at_fault:
            truth += _marked(one, chosen)
        for name, row in _beside(claim, chosen):
            rows.setdefault(name, []).append(row)
    files = {f"corpus-{kind}.837": _file(made[kind], kind) for kind in _KINDS if made[kind]}
    return Corpus(files, beside.files(rows), tuple(sorted(truth)), number, len({row.claim for row in truth}))


def _beside(claim: ClaimSpec, chosen: Sequence[Recipe]) -> Iterable[tuple[str, str]]:
    """Rows for the files beside the claims; for some claims without a fault an answer that coverage is active."""
    if not chosen and int(claim.claim_id[1:]) % _ACTIVE_EVERY == 0:
        yield (
            beside.ELIGIBILITY,
            f"{claim.subscriber.member_id},active,2024-01-01,2025-12-31,{claim.subscriber.birth_date}",
        )
    for recipe in chosen:
        if recipe.beside is not None:
            yield recipe.beside(claim)


def _combinations(recipes: Sequence[Recipe]) -> list[tuple[Recipe, ...]]:
    """A fault of a line with one of the claim as a whole, which is changed last: it may sum the lines."""
    return [
        (of_line, of_claim)
        for of_claim in recipes
        if of_claim.is_claim_wide
        for of_line in recipes
        if not (of_line.is_claim_wide or of_line.copies or of_line.again) and of_line.visit == of_claim.visit
    ]


def _marked(claim: ClaimSpec, chosen: Sequence[Recipe]) -> Iterable[TruthRow]:
    name = " + ".join(r.name for r in chosen)
    rows = {(mark.edit, line or 0) for r in chosen for mark in r.marks for line in mark.lines}
    return (TruthRow(claim.claim_id, line, edit, name) for edit, line in rows)


def _claim(visit: Visit, number: int, rng: Random, days: tuple[date, date]) -> ClaimSpec:
    first, last = days
    on = first + timedelta(days=rng.randrange((last - first).days + 1))
    lines = [
        replace(one, service_from=on, charge=f"{rng.randrange(1_000, 90_000) / 100:.2f}")
        for one in visit.lines
    ]
    is_medicare = visit.payer in (MEDICARE, HOSPITAL)
    born = date(1930, 1, 1) + timedelta(days=rng.randrange(25_000))
    return ClaimSpec(
        claim_id=f"C{number:05}",
        lines=lines,
        place=visit.place,
        diagnoses=visit.diagnoses,
        payer=visit.payer,
        subscriber=PersonSpec(
            f"PATIENT{number}",
            "TEST",
            _beneficiary(number) if is_medicare else f"W{number:09}",
            born,
            rng.choice("FM"),
        ),
        statement_from=on,
    )


def _beneficiary(number: int) -> str:
    """A made-up member id in the form of Medicare's."""
    a, b = _LETTERS[number // 10_000 % 20], _LETTERS[number // 200_000 % 20]
    return f"1EG{number // 1000 % 10}{a}E{number // 100 % 10}{b}K{number % 100:02d}"


def _file(claims: Sequence[ClaimSpec], kind: ClaimKind) -> bytes:
    implementation = "005010X222A1" if kind == "professional" else "005010X223A2"
    sets = [
        transaction(part, kind, control_number=f"{number:04}")
        for number, part in enumerate(_parts(claims), 1)
    ]
    return envelope(sets, implementation=implementation, control_number=1 + _KINDS.index(kind)).encode(
        "ascii"
    )


def _parts(claims: Sequence[ClaimSpec]) -> Iterable[Sequence[ClaimSpec]]:
    return (claims[i : i + _A_TRANSACTION] for i in range(0, len(claims), _A_TRANSACTION))
