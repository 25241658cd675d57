"""Sections from the reference: definition, life, settings, most units, packages, prices."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scrubjay.codes import looks_like_hcpcs
from scrubjay.drugs.ndc import hyphened
from scrubjay.guides.lexicon import data
from scrubjay.guides.page import Section, Source, keyed, of
from scrubjay.quantity import plain
from scrubjay.reference.gaps import period_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scrubjay.drugs.answers import SourcedFact
    from scrubjay.guides.about import About

_MOST_PACKAGES = 40
_ROUTES = {
    "iv": "into a vein",
    "im": "into a muscle",
    "sc": "under the skin",
    "ia": "into a joint",
    "soft-tissue": "into soft tissue",
    "intralesional": "into a lesion",
    "intravitreal": "into the eye",
}
_MAI = {
    "1": "compared line by line; a line above it denies",
    "2": "compared with the day's sum; all units of the day deny, and no appeal to the contractor helps",
    "3": "compared with the day's sum; all units of the day deny, payable on appeal with evidence",
}


def period(first: date | None, last: date | None) -> str:
    """A period in words; empty where neither end is known."""
    if first and last:
        return period_words(first, last)
    return f"from {first}" if first else f"to {last}" if last else "no days stated"


def definition(about: About) -> Section:
    """What the code is, and what it is not."""
    answer, section = about.answer, Section("definition", "Definition")
    section.say(
        f"{about.code} is described by CMS as: {answer.descriptor or 'no description is held'}.",
        about.code_source,
    )
    if about.is_unlisted:
        section.say(
            f"{about.code} is a code for drugs that have none of their own: one unit stands for no fixed amount, and the claim must "
            "name drug, strength and dose.",
            about.code_source,
            keyed("PAL-NOC", "B"),
        )
    elif answer.billing_unit:
        section.say(f"One billing unit is {answer.billing_unit['text']} of {about.drug}.", about.code_source)
        if answer.billing_unit["qualifier"] == "up_to":
            section.say(
                "One unit covers any dose up to that amount; what one unit covers beyond the dose is not waste.",
                about.code_source,
            )
        else:
            section.say("Units are the dose divided by that amount, rounded up.", keyed("CGS-JW", "B"))
    else:
        section.nothing(f"What one unit of {about.code} stands for is not held.")
    if answer.brands:
        section.say(f"Brands: {', '.join(answer.brands)}.", about.use_source)
    if answer.routes:
        section.say(f"It is given {_listed([_ROUTES.get(r, r) for r in answer.routes])}.", about.use_source)
    for fact in answer.confusables:
        other = str(fact.values["confused_with"])
        if not looks_like_hcpcs(other):
            section.say(_sentence(str(fact.values["difference"])), of(fact.source))
    return section


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def life(about: About) -> Section:
    """First and last day, what came before and after, in exact units."""
    answer, section = about.answer, Section("life", "Life of the code")
    first = f"Its first day is {answer.first_day}" if answer.first_day else "Its first day is not held"
    last = (
        f"its last day {'was' if answer.on > answer.last_day else 'is'} {answer.last_day}"
        if answer.last_day
        else "no last day is held"
    )
    state = {True: "in force", False: "not in force", None: "of unknown state"}[answer.is_in_force]
    section.say(f"On {about.on} the code is {state}. {first}; {last}.", about.code_source)
    for fact in answer.successors:
        section.say(_ratio(about, about.code, str(fact.values["successor"]), fact), of(fact.source))
    for fact in answer.predecessors:
        section.say(_ratio(about, str(fact.values["hcpcs"]), about.code, fact), of(fact.source))
    if not answer.successors and not answer.predecessors:
        section.nothing(
            f"No code that {about.code} took over from, and none that took over from it, is held."
        )
    rows = [
        ((str(f.values["descriptor"]), period(f.effective_from, f.last_day)), (of(f.source),))
        for f in answer.descriptors
    ]
    section.table("How it was described", ("Description", "Days of service"), rows if len(rows) > 1 else [])
    actions = [
        ((str(f.values["action_on"] or ""), str(f.values["meaning"] or f.values["action"])), (of(f.source),))
        for f in answer.actions
    ]
    section.table("What the releases did to it", ("Day", "Action"), actions)
    return section


def _ratio(about: About, old: str, new: str, fact: SourcedFact) -> str:
    ended, live = about.knowledge.code(old), about.knowledge.code(new)
    units = [f" ({k.unit.label})" if k and k.unit else "" for k in (ended, live)]
    ratio = fact.values["unit_ratio"]
    day = fact.effective_from or "an unknown day"
    if ratio is None:
        return (
            f"{new}{units[1]} took over from {old}{units[0]} on {day}; the ratio of their units is not held."
        )
    exact = plain(Fraction(str(ratio)))
    most = ended is not None and ended.unit is not None and ended.unit.qualifier == "up_to"
    note = (
        f" One unit of {old} covered any dose up to its amount, so that is the most it can come to."
        if most
        else ""
    )
    return (
        f"{new}{units[1]} took over from {old}{units[0]} on {day}: {old} x 1 = {new} x {exact}, and {old} x 2 = {new} x "
        f"{plain(2 * Fraction(str(ratio)))}.{note}"
    )


def settings(about: About) -> Section:
    """How each setting pays, by period."""
    section = Section("settings", "Settings and payment status")
    for rule in data("status_words")["rules"]:
        if not about.fits(rule.get("when")):
            continue
        section.point(str(rule["text"]), keyed(rule["source"], rule["confidence"]))
    held: list[dict[str, Any]] = data("status_words")["status"]
    words = {(str(r["setting"]), str(r["indicator"])): r for r in held}
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for run in _runs(about.answer.status):
        first, last = run[0], run[-1]
        setting, indicator = str(first.values["status_setting"]), str(first.values["status_indicator"])
        known = words.get((setting, indicator))
        meaning = str(known["meaning"]) if known else "meaning not held"
        rates = [str(f.values["payment_rate"]) for f in run if f.values["payment_rate"]]
        rate = f"${', $'.join(rates)} a unit" if rates else ""
        where = {"hopd": "Hospital outpatient", "asc": "Surgical center"}.get(setting, setting)
        sources = (
            of(last.source),
            *((keyed(str(known["source"]), str(known["confidence"])),) if known else ()),
        )
        rows.append(((where, period(first.effective_from, last.last_day), indicator, meaning, rate), sources))
    section.table(
        "Status by period", ("Setting", "Days of service", "Status", "What it means", "Rate by quarter"), rows
    )
    if not rows:
        section.nothing(f"No hospital or surgical-center status of {about.code} is held.")
    return section


def _runs(facts: tuple[SourcedFact, ...]) -> Iterator[list[SourcedFact]]:
    """Periods of one indicator that follow one another, newest first, hospital before surgical center."""
    ordered = sorted(facts, key=lambda f: (str(f.values["status_setting"]) != "hopd", str(f.effective_from)))
    runs: list[list[SourcedFact]] = []
    for fact in ordered:
        before = runs[-1][-1] if runs else None
        if before is not None and _continues(before, fact):
            runs[-1].append(fact)
        else:
            runs.append([fact])
    runs.sort(key=lambda r: str(r[0].effective_from), reverse=True)
    runs.sort(key=lambda r: str(r[0].values["status_setting"]) != "hopd")
    yield from runs


def _continues(one: SourcedFact, other: SourcedFact) -> bool:
    same = all(one.values[k] == other.values[k] for k in ("status_setting", "status_indicator"))
    gap = (other.effective_from - one.last_day).days if one.last_day and other.effective_from else 99
    return same and gap <= 1


def limits(about: About) -> Section:
    """Most units."""
    section = Section("limits", "Most units (MUE)")
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for fact in about.answer.mue:
        values = fact.values
        where = str(values["mue_setting"]).replace("_", " ")
        mai = str(values["mue_mai"] or "")
        what = _MAI.get(mai, "the indicator is not published") + (
            f"; {values['mue_rationale']}" if values["mue_rationale"] else ""
        )
        cells = (
            where,
            str(values["mue_value"]),
            mai or "-",
            what,
            period(fact.effective_from, fact.last_day),
        )
        rows.append((cells, (of(fact.source), *((keyed("MMP-MUE", "B"),) if mai else ()))))
    section.table("", ("Table", "Most units", "Indicator", "What it means", "Days of service"), rows)
    if any(f.values["mue_value"] == 0 for f in about.answer.mue):
        section.say("A value of 0 says that no unit is payable there.", keyed("AAPC-MUE", "C"))
    if not rows:
        section.nothing(f"No MUE of {about.code} is held; many values are not published.")
    return section


def packages(about: About) -> Section:
    """The NDC packages that bill under the code on the day."""
    section = Section("ndc", "NDC packages")
    found = about.answer.ndcs
    day = str(about.on)
    if not found:
        history = about.catalog.history("ndc", hcpcs=about.code)
        last = max((r["effective_to"] for r in history if r["effective_to"]), default=None)
        if history:
            section.nothing(
                f"The loaded crosswalk names no package of {about.code} on {day}"
                + (f"; its last row ends before {last}." if last else ".")
            )
        else:
            section.nothing(f"The loaded crosswalk names no package of {about.code}.")
        return section
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for fact in found[:_MOST_PACKAGES]:
        values = fact.values
        container = str(values["container_type"] or "read the label")
        mark = values["container_confidence"] if values["container_type"] else None
        unit = str(values["ndc_billing_unit"] or "-")
        sources = [of(fact.source)]
        if mark or values["ndc_unit_confidence"]:
            sources.append(
                Source(
                    "starter set: container and NDC unit",
                    max(str(mark or "A"), str(values["ndc_unit_confidence"] or "A")),
                )
            )
        cells = (
            hyphened(str(values["ndc"])),
            f"{values['product'] or ''}, {values['labeler'] or ''}".strip(", "),
            str(values["units_per_item"] or "-"),
            str(values.get("units_per_package") or "-"),
            str(values.get("ndc_quantity_per_unit") or "-"),
            unit,
            container,
        )
        rows.append((cells, tuple(sources)))
    head = (
        "NDC (5-4-2)",
        "Product, labeler",
        "Units in one",
        "Units in the package",
        "NDC quantity for one unit",
        "NDC unit",
        "Container",
    )
    section.table(f"Packages that bill under {about.code} on {day}", head, rows)
    if len(found) > _MOST_PACKAGES:
        section.nothing(
            f"{len(found) - _MOST_PACKAGES} further packages are held: `scrubjay code {about.code}` shows them."
        )
    return section


def prices(about: About) -> Section:
    """Medicare's limit by quarter."""
    section = Section("prices", "Payment limit by quarter")
    history = about.answer.limit_history
    if not history:
        section.nothing(f"No Medicare payment limit of {about.code} is held.")
        return section
    current = [
        f
        for f in history
        if f.effective_from
        and f.effective_from <= about.on
        and (f.last_day is None or f.last_day >= about.on)
    ]
    for fact in current[-1:]:
        if fact.values["payment_limit"] is not None:
            section.say(
                f"On {about.on} Medicare's limit for one unit is ${fact.values['payment_limit']}, the add-on of the office included.",
                of(fact.source),
            )
        share = fact.values["coinsurance_percent"]
        if share is not None:
            section.say(f"The patient's share is {share} % of it.", of(fact.source))
    if not current:
        section.nothing(
            f"No limit is held for {about.on}; the latest is of the quarter from {history[-1].effective_from}."
        )
    section.prices = history
    return section
