"""README shows what the program really prints, and its Python example runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n\$ scrubjay (.*?)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
LINKS = re.findall(r"\]\(([^)#:]+)\)", README)


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[c.split()[0] for c, _ in CONSOLE])
def test_shown_output_is_real(scrubjay, command, shown):
    done = scrubjay(*shlex.split(command), cwd=ROOT)
    assert done.returncode == 0, done.stderr
    rest = done.stdout
    for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE):
        assert part in rest, f"README shows what `scrubjay {command}` does not print:\n{part}"
        rest = rest[rest.index(part) + len(part) :]


def test_the_two_commands_come_first():
    first = re.search(r"^```.*?\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert first is not None
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make demo", "make test"]


def test_python_example_runs():
    (code,) = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "J1320" in done.stdout
    assert done.stdout.splitlines()[-1] == "1"


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()


def test_counts_of_the_family_table_are_those_of_the_registry():
    from scrubjay.edits.registry import all_edits

    codes = [e.code[:2] for e in all_edits()]
    shown = {
        family: int(count)
        for family, count in re.findall(r"\| ([A-Z]{2}) [a-zA-Z ,-]+ \| (\d+) (?=\|)", README)
    }
    assert shown == {family: codes.count(family) for family in set(codes)}
    assert f"\n{len(codes)} edits;" in README
