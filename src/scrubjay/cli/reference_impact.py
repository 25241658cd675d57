"""`scrubjay reference impact` and `scrubjay check --against`: what a new edition changes for open claims."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    console,
    day_or_today,
    opened_text,
    parse_day,
    say,
)
from scrubjay.cli.common import output as opened
from scrubjay.cli.formats import chosen_format
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reports.impact import ImpactReport

_CLAIMS_SHOWN = 50
_LINES_SHOWN = 20

_Claims = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="837P or 837I files of claims that are still open.")
]


class ImpactFormat(StrEnum):
    """Formats of a list of changes."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay reference impact open/*.837 --edition 2026-01`
- `scrubjay reference impact open.837 --edition 2026-01 --source ASP -o changes.csv`
- `scrubjay reference impact open.837 --before 2025-06-30 --after 2025-07-26`

Exit codes: 0 the comparison was made, whatever it found; 2 wrong usage; 3 a claim file could not be read whole."""
    )(impact)


def impact(
    paths: _Claims,
    *,
    edition: Annotated[
        str | None,
        typer.Option("--edition", metavar="EDITION", help="Compare without and with this loaded edition."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="WORDS", help="Of --edition, only sources whose name holds these words."
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="YYYY-MM-DD", help="Compare what was known on this day ..."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            "--after", metavar="YYYY-MM-DD", help="... with what was known on this one. Default: today."
        ),
    ] = None,
    policy: PolicyFiles = None,
    report_format: Annotated[
        ImpactFormat | None,
        typer.Option("--format", "-f", help="Format. Default: by the name of the -o file, else text."),
    ] = None,
    output: OutputFile = None,
    as_json: JsonFlag = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every claim that changed.")] = False,
    as_of: AsOf = None,
    reference: ReferencePath = None,
) -> int:
    """Judge open claims again under new editions: findings that come, go or change, and the dollars.

    Either --edition (the claims without and with it) or --before (what was known then, against --after).
    """
    if (edition is None) == (before is None):
        raise UsageError(
            "needs --edition, or --before with a day."
            if edition is None
            else "takes --edition or --before, not both.",
            where="reference impact",
            hint="For example: --edition 2026-01, or --before 2025-12-31.",
        )
    if edition is not None and after is not None:
        raise UsageError(
            "goes with --before.", where="--after", hint="With --edition, --as-of names the day."
        )
    if before is not None and as_of is not None:
        raise UsageError(
            "goes with --edition.", where="--as-of", hint="With --before, --after names the day."
        )
    last = day_or_today(
        after if before is not None else as_of, "--after" if before is not None else "--as-of"
    )
    first = parse_day(before, "--before") if before is not None else last
    return deliver_impact(
        paths,
        before=first,
        after=last,
        edition=edition,
        source=source,
        policy=policy or [],
        chosen=chosen_format(ImpactFormat, report_format, output, as_json=as_json),
        output=output,
        limit=None if print_all else _CLAIMS_SHOWN,
        reference=reference,
    )


def deliver_impact(
    paths: list[Path],
    *,
    before: date,
    after: date,
    edition: str | None,
    source: str | None,
    policy: list[Path],
    chosen: ImpactFormat,
    output: Path | None,
    limit: int | None,
    reference: Path | None,
    select: list[str] | None = None,
    ignore: list[str] | None = None,
) -> int:
    """Compare, write, and give the exit code."""
    from scrubjay import api  # noqa: PLC0415 - heavy, like all below
    from scrubjay.cli.progress import shown_progress  # noqa: PLC0415

    with shown_progress(paths) as progress:
        report = api.impact(
            paths,
            before=before,
            after=after,
            edition=edition,
            source=source,
            policies=policy,
            select=select or [],
            ignore=ignore or [],
            reference_path=reference,
            progress=progress,
        )
    _write(report, chosen, output, limit)
    fatal = [p for f in report.files for p in f.problems if p.is_fatal]
    for problem in fatal[:_LINES_SHOWN]:
        say(problem.one_line())
    cut_short = [f for f in report.files if f.claims_set_aside and not any(p.is_fatal for p in f.problems)]
    for file in cut_short[:_LINES_SHOWN]:
        few = "1 claim" if file.claims_set_aside == 1 else f"{file.claims_set_aside} claims"
        say(f"{file.path}: {few} could not be read; `scrubjay check` says why.")
    return int(ExitCode.UNREADABLE if fatal or cut_short else ExitCode.CLEAN)


def _write(report: ImpactReport, chosen: ImpactFormat, path: Path | None, limit: int | None) -> None:
    import json  # noqa: PLC0415

    from scrubjay.reports.impact import impact_dict, print_impact, write_impact_csv  # noqa: PLC0415

    to_file = path is not None and str(path) != "-"
    if chosen is ImpactFormat.TEXT and not to_file:
        print_impact(report, console(), limit=limit)
        return
    with opened(path) as out:
        if chosen is ImpactFormat.CSV:
            write_impact_csv(report, out)
        elif chosen is ImpactFormat.JSON:
            body = json.dumps(impact_dict(report), indent=1, ensure_ascii=False)
            out.write(f"{body}\n".encode(errors="replace"))
        else:
            with opened_text(out) as text:
                print_impact(report, console(text), limit=limit)
    if to_file:
        say(f"wrote {path}: {report.tally.claims_changed} of {report.tally.claims} claims changed.")
