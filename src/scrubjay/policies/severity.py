"""Severities that policies change: the same verdict, another weight for claims of that payer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.edits.spec import Edit
    from scrubjay.policies.resolver import PolicySet
    from scrubjay.policies.terms import SeverityChange


def with_payer_severities(edits: Sequence[Edit], policies: PolicySet) -> list[Edit]:
    """The edits, each with its severity by payer and day where a policy changes it.

    Which verdicts are given, and which are not evaluated, stays as it is. An edit whose severity by payer is
    already settled (by the site) is left as it is.
    """
    changes = {p.id: policies.severities(p) for p in policies.policies}
    return [_changed(edit, {i: c[edit.name] for i, c in changes.items() if edit.name in c}) for edit in edits]


def _changed(edit: Edit, by_policy: dict[str, list[SeverityChange]]) -> Edit:
    if not by_policy or edit.payer_severity is not None or not edit.grain.is_of_claims:
        return edit
    policy = pl.col("policy_id" if edit.grain.is_of_lines else "claim_policy_id")
    on = pl.col(edit.date_column)
    severity = pl.lit(str(edit.severity))
    for policy_id, changes in by_policy.items():
        for change in changes:
            test = policy == policy_id
            if change.from_ is not None:
                test &= on >= change.from_
            if change.to is not None:
                test &= on < change.to
            severity = pl.when(test).then(pl.lit(change.value)).otherwise(severity)
    return replace(edit, payer_severity=severity)
