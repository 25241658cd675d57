"""The payer's own rules in a report: what a finding rests on, and which policies judged the claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.policies.rests_on import RULE, numbered_rules, words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.engine import RunResult
    from scrubjay.policies import Policy, PolicySet
    from scrubjay.policies.dated import DatedValue


@dataclass(frozen=True, slots=True)
class StatementUsed:
    """One value that a policy sets itself, valid on some day of the claims that it judged."""

    about: str
    value: str
    effective_from: date | None
    effective_to: date | None
    reason: str
    source: str
    text: str
    confidence: str

    def words(self) -> str:
        """What the source says, with source and confidence."""
        return f"{self.text.rstrip('.')} ({self.source}, {self.confidence})"


@dataclass(frozen=True, slots=True)
class PolicyUsed:
    """A policy that judged claims of a run.

    Attributes:
        extends: ids of the policies whose statements hold where it is silent, nearest first.
        claims: how many claims it judged.
        is_review_due: its day of review has passed.
        statements: what it says itself, or a narrower one that it extends (one that extends another).
    """

    policy: str
    name: str
    extends: tuple[str, ...]
    claims: int
    reviewed_on: date
    review_by: date | None
    is_review_due: bool
    statements: tuple[StatementUsed, ...]


def rules_of_findings(
    policies: PolicySet | None,
    edits: Mapping[str, Edit],
    result: RunResult,
    findings: pl.DataFrame,
    as_of: date,
) -> pl.Series:
    """What each finding rests on of the payer's policy: a list of `scrubjay.policies.rests_on.RULE`.

    Args: as those of `numbered_rules_of_findings`.
    """
    distinct, rows = numbered_rules_of_findings(policies, edits, result, findings, as_of)
    return distinct.gather(rows)


def numbered_rules_of_findings(
    policies: PolicySet | None,
    edits: Mapping[str, Edit],
    result: RunResult,
    findings: pl.DataFrame,
    as_of: date,
) -> tuple[pl.Series, pl.Series]:
    """The distinct lists of `scrubjay.policies.rests_on.RULE`, and for each finding the number of its list.

    Args:
        policies: of the run; null gives empty lists.
        edits: by readable name.
        result: of the run, for the claims' policies and the lines' days.
        findings: `claim_key`, `line_key`, `edit`.
        as_of: of the run.
    """
    if policies is None:
        nothing = pl.Series("payer_rules", [[]], dtype=pl.List(RULE))
        return nothing, pl.zeros(findings.height, dtype=pl.UInt32, eager=True)
    asked = pl.concat(
        [
            findings.select("line_key", "edit"),
            result.claims_of(findings["claim_key"], "claim_policy_id", "claim_service_date"),
            result.lines_of(findings["line_key"], "hcpcs", "service_date"),
        ],
        how="horizontal",
    )
    is_line = pl.col("line_key").is_not_null()
    return numbered_rules(
        policies,
        edits,
        asked.select(
            "edit",
            pl.col("claim_policy_id").alias("policy_id"),
            "hcpcs",
            # A line without a date is judged as of no day, not as of its claim's.
            pl.when(is_line).then("service_date").otherwise("claim_service_date").alias("service_date"),
        ),
        as_of,
    )


def policies_used(policies: PolicySet | None, result: RunResult, as_of: date) -> list[PolicyUsed]:
    """The policies that judged claims of a run, by most claims; claims without a policy are left out."""
    if policies is None or "claim_policy_id" not in result.claims.columns:
        return []
    rows = (
        result.claims.drop_nulls("claim_policy_id")
        .group_by("claim_policy_id")
        .agg(
            pl.len().alias("claims"),
            pl.col("claim_service_date").min().alias("first"),
            pl.col("claim_service_date").max().alias("last"),
        )
        .sort("claims", "claim_policy_id", descending=[True, False])
    )
    used: list[PolicyUsed] = []
    for row in rows.iter_rows(named=True):
        policy = policies.find(row["claim_policy_id"])
        used.append(
            PolicyUsed(
                policy=policy.id,
                name=policy.name,
                extends=tuple(p.id for p in policies.chain(policy)[1:]),
                claims=row["claims"],
                reviewed_on=policy.reviewed_on,
                review_by=policy.review_by,
                is_review_due=policy.review_by is not None and policy.review_by <= as_of,
                statements=_statements(policies, policy, row),
            )
        )
    return used


def _statements(policies: PolicySet, policy: Policy, row: Mapping[str, Any]) -> tuple[StatementUsed, ...]:
    """What the policy says itself, or a narrower one that it extends: what the base packs say is left to them."""
    first, last = row["first"], row["last"]
    sets: dict[str, list[DatedValue]] = {}
    for one in policies.chain(policy):
        if one is policy or one.extends is not None:
            sets = {**one.parameters, **sets}
    return tuple(
        StatementUsed(
            name,
            words(one.value),
            one.from_,
            one.to,
            one.reason,
            one.citation.source,
            one.citation.text,
            one.citation.confidence,
        )
        for name, values in sets.items()
        for one in values
        if first is None or ((one.from_ is None or one.from_ <= last) and (one.to is None or first < one.to))
    )


def rule_words(rule: Mapping[str, str]) -> str:
    """A rule in one sentence with its source and confidence."""
    return f"{rule['text'].rstrip('.')} ({rule['source']}, {rule['confidence']}; policy {rule['policy']})"
