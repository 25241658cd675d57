"""Loading official files: walk, open archives, recognise by content, read, keep.

Each file, and each member of an archive, gets one outcome. What is no official file is named, what is broken
is refused with its error, and neither stops the rest. One file is in memory at a time.
"""

from __future__ import annotations

import hashlib
import pkgutil
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import loaders as loaders_package
from scrubjay.reference.library import ALREADY_HELD, LOADED, scope_of
from scrubjay.reference.loaders.base import Loader, Release
from scrubjay.reference.loading_sources import Unreadable, official_files, what_it_looks_like

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from scrubjay.reference.library import Added, Library
    from scrubjay.reference.loaders.base import SourceFile
    from scrubjay.reference.manifest import HeldEdition

SAME_RELEASE, NOT_OFFICIAL, REFUSED = "same-release", "not-official", "refused"
_SPREADSHEET = b"PK\x03\x04"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file or member of an archive.

    Attributes:
        name: path as given; of a member `archive.zip/member.txt`.
        outcome: `loaded`, `already-held`, `same-release` (another member of the archive gave it),
            `not-official` or `refused`.
        what: one sentence for the reader; of a refused file the whole error.
        loader: name of the loader that recognised it, or null.
        editions: the editions that it is held as.
        rows: data rows of the official file.
        warnings: what the loader and the library said.
    """

    name: str
    outcome: str
    what: str
    loader: str | None = None
    editions: tuple[HeldEdition, ...] = ()
    rows: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Outcomes of all files, in the order in which they were read."""

    files: tuple[FileOutcome, ...]

    def having(self, *outcomes: str) -> tuple[FileOutcome, ...]:
        """The files with one of some outcomes."""
        return tuple(f for f in self.files if f.outcome in outcomes)


@cache
def find_loaders() -> tuple[Loader, ...]:
    """All loaders, by name: every `LOADER` or `LOADERS` of a module in the loaders' package.

    Raises:
        ReferenceDataError: two loaders have one name.
    """
    found: dict[str, Loader] = {}
    for module in pkgutil.iter_modules(loaders_package.__path__):
        held = import_module(f"{loaders_package.__name__}.{module.name}")
        one = getattr(held, "LOADER", None)
        for loader in getattr(held, "LOADERS", ()) or ((one,) if one is not None else ()):
            if found.setdefault(loader.name, loader) is not loader:
                raise ReferenceDataError(f"two loaders are called {loader.name}.", where=module.name)
    return tuple(found[name] for name in sorted(found))


def load_paths(
    paths: Iterable[Path],
    library: Library,
    *,
    loaded_at: datetime,
    published_on: date | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> LoadReport:
    """Load official files and folders of them.

    Args:
        paths: files and folders; a folder is walked in the order of names.
        library: where to keep the editions.
        loaded_at: now.
        published_on: publication day of the files, where the user knows it better than the file says.
        progress: called with the name of a file, the bytes done and the bytes of all files.

    Returns:
        One outcome per file and member of an archive. A bad file never stops the others.

    Raises:
        ReferenceDataError: the reference folder itself cannot be used (disk full, read-only, a manifest
            of a newer version): no further file could be loaded either.
    """
    library.held()
    run = _Run(library, loaded_at, published_on)
    outcomes: list[FileOutcome] = []
    for members in official_files(paths, skip=library.folder, progress=progress):
        outcomes += run.archive(members)
    return LoadReport(tuple(outcomes))


class _Run:
    """One load: where to, when, and as published when."""

    def __init__(self, library: Library, loaded_at: datetime, published_on: date | None) -> None:
        self._library = library
        self._loaded_at = loaded_at
        self._published_on = published_on

    def archive(self, members: Sequence[SourceFile | Unreadable]) -> list[FileOutcome]:
        """Outcomes of a file, or of the members of one archive."""
        outcomes: list[FileOutcome] = []
        recognised: list[tuple[SourceFile, Loader]] = []
        for member in members:
            if isinstance(member, Unreadable):
                outcomes.append(FileOutcome(member.name, REFUSED, member.error.one_line()))
                continue
            known = [loader for loader in find_loaders() if _recognises(loader, member)]
            if not known:
                looks = what_it_looks_like(member)
                outcomes.append(FileOutcome(member.name, NOT_OFFICIAL, f"Not loaded: {looks}."))
            elif len(known) > 1:
                outcomes.append(_torn(member, known))
            else:
                recognised.append((member, known[0]))
        # The text form of a release holds all of its records, the spreadsheet sometimes less: text goes first.
        recognised.sort(key=lambda pair: pair[0].head.startswith(_SPREADSHEET))
        seen: dict[frozenset[_Part], str] = {}
        outcomes += [self._file(member, loader, seen) for member, loader in recognised]
        return sorted(outcomes, key=lambda outcome: outcome.name)

    def _file(self, file: SourceFile, loader: Loader, seen: dict[frozenset[_Part], str]) -> FileOutcome:
        try:
            given = loader.load(file)
            releases = (given,) if isinstance(given, Release) else given
            sha256 = hashlib.sha256(file.read()).hexdigest()
            parts = frozenset(_parts(releases))
            if parts in seen:
                what = f"The same release as {seen[parts]}, which was taken."
                return FileOutcome(file.name, SAME_RELEASE, what, loader.name)
            releases = self._dated(releases, file)
            added = [
                self._library.add(release, file=file.name, sha256=sha256, loaded_at=self._loaded_at)
                for release in releases
            ]
        except ReferenceDataError as error:
            return FileOutcome(file.name, REFUSED, error.one_line(), loader.name)
        except Exception as error:  # noqa: BLE001 - a fault in one loader must not keep the other files out
            what = (
                f"{file.name}: the loader {loader.name} failed ({type(error).__name__}: {error}). "
                "Please report this with the name of the release."
            )
            return FileOutcome(file.name, REFUSED, " ".join(what.split()), loader.name)
        seen[parts] = file.name
        return _held(file, loader, releases, added)

    def _dated(self, releases: tuple[Release, ...], file: SourceFile) -> tuple[Release, ...]:
        """The releases with the publication day that the user gave."""
        if self._published_on is None:
            return releases
        if len(releases) > 1:
            raise ReferenceDataError(
                "holds several releases, so it has no one publication day.",
                where=file.name,
                hint="Load it without --published-on.",
            )
        return tuple(_published(release, self._published_on) for release in releases)


def _recognises(loader: Loader, file: SourceFile) -> bool:
    """Whether a loader knows the file; one that cannot even look at it does not."""
    try:
        return loader.recognises(file)
    except Exception:  # noqa: BLE001 - a fault in one loader must not keep the others from looking
        return False


_Part = tuple[str, str, tuple[str, ...]]


def _parts(releases: Sequence[Release]) -> list[_Part]:
    """What a file is about: sets, editions, settings. Two forms of one release are about the same."""
    return [(p.set_name, r.edition, scope_of(p)) for r in releases for p in r.sets]


def _published(release: Release, day: date) -> Release:
    stated = pl.col("known_from")
    known = pl.when(stated == release.published_on).then(pl.lit(day)).otherwise(stated).alias("known_from")
    parts = tuple(replace(part, frame=part.frame.with_columns(known)) for part in release.sets)
    return replace(release, published_on=day, is_published_stated=True, sets=parts)


def _torn(file: SourceFile, known: Sequence[Loader]) -> FileOutcome:
    names = " and ".join(loader.name for loader in known)
    error = ReferenceDataError(
        f"is taken for its own by more than one loader: {names}.",
        where=file.name,
        hint="Nothing of it was loaded; please report it with the name of the release.",
    )
    return FileOutcome(file.name, REFUSED, error.one_line())


def _held(
    file: SourceFile, loader: Loader, releases: Sequence[Release], added: Sequence[Added]
) -> FileOutcome:
    outcome = ALREADY_HELD if all(a.outcome == ALREADY_HELD for a in added) else LOADED
    rows = sum(release.rows for release in releases)
    names = ", ".join(f"{r.source} {r.edition}" for r in releases[:_SHOWN])
    more = f" and {len(releases) - _SHOWN} more" if len(releases) > _SHOWN else ""
    word = "already held" if outcome == ALREADY_HELD else "loaded"
    return FileOutcome(
        file.name,
        outcome,
        f"{names}{more}: {word}, {rows:,} rows.",
        loader.name,
        tuple(edition for a in added for edition in a.editions),
        rows,
        (*(w for r in releases for w in r.warnings), *(w for a in added for w in a.warnings)),
    )
