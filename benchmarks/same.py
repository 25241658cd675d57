"""Holds every result of `check` equal while the engine is made faster.

    python benchmarks/same.py keep out/golden FILE...     # before the change
    python benchmarks/same.py compare out/golden FILE...  # after it: names what differs, exit code 1

Kept and compared per file: findings, verdicts that could not be given, coverage, the index of claims and
lines, the counts of every edit and the file's report with its problems. `--reference FOLDER` judges with
loaded editions (kept in a folder of its own); with `--batch-mib` the batches are cut otherwise, and the
answer must still be the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from scrubjay import api
from scrubjay.intake import reading

AS_OF = date(2026, 4, 15)
FRAMES = ("findings", "not_evaluated", "coverage", "claims", "lines")


def _judge(path: Path, folder: Path, reference: Path | None) -> None:
    report = api.check(
        [path], as_of=AS_OF, started_at=datetime(2026, 4, 15, tzinfo=UTC), reference_path=reference
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name in FRAMES:
        getattr(report.result, name).write_parquet(folder / f"{name}.parquet")
    rest = {
        "counts": dict(sorted(report.result.counts.items())),
        "problems": [repr(p) for p in report.result.problems],
        "files": [repr(f) for f in report.files],
        "lines": report.result.line_count,
    }
    (folder / "rest.json").write_text(json.dumps(rest, indent=1), encoding="utf-8")


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort([c for c in ("claim_key", "line_key", "edit") if c in frame.columns])


def _differences(old: Path, new: Path) -> list[str]:
    found: list[str] = []
    for name in FRAMES:
        # Rows stand batch by batch; reports sort them, so their order says nothing.
        before, after = (
            _sorted(
                pl.read_parquet(f / f"{name}.parquet").with_columns(pl.col(pl.Categorical).cast(pl.String))
            )
            for f in (old, new)
        )
        if before.schema != after.schema:
            found.append(f"{name}: other columns")
        elif before.height != after.height:
            found.append(f"{name}: {before.height} rows before, {after.height} after")
        elif not before.equals(after):
            unequal = [c for c in before.columns if not before[c].equals(after[c])]
            found.append(f"{name}: {', '.join(unequal)} differ")
    before, after = (json.loads((f / "rest.json").read_text(encoding="utf-8")) for f in (old, new))
    found += [f"{key}: other" for key in before if before[key] != after[key]]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("keep", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--batch-mib", type=float)
    arguments = parser.parse_args()
    if arguments.batch_mib:
        reading.RUN_BATCH_BYTES = int(arguments.batch_mib * 2**20)
    wrong = 0
    for file in arguments.files:
        name = str(file).strip("./").replace("/", "_")
        old, new = arguments.folder / name, arguments.folder / f"{name}.now"
        _judge(file, old if arguments.what == "keep" else new, arguments.reference)
        for line in _differences(old, new) if arguments.what == "compare" else []:
            wrong += 1
            print(f"{file}: {line}")
    print(f"{len(arguments.files)} files, {wrong} differences" if arguments.what == "compare" else "kept")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
