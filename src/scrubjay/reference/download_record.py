"""The folder of downloads, and the file in it that says what was fetched from where."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from scrubjay.errors import ReferenceDataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RECORD = "downloads.json"


@dataclass(frozen=True, slots=True)
class Download:
    """What is recorded of a file that was fetched.

    Attributes:
        file: its path in the folder.
        url: its address.
        etag: what the server said by which it is known again, or null.
        last_modified: likewise.
        sha256: of its content.
        bytes: of its content.
        fetched_on: the day, YYYY-MM-DD.
        held_as: hashes of the Parquet files that a load made of it; empty before the first load.
    """

    file: str
    url: str
    etag: str | None
    last_modified: str | None
    sha256: str
    bytes: int
    fetched_on: str
    held_as: tuple[str, ...] = ()


class DownloadRecord:
    """What a folder of downloads holds.

    Args:
        folder: made if need be.

    Raises:
        ReferenceDataError: it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReferenceDataError(
                f"cannot be made ({error.strerror}).", where=str(folder), hint="Choose another folder."
            ) from error
        self._held = {d.file: d for d in self._read()}

    def target(self, source: str, address: str) -> Path:
        """Where a file goes: under its source, by the last part of its address."""
        last = unquote(urlsplit(address).path).rpartition("/")[2]
        folder = self._folder / re.sub(r"[^A-Za-z0-9_-]", "_", source)
        target = folder / (re.sub(r"[^A-Za-z0-9._-]", "_", last).lstrip(".") or "download")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReferenceDataError(
                f"cannot be made ({error.strerror}).", where=str(folder), hint="Choose another folder."
            ) from error
        return target

    def name_of(self, path: Path) -> str:
        """The file's name in the record."""
        return path.relative_to(self._folder).as_posix()

    def intact(self, path: Path, url: str) -> Download | None:
        """What is recorded of a file, if it is from `url` and still as it was fetched."""
        held = self._held.get(self.name_of(path))
        if held is None or held.url != url or not path.is_file():
            return None
        return held if path.stat().st_size == held.bytes and _sha256(path) == held.sha256 else None

    def put(self, download: Download) -> None:
        """Record a file that was fetched."""
        self._held[download.file] = download
        self._write()

    def not_held(self, paths: Iterable[Path], parquet: frozenset[str]) -> list[Path]:
        """Of some files those that no load made anything of that is still there.

        Args:
            paths: files in the folder.
            parquet: hashes of the Parquet files that the reference folder holds.
        """
        return [p for p in dict.fromkeys(paths) if not self._is_held(p, parquet)]

    def _is_held(self, path: Path, parquet: frozenset[str]) -> bool:
        made = self._held[self.name_of(path)].held_as
        return bool(made) and parquet.issuperset(made)

    def loaded(self, path: Path, made: Iterable[str]) -> None:
        """Record what a load made of a file.

        Args:
            path: the file.
            made: hashes of the Parquet files that it is held as.
        """
        name = self.name_of(path)
        self.put(replace(self._held[name], held_as=tuple(sorted(set(made)))))

    def _read(self) -> list[Download]:
        try:
            rows: list[dict[str, Any]] = json.loads((self._folder / _RECORD).read_text(encoding="utf-8"))
            return [_download(row) for row in rows]
        except (OSError, ValueError, TypeError, KeyError):
            # None yet, or damaged: then files are fetched and loaded again, which changes nothing.
            return []

    def _write(self) -> None:
        rows = [asdict(d) for _, d in sorted(self._held.items())]
        temporary = self._folder / f"{_RECORD}.tmp"
        try:
            with temporary.open("w", encoding="utf-8") as out:
                json.dump(rows, out, indent=1)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(self._folder / _RECORD)
        except OSError as error:
            raise ReferenceDataError(
                f"cannot be written ({error.strerror}).", where=str(self._folder / _RECORD)
            ) from error


def _download(row: dict[str, Any]) -> Download:
    return Download(
        file=row["file"],
        url=row["url"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        sha256=row["sha256"],
        bytes=row["bytes"],
        fetched_on=row["fetched_on"],
        held_as=tuple(row["held_as"]),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
