"""`scrubjay policy`: look at, write, check and compare payer policies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
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
    output,
    parse_day,
    print_json,
    say,
)
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.policies.compare import Side
    from scrubjay.policies.lint import Remark
    from scrubjay.testing.policy_tests import PolicyTestOutcome

_app = typer.Typer(
    name="policy",
    no_args_is_help=False,
    rich_markup_mode="markdown",
    help="See what a payer asks; write, check, test and compare payer policies.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...", help="Policy files (YAML), or folders of them. Default: the packs that ship."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    _app.command(
        epilog="""Examples:

- `scrubjay policy show medicare J2919 --on 2024-06-03`
- `scrubjay policy show "Blue Cross NC" J1745 --on 2026-06-01 --json`
- `scrubjay policy show my-plan J1745 --policy my-plan.yaml`"""
    )(show)
    _app.command(
        epilog="""Examples:

- `scrubjay policy lint my-plan.yaml`
- `scrubjay policy lint plans/ --strict`

Exit codes: 0 no error; 1 a file has an error (with --strict, also a warning); 2 wrong usage."""
    )(lint)
    _app.command(
        "test",
        epilog="""Examples:

- `scrubjay policy test my-plan.yaml`
- `scrubjay policy test`

Exit codes: 0 every test passed; 1 a test failed; 2 a file is no policy, or wrong usage.""",
    )(run_tests)
    _app.command(
        epilog="""Examples:

- `scrubjay policy diff blue-cross-nc lifewise`
- `scrubjay policy diff my-plan-2025.yaml my-plan-2026.yaml`

Exit codes: 0 they say the same; 1 they differ; 2 wrong usage."""
    )(diff)
    _app.command(
        epilog="""Examples:

- `scrubjay policy schema -o policy.schema.json`

An editor that knows YAML completes a policy whose first line is
`# yaml-language-server: $schema=policy.schema.json`."""
    )(schema)
    app.add_typer(_app, name="policy")


@_app.callback(invoke_without_command=True)
def policy(context: typer.Context) -> None:
    """See what a payer asks; write, check, test and compare payer policies."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _code(text: str) -> str:
    code = text.strip().upper()
    if len(code) != 5 or not code.isalnum() or not code.isascii():
        shown = "".join(c for c in text if c.isprintable())[:20]
        raise UsageError(f'"{shown}" is no code.', where="CODE", hint="Write five letters and digits: J2919.")
    return code


def show(
    payer: Annotated[str, typer.Argument(metavar="PAYER", help="Id, alias or name of a policy.")],
    hcpcs: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="HCPCS code. Default: what is asked of any drug.")
    ] = None,
    *,
    on: OnDate = None,
    as_of: AsOf = None,
    policy_files: PolicyFiles = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Show what a payer asks for a code on a day, each statement with its citation and confidence."""
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415 - heavy, like all below
    from scrubjay.policies.show import find_policy  # noqa: PLC0415
    from scrubjay.policies.show import show as answer_of  # noqa: PLC0415
    from scrubjay.reference import Reference  # noqa: PLC0415

    known_on = day_or_today(as_of, "--as-of")
    day = known_on if on is None else parse_day(on, "--on")
    code = _code(hcpcs) if hcpcs is not None else None
    policies = PolicySet.base([load_policy_file(p) for p in policy_files or ()], replacing=True)
    answer = answer_of(policies, find_policy(policies, payer), code, day, known_on)
    if as_json:
        print_json(_plain(asdict(answer)))
        return int(ExitCode.CLEAN)
    from scrubjay.reports.policy_text import print_policy  # noqa: PLC0415

    row = Reference.open(reference).row("hcpcs", on=day, as_of=known_on, hcpcs=code) if code else None
    print_policy(answer, str(row["descriptor"]) if row and row["descriptor"] else None, console())
    return int(ExitCode.CLEAN)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def lint(
    files: _Files = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 also for warnings.")] = False,
    as_of: AsOf = None,
    as_json: JsonFlag = False,
) -> int:
    """Say all that is wrong or doubtful in policy files, each with file and line.

    Errors: form, dates, overlaps, unknown edits, missing citations, circles. Warnings: reviews that are due, no tests,
    and payers to which two policies answer.
    """
    from scrubjay.policies.lint import lint as remarks_of  # noqa: PLC0415

    named = _each(files)
    remarks, _ = remarks_of(named, on=day_or_today(as_of, "--as-of"))
    if as_json:
        print_json([asdict(r) for r in remarks])
    else:
        _print_remarks(remarks, len(named))
    levels = {"error", "warning"} if strict else {"error"}
    is_bad = any(r.level in levels for r in remarks)
    return int(ExitCode.FINDINGS if is_bad else ExitCode.CLEAN)


def _each(files: Sequence[Path] | None) -> list[Path]:
    """The files named, and those of the folders named, by name.

    Raises:
        UsageError: a folder holds no YAML.
    """
    found: list[Path] = []
    for path in files or ():
        inside = (
            sorted(f for f in path.iterdir() if f.suffix in (".yaml", ".yml")) if path.is_dir() else [path]
        )
        if not inside:
            raise UsageError(
                "holds no policy.", where=str(path), hint="Name files, or a folder with files *.yaml."
            )
        found += inside
    return found


def _print_remarks(remarks: Sequence[Remark], files: int) -> None:
    from scrubjay.phi import clean  # noqa: PLC0415
    from scrubjay.reports.model import plural  # noqa: PLC0415

    for remark in remarks:
        typer.echo(clean(remark.one_line()))
    errors = sum(r.level == "error" for r in remarks)
    what = plural(files, "file") if files else "the packs that ship"
    typer.echo(f"{what}: {plural(errors, 'error')}, {plural(len(remarks) - errors, 'warning')}.")


def run_tests(files: _Files = None, *, as_json: JsonFlag = False, reference: ReferencePath = None) -> int:
    """Run the tests that policies carry."""
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415
    from scrubjay.reference import Reference  # noqa: PLC0415
    from scrubjay.testing.policy_tests import run_policy_tests  # noqa: PLC0415

    own = [load_policy_file(p) for p in _each(files)]
    policies = PolicySet.base(own, replacing=True)
    known = Reference.open(reference)
    asked = own or sorted(policies.policies, key=lambda p: p.id)
    outcomes = [o for p in asked for o in run_policy_tests(p, policies, reference=known)]
    untested = [p.id for p in asked if not p.tests]
    if as_json:
        print_json([{**asdict(o), "has_passed": o.has_passed} for o in outcomes])
    else:
        _print_outcomes(outcomes, untested)
    return int(ExitCode.CLEAN if all(o.has_passed for o in outcomes) else ExitCode.FINDINGS)


def _print_outcomes(outcomes: Sequence[PolicyTestOutcome], untested: Sequence[str]) -> None:
    from scrubjay.phi import clean  # noqa: PLC0415
    from scrubjay.reports.model import plural  # noqa: PLC0415

    for outcome in outcomes:
        for difference in outcome.differences:
            typer.echo(clean(f"{outcome.where}: {outcome.policy}, {outcome.name}: {difference}."))
    failed = sum(not o.has_passed for o in outcomes)
    typer.echo(f"{plural(len(outcomes), 'test')}, {failed} failed.")
    for name in untested:
        say(f"{name} carries no tests.")


def diff(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="Id or alias of a policy, or a file.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another, or another edition of it.")],
    *,
    as_json: JsonFlag = False,
) -> int:
    """Show what two policies say differently and on which days of service, inherited statements included."""
    from scrubjay.policies.compare import compare  # noqa: PLC0415

    found = compare(_side(first), _side(second))
    if as_json:
        print_json([_plain(asdict(d)) for d in found])
    else:
        from scrubjay.reports.policy_text import print_differences  # noqa: PLC0415

        print_differences((first, second), found, console())
    return int(ExitCode.FINDINGS if found else ExitCode.CLEAN)


def _side(name: str) -> Side:
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415
    from scrubjay.policies.compare import Side  # noqa: PLC0415
    from scrubjay.policies.show import find_policy  # noqa: PLC0415

    path = Path(name)
    if path.is_file() or path.suffix in (".yaml", ".yml"):
        own = load_policy_file(path)
        return Side(PolicySet.base([own], replacing=True), own)
    policies = PolicySet.base()
    return Side(policies, find_policy(policies, name))


def schema(to: OutputFile = None) -> int:
    """Write the JSON Schema of a policy file, with which editors complete and check it while you type."""
    from scrubjay.testing.docs_schema import schema_text  # noqa: PLC0415

    with output(to) as out:
        out.write(schema_text().encode())
    if to is not None and str(to) != "-":
        say(f"wrote {to}.")
    return int(ExitCode.CLEAN)
