"""The reference store: dated, cited rows, looked up on a day of service as known on another day.

Two clocks. `on` is the day of service: a row is valid on it if `effective_from <= on <
effective_to`. `as_of` is the day of the run: a row is seen if `known_from <= as_of`. Of two rows
that overlap, the later-known one wins from its `effective_from` on, so a code that was open in an
older edition and ends in a newer one ends.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import starter
from scrubjay.reference.edition_frame import EditionFrame
from scrubjay.reference.edition_rows import among, keyed_by, numbered, scanned, values_of
from scrubjay.reference.library import Library
from scrubjay.reference.manifest import MANIFEST
from scrubjay.reference.resolve import BOUNDS, EVER, NEVER, EditionNote, agreeing, resolve
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import Edition
from scrubjay.reference.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    Where = Mapping[str, frozenset[str]]

__all__ = ["Edition", "EditionFrame", "Reference"]


class Reference:
    """Everything known about codes, as frames and single rows."""

    def __init__(self, frames: Mapping[str, Sequence[EditionFrame]]) -> None:
        self._frames = frames
        self._loaded: dict[tuple[str, int], pl.DataFrame] = {}
        self._starter_rows: dict[str, pl.DataFrame] = {}
        self._edition_notes: dict[str, list[EditionNote]] = {}
        self._boxes: dict[tuple[str, date, frozenset[str]], _Box] = {}
        self._lock = threading.RLock()
        self._usages: list[Usage] = []

    @contextmanager
    def recording(self) -> Generator[Usage]:
        """Note within the block which editions give rows."""
        usage = Usage()
        self._usages.append(usage)
        try:
            yield usage
        finally:
            self._usages.remove(usage)

    def _used(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        for usage in self._usages:
            usage.note(name, rows)
        return rows

    @property
    def frames(self) -> Mapping[str, Sequence[EditionFrame]]:
        """The editions by set, their rows unread."""
        return self._frames

    @classmethod
    def starter(cls) -> Reference:
        """The packaged starter set, one object per process; each set is read when first asked for."""
        return _starter()

    @classmethod
    def open(cls, path: Path | None = None) -> Reference:
        """The reference to work with: loaded editions before the starter set.

        Only the manifest is read; one object per folder and state of the manifest in a process.

        Args:
            path: folder of loaded editions; null for that of the environment or the user's data, if there
                is one.

        Raises:
            ReferenceDataError: `path` is given and is no folder, or its manifest cannot be understood.
        """
        folder = path or Library.default_folder()
        if not folder.is_dir():
            if path is not None:
                raise ReferenceDataError(
                    "is no folder of reference editions.",
                    where=str(path),
                    hint="`scrubjay reference load FILE --reference FOLDER` makes one.",
                )
            return cls.starter()
        try:
            stat = (folder / MANIFEST).stat()
        except OSError:
            return cls.starter()
        return _opened(folder.resolve(), (stat.st_mtime_ns, stat.st_size, stat.st_ino))

    def excluding(self, source: str, edition: str) -> Reference:
        """The same reference without a loaded edition, as if it had never come out; the starter set stays.

        Args:
            source: the official file.
            edition: which release of it.
        """
        left_out = {(source, edition)}
        return Reference(
            {
                name: [
                    f
                    for f in frames
                    if not f.rank or not left_out & {(e.source, e.edition) for e in f.editions}
                ]
                for name, frames in self._frames.items()
            }
        )

    def editions(self) -> list[Edition]:
        """All editions held, loaded ones first, by set and edition."""
        ranked = [
            (frame.rank, edition if frame.rank else replace(edition, rows=self._count(edition)))
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

    def _count(self, edition: Edition) -> int:
        # A row that held unchanged over several editions names the first and the last: `2024-01..2024-10`.
        if edition.set_name not in self._starter_rows:
            parts = [f.load() for f in self._frames[edition.set_name] if f.rank == 0]
            self._starter_rows[edition.set_name] = pl.concat([SETS[edition.set_name].empty(), *parts])
        span = pl.col("edition").str.split("..")
        spoken = (span.list.first() <= edition.edition) & (span.list.last() >= edition.edition)
        return self._starter_rows[edition.set_name].filter(spoken).height

    def table(
        self, name: str, *, as_of: date, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame:
        """Rows of a set that were known on `as_of`, overlaps resolved.

        Args:
            name: a key of `SETS`.
            as_of: the day of the run.
            where: for columns that identify a row, the values wanted: of a large set only such rows are
                read. Without it the whole set is read.

        Returns:
            A frame of `SETS[name].schema`; half-open periods that do not overlap for one identity, except
            where two sources contradict each other.

        Raises:
            KeyError: no such set.
            ValueError: a column of `where` does not identify rows of the set.
            ReferenceDataError: a loaded edition is missing or damaged.
        """
        asked = {c: frozenset(v for v in values if v) for c, values in (where or {}).items()}
        wrong = sorted(set(asked) - set(SETS[name].identity))
        if wrong:
            raise ValueError(f"{name}: rows are not identified by {wrong}")
        frame = self._bounded(name, as_of, asked)
        return self._used(name, frame.filter(*(among(c, v) for c, v in asked.items())).drop(BOUNDS))

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
        keyed = values_of(wanted, [c for c in by if c in SETS[name].identity])
        hits = (
            wanted.unique()
            .join(self._bounded(name, as_of, keyed), on=by, how="inner")
            .filter(pl.col("_from") <= pl.col("_on"), pl.col("_on") < pl.col("_to"))
            .drop(BOUNDS)
        )
        hits = agreeing(name, self._used(name, hits), [*by, "_on"])
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
        keyed = {c: frozenset([v]) for c, v in keys.items() if c in SETS[name].identity}
        frame = self._bounded(name, as_of, keyed).filter(
            *(pl.col(column) == value for column, value in keys.items()),
            pl.col("_from") <= on,
            pl.col("_to") > on,
        )
        return self._used(name, frame.drop(BOUNDS)).to_dicts()

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
        if len(found) < 2:
            return found[0] if found else None
        frame = SETS[name].conform(pl.DataFrame(found, schema=SETS[name].schema))
        one = agreeing(name, frame.with_columns(pl.lit(0).alias("_all")), ["_all"])
        return one.drop("_all").row(0, named=True)

    def covers(self, name: str, *, on: date, as_of: date, setting: str | None = None) -> bool:
        """Whether an edition of the set, known on `as_of`, speaks about the day `on`.

        Args:
            name: a key of `SETS`.
            on: day of service.
            as_of: the day of the run.
            setting: of a set that is published in one table per setting, the one meant; null for any.
        """
        return any(_speaks(e, on, as_of) for e, _ in self._about(name, setting))

    def is_complete(self, name: str, *, on: date, as_of: date, setting: str | None = None) -> bool:
        """Whether such an edition is held whole, so that an absent row means "not listed".

        Args:
            name: a key of `SETS`.
            on: day of service.
            as_of: the day of the run.
            setting: of a set that is published in one table per setting, the one meant. Null asks for all
                settings: then the tables of all that are held must be whole.
        """
        whole = [f for e, f in self._about(name, setting) if e.is_complete and _speaks(e, on, as_of)]
        if setting is not None or any(not f.scope for f in whole):
            return bool(whole)
        held = {s for f in self._frames.get(name, ()) for s in f.scope}
        return bool(whole) and held <= {s for f in whole for s in f.scope}

    def complete_since(self, name: str, *, on: date, as_of: date, setting: str | None = None) -> date | None:
        """First day of the complete edition that speaks about a day; null where none is held.

        Args:
            name: a key of `SETS`.
            on: day of service.
            as_of: the day of the run.
            setting: as in `is_complete`.
        """
        days = [
            e.covers_from or EVER
            for e, _ in self._about(name, setting)
            if e.is_complete and _speaks(e, on, as_of)
        ]
        return max(days, default=None)

    def _about(self, name: str, setting: str | None) -> list[tuple[Edition, EditionFrame]]:
        return [
            (e, f)
            for f in self._frames.get(name, ())
            if setting is None or not f.scope or setting in f.scope
            for e in f.editions
        ]

    def _notes(self, name: str) -> list[EditionNote]:
        """The editions of a set as resolution needs them; those of a loaded frame have its number."""
        if name not in self._edition_notes:
            self._edition_notes[name] = [
                EditionNote(
                    number=number if frame.rank else -1,
                    name=e.edition,
                    source=e.source,
                    known=e.published_on or EVER,
                    begins=e.covers_from or EVER,
                    ends=e.covers_to or NEVER,
                    is_complete=e.is_complete,
                    scope=frame.scope,
                    is_starter=frame.rank == 0,
                )
                for number, frame in enumerate(self._frames.get(name, ()))
                for e in frame.editions
            ]
        return self._edition_notes[name]

    def _bounded(self, name: str, as_of: date, where: Where | None = None) -> pl.DataFrame:
        """Resolved rows with filled bounds `_from` and `_to`: all, or at least those that `where` asks for.

        What was asked for once is kept, so that the next batch reads only the keys that are new in it.
        """
        asked = keyed_by(name, where or {})
        with self._lock:
            box = self._boxes.setdefault((name, as_of, frozenset(asked)), _Box())
            if box.frame is not None and all(v <= box.values[c] for c, v in asked.items()):
                return box.frame
            if box.frame is not None and len(asked) == 1:
                new = {c: v - box.values[c] for c, v in asked.items()}
                box.frame = pl.concat([box.frame, self._resolved(name, as_of, new)])
            else:
                grown = {c: v | box.values.get(c, frozenset()) for c, v in asked.items()}
                box.frame = self._resolved(name, as_of, grown)
            box.values = {c: v | box.values.get(c, frozenset()) for c, v in asked.items()}
            return box.frame

    def _resolved(self, name: str, as_of: date, values: Where) -> pl.DataFrame:
        return resolve(name, self._raw_rows(name, values), self._notes(name), as_of)

    def _raw_rows(self, name: str, values: Mapping[str, frozenset[str]]) -> pl.DataFrame:
        """Rows of all editions, those of the starter from memory, loaded ones from their files."""
        declared = SETS[name]
        chosen = [among(c, v) for c, v in values.items()]
        parts = [numbered(declared.empty(), -1, 0)]
        stored: list[tuple[int, EditionFrame]] = []
        for number, frame in enumerate(self._frames.get(name, ())):
            if frame.path is not None:
                stored.append((number, frame))
                continue
            if (name, number) not in self._loaded:
                self._loaded[name, number] = frame.load()
            rows = self._loaded[name, number].filter(*chosen)
            parts.append(numbered(rows, number if frame.rank else -1, frame.rank))
        if stored:
            parts.append(scanned(declared, stored, chosen))
        return pl.concat(parts)


class _Box:
    """Resolved rows of a set for all keys asked so far."""

    __slots__ = ("frame", "values")

    def __init__(self) -> None:
        self.values: dict[str, frozenset[str]] = {}
        self.frame: pl.DataFrame | None = None


def _speaks(edition: Edition, on: date, as_of: date) -> bool:
    return (edition.published_on or EVER) <= as_of and (edition.covers_from or EVER) <= on < (
        edition.covers_to or NEVER
    )


@cache
def _opened(folder: Path, stamp: tuple[int, int, int]) -> Reference:
    """One object per folder and state of its manifest."""
    del stamp
    frames: dict[str, list[EditionFrame]] = {n: list(f) for n, f in _starter().frames.items()}
    for name, loaded in Library(folder).edition_frames().items():
        frames.setdefault(name, []).extend(loaded)
    return Reference(frames)


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
