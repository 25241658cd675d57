"""Rows of one set that came together, with the editions they are from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from scrubjay.reference.starter import Edition

STARTER_RANK, LOADED_RANK = 0, 1


@dataclass(frozen=True, slots=True)
class EditionFrame:
    """Rows of one set, from one or more editions, that were loaded together.

    Attributes:
        editions: what the rows are from; of a loaded frame exactly one.
        load: gives the rows, in the shape of `SETS[set_name]`; called once, when first needed.
        rank: 0 for the starter, higher for loaded editions, which are preferred.
        path: Parquet file of the rows, sorted by the set's identity; null where only `load` gives them.
        scope: values of the set's setting column that the frame is about; empty = all.
    """

    editions: tuple[Edition, ...]
    load: Callable[[], pl.DataFrame]
    rank: int
    path: Path | None = None
    scope: tuple[str, ...] = ()
