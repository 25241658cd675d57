"""Fixtures that every test may use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings

from scrubjay.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long an example takes says more of the machine than of the code; a hang is what pytest-timeout is for.
settings.register_profile("scrubjay", deadline=None)
settings.load_profile("scrubjay")

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
    """A reference folder with every official file of ../shared loaded; made once for all workers. Read only.

    It is loaded as a user does it, with one command.
    """
    # Workers of one run have folders of their own below one that they share.
    base = tmp_path_factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, done = root / "official", root / "official.done"
    with FileLock(root / "official.lock"):
        if not done.exists():
            command = [sys.executable, "-m", "scrubjay", "reference", "load", str(shared / "data")]
            ended = subprocess.run(
                [*command, "--reference", str(folder), "--json"], capture_output=True, check=False
            )
            assert ended.returncode == 0, ended.stderr.decode()
            folder.with_name("official.json").write_bytes(ended.stdout)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def official_load(official_editions: Path) -> dict[str, Any]:
    """What `scrubjay reference load ../shared/data --json` said."""
    return json.loads(official_editions.with_name("official.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def loaded_reference(official_editions: Path) -> Reference:
    """The reference with every official file of ../shared loaded."""
    return Reference.open(official_editions)


@pytest.fixture(scope="session")
def gold() -> Path:
    """The worked cases, copied into the repository."""
    return Path(__file__).parent / "gold"
