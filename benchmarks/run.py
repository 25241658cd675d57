"""Claims per second and peak memory of `scrubjay check`, beside pyx12 on the same file.

    python benchmarks/run.py [--claims 100000] [--peer-claims 2000|all|0] [--repeat 3]
    python benchmarks/run.py --peer-claims 0 --load ../shared/data

All run as processes of their own, one after the other. pyx12 only validates structure and takes minutes for
100,000 claims, so by default it gets a file of the first 2,000 of them and the rates are compared;
`--peer-claims all` gives it the same file. `--load` loads official files into out/reference first (once) and
judges the claims with them as well; `--reference` names such a folder. Of several runs the fastest counts.
Results are appended to benchmarks/results.jsonl; docs/performance.md quotes them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generate import generate

OUT = Path("out")
RESULTS = Path(__file__).parent / "results.jsonl"
AS_OF = "2026-04-15"
PYX12 = """
import sys, pyx12.params, pyx12.x12n_document
from io import StringIO
ok = pyx12.x12n_document.x12n_document(pyx12.params.params(), sys.argv[1], StringIO(), None, None)
sys.exit(0 if ok in (True, False) else 1)
"""
SCRUBJAY = str(Path(sys.executable).parent / "scrubjay")


@dataclass(frozen=True)
class Measured:
    """One run: wall seconds, processor seconds (user and system), peak resident bytes."""

    seconds: float
    processor_seconds: float
    memory: int


def _measure(command: list[str], environment: dict[str, str]) -> Measured:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    error = process.stderr.read() if process.stderr else b""
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"{command[0]} failed with {code}: {error.decode()[-500:]}")
    scale = 1 if platform.system() == "Darwin" else 1024
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale)


def _best(command: list[str], times: int, environment: dict[str, str] | None = None) -> Measured:
    return min((_measure(command, environment or {}) for _ in range(times)), key=lambda m: m.seconds)


def _row(tool: str, claims: int, measured: Measured, output: str | None = None) -> dict[str, Any]:
    return {
        "tool": tool,
        **({"output": output} if output else {}),
        "claims": claims,
        "seconds": round(measured.seconds, 2),
        "processor_seconds": round(measured.processor_seconds, 2),
        "claims_per_second": round(claims / measured.seconds),
        "peak_megabytes": round(measured.memory / 1e6),
    }


def _check(file: Path, output: str) -> list[str]:
    to = str(OUT / f"findings.{output}")
    return [
        SCRUBJAY,
        "check",
        str(file),
        "--as-of",
        AS_OF,
        "--fail-on",
        "never",
        "--format",
        output,
        "-o",
        to,
    ]


def _made(claims: int) -> Path:
    path = OUT / f"bench-{claims}.837"
    if not path.exists():
        generate(claims, path)
    return path


def _loaded(data: Path) -> Path:
    folder = OUT / "reference"
    if not folder.exists():
        command = [SCRUBJAY, "reference", "load", str(data), "--reference", str(folder)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return folder


def _peer_claims(text: str) -> int | None:
    return None if text == "all" else int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--peer-claims", type=_peer_claims, default=2_000, metavar="N|all|0")
    parser.add_argument("--repeat", type=int, default=1, help="runs of scrubjay, of which the fastest counts")
    parser.add_argument("--reference", type=Path, help="folder of loaded editions to judge with as well")
    parser.add_argument("--load", type=Path, help="official files to load into out/reference for that")
    parser.add_argument(
        "--output",
        action="append",
        choices=["parquet", "json", "jsonl", "csv", "text", "html"],
        help="format of the report, more than one in turn; default: text, as the command has it, and parquet, "
        "which lists every finding and every question that was not answered",
    )
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    OUT.mkdir(exist_ok=True)
    file = _made(arguments.claims)
    # Whatever the user of the machine has loaded: the starter set alone.
    starter = {"SCRUBJAY_REFERENCE": str(OUT / "no-reference")}
    folder = _loaded(arguments.load) if arguments.load else arguments.reference
    rows: list[dict[str, Any]] = []
    for output in arguments.output or ("text", "parquet"):
        check = _check(file, output)
        own = _best(check, arguments.repeat, starter)
        rows.append(_row("scrubjay check, every edit", arguments.claims, own, output))
        if folder is not None:
            full = _best([*check, "--reference", str(folder)], arguments.repeat)
            rows.append(_row("scrubjay check, every edit, loaded reference", arguments.claims, full, output))
            rows[-1]["times_starter"] = round(full.seconds / own.seconds, 2)
            rows[-1]["times_starter_processor"] = round(full.processor_seconds / own.processor_seconds, 2)
    if arguments.peer_claims != 0:
        claims = arguments.claims if arguments.peer_claims is None else arguments.peer_claims
        peer = _best([sys.executable, "-c", PYX12, str(_made(claims))], 1)
        for row in rows:
            row["times_pyx12"] = round(row["claims_per_second"] / (claims / peer.seconds))
        rows.append(_row("pyx12 structure only", claims, peer))
    stamp = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "megabytes": round(file.stat().st_size / 1e6, 1),
    }
    with RESULTS.open("a", encoding="utf-8") as log:
        for row in rows:
            print(json.dumps(row))
            log.write(json.dumps({**row, **stamp}) + "\n")


if __name__ == "__main__":
    main()
