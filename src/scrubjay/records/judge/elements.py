"""Each element of the record for one drug line: present, absent, contradictory, or not to be told."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.quantity import plain
from scrubjay.records.extract.people import is_prescriber
from scrubjay.records.extract.protocol import GIVEN, ORDER
from scrubjay.records.judge.doses import Recorded, amount_words
from scrubjay.records.judge.model import ABSENT, CONTRADICTORY, PRESENT, Answer, Asked
from scrubjay.records.judge.subject import Subject, distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.records.extract.protocol import Mention

_NEEDS_SITE = frozenset(
    {"im", "sc", "ia", "intralesional", "soft-tissue", "intravitreal", "intradermal", "epidural"}
)
_OF_PROCEDURES = frozenset({"ia", "intralesional", "soft-tissue", "intravitreal", "epidural", "intrathecal"})
"""Routes of procedures: who signs the procedure note did it."""
_PARENTERAL = ("iv", "im", "sc")


def _signatures(subject: Subject) -> tuple[list[Mention], list[Mention]]:
    """Signatures of those who may order, and the others."""
    every = subject.stated("signature")
    able = [m for m in every if is_prescriber(m.value or "")]
    return able, [m for m in every if m not in able]


def _gave_and_may_order(subject: Subject) -> bool:
    givers = subject.about("performer")
    routes = {m.value for m in subject.about("route")}
    by_self = any(m.value == "author" or is_prescriber(m.value or "") for m in givers)
    return by_self or (bool(routes & _OF_PROCEDURES) and not givers)


def order(subject: Subject) -> Answer:
    """Is there a signed and dated order with drug, dose and route?"""
    able, others = _signatures(subject)
    orders = subject.orders
    if not orders and subject.administrations and able and _gave_and_may_order(subject):
        return Answer(PRESENT, None, distinct([*subject.administrations[:2], *able[:1]]))
    if not orders:
        if subject.stated("pointer") and not subject.mentions:
            return Answer(None)
        return Answer(ABSENT, "no order for the drug is stated", ())
    missing: list[str] = []
    own = frozenset(d for m in orders for d in m.drugs)
    doses = [
        m
        for m in subject.mentions
        if m.kind in ("dose", "dose_per_kg", "volume")
        and m.act == ORDER
        and (not m.drugs or own & set(m.drugs))
    ]
    routes = [
        m
        for m in subject.mentions
        if m.kind == "route" and m.act == ORDER and (not m.drugs or own & set(m.drugs))
    ]
    if not doses:
        missing.append("the dose")
    if not routes:
        missing.append("the route")
    if not able:
        nameless = [m for m in others if not m.value]
        missing.append("the credentials of who signed" if nameless else "the signature of who ordered")
    dated = [m for m in (*orders, *able) if m.date is not None]
    if able and not dated:
        missing.append("the date")
    evidence = distinct([*orders[:2], *doses[:1], *routes[:1], *able[:1]])
    if missing:
        return Answer(ABSENT, f"{_and(missing)} {'is' if len(missing) == 1 else 'are'} missing", evidence)
    return Answer(PRESENT, None, evidence)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _refusals(subject: Subject) -> list[Mention]:
    return [
        m
        for m in subject.mentions
        if m.kind == "refusal"
        and m.date in (subject.day, None)
        and (not m.drugs or subject.drugs_wide & set(m.drugs))
    ]


def administration(subject: Subject, amounts: Recorded) -> Answer:
    """Is giving the drug recorded, with dose, time and who gave it?"""
    given, refused = subject.administrations, _refusals(subject)
    if refused and not given:
        return Answer(ABSENT, "the record says that it was not given", distinct(refused))
    if not given:
        pointed = subject.stated("pointer")
        if pointed:
            return Answer(None, "the record is kept elsewhere", distinct(pointed))
        return Answer(ABSENT, "nothing says that the drug was given", ())
    own_refusal = [
        m
        for m in refused
        if m.drugs and m.document_key == given[-1].document_key and m.start > given[-1].start
    ]
    if own_refusal:
        return Answer(
            CONTRADICTORY, "it is recorded as given and as not given", distinct([*given, *own_refusal])
        )
    missing: list[str] = []
    if (
        not amounts.doses
        and not subject.about("dose", "volume")
        and not (subject.is_as_ordered and subject.about("dose", act=ORDER))
    ):
        missing.append("the dose")
    clock = subject.about("time", "start", "stop")
    if not clock:
        missing.append("the time")
    able, others = _signatures(subject)
    givers = subject.about("performer")
    routes = {m.value for m in subject.about("route")}
    nurses = [m for m in others if m.value]
    if not givers and not nurses and not (able and routes & _OF_PROCEDURES):
        missing.append("who gave it")
    evidence = distinct([*given[:2], *amounts.evidence[:1], *clock[:2], *(givers or nurses)[:1]])
    if missing:
        return Answer(ABSENT, f"{_and(missing)} {'is' if len(missing) == 1 else 'are'} missing", evidence)
    return Answer(PRESENT, None, evidence)


def dose(subject: Subject, amounts: Recorded, billed: Fraction | None) -> Answer:
    """Do the billed units agree with the dose?

    Args:
        subject: the line.
        amounts: what the record says.
        billed: units billed without JW for the code and day.
    """
    line = subject.line
    if (
        subject.substitute
        or not amounts.doses
        or line.unit_amount is None
        or line.unit_qualifier == "each"
        or billed is None
    ):
        return Answer(None)
    if len(amounts.doses) > 1:
        return Answer(
            CONTRADICTORY,
            f"the record states {amount_words(amounts.doses, amounts.unit)} for one administration",
            distinct(amounts.evidence),
        )
    given = next(iter(amounts.doses))
    units = math.ceil(given / Fraction(line.unit_amount))
    if Fraction(units) == billed:
        return Answer(PRESENT, None, distinct(amounts.evidence))
    return Answer(
        CONTRADICTORY,
        f"{plain(given)} {amounts.unit} given make {units} units of {plain(line.unit_amount)} {amounts.unit}, {plain(billed)} are billed",
        distinct(amounts.evidence),
    )


def drug(subject: Subject) -> Answer:
    """Is the billed drug the one given?"""
    if subject.given_any_day:
        return Answer(PRESENT, None, distinct(subject.given_any_day))
    if subject.substitute:
        return Answer(
            CONTRADICTORY,
            f"{_name(subject.substitute[0])} is recorded as given",
            distinct(subject.substitute),
        )
    return Answer(None)


def _name(mention: Mention) -> str:
    return mention.drugs[0] if len(mention.drugs) == 1 else min(mention.drugs, key=len)


def date_of(subject: Subject) -> Answer:
    """Was it given on the billed day?"""
    billed = subject.line.service_date
    given = subject.substitute or subject.given_any_day
    if not subject.days or billed is None:
        return Answer(None)
    if billed in subject.days:
        return Answer(PRESENT, None, distinct([m for m in given if m.date == billed]))
    days = ", ".join(d.isoformat() for d in sorted(subject.days))
    return Answer(CONTRADICTORY, f"it is recorded as given on {days}", distinct(given))


def route(subject: Subject, *, is_infusion: bool) -> Answer:
    """Are route, and where the route asks for it site or access, recorded?"""
    if not subject.administrations:
        return Answer(None)
    stated = [m for m in subject.about("route") if m.value not in ("oral", "inhaled", "topical")]
    if not stated and subject.is_as_ordered:
        stated = [m for m in subject.about("route", act=ORDER) if m.value not in ("oral", "inhaled")]
    names = {m.value for m in stated}
    sites = subject.about("site")
    if not stated:
        return Answer(ABSENT, "the route is missing", distinct([*subject.administrations[:1], *sites[:1]]))
    clashing = [n for n in _PARENTERAL if n in names]
    own = [m for m in stated if m.drugs]
    if len(clashing) > 1 and own and len(subject.about("time", "start")) < 2:
        return Answer(CONTRADICTORY, f"the record names the routes {_and(clashing)}", distinct(stated))
    if not sites and (names & _NEEDS_SITE or ("iv" in names and is_infusion)):
        what = "the site or access is missing" if "iv" in names else "the site is missing"
        return Answer(ABSENT, what, distinct([*subject.administrations[:1], *stated[:1]]))
    return Answer(PRESENT, None, distinct([*stated[:1], *sites[:1]]))


def diagnosis(subject: Subject) -> Answer:
    """Is a diagnosis stated, and where codes are, is one of them of a category on the claim?"""
    # What the history lists is not what this drug is for.
    stated = [m for m in subject.stated("diagnosis") if m.section not in ("history", "family")]
    denied = subject.stated("diagnosis", is_negated=True)
    if not stated:
        return Answer(ABSENT, "no diagnosis or reason for the drug is stated", distinct(denied))
    codes = {m.value or "" for m in stated if m.unit == "ICD-10-CM" and not m.is_historical}
    billed = {d.replace(".", "")[:3] for d in subject.line.diagnoses}
    if codes and billed and not {c[:3] for c in codes} & billed:
        return Answer(
            CONTRADICTORY,
            f"the chart's codes ({', '.join(sorted(codes))}) are of no category on the claim ({', '.join(sorted(subject.line.diagnoses))})",
            distinct([m for m in stated if m.unit == "ICD-10-CM"]),
        )
    return Answer(PRESENT, None, distinct(stated))


def prior(subject: Subject) -> Answer:
    """Is an earlier treatment stated, or why another way is not possible?"""
    stated = subject.stated("prior_treatment", "contraindication")
    if stated:
        return Answer(PRESENT, None, distinct(stated))
    denied = subject.stated("prior_treatment", is_negated=True)
    if denied:
        return Answer(ABSENT, "the text says that nothing was tried before", distinct(denied))
    return Answer(ABSENT, "no earlier treatment is stated, and not why another route is not feasible")


def _plain(subject: Subject, kinds: tuple[str, ...], gap: str, denial: str) -> Answer:
    stated = [m for m in subject.stated(*kinds) if not m.is_historical]
    if stated:
        return Answer(PRESENT, None, distinct(stated))
    denied = subject.stated(*kinds, is_negated=True)
    return Answer(ABSENT, denial if denied else gap, distinct(denied))


def weight(subject: Subject) -> Answer:
    """Is a weight stated?"""
    return _plain(subject, ("weight",), "no weight is stated", "the text says that the weight was not taken")


def consent(subject: Subject) -> Answer:
    """Is consent stated?"""
    return _plain(subject, ("consent",), "no consent is stated", "the text says that consent is missing")


def response(subject: Subject) -> Answer:
    """Is response or monitoring stated?"""
    if not subject.administrations:
        return Answer(None)
    return _plain(
        subject,
        ("response", "monitoring"),
        "neither response nor monitoring is stated",
        "the text says that no response was recorded",
    )


def lot(subject: Subject) -> Answer:
    """Is the lot number or the NDC stated?"""
    stated = subject.about("lot", "ndc", act=None)
    if stated:
        return Answer(PRESENT, None, distinct(stated))
    return Answer(ABSENT, "neither lot number nor NDC is stated")


def asks_weight(subject: Subject, asked: Asked) -> bool | None:
    """Does the dose go by weight: by the checklist, or by the order?"""
    per_kg = subject.about("dose_per_kg", act=None)
    return True if per_kg else asked.weight


def visit(mentions: Sequence[Mention]) -> Answer:
    """Does the chart show work of a visit beyond the injection?"""
    found = [m for m in mentions if m.kind == "visit"]
    kinds = {m.value for m in found}
    only = [m for m in found if m.value == "injection_only"]
    work = {"history", "exam", "decision"} & kinds
    if only and not {"exam", "decision"} <= kinds:
        return Answer(ABSENT, "the note says that the patient came for the injection only", distinct(only))
    if len(work) >= 2:
        return Answer(PRESENT, None, distinct([next(m for m in found if m.value == w) for w in sorted(work)]))
    if not any(m.extractor != "fhir" for m in mentions):
        return Answer(None)
    return Answer(
        ABSENT,
        f"the note shows {f'a {work.pop()} only' if work else 'no work'} beside the injection",
        distinct(found),
    )


def times(mentions: Sequence[Mention], line_date: object) -> tuple[Answer, int | None]:
    """Are start and stop of the infusion stated; and the minutes between them."""
    fitting = [
        m
        for m in mentions
        if m.kind in ("start", "stop")
        and not m.is_negated
        and not m.is_historical
        and m.act == GIVEN
        and m.date in (line_date, None)
    ]
    any_day = fitting or [
        m
        for m in mentions
        if m.kind in ("start", "stop") and m.act == GIVEN and not m.is_negated and not m.is_historical
    ]
    starts = sorted((m for m in any_day if m.kind == "start"), key=lambda m: m.value or "")
    stops = [m for m in any_day if m.kind == "stop"]
    evidence = distinct(any_day)
    if starts and stops:
        first, last = starts[0].value or "", max(m.value or "" for m in stops)
        minutes = _clock(last) - _clock(first)
        if minutes <= 0:
            return Answer(CONTRADICTORY, "the stop is not after the start", evidence), None
        return Answer(PRESENT, None, evidence), minutes
    if not any_day and any(m.kind == "pointer" for m in mentions):
        return Answer(None), None
    gap = (
        "start and stop are missing"
        if not any_day
        else "the stop is missing"
        if starts
        else "the start is missing"
    )
    return Answer(ABSENT, gap, evidence), None


def is_one_infusion(mentions: Sequence[Mention], line_date: object) -> bool:
    """Does the record state one start and one stop of the day, so that the minutes are of one infusion?"""
    seen: dict[str, set[str | None]] = {"start": set(), "stop": set()}
    for m in mentions:
        if m.kind in seen and m.act == GIVEN and not m.is_negated and not m.is_historical:
            if m.date not in (line_date, None):
                return False
            seen[m.kind].add(m.value)
    return all(len(values) == 1 for values in seen.values())


def _clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
