"""`recover report`: one page with charts (plotly) and the numbers beside them; it needs no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, BinaryIO

from scrubjay.recovery.figures import (
    ageing,
    clean_claim_rate,
    denial_rate_by_payer,
    denials_by_cause,
    recovered_by_month,
)
from scrubjay.reports.recovery_list import money, plain, states

if TYPE_CHECKING:
    from decimal import Decimal

    import polars as pl

    from scrubjay.recovery.desk import Desk

_MOST = 15
"""Bars of a chart; the table under it holds all."""
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --paper: #ffffff; --rule: #d5dbe1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --paper: #14191f; --rule: #38424d; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--rule); }
td.n, th.n { text-align: right; } details { margin-top: .4rem; } p.none { font-style: italic; }
"""
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def report_dict(desk: Desk) -> dict[str, Any]:
    """The figures of the page as JSON."""
    return {
        "as_of": desk.as_of.isoformat(),
        "states": _rows(states(desk.listed)),
        "rejected_claims": desk.rejected.height,
        "denial_rate_by_payer": _rows(denial_rate_by_payer(desk)),
        "denials_by_cause": _rows(denials_by_cause(desk)),
        "ageing": _rows(ageing(desk)),
        "recovered_by_month": _rows(recovered_by_month(desk)),
        "clean_claim_rate": _rows(clean_claim_rate(desk)),
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [plain(r) for r in frame.rows(named=True)]


def write_report(desk: Desk, out: BinaryIO) -> None:
    """The page, whole: charts, script and style inside.

    Args:
        desk: what is on the desk.
        out: where the bytes go.
    """
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - large

    parts = [
        _section(
            "Denied by payer",
            "Percent of answered lines that were denied or reduced.",
            denial_rate_by_payer(desk),
            ("payer", "rate", "%"),
        ),
        _section(
            "Denied by cause",
            "Dollars denied or reduced. Causes that the codes do not tell stand as such.",
            denials_by_cause(desk),
            ("root_cause", "denied_amount", "$"),
        ),
        _section(
            "Age of what is open",
            "Claims to be worked, decided or waited for, by days since the answer.",
            ageing(desk),
            ("age", "denied_amount", "$"),
        ),
        _section(
            "Recovered by month",
            "Closed cases, by the month in which they ended.",
            recovered_by_month(desk),
            ("month", "recovered_amount", "$"),
        ),
        _section(
            "Clean claims by month",
            "Percent of first claims in whose first answer no line was denied, reduced or pending."
            f" Rejected before adjudication and not counted here: {desk.rejected.height}.",
            clean_claim_rate(desk),
            ("month", "rate", "%"),
        ),
    ]
    total = _table(states(desk.listed))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Recovery as of {desk.as_of}</title><style>{_STYLE}</style>"
        f"<script>{get_plotlyjs()}</script></head><body>"
        f"<h1>Recovery as of {desk.as_of}</h1>{total}{''.join(parts)}</body></html>"
    )
    out.write(page.encode("utf-8", errors="replace"))


def _section(title: str, about: str, frame: pl.DataFrame, drawn: tuple[str, str, str]) -> str:
    head = f"<h2>{escape(title)}</h2><p>{escape(about)}</p>"
    if not frame.height:
        return f'{head}<p class="none">Nothing to show yet.</p>'
    return f"{head}{_chart(title, frame.head(_MOST), drawn)}<details><summary>Numbers</summary>{_table(frame)}</details>"


def _chart(title: str, frame: pl.DataFrame, drawn: tuple[str, str, str]) -> str:
    from plotly import graph_objects  # noqa: PLC0415

    label, value, unit = drawn
    is_money = unit == "$"
    values = frame[value].to_list()
    # A chart draws floats; the exact amounts stand in the table.
    bar: Any = graph_objects.Bar(
        x=[float(v) for v in values],
        y=[str(v) for v in frame[label].to_list()],
        orientation="h",
        text=[f"${money(v)}" if is_money else f"{v:.1f} %" for v in values],
        hovertemplate="%{y}: %{text}<extra></extra>",
        marker={"color": "#2f6f9f"},
    )
    figure: Any = graph_objects.Figure(bar)
    figure.update_layout(
        height=90 + 30 * frame.height,
        margin={"l": 10, "r": 10, "t": 10, "b": 30},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
        xaxis={"title": "dollars" if is_money else "percent", "rangemode": "tozero"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#7b8794"},
    )
    drawing: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        config={"displayModeBar": False, "responsive": True},
        div_id="chart-" + title.lower().replace(" ", "-"),
    )
    return f'<div role="img" aria-label="{escape(title)}">{drawing}</div>'


def _table(frame: pl.DataFrame) -> str:
    numeric = [t.is_numeric() for t in frame.dtypes]
    head = "".join(
        f"<th{' class=n' if n else ''}>{escape(c.replace('_', ' '))}</th>"
        for c, n in zip(frame.columns, numeric, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if n else ''}>{escape(_shown(v))}</td>"
            for v, n in zip(row, numeric, strict=True)
        )
        + "</tr>"
        for row in frame.iter_rows()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(value: Decimal | float | str | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if not isinstance(value, str) else value
