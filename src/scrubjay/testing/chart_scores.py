"""Precision and recall of the documentation edits, over the generated charts and those written by hand.

    python -m scrubjay.testing.chart_scores            # prints the table
    python -m scrubjay.testing.chart_scores --write    # and renews docs/chart-scores.md

A chart counts once for each edit: right where it fires and was expected. `wrong quotes` counts quotes that are not
the words at their span; it must be 0.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scrubjay.edits.registry import all_edits
from scrubjay.policies import PolicySet
from scrubjay.records.audit import Audit, audit
from scrubjay.reference import Reference
from scrubjay.testing.charts import CHECKLIST, GAPS, SEED, make_charts, write_charts
from scrubjay.testing.markdown import page, table
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AS_OF = date(2026, 3, 20)
_PAYERS = {"MB": PayerSpec(), "MC": PayerSpec("STATE MEDICAID", "MCAID", "MC")}
_GOALS = {"generated": "0.95", "by hand": "0.9", "by hand, second": "0.9", "by hand, third": "0.9"}


@dataclass(slots=True)
class Score:
    """Right, wrong and missed findings by edit, over one set.

    Attributes:
        charts: how many.
        right, wrong, missed: by code.
        misses: for each chart that differs, what was missed and what was too much.
        wrong_quotes: quotes that are not the words at their span.
    """

    charts: int = 0
    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GAPS, 0))
    wrong: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GAPS, 0))
    missed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GAPS, 0))
    misses: list[tuple[str, list[str], list[str]]] = field(
        default_factory=list[tuple[str, list[str], list[str]]]
    )
    wrong_quotes: int = 0

    def precision(self, code: str) -> float | None:
        """Of what fired, the share that was expected; null where nothing fired."""
        fired = self.right[code] + self.wrong[code]
        return self.right[code] / fired if fired else None

    def recall(self, code: str) -> float | None:
        """Of what was expected, the share that fired; null where nothing was expected."""
        wanted = self.right[code] + self.missed[code]
        return self.right[code] / wanted if wanted else None


def score(found: Audit, expected: Mapping[str, Sequence[str]]) -> Score:
    """Compare an audit with what was expected, by account number."""
    names: dict[int, str] = dict(found.claims.select("claim_key", "patient_control_number").iter_rows())
    fired: dict[str, set[str]] = {name: set() for name in expected}
    for key, code in found.findings.select("claim_key", "code").iter_rows():
        fired[names[key]].add(code)
    result = Score(charts=len(expected))
    for name, wanted in expected.items():
        got, want = fired[name] & set(GAPS), set(wanted)
        for code in GAPS:
            result.right[code] += code in got and code in want
            result.wrong[code] += code in got and code not in want
            result.missed[code] += code in want and code not in got
        if got != want:
            result.misses.append((name, sorted(want - got), sorted(got - want)))
    for read in found.charts.reads:
        text = read.source.text
        result.wrong_quotes += sum(
            m.place is None and text[m.start : m.end] != m.quote for m in read.mentions
        )
    return result


def _run(charts: Sequence[Path], claims: Path, checklist: Path) -> Audit:
    return audit(
        list(charts),
        [claims],
        edits=all_edits(),
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=AS_OF,
        checklists=[checklist],
    )


def score_generated(count: int = 300, seed: int = SEED) -> Score:
    """The generated set."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        charts = make_charts(count, seed)
        write_charts(charts, root)
        found = _run([root / "charts"], root / "claims.837", root / "checklist.yaml")
        return score(found, {c.name: sorted(c.expected) for c in charts})


def hand_written_claims(expected: Mapping[str, Any]) -> list[ClaimSpec]:
    """The claims of the hand-written charts, from `expected.yaml`."""
    claims: list[ClaimSpec] = []
    for name, one in expected.items():
        lines: list[LineSpec] = []
        for part in one["lines"].split(";"):
            code, _, units = part.strip().partition(" x")
            hcpcs, *modifiers = code.strip().split("-")
            lines.append(
                LineSpec(hcpcs, units=units or "1", modifiers=tuple(modifiers), service_from=one["date"])
            )
        diagnoses = tuple(d.strip().replace(".", "") for d in one["diagnoses"].split(";"))
        claims.append(
            ClaimSpec(
                name,
                lines=lines,
                diagnoses=diagnoses,
                payer=_PAYERS[one["payer"]],
                statement_from=one["date"],
            )
        )
    return claims


def score_hand_written(folder: Path) -> Score:
    """The charts of `tests/data/charts`; those that ask for consent are judged with a checklist that does."""
    expected: dict[str, Any] = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    total = Score()
    for asks in (False, True):
        part = {k: v for k, v in expected.items() if ("consent" in v["ask"]) is asks}
        with tempfile.TemporaryDirectory() as temporary:
            root = Path(temporary)
            (root / "claims.837").write_text(make_837(hand_written_claims(part)), encoding="utf-8")
            (root / "checklist.yaml").write_text(CHECKLIST if asks else "rules: []\n", encoding="utf-8")
            found = _run(
                [folder / v["chart"] for v in part.values()], root / "claims.837", root / "checklist.yaml"
            )
            one = score(found, {k: v["expect"] for k, v in part.items()})
        total.charts += one.charts
        total.wrong_quotes += one.wrong_quotes
        total.misses += one.misses
        for code in GAPS:
            total.right[code] += one.right[code]
            total.wrong[code] += one.wrong[code]
            total.missed[code] += one.missed[code]
    return total


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def scores_table(scores: Mapping[str, Score]) -> str:
    """One row per edit: precision, recall and how many, for each set."""
    names = {e.code: e.name for e in all_edits()}
    head = ["Code", "Edit"]
    for name in scores:
        head += [f"Precision, {name}", f"Recall, {name}", f"Expected, {name}"]
    rows: list[tuple[object, ...]] = []
    for code in GAPS:
        row: list[object] = [code, f"[{names[code]}](edits/{names[code]}.md)"]
        for one in scores.values():
            row += [_share(one.precision(code)), _share(one.recall(code)), one.right[code] + one.missed[code]]
        rows.append(tuple(row))
    return table(tuple(head), rows)


def scores_page(scores: Mapping[str, Score], unseen: Score) -> str:
    """The page docs/chart-scores.md."""
    sizes = "; ".join(
        f"{name}: {one.charts} charts, {len(one.misses)} with any difference, wrong quotes {one.wrong_quotes}, goal {_GOALS[name]}"
        for name, one in scores.items()
    )
    least = min(v for c in GAPS for v in (unseen.precision(c), unseen.recall(c)) if v is not None)
    return page(
        "Scores of the chart edits",
        "Written by `make chart-scores`. A chart counts once for each edit. Empty cells: nothing fired, or nothing was expected.",
        f"Sets: {sizes}.",
        scores_table(scores),
        "## How to read it",
        "The generated charts come from `scrubjay.testing.charts`, whose writer also wrote the extractor: they show that nothing broke, "
        "not how it does on your notes. The forty by hand were written before the extractor existed. On its first run, before anything "
        "was changed after them, nothing was missed and ten findings were too many (seven DO002, two DO003, one DO014). "
        "The twenty-four of the second set were written after that; on their first run one DO001 was missed and nine findings were too many "
        "(two DO002, three DO014, one each of DO001, DO005, DO006, DO010). The "
        "twenty of the third set came after that: two missed, nine too many. The causes were mended in general terms, so the figures above are "
        "no longer those of unseen charts: expect of new ones what the first runs show.",
        f"Another generated set of {unseen.charts} charts with a seed that was not looked at: {len(unseen.misses)} charts with any "
        f"difference, the least precision or recall of an edit {least:.3f}, wrong quotes {unseen.wrong_quotes}.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; returns 1 where a quote is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m scrubjay.testing.chart_scores", description="Scores of the chart edits."
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true", help="renew docs/chart-scores.md")
    parser.add_argument("--misses", action="store_true", help="list the charts that differ")
    chosen = parser.parse_args(arguments)
    folder = chosen.root / "tests" / "data" / "charts"
    if not folder.is_dir():
        sys.stderr.write(f"{folder}: is no folder. Run this in a checkout, or name it with --root.\n")
        return 2
    scores = {
        "generated": score_generated(chosen.count, chosen.seed),
        "by hand": score_hand_written(folder),
        "by hand, second": score_hand_written(chosen.root / "tests" / "data" / "charts_second"),
        "by hand, third": score_hand_written(chosen.root / "tests" / "data" / "charts_third"),
    }
    sys.stdout.write(scores_table(scores) + "\n")
    for name, one in scores.items():
        sys.stdout.write(
            f"{name}: {one.charts} charts, {len(one.misses)} differ, wrong quotes {one.wrong_quotes}\n"
        )
        if chosen.misses:
            sys.stdout.writelines(f"  {json.dumps(m)}\n" for m in one.misses)
    if chosen.write:
        unseen = score_generated(600, chosen.seed + 2)
        (chosen.root / "docs" / "chart-scores.md").write_text(
            scores_page(scores, unseen), encoding="utf-8", newline="\n"
        )
    return 1 if any(one.wrong_quotes for one in scores.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
