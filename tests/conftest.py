"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
def gold() -> Path:
    """The worked cases, copied into the repository."""
    return Path(__file__).parent / "gold"
