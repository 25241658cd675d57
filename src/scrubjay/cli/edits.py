"""`scrubjay explain`, `scrubjay edits list | diff` and `scrubjay test-edits`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    console,
    day_or_today,
    output,
    print_json,
    say,
)
from scrubjay.cli.selection import (
    EditsDirs,
    NoSettings,
    ProfileName,
    SettingsFile,
    own_edits,
    read_settings,
    selection,
)
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.edits.spec import Edit


def _edit_names(incomplete: str) -> list[str]:
    from scrubjay import api  # noqa: PLC0415 - completion only

    words = [w for e in api.edits() for w in (e.name, e.code)]
    return [w for w in words if w.lower().startswith(incomplete.lower())]


class _ListByDefault(TyperGroup):
    """`scrubjay edits DD` is `scrubjay edits list DD`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


_app = typer.Typer(
    name="edits",
    cls=_ListByDefault,
    rich_markup_mode="markdown",
    help="List the edits, or what differs between two versions of them.",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""Examples:

- `scrubjay edits` lists all, `scrubjay edits DD` a family
- `scrubjay edits diff before.json`""",
)


@_app.callback()
def edits() -> None:
    """List the edits, or what differs between two versions of them. `scrubjay edits DD` lists a family."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay explain missing-discarded-drug-modifier`
- `scrubjay explain DD001 -o dd001.html`
- `scrubjay explain DD001 --json`"""
    )(explain)
    _app.command(
        "list",
        epilog="""Examples:

- `scrubjay edits list`
- `scrubjay edits list DD --json`
- `scrubjay edits list --asked --profile medicaid`""",
    )(list_edits)
    _app.command(
        epilog="""Examples:

- `scrubjay edits list --json > before.json`, and after an update: `scrubjay edits diff before.json`
- `scrubjay edits diff old_edits/ our_edits/`

Exit codes: 0 the same; 1 something differs; 2 wrong usage."""
    )(diff)
    app.add_typer(_app, name="edits")
    app.command(
        "test-edits",
        epilog="""Examples:

- `scrubjay test-edits our_edits/`
- `scrubjay test-edits --all`

Exit codes: 0 every case passed; 1 a case failed or is lacking; 2 an edit breaks the contract, or wrong usage.""",
    )(run_cases)


def explain(
    edit: Annotated[
        str,
        typer.Argument(metavar="EDIT", help="Readable name or code of an edit.", autocompletion=_edit_names),
    ],
    *,
    as_of: AsOf = None,
    to: OutputFile = None,
    as_json: JsonFlag = False,
    policy: PolicyFiles = None,
    edits_dir: EditsDirs = None,
    reference: ReferencePath = None,
) -> int:
    """Show what an edit checks, why it matters, how to fix it, its cases, what payers say, and its sources.

    With -o the same as a page (.html) or as Markdown (.md).
    """
    from scrubjay import __version__, api  # noqa: PLC0415 - heavy: every edit
    from scrubjay.reports import explain as shape  # noqa: PLC0415
    from scrubjay.reports import explain_pages as pages  # noqa: PLC0415
    from scrubjay.reports.edit_diff import edit_dict  # noqa: PLC0415
    from scrubjay.testing.docs_edits import examples  # noqa: PLC0415

    own = own_edits(edits_dir or ())
    told = api.explanation(
        edit,
        as_of=day_or_today(as_of, "--as-of"),
        own=own,
        policies=policy or (),
        reference_path=reference,
    )
    shown = examples(told.edit)
    ending = to.suffix.lower() if to is not None else ""
    if to is not None and str(to) != "-" and ending not in (".html", ".htm", ".md", ".json"):
        raise UsageError("goes by no format.", where=str(to), hint="Use .html, .md or .json.")
    if as_json or ending == ".json":
        value = {
            **edit_dict(told.edit),
            **shape.as_dict(told),
            "examples": [{"name": n, "verdict": v, "message": m} for n, v, m in shown],
        }
        if to is None:
            print_json(value)
        else:
            with output(to) as out:
                out.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
    elif to is None:
        pages.print_explanation(told, console(), examples=shown)
    else:
        with output(to) as out:
            if ending == ".md" or str(to) == "-":
                out.write(pages.explanation_markdown(told, shown).encode())
            else:
                pages.write_explanation(told, out, version=__version__, examples=shown)
    if to is not None and str(to) != "-":
        say(f"wrote {to}.")
    return int(ExitCode.CLEAN)


def list_edits(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EDIT|FAMILY]...", help="Only these, by name, code or family."),
    ] = None,
    *,
    asked: Annotated[
        bool,
        typer.Option("--asked", help="Only those that a check here asks, by scrubjay.toml and --profile."),
    ] = False,
    edits_dir: EditsDirs = None,
    profile: ProfileName = None,
    config: SettingsFile = None,
    no_config: NoSettings = False,
    as_json: JsonFlag = False,
) -> int:
    """List the edits with code, severity and what each fires on.

    Edits of your own (--edits-dir, scrubjay.toml, installed packages) stand among them; severities are those that
    scrubjay.toml and the profile set.
    """
    from scrubjay import api  # noqa: PLC0415 - heavy: every edit

    settings = read_settings(config, profile, no_config=no_config)
    chosen = selection(settings, edits_dirs=edits_dir)
    found = api.edits(
        list(words or (chosen.select if asked else ())),
        chosen.ignore if asked else (),
        own=chosen.own,
        severities=chosen.severities,
    )
    if as_json:
        from scrubjay.reports.edit_diff import edit_dict  # noqa: PLC0415

        print_json([edit_dict(e) for e in found])
        return int(ExitCode.CLEAN)
    from scrubjay.reports.answers import print_edits  # noqa: PLC0415

    print_edits(found, console())
    return int(ExitCode.CLEAN)


def diff(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help="A file of `edits list --json`, or a folder of edits.")
    ],
    after: Annotated[
        Path | None, typer.Argument(metavar="[AFTER]", help="Another. Default: the edits that are there now.")
    ] = None,
    *,
    edits_dir: EditsDirs = None,
    as_json: JsonFlag = False,
) -> int:
    """Show which edits were added, removed, renamed or changed, and in what."""
    from scrubjay import api  # noqa: PLC0415 - heavy: every edit
    from scrubjay.reports.edit_diff import diff_edits, edit_dict  # noqa: PLC0415
    from scrubjay.reports.model import plural  # noqa: PLC0415

    now = (
        [edit_dict(e) for e in api.edits(own=own_edits(edits_dir or ()))] if after is None else _listed(after)
    )
    changes = diff_edits(_listed(before), now)
    if as_json:
        print_json([asdict(c) for c in changes])
    else:
        for change in changes:
            details = f": {'; '.join(change.details)}" if change.details else ""
            typer.echo(f"{change.kind:8} {change.code} {change.edit}{details}")
        differ = f"{plural(len(changes), 'edit')} {'differs' if len(changes) == 1 else 'differ'}."
        typer.echo(differ if changes else "The edits are the same.")
    return int(ExitCode.FINDINGS if changes else ExitCode.CLEAN)


def _listed(path: Path) -> list[dict[str, Any]]:
    from scrubjay.edits.site import edits_of_folder  # noqa: PLC0415
    from scrubjay.reports.edit_diff import edit_dict  # noqa: PLC0415

    if path.is_dir():
        return [edit_dict(e) for e in edits_of_folder(path)]
    hint = "Make one: scrubjay edits list --json > FILE"
    try:
        value: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise UsageError(f"cannot be read ({reason}).", where=str(path), hint=hint) from None
    except ValueError:
        raise UsageError("is no JSON.", where=str(path), hint=hint) from None
    rows: list[Any] = value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]
    if not rows or not all(isinstance(r, dict) and {"edit", "code"} <= set(r) for r in rows):  # pyright: ignore[reportUnknownArgumentType]
        raise UsageError("is no list of edits.", where=str(path), hint=hint)
    return rows


def run_cases(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FOLDER]...", help="Folders of edits. Default: those of scrubjay.toml and of packages."
        ),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also the edits that ship.")] = False,
    profile: ProfileName = None,
    config: SettingsFile = None,
    no_config: NoSettings = False,
    as_json: JsonFlag = False,
) -> int:
    """Run the cases of your own edits, and say which cases are lacking: all four verdicts, the first day in force."""
    from scrubjay.edits.site import with_own  # noqa: PLC0415
    from scrubjay.reports.model import plural  # noqa: PLC0415

    settings = read_settings(config, profile, no_config=no_config)
    own = own_edits(folders or settings.paths("edits_dir"))
    # Codes and names that are taken are refused here, before a check refuses them.
    known = with_own(own)
    asked = list(known) if everything else own
    if not asked:
        raise UsageError(
            "there are no edits of your own.", hint="Name a folder, or give --all for those that ship."
        )
    outcomes = [row for edit in asked for row in _outcomes(edit)]
    failed = [o for o in outcomes if o["fault"] is not None]
    if as_json:
        print_json(outcomes)
    else:
        for (file, fault), times in Counter((o["file"], o["fault"]) for o in failed).items():
            typer.echo(f"{file}: {fault}{f' (in {times} cases)' if times > 1 else ''}")
        cases = sum(o["case"] is not None for o in outcomes)
        counts = ((len(asked), "edit"), (cases, "case"), (len(failed), "fault"))
        typer.echo(f"{', '.join(plural(n, what) for n, what in counts)}.")
    return int(ExitCode.FINDINGS if failed else ExitCode.CLEAN)


def _outcomes(edit: Edit) -> Sequence[dict[str, Any]]:
    """One row for each case and for each thing that the cases lack."""
    from scrubjay.testing.cases import contract_faults, load_cases  # noqa: PLC0415

    file = str(edit.cases)
    base = {"edit": edit.name, "code": edit.code, "file": file}
    try:
        cases = load_cases(edit)
        rows: list[dict[str, Any]] = [
            {**base, "case": None, "fault": f"{edit.code} {edit.name} {f}"} for f in contract_faults(edit)
        ]
    except Exception as error:  # noqa: BLE001 - whatever is wrong in a site's file is said in one line
        return [{**base, "case": None, "fault": f"the cases cannot be read ({_said(error)})"}]
    for case in cases:
        fault: str | None = None
        try:
            case.check()
        except Exception as error:  # noqa: BLE001 - a case that cannot run is a fault of the case
            fault = _said(error)
        rows.append({**base, "case": case.name, "fault": fault})
    return rows


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, AssertionError) else f"{type(error).__name__}: {text}"
