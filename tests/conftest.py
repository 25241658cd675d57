"""Fixtures that every test may use."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from scrubjay.reference import Reference
from scrubjay.reference.library import Library
from scrubjay.reference.loading import load_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session", autouse=True)
def _no_loaded_editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty reference folder: what the user of the machine has loaded must not decide a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCRUBJAY_REFERENCE", str(tmp_path_factory.mktemp("reference")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official files and samples beside the repository, or a skip that says so."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared is not beside this clone: official files and samples not tested")
    return SHARED


@pytest.fixture(scope="session")
def official_editions(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reference folder with every official file of ../shared loaded; made once for all workers. Read only."""
    # Workers of one run have folders of their own below one that they share.
    base = tmp_path_factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, done = root / "official", root / "official.done"
    with FileLock(root / "official.lock"):
        if not done.exists():
            load_paths([shared / "data"], Library(folder), loaded_at=datetime(2026, 11, 1, tzinfo=UTC))
            done.touch()
    return folder


@pytest.fixture(scope="session")
def loaded_reference(official_editions: Path) -> Reference:
    """The reference with every official file of ../shared loaded."""
    return Reference.open(official_editions)


@pytest.fixture(scope="session")
def gold() -> Path:
    """The worked cases, copied into the repository."""
    return Path(__file__).parent / "gold"
