"""Coverage rules of policies as one dated table, so that facts look them up by policy, code and day."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from scrubjay.facts.parameters import COVERAGE_KINDS, COVERAGE_SCHEMA, COVERAGE_SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubjay.policies.coverage_rules import CoverageRule
    from scrubjay.policies.model import Policy


class Stated(NamedTuple):
    """A rule and the policy that it stands in."""

    policy: Policy
    rule: CoverageRule


def rules_of(chain: Sequence[Policy], hcpcs: str, kind: str, as_of: date | None) -> list[Stated]:
    """The rules of one kind for a code: of the policy itself, else of the nearest parent that has some.

    Args:
        chain: the policy and what it extends, nearest first.
        hcpcs: the code.
        kind: a key of `COVERAGE_KINDS`, or `criteria`.
        as_of: rules announced later are not seen; null sees all.
    """
    for policy in chain:
        found = [
            Stated(policy, rule)
            for rule in policy.coverage
            if hcpcs in rule.hcpcs
            and (rule.criteria if kind == "criteria" else kind in rule.kinds)
            and (as_of is None or rule.known_from is None or rule.known_from <= as_of)
        ]
        if found:
            return found
    return []


def coverage_frame(chains: Iterable[Sequence[Policy]], as_of: date | None) -> pl.DataFrame:
    """The table of `COVERAGE_SCHEMA`.

    Args:
        chains: each policy with what it extends, nearest first.
        as_of: rules announced later are not seen.
    """
    rows = [row for chain in chains for row in _rows(chain, as_of)]
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row").sort(
        "policy_id", "hcpcs", "effective_from", nulls_last=False
    )


def _rows(chain: Sequence[Policy], as_of: date | None) -> Iterable[dict[str, Any]]:
    codes = sorted({code for policy in chain for rule in policy.coverage for code in rule.hcpcs})
    for hcpcs in codes:
        stated = {kind: rules_of(chain, hcpcs, kind, as_of) for kind in COVERAGE_KINDS}
        for begin, end in _periods([s.rule for of_kind in stated.values() for s in of_kind]):
            row: dict[str, Any] = dict.fromkeys(COVERAGE_SCHEMA)
            for kind, of_kind in stated.items():
                # Periods are cut where any rule begins or ends, so a rule covers one whole or not at all.
                now = next((s for s in of_kind if s.rule.covers(begin or date.min)), None)
                if now is not None:
                    row.update(_columns(now, kind, chain))
            if any(row[f"{kind}_rule"] for kind in COVERAGE_KINDS):
                yield row | {
                    "policy_id": chain[0].id,
                    "hcpcs": hcpcs,
                    "effective_from": begin,
                    "effective_to": end,
                }


def _periods(rules: Sequence[CoverageRule]) -> list[tuple[date | None, date | None]]:
    if not rules:
        return []
    cuts = sorted({day for r in rules for day in (r.from_, r.to) if day is not None})
    edges = [None, *cuts, None]
    return list(pairwise(edges))


def _columns(stated: Stated, kind: str, chain: Sequence[Policy]) -> dict[str, Any]:
    rule = stated.rule
    # A group of diagnoses may be named anew by a policy that extends; the nearest counts.
    groups = {name: codes for one in reversed(chain) for name, codes in one.diagnosis_groups.items()}
    scope = rule.only
    return {
        **rule.columns(kind, groups),
        f"{kind}_rule": f"{stated.policy.id}/{rule.id}",
        f"{kind}_source": rule.citation.source,
        f"{kind}_says": rule.citation.text,
        f"{kind}_confidence": rule.citation.confidence,
        **{f"{kind}_{p.name}": getattr(scope, p.name, None) for p in COVERAGE_SCOPE},
    }
