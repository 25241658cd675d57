"""What the commands share: the clock, consoles, dates, where output goes.

Kept free of heavy imports, so that `--help` and completion answer at once.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TextIO

import typer

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import Console

DEFAULT_WIDTH = 100
"""Columns of text that goes to a file or pipe, where no terminal says how wide it is."""

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
OnDate = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="Date of service. Default: the day of --as-of."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="YYYY-MM-DD", help="Judge with what was known on this day. Default: today."
    ),
]
PolicyFiles = Annotated[
    list[Path] | None,
    typer.Option("--policy", metavar="FILE", help="A payer policy of your own (YAML); repeatable."),
]
ReferencePath = Annotated[
    Path | None,
    typer.Option(
        "--reference", metavar="FOLDER", help="Folder of loaded reference editions.", show_default=False
    ),
]

OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the report to FILE instead of the terminal."),
]


def now() -> datetime:
    """The instant at which the command runs; the only clock of the program."""
    return datetime.now(tz=UTC)


def today() -> date:
    """The local day on which the command runs."""
    return now().astimezone().date()


def parse_day(text: str, option: str) -> date:
    """A day written as YYYY-MM-DD.

    Raises:
        UsageError: any other form, or a day that no calendar has.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), flags=re.ASCII):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    shown = "".join(c for c in text if c.isprintable())[:20]
    raise UsageError(f'"{shown}" is no date.', where=option, hint="Write it as YYYY-MM-DD, as in 2024-06-03.")


def day_or_today(text: str | None, option: str) -> date:
    """The day given, or today."""
    return today() if text is None else parse_day(text, option)


def console(out: Any = None, *, stderr: bool = False) -> Console:
    """A console on standard output, standard error or a file; colour only on a terminal."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    stream = out if out is not None else sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(file=stream, highlight=False, markup=False, emoji=False)
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdigit() and int(columns) else DEFAULT_WIDTH
    return Console(file=_Trimmed(stream), width=width, highlight=False, markup=False, emoji=False)  # type: ignore[arg-type]


class _Trimmed:
    """A text stream without the blanks with which a layout fills its lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        self._stream.write(re.sub(r" +(?=\n)", "", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return False


@contextlib.contextmanager
def opened_text(out: BinaryIO) -> Generator[TextIO]:
    """A byte stream as one of text in UTF-8; it is left open."""
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", write_through=True)
    yield text
    text.detach()


def say(text: str) -> None:
    """One line on standard error."""
    line = " ".join(text.split())
    sys.stderr.write(f"scrubjay: {line}\n")
    sys.stderr.flush()


def write_stdout(data: bytes) -> None:
    """Bytes to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def print_json(value: Any) -> None:
    """A value as indented JSON on standard output."""
    import json  # noqa: PLC0415

    write_stdout((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", errors="replace"))


@contextlib.contextmanager
def output(path: Path | None) -> Generator[BinaryIO]:
    """Where a report goes: standard output, or a file that appears only once it is whole.

    Args:
        path: the file; null or `-` is standard output.

    Raises:
        UsageError: the file cannot be written.
    """
    if path is None or str(path) == "-":
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    is_special = path.exists() and not stat.S_ISREG(path.stat().st_mode) and not path.is_dir()
    target = path if is_special else path.with_name(f".{path.name}.part")
    try:
        if path.is_dir():
            raise UsageError("is a folder.", where=str(path), hint="Name a file.")
        with target.open("wb") as out:
            yield out
        if not is_special:
            target.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"cannot be written ({reason}).", where=str(path), hint="Name another file with -o."
        ) from None
    finally:
        if not is_special:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
