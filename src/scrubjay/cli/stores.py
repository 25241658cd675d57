"""Which store a command works with: what was typed, the environment, `scrubjay.toml`, else the user's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scrubjay.store import Store

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
