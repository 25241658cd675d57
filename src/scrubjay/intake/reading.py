"""Claims whose reading has begun while other things are made ready."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.intake.prefetch import prefetched
from scrubjay.intake.reader import ClaimReader

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from scrubjay.intake.reports import FileReport
    from scrubjay.tables import ClaimBundle

RUN_BATCH_BYTES = 8 << 20
"""Text of one batch of a run. Facts have a fixed cost for each batch, so a run likes larger ones than a reader
needs; a million claims still run within the memory that docs/performance.md states."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Files that are being read.

    Attributes:
        batches: whole claims, in the order of the files.
        reports: one per file that was begun; complete once `batches` is exhausted.
    """

    batches: Iterator[ClaimBundle]
    reports: list[FileReport]


@contextmanager
def begun(
    paths: Sequence[Path | str],
    *,
    progress: Callable[[int], None] | None = None,
    batch_bytes: int | None = None,
) -> Generator[Reading]:
    """Begin to read 837 files in a thread, which ends with the block.

    Args:
        paths: the files; what cannot be read becomes a problem of its file report, the others go on.
        progress: called with the number of bytes read.
        batch_bytes: text of one batch; null takes `RUN_BATCH_BYTES`.
    """
    reader = ClaimReader(paths, progress=progress, batch_bytes=batch_bytes or RUN_BATCH_BYTES)
    with prefetched(reader.batches()) as batches:
        yield Reading(batches, reader.reports)
