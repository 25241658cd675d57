"""`scrubjay recover ingest`: take claims and answers into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import JsonFlag, console, now, print_json, say
from scrubjay.cli.stores import StoreAddress, opened_store

if TYPE_CHECKING:
    from scrubjay.recovery.ingest import IngestReport

_Files = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="835, 837, 999, 277CA and TA1 files in any mix, plain or gzip."),
]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover ingest march/*.835 sent/*.837`
- `scrubjay recover ingest march.835 --store billing.sqlite`
- `scrubjay recover ingest march.835 --store postgresql://billing@db.example/scrubjay --json`

Each file is taken in whole or not at all; run the command again after a failure, nothing is counted twice.

Exit codes: 0 everything is in the store and balances; 1 a payment or claim is held because it does not balance or is
not whole; 2 wrong usage or no such store; 3 a file, or a claim in it, could not be read; 4 the store failed."""
    )(ingest)


def ingest(
    paths: _Files,
    *,
    store: StoreAddress = None,
    as_json: JsonFlag = False,
) -> int:
    """Keep claims and the payers' answers: each payment once, however often and in whatever file it comes."""
    from scrubjay.recovery.ingest import ingest as take_in  # noqa: PLC0415 - heavy, like all below
    from scrubjay.reports.ingest import exit_code, ingest_dict, print_ingest  # noqa: PLC0415

    opened = opened_store(store, create=True)
    try:
        report = take_in(opened, paths, at=now())
    finally:
        opened.close()
    _say_fatal(report)
    if as_json:
        print_json(ingest_dict(report))
    else:
        print_ingest(report, console())
    return int(exit_code(report))


def _say_fatal(report: IngestReport) -> None:
    for file in report.files:
        for problem in file.problems:
            if problem.is_fatal:
                say(problem.one_line())
