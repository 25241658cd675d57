"""Takes files of claims and answers into the store: each file whole or not at all, nothing twice.

One database transaction for each file. A file that is killed half-way leaves nothing; run it again. A file that was
taken in before is known by its bytes, an interchange by its control numbers, a payment by payer, trace number, amount
and date or by what it says, a claim by what it says.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake import ClaimReader, FileReport
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.intake.x12.remit.maps import WANTED
from scrubjay.store.answers import read_remits
from scrubjay.store.intake import (
    Taken,
    add_acknowledgments,
    add_claims,
    add_file,
    add_payments,
    file_named,
)
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle
from scrubjay.tables.remits import REMIT_CLAIMS, REMIT_TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from scrubjay.errors import Problem
    from scrubjay.intake.answers import AnswerBundle
    from scrubjay.store import Store

_HEAD = 4096
_BLOCK = 2**20
_SET = re.compile(rb"ST[^A-Za-z0-9\s](\d{3})")


@dataclass(slots=True)
class IngestedFile:
    """What became of one file.

    Attributes:
        path: as given.
        kind: `835`, `837`, `999`, `277CA`, `TA1`, `unknown`.
        outcome: `ingested`, `seen-before` (the same bytes, nothing done) or `unreadable` (nothing could be used).
        seen_as: of one seen before, the name it had then.
        claims, payments, acknowledgments: how many were new and how many held before.
        claims_set_aside: claims that could not be read; the problems say why.
        problems: what is wrong with it.
        payment_ids: of the payments it holds, new or not.
    """

    path: str
    kind: str = "unknown"
    outcome: str = "ingested"
    seen_as: str | None = None
    claims: Taken = field(default_factory=Taken)
    payments: Taken = field(default_factory=Taken)
    acknowledgments: Taken = field(default_factory=Taken)
    claims_set_aside: int = 0
    problems: list[Problem] = field(default_factory=list["Problem"])
    payment_ids: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class IngestReport:
    """What became of all files.

    Attributes:
        store: the store, without a password.
        files: in the order given.
        payments: payments of the files, in the shape of `REMIT_TRANSACTIONS`.
        claims: answered claims of those payments that are held, though their payment is not.
    """

    store: str
    files: list[IngestedFile]
    payments: pl.DataFrame
    claims: pl.DataFrame


def ingest(
    store: Store, paths: Sequence[Path | str], *, at: datetime, told: Callable[[str], None] | None = None
) -> IngestReport:
    """Take in files of 835, 837, 999, 277CA and TA1 in any mix.

    Args:
        store: where to.
        paths: the files; one that cannot be read is reported and the others go on.
        at: the moment that is recorded.
        told: called with the path of each file once it is safe.

    Raises:
        StoreFailedError: the store failed; the files before it are safe.
    """
    done: list[IngestedFile] = []
    for path in paths:
        done.append(ingest_file(store, Path(path), at=at))
        if told is not None:
            told(str(path))
    ids = {i for f in done for i in f.payment_ids}
    if not ids:
        return IngestReport(store.shown, done, REMIT_TRANSACTIONS.empty(), REMIT_CLAIMS.empty())
    with store.reading() as connection:
        remits = read_remits(connection)
    own = remits.transactions.filter(pl.col("remit_key").is_in(list(ids)))
    sound = own.filter(~pl.col("is_quarantined"))["remit_key"]
    held = remits.claims.filter(pl.col("remit_key").is_in(sound.implode()) & pl.col("is_quarantined"))
    return IngestReport(store.shown, done, own, held)


def ingest_file(store: Store, path: Path, *, at: datetime) -> IngestedFile:
    """Take in one file in one transaction."""
    result = IngestedFile(str(path))
    sha256 = _hash_of(path)
    if sha256 is not None:
        with store.reading() as connection:
            result.seen_as = file_named(connection, sha256)
        if result.seen_as is not None:
            result.outcome = "seen-before"
            return result
    reports, claims, answers = _read(path)
    result.kind = reports[0].kind
    result.problems = [p for r in reports for p in r.problems]
    result.claims_set_aside = sum(r.claims_set_aside for r in reports)
    if all(r.is_fatal for r in reports) or not reports[0].sha256:
        result.outcome = "unreadable"
        return result
    with store.writing() as connection:
        # Another process may have taken it in while it was read here.
        result.seen_as = file_named(connection, reports[0].sha256)
        if result.seen_as is not None:
            result.outcome = "seen-before"
            return result
        file_id = add_file(connection, reports, at)
        if claims is not None:
            result.claims = add_claims(connection, file_id, claims)
        if answers is not None:
            result.payments, ids = add_payments(connection, file_id, answers.remits)
            result.payment_ids = sorted(set(ids.values()))
            result.acknowledgments = add_acknowledgments(connection, file_id, answers.acknowledgments)
    return result


def _hash_of(path: Path) -> str | None:
    """SHA-256 of a file's bytes; null where it cannot be read, which the reader then explains."""
    running = hashlib.sha256()
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                running.update(block)
    except (OSError, ValueError):
        return None
    return running.hexdigest()


def _read(path: Path) -> tuple[list[FileReport], ClaimBundle | None, AnswerBundle | None]:
    """Read a file with the reader that its first set asks for, and with the other one if it holds both kinds."""
    claims: ClaimBundle | None = None
    answers: AnswerBundle | None = None
    if _starts_with_claims(path):
        claims, report = _read_claims(path)
        reports = [report]
        if any(kind in WANTED for kind in report.kinds):
            answers, other = _read_answers(path)
            reports.append(other)
    else:
        answers, report = _read_answers(path)
        reports = [report]
        if any(kind.startswith("837") for kind in report.kinds):
            claims, other = _read_claims(path)
            reports.append(other)
    if len(reports) > 1:
        # Each reader names what the other one reads, and both check the envelope.
        both = ("claims-not-answers", "not-claims")
        first = [p for p in reports[0].problems if p.kind not in both]
        reports[1].problems = [p for p in reports[1].problems if p.kind not in both and p not in first]
        reports[0].problems = first
    return reports, claims, answers


def _starts_with_claims(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            found = _SET.search(stream.read(_HEAD))
    except (OSError, ValueError):
        return False
    return found is not None and found[1] == b"837"


def _read_claims(path: Path) -> tuple[ClaimBundle, FileReport]:
    reader = ClaimReader([path])
    bundles = list(reader.batches())
    whole = ClaimBundle(
        pl.concat([CLAIMS.empty(), *(b.claims for b in bundles)]),
        pl.concat([LINES.empty(), *(b.lines for b in bundles)]),
        pl.concat([OTHER_PAYERS.empty(), *(b.other_payers for b in bundles)]),
        pl.concat([ADJUSTMENTS.empty(), *(b.adjustments for b in bundles)]),
    )
    return whole, reader.reports[0]


def _read_answers(path: Path) -> tuple[AnswerBundle, FileReport]:
    reader = AnswerReader([path])
    bundle = collect(reader)
    return bundle, reader.reports[0]
