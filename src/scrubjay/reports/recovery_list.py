"""The list of work and one case: as text, as JSON, and as a table for a spreadsheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl
from rich.table import Table

from scrubjay.phi import clean, control_number
from scrubjay.recovery.causes import causes_by_id, deciding
from scrubjay.recovery.worklist import EXPIRED, OPEN, STATES, batches
from scrubjay.reports.tabular import formula_safe, frame_to_xlsx

if TYPE_CHECKING:
    from rich.console import Console

    from scrubjay.recovery.desk import Desk

TABLE_COLUMNS = (
    "rank", "state", "remit_claim_key", "patient_control_number", "payer_claim_control_number", "payer_id",
    "payer_name", "batch", "root_cause", "remedy", "remedies", "appeal_level", "denied_amount", "probability",
    "probability_low", "probability_high", "probability_basis", "expected_amount", "cost_amount", "net_amount",
    "minutes", "safe_date", "hard_date", "days_left", "deadline_rule", "missing", "owner", "work_status", "note",
    "follow_up_date", "line_count",
)  # fmt: skip
"""Columns of the list in csv and xlsx."""

_UNKNOWN = "unknown"
_REJECTED_SHOWN = 10
"""Rejected claims that the text names; --json lists all."""
_WIDTHS = {"deadline_rule": 60, "missing": 60, "probability_basis": 40, "batch": 44, "note": 40, "payer_name": 24, "root_cause": 28}  # fmt: skip


def money(amount: Decimal | None) -> str:
    """Dollars as people read them; `unknown` where nobody knows."""
    return _UNKNOWN if amount is None else f"{amount:,.2f}"


def plain(value: Any) -> Any:
    """A value as JSON holds it: amounts as texts, days as YYYY-MM-DD."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, pl.Series):
        return [plain(v) for v in value.to_list()]
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value


def list_dict(desk: Desk, shown: pl.DataFrame) -> dict[str, Any]:
    """The list as JSON: totals by state, batches, rejected claims, one entry per claim with its lines."""
    return {
        "as_of": desk.as_of.isoformat(),
        "states": [plain(r) for r in states(desk.listed).rows(named=True)],
        "batches": [plain(r) for r in batches(desk.listed).rows(named=True)],
        "rejected": [plain(r) for r in _rejected(desk).rows(named=True)],
        "unidentified_refusals": [plain(r) for r in desk.unidentified.rows(named=True)],
        "claims": [plain(r) for r in shown.rows(named=True)],
    }


def _rejected(desk: Desk) -> pl.DataFrame:
    return desk.rejected.select(
        "patient_control_number", "status_category_code", "status_code", "root_cause", "remedy", "reasons", "missing"
    )  # fmt: skip


def states(listed: pl.DataFrame) -> pl.DataFrame:
    """`state`, `claims`, `denied_amount`, `expected_amount`, `minutes`, in the order of the list."""
    order = {s: n for n, s in enumerate(STATES)}
    return (
        listed.group_by("state")
        .agg(pl.len().alias("claims"), pl.col("denied_amount", "expected_amount", "minutes").sum())
        .sort(pl.col("state").replace_strict(order, return_dtype=pl.Int64))
    )


def flat(shown: pl.DataFrame) -> pl.DataFrame:
    """The list without the lines inside, lists joined by `|`."""
    columns = [c for c in (*TABLE_COLUMNS, "planned_date") if c in shown.columns]
    frame = shown.select(columns)
    return frame.with_columns(
        pl.col(n).list.join(" | ") for n, t in frame.schema.items() if isinstance(t, pl.List)
    )


def write_list_csv(shown: pl.DataFrame, out: BinaryIO) -> None:
    """The list as CSV (UTF-8); no cell is one that a spreadsheet would compute."""
    formula_safe(flat(shown)).write_csv(out)


def write_list_xlsx(shown: pl.DataFrame, out: BinaryIO) -> None:
    """The list as a workbook."""
    frame_to_xlsx(flat(shown), out, "worklist", lambda name: _WIDTHS.get(name, 15))


def print_list(desk: Desk, shown: pl.DataFrame, console: Console, *, limit: int | None) -> None:
    """The list as text: totals, then the claims that can be worked, best first, then what stands apart."""
    totals = states(desk.listed)
    if not totals.height:
        console.print("Nothing is denied, reduced or pending.")
    for row in totals.rows(named=True):
        words = f"{row['state']:<10} {row['claims']:>6} claims, denied {money(row['denied_amount'])}"
        more = f", expected {money(row['expected_amount'])}, {row['minutes'] / 60:.1f} hours" if row["state"] == OPEN else ""  # fmt: skip
        console.print(words + more)
    if desk.rejected.height:
        console.print(
            f"rejected   {desk.rejected.height:>6} claims before adjudication: mend and send new ones (--json lists them)"
        )
    for row in desk.rejected.head(_REJECTED_SHOWN).iter_rows(named=True):
        why = row["root_cause"] or (row["reasons"] or ["why is not told"])[-1]
        console.print(f"    account {control_number(row['patient_control_number'])}: {clean(why)}")
    if desk.unidentified.height:
        levels = ", ".join(
            f"{r['level']} {r['answered_control_number']}" for r in desk.unidentified.head(5).to_dicts()
        )
        console.print(
            f"refused    {desk.unidentified.height:>6} sets whose claims are not at hand, or not one set alone ({clean(levels)})"
        )
    here = shown if limit is None else shown.head(limit)
    if not here.height:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("", "case", "account", "payer", "cause", "way", "denied", "P", "net", "last day"):
        table.add_column(name, justify="right" if name in {"", "denied", "P", "net"} else "left")
    for row in here.iter_rows(named=True):
        table.add_row(
            str(row["rank"] or ""),
            str(row["remit_claim_key"]),
            control_number(row["patient_control_number"]),
            clean(row["payer_name"] or row["payer_id"])[:18],
            (row["root_cause"] or "unknown")[:30],
            (row["remedy"] or "?") + (f" {row['appeal_level']}" if row["appeal_level"] else ""),
            money(row["denied_amount"]),
            "" if row["probability"] is None or row["state"] != OPEN else f"{row['probability']:.0%}",
            money(row["net_amount"]) if row["state"] == OPEN else row["state"],
            _last_day(row),
        )
    console.print()
    console.print(table)
    if limit is not None and shown.height > limit:
        console.print(f"{shown.height - limit} more; --all prints them, -o list.xlsx writes them.")
    unverified = any("unverified" in (b or "") for b in here["probability_basis"].to_list())
    if unverified:
        console.print("P without a case of your own is an assumption of ours, unverified.")


def _last_day(row: dict[str, Any]) -> str:
    if row["hard_date"] is None:
        return "no rule known" if row["state"] == OPEN else ""
    return f"{row['hard_date']}{' passed' if row['state'] == EXPIRED else ''}"


def case_dict(lines: pl.DataFrame, events: list[dict[str, Any]]) -> dict[str, Any]:
    """One case as JSON: its lines with facts, decisions, reasons and what is missing; what people did."""
    return {"lines": [plain(r) for r in lines.rows(named=True)], "events": events}


def print_case(lines: pl.DataFrame, events: list[dict[str, Any]], console: Console) -> None:
    """One case as text, line by line."""
    first = lines.row(0, named=True)
    console.print(
        f"Case {first['remit_claim_key']}: account {control_number(first['patient_control_number'])}, "
        f"{clean(first['payer_name'] or first['payer_id']) or 'unknown payer'}"
        f" ({first['policy_id'] or 'no policy speaks for it'}), payer's number {clean(first['payer_claim_control_number']) or 'not given'}"
    )
    for row in lines.iter_rows(named=True):
        _print_line(row, console)
    places = dict(lines.select("remit_line_key", "line_number").iter_rows())
    for event in events:
        # Digests are for the program; a line is told by the number that stands above.
        told = ", ".join(
            f"{k} {places.get(v, v) if k == 'line' else v}"
            for k, v in event["data"].items()
            if k != "keys" and v not in (None, [], "")
        )
        console.print(f"{event['at'][:16]} {event['actor']}: {event['kind']}: {clean(told)}")


def _each(row: dict[str, Any], name: str) -> list[Any]:
    found: list[Any] | None = row[name]
    return found or []


def _place(row: dict[str, Any]) -> str:
    """The number of a line in its answer, and that of the line sent where it is another one."""
    if row["line_number"] is None:
        return "(whole claim)"
    sent = row["claim_line_number"]
    return f"{row['line_number']}" + (
        f" (of the claim: {sent})" if sent not in (None, row["line_number"]) else ""
    )


def _print_line(row: dict[str, Any], console: Console) -> None:
    modifiers = "".join(f"-{m}" for m in _each(row, "modifiers"))
    reasons = " ".join(f"{a['group']}-{a['carc']} {money(a['amount'])}" for a in _each(row, "adjustments"))
    console.print()
    console.print(
        f"Line {_place(row)}: {row['hcpcs'] or 'no code'}{modifiers} on "
        f"{row['service_date'] or 'an unknown day'}, charge {money(row['charge_amount'])}, paid {money(row['paid_amount'])}"
    )
    console.print(f"  Answer: {reasons or 'no reasons'} {' '.join(_each(row, 'rarc_codes'))}".rstrip())
    cause = row["root_cause"] or "cannot be told"
    console.print(
        f"  Outcome: {row['outcome'] or 'unknown'}. Cause: {cause}. {row['hardness'] or ''}".rstrip()
    )
    words = deciding().remedies.get(row["remedy"] or "", "a person decides")
    level = f", level {row['appeal_level']}" if row["appeal_level"] else ""
    console.print(
        f"  Way back: {row['remedy'] or '?'}{level}: {words}. At most {money(row['denied_amount'])}."
    )
    for text in _each(row, "reasons"):
        console.print(f"    because {text}", soft_wrap=False)
    for name in _each(row, "guards"):
        console.print(f"    guard {name}")
    for text in _each(row, "missing"):
        console.print(f"    to find out: {text}")
    evidence = causes_by_id()[row["rule_id"]].evidence if row["rule_id"] else ()
    if evidence and row["outcome"] in {"denied", "reduced"}:
        console.print(f"    evidence: {', '.join(evidence)}")
    if row["hard_date"]:
        console.print(
            f"  By {row['safe_date']}, last day {row['hard_date']}, counted from {row['trigger_date']}."
        )
    if row["deadline_rule"] and row["outcome"] in {"denied", "reduced", "pending"}:
        console.print(f"    {row['deadline_rule']}")
