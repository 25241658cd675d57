"""`scrubjay audit`: does the chart support what is billed?"""

from __future__ import annotations

import io
import json
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scrubjay.cli.common import (
    AsOf,
    OutputFile,
    PolicyFiles,
    ReferencePath,
    console,
    day_or_today,
    now,
    output,
    say,
)
from scrubjay.cli.formats import chosen_format
from scrubjay.errors import ExitCode

if TYPE_CHECKING:
    from scrubjay.records.audit import Audit

_SHOWN = 50


class AuditFormat(StrEnum):
    """Formats of the report."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


class AuditFailOn(StrEnum):
    """From which severity on the exit code is 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog="""Examples:

- `scrubjay audit --chart note.txt --claims claim.837`
- `scrubjay audit --chart charts/ --claims march.837 --manifest charts.csv -o audit.html`
- `scrubjay audit --chart bundle.json --chart mar.csv --claims march.837 --json`

Charts: plain text, PDF with text, FHIR R4 bundles and NDJSON, CSV administration records; docs/records.md says how they are
matched to claims. The report quotes the charts.

Exit codes: 0 no finding at or above --fail-on and every file read; 1 findings; 3 a file could not be read; 2 wrong usage."""
    )(audit)


def audit(
    *,
    chart: Annotated[
        list[Path],
        typer.Option("--chart", metavar="PATH", help="A chart, or a folder of charts; repeatable."),
    ],
    claims: Annotated[list[Path], typer.Option("--claims", metavar="PATH", help="An 837 file; repeatable.")],
    manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest",
            metavar="FILE",
            help="CSV that names the claim (patient_control_number) of each chart or mrn.",
        ),
    ] = None,
    checklist: Annotated[
        list[Path] | None,
        typer.Option(
            "--checklist", metavar="FILE", help="What your practice asks of records (YAML); repeatable."
        ),
    ] = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    fail_on: Annotated[
        AuditFailOn, typer.Option("--fail-on", help="Exit with 1 from this severity on.")
    ] = AuditFailOn.ERROR,
    report_format: Annotated[
        AuditFormat | None,
        typer.Option(
            "--format", "-f", help="Format of the report. Default: by the name of the -o file, else text."
        ),
    ] = None,
    output_file: OutputFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every claim in text.")] = False,
    reference: ReferencePath = None,
) -> int:
    """Compare charts with claims: what the record holds, what is missing, what it contradicts, and the lines it supports."""
    from scrubjay import api  # noqa: PLC0415 - heavy, like all below
    from scrubjay.reports.audited import as_values  # noqa: PLC0415

    chosen = chosen_format(AuditFormat, report_format, output_file, as_json=as_json)
    report, run = api.audit(
        chart,
        claims,
        as_of=day_or_today(as_of, "--as-of"),
        started_at=now(),
        policies=policy or [],
        manifest=manifest,
        checklists=checklist or [],
        reference_path=reference,
    )
    problems = [p for f in (*report.claim_files, *report.charts.files) for p in f.problems]
    for problem in problems:
        say(problem.one_line())
    values = as_values(report, run)
    is_nothing = not values["claims"] or not report.charts.reads
    if not (is_nothing and problems and chosen is AuditFormat.TEXT and output_file is None):
        _write(report, values, chosen, output_file, limit=None if print_all else _SHOWN)
    found = values["summary"]["findings"]
    counted = found["error"] + (found["warning"] if fail_on is AuditFailOn.WARNING else 0)
    if counted and fail_on is not AuditFailOn.NEVER:
        return int(ExitCode.FINDINGS)
    return int(ExitCode.UNREADABLE if any(p.is_fatal for p in problems) else ExitCode.CLEAN)


def _write(
    report: Audit, values: dict[str, Any], chosen: AuditFormat, path: Path | None, *, limit: int | None
) -> None:
    from scrubjay.reports.audit_html import write_audit_html  # noqa: PLC0415
    from scrubjay.reports.audit_text import print_audit  # noqa: PLC0415

    if chosen is AuditFormat.TEXT and path is None:
        print_audit(values, console(), limit=limit)
        return
    with output(path) as out:
        if chosen is AuditFormat.JSON:
            out.write(
                (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode("utf-8", errors="replace")
            )
        elif chosen is AuditFormat.HTML:
            write_audit_html(report, values, out)
        else:
            text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", write_through=True)
            print_audit(values, console(text), limit=limit)
            text.detach()
    if path is not None and str(path) != "-":
        found = values["summary"]["findings"]
        say(f"wrote {path}: {found['error']} errors, {found['warning']} warnings, {found['info']} notes.")
