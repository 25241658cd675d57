"""What became of files that were ingested, as text and as JSON."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.padding import Padding
from rich.text import Text

from scrubjay import phi
from scrubjay.errors import ExitCode
from scrubjay.reports.as_json import problem_dict
from scrubjay.reports.model import money, plural
from scrubjay.reports.remit import held_words, jsonable, off_words

if TYPE_CHECKING:
    from rich.console import Console

    from scrubjay.recovery.ingest import IngestedFile, IngestReport
    from scrubjay.store.intake import Taken


def _held(report: IngestReport) -> pl.DataFrame:
    """Payments that are held for a fault of their own; that a copy is held is as it should be."""
    return report.payments.filter(pl.col("is_quarantined") & pl.col("seen_before_remit_key").is_null())


def _copies(report: IngestReport) -> pl.DataFrame:
    """Payments that say something else than the copy of them that counts."""
    return report.payments.filter(pl.col("seen_before_remit_key").is_not_null())


def exit_code(report: IngestReport) -> ExitCode:
    """1 where something is held, 3 where a file or a claim could not be read, else 0."""
    if _held(report).height or report.claims.height:
        return ExitCode.FINDINGS
    is_bad = any(f.outcome == "unreadable" or f.claims_set_aside for f in report.files)
    return ExitCode.UNREADABLE if is_bad else ExitCode.CLEAN


def _words(taken: Taken, noun: str) -> str | None:
    if not taken.new and not taken.again:
        return None
    again = f" ({taken.again:,} seen before)" if taken.again else ""
    return f"{plural(taken.new, f'new {noun}')}{again}"


def _file_words(file: IngestedFile) -> str:
    if file.outcome == "seen-before":
        return f"seen before, as {phi.clean(file.seen_as)}; nothing was done"
    if file.outcome == "unreadable":
        return "could not be read; nothing was done"
    kinds = (
        *((file.payments, "payment"), (file.claims, "claim"), (file.acknowledgments, "acknowledgement")),
        *((file.authorizations, "authorization"), (file.waivers, "waiver")),
    )
    parts = [words for taken, noun in kinds if (words := _words(taken, noun))]
    set_aside = (
        [
            f"{plural(file.claims_set_aside, 'row' if file.kind == 'authorizations' else 'claim')} could not be read"
        ]
        if file.claims_set_aside
        else []
    )
    return ", ".join([*parts, *set_aside]) or "nothing in it to keep"


def print_ingest(report: IngestReport, console: Console) -> None:
    """Print what became of each file, then what is held and why."""
    for file in report.files:
        style = "red" if file.outcome == "unreadable" else ""
        console.print(
            Text.assemble(
                (phi.clean(file.path), "bold"),
                f"  {file.kind}  " if file.kind != "unknown" else "  ",
                (_file_words(file), style),
            )
        )
        for problem in file.problems:
            if not problem.is_fatal:
                console.print(Padding(Text(problem.one_line()), (0, 0, 0, 2)))
    held = _held(report)
    if held.height or report.claims.height:
        console.print(Text("\nHeld, not to be posted", style="bold"))
    for row in held.to_dicts():
        trace = phi.clean(row["trace_number"]) or "(no trace number)"
        console.print(
            Padding(
                Text(
                    f"Payment {trace}, {money(row['payment_amount'])}: {held_words(row).removeprefix('held: ')}."
                ),
                (0, 0, 0, 2),
            )
        )
    for row in report.claims.to_dicts():
        number = phi.control_number(row["patient_control_number"])
        console.print(Padding(Text(f"Claim {number}: {off_words(row)}."), (0, 0, 0, 2)))
    for row in _copies(report).to_dicts():
        trace = phi.clean(row["trace_number"]) or "(no trace number)"
        words = f"Payment {trace}, {money(row['payment_amount'])}: differs from another copy, which counts; this one does not."
        console.print(Padding(Text(words), (0, 0, 0, 2)))
    outcomes = [f.outcome for f in report.files]
    console.print(Text(
        f"\n{report.store}: {plural(outcomes.count('ingested'), 'file')} taken in, {outcomes.count('seen-before')} seen "
        f"before, {outcomes.count('unreadable')} not readable."
    ))  # fmt: skip


def run_summary(report: IngestReport) -> dict[str, Any]:
    """What the record of runs keeps: what became of each file, and how many things were new. No patient's value."""
    kinds = ("claims", "payments", "acknowledgments", "authorizations", "waivers")
    return {
        "files": [
            {"name": PurePath(f.path).name[:200], "kind": f.kind, "outcome": f.outcome} for f in report.files
        ],
        **{kind: sum(getattr(f, kind).new for f in report.files) for kind in kinds},
        "held_payments": _held(report).height,
        "held_claims": report.claims.height,
    }


def ingest_dict(report: IngestReport) -> dict[str, Any]:
    """The report as one object."""

    def taken(value: Taken) -> dict[str, int]:
        return {"new": value.new, "again": value.again}

    return {
        "store": report.store,
        "files": [
            {"path": f.path, "kind": f.kind, "outcome": f.outcome, "seen_as": f.seen_as, "claims": taken(f.claims),
             "payments": taken(f.payments), "acknowledgments": taken(f.acknowledgments),
             "authorizations": taken(f.authorizations), "waivers": taken(f.waivers),
             "claims_set_aside": f.claims_set_aside, "problems": [problem_dict(p) for p in f.problems]}
            for f in report.files
        ],
        "held_payments": [
            {**{c: jsonable(row[c]) for c in ("trace_number", "payer_id", "payment_amount", "payment_date", "off_by_amount")},
             "reason": held_words(row).removeprefix("held: ")}
            for row in _held(report).to_dicts()
        ],
        "copies": [
            {c: jsonable(row[c]) for c in ("trace_number", "payer_id", "payment_amount", "payment_date")}
            for row in _copies(report).to_dicts()
        ],
        "held_claims": [
            {"patient_control_number": row["patient_control_number"], "off_by_amount": jsonable(row["off_by_amount"]),
             "unbalanced_line_count": row["unbalanced_line_count"]}
            for row in report.claims.to_dicts()
        ],
    }  # fmt: skip
