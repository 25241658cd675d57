"""A progress bar on standard error, for long work on a terminal."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.cli.common import console

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

LEAST_BYTES = 8 * 2**20
"""Smaller inputs are done before a bar could be read."""
_NAME_WIDTH = 36


@contextlib.contextmanager
def shown_progress(paths: Sequence[Path]) -> Generator[Callable[[int], None] | None]:
    """A callback for bytes read that moves a bar; null where there is no terminal or little to do."""
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    if not sys.stderr.isatty() or total < LEAST_BYTES:
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    with Progress(
        TextColumn("Checking"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("check", total=total)
        yield lambda done: bar.update(task, completed=done)


@contextlib.contextmanager
def shown_load() -> Generator[Callable[[str, int, int], None] | None]:
    """A callback for the file being loaded that moves a bar; null where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("Loading", total=None)

        def move(name: str, done: int, total: int) -> None:
            shown = "".join(c for c in Path(name).name if c.isprintable())[:_NAME_WIDTH]
            bar.update(task, completed=done, total=total, description=f"Loading {shown:{_NAME_WIDTH}}")

        yield move


@contextlib.contextmanager
def shown_fetch() -> Generator[Callable[[str, int, int | None], None] | None]:
    """A callback for the file being fetched that moves a bar; null where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn  # noqa: PLC0415

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("Fetching", total=None)
        shown: list[str] = []

        def move(name: str, done: int, total: int | None) -> None:
            if shown != [name]:
                shown[:] = [name]
                bar.reset(task, total=total, description=f"Fetching {name[:_NAME_WIDTH]:{_NAME_WIDTH}}")
            bar.update(task, completed=done, total=total)
            if total is not None and done >= total:
                # The bar of the load comes next; two at a time would overwrite each other.
                bar.update(task, visible=False)
                bar.refresh()
            else:
                bar.update(task, visible=True)

        yield move
