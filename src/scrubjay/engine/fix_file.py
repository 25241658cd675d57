"""Fixes of a whole 837: its safe respellings, and the changes of edits that a person may accept."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import FixLevel
from scrubjay.engine.fixes import Accepted, Change, fixed
from scrubjay.engine.run import run_edits
from scrubjay.errors import UnreadableInputError
from scrubjay.intake import ClaimReader
from scrubjay.intake.sources import Source, SourceError, open_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.edits.spec import Edit
    from scrubjay.facts import PolicyResolver
    from scrubjay.intake import FileReport
    from scrubjay.reference import Reference

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one element that an edit proposes and a person decides.

    Attributes:
        edit, code, severity: of the finding.
        control_number: CLM01 of the claim.
        claim_id: `f1c3` is the third claim of the first file.
        line_number: LX01, or null for the claim as a whole.
        hcpcs: code of the line, or null.
        message, advice: of the finding.
        column: what would be changed.
        before, after: the values; codes of a list joined by commas.
        segment: number of the segment that begins the line, or of the CLM.
    """

    edit: str
    code: str
    severity: str
    control_number: str | None
    claim_id: str
    line_number: int | None
    hcpcs: str | None
    message: str
    advice: str | None
    column: str
    before: str | None
    after: str
    segment: int
    is_line: bool

    def accepted(self, by: str) -> Accepted:
        """The change as one that somebody accepted."""
        return Accepted(self.edit, self.column, self.after, self.segment, self.is_line, by)


@dataclass(frozen=True, slots=True)
class FixedFile:
    """An 837 with its changes.

    Attributes:
        data: the new bytes, unpacked.
        changes: what was written anew, in file order.
        refused: accepted changes that cannot be written in this file.
        report: what reading the input showed.
    """

    data: bytes
    changes: list[Change]
    refused: list[Accepted]
    report: FileReport


def read_whole(path: Path) -> tuple[bytes, bool]:
    """The content of a file, and whether it is stored as gzip.

    Raises:
        UnreadableInputError: it cannot be read whole: a part must not be taken for all of it.
    """
    try:
        with open_path(path) as stream:
            is_gzip = stream.read(2) == _GZIP
        with open_path(path) as stream:
            source = Source(stream)
            pieces: list[bytes] = []
            while piece := source.read(_PIECE):
                pieces.append(piece)
    except SourceError as error:
        problem = error.problem
        raise UnreadableInputError(problem.message, where=str(path), hint=problem.hint) from None
    return b"".join(pieces), is_gzip


def stored(data: bytes, *, as_gzip: bool) -> bytes:
    """Content in the form in which it is stored; the same content gives the same bytes."""
    return gzip.compress(data, mtime=0) if as_gzip else data


def sha256(data: bytes) -> str:
    """Hash of bytes."""
    return hashlib.sha256(data).hexdigest()


def fix_data(data: bytes, name: str, accepted: Sequence[Accepted] = ()) -> FixedFile:
    """Every safe respelling and every accepted change.

    Args:
        data: content of a file.
        name: path for messages.
        accepted: what a person accepted.

    Raises:
        UnreadableInputError: it holds no claims, or the result would not read as the same claims.
    """
    report = _report(data, name)
    fatal = next((p for p in report.problems if p.is_fatal), None)
    if fatal is not None:
        raise UnreadableInputError(fatal.message, where=name, hint=fatal.hint)
    new, changes, refused = fixed(data, accepted)
    after = _report(new, name)
    # The last guard before anything is written: the same claims and lines, and no fault of the envelope more.
    if _shape(after) != _shape(report):
        raise UnreadableInputError(
            "the fixed file would not read as the same claims, so it was not written.",
            where=name,
            hint="Please report this, without any claim data.",
        )
    return FixedFile(new, changes, refused, report)


def _report(data: bytes, name: str) -> FileReport:
    reader = ClaimReader.of_bytes(data, name)
    for _ in reader.batches():
        pass
    return reader.reports[0]


_OF_ENVELOPE = ("-count", "-control-number", "truncated-interchange", "bad-isa")


def _shape(report: FileReport) -> tuple[object, ...]:
    envelope = sorted(p.kind for p in report.problems if p.kind.endswith(_OF_ENVELOPE))
    return report.interchanges, report.segments, report.claims, report.lines, envelope


def proposals(
    data: bytes,
    name: str,
    edits: Sequence[Edit],
    *,
    reference: Reference,
    policies: PolicyResolver,
    as_of: date,
) -> list[Proposal]:
    """The changes that edits propose for a person to decide, in file order.

    Two of them may be of one column of a line: once one is accepted, the other must be asked for again.

    Args:
        data: content of an 837.
        name: path for messages.
        edits: whose changes are wanted.
        reference: where facts about codes come from.
        policies: where payer parameters come from.
        as_of: the day on which things are known.
    """
    changing = {e.name: e for e in edits if e.fix.change is not None and e.fix.level is FixLevel.REVIEW}
    reader = ClaimReader.of_bytes(data, name)
    result = run_edits(
        reader.batches(), list(changing.values()), reference=reference, policies=policies, as_of=as_of
    )
    columns = {n: e.fix.change[0] for n, e in changing.items() if e.fix.change is not None}
    lines = result.lines.select("line_key", "line_number", "hcpcs", pl.col("segment").alias("line_segment"))
    claims = result.claims.select("claim_key", "claim_id", "patient_control_number", "segment")
    rows = (
        result.findings.filter(
            pl.col("change_after").is_not_null() & pl.col("change_after").ne_missing(pl.col("change_before"))
        )
        .join(claims, on="claim_key", how="left", maintain_order="left")
        .join(lines, on="line_key", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("line_segment", "segment").alias("place"),
            pl.col("edit").replace_strict(columns, return_dtype=pl.String).alias("column"),
        )
        .sort("place", "code")
    )
    return [
        Proposal(
            edit=row["edit"],
            code=row["code"],
            severity=row["severity"],
            control_number=row["patient_control_number"],
            claim_id=row["claim_id"],
            line_number=row["line_number"],
            hcpcs=row["hcpcs"],
            message=row["message"],
            advice=row["fix"],
            column=row["column"],
            before=row["change_before"],
            after=row["change_after"],
            segment=row["place"],
            is_line=row["line_key"] is not None,
        )
        for row in rows.iter_rows(named=True)
    ]
