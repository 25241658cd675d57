"""Sections from payer policies: what payers ask that Medicare does not, and the clocks of a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.facts.parameters import PARAMETERS
from scrubjay.guides.lexicon import data
from scrubjay.guides.page import Section, Source, keyed
from scrubjay.policies.rests_on import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.about import About
    from scrubjay.policies import Policy
    from scrubjay.policies.model import DatedValue

_WORDS = {
    "jw_demand": "JW",
    "jz_demand": "JZ",
    "pays_discarded_drug": "pays discarded drug",
    "requires_ndc": "NDC on every drug line",
    "requires_ndc_on_unlisted_drug": "NDC on unlisted codes",
    "requires_ndc_on_discarded_line": "NDC on the JW line too",
    "requires_line_per_ndc": "a line for each NDC",
    "ndc_units_accepted": "NDC units taken",
    "pays_one_administered_line_a_day": "pays one administered line a day",
    "requires_route_modifier": "JA or JB on this code",
    "requires_route_modifier_on_several_routes": "JA or JB where a drug has several routes",
    "laterality_on_drug_accepted": "LT, RT on a drug line taken",
    "uses_mue": "applies CMS's MUE",
}
_FILING = ("timely_filing_months", "timely_filing_days", "timely_filing_ceiling_months", "corrected_claim_months", "corrected_claim_days")  # fmt: skip
_Row = tuple[tuple[str, ...], tuple[Source, ...]]
_Ask = tuple[str, str, str, Source]
"""What a payer asks, its answer, the days, the source."""


def payers(about: About) -> Section:
    """What payers ask of a line of this code on the day."""
    section = Section("payers", "Commercial and other payers")
    chosen = [about.payer] if about.payer else list(about.policies.policies)
    rows: list[_Row] = []
    for policy in sorted(chosen, key=lambda p: p.name):
        asks = [*_parameters(about, policy, inherited=about.payer is not None), *_coverage(about, policy)]
        if asks and about.payer is None:
            # One row for each payer; the page for one payer has one for each answer.
            words_of = "; ".join(
                f"{what}: {answer}{f' ({days})' if days else ''}" for what, answer, days, _ in asks
            )
            rows.append(((policy.name, f"{words_of}."), tuple(dict.fromkeys(s for *_, s in asks))))
        rows += [
            ((policy.name, f"{what}: {answer}", days), (source,))
            for what, answer, days, source in asks
            if about.payer
        ]
    head = (
        ("Payer", "What it asks of this code on the day")
        if about.payer is None
        else ("Payer", "Asks", "Days of service")
    )
    section.table("", head, rows)
    if not rows:
        who = about.payer.name if about.payer else "any payer"
        section.nothing(f"No rule of {who} about this code is held on {about.on}.")
    section.say(
        "A payer that is not listed is not known here; what it asks is in its own policy and contract.",
        keyed("SCRUBJAY", "D"),
    )
    return section


def _parameters(about: About, policy: Policy, *, inherited: bool) -> Iterator[_Ask]:
    for name, what in _WORDS.items():
        if name == "requires_ndc_on_unlisted_drug" and not about.is_unlisted:
            continue
        value = _value(about, policy, name, inherited=inherited)
        if value is None or value.value is None:
            continue
        answer = words(value.value).replace("_", " ")
        if name == "requires_route_modifier":
            if about.code not in answer.split(", "):
                continue
            answer = "yes"
        yield what, answer, _days(value), _cited(value)


def _value(about: About, policy: Policy, name: str, *, inherited: bool) -> DatedValue | None:
    if inherited:
        return about.policies.value(policy, name, about.on)
    own = policy.parameters.get(name, [])
    return next(
        (v for v in own if (v.from_ is None or v.from_ <= about.on) and (v.to is None or about.on < v.to)),
        None,
    )


def _days(value: DatedValue) -> str:
    if value.from_ and value.to:
        return f"{value.from_} to before {value.to}"
    return f"from {value.from_}" if value.from_ else f"before {value.to}" if value.to else ""


def _cited(value: DatedValue) -> Source:
    citation = value.citation
    return Source(f"{citation.source}", citation.confidence, citation.text)


def _coverage(about: About, policy: Policy) -> Iterator[_Ask]:
    for rule in policy.coverage:
        in_days = (rule.from_ is None or rule.from_ <= about.on) and (rule.to is None or about.on < rule.to)
        if about.code not in rule.hcpcs or not in_days:
            continue
        source = Source(rule.citation.source, rule.citation.confidence, rule.citation.text)
        kinds = ", ".join(k.replace("_", " ") for k in rule.kinds)
        yield kinds, rule.reason.rstrip("."), f"from {rule.from_}" if rule.from_ else "", source


def deadlines(about: About) -> Section:
    """Clocks: filing, appeals; a payer's own where a policy states them."""
    section = Section("deadlines", "Deadlines")
    rows: list[_Row] = [
        ((str(d["clock"]), str(d["rule"])), (keyed(d["source"], d["confidence"]),))
        for d in data("deadlines")["deadlines"]
    ]
    section.table("", ("Clock", "Rule"), rows)
    own: list[_Row] = []
    for policy in [about.payer] if about.payer else about.policies.policies:
        for name in _FILING:
            value = _value(about, policy, name, inherited=about.payer is not None)
            if value is not None and value.value is not None:
                own.append(((policy.name, PARAMETERS[name].about, words(value.value)), (_cited(value),)))
        for level in about.policies.appeals(policy, about.on) if about.payer else ():
            source = Source(level.citation.source, level.citation.confidence, level.citation.text)
            own.append(((policy.name, level.name, f"{level.days} days from {level.counted_from}"), (source,)))
    section.table("From payer policies", ("Payer", "Clock", "Value"), own)
    return section
