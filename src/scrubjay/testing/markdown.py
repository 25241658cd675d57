"""Small pieces of Markdown for the generated pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NOTICE = "<!-- Written by `{}`; change the code or the data, not this page. -->"


def cell(text: object) -> str:
    """Text as the content of a table cell: one line, bars and angle brackets escaped."""
    words = " ".join(str(text).split())
    return words.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell(c) for c in row)} |" for row in rows]
    return "\n".join(lines)


def page(title: str, *parts: str, by: str = "make docs") -> str:
    """A page: title, a notice of the command that writes it, parts between blank lines, a newline at the end."""
    kept = [p.strip("\n") for p in parts if p.strip()]
    return "\n\n".join([f"# {title}", _NOTICE.format(by), *kept]) + "\n"


def type_words(dtype: pl.DataType | type[pl.DataType]) -> str:
    """A Polars type in a reader's words."""
    if isinstance(dtype, pl.List):
        return "list of text"
    if isinstance(dtype, pl.Decimal):
        return f"exact decimal, {dtype.scale} places"
    if dtype == pl.String:
        return "text"
    if dtype == pl.Boolean:
        return "yes/no"
    if dtype == pl.Date:
        return "date"
    return "whole number" if dtype.is_integer() else str(dtype)


def value_words(value: object) -> str:
    """A value of a case or policy: `unknown` for null, `none` for an empty list."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        values: list[object] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        return ", ".join(map(str, values)) if values else "none"
    return str(value)
