"""The manifest: which editions a reference folder holds, each with its Parquet file and that file's hash.

The manifest is the folder's truth. It is replaced as a whole and atomically, so a reader sees the editions
before a load or after it, never half of them; a Parquet file that it does not name is no part of the folder.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from scrubjay.errors import ReferenceDataError

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
VERSION = 1
_DATES = ("published_on", "covers_from", "covers_to")
_HINT = "`scrubjay reference doctor` checks the folder; loading the official files anew mends it."


@dataclass(frozen=True, slots=True)
class HeldEdition:
    """One set of one release, as held in the folder.

    Attributes:
        set_name: a key of `SETS`.
        source: the official file.
        edition: which release; with a suffix such as `.v2` where the same release came with other content.
        released_as: the edition without that suffix.
        loader: name of the loader that read it.
        published_on: publication day; of an unknown one the first day in force.
        is_published_stated: the file, its archive or the user gave that day.
        covers_from: first day of service that the release speaks about; null = since before anything held.
        covers_to: exclusive end of that period; null = open.
        is_complete: an absent row means that the source lists none in that period.
        scope: values of the set's setting column that the edition is about; empty for a set without one.
        rows: rows held of the set.
        file_rows: data rows of the official file.
        file: name of the file as the user gave it.
        sha256: hash of that file's content, out of its archive.
        loaded_at: when it was loaded.
        note: what is held and what is not, or null.
        warnings: what the loader and the library said.
        parquet: path of the rows inside the folder.
        parquet_sha256: hash of that Parquet file.
    """

    set_name: str
    source: str
    edition: str
    released_as: str
    loader: str
    published_on: date
    is_published_stated: bool
    covers_from: date | None
    covers_to: date | None
    is_complete: bool
    scope: tuple[str, ...]
    rows: int
    file_rows: int
    file: str
    sha256: str
    loaded_at: datetime
    note: str | None
    warnings: tuple[str, ...]
    parquet: str
    parquet_sha256: str


def read_manifest(folder: Path) -> tuple[HeldEdition, ...]:
    """The editions that a folder holds; none where it has no manifest.

    Raises:
        ReferenceDataError: the manifest is unreadable, is no manifest, or is of a newer version.
    """
    path = folder / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except NotADirectoryError as error:
        raise ReferenceDataError(
            "is no folder.", where=str(folder), hint="Choose a folder for reference data with --reference."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError("cannot be read.", where=str(path), hint=_HINT) from error
    try:
        held: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReferenceDataError(
            f"is not JSON (line {error.lineno}).", where=str(path), hint=_HINT
        ) from error
    body = cast("dict[str, Any]", held) if isinstance(held, dict) else {}
    version = body.get("version")
    if not isinstance(version, int):
        raise ReferenceDataError("is no manifest of a reference folder.", where=str(path), hint=_HINT)
    if version > VERSION:
        raise ReferenceDataError(
            f"was written by a newer scrubjay (manifest version {version}; this one reads {VERSION}).",
            where=str(path),
            hint="Upgrade scrubjay, or choose another folder with --reference.",
        )
    try:
        return tuple(_edition(entry) for entry in body["editions"])
    except (KeyError, TypeError, ValueError) as error:
        raise ReferenceDataError(
            f"names an edition in a way that is not understood ({error}).", where=str(path), hint=_HINT
        ) from error


def write_manifest(folder: Path, editions: tuple[HeldEdition, ...]) -> None:
    """Replace the manifest in one step: at every moment the folder holds the old one or the new one.

    Raises:
        OSError: the disk is full, the folder may not be written.
    """
    ordered = sorted(editions, key=lambda e: (e.set_name, e.source, e.edition))
    body = {"version": VERSION, "editions": [_entry(e) for e in ordered]}
    path = folder / MANIFEST
    write_durably(
        path.with_suffix(".json.tmp"), (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()
    )
    path.with_suffix(".json.tmp").replace(path)
    sync_folder(folder)


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Write a file and wait until it is on the disk.

    Raises:
        OSError: the disk is full, the folder may not be written.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until names in a folder are on the disk, where the system can say so."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders; a rename is durable enough there.
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entry(edition: HeldEdition) -> dict[str, Any]:
    entry = asdict(edition)
    for name in _DATES:
        entry[name] = entry[name].isoformat() if entry[name] is not None else None
    entry["loaded_at"] = edition.loaded_at.isoformat()
    return entry


def _edition(entry: dict[str, Any]) -> HeldEdition:
    values = {field.name: entry[field.name] for field in fields(HeldEdition)}
    for name in _DATES:
        values[name] = date.fromisoformat(values[name]) if values[name] is not None else None
    values["loaded_at"] = datetime.fromisoformat(values["loaded_at"])
    for name in ("scope", "warnings"):
        values[name] = tuple(values[name])
    return HeldEdition(**values)
