"""Judges batches of whole claims: facts, verdicts, and what must wait for the last batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import Edit, Grain
from scrubjay.engine.compute import compute_groups, facts_of_batch
from scrubjay.engine.evaluate import Judgement, coverage_of, judge
from scrubjay.engine.plan import Plan, make_plan
from scrubjay.engine.shapes import Shapes, shapes_of
from scrubjay.facts import FactContext, column
from scrubjay.tables import CLAIMS, LINES, ClaimBundle, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from scrubjay.facts import FactGroup, PolicyResolver
    from scrubjay.reference import Reference

CLAIM_INDEX = (
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
LINE_INDEX = (
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


NO_CLAIMS = (
    CLAIMS.empty()
    .with_columns(
        pl.lit(None, dtype=pl.Date).alias("claim_service_date"),
        pl.lit(None, dtype=pl.String).alias("claim_policy_id"),
    )
    .select(CLAIM_INDEX)
)
NO_LINES = LINES.empty().with_columns(pl.lit(None, dtype=pl.Date).alias("service_date")).select(LINE_INDEX)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the deferred part needs of a batch: columns of its claims once per claim, those of its lines."""

    claims: pl.DataFrame
    lines: pl.DataFrame

    def on_lines(self) -> pl.DataFrame:
        """All of it on the lines."""
        numbered = self.claims.select("claim_key", pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"))
        rows = self.lines.select("claim_key").join(
            numbered, on="claim_key", how="left", maintain_order="left"
        )
        return pl.concat([self.lines, self.claims.drop("claim_key")[rows["_row"]]], how="horizontal")


@dataclass(frozen=True, slots=True)
class Batch:
    """What is kept of one batch."""

    judged: tuple[Judgement, ...]
    coverage: pl.DataFrame
    claims: pl.DataFrame
    lines: pl.DataFrame
    kept: Kept | None
    waiting: pl.DataFrame | None
    verdicts: tuple[pl.DataFrame, ...]


def _without_nulls(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without the columns that hold nothing: of most payers most parameters are unknown."""
    return frame.select(
        c.name for c in frame.get_columns() if c.name.endswith("_key") or c.null_count() < frame.height
    )


def _line_edits(edits: Sequence[Edit]) -> list[Edit]:
    return [e for e in edits if e.grain is Grain.LINE]


def _claim_edits(edits: Sequence[Edit]) -> list[Edit]:
    return [e for e in edits if e.grain is Grain.CLAIM]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges one batch; what it holds is only read, so that several batches may be judged at once."""

    plan: Plan
    reference: Reference
    policies: PolicyResolver
    as_of: date
    keep_verdicts: bool
    claim_columns: tuple[str, ...]
    line_columns: tuple[str, ...]
    evidence: Evidence

    def batch(self, bundle: ClaimBundle) -> Batch:
        """Facts and verdicts of a batch of whole claims."""
        return self._judged(bundle, None)

    def narrowed(self, batches: Iterable[ClaimBundle]) -> Iterator[ClaimBundle]:
        """Batches without the columns that neither plan nor result read, which would only hold memory."""
        on_claims = {*self.plan.wanted, *CLAIM_INDEX, *self.claim_columns}
        on_lines = {*self.plan.wanted, *LINE_INDEX, *self.line_columns}
        for bundle in batches:
            yield ClaimBundle(
                bundle.claims.select(c for c in bundle.claims.columns if c in on_claims),
                bundle.lines.select(c for c in bundle.lines.columns if c in on_lines),
                bundle.other_payers,
                bundle.adjustments,
            )

    def batches(self, bundles: list[ClaimBundle]) -> list[Batch]:
        """Facts and verdicts of a few batches: of all at once where their claims are alike.

        Args:
            bundles: whole claims. The list is emptied: once joined they would only hold memory.
        """
        if self.keep_verdicts:
            return [self.batch(bundle) for bundle in bundles]
        heights = [bundle.heights for bundle in bundles]
        together = bundles[0] if len(bundles) == 1 else ClaimBundle.joined(bundles)
        bundles.clear()
        shapes = shapes_of(together, self.plan)
        if shapes is not None:
            return [self._judged(together, shapes)]
        return [self.batch(bundle) for bundle in together.split(heights)]

    def _judged(self, bundle: ClaimBundle, shapes: Shapes | None) -> Batch:
        plan = self.plan
        groups, asked = plan.groups, plan.batch_edits
        expanded: list[Judgement] = []
        coverage: list[pl.DataFrame] = []
        alike: FactContext | None = None
        if shapes is not None:
            alike = self._facts(
                shapes.bundle, [g for g in groups if plan.is_of_shape(g)], plan.claim_columns_on_lines
            )
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
            groups = tuple(g for g in groups if not plan.is_of_shape(g))
            asked = tuple(e for e in asked if not plan.is_of_shape(e))
        ctx = self._facts(bundle, groups, plan.columns_on_lines(groups, asked))
        both = ((ctx.lines, _line_edits(asked)), (ctx.claims, _claim_edits(asked)))
        judged = [judge(frame, edits) for frame, edits in both]
        frames = [ctx.lines, ctx.claims]
        waiting = None
        if plan.waiting_edits:
            is_waiting = self._waits(ctx.lines)
            settled = ctx.lines.select(plan.asked_of_waiting).filter(~is_waiting)
            # To these lines none of the edits applies, or that is not known: no fact is waited for.
            unasked = [replace(e, fires=pl.lit(None, dtype=pl.Boolean())) for e in plan.waiting_edits]
            judged.append(judge(settled, _line_edits(unasked)))
            frames.append(settled)
            waiting = self._waiting(is_waiting.arg_true(), ctx, shapes, alike)
        coverage += [coverage_of(f, j.verdicts) for f, j in zip(frames, judged, strict=True)]
        verdicts = self._verdicts(list(zip(frames, judged, strict=True)))
        for one in (*expanded, *judged):
            one.verdicts = pl.DataFrame()
        is_kept = bool(plan.deferred_edits or plan.waiting_edits)
        return Batch(
            judged=(*expanded, *judged),
            coverage=per_claim(coverage),
            claims=ctx.claims.select(*CLAIM_INDEX, *self.claim_columns),
            lines=ctx.lines.select(*LINE_INDEX, *self.line_columns),
            kept=Kept(
                _without_nulls(ctx.claims.select(plan.kept_of("claim"))),
                _without_nulls(ctx.lines.select(plan.kept_of("line"))),
            )
            if is_kept
            else None,
            waiting=waiting,
            verdicts=verdicts,
        )

    def _waits(self, lines: pl.DataFrame) -> pl.Series:
        """Whether some edit that waits applies to the line."""
        applies = pl.any_horizontal(e.applies.fill_null(value=False) for e in self.plan.waiting_edits)
        return lines.select(self.plan.asked_of_waiting).select(applies.alias("_waits")).to_series()

    def _waiting(
        self, rows: pl.Series, ctx: FactContext, shapes: Shapes | None, alike: FactContext | None
    ) -> pl.DataFrame:
        """The lines that wait, with all that is read of them: few lines, so only here gathered for them.

        Args:
            rows: their numbers in `ctx.lines`.
            ctx: facts of all lines.
            shapes: the shapes of the batch, where there are any.
            alike: their facts.
        """
        columns = self.plan.kept_for_waiting
        own = [c for c in columns if c in ctx.lines.columns]
        of_claim = [c for c in columns if c not in own and c in ctx.claims.columns]
        parts = [ctx.lines[own][rows]]
        if of_claim:
            parts.append(ctx.claims[of_claim][ctx.claim_of_line()[rows]])
        if shapes is not None and alike is not None:
            rest = [c for c in columns if c not in own and c not in of_claim]
            parts.append(alike.lines[rest][shapes.line_rows[rows]])
        return pl.concat(parts, how="horizontal").select(columns)

    def _facts(
        self, bundle: ClaimBundle, groups: Sequence[FactGroup], on_lines: Sequence[str]
    ) -> FactContext:
        return facts_of_batch(
            bundle,
            self.plan,
            reference=self.reference,
            policies=self.policies,
            as_of=self.as_of,
            evidence=self.evidence,
            groups=groups,
            on_lines=on_lines,
        )

    def earlier(self) -> pl.DataFrame:
        """Of the earlier claims what the deferred facts need: no verdict is given about them."""
        plan = make_plan((*self.plan.deferred_edits, *self.plan.waiting_edits))
        columns = self.plan.kept_for_deferred
        parts = [
            self._facts(bundle, plan.groups, plan.claim_columns_on_lines).lines.select(columns)
            for bundle in self.evidence.history or ()
        ]
        return pl.concat(parts) if parts else pl.DataFrame()

    def deferred(self, kept: Iterable[Kept], waiting: pl.DataFrame | None) -> list[Batch]:
        """Facts that compare claims with one another, and the edits that read them."""
        # Batch by batch: put together before, all of it would be copied.
        lines = pl.concat([k.on_lines() for k in kept], how="diagonal")
        absent = [n for n in self.plan.kept_for_deferred if n not in lines.columns]
        lines = lines.with_columns(pl.lit(None, dtype=column(n).dtype).alias(n) for n in absent)
        lines = lines[list(self.plan.kept_for_deferred)]
        earlier = self.earlier()
        if earlier.height:
            lines = pl.concat([earlier, lines])
        ctx = self._after_all(lines, earlier.height)
        del lines
        late_groups = self.plan.deferred_groups
        read = {"claim_key", "line_key", "charge_amount", *self.plan.looked_at}
        read |= {n for e in self.plan.deferred_edits for n in e.reads()}
        for number, group in enumerate(late_groups, 1):
            compute_groups([group], ctx, ())
            # A column of all lines is let go as soon as nothing reads it any more.
            needed = read.union(*(g.needs for g in late_groups[number:]))
            ctx.lines = ctx.lines[[c for c in ctx.lines.columns if c in needed]]
        everything = ctx.lines
        done = [self._late(everything.slice(earlier.height), self.plan.deferred_edits)]
        if waiting is not None and waiting.height:
            ctx = self._after_all(waiting, earlier.height)
            looked_at = {"claim_key", "line_key", *self.plan.looked_at}
            ctx.everything = everything[[c for c in everything.columns if c in looked_at]]
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

    def _late(self, lines: pl.DataFrame, edits: Sequence[Edit]) -> Batch:
        judged = judge(lines, _line_edits(edits))
        return Batch(
            judged=(judged,),
            coverage=per_claim([coverage_of(lines, judged.verdicts)]),
            claims=NO_CLAIMS,
            lines=NO_LINES,
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


def per_claim(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Coverage summed to one row per claim."""
    schema = {"claim_key": pl.Int64, "applicable": pl.Int32, "not_evaluated": pl.Int32}
    # Of lines in the order of their claims first: that takes no table of all claims.
    summed = [_summed(frame) for frame in frames if frame.height]
    return _summed(pl.concat([pl.DataFrame(schema=schema), *summed]))


def _summed(frame: pl.DataFrame) -> pl.DataFrame:
    if frame["claim_key"].is_sorted():
        frame = frame.set_sorted("claim_key")
    return frame.group_by("claim_key", maintain_order=True).agg(pl.all().sum())
