"""Synthetic charts with their claims and known gaps, in varied styles; the same seed gives the same charts.

    python -m scrubjay.testing.charts FOLDER --count 300

writes one text per chart, the claims as one 837, and `expected.json`: the DO edits that each chart deserves.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.testing import chart_phrases as say
from scrubjay.testing.chart_pieces import ChartPieces
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, PersonSpec, make_837

if TYPE_CHECKING:
    from collections.abc import Sequence


SEED = 20261126
GAPS = tuple(f"DO{n:03}" for n in range(1, 16))
CHECKLIST = """rules:
  - name: consent-for-every-injection
    ask: [consent]
    citation: {source: PRACTICE, text: "The practice's own rule.", confidence: D}
"""
"""The practice checklist that the synthetic set is judged with: consent is asked of every drug."""
_MEDICAID = PayerSpec("STATE MEDICAID", "MCAID", "MC")


@dataclass(slots=True)
class Chart:
    """One synthetic chart.

    Attributes:
        name: account number of the claim and stem of the file.
        text: the note.
        claim: the claim.
        expected: codes of the DO edits that it deserves.
        style: how it is written.
    """

    name: str
    text: str
    claim: ClaimSpec
    expected: frozenset[str]
    style: str
    gaps: frozenset[str] = field(default_factory=frozenset[str])


class _Maker(ChartPieces):
    """A chart, its claim and what it deserves."""

    def make(self) -> Chart:
        self.choose_gaps()
        style = ("soap", "flowsheet", "table", "prose", "log")[(self.number // len(say.SCENARIOS)) % 5]
        if self.what.is_infusion and style in ("soap", "prose"):
            style = self.pick((style, "flowsheet"))
        text = self.text(style)
        return Chart(self.name, text, self.claim(), frozenset(self.expected()), style, frozenset(self.gaps))

    def expected(self) -> set[str]:
        found = set(self.gaps)
        if self.absent in ("none", "held"):
            # Nothing was given: what the claim bills for it has no record either.
            found |= {"DO008"} if self.what.is_infusion else set()
            found |= {"DO007"} if self.waste >= Decimal(self.what.per_unit) else set()
            found |= {"DO013"} if self.is_medicaid else set()
        return found

    def claim(self) -> ClaimSpec:
        what = self.what
        units = math.ceil(Decimal(self.dose) / Decimal(what.per_unit))
        if "DO003" in self.gaps:
            units += self.rng.choice((1, 5, units))
        left = int(self.waste // Decimal(what.per_unit))
        billed_on = self.day + timedelta(days=1 if "DO005" in self.gaps else 0)
        lines = [
            LineSpec(
                what.code,
                units=str(units),
                modifiers=() if left else ("JZ",) if what.is_single_dose else (),
                service_from=billed_on,
            )
        ]
        if left:
            lines.append(LineSpec(what.code, units=str(left), modifiers=("JW",), service_from=billed_on))
        lines += [LineSpec(code, units="1", service_from=billed_on) for code in what.administration]
        if "DO012" in self.gaps or self.has_visit:
            lines.append(LineSpec("99213", units="1", modifiers=("25",), service_from=billed_on))
        payer = _MEDICAID if self.is_medicaid else PayerSpec()
        return ClaimSpec(
            self.name, lines=lines, diagnoses=(self.icd.replace(".", ""),), payer=payer, statement_from=billed_on,
            subscriber=PersonSpec(self.last.upper(), self.first.upper(), birth_date=self.born),
        )  # fmt: skip

    def text(self, style: str) -> str:
        self.is_medicaid = "DO013" in self.gaps or self.rng.random() < 0.2
        self.has_visit = (
            not self.gaps & {"DO012", "DO009"} and not self.what.is_infusion and self.rng.random() < 0.4
        )
        self.absent = self.pick(("none", "held", "part")) if "DO002" in self.gaps else ""
        head = self.head(style)
        order, sign = self.order(), self.sign()
        body = {
            "soap": self.soap,
            "flowsheet": self.flowsheet,
            "table": self.table,
            "prose": self.prose,
            "log": self.log,
        }[style](order)
        text = "\n".join(p for p in (head, body, sign) if p)
        return self.with_slips(text) + "\n"

    def soap(self, order: str) -> str:
        p = self.parts()
        late = self.rng.random() < 0.2 and bool(p["lot"])
        middle = [
            p["visit"],
            p["history"],
            p["tried"],
            p["weight"],
            p["dx"],
            order,
            p["consent"],
            p["given"],
            f"{p['vial']} {'' if late else p['lot']}".strip(),
            p["response"],
        ]
        body = "\n".join(x for x in middle if x)
        return f"{body}\nADDENDUM {self.day:%m/%d/%Y}: {p['lot']}" if late else body

    def log(self, order: str) -> str:
        p = self.parts()
        rows = [
            p["history"],
            p["dx"],
            p["tried"],
            order,
            p["weight"],
            p["visit"],
            p["consent"],
            p["given"],
            p["vial"],
            p["lot"],
            p["response"],
        ]
        return "\n".join(
            x if x.startswith(("Orders", "HPI", "S:", "CC")) or "\n" in x else f"- {x}" for x in rows if x
        )

    def prose(self, order: str) -> str:
        p = self.parts()
        first = " ".join(x for x in (p["history"], p["dx"], p["tried"], p["weight"]) if x)
        second = " ".join(
            x for x in (p["consent"], p["given"].replace("\n", ". "), p["vial"], p["lot"], p["response"]) if x
        )
        return "\n\n".join(x for x in (p["visit"], first, order, second) if x)

    def flowsheet(self, order: str) -> str:
        p = self.parts()
        return "\n".join(
            x
            for x in (
                p["dx"],
                p["tried"],
                order,
                p["visit"],
                p["weight"],
                p["consent"],
                p["vial"],
                p["lot"],
                p["given"],
                p["response"],
                p["history"],
            )
            if x
        )

    def table(self, order: str) -> str:
        p = self.parts()
        # A gap of giving is written as a sentence: a table row has every column.
        plain = self.gaps & {"DO002", "DO006", "DO008"} or self.what.is_infusion
        row = p["given"] if plain else self.row()
        return "\n".join(
            x
            for x in (
                p["dx"],
                p["tried"],
                order,
                p["visit"],
                p["weight"],
                p["consent"],
                row,
                p["vial"],
                p["lot"],
                p["response"],
                p["history"],
            )
            if x
        )

    def row(self) -> str:
        drug = self.what.wrong if "DO004" in self.gaps else self.drug
        cells = {"Date": f"{self.day:%m/%d/%Y}", "Time": self.clock(self.start), "Medication": drug, "Dose": f"{Decimal(self.dose).normalize():f} {self.what.unit}",
                 "Route": self.pick(self.what.route_words), "Site": self.pick(self.what.sites), "Given by": self.nurse}  # fmt: skip
        mark = self.pick((" | ", "\t", "   "))
        if mark == "   ":
            wide = {k: max(len(k), len(v)) + 3 for k, v in cells.items()}
            return (
                "".join(k.ljust(wide[k]) for k in cells).rstrip()
                + "\n"
                + "".join(v.ljust(wide[k]) for k, v in cells.items()).rstrip()
            )
        return mark.join(cells) + "\n" + mark.join(cells.values())

    def with_slips(self, text: str) -> str:
        if self.rng.random() < 0.25:
            for right, wrong in self.rng.sample(sorted(say.SLIPS.items()), 4):
                text = text.replace(right, wrong)
        return text


def make_charts(count: int = 300, seed: int = SEED) -> list[Chart]:
    """Synthetic charts with claims and known gaps.

    Args:
        count: how many.
        seed: the same gives the same charts.
    """
    return [_Maker(number, seed).make() for number in range(1, count + 1)]


def write_charts(charts: Sequence[Chart], folder: Path) -> None:
    """Write `charts/NAME.txt`, `claims.837`, `checklist.yaml` and `expected.json` below a folder."""
    (folder / "charts").mkdir(parents=True, exist_ok=True)
    for chart in charts:
        (folder / "charts" / f"{chart.name}.txt").write_text(chart.text, encoding="utf-8")
    (folder / "claims.837").write_text(make_837([c.claim for c in charts]), encoding="utf-8")
    (folder / "checklist.yaml").write_text(CHECKLIST, encoding="utf-8")
    expected = {c.name: {"style": c.style, "expect": sorted(c.expected)} for c in charts}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a set; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scrubjay.testing.charts", description="Synthetic charts with claims."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(arguments)
    write_charts(make_charts(chosen.count, chosen.seed), chosen.folder)
    sys.stdout.write(f"{chosen.count} charts written to {chosen.folder}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
