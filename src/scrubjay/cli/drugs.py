"""`scrubjay code`, `units`, `ndc` and `convert`: what a biller asks before a claim exists."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from scrubjay.errors import ExitCode, PolicyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from scrubjay.drugs.answers import CodeAnswer, Refusal


class CodeFormat(StrEnum):
    """Formats in which a code is shown."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


_RequiredOn = Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="Date of service.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay code J1320`
- `scrubjay code "solumedrol 125" --on 2024-03-15`
- `scrubjay code ferumoxytol --json`
- `scrubjay code J2919 -o j2919.html`"""
    )(code)
    app.command(
        epilog="""Examples:

- `scrubjay units --drug "methylprednisolone sodium succinate" --dose "62.5 mg" --vial "125 mg" --container single-dose --on 2024-07-10 --route iv --minutes 5`
- `scrubjay units --code J1745 --dose "5 mg/kg" --weight 83 --vial "5 x 100 mg" --container single-dose --on 2024-07-08 --route iv --minutes 125`

Exit code 2 where the question is refused: the line on standard error says what is missing."""
    )(units)
    app.command(
        epilog="""Examples:

- `scrubjay ndc 0009-0047-22`
- `scrubjay ndc 00009004722 --on 2026-02-01 --json`"""
    )(ndc)
    app.command(
        epilog="""Example:

- `scrubjay convert --code J2930 --units 1 --on 2024-04-01`"""
    )(convert)


def code(
    text: Annotated[
        list[str], typer.Argument(metavar="CODE|TEXT", help="A code, drug, brand, or a few words.")
    ],
    *,
    on: OnDate = None,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    report_format: Annotated[
        CodeFormat | None,
        typer.Option(
            "--format", "-f", help="Format of the answer. Default: by the name of the -o file, else text."
        ),
    ] = None,
    output: OutputFile = None,
    reference: ReferencePath = None,
) -> int:
    """Show the whole life of a code: what it is, its days, limits by quarter, what followed it, what it is confused with."""
    from scrubjay import api  # noqa: PLC0415 - heavy: polars

    chosen = chosen_format(CodeFormat, report_format, output, as_json=as_json)
    known_on = day_or_today(as_of, "--as-of")
    service_day = known_on if on is None else parse_day(on, "--on")
    query = " ".join(text)
    if not query.strip():
        raise UsageError("nothing was asked.", hint="Name a code or a drug: scrubjay code J2919")
    answer = api.code(query, on=service_day, as_of=known_on, reference_path=reference)
    if answer.is_known or answer.codes or chosen is CodeFormat.JSON:
        _write_code(answer, chosen, output, known_on)
    if answer.is_known or answer.codes:
        return int(ExitCode.CLEAN)
    say(" ".join(answer.unknown) or "nothing is known under that name.")
    return int(ExitCode.USAGE)


def _write_code(answer: CodeAnswer, chosen: CodeFormat, path: Path | None, as_of: date) -> None:
    import json  # noqa: PLC0415

    from scrubjay import __version__  # noqa: PLC0415
    from scrubjay.reports.answers import print_code  # noqa: PLC0415

    if chosen is CodeFormat.HTML and not answer.is_known:
        codes = ", ".join(h.code for h in answer.codes[:6])
        raise UsageError(
            f"{answer.query!r} may mean several codes: {codes}.",
            hint="A page is made for one: name the code.",
        )
    to_file = path is not None and str(path) != "-"
    if chosen is CodeFormat.TEXT and not to_file:
        print_code(answer, console())
        return
    with opened(path) as out:
        if chosen is CodeFormat.HTML:
            from scrubjay.reports.code_html import write_code_html  # noqa: PLC0415

            write_code_html(answer, out, as_of=as_of, version=__version__)
        elif chosen is CodeFormat.JSON:
            out.write(
                (json.dumps(answer.as_dict(), indent=2, ensure_ascii=False) + "\n").encode(errors="replace")
            )
        else:
            with opened_text(out) as text:
                print_code(answer, console(text))
    if to_file:
        say(f"wrote {path}")


def units(
    *,
    dose: Annotated[
        str, typer.Option("--dose", metavar='"125 mg"', help="Dose given, with its unit: 125 mg, 5 mg/kg.")
    ],
    on: _RequiredOn,
    drug: Annotated[str | None, typer.Option("--drug", help="Name or brand of the drug.")] = None,
    hcpcs: Annotated[str | None, typer.Option("--code", help="HCPCS code, instead of --drug.")] = None,
    vial: Annotated[
        list[str] | None,
        typer.Option(
            "--vial",
            metavar='"125 mg"',
            help='Labelled content of a container opened; repeatable, or "5 x 100 mg".',
        ),
    ] = None,
    ndc_number: Annotated[str | None, typer.Option("--ndc", help="NDC on the container.")] = None,
    container: Annotated[
        str | None, typer.Option("--container", metavar="single-dose|multi-dose", help="As the label says.")
    ] = None,
    route: Annotated[
        str | None, typer.Option("--route", metavar="iv|im|sc|ia", help="How it was given.")
    ] = None,
    minutes: Annotated[str | None, typer.Option("--minutes", metavar="N", help="How long it ran.")] = None,
    setting: Annotated[
        str, typer.Option("--setting", metavar="office|hopd|asc|inpatient|...", help="Where it was given.")
    ] = "office",
    payer: Annotated[
        str | None, typer.Option("--payer", help="Id of the payer. Default: Medicare Part B.")
    ] = None,
    weight: Annotated[
        str | None, typer.Option("--weight", metavar="KG", help="Body weight, for a dose per kg.")
    ] = None,
    policy: PolicyFiles = None,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Work out the lines to bill for one dose: units, waste, NDC quantity, administration, step by step."""
    from scrubjay import api  # noqa: PLC0415 - heavy: polars
    from scrubjay.drugs import UnitsRequest  # noqa: PLC0415
    from scrubjay.reports.answers import print_units  # noqa: PLC0415

    with _refused_in_json(as_json=as_json):
        known_on = _clock(as_of)
        drug, hcpcs, ndc_number = (_stated(text) for text in (drug, hcpcs, ndc_number))
        request = UnitsRequest(
            dose=dose,
            on=parse_day(on, "--on"),
            drug=drug,
            code=hcpcs,
            vials=tuple(vial or ()),
            ndc=ndc_number,
            container=container,
            route=route,
            minutes=_whole_minutes(minutes),
            setting=setting,
            payer=payer,
            weight=weight,
        )
        if not (drug or hcpcs or ndc_number):
            raise UsageError(
                "says no drug.", where="units", hint="Add --drug NAME, --code CODE or --ndc NDC."
            )
        answer = api.units(request, as_of=known_on, reference_path=reference, policies=policy or [])
    return _deliver(answer, answer.refused, print_units, as_json=as_json)


def _stated(text: str | None) -> str | None:
    """What an option says; one of blanks only says nothing."""
    return text if text and text.strip() else None


@contextlib.contextmanager
def _refused_in_json(*, as_json: bool) -> Generator[None]:
    """Whoever reads JSON finds a fault of an option in it too, in the words of standard error."""
    try:
        yield
    except (UsageError, PolicyError) as error:
        if as_json:
            from scrubjay.drugs import Refusal, UnitsAnswer  # noqa: PLC0415

            where = error.where or ""
            missing = (
                "drug" if where == "units" else where.removeprefix("--") if where.startswith("--") else None
            )
            refusal = Refusal(error.one_line(), (missing,) if missing else ())
            print_json(UnitsAnswer(refused=refusal).as_dict())
        raise


def ndc(
    number: Annotated[str, typer.Argument(metavar="NDC", help="As on the package, or as on a claim.")],
    on: OnDate = None,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Show an NDC in its 11-digit form, the code it bills under, its package and container."""
    from scrubjay import api  # noqa: PLC0415 - heavy: polars
    from scrubjay.reports.answers import print_ndc  # noqa: PLC0415

    known_on = _clock(as_of)
    service_day = known_on if on is None else parse_day(on, "--on")
    answer = api.ndc(number, on=service_day, as_of=known_on, reference_path=reference)
    return _deliver(answer, answer.refused, print_ndc, as_json=as_json)


def convert(
    *,
    hcpcs: Annotated[str, typer.Option("--code", help="The code that ended.")],
    units: Annotated[str, typer.Option("--units", help="Units of it.")],
    on: _RequiredOn,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Turn units of an ended code into units of the code that took over."""
    from scrubjay import api  # noqa: PLC0415 - heavy: polars
    from scrubjay.reports.answers import print_conversions  # noqa: PLC0415

    answer = api.convert(
        hcpcs, units, on=parse_day(on, "--on"), as_of=_clock(as_of), reference_path=reference
    )
    return _deliver(answer, answer.refused, print_conversions, as_json=as_json)


def _clock(as_of: str | None) -> date:
    return day_or_today(as_of, "--as-of")


def _whole_minutes(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.strip().isascii() and text.strip().isdigit()) or len(text.strip()) > 5:
        raise UsageError(
            "is no whole number of minutes.", where="--minutes", hint="Write it as in --minutes 30."
        )
    return int(text)


def _deliver(
    answer: Any, refused: Refusal | None, show: Callable[[Any, Console], None], *, as_json: bool
) -> int:
    """Print the answer; a refusal also as one line on standard error, with exit code 2."""
    if as_json:
        print_json(answer.as_dict())
    elif refused is None:
        show(answer, console())
    if refused is None:
        return int(ExitCode.CLEAN)
    say(f"not worked out: {refused.reason}")
    return int(ExitCode.USAGE)
