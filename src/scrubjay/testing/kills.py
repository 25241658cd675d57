"""Ingests files in a process that is killed at random moments and begun again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from scrubjay.recovery.ingest import ingest_file
from scrubjay.store import Store
from scrubjay.store.runs import begin_run, finish_run
at = datetime(2026, 11, 1, tzinfo=UTC)
store = Store.open(sys.argv[1])
print("ready", flush=True)
with store.writing() as connection:
    run = begin_run(connection, "ingest", actor="test", version="0", started_at=at)
for path in sys.argv[2:]:
    ingest_file(store, Path(path), at=at, run_id=run)
with store.writing() as connection:
    finish_run(connection, run, finished_at=at, summary={"files": len(sys.argv) - 2})
store.close()
print("done", flush=True)
"""


def ingest_and_kill(
    url: str, paths: Sequence[Path], rng: random.Random, kills: int, *, most_seconds: float = 1.0
) -> int:
    """Ingest all files, in order, however often the process is killed; returns how often it was killed at work.

    Args:
        url: the store.
        paths: the files; after a kill all of them are given again.
        rng: draws the moments.
        kills: how many kills to try; one that comes after the end counts for nothing.
        most_seconds: latest moment after the process is at work.

    Raises:
        RuntimeError: the process ended in another way.
    """
    killed = tried = 0
    command = [sys.executable, "-c", WORKER, url, *map(str, paths)]
    while True:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
            out = process.stdout
            if out is None or out.readline() != "ready\n":
                raise RuntimeError("the process did not begin")
            if tried < kills:
                tried += 1
                time.sleep(rng.uniform(0.0, most_seconds))
                process.kill()
                killed += process.wait() == -signal.SIGKILL
            is_done = out.read() == "done\n"
        if process.returncode == 0 and is_done:
            return killed
        if process.returncode != -signal.SIGKILL:
            raise RuntimeError(f"the process ended with {process.returncode}")
