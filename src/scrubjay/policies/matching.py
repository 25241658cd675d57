"""Which policy governs a payer, by filing code, payer id, name and kind of claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.policies.model import Match, Policy

PAYER_COLUMNS = ("claim_filing_code", "payer_id", "payer_name", "claim_kind")


def matches(match: Match) -> pl.Expr:
    """Does a claim's payer answer to a match? An absent value matches nothing: who pays is never guessed."""
    tests: list[pl.Expr] = []
    if match.claim_filing_codes:
        tests.append(pl.col("claim_filing_code").is_in(match.claim_filing_codes))
    if match.payer_ids:
        tests.append(pl.col("payer_id").is_in(match.payer_ids))
    if match.claim_kinds:
        tests.append(pl.col("claim_kind").is_in(match.claim_kinds))
    tests += [pl.col("payer_name").str.contains(f"(?i){p}") for p in match.payer_name_patterns]
    if not tests:
        return pl.lit(value=False)
    tests += [pl.col("payer_name").str.contains(f"(?i){p}").not_() for p in match.payer_name_excludes]
    return pl.all_horizontal(tests).fill_null(value=False)


def answers_to(policy: Policy) -> pl.Expr:
    """Does one of the policy's matches hold?"""
    return pl.any_horizontal(pl.lit(value=False), *(matches(m) for m in policy.match))


def governing(policies: Sequence[Policy], payers: pl.DataFrame) -> pl.Series:
    """Id of the first policy, in the order given, that answers to each payer; null where none does.

    Args:
        policies: in the order in which they are asked.
        payers: `PAYER_COLUMNS`, one row for each question.
    """
    governed = pl.lit(None, dtype=pl.String)
    for policy in reversed(policies):
        if policy.match:
            governed = pl.when(answers_to(policy)).then(pl.lit(policy.id)).otherwise(governed)
    distinct = payers.select(PAYER_COLUMNS).unique(maintain_order=True)
    answered = distinct.with_columns(governed.alias("policy_id"))
    return payers.select(PAYER_COLUMNS).join(
        answered, on=PAYER_COLUMNS, how="left", nulls_equal=True, maintain_order="left"
    )["policy_id"]
