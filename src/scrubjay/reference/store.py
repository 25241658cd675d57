"""The reference store: dated, cited rows, looked up on a day of service as known on another day.

Two clocks. `on` is the day of service: a row is valid on it if `effective_from <= on <
effective_to`. `as_of` is the day of the run: a row is seen if `known_from <= as_of`. Of two rows
that overlap, the later-known one wins from its `effective_from` on, so a code that was open in an
older edition and ends in a newer one ends.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import starter
from scrubjay.reference.edition_frame import EditionFrame
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import Edition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Edition", "EditionFrame", "Reference"]

_EVER = date(1, 1, 1)
_NEVER = date(9999, 12, 31)
_BOUNDS = ("_from", "_to")


class Reference:
    """Everything known about codes, as frames and single rows."""

    def __init__(self, frames: Mapping[str, Sequence[EditionFrame]]) -> None:
        self._frames = frames
        self._raw: dict[str, pl.DataFrame] = {}
        self._seen: dict[tuple[str, date], pl.DataFrame] = {}

    @classmethod
    def starter(cls) -> Reference:
        """The packaged starter set, one object per process; each set is read when first asked for."""
        return _starter()

    @classmethod
    def open(cls, path: Path | None = None) -> Reference:
        """The reference to work with: loaded editions before the starter set.

        Args:
            path: folder of loaded editions. None exist yet, so only the starter is opened.

        Raises:
            ReferenceDataError: `path` is given and is no folder.
        """
        if path is not None and not path.is_dir():
            raise ReferenceDataError("is no folder of reference editions.", where=str(path))
        return cls.starter()

    def editions(self) -> list[Edition]:
        """All editions held, loaded ones first, by set and edition."""
        ranked = [
            (frame.rank, replace(edition, rows=self._count(edition, frame.rank)))
            for frames in self._frames.values()
            for frame in frames
            for edition in frame.editions
        ]
        ranked.sort(key=lambda pair: (pair[1].set_name, -pair[0], pair[1].edition))
        return [edition for _, edition in ranked]

    def known_editions(self, as_of: date) -> list[Edition]:
        """The editions that were published by `as_of`, in the order of `editions`; their rows are not counted."""
        ranked = [(f.rank, e) for frames in self._frames.values() for f in frames for e in f.editions]
        ranked.sort(key=lambda pair: (pair[1].set_name, -pair[0], pair[1].edition))
        return [e for _, e in ranked if e.published_on is None or e.published_on <= as_of]

    def _count(self, edition: Edition, rank: int) -> int:
        # A row that held unchanged over several editions names the first and the last: `2024-01..2024-10`.
        span = pl.col("edition").str.split("..")
        spoken = (span.list.first() <= edition.edition) & (span.list.last() >= edition.edition)
        return self._all(edition.set_name).filter((pl.col("_rank") == rank) & spoken).height

    def table(self, name: str, *, as_of: date) -> pl.DataFrame:
        """All rows of a set that were known on `as_of`, overlaps resolved.

        Args:
            name: a key of `SETS`.
            as_of: the day of the run.

        Returns:
            A frame of `SETS[name].schema`; half-open periods that do not overlap for one identity.

        Raises:
            KeyError: no such set.
        """
        return self._bounded(name, as_of).drop(_BOUNDS)

    def lookup(
        self, name: str, keys: pl.DataFrame, *, on: str, as_of: date, also: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Join a set to many keys, each on its own day.

        Where several rows of one key are valid on the day (an NDC under two codes), a column in which
        they differ is null: nothing is picked. Name in `also` the column that decides, e.g. `hcpcs`.

        Args:
            name: a key of `SETS`.
            keys: the set's key columns, those of `also`, and a date column.
            on: name of the date column.
            as_of: the day of the run.
            also: further columns of the set that must match.

        Returns:
            The set's other columns, one row per row of `keys`, in the same order; all null where no
            row is valid on that day.

        Raises:
            KeyError: no such set.
            ValueError: `keys` lacks a column.
        """
        by = [*SETS[name].keys, *also]
        absent = [c for c in (*by, on) if c not in keys.columns]
        if absent:
            raise ValueError(f"{name}: keys lack the columns {absent}")
        wanted = keys.select(*(pl.col(c).cast(pl.String) for c in by), pl.col(on).cast(pl.Date).alias("_on"))
        hits = (
            wanted.unique()
            .join(self._bounded(name, as_of), on=by, how="inner")
            .filter(pl.col("_from") <= pl.col("_on"), pl.col("_on") < pl.col("_to"))
            .drop(_BOUNDS)
        )
        hits = _agree(hits, [*by, "_on"])
        found = wanted.join(hits, on=[*by, "_on"], how="left", maintain_order="left")
        return found.select(c for c in SETS[name].columns if c not in by)

    def rows(self, name: str, *, on: date, as_of: date, **keys: str) -> list[dict[str, Any]]:
        """All rows valid on a day whose columns equal `keys`; no keys gives the whole set.

        Args:
            name: a key of `SETS`.
            on: day of service.
            as_of: the day of the run.
            **keys: any columns of the set.

        Raises:
            KeyError: no such set.
        """
        frame = self._bounded(name, as_of).filter(
            *(pl.col(column) == value for column, value in keys.items()),
            pl.col("_from") <= on,
            pl.col("_to") > on,
        )
        return frame.drop(_BOUNDS).to_dicts()

    def row(self, name: str, *, on: date, as_of: date, **keys: str) -> dict[str, Any] | None:
        """The one row valid on a day, or null.

        Where several are, the values on which they agree; the others are null, as in `lookup`.

        Args:
            name: a key of `SETS`.
            on: day of service.
            as_of: the day of the run.
            **keys: columns of the set, at least its key columns.

        Raises:
            KeyError: no such set.
        """
        found = self.rows(name, on=on, as_of=as_of, **keys)
        if not found:
            return None
        first, *others = found
        return {c: v if all(o[c] == v for o in others) else None for c, v in first.items()}

    def covers(self, name: str, *, on: date, as_of: date) -> bool:
        """Whether an edition of the set, known on `as_of`, speaks about the day `on`."""
        return any(_speaks(e, on, as_of) for f in self._frames.get(name, ()) for e in f.editions)

    def is_complete(self, name: str, *, on: date, as_of: date) -> bool:
        """Whether such an edition is held whole, so that an absent row means "not listed"."""
        return any(
            e.is_complete and _speaks(e, on, as_of) for f in self._frames.get(name, ()) for e in f.editions
        )

    def _all(self, name: str) -> pl.DataFrame:
        if name not in self._raw:
            parts = [
                frame.load().with_columns(pl.lit(frame.rank, pl.Int32).alias("_rank"))
                for frame in self._frames.get(name, ())
            ]
            empty = SETS[name].empty().with_columns(pl.lit(0, pl.Int32).alias("_rank"))
            self._raw[name] = pl.concat([empty, *parts])
        return self._raw[name]

    def _bounded(self, name: str, as_of: date) -> pl.DataFrame:
        """The resolved rows with filled bounds `_from` and `_to`."""
        key = (name, as_of)
        if key not in self._seen:
            self._seen[key] = _resolve(self._all(name), SETS[name].identity, as_of)
        return self._seen[key]


def _speaks(edition: Edition, on: date, as_of: date) -> bool:
    return (edition.published_on or _EVER) <= as_of and (edition.covers_from or _EVER) <= on < (
        edition.covers_to or _NEVER
    )


def _resolve(frame: pl.DataFrame, identity: tuple[str, ...], as_of: date) -> pl.DataFrame:
    seen = (
        frame.filter(pl.col("known_from").is_null() | (pl.col("known_from") <= as_of))
        .with_columns(
            pl.col("effective_from").fill_null(_EVER).alias("_from"),
            pl.col("effective_to").fill_null(_NEVER).alias("_to"),
            # Loaded before starter, then by the day it became known.
            (pl.col("_rank") * 10_000_000 + pl.col("known_from").fill_null(_EVER).to_physical()).alias(
                "_order"
            ),
        )
        .with_row_index("_row")
    )
    bounds = seen.select("_row", *identity, "_from", "_to", "_order")
    crowded = bounds.filter(pl.len().over(identity) > 1)
    cuts = (
        crowded.join(crowded, on=identity, suffix="_later")
        .filter(
            pl.col("_order_later") > pl.col("_order"),
            pl.col("_from_later") < pl.col("_to"),
            pl.col("_from") < pl.col("_to_later"),
        )
        .group_by("_row")
        .agg(pl.col("_from_later").min().alias("_cut"))
    )
    return (
        seen.join(cuts, on="_row", how="left", maintain_order="left")
        .with_columns(pl.min_horizontal("_to", "_cut").alias("_to"))
        .filter(pl.col("_from") < pl.col("_to"))
        .with_columns(
            pl.when(pl.col("_cut") <= pl.col("_to"))
            .then(pl.col("_to"))
            .otherwise(pl.col("effective_to"))
            .alias("effective_to")
        )
        .drop("_row", "_rank", "_order", "_cut")
    )


def _agree(hits: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """One row per key: where several rows matched, only the values on which they agree."""
    crowded = pl.len().over(by) > 1
    several = hits.filter(crowded)
    if several.is_empty():
        return hits
    lists = [c for c, t in hits.schema.items() if isinstance(t, pl.List)]
    others = [c for c in hits.columns if c not in by]
    same = several.group_by(by).agg(
        pl.when((pl.col(c).list.join("|") if c in lists else pl.col(c)).n_unique() == 1)
        .then(pl.col(c).first())
        .otherwise(None)
        .alias(c)
        for c in others
    )
    return pl.concat([hits.filter(~crowded), same.select(hits.columns)])


@cache
def _starter() -> Reference:
    listed: dict[str, list[dict[str, Any]]] = {}
    for row in starter.read_editions():
        listed.setdefault(str(row["set_name"]), []).append(row)
    unknown = sorted(set(listed) - set(SETS))
    if unknown:
        raise ReferenceDataError(f"names sets that do not exist: {unknown}.", where="starter/editions.csv")
    return Reference({name: [_starter_frame(name, listed.get(name, []))] for name in SETS})


def _starter_frame(name: str, listed: list[dict[str, Any]]) -> EditionFrame:
    editions = tuple(Edition(rows=0, is_starter=True, **row) for row in listed)
    return EditionFrame(editions, lambda: starter.read_set(name), rank=0)
