"""Answered claims per second of the 835 intake, beside edi-835-parser on claims of the same kind, in one run.

    python benchmarks/remits.py [--claims 200000] [--peer-claims 2000]

Both run as processes of their own, one after the other. The peer needs a pandas below 3, so it lives in an environment of
its own, `.venv-peers`, which the script makes once (it fetches the package from the Python package registry); without
it, or with --peer-claims 0, only ours is measured. Wall and processor seconds are given: on a machine that others use,
wall time says less. `intake` reads, balances and counts; `settled` also recognises payments and links reversals, with
everything in memory. Results are appended to benchmarks/results.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import venv
from pathlib import Path

from generate_remits import generate

OUT = Path("out")
PEERS = Path(".venv-peers")
RESULTS = Path(__file__).parent / "results.jsonl"
PEER = ("edi-835-parser==1.8.0",)
INTAKE = """
import sys
from scrubjay.intake.answers import AnswerReader
reader = AnswerReader([sys.argv[1]])
claims = balanced = 0
for bundle in reader.batches():
    claims += bundle.remits.claims.height
    balanced += bundle.remits.transactions["is_balanced_throughout"].sum()
assert claims == int(sys.argv[2]), claims
assert balanced == -(-claims // 1000), balanced
assert not reader.reports[0].problems
"""
SETTLED = """
import sys
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
remits = collect(AnswerReader([sys.argv[1]])).remits
assert remits.claims["is_postable"].sum() == int(sys.argv[2])
"""
THEIRS = """
import sys
import edi_835_parser
rows = edi_835_parser.parse(sys.argv[1]).to_dataframe()
assert len(rows) >= int(sys.argv[2]), len(rows)
"""


def _measure(command: list[str]) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak resident bytes of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    error = process.stderr.read() if process.stderr else b""
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{command[0]} failed: {error.decode()[-500:]}")
    scale = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale


def _peer() -> str | None:
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
    probe = [str(python), "-c", "import edi_835_parser"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEER], check=False)
        if done.returncode or subprocess.run(probe, capture_output=True, check=False).returncode:
            print("edi-835-parser cannot be installed here: only ours is measured.", file=sys.stderr)
            return None
    return str(python)


def _row(tool: str, claims: int, measured: tuple[float, float, int]) -> dict[str, object]:
    seconds, processor, memory = measured
    return {
        "tool": tool, "claims": claims, "seconds": round(seconds, 2), "processor_seconds": round(processor, 2),
        "claims_per_second": round(claims / seconds), "claims_per_processor_second": round(claims / processor),
        "peak_megabytes": round(memory / 1e6),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=int, default=200_000)
    parser.add_argument("--peer-claims", type=int, default=2_000)
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    file = OUT / f"remits-{arguments.claims}.835"
    if not file.exists():
        generate(arguments.claims, file)
    for tool, code in (("835 intake", INTAKE), ("835 intake, settled", SETTLED)):
        command = [sys.executable, "-c", code, str(file), str(arguments.claims)]
        rows.append(_row(tool, arguments.claims, _measure(command)))
    peer = _peer() if arguments.peer_claims else None
    if peer is not None:
        own = OUT / f"remits-{arguments.peer_claims}.835"
        # It reads a file as one payment.
        generate(arguments.peer_claims, own, per_payment=arguments.peer_claims)
        command = [peer, "-c", THEIRS, str(own), str(arguments.peer_claims)]
        rows.append(_row("edi-835-parser", arguments.peer_claims, _measure(command)))
        ours, theirs = (float(str(rows[i]["claims_per_processor_second"])) for i in (0, -1))
        rows[0]["times_edi_835_parser_by_processor"] = round(ours / theirs)
    stamp = {
        "machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version(),
        "megabytes": round(file.stat().st_size / 1e6, 1), "load_average": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    with RESULTS.open("a", encoding="utf-8") as log:
        for row in rows:
            print(json.dumps(row))
            log.write(json.dumps({**row, **stamp}) + "\n")


if __name__ == "__main__":
    main()
