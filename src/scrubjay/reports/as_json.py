"""JSON and JSON lines, in the contract of docs/json.md.

Rows are written by Polars straight from the frames, so a million findings never become Python
objects. Money and quantities are strings, dates are ISO, what is unknown is null.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from scrubjay.reports.checked import reason_words
from scrubjay.reports.summary import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.errors import Problem
    from scrubjay.intake import FileReport
    from scrubjay.reports.model import Checked
    from scrubjay.reports.summary import Summary

_ROWS_AT_ONCE = 20_000


def write_json(report: Checked, summary: Summary, out: BinaryIO, *, with_not_evaluated: bool = True) -> None:
    """One object: run, files, findings, coverage, summary.

    Args:
        report: the run.
        summary: its numbers.
        out: where the bytes go, UTF-8.
        with_not_evaluated: also list the verdicts not given; they are counted either way.
    """
    out.write(b'{"run": ' + _dump(_run(report)))
    out.write(b',\n"files": ' + _dump([_file(f) for f in report.files]))
    if report.evidence:
        out.write(b',\n"evidence": ' + _dump([evidence_dict(f) for f in report.evidence]))
    for name, frame in (
        ("findings", _findings(report, with_not_evaluated=with_not_evaluated)),
        ("coverage", _coverage(report)),
    ):
        out.write(f',\n"{name}": ['.encode())
        for number, rows in enumerate(_ndjson(frame)):
            out.write(b",\n" if number else b"\n")
            # A line break inside a JSON string is always escaped, so each one here ends a row.
            out.write(rows.rstrip(b"\n").replace(b"\n", b",\n"))
        out.write(b"]")
    out.write(b',\n"policies": ' + _dump([asdict(p) for p in report.policies_used()]))
    out.write(b',\n"summary": ' + _dump(summary_dict(summary)) + b"}\n")


def write_jsonl(report: Checked, summary: Summary, out: BinaryIO, *, with_not_evaluated: bool = True) -> None:
    """One object per line; `record` is run, file, finding, coverage or summary.

    Args:
        report: the run.
        summary: its numbers.
        out: where the bytes go, UTF-8.
        with_not_evaluated: also list the verdicts not given.
    """
    out.write(_dump({"record": "run", **_run(report)}) + b"\n")
    out.writelines(_dump({"record": "file", **_file(file)}) + b"\n" for file in report.files)
    out.writelines(_dump({"record": "evidence", **evidence_dict(f)}) + b"\n" for f in report.evidence)
    for name, frame in (
        ("finding", _findings(report, with_not_evaluated=with_not_evaluated)),
        ("coverage", _coverage(report)),
    ):
        out.writelines(_ndjson(frame.select(pl.lit(name).alias("record"), pl.all())))
    out.writelines(_dump({"record": "policy", **asdict(p)}) + b"\n" for p in report.policies_used())
    out.write(_dump({"record": "summary", **summary_dict(summary)}) + b"\n")


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_plain).encode("utf-8", errors="replace")


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _ndjson(frame: pl.DataFrame) -> Iterator[bytes]:
    for part in frame.iter_slices(_ROWS_AT_ONCE):
        buffer = io.BytesIO()
        part.write_ndjson(buffer)
        yield buffer.getvalue()


def _run(report: Checked) -> dict[str, Any]:
    run = report.run
    return {
        "version": run.version,
        "as_of": run.as_of,
        "editions": list(run.editions),
        "edits": run.edits,
        "started_at": run.started_at,
        "editions_used": [
            {"set": e.set_name, "source": e.source, "edition": e.edition, "is_loaded": e.is_loaded}
            for e in run.editions_used
        ],
    }


def problem_dict(problem: Problem) -> dict[str, Any]:
    """A problem as in the contract, without the file it stands under."""
    fields = asdict(problem)
    fields.pop("file")
    return fields


def _file(file: FileReport) -> dict[str, Any]:
    return {
        "path": file.path,
        "sha256": file.sha256 or None,
        "kind": file.kind,
        "kinds": file.kinds,
        "claims": file.claims,
        "claims_set_aside": file.claims_set_aside,
        "lines": file.lines,
        "charge_amount": str(file.charge_total),
        "problems": [problem_dict(p) for p in file.problems],
    }


def evidence_dict(file: FileReport) -> dict[str, Any]:
    """A file of evidence: what it is, its rows (or claims), those that count, and its problems."""
    return {
        "path": file.path,
        "sha256": file.sha256 or None,
        "kind": file.kind,
        "rows": file.claims,
        "rows_read": file.claims_read,
        "problems": [problem_dict(p) for p in file.problems],
    }


def _findings(report: Checked, *, with_not_evaluated: bool) -> pl.DataFrame:
    table = report.findings_table(with_not_evaluated=with_not_evaluated)
    cited = pl.DataFrame(
        {
            "edit": list(report.edits),
            "citations": [
                [{"source": c.source, "text": c.text, "confidence": c.confidence} for c in e.citations]
                for e in report.edits.values()
            ],
        },
        schema={
            "edit": pl.String,
            "citations": pl.List(
                pl.Struct({"source": pl.String, "text": pl.String, "confidence": pl.String})
            ),
        },
    )
    fix = pl.struct(
        pl.col("fix_level").alias("level"),
        pl.col("fix").alias("advice"),
        pl.when(pl.col("change_after").is_not_null())
        .then(
            pl.struct(
                pl.col("change_column").alias("column"),
                pl.col("change_before").alias("before"),
                pl.col("change_after").alias("after"),
            )
        )
        .alias("change"),
    )
    return table.join(cited, on="edit", how="left", maintain_order="left").select(
        "claim_id",
        "patient_control_number",
        "line_number",
        "hcpcs",
        "edit",
        "code",
        "severity",
        "verdict",
        "message",
        "reason",
        pl.when(pl.col("fix").is_not_null()).then(fix).alias("fix"),
        "carc",
        "citations",
        "is_unverified",
        pl.col("at_stake_amount").cast(pl.String),
        pl.struct("file", "transaction", "segment").alias("position"),
        "waiver",
        "payer_rules",
    )


def _coverage(report: Checked) -> pl.DataFrame:
    """One row per claim with its numbers and, in `reasons`, why verdicts were not given and how many."""
    per_claim = (
        in_words(report.result.not_evaluated, reason_words)
        .group_by("claim_key", "words")
        .agg(pl.len().alias("verdicts"), pl.col("edit").unique().cast(pl.String).sort().alias("edits"))
        .with_columns(pl.col("words").cast(pl.String))
        .sort("claim_key", "verdicts", "words", descending=[False, True, False])
        .group_by("claim_key", maintain_order=True)
        .agg(pl.struct(pl.col("words").alias("reason"), "verdicts", "edits").alias("reasons"))
    )
    return (
        report.result.coverage.join(
            report.result.claims.select("claim_key", "claim_id"),
            on="claim_key",
            how="left",
            maintain_order="left",
        )
        .join(per_claim, on="claim_key", how="left", maintain_order="left")
        .select(
            "claim_id",
            "applicable",
            "evaluated",
            "not_evaluated",
            pl.col("reasons").fill_null(pl.lit([], dtype=per_claim.schema["reasons"])),
        )
    )


def summary_dict(summary: Summary) -> dict[str, Any]:
    """The numbers of a run as in the contract; money as strings."""
    return {
        "claims": summary.claims,
        "lines": summary.lines,
        "charge_amount": str(summary.charge_amount),
        "findings": summary.findings,
        "waived": summary.waived,
        "claims_by_worst": summary.claims_by_worst,
        "at_stake_amount": str(summary.at_stake_amount),
        "by_edit": [asdict(e) for e in summary.by_edit],
        "coverage": {
            "applicable": summary.applicable,
            "evaluated": summary.evaluated,
            "not_evaluated": summary.not_evaluated,
        },
        "not_evaluated": [
            {
                "reason": r.words,
                "verdicts": r.verdicts,
                "lines": r.lines,
                "claims": r.claims,
                "edits": list(r.edits),
                "subjects": [asdict(s) for s in r.subjects],
                "subject_count": r.subject_count,
            }
            for r in summary.reasons
        ],
        "about_run": [asdict(f) for f in summary.about_run],
        "claims_set_aside": summary.claims_set_aside,
        "files_unreadable": summary.files_unreadable,
        "problems": [{"file": p.file, **problem_dict(p)} for p in summary.problems],
    }
