"""`scrubjay remit`: what a remittance says, without a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    PolicyFiles,
    ReferencePath,
    console,
    day_or_today,
    print_json,
    say,
)

_LIMIT = 50

_Answers = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="835, 999, 277CA or TA1 files, plain or gzip.")
]
_Claims = Annotated[
    list[Path] | None,
    typer.Option("--claims", metavar="PATH", help="The 837 that was sent, to match with; repeatable."),
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay remit march.835`
- `scrubjay remit march/*.835 --claims sent/march.837`
- `scrubjay remit march.835 --json > march.json`

Exit codes: 0 all paid as billed, balanced and matched; 1 something is denied, reduced, pending, held, faulty or
unmatched; 2 wrong usage; 3 a file could not be read (and nothing was found in the rest); 4 a fault of the program."""
    )(remit)


def remit(
    paths: _Answers,
    *,
    claims: _Claims = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    reference: ReferencePath = None,
    as_json: JsonFlag = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every line, not the first 50.")] = False,
) -> int:
    """Read remittances: do they balance, which claims do they answer, what was denied, why, and what to do.

    Nothing is kept; `scrubjay recover ingest` keeps.
    """
    from scrubjay import api  # noqa: PLC0415 - heavy, like all below
    from scrubjay.cli.progress import shown_progress  # noqa: PLC0415
    from scrubjay.reports.remit import exit_code, print_remit, remit_dict  # noqa: PLC0415

    on = day_or_today(as_of, "--as-of")
    with shown_progress(paths) as progress:
        report = api.remit(
            paths, claims or [], as_of=on, policies=policy or [], reference_path=reference, progress=progress
        )
    files = (*report.files, *report.claim_files)
    for problem in [p for f in files for p in f.problems if p.is_fatal]:
        say(problem.one_line())
    if as_json:
        print_json(remit_dict(report, as_of=on))
    elif not all(f.is_fatal for f in report.files):
        print_remit(report, console(), limit=None if print_all else _LIMIT)
    return int(exit_code(report))
