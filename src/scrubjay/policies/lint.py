"""What is wrong or doubtful in policy files, all of it at once: faults, and conflicts between packs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import PolicyError
from scrubjay.facts.parameters import PARAMETERS
from scrubjay.policies.loader import policy_faults, read_policy_text, unknown_edits
from scrubjay.policies.matching import PAYER_COLUMNS, answers_to
from scrubjay.policies.resolver import PolicySet
from scrubjay.policies.rests_on import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.policies.model import Policy

_MOST_DIFFERENCES = 6


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that lint has to say.

    Attributes:
        level: `error` (the file cannot be used) or `warning` (somebody should look).
        where: file and line.
        message: one sentence.
        hint: what to do next.
    """

    level: str
    where: str
    message: str
    hint: str

    def one_line(self) -> str:
        """Place, level, event and next step."""
        return f"{self.where}: {self.level}: {self.message} {self.hint}".strip()


def lint(
    paths: Sequence[Path], *, on: date, with_packs: bool = True
) -> tuple[list[Remark], PolicySet | None]:
    """Read policy files, and the packs that ship beside them, and say all that is wrong or doubtful.

    Args:
        paths: the files; none lints the packs alone.
        on: the day for review dates and for what packs in conflict say.
        with_packs: false leaves the shipped packs out of the conflict report.

    Returns:
        The remarks, by file and line, and the policies as a set, or null where a file cannot be used.
    """
    remarks: list[Remark] = []
    own: list[Policy] = []
    for path in paths:
        policy, faults = _read(path)
        faults = faults if policy is None else unknown_edits(policy)
        remarks += [_error(f) for f in faults]
        if policy is not None:
            own.append(policy)
    if remarks:
        # Circles are looked for among what could be read, so that one run shows all faults.
        return [*remarks, *(_set_faults(own)[0])], None
    faults, policies = _set_faults(own)
    if policies is None:
        return faults, None
    asked = own or list(policies.policies)
    for policy in asked:
        remarks += _doubts(policy, on)
    remarks += list(_conflicts(policies, asked, on, with_packs=with_packs))
    return remarks, policies


def _read(path: Path) -> tuple[Policy | None, list[PolicyError]]:
    try:
        return policy_faults(read_policy_text(path), str(path))
    except PolicyError as error:
        return None, [error]


def _set_faults(own: Sequence[Policy]) -> tuple[list[Remark], PolicySet | None]:
    try:
        return [], PolicySet.base(own, replacing=True)
    except PolicyError as error:
        return [_error(error)], None


def _error(error: PolicyError) -> Remark:
    return Remark("error", error.where or "policy", error.what, error.hint or "")


def _doubts(policy: Policy, on: date) -> Iterator[Remark]:
    if policy.review_by is None:
        yield Remark(
            "warning", policy.where("id"), "has no review_by.", "Say by when it must be looked at again."
        )
    elif policy.review_by <= on:
        yield Remark(
            "warning",
            policy.where("review_by"),
            f"should have been reviewed by {policy.review_by}.",
            "Compare it with its sources and set reviewed_on and review_by.",
        )
    if not policy.tests:
        yield Remark("warning", policy.where("id"), "carries no tests.", "docs/policies-howto.md shows how.")


def _probes(policies: Sequence[Policy]) -> pl.DataFrame:
    """Payers as claims may name them: of the policies' own tests, and made of their matches and names."""
    rows: set[tuple[str | None, str | None, str | None, str | None]] = set()
    for policy in policies:
        rows |= {
            (p.claim_filing_code, p.payer_id, p.payer_name, p.claim_kind)
            for test in policy.tests
            if (p := test.payer) is not None
        }
        patterns = [p for m in policy.match for p in m.payer_name_patterns]
        spelled = {name for pattern in patterns for name in _spelled(pattern)}
        names = [policy.name, *(a.upper() for a in policy.aliases), *sorted(spelled)]
        for match in policy.match:
            rows |= set(
                product(
                    match.claim_filing_codes or [None],
                    match.payer_ids or [None],
                    names if match.payer_name_patterns else [None, *names],
                    match.claim_kinds or ["professional", "institutional"],
                )
            )
    schema = {name: pl.String() for name in PAYER_COLUMNS}
    return pl.DataFrame(sorted(rows, key=str), schema=schema, orient="row")


def _spelled(pattern: str) -> Iterator[str]:
    """Names that a plain pattern stands for: its words, each choice once. What is not plain gives none."""
    text = re.sub(r"\\b", "", pattern)
    text = re.sub(r"\\s[?*+]?|\.[*+]\??", " ", text)
    top = re.split(r"\|(?![^(]*\))", text)
    for one in top:
        parts = [p.split("|") for p in re.split(r"[()]", one)]
        for choice in product(*parts):
            name = " ".join("".join(choice).split())
            if name and not re.search(r"[\\\[\]{}()?*+^$.|]", name):
                yield name.upper()


def _conflicts(
    policies: PolicySet, asked: Sequence[Policy], on: date, *, with_packs: bool
) -> Iterator[Remark]:
    """Pairs of policies that both answer to some payer although neither extends the other.

    The first in order governs; what they say differently then hangs on that order alone. A policy that names its
    payers is asked before one that takes all of a filing code: that is no conflict.
    """
    among = policies.policies if with_packs else asked
    probes = _probes(among)
    answered = probes.with_columns(answers_to(p).alias(f"_{p.id}") for p in among if p.match)
    order = {p.id: n for n, p in enumerate(policies.policies)}
    ours = {p.id for p in asked}
    matching = [p for p in among if p.match]
    for one, other in combinations(sorted(matching, key=lambda p: order[p.id]), 2):
        if not {one.id, other.id} & ours or _related(policies, one, other):
            continue
        if _names_payers(one) and not _names_payers(other):
            continue
        both = answered.filter(pl.col(f"_{one.id}") & pl.col(f"_{other.id}"))
        if both.is_empty():
            continue
        if not policies.governing(both.select(PAYER_COLUMNS)).is_in([one.id, other.id]).any():
            # A third policy, asked before both, governs every such payer.
            continue
        at = one if one.id in ours else other
        yield Remark(
            "warning",
            at.where("match"),
            f"{one.id} and {other.id} both answer to {_payer(both)}; {one.id} governs. {_differences(policies, one, other, on)}",
            "Narrow one match, or let one extend the other.",
        )


def _related(policies: PolicySet, one: Policy, other: Policy) -> bool:
    return other in policies.chain(one) or one in policies.chain(other)


def _names_payers(policy: Policy) -> bool:
    return all(m.payer_ids or m.payer_name_patterns for m in policy.match)


def _payer(both: pl.DataFrame) -> str:
    row = both.row(0, named=True)
    parts = [
        f"name {row['payer_name']}" if row["payer_name"] else "",
        f"id {row['payer_id']}" if row["payer_id"] else "",
        f"filing code {row['claim_filing_code']}" if row["claim_filing_code"] else "",
        f"{row['claim_kind']} claims" if row["claim_kind"] else "",
    ]
    return ", ".join(p for p in parts if p)


def _differences(policies: PolicySet, one: Policy, other: Policy, on: date) -> str:
    found: list[str] = []
    silent: list[str] = []
    for name in PARAMETERS:
        values = [dated.value if (dated := policies.value(p, name, on)) else None for p in (one, other)]
        first, second = (words(v) for v in values)
        # The order of a list says nothing.
        if sorted(first.split(", ")) == sorted(second.split(", ")):
            continue
        # Two that contradict weigh more than one that is silent.
        (silent if "unknown" in (first, second) else found).append(f"{name} ({first} against {second})")
    found += silent
    if not found:
        return f"They say the same on {on}."
    more = f" and {len(found) - _MOST_DIFFERENCES} more" if len(found) > _MOST_DIFFERENCES else ""
    return f"On {on} they differ in {', '.join(found[:_MOST_DIFFERENCES])}{more}."
