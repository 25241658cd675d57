"""`scrubjay explain` and `scrubjay edits`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scrubjay.cli.common import AsOf, JsonFlag, ReferencePath, console, day_or_today, print_json
from scrubjay.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.reference import Reference


def _edit_names(incomplete: str) -> list[str]:
    from scrubjay import api  # noqa: PLC0415 - completion only

    words = [w for e in api.edits() for w in (e.name, e.code)]
    return [w for w in words if w.lower().startswith(incomplete.lower())]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay explain missing-discarded-drug-modifier`
- `scrubjay explain DD001 --json`"""
    )(explain)
    app.command(
        epilog="""Examples:

- `scrubjay edits`
- `scrubjay edits DD --json`"""
    )(edits)


def explain(
    edit: Annotated[
        str,
        typer.Argument(metavar="EDIT", help="Readable name or code of an edit.", autocompletion=_edit_names),
    ],
    as_of: AsOf = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Show what an edit checks, why it matters, how to fix it, its cases and its sources."""
    from scrubjay import api  # noqa: PLC0415 - heavy: every edit
    from scrubjay.reference import Reference  # noqa: PLC0415
    from scrubjay.reports.answers import print_edit  # noqa: PLC0415

    found = api.explain(edit)
    denials = _denials(found, Reference.open(reference), day_or_today(as_of, "--as-of"))
    if as_json:
        print_json(
            {
                **_as_dict(found),
                "doc": found.doc.strip(),
                "denials": [{"carc_code": n, "paraphrase": p} for n, p in denials],
            }
        )
    else:
        print_edit(found, _documented_cases(found), denials, console())
    return int(ExitCode.CLEAN)


def edits(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EDIT|FAMILY]...", help="Only these, by name, code or family."),
    ] = None,
    as_json: JsonFlag = False,
) -> int:
    """List the edits: code, name, severity and what each checks."""
    from scrubjay import api  # noqa: PLC0415 - heavy: every edit

    chosen = api.edits(words or ())
    if as_json:
        print_json([_as_dict(e) for e in chosen])
        return int(ExitCode.CLEAN)
    from scrubjay.reports.answers import print_edits  # noqa: PLC0415

    print_edits(chosen, console())
    return int(ExitCode.CLEAN)


def _as_dict(edit: Edit) -> dict[str, Any]:
    return {
        "edit": edit.name,
        "code": edit.code,
        "family": edit.family,
        "severity": str(edit.severity),
        "grain": str(edit.grain),
        "summary": edit.doc.strip().partition("\n")[0],
        "effective_from": edit.effective_from.isoformat() if edit.effective_from else None,
        "effective_to": edit.effective_to.isoformat() if edit.effective_to else None,
        "carc": list(edit.prevents_carc),
        "rarc": list(edit.prevents_rarc),
        "citations": [
            {"source": c.source, "text": c.text, "confidence": c.confidence} for c in edit.citations
        ],
    }


def _denials(edit: Edit, reference: Reference, as_of: date) -> list[tuple[str, str | None]]:
    def words(set_name: str, key: str, number: str) -> str | None:
        row = reference.row(set_name, on=as_of, as_of=as_of, **{key: number})
        return str(row["paraphrase"]) if row and row["paraphrase"] else None

    carc = [(f"CARC {n}", words("carc", "carc_code", n)) for n in edit.prevents_carc]
    return carc + [(f"RARC {n}", words("rarc", "rarc_code", n)) for n in edit.prevents_rarc]


def _documented_cases(edit: Edit) -> Sequence[dict[str, Any]]:
    from scrubjay.testing.cases import load_cases  # noqa: PLC0415 - only where cases are shown

    return [case.body for case in load_cases(edit) if case.is_shown_in_docs]
