"""A run: batches of whole claims in, findings and coverage out."""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.engine.judging import (
    CLAIM_INDEX,
    LINE_INDEX,
    NO_CLAIMS,
    NO_LINES,
    Batch,
    Judge,
    in_one_piece,
    per_claim,
)
from scrubjay.engine.plan import make_plan
from scrubjay.tables import COVERAGE, FINDINGS, NO_EVIDENCE, NOT_EVALUATED, ClaimBundle, Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.errors import Problem
    from scrubjay.facts import PolicyResolver
    from scrubjay.reference import Reference

_WORKERS = 2
"""Batches judged at once; each holds its facts in memory, so few."""
_CLAIMS_AT_FIRST = 50_000
"""So many claims are waited for before judging begins, and judged together."""
_CLAIMS_AT_ONCE = 75_000
"""So many later on: facts have a fixed cost for each group of batches."""


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


def _in_order(
    judge_some: Callable[[list[ClaimBundle]], list[Batch]], batches: Iterable[ClaimBundle]
) -> Iterator[Batch]:
    """Judge batches on a few threads (the columns are computed outside the interpreter), in their order."""
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="scrubjay-judge") as pool:
        running: deque[Future[list[Batch]]] = deque()
        for bundles in _grouped(batches):
            running.append(pool.submit(judge_some, bundles))
            # None waits: it would only hold memory, the next one is there as soon as a thread is free.
            if len(running) == _WORKERS:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()


def _grouped(batches: Iterable[ClaimBundle]) -> Iterator[list[ClaimBundle]]:
    """Batches in groups of so many claims or a little more."""
    group: list[ClaimBundle] = []
    claims, enough = 0, _CLAIMS_AT_FIRST
    for bundle in batches:
        group.append(bundle)
        claims += bundle.claims.height
        if claims >= enough:
            yield group
            group, claims, enough = [], 0, _CLAIMS_AT_ONCE
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
    judging = Judge(
        make_plan(edits).given(evidence),
        reference,
        policies,
        as_of,
        keep_verdicts,
        tuple(c for c in claim_columns if c not in CLAIM_INDEX),
        tuple(c for c in line_columns if c not in LINE_INDEX),
        evidence,
    )
    done = list(_in_order(judging.batches, judging.narrowed(batches)))
    # What is judged over all batches has no rows of its own here, so not the further columns either.
    lines = in_one_piece([b.lines for b in done]) if done else NO_LINES
    kept = [b.kept for b in done if b.kept is not None]
    waiting = [b.waiting for b in done if b.waiting is not None]
    for batch in done:
        batch.lines, batch.kept, batch.waiting = NO_LINES, None, None
    if kept:
        done += judging.deferred(lines.select(LINE_INDEX), kept, waiting)
    judged = [j for b in done for j in b.judged]
    counts: dict[str, Counter[int]] = {}
    for one in judged:
        for name, of_verdicts in one.counts.items():
            counts.setdefault(name, Counter()).update(dict(enumerate(of_verdicts)))
    return RunResult(
        findings=pl.concat([FINDINGS.empty(), *(j.findings for j in judged)]),
        not_evaluated=pl.concat([NOT_EVALUATED.empty(), *(j.not_evaluated for j in judged)]),
        coverage=COVERAGE.conform(
            per_claim([b.coverage for b in done]).with_columns(
                (pl.col("applicable") - pl.col("not_evaluated")).alias("evaluated")
            )
        ),
        claims=pl.concat([*(b.claims for b in done), NO_CLAIMS], how="diagonal"),
        lines=lines,
        counts={name: (c[0], c[1], c[2], c[3]) for name, c in counts.items()},
        problems=list({p.message: p for j in judged for p in j.problems}.values()),
        line_count=lines.height,
        verdicts=[v for b in done for v in b.verdicts],
    )
