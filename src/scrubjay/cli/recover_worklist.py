"""`scrubjay recover worklist` and `scrubjay recover case`."""

from __future__ import annotations

import io
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    console,
    opened_text,
    output,
    print_json,
    say,
)
from scrubjay.cli.desks import (
    AnswerFiles,
    ClaimFiles,
    ContractFile,
    HistoryFile,
    NoReplay,
    Then,
    amount,
    is_unread,
    make_desk,
)
from scrubjay.cli.formats import chosen_format
from scrubjay.cli.stores import StoreAddress, opened_store
from scrubjay.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from scrubjay.recovery.desk import Desk

_LIMIT = 50


class ListFormat(StrEnum):
    """Formats of the list."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Show(StrEnum):
    """Which claims of the list."""

    OPEN = "open"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover worklist`
- `scrubjay recover worklist --answers march.835 --claims march.837`
- `scrubjay recover worklist --answers march.835 --contracts rates.csv -o list.xlsx`
- `scrubjay recover worklist --hours-a-day 6 --owner maria`

Exit codes: 0 nothing can be worked; 1 there is work; 2 wrong usage or no such store; 3 a file could not be read (and
nothing of the rest can be worked); 4 the store failed."""
    )(worklist)
    app.command(
        epilog="""Examples:

- `scrubjay recover case 17`
- `scrubjay recover case 17 --answers march.835 --claims march.837 --json`"""
    )(case)


def worklist(
    *,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    contracts: ContractFile = None,
    history: HistoryFile = None,
    then: Then = None,
    no_replay: NoReplay = False,
    hour_cost: Annotated[
        str | None, typer.Option("--hour-cost", metavar="DOLLARS", help="What an hour of work costs.")
    ] = None,
    hours_a_day: Annotated[
        str | None,
        typer.Option(
            "--hours-a-day",
            metavar="HOURS",
            help="Plan: only what fits into these hours a day, each claim before its date.",
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only claims of this person.")] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch", metavar="WORDS", help="Only batches (payer, cause, way) that hold these words."
        ),
    ] = None,
    show: Annotated[
        Show, typer.Option("--show", help="Also what cannot be worked (expired, waiting ...).")
    ] = Show.OPEN,
    list_format: Annotated[
        ListFormat | None,
        typer.Option("--format", "-f", help="Default: by the name of the -o file, else text."),
    ] = None,
    output_file: OutputFile = None,
    as_json: JsonFlag = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every claim, not the first 50.")] = False,
    reference: ReferencePath = None,
) -> int:
    """List denied claims by what they are expected to bring, less the work; what is past its last day stands apart."""
    from scrubjay.reports.recovery_list import list_dict, print_list  # noqa: PLC0415 - heavy

    chosen = chosen_format(ListFormat, list_format, output_file, as_json=as_json)
    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference,
        contracts=contracts, history=history, then=then, no_replay=no_replay, hour_cost=hour_cost,
    )  # fmt: skip
    if is_unread(desk) and not desk.decided.lines.height and not desk.rejected.height:
        return int(ExitCode.UNREADABLE)
    shown = _shown(desk, show, owner, batch, hours_a_day)
    if chosen is ListFormat.JSON and output_file is None:
        print_json(list_dict(desk, shown))
    elif chosen is ListFormat.TEXT and output_file is None:
        print_list(desk, shown, console(), limit=None if print_all else _LIMIT)
    else:
        _write(desk, shown, chosen, output_file)
    if desk.listed["state"].is_in(["open", "undecided"]).any():
        return int(ExitCode.FINDINGS)
    return int(ExitCode.UNREADABLE if is_unread(desk) else ExitCode.CLEAN)


def _shown(
    desk: Desk, show: Show, owner: str | None, batch: str | None, hours_a_day: str | None
) -> pl.DataFrame:
    from scrubjay.recovery.worklist import planned  # noqa: PLC0415

    shown = desk.listed
    if hours_a_day is not None:
        minutes = int(amount(hours_a_day, "--hours-a-day") * Decimal(60))
        shown = planned(shown, as_of=desk.as_of, minutes_a_day=max(1, minutes))
    elif show is Show.OPEN:
        shown = shown.filter(shown["state"].is_in(["open", "undecided"]))
    if owner is not None:
        shown = shown.filter((shown["owner"] == owner).fill_null(value=False))
    if batch is not None:
        shown = shown.filter(shown["batch"].str.contains(batch, literal=True))
    return shown


def _write(desk: Desk, shown: pl.DataFrame, chosen: ListFormat, path: Path | None) -> None:
    import json  # noqa: PLC0415

    from scrubjay.reports.recovery_list import (  # noqa: PLC0415
        list_dict,
        print_list,
        write_list_csv,
        write_list_xlsx,
    )

    with output(path) as out:
        if chosen is ListFormat.CSV:
            write_list_csv(shown, out)
        elif chosen is ListFormat.XLSX:
            # A workbook is written backwards and forwards, which a pipe cannot.
            buffer = io.BytesIO()
            write_list_xlsx(shown, buffer)
            out.write(buffer.getbuffer())
        elif chosen is ListFormat.JSON:
            out.write((json.dumps(list_dict(desk, shown), indent=2, ensure_ascii=False) + "\n").encode())
        else:
            with opened_text(out) as text:
                print_list(desk, shown, console(text), limit=None)
    if path is not None and str(path) != "-":
        say(f"wrote {path}: {shown.height} claims.")


def case(
    number: Annotated[int, typer.Argument(metavar="N", help="Number of the case, as the worklist shows it.")],
    *,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    contracts: ContractFile = None,
    then: Then = None,
    no_replay: NoReplay = False,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """One case, line by line: what was answered, why, the way back, what shuts others, by when, what to find out."""
    from scrubjay.recovery.desk import case_lines  # noqa: PLC0415 - heavy
    from scrubjay.reports.recovery_list import case_dict, print_case  # noqa: PLC0415
    from scrubjay.store.decisions import read_case_events  # noqa: PLC0415

    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference,
        contracts=contracts, then=then, no_replay=no_replay,
    )  # fmt: skip
    lines = case_lines(desk, number)
    events: list[dict[str, object]] = []
    if not answers:
        opened = opened_store(store, create=False)
        try:
            with opened.reading() as connection:
                events = read_case_events(connection, number)
        finally:
            opened.close()
    if as_json:
        print_json(case_dict(lines, events))
    else:
        print_case(lines, events, console())
    return int(ExitCode.CLEAN)
