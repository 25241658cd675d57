"""A run: batches of whole claims in, findings and coverage out."""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import Edit, Grain
from scrubjay.engine.compute import compute_groups, facts_of_batch
from scrubjay.engine.evaluate import Judgement, coverage_of, judge
from scrubjay.engine.plan import Plan, make_plan
from scrubjay.engine.shapes import Shapes, shapes_of
from scrubjay.facts import FactContext, column
from scrubjay.tables import (
    CLAIMS,
    COVERAGE,
    FINDINGS,
    LINES,
    NO_EVIDENCE,
    NOT_EVALUATED,
    ClaimBundle,
    Evidence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from scrubjay.errors import Problem
    from scrubjay.facts import FactGroup, PolicyResolver
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
    "claim_service_date",
    "claim_policy_id",
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
    "ndc_as_sent",
)


_NO_CLAIMS = (
    CLAIMS.empty()
    .with_columns(
        pl.lit(None, dtype=pl.Date).alias("claim_service_date"),
        pl.lit(None, dtype=pl.String).alias("claim_policy_id"),
    )
    .select(_CLAIM_INDEX)
)
_NO_LINES = LINES.empty().with_columns(pl.lit(None, dtype=pl.Date).alias("service_date")).select(_LINE_INDEX)
_WORKERS = 2
"""Batches judged at once; each holds its facts in memory, so few."""
_CLAIMS_AT_ONCE = 50_000


@dataclass(slots=True)
class RunResult:
    """What the engine found.

    Attributes:
        findings, not_evaluated, coverage: frames in the shapes of `scrubjay.tables`.
        claims: one row per claim: key, id, place, control number, payer, its policy, charge, first day.
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

    def claims_of(self, keys: pl.Series, *columns: str) -> pl.DataFrame:
        """The columns of `claims` for each claim key, null where there is none; same height and order."""
        return _rows_of(self.claims, "claim_key", keys, columns)

    def lines_of(self, keys: pl.Series, *columns: str) -> pl.DataFrame:
        """The columns of `lines` for each line key, null where there is none; same height and order."""
        return _rows_of(self.lines, "line_key", keys, columns)


def _rows_of(frame: pl.DataFrame, key: str, keys: pl.Series, columns: Sequence[str]) -> pl.DataFrame:
    held = frame[key]
    if frame.height:
        # Keys are running numbers: where none is left out, a row is found by its number.
        rows = keys - held[0]
        is_inside = bool(((rows >= 0) & (rows < frame.height)).all())
        if is_inside and bool((held.gather(rows) == keys).all()):
            return frame.select(pl.col(columns).gather(rows.cast(pl.UInt32)))
    asked = keys.alias(key).to_frame()
    return asked.join(frame.select(key, *columns), on=key, how="left", maintain_order="left").drop(key)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is kept of one batch."""

    judged: tuple[Judgement, ...]
    coverage: pl.DataFrame
    claims: pl.DataFrame
    lines: pl.DataFrame
    kept: pl.DataFrame | None
    waiting: pl.DataFrame | None
    verdicts: tuple[pl.DataFrame, ...]


def _without_nulls(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without the columns that hold nothing: of most payers most parameters are unknown."""
    return frame.select(
        c.name for c in frame.get_columns() if c.name == "line_key" or c.null_count() < frame.height
    )


def _line_edits(edits: Sequence[Edit]) -> list[Edit]:
    return [e for e in edits if e.grain is Grain.LINE]


def _claim_edits(edits: Sequence[Edit]) -> list[Edit]:
    return [e for e in edits if e.grain is Grain.CLAIM]


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges one batch; what it holds is only read, so that several batches may be judged at once."""

    plan: Plan
    reference: Reference
    policies: PolicyResolver
    as_of: date
    keep_verdicts: bool
    claim_columns: tuple[str, ...]
    line_columns: tuple[str, ...]
    evidence: Evidence

    def batch(self, bundle: ClaimBundle) -> _Batch:
        """Facts and verdicts of a batch of whole claims."""
        return self._judged(bundle, None)

    def narrowed(self, batches: Iterable[ClaimBundle]) -> Iterator[ClaimBundle]:
        """Batches without the columns that neither plan nor result read, which would only hold memory."""
        on_claims = {*self.plan.wanted, *_CLAIM_INDEX, *self.claim_columns}
        on_lines = {*self.plan.wanted, *_LINE_INDEX, *self.line_columns}
        for bundle in batches:
            yield ClaimBundle(
                bundle.claims.select(c for c in bundle.claims.columns if c in on_claims),
                bundle.lines.select(c for c in bundle.lines.columns if c in on_lines),
                bundle.other_payers,
                bundle.adjustments,
            )

    def batches(self, bundles: Sequence[ClaimBundle]) -> list[_Batch]:
        """Facts and verdicts of a few batches: of all at once where their claims are alike."""
        together = bundles[0] if len(bundles) == 1 else ClaimBundle.joined(bundles)
        shapes = None if self.keep_verdicts else shapes_of(together, self.plan)
        if shapes is not None:
            return [self._judged(together, shapes)]
        return [self.batch(bundle) for bundle in bundles]

    def _judged(self, bundle: ClaimBundle, shapes: Shapes | None) -> _Batch:
        plan = self.plan
        groups, asked = plan.groups, plan.batch_edits
        expanded: list[Judgement] = []
        coverage: list[pl.DataFrame] = []
        if shapes is not None:
            alike = self._facts(shapes.bundle, [g for g in groups if plan.is_of_shape(g)])
            for_all = [e for e in asked if plan.is_of_shape(e)]
            both = (
                (alike.lines, _line_edits(for_all), shapes.line_weights),
                (alike.claims, _claim_edits(for_all), shapes.claim_weights),
            )
            judged = [judge(frame, edits, weights) for frame, edits, weights in both]
            expanded = [shapes.expand(j, bundle.lines, bundle.claims) for j in judged]
            coverage = [
                shapes.coverage(list(zip((alike.lines, alike.claims), judged, strict=True)), bundle.claims)
            ]
            bundle = shapes.carried_over(bundle, alike, plan)
            groups = [g for g in groups if not plan.is_of_shape(g)]
            asked = [e for e in asked if not plan.is_of_shape(e)]
        ctx = self._facts(bundle, groups)
        both = ((ctx.lines, _line_edits(asked)), (ctx.claims, _claim_edits(asked)))
        judged = [judge(frame, edits) for frame, edits in both]
        frames = [ctx.lines, ctx.claims]
        waiting = None
        if plan.waiting_edits:
            settled, waiting = self._apart(ctx.lines)
            # To these lines none of the edits applies, or that is not known: no fact is waited for.
            unasked = [replace(e, fires=pl.lit(None, dtype=pl.Boolean())) for e in plan.waiting_edits]
            judged.append(judge(settled, _line_edits(unasked)))
            frames.append(settled)
        coverage += [coverage_of(f, j.verdicts) for f, j in zip(frames, judged, strict=True)]
        is_kept = bool(plan.deferred_edits or plan.waiting_edits)
        return _Batch(
            judged=(*expanded, *judged),
            coverage=_per_claim(coverage),
            claims=ctx.claims.select(*_CLAIM_INDEX, *self.claim_columns),
            lines=ctx.lines.select(*_LINE_INDEX, *self.line_columns),
            kept=_without_nulls(ctx.lines.select(plan.kept_for_deferred)) if is_kept else None,
            waiting=waiting,
            verdicts=self._verdicts(list(zip(frames, judged, strict=True))),
        )

    def _apart(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Lines that no edit waits for, and those that one does."""
        narrow = lines.select(self.plan.kept_for_waiting)
        applies = pl.any_horizontal(e.applies.fill_null(value=False) for e in self.plan.waiting_edits)
        is_waiting = narrow.select(applies.alias("_waits")).to_series()
        return narrow.filter(~is_waiting), narrow.filter(is_waiting)

    def _facts(self, bundle: ClaimBundle, groups: Sequence[FactGroup]) -> FactContext:
        return facts_of_batch(
            bundle,
            self.plan,
            reference=self.reference,
            policies=self.policies,
            as_of=self.as_of,
            evidence=self.evidence,
            groups=groups,
        )

    def earlier(self) -> pl.DataFrame:
        """Of the earlier claims what the deferred facts need: no verdict is given about them."""
        groups = make_plan((*self.plan.deferred_edits, *self.plan.waiting_edits)).groups
        columns = self.plan.kept_for_deferred
        parts = [self._facts(bundle, groups).lines.select(columns) for bundle in self.evidence.history or ()]
        return pl.concat(parts) if parts else pl.DataFrame()

    def deferred(self, kept: pl.DataFrame, waiting: pl.DataFrame | None) -> list[_Batch]:
        """Facts that compare claims with one another, and the edits that read them."""
        absent = [n for n in self.plan.kept_for_deferred if n not in kept.columns]
        kept = kept.with_columns(pl.lit(None, dtype=column(n).dtype).alias(n) for n in absent)
        kept = kept.select(self.plan.kept_for_deferred)
        earlier = self.earlier()
        if earlier.height:
            kept = pl.concat([earlier, kept])
        ctx = self._after_all(kept, earlier.height)
        compute_groups(self.plan.deferred_groups, ctx, ())
        everything = ctx.lines
        done = [self._late(everything.slice(earlier.height), self.plan.deferred_edits)]
        if waiting is not None and waiting.height:
            ctx = self._after_all(waiting, earlier.height)
            ctx.everything = everything.select({"claim_key", "line_key", *self.plan.looked_at})
            compute_groups(self.plan.waiting_groups, ctx, ())
            done.append(self._late(ctx.lines, self.plan.waiting_edits))
        return done

    def _after_all(self, lines: pl.DataFrame, history_rows: int) -> FactContext:
        nothing = ClaimBundle()
        return FactContext(
            lines=lines,
            history_rows=history_rows,
            evidence=self.evidence,
            claims=nothing.claims,
            adjustments=nothing.adjustments,
            other_payers=nothing.other_payers,
            reference=self.reference,
            policies=self.policies,
            as_of=self.as_of,
        )

    def _late(self, lines: pl.DataFrame, edits: Sequence[Edit]) -> _Batch:
        judged = judge(lines, _line_edits(edits))
        return _Batch(
            judged=(judged,),
            coverage=_per_claim([coverage_of(lines, judged.verdicts)]),
            claims=_NO_CLAIMS,
            lines=_NO_LINES,
            kept=None,
            waiting=None,
            verdicts=self._verdicts([(lines, judged)]),
        )

    def _verdicts(self, judged: Sequence[tuple[pl.DataFrame, Judgement]]) -> tuple[pl.DataFrame, ...]:
        if not self.keep_verdicts:
            return ()
        return tuple(
            frame.select(c for c in ("claim_key", "line_key") if c in frame.columns).hstack(one.verdicts)
            for frame, one in judged
            if one.verdicts.width
        )


def _in_order(
    judge_some: Callable[[Sequence[ClaimBundle]], list[_Batch]], batches: Iterable[ClaimBundle]
) -> Iterator[_Batch]:
    """Judge batches on a few threads (the columns are computed outside the interpreter), in their order."""
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="scrubjay-judge") as pool:
        running: deque[Future[list[_Batch]]] = deque()
        for bundles in _grouped(batches):
            running.append(pool.submit(judge_some, bundles))
            # None waits: it would only hold memory, the next one is there as soon as a thread is free.
            if len(running) == _WORKERS:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()


def _grouped(batches: Iterable[ClaimBundle]) -> Iterator[list[ClaimBundle]]:
    """Batches in groups of `_CLAIMS_AT_ONCE` claims or a little more; facts have a fixed cost for each group."""
    group: list[ClaimBundle] = []
    claims = 0
    for bundle in batches:
        group.append(bundle)
        claims += bundle.claims.height
        if claims >= _CLAIMS_AT_ONCE:
            yield group
            group, claims = [], 0
    if group:
        yield group


def run_edits(
    batches: Iterable[ClaimBundle],
    edits: Sequence[Edit],
    *,
    reference: Reference,
    policies: PolicyResolver,
    as_of: date,
    keep_verdicts: bool = False,
    claim_columns: Sequence[str] = (),
    line_columns: Sequence[str] = (),
    evidence: Evidence = NO_EVIDENCE,
) -> RunResult:
    """Judge batches of whole claims by `edits`.

    Args:
        batches: whole claims; a claim is never spread over two.
        edits: what to judge.
        reference: where facts about codes come from.
        policies: where payer parameters come from.
        as_of: the day on which things are known.
        keep_verdicts: keep every verdict; for tests and small runs only.
        claim_columns: further columns that the result's `claims` shall hold, as sent or `claim_service_date`.
        line_columns: further columns, as sent, that its `lines` shall hold.
        evidence: earlier claims, authorizations, eligibility.
    """
    judging = _Judge(
        make_plan(edits),
        reference,
        policies,
        as_of,
        keep_verdicts,
        tuple(c for c in claim_columns if c not in _CLAIM_INDEX),
        tuple(c for c in line_columns if c not in _LINE_INDEX),
        evidence,
    )
    done = list(_in_order(judging.batches, judging.narrowed(batches)))
    kept = [b.kept for b in done if b.kept is not None]
    if kept:
        waiting = [b.waiting for b in done if b.waiting is not None]
        done += judging.deferred(pl.concat(kept, how="diagonal"), pl.concat(waiting) if waiting else None)
    judged = [j for b in done for j in b.judged]
    counts: dict[str, Counter[int]] = {}
    for one in judged:
        for name, of_verdicts in one.counts.items():
            counts.setdefault(name, Counter()).update(dict(enumerate(of_verdicts)))
    # What is judged over all batches has no rows of its own here, so not the further columns either.
    lines = pl.concat([*(b.lines for b in done), _NO_LINES], how="diagonal")
    return RunResult(
        findings=pl.concat([FINDINGS.empty(), *(j.findings for j in judged)]),
        not_evaluated=pl.concat([NOT_EVALUATED.empty(), *(j.not_evaluated for j in judged)]),
        coverage=COVERAGE.conform(
            _per_claim([b.coverage for b in done]).with_columns(
                (pl.col("applicable") - pl.col("not_evaluated")).alias("evaluated")
            )
        ),
        claims=pl.concat([*(b.claims for b in done), _NO_CLAIMS], how="diagonal"),
        lines=lines,
        counts={name: (c[0], c[1], c[2], c[3]) for name, c in counts.items()},
        problems=list({p.message: p for j in judged for p in j.problems}.values()),
        line_count=lines.height,
        verdicts=[v for b in done for v in b.verdicts],
    )


def _per_claim(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Coverage summed to one row per claim."""
    schema = {"claim_key": pl.Int64, "applicable": pl.Int32, "not_evaluated": pl.Int32}
    return (
        pl.concat([pl.DataFrame(schema=schema), *frames])
        .group_by("claim_key", maintain_order=True)
        .agg(pl.all().sum())
    )
