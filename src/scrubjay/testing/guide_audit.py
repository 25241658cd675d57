"""Writes docs/guide-audit.md: what `scrubjay guide check` finds in a page that people audited sentence by sentence.

    python -m scrubjay.testing.guide_audit --guide ../shared/guide/j1320.txt --on 2026-11-23

Run in a checkout. The page itself is somebody else's and not in the repository; tests/data/guide_audit.yaml
holds the verdicts of the audit with a few words by which each sentence is found.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scrubjay.guides.check_text import check_document
from scrubjay.guides.said import TextVerdict
from scrubjay.guides.text_file import read_document
from scrubjay.reference import Reference
from scrubjay.testing.markdown import page, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.guides.check_text import GuideCheck
    from scrubjay.guides.said import Judged

_ORDER = (
    TextVerdict.FALSE,
    TextVerdict.OUTDATED,
    TextVerdict.MISLEADING,
    TextVerdict.CANNOT_TELL,
    TextVerdict.TRUE,
)
_BAD = ("FALSE", "OUTDATED")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the audit beside what the checker found.

    Attributes:
        number: of the row.
        about: what the sentence is about.
        audit: verdict of the audit.
        found: statements of the checker in that sentence, worst first.
    """

    number: int
    about: str
    audit: str
    found: tuple[Judged, ...]

    @property
    def ours(self) -> str:
        """The worst verdict of the checker, or that it judged nothing."""
        return self.found[0].verdict.upper() if self.found else "not judged"

    @property
    def agrees(self) -> str:
        """yes, no, or `-` where the audit's verdict is none that is asked for."""
        if self.audit in _BAD:
            return "yes" if self.ours in ("FALSE", "OUTDATED") else "no"
        if self.audit == "TRUE":
            return "no" if self.ours == "FALSE" else "yes"
        if self.audit == "MISLEADING":
            return "yes" if self.ours in ("MISLEADING", "FALSE") else "no"
        return "-"


def audit_rows(root: Path, check: GuideCheck, text: str) -> list[Row]:
    """The rows of tests/data/guide_audit.yaml with the statements found in their sentences.

    Args:
        root: a checkout.
        check: what the checker found.
        text: the page as it was read.
    """
    data: dict[str, Any] = yaml.safe_load(
        (root / "tests" / "data" / "guide_audit.yaml").read_text(encoding="utf-8")
    )
    rows: list[Row] = []
    for given in data["rows"]:
        at = text.find(given["find"])
        code = given.get("code")
        found = [
            s
            for s in check.statements
            if s.place is not None and s.place.start <= at < s.place.end and (code is None or s.code == code)
        ]
        found.sort(key=lambda s: _ORDER.index(s.verdict))
        rows.append(Row(int(given["row"]), str(given["about"]), str(given["verdict"]), tuple(found)))
    return rows


def audit_page(rows: Sequence[Row], check: GuideCheck) -> str:
    """The page."""
    shown: list[tuple[object, ...]] = []
    for row in rows:
        worst = row.found[0] if row.found else None
        edits = ", ".join(dict.fromkeys(s.edit for s in row.found if s.edit))
        where = worst.place.words() if worst and worst.place else ""
        shown.append(
            (
                row.number,
                row.about,
                row.audit,
                row.ours,
                row.agrees,
                edits,
                where,
                worst.fact if worst else "",
            )
        )
    bad = [r for r in rows if r.audit in _BAD]
    true = [r for r in rows if r.audit == "TRUE"]
    misleading = [r for r in rows if r.audit == "MISLEADING"]
    counts = (
        f"{sum(r.agrees == 'yes' for r in bad)} of {len(bad)} rows that the audit calls FALSE or OUTDATED are found; "
        f"{sum(r.ours == 'FALSE' for r in true)} of {len(true)} TRUE rows are called false "
        f"({sum(r.ours == 'TRUE' for r in true)} are called true, the others are not judged); "
        f"{sum(r.agrees == 'yes' for r in misleading)} of {len(misleading)} MISLEADING rows are found."
    )
    missing = [(s.edit or "", s.said, s.fact) for s in check.statements if s.verdict is TextVerdict.MISSING]
    head = ("Row", "About", "Audit", "Checker", "Agrees", "Edits", "Place", "Correct fact")
    return page(
        "A billing guide, audited",
        "People audited one billing guide to J1320 from the web sentence by sentence, as section A of the domain notes. This table "
        "puts beside each row what `scrubjay guide check` finds in the same sentence, with the starter set alone. No rule of the "
        f"checker is about that page. Judged for {check.on}.",
        counts,
        table(head, shown),
        "## Topics that the page leaves out",
        table(("Edit", "What", "What is so"), missing),
        by="python -m scrubjay.testing.guide_audit",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit code: 1 where a FALSE or OUTDATED row is not found or a TRUE one is called false."""
    parser = argparse.ArgumentParser(
        prog="python -m scrubjay.testing.guide_audit", description="Writes docs/guide-audit.md."
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    parser.add_argument("--guide", type=Path, required=True, help="the audited page, as text")
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="day of the guide, YYYY-MM-DD")
    chosen = parser.parse_args(arguments)
    document = read_document(chosen.guide)
    check = check_document(document, Reference.starter(), on=chosen.on, as_of=chosen.on)
    rows = audit_rows(chosen.root, check, document.text)
    path: Path = chosen.root / "docs" / "guide-audit.md"
    path.write_text(audit_page(rows, check), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{path} written.\n")
    wrong = [r for r in rows if r.agrees == "no" and r.audit in (*_BAD, "TRUE")]
    for row in wrong:
        sys.stdout.write(f"row {row.number}: audit {row.audit}, checker {row.ours}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
