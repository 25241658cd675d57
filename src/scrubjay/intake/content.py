"""What rows say, as a digest: by it the same payment or claim is known again in another file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIELD, _ITEM, _NOTHING = "\x1e", "\x1f", "\x1b"


def digests(frames: Sequence[pl.DataFrame], key: str, leave_out: Sequence[str]) -> pl.DataFrame:
    """SHA-256 over the rows of each key, frame by frame, in the order of the rows.

    Args:
        frames: each with `key`. Numbers and dates count by their value, not by how they were written.
        key: what the rows belong to.
        leave_out: columns that are no content.

    Returns:
        `key` and content_digest (hexadecimal), one row for each key of the first frame.
    """
    whole = frames[0].select(key).unique(maintain_order=True)
    names: list[str] = []
    for number, frame in enumerate(frames):
        columns = sorted(c for c in frame.columns if c not in leave_out and c != key)
        row = pl.concat_str([_text(frame.schema[c], c) for c in columns], separator=_FIELD)
        name = f"_{number}"
        rows = frame.select(key, row.alias(name)).group_by(key).agg(pl.col(name).str.join("\n"))
        whole = whole.join(rows, on=key, how="left", maintain_order="left")
        names.append(name)
    found: list[str] = []
    for texts in whole.select(names).iter_rows():
        running = hashlib.sha256()
        for text in texts:
            running.update((text or "").encode())
            running.update(b"\x1c")
        found.append(running.hexdigest())
    return whole.select(key, pl.Series("content_digest", found, dtype=pl.String()))


def _text(dtype: pl.DataType, name: str) -> pl.Expr:
    column = pl.col(name)
    text = column.list.join(_ITEM) if dtype == pl.List(pl.String()) else column.cast(pl.String())
    return text.fill_null(_NOTHING)
