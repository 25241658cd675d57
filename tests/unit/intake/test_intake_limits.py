"""Time and memory stay bounded on large files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scrubjay.testing.x12 import ClaimSpec, LineSpec, envelope, transaction

_PROGRAM = """
import re, sys
from pathlib import Path
from scrubjay.intake import ClaimReader
reader = ClaimReader([sys.argv[1]])
claims = sum(bundle.claims.height for bundle in reader.batches())
assert not reader.reports[0].problems, reader.reports[0].problems
# Not ru_maxrss: that one also remembers the parent before exec.
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(claims, int(peak[1]) // 1024)
"""


def _run(path):
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(path)], capture_output=True, text=True, timeout=120, check=True
    )
    claims, megabytes = done.stdout.split()
    return int(claims), int(megabytes)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_the_file(tmp_path):
    lines = [LineSpec(charge="10", ndc="00009004722", ndc_quantity="1"), LineSpec("96374", "5", "1")]
    one = transaction([ClaimSpec(f"C{i}", lines) for i in range(500)])
    small, large = tmp_path / "small.837", tmp_path / "large.837"
    size = sum(len(s) + 2 for s in one)
    small.write_text(envelope([one] * (22_000_000 // size)))
    large.write_text(envelope([one] * (66_000_000 // size)))
    claims, megabytes = _run(small)
    assert claims == 500 * (22_000_000 // size)
    assert megabytes < 400
    claims, more = _run(large)
    assert claims == 500 * (66_000_000 // size)
    assert more < 500
    assert more - megabytes < 100
