"""Small pieces of Markdown for the generated pages."""

from __future__ import annotations

import polars as pl

from scrubjay.reports.explain import value_words
from scrubjay.reports.markdown import cell, table

__all__ = ["cell", "page", "table", "type_words", "value_words"]

_NOTICE = "<!-- Written by `{}`; change the code or the data, not this page. -->"


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
