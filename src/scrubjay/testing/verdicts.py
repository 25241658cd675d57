"""Writes docs/verdicts.md: what every edit answered on the sample claims.

    python -m scrubjay.testing.verdicts
    python -m scrubjay.testing.verdicts --also ../shared/data/x12 --on 2026-11-23

Run in a checkout. The first table is over tests/gold/claims (each file as of the day of expected.json)
and examples/. The second is over a folder of other people's 837 files that is not in the repository; it
is kept as it was written, with its date, until `--also` and `--on` are given again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Grain
from scrubjay.engine import run_edits
from scrubjay.facts import column
from scrubjay.intake import read_claims
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.markdown import page, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXAMPLES_AS_OF = date(2026, 3, 20)
"""The day that the files of examples/ were written for, as its README says."""

_SECOND = "## Other people's samples"
_NOT_MADE = f"{_SECOND}\n\nNot made yet: run `python -m scrubjay.testing.verdicts --also FOLDER --on DATE`."


@dataclass(slots=True)
class Tally:
    """Verdicts over many files.

    Attributes:
        counts: per edit the number of each verdict, index by `Verdict`.
        missing: per edit how often which columns were unknown.
        files, claims, lines: what was judged.
    """

    counts: dict[str, list[int]] = field(default_factory=lambda: {e.name: [0, 0, 0, 0] for e in all_edits()})
    missing: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    files: int = 0
    claims: int = 0
    lines: int = 0


def tally(files: Iterable[tuple[Path, date]]) -> Tally:
    """Judge files by every edit and count.

    Args:
        files: paths of 837 files, each with the day of its run. What cannot be read is left out.
    """
    total = Tally()
    reference, policies = Reference.starter(), PolicySet.base()
    for path, as_of in files:
        bundle, _ = read_claims(path)
        if bundle.claims.is_empty():
            continue
        result = run_edits([bundle], all_edits(), reference=reference, policies=policies, as_of=as_of)
        total.files += 1
        total.claims += bundle.claims.height
        total.lines += bundle.lines.height
        for name, counts in result.counts.items():
            total.counts[name] = [a + b for a, b in zip(total.counts[name], counts, strict=True)]
        for edit, missing in result.not_evaluated.select("edit", "missing").iter_rows():
            total.missing.setdefault(edit, Counter()).update(missing.split("+"))
    return total


def _share(evaluated: int, applicable: int) -> str:
    if applicable == 0:
        return ""
    # Downwards, so that 100 % means all.
    return f"{100 * evaluated // applicable} %"


def _reason(unknown: Counter[str] | None) -> str:
    names = [(-count, name) for name, count in (unknown or {}).items() if name]
    if not names:
        return ""
    name = min(names)[1]
    return f"`{name}`: {column(name).about}"


def counts_table(total: Tally) -> str:
    """One row for each edit, and a row of sums."""
    rows: list[tuple[object, ...]] = []
    sums = [0, 0, 0, 0]
    for edit in all_edits():
        if edit.grain is Grain.CHART:  # asked by `audit`, of charts
            continue
        skipped, clear, fires, unknown = counts = total.counts[edit.name]
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        share = _share(clear + fires, clear + fires + unknown)
        link = f"[{edit.name}](edits/{edit.name}.md)"
        rows.append(
            (edit.code, link, skipped, clear, fires, unknown, share, _reason(total.missing.get(edit.name)))
        )
    skipped, clear, fires, unknown = sums
    rows.append(
        ("", "all", skipped, clear, fires, unknown, _share(clear + fires, clear + fires + unknown), "")
    )
    head = (
        "Code",
        "Edit",
        "Not applicable",
        "Clear",
        "Fires",
        "Not evaluated",
        "Evaluated",
        "Most often unknown",
    )
    return table(head, rows)


def _size(total: Tally) -> str:
    return f"{total.files} files, {total.claims} claims, {total.lines} lines."


def own_samples(root: Path) -> list[tuple[Path, date]]:
    """The sample files of a checkout with the day of their run."""
    gold = root / "tests" / "gold" / "claims"
    listed: list[dict[str, str]] = json.loads((gold / "expected.json").read_text(encoding="utf-8"))
    files = [(gold / entry["file"], date.fromisoformat(entry["as_of"])) for entry in listed]
    return files + [(path, EXAMPLES_AS_OF) for path in sorted((root / "examples").glob("*.837"))]


def _others(folder: Path, on: date) -> str:
    total = tally((p, on) for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".json")
    about = (
        f"{_size(total)} Published samples of other projects, which are not in this repository; those that are no 837 are "
        f"left out. Judged as of {on}."
    )
    return f"{_SECOND}\n\n{about}\n\n{counts_table(total)}"


def verdicts_page(root: Path, second: str) -> str:
    """The page.

    Args:
        root: a checkout.
        second: the part about other people's samples.
    """
    total = tally(own_samples(root))
    return page(
        "Verdicts",
        "What each edit answered on the samples, with the reference and policies that ship. *Evaluated* is the share of "
        "applicable verdicts that could be given, rounded down. What could not be given says what was unknown most often; "
        "it never counts as clear.",
        "## Our samples",
        f"{_size(total)} `tests/gold/claims`, each as of its own day, and `examples/` as of {EXAMPLES_AS_OF}.",
        counts_table(total),
        second,
        by="python -m scrubjay.testing.verdicts",
    )


def _kept(path: Path) -> str:
    if path.is_file():
        _, mark, rest = path.read_text(encoding="utf-8").partition(_SECOND)
        if mark:
            return mark + rest
    return _NOT_MADE


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scrubjay.testing.verdicts", description="Writes docs/verdicts.md."
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    parser.add_argument("--also", type=Path, help="a folder of further samples, for the second table")
    parser.add_argument("--on", type=date.fromisoformat, help="the day of that run, YYYY-MM-DD")
    chosen = parser.parse_args(arguments)
    root: Path = chosen.root
    if not (root / "tests" / "gold" / "claims" / "expected.json").is_file():
        sys.stderr.write(f"{root}: holds no sample claims. Run this in a checkout, or name it with --root.\n")
        return 2
    if (chosen.also is None) != (chosen.on is None):
        sys.stderr.write("--also and --on belong together.\n")
        return 2
    if chosen.also is not None and not chosen.also.is_dir():
        sys.stderr.write(f"{chosen.also}: is no folder.\n")
        return 2
    path = root / "docs" / "verdicts.md"
    second = _kept(path) if chosen.also is None else _others(chosen.also, chosen.on)
    path.write_text(verdicts_page(root, second), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{path} written.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
