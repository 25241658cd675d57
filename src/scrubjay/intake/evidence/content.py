"""The bytes of one evidence file and what they are: X12, JSON, a Parquet table, or a table of separated values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.errors import Problem
from scrubjay.intake.reports import FileReport, ProblemLog
from scrubjay.intake.sources import Source, SourceError, not_x12, open_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

MAX_BYTES = 2**30
"""Most bytes of one file that is held whole: a table, or JSON. X12 is read in pieces."""

ROWS = "rows"
"""Under this kind a report counts the rows that were taken; a file without any is of no use."""

KINDS = ("x12", "json", "parquet", "table")


@dataclass(slots=True)
class Content:
    """One file.

    Attributes:
        path: as the caller gave it.
        kind: one of `KINDS`, or null where it is none of them.
        data: its bytes, unpacked if it is gzip.
    """

    path: str
    kind: str | None
    data: bytes


def read_content(path: str, report: FileReport, log: ProblemLog) -> Content | None:
    """The file, or null where it cannot be read; why is in the log."""
    try:
        with open_path(Path(path)) as stream:
            source = Source(stream)
            pieces: list[bytes] = []
            size = 0
            while piece := source.read(2**22):
                pieces.append(piece)
                size += len(piece)
                if size > MAX_BYTES:
                    log.add(
                        Problem(
                            "file-too-large",
                            "The file is over 1 GB.",
                            "Split it, or leave rows out.",
                            is_fatal=True,
                        )
                    )
                    return None
            report.sha256 = source.sha256()
    except SourceError as error:
        log.add(error.problem)
        return None
    data = b"".join(pieces)
    kind = kind_of(data)
    if kind is None:
        log.add(not_x12(data[:4096], "X12, JSON, CSV or Parquet"))
        return None
    return Content(path, kind, data)


def kind_of(data: bytes) -> str | None:
    """What bytes are, by how they begin; null for anything that holds no evidence."""
    if data.startswith(b"PAR1"):
        return "parquet"
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"ISA"):
        return "x12"
    if head[:1] in (b"{", b"["):
        return "json"
    is_text = (
        bool(head)
        and not any(byte < 9 for byte in head)
        and not head.startswith((b"<", b"%PDF", b"PK\x03\x04"))
    )
    first_line = head.split(b"\n", 1)[0]
    return "table" if is_text and any(mark in first_line for mark in (b",", b";", b"\t", b"|")) else None


def read_each(
    paths: Sequence[Path | str], read: Callable[[Content, FileReport, ProblemLog], pl.DataFrame]
) -> tuple[list[pl.DataFrame], list[FileReport]]:
    """Read files one after the other; what is wrong with one does not keep the others from being read.

    Args:
        paths: the files.
        read: gives the rows of one file and fills its report: `claims` items met, `claims_read` items taken.
    """
    frames: list[pl.DataFrame] = []
    reports: list[FileReport] = []
    for number, path in enumerate(paths, 1):
        report = FileReport(str(path), number)
        log = ProblemLog(str(path), (ROWS,))
        content = read_content(str(path), report, log)
        if content is not None:
            report.kind = content.kind or "unknown"
            frames.append(read(content, report, log))
            if report.claims_read:
                report.kinds[ROWS] = report.claims_read
        log.finish_into(report)
        reports.append(report)
    return frames, reports


def wrong_kind(log: ProblemLog, what: str, formats: str) -> None:
    """The file is readable, but of no format that holds this kind of evidence."""
    log.add(Problem("wrong-format", f"This file holds no {what}.", f"Give {formats}.", is_fatal=True))
