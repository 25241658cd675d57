"""Opens the store, brings its schema up to date, and gives connections for reading and for writing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from scrubjay.store.errors import StoreError, StoreFailedError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import Connection, Engine

ENVIRONMENT = "SCRUBJAY_STORE"
BUSY_MILLISECONDS = 30_000
"""How long a writer waits for another one."""
_LOCK = 7_263_835
"""Advisory lock of PostgreSQL that all writers of a store take: one file at a time."""
_WRITES = "scrubjay_writes"
_PG = "postgresql+psycopg"


def default_url() -> str:
    """The environment's store, or a file among the user's data."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return named
    return str(Path(platformdirs.user_data_dir("scrubjay", appauthor=False)) / "store.sqlite")


def parsed_url(given: str) -> URL:
    """The address of a store: a path, `sqlite:///path` or `postgresql://user:password@host/database`.

    Raises:
        StoreError: it is none of these.
    """
    if "://" not in given:
        return URL.create("sqlite", database=given)
    hint = "Name a file, or postgresql://user@host/database."
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise StoreError("the address of the store cannot be read.", where="--store", hint=hint) from None
    kind = url.get_backend_name()
    if kind in ("postgresql", "postgres"):
        return url.set(drivername=_PG)
    if kind == "sqlite":
        return url
    raise StoreError(f"{kind} is no kind of store.", where="--store", hint=hint)


class Store:
    """An open store.

    Attributes:
        shown: its address without a password.
    """

    def __init__(self, engine: Engine, shown: str) -> None:
        self._engine = engine
        self.shown = shown

    @classmethod
    def open(cls, given: str | None = None, *, create: bool = True) -> Store:
        """Open a store, and make it or bring it up to date where needed.

        Args:
            given: path or URL; null takes `default_url`.
            create: make it where there is none; where false that is an error.

        Raises:
            StoreError: it cannot be opened, or a later version of scrubjay made it.
        """
        from scrubjay.store.migrate import bring_up_to_date  # noqa: PLC0415 - it needs this module

        url = parsed_url(given or default_url())
        shown = url.database or "memory" if url.get_backend_name() == "sqlite" else url.render_as_string()
        if url.get_backend_name() == "sqlite":
            _prepare_file(url, create=create)
        try:
            store = cls(_engine(url), shown)
            bring_up_to_date(store, create=create)
        except (ModuleNotFoundError, NoSuchModuleError):
            raise StoreError("PostgreSQL needs a driver that is not installed.", where=shown,
                             hint="Install it: pip install 'scrubjay[postgres]'.") from None  # fmt: skip
        except StoreFailedError as error:
            raise StoreError(f"the store cannot be opened ({error.reason}).", where=shown,
                             hint="Check the address and the permissions.") from None  # fmt: skip
        return store

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection whose reads see one state of the store.

        Raises:
            StoreFailedError: the database fails.
        """
        with self._failures(), self._engine.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """One transaction of the only writer: kept whole at the end, undone if anything is raised.

        Raises:
            StoreFailedError: the database fails, or another writer holds it for too long.
        """
        with self._failures(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                if self.dialect == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield connection

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    @contextmanager
    def _failures(self) -> Generator[None]:
        driver: Any = self._engine.dialect.loaded_dbapi
        try:
            yield
        except (SQLAlchemyError, driver.Error) as error:
            raise StoreFailedError(_reason(error), self.shown) from None


def _prepare_file(url: URL, *, create: bool) -> None:
    """Make the file of a new store for its owner alone: it will hold what patients had done."""
    if not url.database or url.database == ":memory:":
        return
    path = Path(url.database)
    hint = "`scrubjay recover ingest` makes one; --store names another."
    try:
        if path.is_dir():
            raise StoreError("is a folder, not a store.", where=str(path), hint="Name a file.")
        if path.exists():
            return
        if not create:
            raise StoreError("there is no store.", where=str(path), hint=hint)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "no path"
        raise StoreError(
            f"the store cannot be made ({reason}).", where=str(path), hint="Name another place."
        ) from None


def _engine(url: URL) -> Engine:
    # Parameters of a statement are what patients had done: no error message may hold them.
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions of its own: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    # A writer takes its lock at once: one that begins by reading could be refused it later.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _reason(error: Exception) -> str:
    """The database's own words where they are known to be harmless, else the kind of error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    words = str(original).splitlines()[0] if str(original) else ""
    harmless = ("locked", "readonly", "disk", "unable to open", "not a database", "malformed", "refused", "password",
                "does not exist", "timeout", "could not", "closed", "permission", "append-only", "full")  # fmt: skip
    is_data = "DETAIL" in str(original) or "constraint" in words.lower()
    if any(w in words.lower() for w in harmless) and not is_data:
        return words.strip().rstrip(".")
    return type(original).__name__
