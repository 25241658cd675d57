"""Synthetic charts with their claims and known gaps, in varied styles; the same seed gives the same charts.

    python -m scrubjay.testing.charts FOLDER --count 300

writes one text per chart, the claims as one 837, and `expected.json`: the DO edits that each chart deserves.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scrubjay.testing import chart_phrases as say
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, PersonSpec, make_837

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.testing.chart_phrases import Scenario

T = TypeVar("T")
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


class _Maker:
    """One chart in the making."""

    def __init__(self, number: int, seed: int) -> None:
        # Reproducible test data, no secret.
        self.rng = random.Random(seed * 100_003 + number)  # noqa: S311
        self.number = number
        self.name = f"G{number:05}"
        self.what: Scenario = say.SCENARIOS[number % len(say.SCENARIOS)]
        self.dose, self.count, self.vial = self.pick(self.what.doses)
        self.drug = self.pick(self.what.names)
        self.day = date(2024, 5, 1) + timedelta(days=self.rng.randrange(560))
        self.first, self.last = self.pick(say.FIRST), self.pick(say.LAST)
        self.born = date(1940, 1, 1) + timedelta(days=self.rng.randrange(20000))
        self.nurse, self.md = self.pick(say.NURSES), self.pick(say.PRESCRIBERS)
        self.dx, self.icd = self.pick(self.what.diagnoses)
        hour, minute = self.rng.randrange(8, 15), self.rng.randrange(0, 60, 5)
        self.start = hour * 60 + minute
        self.minutes = self.rng.choice((65, 90, 125)) if self.what.code in ("J1745", "J3262") else 35
        self.waste = Decimal(self.vial) * self.count - Decimal(self.dose)
        self.gaps: set[str] = set()

    def pick(self, among: Sequence[T]) -> T:
        return self.rng.choice(among)

    def date_text(self, day: date | None = None) -> str:
        day = day or self.day
        return self.pick(
            (
                f"{day:%m/%d/%Y}",
                f"{day.month}/{day.day}/{day.year}",
                f"{day:%B} {day.day}, {day.year}",
                f"{day:%m/%d/%Y}",
            )
        )

    @staticmethod
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    def time_text(self, minutes: int) -> str:
        hour, minute = divmod(minutes, 60)
        half = "am" if hour < 12 else "pm"
        return self.pick(
            (f"{hour:02}:{minute:02}", f"{hour % 12 or 12}:{minute:02} {half}", f"{hour:02}:{minute:02}")
        )

    def amount(self, number: str | Decimal) -> str:
        unit = self.what.unit
        text = f"{Decimal(number).normalize():f}"
        if unit == "mg" and Decimal(number) >= 1000 and self.rng.random() < 0.5:
            return f"{Decimal(number) / 1000:f} g".replace(".000", "")
        return self.pick((f"{text} {unit}", f"{text} {unit}", f"{text}{unit}"))

    def choose_gaps(self) -> None:
        """None to three gaps that can stand together."""
        wanted = self.rng.choice((0, 1, 1, 1, 2, 2, 3))
        able = [
            "DO001",
            "DO002",
            "DO003",
            "DO004",
            "DO005",
            "DO006",
            "DO007",
            "DO009",
            "DO012",
            "DO013",
            "DO014",
            "DO015",
        ]
        able += ["DO008"] if self.what.is_infusion else []
        able += ["DO010"] if self.what.asks_prior else []
        able += ["DO011"] * 2 if self.what.is_weighed else []
        for gap in self.rng.sample(able, min(wanted, len(able))):
            if gap == "DO007" and (self.waste <= 0 or self.gaps & {"DO002", "DO004"}):
                continue
            if gap in ("DO003", "DO006", "DO007", "DO014", "DO008") and self.gaps & {"DO002", "DO004"}:
                continue
            if gap in ("DO002", "DO004") and self.gaps & {
                "DO002",
                "DO003",
                "DO004",
                "DO005",
                "DO006",
                "DO007",
                "DO008",
                "DO014",
            }:
                continue
            if gap == "DO005" and self.gaps & {"DO002", "DO004"}:
                continue
            self.gaps.add(gap)

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

    def head(self, style: str) -> str:
        title = {"soap": "PROGRESS NOTE", "flowsheet": "INFUSION FLOWSHEET" if self.what.is_infusion else "TREATMENT RECORD",
                 "table": "MEDICATION ADMINISTRATION RECORD", "prose": "OFFICE NOTE", "log": "NURSING NOTE"}[style]  # fmt: skip
        who = self.pick(
            (
                f"Patient: {self.last}, {self.first}",
                f"Pt: {self.first} {self.last}",
                f"Name: {self.last}, {self.first}",
            )
        )
        born = f"DOB: {self.born:%m/%d/%Y}"
        day = self.pick(("Date of service: {}", "DOS: {}", "Date: {}", "Visit date: {}")).format(
            self.date_text()
        )
        return self.pick(
            (
                f"{title}\n{who}   {born}\n{day}",
                f"{title}  {day}\n{who} | {born}",
                f"{day}\n{who}, {born}\n{title}",
            )
        )

    def order(self) -> str:
        if "DO001" in self.gaps:
            self.order_gap = self.pick(("none", "unsigned", "route"))
            if self.order_gap == "none":
                return ""
        else:
            self.order_gap = ""
        banks = say.ORDER_NO_ROUTE if self.order_gap == "route" else say.ORDER
        drug = self.what.wrong if "DO004" in self.gaps else self.drug
        if self.what.is_weighed and self.order_gap != "route":
            route = self.pick(self.what.route_words)
            return f"Order: {drug} {self.what.per_kg} {route}, total {self.amount(self.dose)}."
        return self.pick(banks).format(
            drug=drug, dose=self.amount(self.dose), route=self.pick(self.what.route_words)
        )

    def sign(self) -> str:
        if self.order_gap == "unsigned":
            return self.pick(say.UNSIGNED)
        return self.pick(say.SIGNED).format(
            who=self.md, date=f"{self.day:%m/%d/%Y}", late=self.clock(self.start + self.minutes + 30)
        )

    def site(self) -> str:
        needs = self.what.is_infusion or self.what.route != "iv"
        if self.skip_site or (not needs and self.rng.random() < 0.3):
            return ""
        return self.pick((" {}", ", {}", " in {}", " ({})")).format(self.pick(self.what.sites))

    def given(self) -> str:
        """The administration with what belongs to it; incomplete where a gap says so."""
        self.skip_site = False
        route = self.pick(self.what.route_words)
        if "DO002" in self.gaps:
            if self.absent == "none":
                return ""
            if self.absent == "held":
                return self.pick(
                    (
                        f"{self.drug} was not given, held by the provider.",
                        f"Patient refused the {self.drug} today.",
                        f"{self.drug} held, elevated blood pressure. No medication given.",
                    )
                )
        if "DO006" in self.gaps:
            needs_site = self.what.is_infusion or self.what.route != "iv"
            self.skip_site = needs_site and self.rng.random() < 0.5
            if not self.skip_site:
                route = ""
                # A site in a vein says the way that it went in.
                self.skip_site = self.what.route in ("iv", "ia")
        drug = self.what.wrong if "DO004" in self.gaps else self.drug
        values = {"drug": drug, "dose": self.amount(self.dose), "route": route, "site": self.site(), "time": self.time_text(self.start), "who": self.nurse,
                  "start": self.clock(self.start), "stop": self.clock(self.start + self.minutes), "mid": self.clock(self.start + 15)}  # fmt: skip
        bank: Sequence[str] = say.INFUSED if self.what.is_infusion else say.GIVEN
        if "DO008" in self.gaps:
            text = self.pick(
                (
                    "{start} {drug} {dose} {route} started{site}, {who}",
                    "{drug} {dose} {route}{site} given over 60 minutes at {time} by {who}.",
                )
            ).format(**values)
        elif self.absent == "part":
            text = self.pick(
                ("{drug} {dose} {route}{site} given.", "Gave {drug} {dose} {route}{site}.")
            ).format(**values)
            if self.what.is_infusion:
                self.gaps.add("DO008")
        else:
            text = self.pick(bank).format(**values)
        return " ".join(text.split(" ")).replace("  ", " ").replace(" ,", ",").replace(" .", ".")

    def container(self) -> str:
        if "DO002" in self.gaps and self.absent in ("none", "held"):
            return ""
        vial = f"{Decimal(self.vial).normalize():f} {self.what.unit}"
        text = self.pick(say.VIALS if self.count > 1 else say.VIAL).format(n=self.count, vial=vial)
        if self.waste > 0:
            left = f"{self.waste.normalize():f} {self.what.unit}"
            tail = (
                self.pick(say.WASTE_VAGUE)
                if "DO007" in self.gaps
                else self.pick(say.WASTED).format(waste=left)
            )
        else:
            tail = self.pick(say.NO_WASTE).format(unit=self.what.unit)
        return f"{text}. {tail}".strip() if self.rng.random() < 0.6 else f"{text}; {tail}".rstrip("; ")

    def small(self, gap: str, there: Sequence[str], absent: Sequence[str], **values: object) -> str:
        return self.pick(absent if gap in self.gaps else there).format(**values)

    def parts(self) -> dict[str, str]:
        kg = (
            round(float(Decimal(self.dose)) / float(self.what.per_kg.split()[0]))
            if self.what.is_weighed
            else self.rng.randrange(52, 104)
        )
        lot = f"{self.pick('ABKMRT')}{self.rng.randrange(100, 9999)}"
        given = self.given()
        is_given = bool(given) and self.absent != "held"
        tried = self.pick(self.what.tried)
        return {
            "dx": self.small("DO009", say.DIAGNOSIS, say.NO_DIAGNOSIS, dx=self.dx, icd=self.icd),
            "tried": "" if "DO010" in self.gaps or (not self.what.asks_prior and self.rng.random() < 0.5) or ("DO009" in self.gaps and "DO010" in self.gaps) else tried,
            "weight": self.small("DO011", say.WEIGHT, say.NO_WEIGHT, kg=kg, lb=round(kg * 2.2)) if self.what.is_weighed or self.rng.random() < 0.3 else "",
            "given": given,
            "vial": self.container(),
            "lot": "" if "DO013" in self.gaps or not is_given else self.pick(say.LOT).format(lot=lot, ndc="55555-0123-01"),
            "response": "" if "DO014" in self.gaps or not is_given else self.pick(say.RESPONSE),
            "consent": self.small("DO015", say.CONSENT, say.NO_CONSENT),
            "visit": self.pick(say.NO_VISIT) if "DO012" in self.gaps else self.pick(say.VISIT).format(age=self.rng.randrange(30, 80), dx=self.dx) if self.has_visit else "",
            "history": self.pick(say.HISTORY).format(drug=self.drug, old=self.amount(self.dose)) if self.rng.random() < 0.6 else "",
        }  # fmt: skip

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
