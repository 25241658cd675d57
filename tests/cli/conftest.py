"""Runs the program as a user does: another process, real files, real exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def scrubjay():
    """Call `scrubjay ARGS`; no call may ever show a traceback."""

    def call(*args, cwd=None, **options) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR")}
        env |= options.pop("env", {})
        done = subprocess.run(
            [sys.executable, "-m", "scrubjay", *map(str, args)],
            capture_output=True,
            encoding="utf-8",
            cwd=cwd,
            env=env,
            timeout=120,
            check=False,
            **options,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def claims(gold) -> Path:
    """The folder of gold claims."""
    return gold / "claims"


@pytest.fixture(scope="session")
def one_line():
    """Give the only line of a text, which must be one of the program's own."""

    def line_of(text: str) -> str:
        lines = text.splitlines()
        assert len(lines) == 1, text
        assert lines[0].startswith("scrubjay: ")
        return lines[0]

    return line_of
