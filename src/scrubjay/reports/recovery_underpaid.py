"""Lines that were paid short, and the totals by payer, as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from rich.table import Table

from scrubjay.phi import clean, control_number
from scrubjay.recovery.underpayments import by_payer
from scrubjay.reports.recovery_list import money, plain

if TYPE_CHECKING:
    from rich.console import Console


def _short(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(pl.col("kinds").list.len() > 0).sort(
        "shortfall_amount", "remit_claim_key", descending=[True, False], nulls_last=True
    )


def underpaid_dict(found: pl.DataFrame) -> dict[str, Any]:
    """Totals by payer, and one entry per line that is short."""
    return {
        "payers": [plain(r) for r in by_payer(found).rows(named=True)],
        "lines": [plain(r) for r in _short(found).rows(named=True)],
    }


def print_underpaid(found: pl.DataFrame, console: Console, *, limit: int | None) -> None:
    """Totals, then the lines, largest shortfall first."""
    if not found.height:
        console.print("No line was paid.")
        return
    for row in by_payer(found).rows(named=True):
        console.print(
            f"{clean(row['payer_name'] or row['payer_id']) or 'unknown payer'}: {row['short_lines']} of {row['lines']} paid lines short, "
            f"{money(row['shortfall_amount'])} dollars; {row['unknown_lines']} cannot be compared"
        )
    short = _short(found)
    if not short.height:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("case", "account", "code", "day", "units", "expected", "allowed", "paid", "short", "what"):
        table.add_column(
            name, justify="right" if name in {"expected", "allowed", "paid", "short"} else "left"
        )
    for row in (short if limit is None else short.head(limit)).iter_rows(named=True):
        units = f"{_number(row['units_paid'])} of {_number(row['units_billed'])}"
        table.add_row(
            str(row["remit_claim_key"]),
            control_number(row["patient_control_number"]),
            row["hcpcs"] or "",
            str(row["service_date"] or ""),
            units,
            money(row["expected_allowed_amount"]),
            money(row["allowed_amount"]),
            money(row["paid_amount"]),
            money(row["shortfall_amount"]),
            ", ".join(row["kinds"]),
        )
    console.print(table)
    if limit is not None and short.height > limit:
        console.print(f"{short.height - limit} more; --all prints them.")


def _number(value: Any) -> str:
    return "?" if value is None else f"{value:f}".rstrip("0").rstrip(".") or "0"
