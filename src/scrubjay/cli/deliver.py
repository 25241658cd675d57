"""Writes a report in the chosen format to the chosen place."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from scrubjay.cli.common import console, output, say
from scrubjay.errors import UsageError
from scrubjay.reports.as_json import write_json, write_jsonl
from scrubjay.reports.html import write_html
from scrubjay.reports.model import plural
from scrubjay.reports.tabular import write_csv, write_parquet, write_xlsx
from scrubjay.reports.text import print_report

if TYPE_CHECKING:
    from pathlib import Path

    from scrubjay.reports.model import Checked
    from scrubjay.reports.summary import Summary

_ROWS = {"json": write_json, "jsonl": write_jsonl}
_TABLES = {"csv": write_csv, "parquet": write_parquet, "xlsx": write_xlsx}
_BINARY = ("parquet", "xlsx")


def deliver(
    report: Checked,
    summary: Summary,
    chosen: str,
    path: Path | None,
    *,
    limit: int | None,
    with_not_evaluated: bool,
) -> None:
    """Write the report.

    Args:
        report: the run.
        summary: its numbers.
        chosen: text, json, jsonl, csv, parquet, html or xlsx.
        path: file to write, null for standard output.
        limit: most claims in text and HTML; null for all.
        with_not_evaluated: list verdicts not given in the formats with a row per finding.

    Raises:
        UsageError: the file cannot be written, or binary output would go to a terminal.
    """
    to_file = path is not None and str(path) != "-"
    if chosen == "text" and not to_file:
        print_report(report, summary, console(), limit=limit)
        return
    if chosen in _BINARY and not to_file and sys.stdout.isatty():
        raise UsageError(
            f"{chosen} is no text for a terminal.", where="--format", hint="Name a file with -o."
        )
    with output(path) as out:
        if chosen == "text":
            text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", write_through=True)
            print_report(report, summary, console(text), limit=limit)
            text.detach()
        elif chosen == "html":
            write_html(report, summary, out, limit=limit)
        elif chosen in _ROWS:
            _ROWS[chosen](report, summary, out, with_not_evaluated=with_not_evaluated)
        else:
            # Workbooks and Parquet are written backwards and forwards, which a pipe cannot.
            buffer = io.BytesIO()
            _TABLES[chosen](report, buffer, with_not_evaluated=with_not_evaluated)
            out.write(buffer.getbuffer())
    if to_file:
        say(f"wrote {path}: {_one_line(summary)}")


def _one_line(summary: Summary) -> str:
    found = summary.findings
    return (
        f"{plural(summary.claims, 'claim')}, {plural(found['error'], 'error')}, {plural(found['warning'], 'warning')}, "
        f"{plural(found['info'], 'note')}; {plural(summary.not_evaluated, 'question')} not answered."
    )
