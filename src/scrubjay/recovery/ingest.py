"""Takes files of claims, answers, authorizations and waivers into the store: each file whole or not at all, nothing twice.

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

from scrubjay.engine.waiver_file import load_waivers
from scrubjay.errors import Problem, WaiverError
from scrubjay.intake import ClaimReader, FileReport
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.evidence import read_authorizations
from scrubjay.intake.evidence.content import kind_of
from scrubjay.intake.remits import collect
from scrubjay.intake.x12.remit.maps import WANTED
from scrubjay.intake.x12.sent_sets import sent_sets
from scrubjay.store.answers import read_remits
from scrubjay.store.grants import add_authorizations, add_waivers
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

    from scrubjay.engine.waiver_file import Waiver
    from scrubjay.intake.answers import AnswerBundle
    from scrubjay.store import Store

_HEAD = 4096
_BLOCK = 2**20
_SET = re.compile(rb"ST[^A-Za-z0-9\s](\d{3})")
_WAIVERS = re.compile(rb"(?m)^waivers[ \t]*:")
_GRANTS = "278"
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class IngestedFile:
    """What became of one file.

    Attributes:
        path: as given.
        kind: `835`, `837`, `999`, `277CA`, `TA1`, `authorizations`, `waivers`, `unknown`.
        outcome: `ingested`, `seen-before` (the same bytes, nothing done) or `unreadable` (nothing could be used).
        seen_as: of one seen before, the name it had then.
        claims, payments, acknowledgments, authorizations, waivers: how many were new and how many held before.
        claims_set_aside: claims, or rows of authorizations, that could not be read; the problems say why.
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
    authorizations: Taken = field(default_factory=Taken)
    waivers: Taken = field(default_factory=Taken)
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
    store: Store,
    paths: Sequence[Path | str],
    *,
    at: datetime,
    told: Callable[[str], None] | None = None,
    run_id: int | None = None,
) -> IngestReport:
    """Take in files of 835, 837, 999, 277CA, TA1, authorizations and waivers in any mix.

    Args:
        store: where to.
        paths: the files; one that cannot be read is reported and the others go on.
        at: the moment that is recorded.
        told: called with the path of each file once it is safe.
        run_id: the run that takes them in (`store.runs`).

    Raises:
        StoreFailedError: the store failed; the files before it are safe.
    """
    done: list[IngestedFile] = []
    for path in paths:
        done.append(ingest_file(store, Path(path), at=at, run_id=run_id))
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


def ingest_file(store: Store, path: Path, *, at: datetime, run_id: int | None = None) -> IngestedFile:
    """Take in one file in one transaction."""
    result = IngestedFile(str(path))
    sha256 = hash_of(path)
    if sha256 is not None:
        with store.reading() as connection:
            result.seen_as = file_named(connection, sha256)
        if result.seen_as is not None:
            result.outcome = "seen-before"
            return result
    held = _read(path)
    reports = held.reports
    result.kind = reports[0].kind
    result.problems = [p for r in reports for p in r.problems]
    result.claims_set_aside = sum(r.claims_set_aside for r in reports)
    if all(r.is_fatal for r in reports) or not reports[0].sha256:
        result.outcome = "unreadable"
        return result
    sets = sent_sets(path) if held.claims is not None and held.claims.claims.height else None
    with store.writing() as connection:
        # Another process may have taken it in while it was read here.
        result.seen_as = file_named(connection, reports[0].sha256)
        if result.seen_as is not None:
            result.outcome = "seen-before"
            return result
        file_id = add_file(connection, reports, at, run_id)
        if held.claims is not None:
            result.claims = add_claims(connection, file_id, held.claims, sets)
        if held.answers is not None:
            result.payments, ids = add_payments(connection, file_id, held.answers.remits)
            result.payment_ids = sorted(set(ids.values()))
            result.acknowledgments = add_acknowledgments(connection, file_id, held.answers.acknowledgments)
        if held.authorizations is not None:
            result.authorizations = add_authorizations(connection, file_id, held.authorizations)
        if held.waivers:
            result.waivers = add_waivers(connection, file_id, held.waivers)
    return result


def hash_of(path: Path) -> str | None:
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


@dataclass(slots=True)
class _Held:
    """What one file holds, and a report of each reader that read it; the first names its kind."""

    reports: list[FileReport]
    claims: ClaimBundle | None = None
    answers: AnswerBundle | None = None
    authorizations: pl.DataFrame | None = None
    waivers: list[Waiver] = field(default_factory=list["Waiver"])


def _read(path: Path) -> _Held:
    """Read a file with the reader that its first bytes ask for, and with another one if it holds that kind too."""
    head = _head(path)
    if _WAIVERS.search(head):
        return _read_waivers(path)
    if kind_of(head) in {"json", "parquet", "table"}:
        return _read_authorizations(path)
    if _starts_with_claims(head):
        claims, report = _read_claims(path)
        held = _Held([report], claims=claims)
        if any(kind in WANTED for kind in report.kinds):
            held.answers, other = _read_answers(path)
            held.reports.append(other)
    else:
        answers, report = _read_answers(path)
        held = _Held([report], answers=answers)
        if any(kind.startswith("837") for kind in report.kinds):
            held.claims, other = _read_claims(path)
            held.reports.append(other)
        elif report.is_fatal and (_GRANTS in report.kinds or head.startswith(_GZIP)):
            # A 278, or something packed that is no X12.
            granted = _read_authorizations(path)
            return granted if _GRANTS in report.kinds or not granted.reports[0].is_fatal else held
    if len(held.reports) > 1:
        # Each reader names what the other one reads, and both check the envelope.
        both = ("claims-not-answers", "not-claims")
        first = [p for p in held.reports[0].problems if p.kind not in both]
        held.reports[1].problems = [
            p for p in held.reports[1].problems if p.kind not in both and p not in first
        ]
        held.reports[0].problems = first
    return held


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except (OSError, ValueError):
        return b""


def _read_authorizations(path: Path) -> _Held:
    granted, (report,) = read_authorizations([path])
    report.kind = "authorizations"
    return _Held([report], authorizations=granted)


def _read_waivers(path: Path) -> _Held:
    report = FileReport(str(path), 1, sha256=hash_of(path) or "", kind="waivers")
    try:
        found = load_waivers([path])
    except WaiverError as error:
        report.problems.append(
            Problem("bad-waivers", error.what, error.hint or "", file=error.where or str(path), is_fatal=True)
        )
        return _Held([report])
    report.claims = report.claims_read = len(found)
    return _Held([report], waivers=found)


def _starts_with_claims(head: bytes) -> bool:
    found = _SET.search(head)
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
