"""How long an audit of many notes takes, and how much memory: python benchmarks/audit.py [--notes 10000]."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from scrubjay.edits.registry import all_edits
from scrubjay.policies import PolicySet
from scrubjay.records.audit import audit
from scrubjay.reference import Reference
from scrubjay.testing.charts import make_charts, write_charts


def main() -> int:
    """Write notes, audit them, print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        charts = make_charts(chosen.notes)
        write_charts(charts, root)
        started, processor = time.perf_counter(), time.process_time()
        found = audit(
            [root / "charts"],
            [root / "claims.837"],
            edits=all_edits(),
            reference=Reference.starter(),
            policies=PolicySet.base(),
            as_of=date(2026, 3, 20),
            checklists=[root / "checklist.yaml"],
        )
        seconds, used = time.perf_counter() - started, time.process_time() - processor
    figures = {
        "what": "audit",
        "notes": chosen.notes,
        "claims": found.claims.height,
        "findings": found.findings.height,
        "seconds": round(seconds, 1),
        "processor_seconds": round(used, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cores": os.cpu_count(),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
