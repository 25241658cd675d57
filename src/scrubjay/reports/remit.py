"""A remittance as text and as JSON: payments, what is held, what was denied and why, what matches nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.padding import Padding
from rich.text import Text

from scrubjay import __version__, phi
from scrubjay.errors import ExitCode
from scrubjay.reports.as_json import problem_dict
from scrubjay.reports.model import money, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from rich.console import Console, RenderableType

    from scrubjay.intake import FileReport
    from scrubjay.recovery.remit import RemitReport

_REASONS = 3
_STYLES = {"denied": "red", "reduced": "yellow", "pending": "cyan", "rejected": "red"}


def exit_code(report: RemitReport) -> ExitCode:
    """1 where something is denied, held, faulty or unmatched; 3 where a file could not be read; else 0."""
    some = (report.open_lines, report.held_payments, report.held_claims, report.faults, report.unmatched)
    if any(frame.height for frame in some):
        return ExitCode.FINDINGS
    files = (*report.files, *report.claim_files)
    return ExitCode.UNREADABLE if any(f.is_fatal or f.claims_set_aside for f in files) else ExitCode.CLEAN


def held_words(payment: dict[str, Any]) -> str:
    """Why nothing of a payment is to be posted."""
    if payment["seen_before_remit_key"] is not None:
        return "held: it came before, or comes more complete, in another file or set"
    if not payment["is_whole"]:
        return "held: cut short, or a claim of it could not be read"
    if payment["off_by_amount"] is None:
        return "held: an amount of it is unknown, so it cannot be balanced"
    return f"held: off balance by {money(payment['off_by_amount'])}"


def print_remit(report: RemitReport, console: Console, *, limit: int | None) -> None:
    """Print a report.

    Args:
        report: the report.
        console: where to.
        limit: most lines of each list; null prints all.
    """
    remits = report.answers.remits
    console.print(Text.assemble(
        (f"scrubjay {__version__}", "bold"), "  ", plural(len(report.files), "file"), ", ",
        plural(remits.transactions.height, "payment"), ", ", plural(remits.claims.height, "claim"), ", ",
        plural(remits.lines.height, "line"),
    ))  # fmt: skip
    for part in _parts(report, limit):
        console.print(part)


def _parts(report: RemitReport, limit: int | None) -> Iterator[RenderableType]:
    remits = report.answers.remits
    yield Text()
    payments = remits.transactions.to_dicts()
    for payment in payments[:limit]:
        state = held_words(payment) if payment["is_quarantined"] else "balances"
        style = "red" if payment["is_quarantined"] else "green"
        yield Text.assemble(
            "Payment ", (phi.clean(payment["trace_number"]) or "(no trace number)", "bold"), "  ",
            phi.clean(payment["payer_name"]) or "payer not named", "  ",
            str(payment["payment_date"] or "no date"), "  ", money(payment["payment_amount"]), "  ", (state, style),
        )  # fmt: skip
    yield from _more(len(payments), limit, "payment")
    for claim in report.held_claims.to_dicts()[:limit]:
        number = phi.control_number(claim["patient_control_number"])
        yield Text(f"Claim {number} is held: {off_words(claim)}.", style="red")
    yield from _denials(report, limit)
    yield from _faults(report.faults, limit)
    yield from _unmatched(report, limit)
    yield from _acknowledged(report)
    yield from problem_lines([*report.files, *report.claim_files])


def off_words(claim: dict[str, Any]) -> str:
    """By how much an answered claim is off balance."""
    if claim["off_by_amount"] is None:
        return "an amount is unknown, so it cannot be balanced"
    if claim["off_by_amount"] == 0:
        return f"{plural(claim['unbalanced_line_count'], 'line')} off balance"
    return f"off balance by {money(claim['off_by_amount'])}"


def _more(count: int, limit: int | None, noun: str) -> Iterator[Text]:
    if limit is not None and count > limit:
        yield Text(f"{plural(count - limit, f'more {noun}')}; --all prints them.")


def _denials(report: RemitReport, limit: int | None) -> Iterator[RenderableType]:
    lines = report.open_lines
    yield Text()
    if not lines.height:
        yield Text("No line is denied, reduced or pending.", style="green")
        return
    total = sum(lines["denied_amount"].drop_nulls(), Decimal(0))
    yield Text(
        f"{plural(lines.height, 'line')} denied, reduced or pending, {money(total)} open to recovery",
        style="bold",
    )
    for row in lines.sort("denied_amount", descending=True, nulls_last=True, maintain_order=True).to_dicts()[
        :limit
    ]:
        yield from _line(row)
    yield from _more(lines.height, limit, "line")


def _line(row: dict[str, Any]) -> Iterator[RenderableType]:
    code = "-".join([row["hcpcs"] or "whole claim", *(row["modifiers"] or [])])
    yield Text.assemble(
        "\n", ("Claim ", "bold"), (phi.control_number(row["patient_control_number"]), "bold"), f"  {phi.clean(code)}",
        f"  on {row['service_date'] or 'unknown day'}  {money(row['charge_amount'])} billed, {money(row['paid_amount'])} paid",
    )  # fmt: skip
    outcome = row["outcome"] or "cannot be told"
    codes = " ".join(filter(None, (row["group_code"], row["carc_code"], row["rarc_code"])))
    yield Padding(Text.assemble(
        (outcome, _STYLES.get(outcome, "")), f"  {phi.clean(codes)}", f"  {row['root_cause'] or 'cause not known'}",
        f"  {money(row['denied_amount'])}", f"  remedy {row['remedy'] or 'cannot be told'}",
        f" by {row['safe_date']}" if row["safe_date"] else "",
    ), (0, 0, 0, 2))  # fmt: skip
    reasons: list[str] = row["reasons"] or []
    unknown: list[str] = row["missing"] or []
    for reason in reasons[:_REASONS]:
        yield Padding(Text(phi.clean(reason)), (0, 0, 0, 4))
    for missing in unknown[:_REASONS]:
        yield Padding(Text(f"Not known: {phi.clean(missing)}"), (0, 0, 0, 4))


def _faults(faults: pl.DataFrame, limit: int | None) -> Iterator[RenderableType]:
    if not faults.height:
        return
    yield Text()
    yield Text(
        f"{plural(faults.height, 'fault')} of the remittance itself, the payer's to explain", style="bold"
    )
    counted = (
        faults.group_by("message", maintain_order=True)
        .len()
        .sort("len", descending=True, maintain_order=True)
    )
    for message, count in counted.head(limit or counted.height).iter_rows():
        yield Padding(Text(f"{phi.clean(message)} ({plural(count, 'time')})"), (0, 0, 0, 2))


def _unmatched(report: RemitReport, limit: int | None) -> Iterator[RenderableType]:
    rows = report.unmatched
    if not rows.height:
        return
    yield Text()
    yield Text(f"{plural(rows.height, 'answered line')} without a claim or a line of it", style="bold")
    for row in rows.to_dicts()[:limit]:
        code = phi.clean(row["hcpcs"]) or "whole claim"
        number = phi.control_number(row["patient_control_number"])
        yield Padding(
            Text(f"Claim {number}  {code}  {money(row['charge_amount'])}  {row['match_kind']}"), (0, 0, 0, 2)
        )
    yield from _more(rows.height, limit, "line")


def _acknowledged(report: RemitReport) -> Iterator[RenderableType]:
    answers = report.answers.acknowledgments
    claims = answers.claim_statuses.filter(pl.col("level") == "claim")
    refused = answers.acknowledgments.filter(~pl.col("is_accepted").fill_null(value=False)).height
    rejected = claims.filter(~pl.col("is_accepted").fill_null(value=False))
    if answers.acknowledgments.height:
        yield Text(
            f"\n{plural(answers.acknowledgments.height, 'acknowledgement')}, {refused} of them not accepted."
        )
    if claims.height:
        yield Text(
            f"\n{plural(claims.height, 'claim status', 'claim statuses')}, {rejected.height} of them rejected."
        )
        for number in rejected["patient_control_number"].to_list()[:20]:
            yield Padding(
                Text(f"Claim {phi.control_number(number)} was rejected before it was decided."), (0, 0, 0, 2)
            )


def problem_lines(files: Sequence[FileReport]) -> Iterator[RenderableType]:
    """Problems of files that are not fatal, one line each."""
    problems = [p for f in files for p in f.problems if not p.is_fatal]
    if problems:
        yield Text("\nProblems of the files", style="bold")
        for problem in problems:
            yield Padding(Text(problem.one_line()), (0, 0, 0, 2))


_PAYMENT = (
    *(
        "trace_number",
        "payer_id",
        "payer_name",
        "payment_amount",
        "payment_date",
        "payment_method_code",
        "claim_count",
    ),
    *("line_count", "paid_total_amount", "provider_adjustment_total_amount", "off_by_amount", "is_balanced"),
    *("is_balanced_throughout", "is_whole", "is_quarantined", "transaction", "segment"),
)
_LINE = (
    *("patient_control_number", "payer_claim_control_number", "claim_status_code", "payer_id", "policy_id"),
    *(
        "match_kind",
        "match_score",
        "hcpcs",
        "modifiers",
        "paid_hcpcs",
        "is_code_changed",
        "units_billed",
        "units_paid",
    ),
    *(
        "service_date",
        "charge_amount",
        "allowed_amount",
        "paid_amount",
        "adjustments",
        "rarc_codes",
        "payment_date",
    ),
    *(
        "outcome",
        "root_cause",
        "hardness",
        "group_code",
        "carc_code",
        "rarc_code",
        "rule_id",
        "denied_amount",
        "remedy",
    ),
    *("appeal_level", "guards", "reasons", "missing", "safe_date", "hard_date", "deadline_rule"),
)


def jsonable(value: Any) -> Any:
    """A value of a frame as JSON holds it: decimals and dates are texts."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {k: jsonable(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [jsonable(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return str(value)


def remit_dict(report: RemitReport, *, as_of: date) -> dict[str, Any]:
    """The report as one object; `lines` are those that need somebody (see `summary` for the rest)."""
    remits, paths = report.answers.remits, {f.file_number: f.path for f in report.files}
    payments = [
        {"file": paths[row["file_number"]], **{c: jsonable(row[c]) for c in _PAYMENT},
         "held": held_words(row).removeprefix("held: ") if row["is_quarantined"] else None}
        for row in remits.transactions.to_dicts()
    ]  # fmt: skip
    held = [
        {"patient_control_number": row["patient_control_number"], "off_by_amount": jsonable(row["off_by_amount"]),
         "unbalanced_line_count": row["unbalanced_line_count"], "file": paths[row["file_number"]], "segment": row["segment"]}
        for row in report.held_claims.to_dicts()
    ]  # fmt: skip
    lines, every = report.open_lines, report.lines
    return {
        "run": {"version": __version__, "as_of": str(as_of)},
        "files": [
            {"path": f.path, "sha256": f.sha256 or None, "kind": f.kind, "claims": f.claims,
             "claims_set_aside": f.claims_set_aside, "problems": [problem_dict(p) for p in f.problems]}
            for f in (*report.files, *report.claim_files)
        ],
        "payments": payments,
        "held_claims": held,
        "lines": [{c: jsonable(row[c]) for c in _LINE if c in row} for row in lines.to_dicts()],
        "faults": [
            {"file": paths[row["file_number"]], **{c: row[c] for c in ("segment", "fault", "message", "citation")}}
            for row in report.faults.to_dicts()
        ],
        "unmatched": [
            {c: jsonable(row[c]) for c in ("patient_control_number", "hcpcs", "service_date", "charge_amount", "match_kind")}
            for row in report.unmatched.to_dicts()
        ],
        "summary": {
            "payments": remits.transactions.height,
            "payments_held": report.held_payments.height,
            "claims": remits.claims.height,
            "lines": remits.lines.height,
            "paid_amount": str(remits.claims.filter("is_postable")["paid_amount"].sum()),
            "open_to_recovery_amount": str(lines["denied_amount"].sum()),
            "outcomes": {str(o): n for o, n in every.group_by("outcome").len().sort("outcome").iter_rows()},
        },
    }  # fmt: skip
