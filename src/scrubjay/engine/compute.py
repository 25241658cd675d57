"""Adds the planned facts to the frames of a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import EditDefinitionError
from scrubjay.facts import FactContext, FactGroup, all_columns
from scrubjay.tables import NO_EVIDENCE, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.engine.plan import Plan
    from scrubjay.facts import PolicyResolver
    from scrubjay.reference import Reference
    from scrubjay.tables import ClaimBundle

_KEYS = ("claim_key", "line_key")


def _columns_of(group: FactGroup, ctx: FactContext) -> pl.DataFrame:
    frame = ctx.lines if group.grain == "line" else ctx.claims
    result = group.compute(ctx)
    columns = result if isinstance(result, pl.DataFrame) else frame.select(result)
    wanted = ctx.wanted
    names = [fact.name for fact in group.gives if wanted is None or fact.name in wanted]
    if not set(names) <= set(columns.columns) or columns.height != frame.height:
        raise EditDefinitionError(
            f"gave columns {columns.columns} x {columns.height}, promised {names} x {frame.height}",
            where=group.name,
        )
    columns = columns[names]
    wrong = {f.name: f.dtype for f in group.gives if f.name in names and columns.schema[f.name] != f.dtype}
    return columns.cast(wrong) if wrong else columns  # pyright: ignore[reportArgumentType]


def _put_on_lines(ctx: FactContext, names: Sequence[str]) -> None:
    """Copy claim columns to the lines, by claim."""
    missing = [n for n in names if n not in ctx.lines.columns and n in ctx.claims.columns]
    if missing:
        # Positions of both frames are called alike; a line keeps its own.
        ctx.lines = pl.concat([ctx.lines, ctx.claims[missing][ctx.claim_of_line()]], how="horizontal")


def _seen_by(group: FactGroup, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that a group may read: every operation on the whole frame pays for its hundreds of columns."""
    needs = {*_KEYS, *group.needs}
    return frame[[c for c in frame.columns if c in needs]]


def compute_groups(groups: Sequence[FactGroup], ctx: FactContext, on_lines: Sequence[str]) -> None:
    """Compute `groups` in order; `ctx.lines` and `ctx.claims` grow by their facts.

    A group sees the line columns it `needs` and the keys, no others.
    """
    _put_on_lines(ctx, on_lines)
    wanted_on_lines = set(on_lines)
    for group in groups:
        view = replace(ctx, lines=_seen_by(group, ctx.lines))
        columns = _columns_of(group, view)
        if group.grain == "line":
            # Not hstack, which copies the list columns.
            ctx.lines = pl.concat([ctx.lines, columns], how="horizontal")
        else:
            ctx.claims = pl.concat([ctx.claims, columns], how="horizontal")
            _put_on_lines(ctx, [n for n in columns.columns if n in wanted_on_lines])


def facts_of_batch(
    bundle: ClaimBundle,
    plan: Plan,
    *,
    reference: Reference,
    policies: PolicyResolver,
    as_of: date,
    evidence: Evidence = NO_EVIDENCE,
    groups: Sequence[FactGroup] | None = None,
    on_lines: Sequence[str] | None = None,
) -> FactContext:
    """The frames of a batch with every planned fact on them, or those of some groups only.

    Args:
        bundle: whole claims.
        plan: what a run computes.
        reference: dated facts about codes.
        policies: payer parameters.
        as_of: the day on which things are known.
        evidence: earlier claims, authorizations, eligibility.
        groups: in dependency order; null takes all of the plan.
        on_lines: claim columns that the line frame gets; null takes all of the plan.
    """
    ctx = FactContext(
        lines=bundle.lines,
        claims=bundle.claims,
        adjustments=bundle.adjustments,
        other_payers=bundle.other_payers,
        reference=reference,
        policies=policies,
        as_of=as_of,
        wanted=plan.wanted,
        evidence=evidence,
    )
    compute_groups(
        plan.groups if groups is None else groups,
        ctx,
        plan.claim_columns_on_lines if on_lines is None else on_lines,
    )
    return ctx


def missing_column_order(names: Sequence[str]) -> list[str]:
    """Columns that can explain a verdict not evaluated, facts first, base columns after."""
    known = all_columns()
    with_words = [n for n in names if known[n].missing]
    return sorted(with_words, key=lambda n: (known[n].is_base, n))
