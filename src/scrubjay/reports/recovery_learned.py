"""What answers teach, as text and JSON: precision of edits, candidate rules, back-tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from scrubjay.phi import clean
from scrubjay.reports.recovery_list import money, plain

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

_MOST = 30


def learned_dict(precision: pl.DataFrame, rules: pl.DataFrame) -> dict[str, Any]:
    """`edits` and `candidates`, one entry per row."""
    return {
        "edits": [plain(r) for r in precision.rows(named=True)],
        "candidates": [plain(r) for r in rules.rows(named=True)],
    }


def backtest_dict(found: pl.DataFrame) -> dict[str, Any]:
    """`edits`, one entry per edit that fired."""
    return {"edits": [plain(r) for r in found.rows(named=True)]}


def print_learned(precision: pl.DataFrame, rules: pl.DataFrame, lines: int, console: Console) -> None:
    """Edits by dollars foretold, then the candidates."""
    console.print(f"{lines} answered lines whose claim is at hand.")
    table = Table(box=None, pad_edge=False)
    for name in (
        "edit",
        "payer",
        "named",
        "denied as foretold",
        "otherwise",
        "precision",
        "dollars",
        "reasons",
    ):
        table.add_column(name)
    for row in precision.head(_MOST).iter_rows(named=True):
        table.add_row(
            row["edit"],
            clean(row["payer"]),
            str(row["fired"]),
            str(row["denied_as_foretold"]),
            str(row["denied_otherwise"]),
            f"{row['precision']:.0%} ({row['precision_low']:.0%}-{row['precision_high']:.0%})",
            money(row["denied_amount"]),
            " ".join(row["carcs"][:4]),
        )
    console.print(table if precision.height else "No edit named an answered line.")
    if precision.height > _MOST:
        console.print(f"{precision.height - _MOST} more in --json.")
    console.print()
    if not rules.height:
        console.print("No denials without an edit form a rule.")
        return
    console.print("Denials that no edit foretold look like these rules of payers (candidates, unverified):")
    for row in rules.head(_MOST).iter_rows(named=True):
        beside = ", ".join(
            f"{name} {row[column] or 'none'}"
            for name, column in (
                ("modifiers", "modifiers"),
                ("place", "place_of_service_code"),
                ("diagnosis", "diagnosis_group"),
            )
            if row[column] is not None
        )
        reason = f"{row['carc_code']}{' with ' + row['rarc_code'] if row['rarc_code'] else ''}"
        usual = "" if row["usual_share"] is None else f", otherwise {row['usual_share']:.0%}"
        console.print(
            f"  {clean(row['payer'])}, {row['hcpcs']}{', ' + beside if beside else ''}: reason {reason}, "
            f"{row['denied']} of {row['lines']} lines ({row['share_low']:.0%}-{row['share_high']:.0%}){usual}, "
            f"{money(row['denied_amount'])} dollars"
        )


def print_backtest(found: pl.DataFrame, console: Console) -> None:
    """Dollars caught and false alarms by edit."""
    if not found.height:
        console.print("Nothing would have been found on the answered lines.")
        return
    for row in found.iter_rows(named=True):
        console.print(
            f"{row['edit']}: names {row['fired']} answered lines; catches {row['caught']} denials, "
            f"{money(row['caught_amount'])} dollars; {row['denied_otherwise']} were denied for another reason; "
            f"{row['false_alarms']} false alarms ({row['false_alarm_share']:.0%})"
        )
