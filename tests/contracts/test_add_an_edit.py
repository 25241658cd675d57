"""The recipe of CONTRIBUTING.md, followed to the letter: two files, and the edit is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]

FOLLOW = """
import sys, scrubjay.edits
scrubjay.edits.__path__.append(sys.argv[1])
from scrubjay.edits.registry import all_edits
from scrubjay.testing.cases import load_cases
edit = next(e for e in all_edits() if e.name == "units-over-a-thousand")
cases = load_cases(edit)
for case in cases:
    case.check()
print(len(cases), "cases")
"""


def block(language: str) -> str:
    """The first code block of that language under "Add an edit"."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = text.split("## Add an edit")[1].split("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", recipe, re.DOTALL)
    assert found
    return dedent(found[1])


def test_the_recipe_works_and_touches_two_files(tmp_path: Path) -> None:
    family = tmp_path / "house_rules"
    family.mkdir()
    (family / "__init__.py").write_text("")
    (family / "units_over_a_thousand.py").write_text(block("python"))
    (family / "units_over_a_thousand.yaml").write_text(block("yaml"))
    done = subprocess.run(
        [sys.executable, "-c", FOLLOW, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "5 cases"
