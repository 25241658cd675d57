"""Which store a command works with: what was typed, the environment, `scrubjay.toml`, else the user's own."""

from __future__ import annotations

import contextlib
import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scrubjay import __version__
from scrubjay.cli.common import now

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import date

    from scrubjay.engine.waiver_file import Waiver
    from scrubjay.store import Store
    from scrubjay.tables import Evidence

StoreAddress = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="The store: a file, or postgresql://user@host/database. Default: SCRUBJAY_STORE, then [store] url in "
        "scrubjay.toml, then a file among your data.",
        show_default=False,
    ),
]

KeptIn = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="A store whose authorizations, waivers and earlier claims count too (`scrubjay recover ingest` fills it).",
        show_default=False,
    ),
]


def opened_store(typed: str | None, *, create: bool) -> Store:
    """Open the store of a command.

    Args:
        typed: that of `--store`.
        create: make it where there is none.

    Raises:
        StoreError: it cannot be opened.
        SettingsError: `scrubjay.toml` is not in the form.
    """
    from scrubjay.store import Store  # noqa: PLC0415 - slow to import
    from scrubjay.store.engine import ENVIRONMENT  # noqa: PLC0415

    address = typed or os.environ.get(ENVIRONMENT) or _written()
    return Store.open(address, create=create)


def _written() -> str | None:
    from scrubjay.cli.settings import find_settings, load_settings  # noqa: PLC0415

    return load_settings(find_settings(Path.cwd())).store


def user() -> str:
    """Who runs the command, as the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # In a container the user may have no name.
        return "unknown"


class Run:
    """A run that is being recorded.

    Attributes:
        id: of the run.
        summary: what it counted; filled by the command.
    """

    def __init__(self, run_id: int) -> None:
        self.id = run_id
        self.summary: dict[str, Any] = {}


@contextlib.contextmanager
def recorded_run(
    opened: Store, kind: str, *, by: str | None = None, as_of: date | None = None
) -> Generator[Run]:
    """Record in the store that a command ran: when, by whom, with what version, and what it counted.

    Begun at once, so that a run that is stopped shows as one without an end. One that changed nothing because it was
    refused is kept too, with the kind of error.

    Args:
        opened: the store that the command changes.
        kind: name of the command.
        by: who runs it; null for the user.
        as_of: day on which it works.
    """
    from scrubjay.store.runs import begin_run, finish_run  # noqa: PLC0415 - slow to import

    with opened.writing() as connection:
        run = Run(
            begin_run(
                connection, kind, actor=by or user(), version=__version__, started_at=now(), as_of=as_of
            )
        )

    def finish() -> None:
        with opened.writing() as connection:
            finish_run(connection, run.id, finished_at=now(), summary=run.summary)

    try:
        yield run
    except Exception as error:
        run.summary["failed"] = type(error).__name__
        finish()
        raise
    finish()


def kept_in(typed: str | None, paths: Sequence[Path | str] = ()) -> tuple[str, Evidence, list[Waiver]] | None:
    """What a store knows beside the claims of a run: its name, evidence, waivers; null where none is named.

    Args:
        typed: address of the store.
        paths: files whose claims are judged: the store's copy of them is no earlier claim.

    Raises:
        StoreError: there is none, or it cannot be opened.
    """
    if typed is None:
        return None
    from scrubjay.recovery.ingest import hash_of  # noqa: PLC0415 - slow to import
    from scrubjay.store.grants import read_evidence, read_waivers  # noqa: PLC0415

    opened = opened_store(typed, create=False)
    try:
        hashes = [h for h in (hash_of(Path(p)) for p in paths) if h is not None]
        with opened.reading() as connection:
            return opened.shown, read_evidence(connection, but_of=hashes), read_waivers(connection)
    finally:
        opened.close()
