"""Brings the schema of a store up to date by the migrations that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from scrubjay.store.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scrubjay.store.engine import Store

HEAD = "0003"
"""Revision of the newest migration; a test holds it to the files."""


def revision_of(connection: Connection) -> str | None:
    """The revision that a store is at; null where it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def bring_up_to_date(store: Store, *, create: bool = True) -> None:
    """Run the migrations that a store lacks, all in one transaction.

    Raises:
        StoreError: there is none and `create` is false, or a later version made it.
    """
    with store.reading() as connection:
        found = revision_of(connection)
    if found == HEAD:
        return
    if found is None and not create:
        raise StoreError("there is no store.", where=store.shown,
                         hint="`scrubjay recover ingest` makes one; --store names another.")  # fmt: skip
    from alembic import command  # noqa: PLC0415 - slow, and rarely needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "scrubjay.store:migrations")
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with store.writing() as connection:
        # Another process may have been first.
        found = revision_of(connection)
        if found is not None and found not in known:
            raise StoreError("a later version of scrubjay made the store.", where=store.shown,
                             hint="Update scrubjay.")  # fmt: skip
        if found != HEAD:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
