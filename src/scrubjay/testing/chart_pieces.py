"""The pieces of one synthetic chart: what was done, which gaps it has, and a way of saying each thing."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from scrubjay.testing import chart_phrases as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.testing.chart_phrases import Scenario

T = TypeVar("T")


class ChartPieces:
    """One chart in the making; the same number and seed give the same pieces.

    Args:
        number: number of the chart in its set.
        seed: of the set.
    """

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
        # Set while the text is written; the claim and what is expected depend on them.
        self.absent = ""
        self.order_gap = ""
        self.skip_site = False
        self.has_visit = False
        self.is_medicaid = False

    def pick(self, among: Sequence[T]) -> T:
        """One of several, by chance."""
        return self.rng.choice(among)

    def date_text(self, day: date | None = None) -> str:
        """A date as some people write it; the day of the chart where none is given."""
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
        """Minutes since midnight as HH:MM."""
        return f"{minutes // 60:02}:{minutes % 60:02}"

    def time_text(self, minutes: int) -> str:
        """A time of day as some people write it."""
        hour, minute = divmod(minutes, 60)
        half = "am" if hour < 12 else "pm"
        return self.pick(
            (f"{hour:02}:{minute:02}", f"{hour % 12 or 12}:{minute:02} {half}", f"{hour:02}:{minute:02}")
        )

    def amount(self, number: str | Decimal) -> str:
        """An amount with its unit, in a common way of writing."""
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

    def head(self, style: str) -> str:
        """Title, patient and day."""
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
        """The order, incomplete or absent where a gap says so."""
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
        """The signature of who ordered, or the lack of it."""
        if self.order_gap == "unsigned":
            return self.pick(say.UNSIGNED)
        return self.pick(say.SIGNED).format(
            who=self.md, date=f"{self.day:%m/%d/%Y}", late=self.clock(self.start + self.minutes + 30)
        )

    def site(self) -> str:
        """Where it was given, in a common way of writing; empty where it is left out."""
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
        """The vials opened and what was thrown away."""
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
        """One of the ways to say a thing, or to leave it out."""
        return self.pick(absent if gap in self.gaps else there).format(**values)

    def parts(self) -> dict[str, str]:
        """Every piece of the chart but order and signature."""
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
