"""The reference at full scale: time and memory of a load, time of a point lookup, and loads killed at random.

    python benchmarks/reference.py load ../shared/data
    python benchmarks/reference.py lookups FOLDER
    python benchmarks/reference.py kill ../shared/data --kills 50 [--seed 1]

Results are printed as JSON and appended to benchmarks/results.jsonl; docs/reference-data.md quotes them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from scrubjay import api
from scrubjay.reference import Reference
from scrubjay.reference.library import Library

RESULTS = Path(__file__).parent / "results.jsonl"
AS_OF = date(2026, 11, 1)
_LONGEST_LIFE = 30.0
"""Seconds: a killed load goes on where the last one ended, so short lives reach every file."""
LOAD = [sys.executable, "-m", "scrubjay", "reference", "load"]


def load(data: Path) -> dict[str, object]:
    """One load of everything into a new folder, as a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "reference"
        began = time.perf_counter()
        process = subprocess.Popen([*LOAD, str(data), "--reference", str(folder)], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        if os.waitstatus_to_exitcode(status):
            sys.exit("the load failed")
        held = Library(folder).held()
        size = sum(p.stat().st_size for p in folder.rglob("*.parquet"))
    scale = 1 if platform.system() == "Darwin" else 1024
    return {
        "tool": "scrubjay reference load",
        "seconds": round(seconds, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_megabytes": round(usage.ru_maxrss * scale / 1e6),
        "editions": len(held),
        "rows": sum(e.rows for e in held),
        "megabytes_on_disk": round(size / 1e6, 1),
    }


def lookups(folder: Path) -> dict[str, object]:
    """Point lookups in one process: the first of a key reads it, each later one finds it."""
    reference = Reference.open(folder)
    codes = reference.table("payment_limits", as_of=AS_OF)["hcpcs"].unique().sort().to_list()
    ndcs = reference.table("ndc", as_of=AS_OF)["ndc"].unique().sort().to_list()
    chosen = random.Random(1)
    days = [date(2024, 2, 15), date(2024, 5, 15), date(2025, 8, 1), date(2026, 2, 1)]
    asked: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}

    def timed(name: str, ask: object) -> None:
        began, work = time.perf_counter(), time.process_time()
        ask()  # type: ignore[operator]
        asked.setdefault(name, []).append(1000 * (time.perf_counter() - began))
        worked.setdefault(name, []).append(1000 * (time.process_time() - work))

    for number in range(200):
        code, ndc, on = chosen.choice(codes), chosen.choice(ndcs), chosen.choice(days)
        for name, keys in (
            ("hcpcs", {"hcpcs": code}), ("drugs", {"hcpcs": code}), ("payment_limits", {"hcpcs": code}),
            ("mue", {"hcpcs": code, "mue_setting": "practitioner"}), ("status", {"hcpcs": code}),
            ("ndc", {"ndc": ndc}),
        ):  # fmt: skip
            timed(f"row of {name}", lambda n=name, k=keys, o=on: reference.rows(n, on=o, as_of=AS_OF, **k))
        if number < 40:
            timed(
                "code, its whole life",
                lambda c=code, o=on: api.code(c, on=o, as_of=AS_OF, reference_path=folder),
            )
            timed(
                "ndc, its rows over time",
                lambda n=ndc, o=on: api.ndc(n, on=o, as_of=AS_OF, reference_path=folder),
            )
    return {
        "tool": "point lookups, full reference",
        **{
            name: {
                "n": len(times),
                "first_ms": round(times[0], 1),
                "median_ms": round(statistics.median(times), 1),
                "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
                "max_after_first_ms": round(max(times[1:]), 1),
                "cpu_p95_ms": round(statistics.quantiles(worked[name], n=20)[-1], 1),
            }
            for name, times in asked.items()
        },
    }


def kill(data: Path, kills: int, seed: int) -> dict[str, object]:
    """Loads of everything, each ended by SIGKILL at a random moment; the folder is checked after each."""
    chosen = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        whole, folder = Path(scratch) / "whole", Path(scratch) / "killed"
        began = time.perf_counter()
        subprocess.run([*LOAD, str(data), "--reference", str(whole)], stdout=subprocess.DEVNULL, check=True)
        longest = time.perf_counter() - began
        wanted = {(e.source, e.edition): set() for e in Library(whole).held()}
        for edition in Library(whole).held():
            wanted[edition.source, edition.edition].add((edition.set_name, edition.parquet_sha256))
        ended = faults = halves = left_behind = 0
        held_after: list[int] = []
        for number in range(kills):
            if number % 10 == 0:
                shutil.rmtree(folder, ignore_errors=True)
            process = subprocess.Popen(
                [*LOAD, str(data), "--reference", str(folder)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(chosen.uniform(0.5, min(longest, _LONGEST_LIFE)))
                ended += 1
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            library = Library(folder)
            found: dict[tuple[str, str], set[tuple[str, str]]] = {}
            for edition in library.held():
                found.setdefault((edition.source, edition.edition), set()).add(
                    (edition.set_name, edition.parquet_sha256)
                )
            halves += sum(found[key] != wanted.get(key) for key in found)
            faults += sum(f.is_broken for f in library.check())
            left_behind += any(f.kind == "extra-file" for f in library.check())
            if folder.is_dir():
                Reference.open(folder).row("hcpcs", on=date(2024, 3, 31), as_of=AS_OF, hcpcs="J2930")
            held_after.append(len(found))
            print(f"{number + 1}/{kills}: {len(found)} of {len(wanted)} releases held", file=sys.stderr)
        subprocess.run([*LOAD, str(data), "--reference", str(folder)], stdout=subprocess.DEVNULL, check=True)
        last = {(e.set_name, e.source, e.edition, e.parquet_sha256) for e in Library(folder).held()}
        same = last == {(e.set_name, e.source, e.edition, e.parquet_sha256) for e in Library(whole).held()}
        swept = not any(f.kind == "extra-file" for f in Library(folder).check())
    return {
        "tool": "scrubjay reference load, killed",
        "kills": kills - ended,
        "ended_before_the_kill": ended,
        "seconds_of_a_whole_load": round(longest, 1),
        "releases_held_after_a_kill": [min(held_after), max(held_after)],
        "kills_that_left_a_stray_file": left_behind,
        "halves_of_releases": halves,
        "broken_editions": faults,
        "whole_after_one_more_load": same,
        "stray_files_swept": swept,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["load", "lookups", "kill"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.what == "load":
        row = load(given.path)
    elif given.what == "lookups":
        row = lookups(given.path)
    else:
        row = kill(given.path, given.kills, given.seed)
    row |= {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "machine_load": [round(x, 1) for x in os.getloadavg()],
        "python": platform.python_version(),
    }
    print(json.dumps(row, indent=1))
    with RESULTS.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
