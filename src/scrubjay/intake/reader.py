"""Read claim files in batches of whole claims."""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.reports import FileReport, ProblemLog
from scrubjay.intake.sources import Source, SourceError, open_path
from scrubjay.intake.x12.batches import Batcher
from scrubjay.intake.x12.build import Built, build
from scrubjay.intake.x12.envelope import Envelope
from scrubjay.intake.x12.tokens import Tokenizer
from scrubjay.tables import ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Progress = Callable[[int], None]

BATCH_BYTES = 6 * 2**20
"""Text of one batch. Peak memory is about sixty times this, whatever the size of the file."""
_IN_FLIGHT = 2


class ClaimReader:
    """Reads 837 files one after the other; keys run over all of them.

    No bad input raises: what is wrong becomes a `Problem` of the file's report, and the sound claims go on.

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
        self._seen: dict[tuple[str, str, str], str] = {}
        self.reports: list[FileReport] = []

    @classmethod
    def of_bytes(cls, data: bytes, name: str, *, batch_bytes: int = BATCH_BYTES) -> ClaimReader:
        """A reader of one input that is already in memory; `name` stands for its path."""
        reader = cls((), batch_bytes=batch_bytes)
        reader._inputs = [(name, data)]
        return reader

    def batches(self) -> Iterator[ClaimBundle]:
        """Bundles of whole claims; `claim_key` and `line_key` run over the run. Empty bundles are left out."""
        claims = lines = 0
        with ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="scrubjay-intake") as worker:
            for number, (path, data) in enumerate(self._inputs, 1):
                for bundle in self._file(path, data, number, worker):
                    yield _shifted(bundle, claims, lines)
                    claims += bundle.claims.height
                    lines += bundle.lines.height

    def _file(
        self, path: str, data: bytes | None, number: int, worker: ThreadPoolExecutor
    ) -> Iterator[ClaimBundle]:
        report = FileReport(path, number)
        self.reports.append(report)
        log = ProblemLog(path)
        try:
            stream: BinaryIO = open_path(Path(path)) if data is None else io.BytesIO(data)
            with stream:
                source = Source(stream, self._told)
                yield from self._bundles(source, report, log, worker)
                report.sha256 = source.sha256()
                self._bytes_before += source.done
        except SourceError as error:
            log.add(error.problem)
        _finish(report, log)

    def _bundles(
        self, source: Source, report: FileReport, log: ProblemLog, worker: ThreadPoolExecutor
    ) -> Iterator[ClaimBundle]:
        """Build each batch in the worker while the next one is read and cut here."""
        envelope = Envelope(report, log, self._seen)
        tokens = Tokenizer(source, log, self._batch_bytes)
        pending: deque[Future[Built]] = deque()
        for batch in Batcher(report, log, envelope).batches(tokens.chunks()):
            pending.append(worker.submit(build, batch, report.file_number))
            if len(pending) > _IN_FLIGHT:
                yield from _taken(pending.popleft(), report, log)
        while pending:
            yield from _taken(pending.popleft(), report, log)

    def _told(self, done: int) -> None:
        if self._progress is not None:
            self._progress(self._bytes_before + done)


def read_claims(path: Path | str) -> tuple[ClaimBundle, FileReport]:
    """All claims of one file at once, for small files.

    Raises:
        Nothing for bad input: see the report's problems.
    """
    return _whole(ClaimReader([path]))


def read_claims_bytes(data: bytes, name: str = "input") -> tuple[ClaimBundle, FileReport]:
    """All claims of one input in memory; `name` stands for its path in the report."""
    return _whole(ClaimReader.of_bytes(data, name))


def _whole(reader: ClaimReader) -> tuple[ClaimBundle, FileReport]:
    bundles = list(reader.batches())
    if len(bundles) == 1:
        return bundles[0], reader.reports[0]
    return ClaimBundle.joined(bundles), reader.reports[0]


def _taken(future: Future[Built], report: FileReport, log: ProblemLog) -> Iterator[ClaimBundle]:
    built = future.result()
    built.notes.pour(log)
    report.claims += built.claims
    report.lines += built.lines
    report.charge_total += built.charge_total
    report.line_charge_total += built.line_charge_total
    report.claims_read += built.bundle.claims.height
    if built.bundle.claims.height:
        yield built.bundle


def _shifted(bundle: ClaimBundle, claims: int, lines: int) -> ClaimBundle:
    if not claims and not lines:
        return bundle
    by_claim = pl.col("claim_key") + claims
    by_line = pl.col("line_key") + lines
    return ClaimBundle(
        bundle.claims.with_columns(by_claim),
        bundle.lines.with_columns(by_claim, by_line),
        bundle.other_payers.with_columns(by_claim),
        bundle.adjustments.with_columns(by_claim, by_line),
    )


def _finish(report: FileReport, log: ProblemLog) -> None:
    kinds = list(report.kinds)
    if any(kind.startswith("837") for kind in kinds):
        report.kind = "837"
    elif kinds:
        report.kind = kinds[0]
    else:
        report.kind = log.bare_kind or report.kind
    if report.interchanges and not kinds:
        log.add(Problem("no-transaction", "The file holds no transaction set.", "Export the file again."))
    log.finish_into(report)
