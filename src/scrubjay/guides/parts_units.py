"""Worked examples: units, waste and modifiers by the same arithmetic that `scrubjay units` uses."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.drugs.answers import UnitsRequest
from scrubjay.drugs.work_out import work_out_units
from scrubjay.guides.page import HELD, Section, Source, keyed, of
from scrubjay.policies.discard import discard_rule
from scrubjay.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scrubjay.drugs.answers import UnitsAnswer
    from scrubjay.guides.about import About

_MOST = 5
_DEFAULT_PAYER = "medicare"


def worked(about: About) -> Section:
    """Doses with their lines; arithmetic, no advice on dosing."""
    section = Section("units", "Worked unit examples")
    unit = about.answer.billing_unit
    if about.is_unlisted or unit is None:
        why = (
            "one unit of an unlisted code stands for no fixed amount"
            if about.is_unlisted
            else "the unit of the code is not held"
        )
        section.nothing(f"No example can be worked out: {why}.")
        if about.is_unlisted:
            section.say(
                "Bill one unit unless the payer says otherwise, with name, strength, dose and NDC of the drug on the claim.",
                keyed("PAL-NOC", "B"),
            )
        return section
    on = _day(about)
    rows = [row for row in _examples(about, on) if row]
    section.say(
        f"Date of service {on}, physician's office, {'Medicare Part B' if about.payer is None else about.payer.name}. "
        "The doses show arithmetic and are no advice on dosing.",
        HELD,
    )
    head = ("Dose", "From", "Lines to bill", "How")
    section.table("", head, rows)
    if not rows:
        section.nothing("No dose of this code can be worked out with what is held.")
    return section


def _day(about: About) -> date:
    """The date of service, or the last day on which the code was in force."""
    return (
        about.on
        if about.answer.is_in_force is not False or about.answer.last_day is None
        else about.answer.last_day
    )


def _examples(about: About, on: date) -> Iterator[tuple[tuple[str, ...], tuple[Source, ...]]]:
    unit = about.answer.billing_unit or {}
    amount, symbol = Fraction(str(unit["amount"])), str(unit["unit"])
    done: set[tuple[str, str | None]] = set()
    for dose, vial in _doses(about, amount, on):
        key = (plain(dose), plain(vial) if vial else None)
        if key in done or len(done) >= _MOST:
            continue
        done.add(key)
        container = "single-dose" if vial else None
        request = UnitsRequest(
            dose=f"{plain(dose)} {symbol}",
            on=on,
            code=about.code,
            vials=(f"{plain(vial)} {symbol}",) if vial else (),
            container=container,
        )
        policy = about.payer.id if about.payer else _DEFAULT_PAYER
        answer = work_out_units(
            request, about.reference, about.as_of, discard_rule(about.policies, policy, on)
        )
        yield _row(about, answer, request)


def _doses(about: About, amount: Fraction, on: date) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Usual doses and sizes of containers that are held, else multiples of the unit."""
    usual = [Fraction(str(d)) for d in about.drug_row.get("usual_doses_mg") or ()]
    is_mg = (about.answer.billing_unit or {}).get("unit") == "mg"
    sizes = sorted(_sizes(about, amount, on))
    if usual and is_mg:
        for dose in usual[:2]:
            yield dose, dose if dose in sizes else None
    if sizes:
        size = sizes[len(sizes) // 2]
        yield size, size
        # Half a unit more than half the container shows rounding and what is left.
        part = (size / 2 // amount) * amount + amount / 2
        yield part, size
    elif not usual:
        yield amount * 4, None
        yield amount * 4 + amount / 2, None


def _sizes(about: About, amount: Fraction, on: date) -> set[Fraction]:
    rows = about.catalog.rows("ndc", on, hcpcs=about.code) or about.catalog.history("ndc", hcpcs=about.code)
    return {
        Fraction(r["units_per_item"]) * amount
        for r in rows
        if r["units_per_item"] and r["container_type"] != "multi-dose"
    }


def _row(
    about: About, answer: UnitsAnswer, request: UnitsRequest
) -> tuple[tuple[str, ...], tuple[Source, ...]]:
    vial = f"one {request.vials[0]} single-dose container" if request.vials else "container not stated"
    if answer.refused:
        return (request.dose, vial, "not worked out", answer.refused.reason), (HELD,)
    lines = [
        f"{line.hcpcs}{''.join(f'-{m}' for m in line.modifiers)} x {line.units}"
        for line in answer.lines
        if line.role != "administration"
    ]
    steps = [s for s in answer.steps if s.formula]
    how = "; ".join(dict.fromkeys(str(s.formula) for s in steps)) or "; ".join(
        s.text for s in answer.steps[:1]
    )
    sources: list[Source] = [about.code_source, keyed("CGS-JW", "B")]
    if request.vials:
        sources.append(keyed("FCSO-JWJZ", "B"))
        sources += [of(f.source) for f in about.answer.ndcs[:1]]
    return (request.dose, vial, "; ".join(lines), how), tuple(dict.fromkeys(sources))
