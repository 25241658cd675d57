"""One claim and its chart: a row of `CHART_LINES` for every line, with the statements behind each answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scrubjay.codes import ndc11_expr
from scrubjay.records.checklists import Rule, asked_of
from scrubjay.records.extract.protocol import GIVEN
from scrubjay.records.judge import discards, elements
from scrubjay.records.judge.doses import Recorded, recorded
from scrubjay.records.judge.expected import Worker, discarded_of
from scrubjay.records.judge.model import Answer, Asked, Line
from scrubjay.records.judge.subject import Subject
from scrubjay.tables.chart_lines import ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrubjay.records.extract.protocol import Mention

_INFUSIONS = frozenset({"infusion", "complex_infusion", "hydration"})
_TIMED_PARTNER = {
    "infusion": ("push", "infusion"),
    "complex_infusion": ("complex_push", "complex_infusion"),
    "hydration": ("hydration",),
}


@dataclass(slots=True)
class Assessed:
    """What was found of one line.

    Attributes:
        line: the line.
        row: values of `CHART_LINES`.
        answers: by element, with evidence.
        asked: what is asked beyond the elements of every line.
        amounts: the amounts of the record, where the line is a drug.
    """

    line: Line
    row: dict[str, Any]
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: Asked | None = None
    amounts: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Assessor:
    """Judges claims one by one; what it holds is only read.

    Attributes:
        rules: checklists of the program and the practice.
        groups: group of each drug.
        codes: the initial codes of timed administrations: `(code, family, fewest minutes, most minutes)`.
        worker: works out the lines that a record supports.
    """

    rules: Sequence[Rule]
    groups: Mapping[str, str | None]
    codes: Sequence[tuple[str, str, int | None, int | None]]
    worker: Worker

    def assess(self, lines: Sequence[Line], mentions: Sequence[Mention] | None) -> list[Assessed]:
        """Every line of a claim.

        Args:
            lines: the claim's lines, in order.
            mentions: what its chart states; null where no chart belongs to it.
        """
        if mentions is None:
            return [Assessed(n, _blank(n, has_chart=False)) for n in lines]
        seen: set[tuple[str, object]] = set()
        infusions: set[object] = set()
        discards = _discard_lines(lines)
        done: list[Assessed] = []
        for line in lines:
            one = Assessed(line, _blank(line, has_chart=True))
            key = (line.hcpcs, line.service_date)
            is_infusion = (
                line.family in _INFUSIONS and line.role == "initial" and line.service_date not in infusions
            )
            if line.is_drug and line.drugs and not line.is_discarded and key not in seen:
                seen.add(key)
                one.row["is_chart_drug"] = True
            if line.line_key in discards:
                one.row["is_chart_discard"] = True
            if one.row["is_chart_drug"] or one.row["is_chart_discard"]:
                self._drug(one, lines, mentions)
            if is_infusion:
                infusions.add(line.service_date)
                one.row["is_chart_infusion"] = True
                self._infusion(one, lines, mentions)
            if line.is_visit and "25" in line.modifiers:
                one.row["is_chart_visit"] = True
                _put(one, "visit", elements.visit(mentions))
            done.append(one)
        return done

    def _drug(self, one: Assessed, lines: Sequence[Line], mentions: Sequence[Mention]) -> None:
        line = one.line
        subject = Subject(line, lines, mentions, self.groups)
        same = [n for n in lines if n.hcpcs == line.hcpcs and n.service_date == line.service_date]
        given_units = _sum(n.units for n in same if not n.is_discarded)
        thrown_units = _sum(n.units for n in same if n.is_discarded)
        is_jw = any(n.is_discarded for n in same)
        amounts = recorded(subject, line.unit)
        one.amounts = amounts
        one.row["asks_discard"] = discards.asks_discard(amounts, is_jw_billed=is_jw)
        if one.row["is_chart_discard"]:
            if one.row["asks_discard"]:
                _put(one, "discard", discards.discard(amounts, is_jw_billed=is_jw, unit=_unit_of(line)))
            else:
                _put(one, "discard", Answer("present"))
        if not one.row["is_chart_drug"]:
            return
        asked = asked_of(line, lines, self.rules)
        asked.weight = elements.asks_weight(subject, asked)
        one.asked = asked
        one.row |= {f"asks_{name}": getattr(asked, name) for name in ("prior", "weight", "lot", "consent")}
        is_infusion = any(n.family in _INFUSIONS and n.service_date == line.service_date for n in lines)
        billed = None if given_units is None else Fraction(given_units)
        for name, answer in (
            ("order", elements.order(subject)),
            ("administration", elements.administration(subject, amounts)),
            ("dose", elements.dose(subject, amounts, billed)),
            ("drug", elements.drug(subject)),
            ("date", elements.date_of(subject)),
            ("route", elements.route(subject, is_infusion=is_infusion)),
            ("diagnosis", elements.diagnosis(subject)),
            ("prior", elements.prior(subject)),
            ("weight", elements.weight(subject)),
            ("lot", elements.lot(subject)),
            ("response", elements.response(subject)),
            ("consent", elements.consent(subject)),
        ):
            _put(one, name, answer)
        self._arithmetic(one, subject, amounts, given_units, thrown_units)

    def _arithmetic(
        self,
        one: Assessed,
        subject: Subject,
        amounts: Recorded,
        given_units: Decimal | None,
        thrown_units: Decimal | None,
    ) -> None:
        line, row = one.line, one.row
        row["units_billed_as_given"], row["discarded_units_billed"] = given_units, thrown_units
        stated = sorted({m.value or "" for m in subject.about("ndc", act=None)})
        row["recorded_ndc"] = ndc_of(stated[0]) if len(stated) == 1 else None
        row["billed_ndc"] = line.ndc
        if subject.substitute or amounts.dose is None:
            return
        row["recorded_dose"], row["recorded_dose_unit"] = _decimal(amounts.dose), amounts.unit
        row["recorded_discard"] = None if amounts.waste is None else _decimal(amounts.waste)
        if line.unit_amount is None or line.unit_qualifier == "each":
            return
        units = -(-amounts.dose // Fraction(line.unit_amount))
        row["units_of_recorded_dose"] = Decimal(int(units))
        left = discarded_of(line, amounts)
        row["discarded_units_of_record"] = None if left is None else Decimal(left)
        routes = {m.value for m in subject.about("route")}
        row["expected_lines"] = self.worker.lines(
            line, amounts, next(iter(routes)) if len(routes) == 1 else None
        )

    def _infusion(self, one: Assessed, lines: Sequence[Line], mentions: Sequence[Mention]) -> None:
        line = one.line
        answer, minutes = elements.times(mentions, line.service_date)
        _put(one, "times", answer)
        if minutes is None:
            return
        fitting = [
            code
            for code, family, least, most in self.codes
            if family in _TIMED_PARTNER.get(line.family or "", ())
            and (least or 0) <= minutes
            and (most is None or minutes <= most or family in _INFUSIONS)
        ]
        one.row["recorded_minutes"], one.row["codes_of_minutes"] = minutes, fitting
        one.row["do_minutes_fit_code"] = line.hcpcs in fitting if fitting else None
        if one.row["do_minutes_fit_code"] and elements.is_one_infusion(mentions, line.service_date):
            self._hours(one, lines, minutes)

    def _hours(self, one: Assessed, lines: Sequence[Line], minutes: int) -> None:
        """Hours billed beyond the first block against those that the minutes give, where the day has one infusion."""
        line = one.line
        day = [n for n in lines if n.service_date == line.service_date and n.family == line.family]
        further = [n for n in day if n.role == "additional_hour"]
        last = next((most for code, _, _, most in self.codes if code == line.hcpcs), None)
        is_single = sum(n.role in ("initial", "sequential") for n in day) == 1 and (line.units == 1)
        if last is None or not is_single or not further or any(n.units is None for n in further):
            return
        expected = 0 if minutes <= last else -(-(minutes - last) // 60)
        billed = sum((n.units or Decimal(0) for n in further), start=Decimal(0))
        if billed > expected:
            hours = further[0].hcpcs
            one.row["do_minutes_fit_code"] = False
            one.row["codes_of_minutes"] = [
                f"{line.hcpcs} with {hours} x {expected}, not x {billed.normalize():f}"
                if expected
                else f"{line.hcpcs} without {hours}"
            ]


def _discard_lines(lines: Sequence[Line]) -> set[int]:
    """The line of each drug and day that the amount discarded belongs to: the first with JW, else the first."""
    chosen: dict[tuple[str, object], Line] = {}
    for line in lines:
        if not line.is_drug or not line.drugs:
            continue
        key = (line.hcpcs, line.service_date)
        if key not in chosen or (line.is_discarded and not chosen[key].is_discarded):
            chosen[key] = line
    return {n.line_key for n in chosen.values()}


def _blank(line: Line, *, has_chart: bool) -> dict[str, Any]:
    flags = dict.fromkeys(("is_chart_drug", "is_chart_discard", "is_chart_infusion", "is_chart_visit"), False)
    asks: dict[str, Any] = dict.fromkeys(
        ("asks_discard", "asks_prior", "asks_weight", "asks_lot", "asks_consent"), False
    )
    return {"line_key": line.line_key, "has_chart": has_chart, **flags, **asks}


def _put(one: Assessed, name: str, answer: Answer) -> None:
    one.answers[name] = answer
    one.row[f"{name}_state"], one.row[f"{name}_gap"] = answer.state, answer.gap


def _unit_of(line: Line) -> Fraction | None:
    """What one billing unit stands for; null where that is no amount."""
    return None if line.unit_amount is None or line.unit_qualifier == "each" else Fraction(line.unit_amount)


def _sum(values: Any) -> Decimal | None:
    found = list(values)
    return None if any(v is None for v in found) else sum(found, start=Decimal(0))


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.000001"))


def ndc_of(text: str) -> str | None:
    """An NDC as written, in eleven digits; null where its form leaves that open."""
    import polars as pl  # noqa: PLC0415 - one value

    return pl.select(ndc11_expr(pl.lit(text, dtype=pl.String))).item()


REQUIRED = tuple(ELEMENTS)
_OF = {
    "discard": "asks_discard",
    "prior": "asks_prior",
    "weight": "asks_weight",
    "lot": "asks_lot",
    "consent": "asks_consent",
}


def completeness(one: Assessed) -> tuple[int, int, int]:
    """How many required elements the record documents: `(documented, required, not to be told)`.

    The agreement of dose, drug and day with the claim are elements too: a record of another drug is no record.
    """
    documented = required = open_ones = 0
    for name, answer in one.answers.items():
        asks = _OF.get(name)
        if asks is not None and not one.row.get(asks):
            continue
        required += 1
        documented += answer.state == "present"
        open_ones += answer.state is None
    return documented, required, open_ones


__all__ = ["GIVEN", "Assessed", "Assessor", "completeness", "ndc_of"]
