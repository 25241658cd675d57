"""No machine path, registry host or licensed wording slips into the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("/work/" + "main", "/work/" + "shared", "pypi" + ".org", "pythonhosted" + ".org")


def tracked_text() -> list[tuple[str, str]]:
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    out = []
    for name in names:
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 5_000_000:
            out.append((name, path.read_text(encoding="utf-8", errors="replace")))
    return out


def test_nothing_forbidden_is_tracked() -> None:
    found = [(name, word) for name, text in tracked_text() for word in FORBIDDEN if word in text]
    assert found == []


def test_modules_stay_short() -> None:
    long = [
        (str(p.relative_to(ROOT)), n)
        for p in (ROOT / "src").rglob("*.py")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 420
    ]
    assert long == []
