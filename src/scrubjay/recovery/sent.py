"""What was written to be sent, so that no claim is corrected twice and no letter goes out twice unseen.

A folder of its own: one JSON line for each paper, added under a lock and flushed before the paper is handed out.
Keys are digests; no patient's value stands in the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

_FILE = "sent.jsonl"
_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One paper that was written.

    Attributes:
        key: digest of what it is about.
        kind: `replacement`, `void`, `new` or a letter's template.
        written_at: ISO instant.
        file: name of the file that was written.
        sha256: of its bytes.
        by: who had it written.
        again: why it was written once more; null the first time.
    """

    key: str
    kind: str
    written_at: str
    file: str
    sha256: str
    by: str
    again: str | None = None


def key_of(*parts: str | None) -> str:
    """A digest of what identifies a paper."""
    return hashlib.sha256("\x1f".join(p or "" for p in parts).encode()).hexdigest()


class SentLedger:
    """The record of papers in a folder.

    Args:
        folder: made on the first entry.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self) -> list[Sent]:
        """All entries, oldest first.

        Raises:
            UsageError: the record is damaged; nothing is written over it.
        """
        path = self._folder / _FILE
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"cannot be read ({error.strerror}).", where=str(path)) from error
        found: list[Sent] = []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                row: dict[str, Any] = json.loads(line)
                found.append(Sent(**row))
            except (ValueError, TypeError) as error:
                raise UsageError(
                    "is no entry.", where=f"{path}, line {number}", hint="Restore the file from a backup."
                ) from error
        return found

    def record(
        self, key: str, kind: str, *, file: str, data: bytes, by: str, at: datetime, again: str | None = None
    ) -> Sent:
        """Enter a paper before it is handed out.

        Args:
            key: from `key_of`.
            kind: what it is.
            file: name of the file.
            data: its bytes.
            by: who had it written.
            at: when.
            again: why once more; without it a second paper is refused.

        Raises:
            UsageError: a paper with the key was written before and no reason is given, or the record cannot
                be written.
        """
        return self.record_all([key], kind, file=file, data=data, by=by, at=at, again=again)[0]

    def record_all(
        self,
        keys: Sequence[str],
        kind: str,
        *,
        file: str,
        data: bytes,
        by: str,
        at: datetime,
        again: str | None = None,
    ) -> list[Sent]:
        """Enter a paper that is about several things, one entry for each; all of them or none.

        Args:
            keys: from `key_of`, one or more.
            kind: what it is.
            file: name of the file.
            data: its bytes.
            by: who had it written.
            at: when.
            again: why once more; without it a second paper is refused.

        Raises:
            UsageError: a paper with one of the keys was written before and no reason is given, or the record
                cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        entries = [Sent(key, kind, at.isoformat(), file, digest, by, again) for key in keys]
        asked = frozenset(keys)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / f".{_FILE}.lock", timeout=_WAIT):
                before = [e for e in self.entries() if e.key in asked]
                if before and again is None:
                    raise UsageError(
                        f"this {kind} was written before, on {before[-1].written_at[:10]} as {before[-1].file}.",
                        hint="If it never left, say so: --again REASON.",
                    )
                with (self._folder / _FILE).open("a", encoding="utf-8") as out:
                    out.write("".join(json.dumps(asdict(entry)) + "\n" for entry in entries))
                    out.flush()
                    os.fsync(out.fileno())
        except Timeout as error:
            raise UsageError(
                "another command holds the record of papers.", where=str(self._folder), hint="Try again."
            ) from error
        except OSError as error:
            raise UsageError(
                f"cannot be written ({error.strerror}).", where=str(self._folder), hint="Name another folder."
            ) from error
        return entries
