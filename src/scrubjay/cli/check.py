"""`scrubjay check` and `scrubjay demo`."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import (
    AsOf,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    day_or_today,
    now,
    parse_day,
    say,
)
from scrubjay.cli.evidence import (
    NO_FILES,
    AuthorizationFiles,
    EligibilityFiles,
    EvidenceFiles,
    HistoryFiles,
    HistoryFrom,
    evidence_files,
)
from scrubjay.cli.formats import chosen_format
from scrubjay.cli.selection import (
    EditsDirs,
    IgnoreWords,
    NoSettings,
    ProfileName,
    Selection,
    SelectWords,
    SettingsFile,
    Strict,
    WaiverFiles,
    read_settings,
    selection,
)
from scrubjay.cli.stores import KeptIn, kept_in
from scrubjay.errors import ExitCode, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from scrubjay.api import CheckReport
    from scrubjay.cli.settings import Settings
    from scrubjay.engine.waiver_file import Waiver
    from scrubjay.intake import Reading

DEMO_AS_OF = date(2026, 3, 20)
"""The day that the sample claims were written for; on today's date most would be past timely filing."""


_LINES_SHOWN = 20
_MANY_BYTES = 250 << 20
"""About half a million claims."""
_GZIP_RATIO = 8
"""A guess of how much larger a claim file is than its gzip."""


class Format(StrEnum):
    """Formats of the report."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    XLSX = "xlsx"


class FailOn(StrEnum):
    """From which severity on the exit code is 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


_Format = Annotated[
    Format | None,
    typer.Option(
        "--format", "-f", help="Format of the report. Default: by the name of the -o file, else text."
    ),
]
_Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=0,
        help="Most claims to print in text (default 50) or HTML (default 1000).",
        show_default=False,
    ),
]
_All = Annotated[bool, typer.Option("--all", help="Print every claim with findings.")]
_Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
_NotEvaluated = Annotated[
    bool | None,
    typer.Option(
        "--not-evaluated/--no-not-evaluated",
        show_default=False,
        help="In json, jsonl, csv, parquet and xlsx: list the verdicts that could not be given, with the reason. "
        "They are counted in the summary either way.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay check claims.837`
- `scrubjay check march/*.837 --as-of 2024-04-01 --fail-on warning`
- `scrubjay check claims.837 --policy our-plans.yaml --ignore DU,TF`
- `scrubjay check claims.837 --history earlier.csv --authorizations letters.csv --eligibility answers.271`
- `scrubjay check claims.837 --waivers accepted.yaml --strict`
- `scrubjay check claims.837 --store billing.sqlite`
- `scrubjay check claims.837 -o report.html`
- `scrubjay check claims.837 --json > findings.json`

Exit codes: 0 no finding at or above --fail-on and every file read whole; 1 findings; 3 a file, or a claim in it, could
not be read (and nothing was found in the rest); 2 wrong usage; 4 a fault of the program."""
    )(check)
    app.command()(demo)


def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="837P or 837I files, plain or gzip.")
    ],
    *,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    select: SelectWords = None,
    ignore: IgnoreWords = None,
    edits_dir: EditsDirs = None,
    waivers: WaiverFiles = None,
    history: HistoryFiles = None,
    history_from: HistoryFrom = None,
    authorizations: AuthorizationFiles = None,
    eligibility: EligibilityFiles = None,
    store: KeptIn = None,
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="Exit with 1 from this severity on. Default: error.")
    ] = None,
    strict: Strict = None,
    report_format: _Format = None,
    output: OutputFile = None,
    as_json: _Json = False,
    limit: _Limit = None,
    print_all: _All = False,
    not_evaluated: _NotEvaluated = None,
    reference: ReferencePath = None,
    profile: ProfileName = None,
    config: SettingsFile = None,
    no_config: NoSettings = False,
) -> int:
    """Judge every drug line of 837 files: what will be denied, why, and the fix.

    Options that are not typed come from `scrubjay.toml`, if there is one here or in a folder above.
    """
    with _reading(paths) as reading:
        settings = read_settings(config, profile, no_config=no_config)
        options = settings.options
        if output is None and options.output is not None:
            output = Path(options.output)
            report_format = report_format or _as_format(options.format)
        elif output is None and not as_json:
            report_format = report_format or _as_format(options.format)
        chosen = chosen_format(Format, report_format, output, as_json=as_json)
        asked = selection(settings, select=select, ignore=ignore, edits_dirs=edits_dir, waivers=waivers)
        kept = kept_in(store, paths)
        report = _judge(
            reading,
            paths,
            _day(as_of, settings),
            settings.paths("policy") if policy is None else policy,
            asked,
            evidence=evidence_files(
                history, history_from, authorizations, eligibility, kept=kept[:2] if kept else None
            ),
            kept_waivers=kept[2] if kept else (),
            reference=reference or (Path(options.reference) if options.reference else None),
        )
    given_limit = limit if limit is not None or print_all else options.limit
    _write(
        report,
        chosen,
        output,
        limit=_limit(given_limit, chosen, print_all=print_all or (limit is None and bool(options.all))),
        with_not_evaluated=_first(not_evaluated, options.not_evaluated, default=True),
    )
    threshold = fail_on.value if fail_on is not None else options.fail_on or FailOn.ERROR.value
    is_strict = _first(strict, options.strict, default=False)
    unanswered = report.unanswered(threshold) if is_strict else 0
    if unanswered:
        say(f"--strict: {unanswered:,} questions that could not be answered count as findings.")
    return int(report.exit_code(threshold, strict=is_strict))


def _first(typed: bool | None, written: bool | None, *, default: bool) -> bool:
    return typed if typed is not None else written if written is not None else default


def _as_format(name: str | None) -> Format | None:
    return Format(name) if name is not None else None


def _day(typed: str | None, settings: Settings) -> date:
    if typed is None and settings.options.as_of is not None:
        return parse_day(settings.options.as_of, f"{settings.path}: as-of")
    return day_or_today(typed, "--as-of")


def demo(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="YYYY-MM-DD",
            help=f"Default: {DEMO_AS_OF}, the day the samples were written for.",
        ),
    ] = None,
    report_format: _Format = None,
    output: OutputFile = None,
    as_json: _Json = False,
) -> int:
    """Check the sample claims that come with scrubjay: some clean, some with the classic faults.

    All of them are made up. Exits with 0 although there are findings.
    """
    chosen = chosen_format(Format, report_format, output, as_json=as_json)
    on_day = DEMO_AS_OF if as_of is None else parse_day(as_of, "--as-of")
    paths = sample_files()
    with _reading(paths) as reading:
        report = _judge(reading, paths, on_day, [], Selection([], [], {}, [], []), reference=None)
    _write(report, chosen, output, limit=None, with_not_evaluated=True)
    return int(ExitCode.CLEAN)


def sample_files() -> list[Path]:
    """The sample claims: packaged with a wheel, in `examples/` of a checkout.

    Raises:
        UnreadableInputError: they are in neither place.
    """
    package = Path(str(files("scrubjay")))
    here = Path.cwd()
    for folder in (package / "examples", package.parents[1] / "examples"):
        found = sorted(folder.glob("*.837"))
        if found:
            return [f.relative_to(here) if f.is_relative_to(here) else f for f in found]
    raise UnreadableInputError("the sample claims are missing.", hint="Reinstall scrubjay.")


def _limit(given: int | None, chosen: Format, *, print_all: bool) -> int | None:
    if print_all:
        return None
    if given is not None:
        return given
    return 1000 if chosen is Format.HTML else 50


def _spare_memory(paths: list[Path]) -> None:
    """Settings for the allocator of polars, which reads them once, when polars is loaded: that comes after.

    One arena a core, large pieces among them, so that what one step frees the next one takes; what is left over goes
    back to the system. Of large files it goes back soon: a sixth less is held, for a tenth of the time.
    """
    size = 0
    for path in paths:
        with suppress(OSError):
            size += path.stat().st_size * (_GZIP_RATIO if path.suffix == ".gz" else 1)
    wanted = f"narenas:{os.cpu_count() or 2},oversize_threshold:0,muzzy_decay_ms:0"
    os.environ.setdefault(
        "_RJEM_MALLOC_CONF", f"{wanted},dirty_decay_ms:100" if size > _MANY_BYTES else wanted
    )


@contextmanager
def _reading(paths: list[Path]) -> Generator[Reading]:
    """The files, being read while everything else is loaded: half a second for one core."""
    _spare_memory(paths)
    from scrubjay.cli.progress import shown_progress  # noqa: PLC0415 - heavy, like all below
    from scrubjay.intake import begun  # noqa: PLC0415

    with shown_progress(paths) as progress, begun(paths, progress=progress) as reading:
        yield reading


def _judge(
    reading: Reading,
    paths: list[Path],
    as_of: date,
    policies: list[Path],
    asked: Selection,
    *,
    reference: Path | None,
    evidence: EvidenceFiles = NO_FILES,
    kept_waivers: Sequence[Waiver] = (),
) -> CheckReport:
    from scrubjay import api  # noqa: PLC0415
    from scrubjay.engine.waiver_file import load_waivers  # noqa: PLC0415

    waivers = load_waivers(asked.waivers)
    # A waiver of a file takes the place of the store's of the same id.
    named = {w.id for w in waivers}
    return api.check(
        paths,
        as_of=as_of,
        started_at=now(),
        policies=policies,
        select=asked.select,
        ignore=asked.ignore,
        own_edits=asked.own,
        severities=asked.severities,
        waivers=[*waivers, *(w for w in kept_waivers if w.id not in named)],
        reference_path=reference,
        reading=reading,
        evidence=evidence,
    )


def _write(
    report: CheckReport, chosen: Format, output: Path | None, *, limit: int | None, with_not_evaluated: bool
) -> None:
    from scrubjay import api  # noqa: PLC0415
    from scrubjay.cli.deliver import deliver  # noqa: PLC0415
    from scrubjay.reports.summary import summarise  # noqa: PLC0415

    has_reasons = chosen in (Format.TEXT, Format.HTML, Format.JSON, Format.JSONL)
    summary = summarise(report, api.reason_words, with_subjects=has_reasons)
    fatal = [p for p in summary.problems if p.is_fatal]
    for problem in fatal[:_LINES_SHOWN]:
        say(problem.one_line())
    if len(fatal) > _LINES_SHOWN:
        say(f"{len(fatal) - _LINES_SHOWN} more files could not be read.")
    is_all_unreadable = bool(report.files) and summary.files_unreadable == len(report.files)
    if is_all_unreadable and chosen is Format.TEXT and output is None:
        return
    deliver(report, summary, chosen.value, output, limit=limit, with_not_evaluated=with_not_evaluated)
