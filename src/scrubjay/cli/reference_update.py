"""`scrubjay reference update`: fetch the current releases from their published addresses and load them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import JsonFlag, ReferencePath, console, day_or_today, now, print_json, say
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from scrubjay.reference.update import UpdateReport

ENVIRONMENT = "SCRUBJAY_DOWNLOADS"
_NAMED = 20


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay reference update --dry-run`
- `scrubjay reference update --accept-licence ama`
- `scrubjay reference update --only hcpcs --only icd10cm`
- `scrubjay reference update --only asp-limits --accept-licence ama --on 2025-10-01`

A proxy is taken from HTTPS_PROXY and NO_PROXY. This is the only command that opens a network connection.

Exit codes: 0 all that was asked for is current and loaded (sources that wait for a licence are listed); 3 a file could
not be had or was refused; 2 wrong usage, a source named with --only waits for a licence, or a folder cannot be
written."""
    )(update)


def update(
    *,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="SOURCE", help="Only this source, e.g. hcpcs; repeatable."),
    ] = None,
    accept_licence: Annotated[
        list[str] | None,
        typer.Option(
            "--accept-licence",
            metavar="LICENCE",
            help="You have accepted these terms, e.g. ama: fetch what needs them.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="YYYY-MM-DD", help="The releases in force on this day. Default: today."),
    ] = None,
    is_dry: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be looked for and where; ask nothing.")
    ] = False,
    is_list: Annotated[bool, typer.Option("--list", help="List the sources and their addresses.")] = False,
    addresses: Annotated[
        Path | None,
        typer.Option(
            "--addresses",
            metavar="FILE",
            help="Addresses of your own, in the form of the packaged addresses.yaml.",
        ),
    ] = None,
    downloads: Annotated[
        Path | None,
        typer.Option(
            "--downloads", metavar="FOLDER", help="Where downloads are kept.", show_default="the user's cache"
        ),
    ] = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Download the current official releases and load them. What was cut off is continued the next time.

    Each file is checked before it is used; a source that fails does not stop the others. Releases with CPT codes need
    the licence of the AMA: they are fetched only if you say that you have accepted it.
    """
    from scrubjay.reference.addresses import read_addresses  # noqa: PLC0415 - heavy, like all below
    from scrubjay.reports import reference_update as text  # noqa: PLC0415

    known = read_addresses(addresses)
    if is_list:
        if as_json:
            print_json(text.addresses_list(known))
        else:
            text.print_addresses(known, console())
        return int(ExitCode.CLEAN)
    sources = known.named(only or ())
    accepted = known.accepted(accept_licence or ())
    day = day_or_today(on, "--on")
    folder = (downloads if downloads is not None else _default_downloads()).resolve()
    if is_dry:
        from scrubjay.reference.update import planned  # noqa: PLC0415

        report = planned(sources, folder, on=day, addresses=known, accepted=accepted)
    else:
        from scrubjay.cli.progress import shown_fetch, shown_load  # noqa: PLC0415
        from scrubjay.reference import update as run  # noqa: PLC0415
        from scrubjay.reference.library import Library  # noqa: PLC0415
        from scrubjay.reference.web import Web, make_client  # noqa: PLC0415

        library = Library(reference if reference is not None else Library.default_folder())
        if folder == library.folder.resolve():
            raise UsageError(
                "is the reference folder.", where=str(folder), hint="Keep downloads in another folder."
            )
        with make_client() as client, shown_fetch() as fetching, shown_load() as loading:
            report = run.update(
                sources,
                library,
                folder,
                on=day,
                loaded_at=now(),
                web=Web(client),
                addresses=known,
                accepted=accepted,
                telling=run.Telling(fetching, loading),
            )
    if as_json:
        print_json(text.update_dict(report))
    else:
        text.print_update(report, console())
    return int(_code(report, is_named=bool(only)))


def _default_downloads() -> Path:
    """The environment's folder, or one in the user's cache."""
    import platformdirs  # noqa: PLC0415

    named = os.environ.get(ENVIRONMENT)
    return (
        Path(named) if named else Path(platformdirs.user_cache_dir("scrubjay", appauthor=False)) / "official"
    )


def _code(report: UpdateReport, *, is_named: bool) -> ExitCode:
    """The exit code, with a line on standard error for each file that was asked for and is not had."""
    lacking = [f"{f.title}: {f.what}" for f in report.having("failed", "not-found", "notice")]
    if report.loaded is not None:
        lacking += [f.what for f in report.loaded.having("refused")]
        lacking += [f"{path}: nothing in it is a release of a known source." for path in _strange(report)]
    held = {f.source for f in report.having("licence")}
    for line in lacking[:_NAMED]:
        say(line)
    if len(lacking) > _NAMED:
        say(f"{len(lacking) - _NAMED} more could not be had.")
    if lacking:
        return ExitCode.UNREADABLE
    if held and is_named:
        say(f"{', '.join(sorted(held))}: the licence is to be accepted first (--accept-licence).")
        return ExitCode.USAGE
    return ExitCode.CLEAN


def _strange(report: UpdateReport) -> list[Path]:
    """Fetched files of which no loader took anything; notes beside the data of an archive are no such case."""
    loaded = report.loaded
    if loaded is None:
        return []
    known = [f.name for f in loaded.files if f.outcome != "not-official"]
    strangers = [f.name for f in loaded.having("not-official")]

    def of(path: Path, names: list[str]) -> bool:
        return any(n == str(path) or n.startswith(f"{path}/") for n in names)

    paths = dict.fromkeys(f.path for f in report.files if f.path is not None)
    return [p for p in paths if of(p, strangers) and not of(p, known)]
