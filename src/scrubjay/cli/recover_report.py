"""`scrubjay recover report`: rates, ageing, recovered money as a page, and `recover underpaid`."""

from __future__ import annotations

from typing import Annotated

import typer

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    output,
    print_json,
    say,
)
from scrubjay.cli.desks import AnswerFiles, ClaimFiles, ContractFile, HistoryFile, is_unread, make_desk
from scrubjay.cli.stores import StoreAddress  # noqa: TC001 - read by typer
from scrubjay.errors import ExitCode, UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover report -o recovery.html`
- `scrubjay recover report --answers march.835 --claims march.837 -o march.html`
- `scrubjay recover report --json`"""
    )(report)
    app.command(
        epilog="""Examples:

- `scrubjay recover underpaid --answers march.835 --contracts rates.csv`
- `scrubjay recover underpaid --json`

Exit codes: 0 no line is paid short; 1 some are; 2 wrong usage or no such store; 3 a file could not be read."""
    )(underpaid)


def report(
    *,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    contracts: ContractFile = None,
    history: HistoryFile = None,
    output_file: OutputFile = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Write a page with charts: denied by payer and cause, age of what is open, recovered by month, clean claims."""
    from scrubjay.reports.recovery_charts import report_dict, write_report  # noqa: PLC0415 - heavy

    if output_file is None and not as_json:
        raise UsageError(
            "a page with charts is no text.",
            where="--output",
            hint="Name a file with -o page.html, or --json.",
        )
    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference,
        contracts=contracts, history=history, no_replay=True,
    )  # fmt: skip
    if as_json:
        print_json(report_dict(desk))
    else:
        with output(output_file) as out:
            write_report(desk, out)
        say(f"wrote {output_file}.")
    return int(ExitCode.UNREADABLE if is_unread(desk) else ExitCode.CLEAN)


def underpaid(
    *,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    contracts: ContractFile = None,
    as_json: JsonFlag = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every line, not the first 50.")] = False,
    reference: ReferencePath = None,
) -> int:
    """List lines paid below contract or Medicare rate, cut in units, or under another code; by payer with the total."""
    from scrubjay.cli.common import console  # noqa: PLC0415
    from scrubjay.recovery.desk import compared  # noqa: PLC0415
    from scrubjay.reports.recovery_underpaid import print_underpaid, underpaid_dict  # noqa: PLC0415

    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference,
        contracts=contracts, no_replay=True,
    )  # fmt: skip
    found = compared(desk)
    if as_json:
        print_json(underpaid_dict(found))
    else:
        print_underpaid(found, console(), limit=None if print_all else 50)
    if found.filter(found["kinds"].list.len() > 0).height:
        return int(ExitCode.FINDINGS)
    return int(ExitCode.UNREADABLE if is_unread(desk) else ExitCode.CLEAN)
