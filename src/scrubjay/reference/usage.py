"""Which editions gave rows to a run: loaded ones, or the starter set."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from scrubjay.reference.edition_frame import EditionFrame


@dataclass(frozen=True, slots=True, order=True)
class UsedEdition:
    """An edition of which rows were taken.

    Attributes:
        set_name: a key of `SETS`.
        source: the official file.
        edition: which release; first and last as `2024-07..2024-10` where several say the same.
        is_loaded: from an official file that the user loaded; else from the starter set.
    """

    set_name: str
    source: str
    edition: str
    is_loaded: bool


class Usage:
    """Notes from which editions rows were taken."""

    def __init__(self) -> None:
        self._seen: dict[str, set[tuple[str, str]]] = {}
        self._lock = threading.Lock()

    def note(self, set_name: str, rows: pl.DataFrame) -> None:
        """Note the editions of some rows.

        Args:
            set_name: a key of `SETS`.
            rows: with `source` and `edition`.
        """
        if rows.is_empty():
            return
        found = rows.select("source", "edition").unique().drop_nulls().rows()
        with self._lock:
            self._seen.setdefault(set_name, set()).update(found)

    def editions(self, frames: Mapping[str, Sequence[EditionFrame]]) -> list[UsedEdition]:
        """What was noted, by set, source and edition.

        Args:
            frames: the editions held, by set.
        """
        return sorted(
            UsedEdition(name, source, edition, _is_loaded(frames.get(name, ()), source, edition))
            for name, seen in self._seen.items()
            for source, edition in seen
        )


def _is_loaded(frames: Sequence[EditionFrame], source: str, edition: str) -> bool:
    ends = {edition, *edition.split("..")}
    return any(f.rank and e.source == source and e.edition in ends for f in frames for e in f.editions)
