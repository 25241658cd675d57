"""What every loader takes and gives: a file as published in, a `Release` out.

A loader is a module of this package with one `LOADER`. It is found by its presence; nothing else names
it. It looks at the content of a file, never at its name, except where the content does not say which
release it is (then the name may tell, and the release says so in its note).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import polars as pl


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a release, already out of its zip or gzip.

    Attributes:
        name: path as the user gave it; of a member of an archive `archive.zip/member.txt`.
        head: the first 64 KiB, for recognition.
        size: bytes of the whole.
        modified_on: day that the archive records for the member, a hint of the publication day; else null.
        read: gives the whole content; called by `Loader.load` only.
    """

    name: str
    head: bytes
    size: int
    modified_on: date | None
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class SetRelease:
    """What a release says about one set.

    Attributes:
        set_name: a key of `SETS`.
        frame: rows in the shape of `SETS[set_name]`; periods half-open; `edition` and `known_from` filled.
        covers_from: first day of service that the release speaks about; null = since before anything held.
        covers_to: exclusive end of that period; null = open.
        is_complete: an absent row means that the source lists none in that period.
        note: what is held and what is not, or null.
    """

    set_name: str
    frame: pl.DataFrame
    covers_from: date | None
    covers_to: date | None
    is_complete: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one official source.

    Attributes:
        loader: `Loader.name` that read it.
        source: the official file, e.g. `CMS ASP payment limits`; with `edition` it identifies the release.
        edition: which release, sortable within the source: `2024-01`, `2025-07.20250725`, `2024-07-01`.
        published_on: publication day. Where the file does not state it: the first day it is in force,
            with `is_published_stated` false, so a run never knows an edition later than its users did
            bill by it.
        is_published_stated: the file itself, or the archive, gives the publication day.
        rows: data rows of the official file that were read (the number a SOURCE file would count).
        sets: what it gives, one per set.
        warnings: things a curator should see: surplus columns, duplicate rows, overlapping ranges, one
            code with two descriptors on a day. Each a sentence.
    """

    loader: str
    source: str
    edition: str
    published_on: date
    is_published_stated: bool
    rows: int
    sets: tuple[SetRelease, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loader:
    """A reader of one official source.

    Attributes:
        name: kebab-case, e.g. `asp-payment-limits`.
        title: the source in the user's words.
        sets: the sets it can fill.
        recognises: whether a file is of this source, by `head`; must be cheap and must not raise.
        load: reads the whole file. Raises `ReferenceDataError` (what, where = file and line or column,
            hint) where the file is of this source and broken, truncated or laid out anew; a layout with
            an added column is read with a warning. A file that merges several editions gives them all.
        is_tested_on_real_file: false where no real release was at hand; shown by `reference list --sources`.
        layout: where the layout is published, for a reader.
        options: constant parameters of the source (its settings, its sheet names).
    """

    name: str
    title: str
    sets: tuple[str, ...]
    recognises: Callable[[SourceFile], bool]
    load: Callable[[SourceFile], Release | tuple[Release, ...]]
    is_tested_on_real_file: bool
    layout: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
