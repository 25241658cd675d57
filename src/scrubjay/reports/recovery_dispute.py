"""A dispute's list of lines as files, and what was written as text and JSON."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.phi import clean, control_number
from scrubjay.recovery.letters.dispute import (
    LEFT_CSV,
    LINES_CSV,
    LINES_PDF,
    LINES_XLSX,
    left_list,
    left_words,
    line_list,
    lines_pdf,
    total,
)
from scrubjay.reports.recovery_list import money, plain
from scrubjay.reports.tabular import formula_safe, frame_to_xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from scrubjay.recovery.disputes import Dispute
    from scrubjay.recovery.letters.packet import Packet

_WIDE = {"expected_basis": 44, "expected_source": 30, "allowed_source": 60, "patient_name": 24, "what": 30}
_NAMED = 20
"""Lines that are named in the text of those that are not disputed."""


def patients(claims: pl.DataFrame) -> pl.DataFrame:
    """`claim_key`, `patient_name`, `member_id`, for a list that goes to the payer."""
    name = pl.concat_str("patient_first_name", "patient_last_name", separator=" ", ignore_nulls=True)
    return claims.select("claim_key", name.alias("patient_name"), "member_id")


def list_files(dispute: Dispute, claims: pl.DataFrame, title: str) -> dict[str, bytes]:
    """The list of the lines as CSV, workbook and PDF, and the lines that are not disputed as CSV.

    Args:
        dispute: the lines.
        claims: those that were sent; may be empty.
        title: of the PDF.
    """
    shown = line_list(dispute, patients(claims) if claims.height else None)
    table, book = io.BytesIO(), io.BytesIO()
    formula_safe(shown).write_csv(table)
    frame_to_xlsx(shown, book, "lines", lambda name: _WIDE.get(name, 15))
    files = {
        LINES_CSV: table.getvalue(),
        LINES_XLSX: book.getvalue(),
        LINES_PDF: lines_pdf(shown, title),
    }
    if dispute.left_out.height:
        left = io.BytesIO()
        formula_safe(left_list(dispute)).write_csv(left)
        files[LEFT_CSV] = left.getvalue()
    return files


def dispute_dict(dispute: Dispute, made: Packet, folder: Path, files: list[Path]) -> dict[str, Any]:
    """What was written: totals, each line, each line left out with the reason, the evidence, the papers missing."""
    lines = dispute.lines
    return {
        "folder": str(folder),
        "template": made.letter.template,
        "version": made.letter.version,
        "payer_id": dispute.payer_id,
        "payer_name": dispute.payer_name,
        "line_count": lines.height,
        "expected_total": plain(total(lines, "expected_allowed_amount")),
        "allowed_total": plain(total(lines, "allowed_amount")),
        "short_total": plain(total(lines, "short_amount")),
        "last_day": plain(lines["hard_date"].min()) if not lines["hard_date"].has_nulls() else None,
        "deadline_rules": lines["deadline_rule"].unique(maintain_order=True).to_list(),
        "lines": [plain(r) for r in lines.drop("key").rows(named=True)],
        "left_out": [plain(r) for r in dispute.left_out.rows(named=True)],
        "files": [f.name for f in files],
        "missing": [p.name for p in made.missing],
        "evidence": [{"name": f.name, "value": f.text, "source": f.source} for f in made.letter.evidence],
    }


def print_dispute(dispute: Dispute, console: Console) -> None:
    """Totals, and what is left out, counted and named."""
    lines = dispute.lines
    console.print(
        f"{clean(dispute.payer_name or dispute.payer_id) or 'unknown payer'}: {lines.height:,} lines, expected "
        f"{money(total(lines, 'expected_allowed_amount'))}, allowed {money(total(lines, 'allowed_amount'))}, short by "
        f"{money(total(lines, 'short_amount'))} dollars."
    )
    for words in left_words(dispute):
        console.print(words)
    for row in dispute.left_out.head(_NAMED).iter_rows(named=True):
        console.print(
            f"  case {row['remit_claim_key']}, account {control_number(row['patient_control_number'])}, "
            f"{row['hcpcs'] or 'no code'} on {row['service_date'] or 'an unknown day'}: {row['why']}"
        )
    more = dispute.left_out.height - _NAMED
    if more > 0:
        console.print(f"  {more:,} more in {LEFT_CSV}.")
    console.print()
