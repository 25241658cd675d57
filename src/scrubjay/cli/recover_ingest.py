"""`scrubjay recover ingest`: take claims and answers into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import JsonFlag, console, now, print_json, say
from scrubjay.cli.stores import StoreAddress, opened_store, recorded_run

if TYPE_CHECKING:
    from scrubjay.recovery.ingest import IngestReport

_Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...",
        help="835, 837, 999, 277CA and TA1 files, authorizations (278, FHIR ClaimResponse, CSV, Parquet) and waivers "
        "(YAML) in any mix, plain or gzip.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover ingest march/*.835 sent/*.837`
- `scrubjay recover ingest march.835 --store billing.sqlite`
- `scrubjay recover ingest answer.278 letters.csv accepted.yaml`
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
    """Keep claims and the payers' answers, authorizations and waivers: each once, however often and in whatever file.

    Of an authorization or a waiver that comes again with other words the file taken in last counts.
    """
    from scrubjay.recovery.ingest import ingest as take_in  # noqa: PLC0415 - heavy, like all below
    from scrubjay.reports.ingest import exit_code, ingest_dict, print_ingest, run_summary  # noqa: PLC0415

    opened = opened_store(store, create=True)
    try:
        with recorded_run(opened, "ingest") as run:
            report = take_in(opened, paths, at=now(), run_id=run.id)
            run.summary |= run_summary(report)
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
