"""Claims per second and peak memory of `scrubjay check`, beside pyx12 on the same claims.

    python benchmarks/run.py [--claims 100000] [--peer-claims 100000] [--output parquet]

Both run as processes of their own, one after the other, on one generated file. pyx12 only validates
structure; at some hundred claims a second it takes minutes for 100,000, so by default it gets the first
2,000 of them (`--peer-claims` gives it more) and the rates are compared. Results are appended to
benchmarks/results.jsonl; docs/performance.md quotes them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from generate import generate

OUT = Path("out")
RESULTS = Path(__file__).parent / "results.jsonl"
PYX12 = """
import sys, pyx12.params, pyx12.x12n_document
from io import StringIO
ok = pyx12.x12n_document.x12n_document(pyx12.params.params(), sys.argv[1], StringIO(), None, None)
sys.exit(0 if ok in (True, False) else 1)
"""


def _measure(command: list[str]) -> tuple[float, int, int]:
    """Wall seconds, peak resident bytes and exit code of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    error = process.stderr.read() if process.stderr else b""
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"{command[0]} failed with {code}: {error.decode()[-500:]}")
    scale = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_maxrss * scale, code


def _row(tool: str, claims: int, seconds: float, memory: int) -> dict[str, object]:
    return {
        "tool": tool,
        "claims": claims,
        "seconds": round(seconds, 2),
        "claims_per_second": round(claims / seconds),
        "peak_megabytes": round(memory / 1e6),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--peer-claims", type=int, default=2_000)
    parser.add_argument(
        "--output", default="parquet", choices=["parquet", "json", "jsonl", "csv", "text", "html"]
    )
    arguments = parser.parse_args()
    file, peer_file = OUT / f"bench-{arguments.claims}.837", OUT / f"bench-{arguments.peer_claims}.837"
    for size, path in ((arguments.claims, file), (arguments.peer_claims, peer_file)):
        if not path.exists():
            generate(size, path)
    scrubjay = str(Path(sys.executable).parent / "scrubjay")
    seconds, memory, _ = _measure(
        [
            scrubjay,
            "check",
            str(file),
            "--as-of",
            "2026-04-15",
            "--fail-on",
            "never",
            "--format",
            arguments.output,
            "-o",
            str(OUT / f"findings.{arguments.output}"),
        ]
    )
    rows = [_row("scrubjay check, every edit", arguments.claims, seconds, memory)]
    if arguments.peer_claims:
        seconds, memory, _ = _measure([sys.executable, "-c", PYX12, str(peer_file)])
        rows.append(_row("pyx12 structure only", arguments.peer_claims, seconds, memory))
        ours, peer = (float(str(r["claims_per_second"])) for r in rows)
        rows[0]["times_pyx12"] = round(ours / peer)
    stamp = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "megabytes": round(file.stat().st_size / 1e6, 1),
        "output": arguments.output,
    }
    with RESULTS.open("a", encoding="utf-8") as log:
        for row in rows:
            print(json.dumps(row))
            log.write(json.dumps({**row, **stamp}) + "\n")


if __name__ == "__main__":
    main()
