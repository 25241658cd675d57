"""A small bar chart of amounts over time: in words and blocks for a terminal, as inline SVG for a page.

The numbers stand beside the bars, so nothing depends on colour, on blocks that a terminal cannot draw, or
on seeing the bars at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_WIDTH = 28
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")

_ROW, _BAR, _LABEL, _PLOT, _VALUE = 22, 14, 150, 260, 190
"""Sizes of the page's chart in pixels: height of a row and its bar, widths of its three parts."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: the period.
        value: its length; null where nothing is held, which is said and not drawn.
        text: the amount in words, or why there is none.
    """

    label: str
    value: Decimal | None
    text: str


def moved(before: Decimal | None, after: Decimal | None) -> str:
    """How far an amount moved: `+4.76 %`; empty where either is unknown or the first is nothing."""
    if before is None or after is None or not before or before == after:
        return ""
    return f"{(after - before) * 100 / before:+.2f} %"


def text_chart(bars: Sequence[Bar], *, encoding: str | None) -> Table:
    """The bars as lines of text, in blocks where the output can write them, else in `#`.

    Args:
        bars: in the order of time.
        encoding: of the output; null is taken for one that writes ASCII only.
    """
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, min_width=_WIDTH)
    table.add_column(overflow="fold")
    blocks = _writes_blocks(encoding)
    most = max((b.value for b in bars if b.value is not None), default=None)
    for bar in bars:
        table.add_row(bar.label, Text(_drawn(bar.value, most, blocks=blocks), style="cyan"), bar.text)
    return table


def _writes_blocks(encoding: str | None) -> bool:
    try:
        "█▏".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _drawn(value: Decimal | None, most: Decimal | None, *, blocks: bool) -> str:
    if value is None or not most or value <= 0:
        return ""
    eighths = max(1, int(value * _WIDTH * 8 / most))
    if not blocks:
        return "#" * max(1, eighths // 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def svg_chart(bars: Sequence[Bar], *, title: str) -> str:
    """The bars as one SVG element that needs no script and takes its colours from the page.

    Args:
        bars: in the order of time.
        title: what it shows, read aloud by a screen reader.
    """
    most = max((b.value for b in bars if b.value is not None), default=None)
    width, height = _LABEL + _PLOT + _VALUE, _ROW * len(bars)
    parts = [
        (
            f'<svg class="chart" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        )
    ]
    for number, bar in enumerate(bars):
        top = number * _ROW
        base = top + _ROW - 7
        parts.append(f'<text x="0" y="{base}">{escape(bar.label)}</text>')
        length = (
            0 if bar.value is None or not most or bar.value <= 0 else max(1, int(bar.value * _PLOT / most))
        )
        if length:
            parts.append(
                f'<rect class="bar" x="{_LABEL}" y="{top + (_ROW - _BAR) // 2}" width="{length}" height="{_BAR}" rx="2"/>'
            )
        parts.append(f'<text x="{_LABEL + length + 8}" y="{base}">{escape(bar.text)}</text>')
    return "".join([*parts, "</svg>"])
