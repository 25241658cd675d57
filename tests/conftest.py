"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


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
