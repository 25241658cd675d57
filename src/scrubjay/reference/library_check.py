"""What is wrong with a folder of editions, and what is missing in it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.library import Fault
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scrubjay.reference.library import Library
    from scrubjay.reference.manifest import HeldEdition

_CHUNK = 1 << 20
_EVER, _NEVER = date(1, 1, 1), date(9999, 12, 31)


def faults_of(library: Library) -> list[Fault]:
    """All faults of a folder; files first, then rows, then what lies between editions.

    Raises:
        ReferenceDataError: the manifest cannot be understood.
    """
    held = library.held()
    found = _files(library.folder, held)
    bad = {fault.where for fault in found}
    for edition in held:
        if edition.parquet not in bad:
            found += _rows(library, edition)
    return [*found, *_between(held)]


def _files(folder: Path, held: Sequence[HeldEdition]) -> list[Fault]:
    found: list[Fault] = []
    for edition in held:
        path = folder / edition.parquet
        name = _name(edition)
        if not path.is_file():
            found.append(
                Fault("missing-file", f"The rows of {name} are missing.", edition.parquet, is_broken=True)
            )
        elif _sha256(path) != edition.parquet_sha256:
            found.append(
                Fault("corrupt-file", f"The rows of {name} were damaged.", edition.parquet, is_broken=True)
            )
    named = {e.parquet for e in held}
    for path in sorted(folder.glob("editions/*/*")):
        relative = path.relative_to(folder).as_posix()
        if relative not in named:
            what = "Left by a load that was broken off; the next load removes it."
            found.append(Fault("extra-file", what, relative, is_broken=False))
    return found


def _rows(library: Library, edition: HeldEdition) -> list[Fault]:
    name = _name(edition)
    if edition.set_name not in SETS:
        return []
    try:
        frame = library.rows(edition)
    except ReferenceDataError as error:
        return [Fault("corrupt-file", error.one_line(), edition.parquet, is_broken=True)]
    found: list[Fault] = []
    if frame.height != edition.rows:
        what = f"{frame.height:,} rows are held, the manifest says {edition.rows:,}."
        found.append(Fault("row-count", what, name, is_broken=True))
    twice = _overlapping(frame, SETS[edition.set_name].identity)
    if twice.height:
        keys = ", ".join(" ".join(map(str, row)) for row in twice.head(5).iter_rows())
        more = f" and {twice.height - 5:,} more" if twice.height > 5 else ""
        what = f"Periods overlap: {keys}{more}. Where such rows differ no value is taken."
        found.append(Fault("overlap-in-edition", what, name, is_broken=False))
    return found


def _overlapping(frame: pl.DataFrame, identity: tuple[str, ...]) -> pl.DataFrame:
    """Identities with two rows on one day; rows that are alike do not count."""
    few = (
        frame.with_columns(
            pl.col("effective_from").fill_null(_EVER).alias("_from"),
            pl.col("effective_to").fill_null(_NEVER).alias("_to"),
        )
        .filter(pl.col("_from") < pl.col("_to"))
        .select(*identity, "_from", "_to")
        .sort(*identity, "_from")
    )
    same = pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift(1)) for c in identity)
    return (
        few.filter(same & (pl.col("_from") < pl.col("_to").shift(1)))
        .select(identity)
        .unique(maintain_order=True)
    )


def _between(held: Sequence[HeldEdition]) -> list[Fault]:
    sources: dict[tuple[str, str], list[HeldEdition]] = {}
    for edition in held:
        sources.setdefault((edition.set_name, edition.source), []).append(edition)
    found: list[Fault] = []
    for (set_name, source), editions in sorted(sources.items()):
        where = f"{set_name}, {source}"
        editions.sort(
            key=lambda e: (e.covers_from or _EVER, e.covers_to or _NEVER, e.published_on, e.edition)
        )
        for one, two in pairwise(editions):
            is_same = (one.covers_from, one.covers_to) == (two.covers_from, two.covers_to)
            if is_same or (two.covers_from or _EVER) < (one.covers_to or _NEVER):
                what = f"Editions {one.edition} and {two.edition} speak about the same days: of the two the one published later holds."
                found.append(Fault("overlapping-editions", what, where, is_broken=False))
        found += [Fault("gap", what, where, is_broken=False) for what in _gaps(editions)]
    return found


def _gaps(editions: Sequence[HeldEdition]) -> list[str]:
    """Periods between the first and the last edition that none covers."""
    said: list[str] = []
    reached = editions[0].covers_to
    for edition in editions[1:]:
        if reached is None:
            break
        begins = edition.covers_from
        if begins is not None and begins > reached:
            said.append(f"No edition for {_period(reached, begins)}.")
        if edition.covers_to is None or edition.covers_to > reached:
            reached = edition.covers_to
    return said


def _period(begins: date, ends: date) -> str:
    """Half-open days in words: quarters where they are whole quarters."""
    if begins.day == ends.day == 1 and begins.month % 3 == ends.month % 3 == 1:
        last = ends - timedelta(days=1)
        one, two = (f"{d.year} Q{(d.month + 2) // 3}" for d in (begins, last))
        return one if one == two else f"{one} to {two}"
    return f"{begins} to {ends - timedelta(days=1)}"


def _name(edition: HeldEdition) -> str:
    return f"{edition.set_name}, {edition.source} {edition.edition}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
