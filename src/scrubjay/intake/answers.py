"""Read the payers' answers in batches: 835, 999, 997, 277CA and TA1, in any mix."""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.reports import FileReport, ProblemLog
from scrubjay.intake.sources import Source, SourceError, open_path
from scrubjay.intake.x12.envelope import Envelope
from scrubjay.intake.x12.remit.batches import AnswerBatcher
from scrubjay.intake.x12.remit.build import Built, build
from scrubjay.intake.x12.remit.maps import AGAIN, WANTED, bare_remittance, not_an_answer
from scrubjay.intake.x12.remit.payments import finish, merge_parts
from scrubjay.intake.x12.tokens import Tokenizer
from scrubjay.tables.acknowledgments import (
    ACKNOWLEDGMENT_ERRORS,
    ACKNOWLEDGMENTS,
    CLAIM_STATUSES,
    STATUS_CODES,
    AcknowledgmentBundle,
)
from scrubjay.tables.remits import (
    PROVIDER_ADJUSTMENTS,
    REMIT_ADJUSTMENTS,
    REMIT_CLAIMS,
    REMIT_LINES,
    REMIT_REMARKS,
    REMIT_TRANSACTIONS,
    RemitBundle,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scrubjay.tables import Table

    Progress = Callable[[int], None]

BATCH_BYTES = 6 * 2**20
"""Text of one batch; memory grows with it, not with the file."""
_IN_FLIGHT = 2


@dataclass(slots=True)
class AnswerBundle:
    """What one batch gave."""

    remits: RemitBundle = field(default_factory=RemitBundle)
    acknowledgments: AcknowledgmentBundle = field(default_factory=AcknowledgmentBundle)


@dataclass(slots=True)
class _Keys:
    """How many of each came before in the run."""

    sets: int = 0
    claims: int = 0
    lines: int = 0
    acknowledgments: int = 0
    statuses: int = 0


class AnswerReader:
    """Reads files of answers one after the other; keys run over all of them.

    No bad input raises: what is wrong becomes a `Problem` of the file's report, and the sound claims go on.

    A payment is handed on once its set has ended, so its claims come before it or with it. What needs whole
    payments is null until `remits.collect` fills it: whether a payment came before, whether a claim may be posted,
    which answer a reversal takes back.

    Args:
        paths: files, in the order of their numbers. gzip is unpacked; a folder or an archive is refused.
        batch_bytes: text of one batch.
        progress: called with the bytes (as stored) that have been read of all files so far.

    Attributes:
        reports: one per file that was begun; complete once `batches()` is exhausted.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        *,
        batch_bytes: int = BATCH_BYTES,
        progress: Progress | None = None,
    ) -> None:
        self._inputs: list[tuple[str, bytes | None]] = [(str(path), None) for path in paths]
        self._batch_bytes = max(1, batch_bytes)
        self._progress = progress
        self._bytes_before = 0
        self._interchanges: dict[tuple[str, str, str], str] = {}
        self._contents: dict[str, str] = {}
        self._keys = _Keys()
        self.reports: list[FileReport] = []

    @classmethod
    def of_bytes(cls, data: bytes, name: str, *, batch_bytes: int = BATCH_BYTES) -> AnswerReader:
        """A reader of one input that is already in memory; `name` stands for its path."""
        reader = cls((), batch_bytes=batch_bytes)
        reader._inputs = [(name, data)]
        return reader

    def batches(self) -> Iterator[AnswerBundle]:
        """Bundles in file order; `remit_key` and the other keys run over the run."""
        with ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="scrubjay-answers") as worker:
            for number, (path, data) in enumerate(self._inputs, 1):
                yield from self._file(path, data, number, worker)

    def _file(
        self, path: str, data: bytes | None, number: int, worker: ThreadPoolExecutor
    ) -> Iterator[AnswerBundle]:
        report = FileReport(path, number)
        self.reports.append(report)
        log = ProblemLog(path, WANTED)
        try:
            stream: BinaryIO = open_path(Path(path)) if data is None else io.BytesIO(data)
            with stream:
                source = Source(stream, self._told)
                yield from self._bundles(source, report, log, worker)
                report.sha256 = source.sha256()
                self._bytes_before += source.done
        except SourceError as error:
            log.add(error.problem)
        self._finish(report, log)

    def _bundles(
        self, source: Source, report: FileReport, log: ProblemLog, worker: ThreadPoolExecutor
    ) -> Iterator[AnswerBundle]:
        """Build each batch in the worker while the next one is read and cut here."""
        envelope = Envelope(report, log, self._interchanges, refusal=not_an_answer, again=AGAIN)
        tokens = Tokenizer(source, log, self._batch_bytes, wanted="835", bare=bare_remittance)
        pending: deque[Future[Built]] = deque()
        joiner = _Joiner(self._keys, report, log)
        batcher = AnswerBatcher(report, log, envelope)
        for batch in batcher.batches(tokens.chunks()):
            pending.append(worker.submit(build, batch, report.file_number))
            if len(pending) > _IN_FLIGHT:
                yield joiner.joined(pending.popleft().result())
        while pending:
            yield joiner.joined(pending.popleft().result(), is_last=not pending)
        self._keys.sets += batcher.sets

    def _finish(self, report: FileReport, log: ProblemLog) -> None:
        kinds = list(report.kinds)
        known = [kind for kind in WANTED if kind in kinds]
        report.kind = (known or kinds or [log.bare_kind or report.kind])[0]
        if report.interchanges and not kinds:
            log.add(Problem("no-transaction", "The file holds no transaction set.", "Fetch the file again."))
        before = self._contents.setdefault(report.sha256, report.path) if report.sha256 else report.path
        if before is not report.path and report.segments:
            log.add(Problem("duplicate-file", f"The same bytes came before, as {before}.", AGAIN))
        log.finish_into(report)

    def _told(self, done: int) -> None:
        if self._progress is not None:
            self._progress(self._bytes_before + done)


class _Joiner:
    """Joins what spans the batches of one file and gives keys of the run; used from one thread."""

    def __init__(self, keys: _Keys, report: FileReport, log: ProblemLog) -> None:
        self._keys = keys
        self._report = report
        self._log = log
        self._parts: pl.DataFrame | None = None
        self._groups: pl.DataFrame | None = None

    def joined(self, built: Built, *, is_last: bool = False) -> AnswerBundle:
        """The bundle of one batch, with the payments that ended in it."""
        built.notes.pour(self._log)
        report = self._report
        report.claims += built.claim_count
        report.claims_read += built.claims.height
        report.lines += built.line_count
        report.charge_total += built.charge_total
        keys = self._keys
        by_claim = pl.col("remit_claim_key") + keys.claims
        by_line = pl.col("remit_line_key") + keys.lines
        by_set = pl.col("remit_key") + keys.sets
        remits = RemitBundle(
            transactions=self._ended_payments(built, is_last=is_last),
            claims=_shape(REMIT_CLAIMS, built.claims.with_columns(by_claim, by_set)),
            lines=_shape(REMIT_LINES, built.lines.with_columns(by_claim, by_line)),
            adjustments=_shape(REMIT_ADJUSTMENTS, built.adjustments.with_columns(by_claim, by_line)),
            remarks=_shape(REMIT_REMARKS, built.remarks.with_columns(by_claim, by_line)),
            provider_adjustments=_shape(
                PROVIDER_ADJUSTMENTS, built.provider_adjustments.with_columns(by_set)
            ),
        )
        keys.claims += built.claims.height
        keys.lines += built.lines.height
        return AnswerBundle(remits, self._acknowledged(built, is_last=is_last))

    def _ended_payments(self, built: Built, *, is_last: bool) -> pl.DataFrame:
        parts = built.parts if self._parts is None else pl.concat([self._parts, built.parts])
        parts = merge_parts(parts)
        is_open = (pl.col("remit_key") == built.open_key) & ~pl.lit(is_last)
        self._parts, ended = parts.filter(is_open), parts.filter(~is_open)
        if not ended.height:
            return REMIT_TRANSACTIONS.empty()
        payments = finish(ended).with_columns(pl.col("remit_key") + self._keys.sets)
        return _shape(REMIT_TRANSACTIONS, payments)

    def _acknowledged(self, built: Built, *, is_last: bool) -> AcknowledgmentBundle:
        keys = self._keys
        groups = (
            built.groups if self._groups is None else pl.concat([self._groups, built.groups], how="diagonal")
        )
        groups = _merged_groups(groups)
        numbers = groups.select("set_key", pl.col("answered_control_number").alias("_group"))
        is_open = (pl.col("set_key") == built.open_key) & ~pl.lit(is_last)
        self._groups, ended = groups.filter(is_open), groups.filter(~is_open)
        rows = built.acknowledgments.join(numbers, on="set_key", how="left", maintain_order="left")
        rows = rows.with_columns(
            pl.coalesce("answered_group_control_number", "_group").alias("answered_group_control_number")
        )
        rows = pl.concat([rows, ended], how="diagonal").sort("segment", maintain_order=True)
        rows = rows.with_columns(
            (pl.int_range(1, pl.len() + 1, dtype=pl.Int64()) + keys.acknowledgments).alias(
                "acknowledgment_key"
            ),
            pl.col("error_codes").fill_null([]),
        )
        to_answer = rows.drop_nulls("answer").select("answer", "acknowledgment_key")
        errors = built.errors.join(to_answer, on="answer", how="inner", maintain_order="left")
        keys.acknowledgments += rows.height
        statuses = built.statuses.with_columns(
            (pl.int_range(1, pl.len() + 1, dtype=pl.Int64()) + keys.statuses).alias("claim_status_key")
        )
        to_status = statuses.select("level_number", "claim_status_key")
        codes = built.status_codes.join(to_status, on="level_number", how="inner", maintain_order="left")
        keys.statuses += statuses.height
        return AcknowledgmentBundle(
            _shape(ACKNOWLEDGMENTS, rows),
            _shape(ACKNOWLEDGMENT_ERRORS, errors),
            _shape(CLAIM_STATUSES, statuses),
            _shape(STATUS_CODES, codes),
        )


def _merged_groups(groups: pl.DataFrame) -> pl.DataFrame:
    """One row per set out of its AK1 and AK9."""
    if groups["set_key"].is_unique().all():
        return groups
    return groups.group_by("set_key", maintain_order=True).agg(
        pl.col(c).drop_nulls().first() for c in groups.columns if c != "set_key"
    )


def _shape(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that the table declares, without the working ones."""
    return table.conform(frame.select(name for name in table.columns if name in frame.columns))
