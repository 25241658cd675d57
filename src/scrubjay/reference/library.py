"""The folder of loaded editions: one Parquet file per set and edition, and the manifest that names them.

A load is whole or it did not happen. The files of a release are written under names that no manifest
knows, then the manifest is replaced; what a killed load left behind is swept by the next one. Nothing that
the manifest names is ever overwritten: a release that comes again with other content is kept beside the
first.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import platformdirs
import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.edition_frame import LOADED_RANK, EditionFrame
from scrubjay.reference.manifest import (
    HeldEdition,
    read_manifest,
    sync_folder,
    write_durably,
    write_manifest,
)
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import Edition

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from scrubjay.reference.loaders.base import Release, SetRelease

ENVIRONMENT = "SCRUBJAY_REFERENCE"
SCOPES = {
    "mue": "mue_setting",
    "pairs": "pair_setting",
    "pairless": "pair_setting",
    "status": "status_setting",
}
"""Sets whose sources publish one table per setting: a table says nothing of the other settings."""
LOADED, ALREADY_HELD, READ_ANEW, KEPT_BESIDE = "loaded", "already-held", "read-anew", "kept-beside"
_ROWS = "editions"
_LOCK = ".lock"
_WAIT_SECONDS = 900
# Small row groups: a lookup of one key reads one of them.
_GROUP_ROWS = 16_384
_HINT = "`scrubjay reference doctor` checks the folder; loading the official file anew mends it."


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a release.

    Attributes:
        outcome: `loaded`; `already-held` (same edition, same content); `read-anew` (the same file, read
            otherwise by this version: its rows were replaced); `kept-beside` (same edition, other content:
            kept as a further edition).
        editions: the editions that the release is held as.
        warnings: what the library has to say, beside the loader's own warnings.
    """

    outcome: str
    editions: tuple[HeldEdition, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a folder, or missing in it.

    Attributes:
        kind: `missing-file`, `extra-file`, `corrupt-file`, `row-count`, `overlap-in-edition`,
            `overlapping-editions` or `gap`.
        what: one sentence.
        where: set and edition, or the file.
        is_broken: rows cannot be relied on; false for what a reader should only know.
    """

    kind: str
    what: str
    where: str
    is_broken: bool


class Library:
    """A folder of loaded editions.

    Args:
        folder: where they are; made by the first load.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def default_folder() -> Path:
        """The environment's folder, or that of the user's data."""
        named = os.environ.get(ENVIRONMENT)
        if named:
            return Path(named)
        return Path(platformdirs.user_data_dir("scrubjay", appauthor=False)) / "reference"

    def held(self) -> list[HeldEdition]:
        """All editions, by set, source and edition; none where the folder does not exist.

        Raises:
            ReferenceDataError: the manifest cannot be understood.
        """
        return list(read_manifest(self.folder))

    def add(self, release: Release, *, file: str, sha256: str, loaded_at: datetime) -> Added:
        """Keep a release, whole or not at all.

        Args:
            release: what a loader gave.
            file: name of the file as the user gave it.
            sha256: hash of its content.
            loaded_at: now.

        Raises:
            ReferenceDataError: the disk is full, the folder may not be written, another load does not end,
                the manifest cannot be understood, or the release is not in the shape of its sets.
        """
        for part in release.sets:
            if dict(part.frame.schema) != SETS[part.set_name].schema:
                raise ReferenceDataError(
                    f"the loader {release.loader} gave rows that are not in the shape of `{part.set_name}`.",
                    where=file,
                    hint="This is a fault of scrubjay; please report it.",
                )
        with self._writing():
            held = read_manifest(self.folder)
            self._sweep(held)
            return self._added(release, held, file, sha256, loaded_at)

    def edition_frames(self) -> dict[str, list[EditionFrame]]:
        """The editions by set, their rows unread."""
        frames: dict[str, list[EditionFrame]] = {}
        for held in self.held():
            # An edition of a set that this version does not know is left alone.
            if held.set_name in SETS:
                frames.setdefault(held.set_name, []).append(self._frame(held))
        return frames

    def rows(self, held: HeldEdition) -> pl.DataFrame:
        """All rows of one edition, in the shape of its set.

        Raises:
            ReferenceDataError: the file is missing or damaged.
        """
        return read_parquet(self.folder / held.parquet, held.set_name)

    def check(self) -> list[Fault]:
        """Everything that is wrong with the folder, and the periods between editions that none covers."""
        from scrubjay.reference.library_check import faults_of  # noqa: PLC0415 - it needs this module

        return faults_of(self)

    def _frame(self, held: HeldEdition) -> EditionFrame:
        edition = Edition(
            set_name=held.set_name,
            edition=held.edition,
            source=held.source,
            published_on=held.published_on,
            covers_from=held.covers_from,
            covers_to=held.covers_to,
            rows=held.rows,
            is_starter=False,
            is_complete=held.is_complete,
            note=held.note,
        )
        return EditionFrame(
            (edition,),
            lambda: self.rows(held),
            LOADED_RANK,
            path=self.folder / held.parquet,
            scope=held.scope,
        )

    def _added(
        self,
        release: Release,
        held: tuple[HeldEdition, ...],
        file: str,
        sha256: str,
        loaded_at: datetime,
    ) -> Added:
        groups = _groups(held, release)
        fresh = [self._prepared(part, release) for part in release.sets]
        for group in groups.values():
            if self._is_same(group, fresh, release):
                return Added(ALREADY_HELD, group)
        # The same bytes read otherwise: by another version, or with another day of publication.
        again = next((g for g in groups.values() if all(e.sha256 == sha256 for e in g)), None)
        name = again[0].edition if again else _free_name(release.edition, set(groups))
        warnings: tuple[str, ...] = ()
        outcome = LOADED
        if again is not None:
            outcome = READ_ANEW
        elif groups:
            outcome = KEPT_BESIDE
            before = next(iter(groups.values()))[0]
            what = (
                f"{release.source} {release.edition} is held already with other content (from {before.file}): "
                f"kept beside it as {name}. Where the two differ the one published later holds."
            )
            warnings = (what,)
        if name != release.edition:
            fresh = [replace_edition(part, release.edition, name) for part in fresh]
        entries: list[HeldEdition] = []
        for part in fresh:
            content = _parquet(part.frame)
            digest = hashlib.sha256(content).hexdigest()
            path = f"{_ROWS}/{part.set_name}/{_slug(release.source)}_{_slug(name)}_{digest[:12]}.parquet"
            self._write(path, content)
            entries.append(
                HeldEdition(
                    set_name=part.set_name,
                    source=release.source,
                    edition=name,
                    released_as=release.edition,
                    loader=release.loader,
                    published_on=release.published_on,
                    is_published_stated=release.is_published_stated,
                    covers_from=part.covers_from,
                    covers_to=part.covers_to,
                    is_complete=part.is_complete,
                    scope=scope_of(part),
                    rows=part.frame.height,
                    file_rows=release.rows,
                    file=file,
                    sha256=sha256,
                    loaded_at=loaded_at,
                    note=part.note,
                    warnings=(*release.warnings, *warnings),
                    parquet=path,
                    parquet_sha256=digest,
                )
            )
        kept = [e for e in held if again is None or e not in again]
        write_manifest(self.folder, (*kept, *entries))
        return Added(outcome, tuple(entries), warnings)

    def _prepared(self, part: SetRelease, release: Release) -> SetRelease:
        """The rows in the order in which they are kept: by identity, so that a key is found fast."""
        declared = SETS[part.set_name]
        order = [*declared.identity, "effective_from"]
        frame = part.frame.with_columns(pl.col("known_from").fill_null(release.published_on))
        return replace(part, frame=frame.sort(order, nulls_last=False, maintain_order=True))

    def _is_same(self, group: tuple[HeldEdition, ...], fresh: Sequence[SetRelease], release: Release) -> bool:
        if {e.set_name for e in group} != {p.set_name for p in fresh}:
            return False
        by_set = {e.set_name: e for e in group}
        for part in fresh:
            held = by_set[part.set_name]
            if (held.covers_from, held.covers_to, held.is_complete, held.published_on, held.rows) != (
                part.covers_from, part.covers_to, part.is_complete, release.published_on, part.frame.height,
            ):  # fmt: skip
                return False
            try:
                rows = self.rows(held)
            except ReferenceDataError:
                return False  # Damaged: loading it anew mends it.
            if not rows.drop("edition").equals(part.frame.drop("edition")):
                return False
        return True

    def _write(self, path: str, content: memoryview) -> None:
        final = self.folder / path
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_suffix(".tmp")
        write_durably(temporary, content)
        temporary.replace(final)
        sync_folder(final.parent)

    def _sweep(self, held: tuple[HeldEdition, ...]) -> None:
        """Remove what a killed load left: files that the manifest does not name."""
        named = {e.parquet for e in held}
        for path in (self.folder / _ROWS).glob("*/*"):
            if path.relative_to(self.folder).as_posix() not in named and path.suffix in {".parquet", ".tmp"}:
                path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Generator[None]:
        """One load at a time; what the system refuses becomes one clear line."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / _LOCK, timeout=_WAIT_SECONDS):
                yield
        except filelock.Timeout as error:
            raise ReferenceDataError(
                "another load into this folder does not end.",
                where=str(self.folder),
                hint="Wait for it or end it, then load again.",
            ) from error
        except OSError as error:
            raise _refused(error, self.folder) from error


def read_parquet(path: Path, set_name: str) -> pl.DataFrame:
    """All rows of a Parquet file in the shape of a set.

    Raises:
        ReferenceDataError: the file is missing or damaged.
    """
    declared = SETS[set_name]
    try:
        frame = pl.read_parquet(path, glob=False)
        return declared.conform(frame.select(c for c in frame.columns if c in declared.columns))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> ReferenceDataError:
    """The error for a Parquet file that cannot be read."""
    what = "is damaged." if path.is_file() else "is missing."
    return ReferenceDataError(what, where=str(path), hint=_HINT)


def replace_edition(part: SetRelease, old: str, new: str) -> SetRelease:
    """The rows under another name of their edition."""
    renamed = pl.when(pl.col("edition") == old).then(pl.lit(new)).otherwise("edition").alias("edition")
    return replace(part, frame=part.frame.with_columns(renamed))


def _groups(held: Sequence[HeldEdition], release: Release) -> dict[str, tuple[HeldEdition, ...]]:
    """The editions that are held of this release, by name: one, or several of different content."""
    groups: dict[str, tuple[HeldEdition, ...]] = {}
    for edition in held:
        if (edition.source, edition.released_as) == (release.source, release.edition):
            groups[edition.edition] = (*groups.get(edition.edition, ()), edition)
    return groups


def _free_name(edition: str, taken: set[str]) -> str:
    name, number = edition, 1
    while name in taken:
        number += 1
        name = f"{edition}.v{number}"
    return name


def scope_of(part: SetRelease) -> tuple[str, ...]:
    """The settings that a release of a set is about; empty for a set without settings."""
    column = SCOPES.get(part.set_name)
    if column is None:
        return ()
    return tuple(sorted(str(v) for v in part.frame[column].drop_nulls().unique()))


def _parquet(frame: pl.DataFrame) -> memoryview:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True, row_group_size=_GROUP_ROWS)
    return buffer.getbuffer()


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")[:60]


def _refused(error: OSError, folder: Path) -> ReferenceDataError:
    where = str(error.filename or folder)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ReferenceDataError(
            "the disk is full; nothing of this file was loaded.",
            where=str(folder),
            hint="Make room, or choose a folder on another disk with --reference, then load again.",
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ReferenceDataError(
            "may not be written; nothing of this file was loaded.",
            where=where,
            hint="Choose a folder of yours with --reference, or change its rights.",
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return ReferenceDataError(
            "is no folder.", where=where, hint="Choose a folder for reference data with --reference."
        )
    return ReferenceDataError(
        f"cannot be written ({error.strerror or error}); nothing of this file was loaded.", where=where
    )
