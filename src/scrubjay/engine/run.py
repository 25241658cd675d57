"""A run: batches of whole claims in, findings and coverage out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import Edit, Grain, Verdict
from scrubjay.engine.compute import compute_groups, facts_of_batch
from scrubjay.engine.evaluate import Judgement, coverage_of, judge
from scrubjay.engine.plan import Plan, make_plan
from scrubjay.facts import FactContext
from scrubjay.tables import CLAIMS, COVERAGE, FINDINGS, LINES, NOT_EVALUATED, ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from scrubjay.errors import Problem
    from scrubjay.facts import PolicyResolver
    from scrubjay.reference import Reference

_CLAIM_INDEX = (
    "claim_key",
    "claim_id",
    "file_number",
    "transaction",
    "segment",
    "claim_number",
    "claim_kind",
    "patient_control_number",
    "payer_name",
    "claim_charge_amount",
    "line_count",
)
_LINE_INDEX = (
    "line_key",
    "claim_key",
    "line_number",
    "segment",
    "hcpcs",
    "modifiers",
    "units",
    "charge_amount",
    "service_date",
)


@dataclass(slots=True)
class RunResult:
    """What the engine found.

    Attributes:
        findings, not_evaluated, coverage: frames in the shapes of `scrubjay.tables`.
        claims: one row per claim: key, id, place, control number, payer, charge.
        lines: the lines that some finding or unknown verdict names: key, number, place, code.
        counts: per edit `(not applicable, clear, fires, not evaluated)`.
        problems: edits that failed.
        line_count: lines judged.
        verdicts: keys and one verdict column per edit, only where a run was asked to keep them.
    """

    findings: pl.DataFrame = field(default_factory=FINDINGS.empty)
    not_evaluated: pl.DataFrame = field(default_factory=NOT_EVALUATED.empty)
    coverage: pl.DataFrame = field(default_factory=COVERAGE.empty)
    claims: pl.DataFrame = field(default_factory=pl.DataFrame)
    lines: pl.DataFrame = field(default_factory=pl.DataFrame)
    counts: dict[str, tuple[int, int, int, int]] = field(default_factory=dict[str, tuple[int, int, int, int]])
    problems: list[Problem] = field(default_factory=list["Problem"])
    line_count: int = 0
    verdicts: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])


class _Tally:
    """Collects the judgements of the batches."""

    def __init__(self, *, keep_verdicts: bool) -> None:
        self.keep_verdicts = keep_verdicts
        self.verdicts: list[pl.DataFrame] = []
        self.findings: list[pl.DataFrame] = [FINDINGS.empty()]
        self.not_evaluated: list[pl.DataFrame] = [NOT_EVALUATED.empty()]
        self.coverage: list[pl.DataFrame] = []
        self.counts: dict[str, Counter[int]] = {}
        self.problems: dict[str, Problem] = {}

    def add(self, frame: pl.DataFrame, judged: Judgement) -> None:
        if judged.verdicts.width:
            self.coverage.append(coverage_of(frame, judged.verdicts))
            if self.keep_verdicts:
                keys = [c for c in ("claim_key", "line_key") if c in frame.columns]
                self.verdicts.append(frame.select(keys).hstack(judged.verdicts))
        self.findings.append(judged.findings)
        self.not_evaluated.append(judged.not_evaluated)
        for name, counts in judged.counts.items():
            self.counts.setdefault(name, Counter()).update(dict(enumerate(counts)))
        for problem in judged.problems:
            self.problems.setdefault(problem.message, problem)


def _line_edits(edits: Sequence[Edit]) -> list[Edit]:
    return [e for e in edits if e.grain is Grain.LINE]


def _claim_edits(edits: Sequence[Edit]) -> list[Edit]:
    return [e for e in edits if e.grain is Grain.CLAIM]


def run_edits(
    batches: Iterable[ClaimBundle],
    edits: Sequence[Edit],
    *,
    reference: Reference,
    policies: PolicyResolver,
    as_of: date,
    keep_verdicts: bool = False,
) -> RunResult:
    """Judge batches of whole claims by `edits`.

    Args:
        batches: whole claims; a claim is never spread over two.
        edits: what to judge.
        reference: where facts about codes come from.
        policies: where payer parameters come from.
        as_of: the day on which things are known.
        keep_verdicts: keep every verdict; for tests and small runs only.
    """
    plan = make_plan(edits)
    tally = _Tally(keep_verdicts=keep_verdicts)
    kept: list[pl.DataFrame] = []
    claims: list[pl.DataFrame] = []
    lines: list[pl.DataFrame] = []
    coverage: list[pl.DataFrame] = []
    line_count = 0
    for bundle in batches:
        ctx = facts_of_batch(bundle, plan, reference=reference, policies=policies, as_of=as_of)
        line_count += ctx.lines.height
        for frame, chosen in (
            (ctx.lines, _line_edits(plan.batch_edits)),
            (ctx.claims, _claim_edits(plan.batch_edits)),
        ):
            tally.add(frame, judge(frame, chosen))
        coverage.append(_per_claim(tally))
        claims.append(ctx.claims.select(_CLAIM_INDEX))
        lines.append(ctx.lines.select(_LINE_INDEX))
        if plan.deferred_edits:
            kept.append(ctx.lines.select(plan.kept_for_deferred))
    if kept:
        _judge_deferred(plan, kept, tally, reference=reference, policies=policies, as_of=as_of)
        coverage.append(_per_claim(tally))
    return RunResult(
        findings=pl.concat(tally.findings),
        not_evaluated=pl.concat(tally.not_evaluated),
        coverage=_coverage(coverage),
        claims=pl.concat(claims) if claims else CLAIMS.empty().select(_CLAIM_INDEX),
        lines=pl.concat(lines)
        if lines
        else LINES.empty()
        .with_columns(pl.lit(None, dtype=pl.Date).alias("service_date"))
        .select(_LINE_INDEX),
        counts={name: tuple(c[int(v)] for v in Verdict) for name, c in tally.counts.items()},  # type: ignore[misc]
        problems=list(tally.problems.values()),
        line_count=line_count,
        verdicts=tally.verdicts,
    )


def _per_claim(tally: _Tally) -> pl.DataFrame:
    frames, tally.coverage = tally.coverage, []
    if not frames:
        return pl.DataFrame(schema={"claim_key": pl.Int64, "applicable": pl.Int32, "not_evaluated": pl.Int32})
    return pl.concat(frames).group_by("claim_key", maintain_order=True).agg(pl.all().sum())


def _coverage(frames: list[pl.DataFrame]) -> pl.DataFrame:
    if not frames:
        return COVERAGE.empty()
    summed = pl.concat(frames).group_by("claim_key", maintain_order=True).agg(pl.all().sum())
    return COVERAGE.conform(
        summed.with_columns((pl.col("applicable") - pl.col("not_evaluated")).alias("evaluated"))
    )


def _judge_deferred(
    plan: Plan,
    kept: list[pl.DataFrame],
    tally: _Tally,
    *,
    reference: Reference,
    policies: PolicyResolver,
    as_of: date,
) -> None:
    """Facts that compare claims with one another, and the edits that read them."""
    empty = ClaimBundle()
    ctx = FactContext(
        lines=pl.concat(kept),
        claims=empty.claims,
        adjustments=empty.adjustments,
        other_payers=empty.other_payers,
        reference=reference,
        policies=policies,
        as_of=as_of,
    )
    compute_groups(plan.deferred_groups, ctx, ())
    tally.add(ctx.lines, judge(ctx.lines, _line_edits(plan.deferred_edits)))
