"""Options for evidence (earlier claims, authorizations, eligibility), and `scrubjay authorizations`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    ReferencePath,
    day_or_today,
    parse_day,
    print_json,
    say,
    write_stdout,
)
from scrubjay.cli.stores import KeptIn, kept_in
from scrubjay.errors import ExitCode, UsageError
from scrubjay.evidence_files import NO_FILES, EvidenceFiles

if TYPE_CHECKING:
    from scrubjay.tables import Evidence

HistoryFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--history",
        metavar="FILE",
        help="Earlier claims: an 837, or a CSV or Parquet table of claim lines; repeatable. Frequency, step therapy, "
        "duplicates and balances look at them; they are not judged.",
    ),
]
HistoryFrom = Annotated[
    str | None,
    typer.Option(
        "--history-from",
        metavar="YYYY-MM-DD",
        help="First day of service from which on the earlier claims are complete. Default: their first one.",
    ),
]
AuthorizationFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--authorizations",
        metavar="FILE",
        help="Authorizations: CSV, Parquet, FHIR ClaimResponse (JSON, NDJSON, Bundle) or X12 278; repeatable.",
    ),
]
EligibilityFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--eligibility",
        metavar="FILE",
        help="Answers about eligibility: X12 271, FHIR CoverageEligibilityResponse, CSV or Parquet; repeatable.",
    ),
]


def evidence_files(
    history: list[Path] | None,
    history_from: str | None,
    authorizations: list[Path] | None,
    eligibility: list[Path] | None,
    *,
    kept: tuple[str, Evidence] | None = None,
) -> EvidenceFiles:
    """What was typed, with the day read.

    Args:
        history: earlier claims.
        history_from: day from which on they are complete.
        authorizations: of them.
        eligibility: answers about it.
        kept: a store by name, and what it holds.

    Raises:
        UsageError: the day is none, or stands there without earlier claims.
    """
    begin = parse_day(history_from, "--history-from") if history_from is not None else None
    name, held = kept or ("", None)
    if begin is not None and not history and not (held and held.history):
        raise UsageError(
            "needs earlier claims.", where="--history-from", hint="Name them with --history FILE."
        )
    if not (history or authorizations or eligibility or kept):
        return NO_FILES
    return EvidenceFiles(history or [], begin, authorizations or [], eligibility or [], held, name)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay authorizations letters.csv --claims march.837`
- `scrubjay authorizations --store billing.sqlite`
- `scrubjay authorizations answers.ndjson answer.278 --history earlier.csv --claims *.837 --json`

Exit codes: 0 nothing is overdrawn and every file read whole; 1 an authorization is overdrawn; 3 a file, or a row in it,
could not be read; 2 wrong usage."""
    )(authorizations)


def authorizations(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH...]", help="Authorizations: CSV, Parquet, FHIR ClaimResponse or X12 278."
        ),
    ] = None,
    *,
    claims: Annotated[
        list[Path] | None,
        typer.Option("--claims", metavar="FILE", help="837 files that draw from them; repeatable."),
    ] = None,
    history: HistoryFiles = None,
    store: KeptIn = None,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Show what each authorization grants, which claims draw from it in date order, and what is left.

    Administered and discarded units both count. Voided and replaced claims draw nothing.
    """
    from scrubjay import api  # noqa: PLC0415 - heavy, like all below
    from scrubjay.reports.checked import is_read_whole  # noqa: PLC0415
    from scrubjay.reports.ledger import ledger_dict, ledger_lines  # noqa: PLC0415

    if not paths and store is None:
        raise UsageError(
            "names no authorizations.", hint="Name files, or the store that keeps them (--store)."
        )
    kept = kept_in(store, claims or [])
    report = api.authorizations(
        paths or [],
        as_of=day_or_today(as_of, "--as-of"),
        claims=claims or [],
        history=history or [],
        reference_path=reference,
        kept=kept[:2] if kept else None,
    )
    for file in report.files:
        for problem in file.problems:
            say(problem.one_line())
    if as_json:
        print_json(ledger_dict(report))
    else:
        write_stdout(("\n".join(ledger_lines(report)).rstrip() + "\n").encode("utf-8", errors="replace"))
    if report.authorizations["is_overdrawn"].any():
        return int(ExitCode.FINDINGS)
    return int(ExitCode.CLEAN if is_read_whole(report.files) else ExitCode.UNREADABLE)
