"""What a user holds: editions with their ages, gaps between them, sets that nothing was loaded for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scrubjay.reference.gaps import Gap, find_gaps
from scrubjay.reference.sets import SETS
from scrubjay.reference.store import Reference

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from scrubjay.reference.library import Library
    from scrubjay.reference.manifest import HeldEdition
    from scrubjay.reference.starter import Edition


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """One edition of one set.

    Attributes:
        set_name: a key of `SETS`.
        source: the official file.
        edition: which release of it.
        scope: settings it is about, empty for a set without settings.
        rows: rows held of the set.
        first_day: first day of service it speaks about, null = since before anything held.
        last_day: last such day, null = open.
        published_on: day on which it became known, null if unknown.
        is_published_stated: that day stands in the file or its archive; else it is the first day in force.
        age_days: days since then on the day of the list.
        is_complete: an absent row means "not listed".
        is_starter: it came with the program.
        file: name of the file it was loaded from, null for the starter set.
        loaded_at: when, null for the starter set.
        note: what is held and what is not.
        warnings: what the loader said.
    """

    set_name: str
    source: str
    edition: str
    scope: tuple[str, ...]
    rows: int
    first_day: date | None
    last_day: date | None
    published_on: date | None
    is_published_stated: bool
    age_days: int | None
    is_complete: bool
    is_starter: bool
    file: str | None
    loaded_at: datetime | None
    note: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is held, as known on a day.

    Attributes:
        folder: of the loaded editions.
        as_of: the day of the list.
        editions: by set, source and edition; loaded ones before those of the starter set.
        later: loaded editions that became known after the day, and are not in the list.
        gaps: periods that no loaded edition speaks about.
        starter_only: sets of which only the starter set's rows are held.
        empty: sets of which nothing is held.
    """

    folder: Path
    as_of: date
    editions: tuple[ListedEdition, ...]
    later: int
    gaps: tuple[Gap, ...]
    starter_only: tuple[str, ...]
    empty: tuple[str, ...]


def overview(library: Library, *, as_of: date) -> Overview:
    """List what is held.

    Args:
        library: the folder of loaded editions.
        as_of: editions that became known later are left out and counted.

    Raises:
        ReferenceDataError: the manifest cannot be understood.
    """
    held = [e for e in library.held() if e.set_name in SETS]
    known = [e for e in held if e.published_on <= as_of]
    starter = [e for e in Reference.starter().editions() if e.published_on is None or e.published_on <= as_of]
    loaded_sets, starter_sets = {e.set_name for e in known}, {e.set_name for e in starter}
    listed = [*(_loaded(e, as_of) for e in known), *(_starter(e, as_of) for e in starter)]
    listed.sort(key=lambda e: (e.set_name, e.is_starter, e.source, e.first_day or date.min, e.edition))
    return Overview(
        folder=library.folder,
        as_of=as_of,
        editions=tuple(listed),
        later=len(held) - len(known),
        gaps=tuple(find_gaps(known, as_of)),
        starter_only=tuple(n for n in SETS if n in starter_sets - loaded_sets),
        empty=tuple(n for n in SETS if n not in starter_sets | loaded_sets),
    )


def _last_day(end: date | None) -> date | None:
    return end - timedelta(days=1) if end else None


def _loaded(edition: HeldEdition, as_of: date) -> ListedEdition:
    return ListedEdition(
        set_name=edition.set_name,
        source=edition.source,
        edition=edition.edition,
        scope=edition.scope,
        rows=edition.rows,
        first_day=edition.covers_from,
        last_day=_last_day(edition.covers_to),
        published_on=edition.published_on,
        is_published_stated=edition.is_published_stated,
        age_days=(as_of - edition.published_on).days,
        is_complete=edition.is_complete,
        is_starter=False,
        file=edition.file,
        loaded_at=edition.loaded_at,
        note=edition.note,
        warnings=edition.warnings,
    )


def _starter(edition: Edition, as_of: date) -> ListedEdition:
    return ListedEdition(
        set_name=edition.set_name,
        source=edition.source,
        edition=edition.edition,
        scope=(),
        rows=edition.rows,
        first_day=edition.covers_from,
        last_day=_last_day(edition.covers_to),
        published_on=edition.published_on,
        is_published_stated=edition.published_on is not None,
        age_days=(as_of - edition.published_on).days if edition.published_on else None,
        is_complete=edition.is_complete,
        is_starter=True,
        file=None,
        loaded_at=None,
        note=edition.note,
        warnings=(),
    )
