"""Ingests 200 files three times in random order, killed at 30 random moments; the store must equal a clean ingest.

    python benchmarks/ingest_kills.py [--files 200] [--times 3] [--kills 30] [--store URL]

Without --store the killed store is a new SQLite file; with it, a new and empty PostgreSQL database. Exit code 1 and
the tables that differ if they are not equal.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from scrubjay.recovery.ingest import ingest
from scrubjay.store import Store
from scrubjay.store.answers import read_remits
from scrubjay.store.digest import contents
from scrubjay.store.runs import read_runs
from scrubjay.testing.answer_files import write_answer_files
from scrubjay.testing.kills import ingest_and_kill

AT = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=835)
    parser.add_argument("--store", help="an empty store; default: a new SQLite file")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_answer_files(folder / "files", arguments.files, seed=arguments.seed)
        clean = Store.open(str(folder / "clean.sqlite"))
        start = time.perf_counter()
        ingest(clean, paths, at=AT)
        seconds = time.perf_counter() - start
        shuffled = paths * arguments.times
        rng.shuffle(shuffled)
        url = arguments.store or str(folder / "killed.sqlite")
        killed = ingest_and_kill(url, shuffled, rng, arguments.kills, most_seconds=2.0)
        store = Store.open(url)
        with clean.reading() as one, store.reading() as two:
            expected, got = contents(one), contents(two)
            runs = read_runs(two)
            sums = [str(read_remits(c).claims.filter("is_postable")["paid_amount"].sum()) for c in (one, two)]
        wrong = [table for table in expected if expected[table] != got[table]]
        rows = sum(len(r) for r in expected.values())
        print(
            f"{store.dialect}: {arguments.files} files, clean ingest {seconds:.1f} s, {rows} rows; {len(shuffled)} files in "
            f"random order, killed {killed} times ({len(runs)} runs recorded, "
            f"{sum(r['finished_at'] is None for r in runs)} of them as stopped); posted {sums[0]} and {sums[1]}; "
            f"{'equal' if not wrong else 'NOT equal: ' + ', '.join(wrong)}"
        )
        clean.close()
        store.close()
    return 1 if wrong or sums[0] != sums[1] else 0


if __name__ == "__main__":
    sys.exit(main())
