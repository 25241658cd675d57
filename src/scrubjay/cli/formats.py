"""Which format a report is written in: as asked, else by the name of the file."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_ALIASES = {".txt": "text", ".ndjson": "jsonl", ".htm": "html"}

F = TypeVar("F", bound=StrEnum)


def chosen_format(formats: type[F], given: F | None, output: Path | None, *, as_json: bool) -> F:
    """The format to write.

    Args:
        formats: those that the command can write; `text` and `json` are among them.
        given: that of `--format`.
        output: the file of `-o`, whose ending decides where no format is given.
        as_json: `--json` was given.

    Raises:
        UsageError: `--json` beside another format, or an ending that no format goes by.
    """
    if as_json:
        if given is not None and given.value != "json":
            raise UsageError(
                f"is the same as --format json, but --format {given} was given too.", where="--json"
            )
        return formats("json")
    if given is not None:
        return given
    if output is None or not output.suffix:
        return formats("text")
    suffix = output.suffix.lower()
    name = _ALIASES.get(suffix, suffix.removeprefix("."))
    if name not in {f.value for f in formats}:
        # Text under a name such as report.pdf is a file that its own program refuses to open.
        endings = ", ".join(f".{f.value}" for f in formats if f.value != "text")
        raise UsageError(
            f"no report format goes by the ending {output.suffix}.",
            where=str(output),
            hint=f"Use .txt, {endings}, or give --format.",
        )
    return formats(name)
