"""The ledger of authorizations as text and JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay import phi
from scrubjay.reports.as_json import evidence_dict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scrubjay.intake import FileReport


@dataclass(slots=True)
class LedgerReport:
    """What authorizations grant and what was drawn.

    Attributes:
        as_of: the day on which things are known.
        authorizations, draws: as in `scrubjay.engine.ledger.Ledger`.
        files: a report for each file that was read.
    """

    as_of: date
    authorizations: pl.DataFrame
    draws: pl.DataFrame
    files: list[FileReport] = field(default_factory=list["FileReport"])


def ledger_dict(report: LedgerReport) -> dict[str, Any]:
    """The report in the contract of docs/json.md: exact numbers as text, dates as ISO."""
    draws = _rows(report.draws)
    return {
        "as_of": report.as_of.isoformat(),
        "authorizations": [
            {
                **{k: v for k, v in row.items() if k != "authorization"},
                "draws": [
                    {k: v for k, v in draw.items() if k != "authorization"}
                    for draw in draws
                    if draw["authorization"] == row["authorization"]
                ],
            }
            for row in _rows(report.authorizations)
        ],
        "files": [evidence_dict(f) for f in report.files],
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    def plain(name: str, dtype: pl.DataType) -> pl.Expr:
        cell = pl.col(name)
        if dtype.is_decimal():
            text = cell.cast(pl.String)
            return text.str.strip_chars_end("0").str.strip_chars_end(".").alias(name)
        return cell.cast(pl.String).alias(name) if dtype == pl.Date else cell

    return frame.select(plain(n, t) for n, t in frame.schema.items()).to_dicts()


def ledger_lines(report: LedgerReport) -> Iterator[str]:
    """The report as lines of text."""
    shown = ledger_dict(report)
    if not shown["authorizations"]:
        yield "No authorization was read."
    for row in shown["authorizations"]:
        what = row["hcpcs"] or row["ndc"] or "no code named"
        period = f"{row['valid_from'] or '?'} to {row['valid_to'] or '?'}"
        granted = row["units"] or "an unknown number of"
        left = "balance unknown" if row["balance"] is None else f"{row['balance']} left"
        yield (
            f"{phi.clean(row['authorization_number'])}  {phi.clean(what)}  {row['status'] or 'state unknown'}  {period}  "
            f"{granted} units, {row['drawn']} drawn, {left}"
            + (" OVERDRAWN" if row["is_overdrawn"] else "")
            + (" (some draws are not known)" if row["is_open"] else "")
        )
        for draw in row["draws"]:
            yield f"    {_draw(draw)}"
        yield ""


def _draw(draw: dict[str, Any]) -> str:
    if draw["is_counted"] is False:
        reason = (
            "a void" if draw["claim_frequency_code"] == "8" else "taken back, or the same claim once more"
        )
        end = f"draws nothing: {reason}"
    elif draw["drawn"] is None:
        end = "what it draws is not known"
    else:
        end = (
            f"{draw['drawn']} drawn, balance {draw['balance'] if draw['balance'] is not None else 'unknown'}"
        )
    discarded = ", discarded" if draw["has_jw"] else ""
    return (
        f"{draw['service_date'] or 'no date'}  {draw['claim_id']} line {draw['line_number']}  {draw['hcpcs']} x "
        f"{draw['units']}{discarded}  {end}"
    )
