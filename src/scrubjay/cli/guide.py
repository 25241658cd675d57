"""`scrubjay guide`, `guide check` and `similar`: write a billing guide, judge somebody else's, tell codes apart."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.check import FailOn
from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    OnDate,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    console,
    day_or_today,
    opened_text,
    parse_day,
    print_json,
    say,
)
from scrubjay.cli.common import output as opened
from scrubjay.cli.formats import chosen_format
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.guides.charges import ChargeCheck
    from scrubjay.guides.check_text import GuideCheck
    from scrubjay.guides.page import GuidePage

_CHECK = "check"


class GuideFormat(StrEnum):
    """Formats in which a guide is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    MD = "md"
    PDF = "pdf"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay guide J2919`
- `scrubjay guide J1745 --on 2026-02-01 --payer lifewise -o j1745.html`
- `scrubjay guide J0897 -o j0897.pdf`
- `scrubjay guide check page.html --on 2026-11-23`
- `scrubjay guide check charges.csv --json`

`check` judges a text (txt, md, html, pdf, docx) or a charge master (csv, xlsx: code, description, price). Exit code 1
where something is found at or above `--fail-on`."""
    )(guide)
    app.command(
        epilog="""Examples:

- `scrubjay similar J2919`
- `scrubjay similar J1320 --on 2024-03-01 --json`"""
    )(similar)


def similar(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A HCPCS code.")],
    *,
    on: OnDate = None,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Show the codes that a code may be taken for, why, and the question that tells them apart."""
    from scrubjay import api  # noqa: PLC0415 - heavy: polars
    from scrubjay.reports.guide_check import print_similar  # noqa: PLC0415

    known_on, service_day = _days(on, as_of)
    answer = api.similar(code, on=service_day, as_of=known_on, reference_path=reference)
    if as_json:
        print_json(answer.as_dict())
    else:
        print_similar(answer, console())
    return int(ExitCode.CLEAN)


def guide(
    words: Annotated[
        list[str],
        typer.Argument(metavar="CODE | check FILE", help="A code to write about, or `check` and files."),
    ],
    *,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="YYYY-MM-DD",
            help="Date of service, or the day of the guide to be checked. Default: the day of --as-of.",
        ),
    ] = None,
    payer: Annotated[
        str | None, typer.Option("--payer", help="Id of a payer: write the guide for its rules.")
    ] = None,
    report_format: Annotated[
        GuideFormat | None,
        typer.Option("--format", "-f", help="Format. Default: by the name of the -o file, else text."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="`check`: severity from which the exit code is 1.")
    ] = FailOn.ERROR,
    show_all: Annotated[bool, typer.Option("--all", help="`check`: show what is true as well.")] = False,
    output: OutputFile = None,
    policy: PolicyFiles = None,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Write the billing guide of a code from cited data; or judge a guide or charge master statement by statement."""
    chosen = chosen_format(GuideFormat, report_format, output, as_json=as_json)
    known_on, day = _days(on, as_of)
    if words[0].lower() == _CHECK:
        if payer or policy:
            raise UsageError("a payer is for writing a guide, not for checking one.", where="--payer")
        return _check(
            words[1:],
            chosen,
            on=day,
            as_of=known_on,
            fail_on=fail_on,
            output=output,
            reference=reference,
            show_all=show_all,
        )
    if len(words) > 1:
        raise UsageError(
            f"{len(words)} words were given.",
            hint="Name one code (scrubjay guide J2919), or: scrubjay guide check FILE",
        )
    from scrubjay import api  # noqa: PLC0415 - heavy: polars

    page = api.guide(
        words[0], on=day, as_of=known_on, payer=payer, policies=policy or [], reference_path=reference
    )
    _write(page, chosen, output)
    return int(ExitCode.CLEAN)


def _days(on: str | None, as_of: str | None) -> tuple[date, date]:
    known_on = day_or_today(as_of, "--as-of")
    return known_on, known_on if on is None else parse_day(on, "--on")


def _write(page: GuidePage, chosen: GuideFormat, path: Path | None) -> None:
    import json  # noqa: PLC0415

    from scrubjay import __version__  # noqa: PLC0415
    from scrubjay.reports import guide_page  # noqa: PLC0415

    to_file = path is not None and str(path) != "-"
    if chosen is GuideFormat.TEXT and not to_file:
        guide_page.print_guide(page, console())
        return
    writers = {
        GuideFormat.HTML: guide_page.write_guide_html,
        GuideFormat.MD: guide_page.write_guide_md,
        GuideFormat.PDF: guide_page.write_guide_pdf,
    }
    with opened(path) as out:
        if chosen in writers:
            writers[chosen](page, out, version=__version__)
        elif chosen is GuideFormat.JSON:
            out.write(
                (json.dumps(page.as_dict(), indent=2, ensure_ascii=False) + "\n").encode(errors="replace")
            )
        else:
            with opened_text(out) as text:
                guide_page.print_guide(page, console(text))
    if to_file:
        say(f"wrote {path}")


def _check(
    names: Sequence[str],
    chosen: GuideFormat,
    *,
    on: date,
    as_of: date,
    fail_on: FailOn,
    output: Path | None,
    reference: Path | None,
    show_all: bool,
) -> int:
    import json  # noqa: PLC0415

    from scrubjay import api  # noqa: PLC0415
    from scrubjay.reports.guide_check import print_charges, print_check  # noqa: PLC0415

    if not names:
        raise UsageError("no file was named.", where="guide check", hint="scrubjay guide check page.html")
    if chosen not in (GuideFormat.TEXT, GuideFormat.JSON):
        raise UsageError(
            "a check is shown as text or JSON.", where="--format", hint="Use --json for programs."
        )
    found = [api.guide_check(Path(n), on=on, as_of=as_of, reference_path=reference) for n in names]
    with opened(output) as out, opened_text(out) as text:
        if chosen is GuideFormat.JSON:
            shown = [f.as_dict() for f in found]
            text.write(
                json.dumps(shown[0] if len(shown) == 1 else shown, indent=2, ensure_ascii=False) + "\n"
            )
        else:
            target = console() if output is None else console(text)
            for one in found:
                if hasattr(one, "statements"):
                    print_check(one, target, show_all=show_all)  # type: ignore[arg-type]
                else:
                    print_charges(one, target)  # type: ignore[arg-type]
    return int(ExitCode.FINDINGS if any(_is_bad(f, fail_on) for f in found) else ExitCode.CLEAN)


def _is_bad(found: GuideCheck | ChargeCheck, fail_on: FailOn) -> bool:
    if fail_on is FailOn.NEVER:
        return False
    wanted = {"error"} if fail_on is FailOn.ERROR else {"error", "warning"}
    return bool(found.severities() & wanted)
