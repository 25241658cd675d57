"""`scrubjay reference`: load official files, see what is held, what changed and what is wrong."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli import reference_impact, reference_update
from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    OutputFile,
    ReferencePath,
    console,
    day_or_today,
    now,
    opened_text,
    parse_day,
    print_json,
    say,
)
from scrubjay.cli.common import output as opened
from scrubjay.cli.formats import chosen_format
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from scrubjay.reference.library import Library
    from scrubjay.reference.loading import LoadReport

_CHANGES_SHOWN = 10
_NAMED = 20


class TableFormat(StrEnum):
    """Formats of a list of changes."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


_Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", help="Official files as downloaded, zipped or not, or folders of them."
    ),
]

_app = typer.Typer(
    name="reference",
    no_args_is_help=False,
    rich_markup_mode="markdown",
    help="Load official files; see what is held, what changed and what is wrong.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    _app.command(
        "list",
        epilog="""Examples:

- `scrubjay reference list`
- `scrubjay reference list --all --as-of 2025-08-01`
- `scrubjay reference list --sources`""",
    )(list_editions)
    _app.command(
        epilog="""Examples:

- `scrubjay reference load ~/Downloads/january-2026-asp-pricing-file.zip`
- `scrubjay reference load downloads/`
- `scrubjay reference load mue.csv --published-on 2025-09-01`

Exit codes: 0 every official file is loaded or was held; 3 a file was refused; 2 wrong usage, or the folder cannot be
written."""
    )(load)
    _app.command(
        epilog="""Examples:

- `scrubjay reference diff 2025-10 2026-01`
- `scrubjay reference diff 2025-10 2026-01 --set payment_limits -o limits.csv`
- `scrubjay reference diff 2025-07.20250626 2025-07.20250725 --json`"""
    )(diff)
    _app.command(
        epilog="""Examples:

- `scrubjay reference doctor`
- `scrubjay reference doctor --json`

Exit codes: 0 no fault (conflicts, gaps and notes may be listed); 1 a fault: an edition may not be relied on."""
    )(doctor)
    reference_update.register(_app)
    reference_impact.register(_app)
    app.add_typer(_app, name="reference")


@_app.callback(invoke_without_command=True)
def reference(context: typer.Context) -> None:
    """Load official files; see what is held, what changed and what is wrong."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _library(folder: Path | None) -> Library:
    from scrubjay.reference.library import Library  # noqa: PLC0415 - heavy: polars

    return Library(folder if folder is not None else Library.default_folder())


def list_editions(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="A line for each edition, not one for each source.")
    ] = False,
    sources: Annotated[
        bool,
        typer.Option(
            "--sources", help="List the official files that can be loaded, and whether a real one was tested."
        ),
    ] = False,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """List what is held: sets, editions, their ages, and the gaps between them."""
    from scrubjay.reports import reference as text  # noqa: PLC0415 - heavy: polars
    from scrubjay.reports import reference_data as data  # noqa: PLC0415

    if sources:
        from scrubjay.reference.loading import find_loaders  # noqa: PLC0415

        if as_json:
            print_json(data.sources_list(find_loaders()))
        else:
            text.print_sources(find_loaders(), console())
        return int(ExitCode.CLEAN)
    from scrubjay.reference.overview import overview  # noqa: PLC0415

    view = overview(_library(reference), as_of=day_or_today(as_of, "--as-of"))
    if as_json:
        print_json(data.overview_dict(view))
    else:
        text.print_overview(view, console(), every=every)
    return int(ExitCode.CLEAN)


def load(
    paths: _Files,
    *,
    published_on: Annotated[
        str | None,
        typer.Option(
            "--published-on",
            metavar="YYYY-MM-DD",
            help="Day on which the files were published, where they do not say so.",
        ),
    ] = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Load official files: any release, or a folder of them. Each file is loaded whole or not at all.

    What a file is, is read from its content. Files that are no official release are named and passed over.
    """
    from scrubjay.cli.progress import shown_load  # noqa: PLC0415
    from scrubjay.reference.loading import load_paths  # noqa: PLC0415 - heavy: polars
    from scrubjay.reports import reference as text  # noqa: PLC0415
    from scrubjay.reports import reference_data as data  # noqa: PLC0415

    day = parse_day(published_on, "--published-on") if published_on is not None else None
    library = _library(reference)
    with shown_load() as progress:
        report = load_paths(paths, library, loaded_at=now(), published_on=day, progress=progress)
    if as_json:
        print_json(data.load_dict(report))
    else:
        text.print_load(report, console())
    return int(_load_code(report, paths))


def _load_code(report: LoadReport, paths: list[Path]) -> ExitCode:
    """The exit code, with a line on standard error for each file that was asked for and not loaded."""
    named = {str(p) for p in paths}
    refused = [f for f in report.files if f.outcome == "refused"]
    strangers = [f for f in report.having("not-official") if f.name in named]
    for file in refused[:_NAMED]:
        say(file.what)
    if len(refused) > _NAMED:
        say(f"{len(refused) - _NAMED} more files were refused.")
    for file in strangers[:_NAMED]:
        say(f"{file.name}: {file.what} `scrubjay reference list --sources` names what can be loaded.")
    if refused or strangers:
        return ExitCode.UNREADABLE
    if not report.having("loaded", "already-held", "same-release"):
        say("no official file was found. `scrubjay reference list --sources` names what can be loaded.")
        return ExitCode.UNREADABLE
    return ExitCode.CLEAN


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The older edition, e.g. 2025-10.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The newer edition, e.g. 2026-01.")],
    *,
    set_name: Annotated[
        str | None, typer.Option("--set", metavar="SET", help="Only this set, e.g. payment_limits.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="WORDS", help="Only sources whose name holds these words."),
    ] = None,
    report_format: Annotated[
        TableFormat | None,
        typer.Option("--format", "-f", help="Format. Default: by the name of the -o file, else text."),
    ] = None,
    output: OutputFile = None,
    as_json: JsonFlag = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every change.")] = False,
    reference: ReferencePath = None,
) -> int:
    """Show what changed between two editions: codes added, ended, re-described, units and limits moved, status changed."""
    import json  # noqa: PLC0415

    from scrubjay.reference.compare import compare  # noqa: PLC0415 - heavy: polars
    from scrubjay.reports import reference as text  # noqa: PLC0415
    from scrubjay.reports import reference_data as data  # noqa: PLC0415

    chosen = chosen_format(TableFormat, report_format, output, as_json=as_json)
    found = compare(_library(reference), before, after, set_name=set_name, source=source)
    to_file = output is not None and str(output) != "-"
    limit = None if print_all or to_file else _CHANGES_SHOWN
    if chosen is TableFormat.TEXT and not to_file:
        text.print_comparison(found, console(), limit=limit)
        return int(ExitCode.CLEAN)
    with opened(output) as out:
        if chosen is TableFormat.CSV:
            data.write_comparison_csv(found, out)
        elif chosen is TableFormat.JSON:
            body = json.dumps(data.comparison_dict(found), indent=1, ensure_ascii=False)
            out.write(f"{body}\n".encode(errors="replace"))
        else:
            with opened_text(out) as stream:
                text.print_comparison(found, console(stream), limit=limit)
    if to_file:
        say(f"wrote {output}: {found.changes.height:,} changes.")
    return int(ExitCode.CLEAN)


def doctor(*, as_of: AsOf = None, as_json: JsonFlag = False, reference: ReferencePath = None) -> int:
    """Check the loaded editions: whole, without contradiction, without gap. Exit code 1 for a fault."""
    from scrubjay.reference.doctor import Severity, examine  # noqa: PLC0415 - heavy: polars
    from scrubjay.reference.store import Reference  # noqa: PLC0415
    from scrubjay.reports import reference as text  # noqa: PLC0415
    from scrubjay.reports import reference_data as data  # noqa: PLC0415

    library = _library(reference)
    if reference is not None and not reference.is_dir():
        raise UsageError(
            "is no folder of reference editions.", where=str(reference), hint="Load files into it first."
        )
    found = examine(library, lambda: Reference.open(reference), as_of=day_or_today(as_of, "--as-of"))
    if as_json:
        print_json(data.complaints_list(found))
    else:
        text.print_complaints(found, console())
    faults = sum(c.severity is Severity.FAULT for c in found)
    if faults:
        say(f"{faults} {'fault' if faults == 1 else 'faults'}: these editions may not be relied on.")
    return int(ExitCode.FINDINGS if faults else ExitCode.CLEAN)
