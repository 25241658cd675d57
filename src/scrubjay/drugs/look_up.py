"""Everything known of a code, or of an NDC, on a day: each fact with its source, and what is not known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scrubjay.codes import looks_like_hcpcs
from scrubjay.drugs import ndc
from scrubjay.drugs.answers import CodeAnswer, NdcAnswer, Refusal, SourcedFact, provenance
from scrubjay.drugs.catalog import Catalog
from scrubjay.drugs.life import actions, descriptors, fact, facts, ndc_counts
from scrubjay.drugs.search import search, take_apart
from scrubjay.errors import UsageError
from scrubjay.quantity import plain
from scrubjay.reference.descriptor import parse_descriptor, unit_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrubjay.drugs.answers import CodeHit
    from scrubjay.reference import Reference

_LOAD = "`scrubjay reference load` adds the official file"


def look_up_code(text: str, on: date, reference: Reference, as_of: date) -> CodeAnswer:
    """What a code is on a day, or which codes a text may mean.

    Args:
        text: a code, drug, brand or free text.
        on: date of service.
        reference: where the facts stand.
        as_of: the day of the run.

    Returns:
        The code's facts; for a text, those of the one code in force that it names, if there is one,
        and all codes found in `codes`.
    """
    catalog = Catalog(reference, as_of)
    query = " ".join(text.split())[:200]
    # One letter and four digits are a code also with a blank, hyphen or dot between or after them.
    bare = re.fullmatch(r"([A-Za-z])[ .-]?(\d{4})\.?", query, flags=re.ASCII)
    code = "".join(bare.groups()) if bare else query
    if looks_like_hcpcs(code):
        return _code(query, code.upper(), on, catalog, ())
    hits = search(query, on, catalog)
    codes = take_apart(query).codes
    if codes:
        return _code(query, codes[0], on, catalog, tuple(hits))
    best = hits[0].score if hits else 0
    top = [h for h in hits if h.score == best >= 90]
    in_force = [h for h in top if h.is_in_force]
    if len(in_force) == 1 and len({h.drug for h in top}) == 1:
        return _code(query, in_force[0].code, on, catalog, tuple(hits))
    near = catalog.near(query) if not hits else ()
    if hits:
        says = ("Several codes fit: say the salt, the product or the code.",) if len(hits) > 1 else ()
        return CodeAnswer(query, on, codes=tuple(hits), says=says)
    offered = f" Near names: {', '.join(near)}." if near else ""
    modifier = catalog.row("modifiers", on, modifier=query.upper())
    if modifier is not None:
        what = f"{query.upper()} is a modifier and no code: {_sentence(str(modifier['meaning']))}"
        return CodeAnswer(query, on, unknown=(what,))
    return CodeAnswer(
        query, on, unknown=(f"No code or drug of that name is in the loaded reference.{offered} {_LOAD}.",)
    )


def look_up_ndc(text: str, on: date, reference: Reference, as_of: date) -> NdcAnswer:
    """An NDC in its forms, with the packages that it is on a day.

    Args:
        text: as on the package or on a claim.
        on: date of service.
        reference: where the crosswalk stands.
        as_of: the day of the run.

    Returns:
        The answer; for a malformed or ambiguous NDC, a refusal with the reason.
    """
    catalog = Catalog(reference, as_of)
    query = " ".join(text.split())[:40]
    try:
        parsed = ndc.parse_ndc(text, catalog.is_known_ndc)
    except UsageError as error:
        return NdcAnswer(query, on, refused=Refusal(error.one_line(), ("ndc",)))
    rows = catalog.rows("ndc", on, ndc=parsed.ndc11)
    history = catalog.history("ndc", ndc=parsed.ndc11)
    others = [r for r in history if r not in rows]
    unknown: list[str] = []
    if not rows and not others:
        unknown.append(f"This NDC is not in the loaded crosswalk; {_LOAD}.")
    elif not rows:
        unknown.append(f"The crosswalk does not speak of this NDC on {on}.")
    for row in rows:
        if not row["container_type"]:
            unknown.append("Whether the container is single-dose or multi-dose: read the label.")
        if not row["ndc_billing_unit"]:
            unknown.append("The unit of its NDC quantity (ML, UN, GR): a liquid is ML, a powder UN.")
    return NdcAnswer(
        query,
        on,
        parsed.ndc11,
        ndc.hyphened(parsed.ndc11),
        ndc.fda_forms(parsed.ndc11),
        tuple(_package(r) for r in rows),
        tuple(_package(r) for r in others) if not rows else (),
        unknown=tuple(dict.fromkeys(unknown)),
        history=tuple(_package(r) for r in history),
    )


def _package(row: Mapping[str, Any]) -> SourcedFact:
    found = fact(row)
    size, per_item, count = row["package_size"], row["units_per_item"], row["package_quantity"]
    if size and per_item:
        found.values["ndc_quantity_per_unit"] = plain(ndc.ndc_quantity(1, Fraction(size), Fraction(per_item)))
    if per_item and count:
        found.values["units_per_package"] = plain(Fraction(per_item) * Fraction(count))
    return found


def _code(query: str, code: str, on: date, catalog: Catalog, hits: tuple[CodeHit, ...]) -> CodeAnswer:
    life = catalog.history("hcpcs", hcpcs=code)
    if not life:
        return CodeAnswer(
            query,
            on,
            code,
            codes=hits,
            unknown=(f"{code} is not in the loaded reference, so nothing is said of it; {_LOAD}.",),
        )
    in_force = catalog.is_in_force(code, on)
    now = catalog.row("hcpcs", on, hcpcs=code) or life[-1]
    drug_rows = catalog.history("drugs", hcpcs=code)
    drug = catalog.row("drugs", on, hcpcs=code) or (drug_rows[-1] if drug_rows else None)
    starts = [r["effective_from"] for r in life]
    end: date | None = life[-1]["effective_to"]
    first = None if any(s is None for s in starts) else min(starts)
    last = end - timedelta(days=1) if end else None
    successors = facts(catalog.history("successors", hcpcs=code))
    confusables = facts(catalog.history("confusables", hcpcs=code))
    mue = facts(_current_or_all(catalog, "mue", on, code))
    status = facts(catalog.history("status", hcpcs=code))
    limits = facts(_current_or_all(catalog, "payment_limits", on, code))
    packages = tuple(_package(r) for r in catalog.rows("ndc", on, hcpcs=code))
    unit = _unit(now, drug)
    answer = CodeAnswer(
        query,
        on,
        code,
        is_known=True,
        is_in_force=in_force,
        first_day=first,
        last_day=last,
        descriptor=now["descriptor"],
        drug=drug["drug"] if drug else None,
        brands=tuple(drug["brands"] or ()) if drug else (),
        routes=tuple(drug["routes"] or ()) if drug else (),
        billing_unit=unit,
        says=(),
        successors=successors,
        predecessors=facts(catalog.history("successors", successor=code)),
        confusables=confusables,
        mue=mue,
        status=status,
        payment_limits=limits,
        ndcs=packages,
        codes=hits,
        sources=tuple(provenance(r) for r in (now, drug) if r),
        descriptors=descriptors(life),
        actions=actions(catalog, code),
        mue_history=facts(catalog.history("mue", hcpcs=code)),
        limit_history=facts(catalog.history("payment_limits", hcpcs=code)),
        ndc_counts=ndc_counts(catalog, code),
    )
    return _with_words(answer, catalog, is_drug=now["kind"] in ("drug", "vaccine"))


def _current_or_all(catalog: Catalog, name: str, on: date, code: str) -> Sequence[dict[str, Any]]:
    return catalog.rows(name, on, hcpcs=code) or catalog.history(name, hcpcs=code)


def _unit(now: Mapping[str, Any], drug: Mapping[str, Any] | None) -> dict[str, str | None] | None:
    if drug and drug["unit_amount"] is not None and drug["unit"]:
        amount = Fraction(drug["unit_amount"])
        return {
            "amount": plain(amount),
            "unit": drug["unit"],
            "qualifier": drug["qualifier"],
            "text": unit_label(amount, drug["unit"], drug["qualifier"]),
        }
    parsed = parse_descriptor(now["descriptor"] or "") if now["kind"] in ("drug", "vaccine") else None
    if parsed is None:
        return None
    return {
        "amount": plain(parsed.quantity.amount),
        "unit": parsed.quantity.unit.symbol,
        "qualifier": str(parsed.qualifier),
        "text": str(parsed),
    }


def _with_words(answer: CodeAnswer, catalog: Catalog, *, is_drug: bool) -> CodeAnswer:
    says = _says(answer, catalog.drug_names)
    later = beyond(answer.on, catalog.as_of)
    return replace(
        answer,
        says=(*says, later) if later else tuple(says),
        unknown=tuple(_unknown(answer, is_drug=is_drug)),
    )


def beyond(on: date, as_of: date) -> str | None:
    """What to say of a day that no release can speak of yet; null for any other."""
    if on <= as_of:
        return None
    return f"{on} lies after {as_of}, the day of this answer: it is what the releases held now say, and later ones may say otherwise."


def _says(answer: CodeAnswer, drug_names: frozenset[str]) -> list[str]:
    code, on = answer.code, answer.on
    what = answer.drug or answer.descriptor or "a code without a description here"
    unit = f", {answer.billing_unit['text']}" if answer.billing_unit else ""
    says = [f"{code} is {what}{unit}."]
    if answer.is_in_force is False:
        when = (
            f"its last day was {answer.last_day}"
            if answer.last_day and on > answer.last_day
            else f"its first day is {answer.first_day}"
        )
        says.append(f"It is not in force on {on}: {when}.")
    # What the code is not comes before the codes that it is mistaken for.
    for mixed_up in sorted(
        answer.confusables, key=lambda f: looks_like_hcpcs(str(f.values["confused_with"]))
    ):
        other = str(mixed_up.values["confused_with"])
        claim = ""
        if looks_like_hcpcs(other):
            claim = f"It is taken for {other}: "
        elif other in drug_names - {answer.drug}:
            claim = f"It is not {other}; guides that call {code} {other} are wrong: "
        says.append(f"{claim}{_sentence(str(mixed_up.values['difference']))}")
    says.extend(_zero_mue(answer))
    for taker in answer.successors:
        ratio = f", {taker.values['unit_ratio']} units for one" if taker.values["unit_ratio"] else ""
        says.append(
            f"{taker.values['successor']} took over from {taker.effective_from or 'an unknown day'}{ratio}."
        )
    if answer.billing_unit and answer.billing_unit["qualifier"] == "up_to":
        says.append("One unit covers any dose up to that amount; the rest of it is not waste.")
    return says


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _zero_mue(answer: CodeAnswer) -> list[str]:
    """Says that no unit is payable, where that is so for more than the equipment suppliers."""
    zero = {str(f.values["mue_setting"]): f for f in answer.mue if f.values["mue_value"] == 0}
    settings = sorted(set(zero) - {"dme"})
    if not settings:
        return []
    main = "practitioner" if "practitioner" in zero else settings[0]
    why = zero[main].values["mue_rationale"]
    where = ", ".join(sorted(zero)).replace("_", " ")
    return [f"Its MUE is 0{f' ({why})' if why else ''}: no unit is payable ({where})."]


def _unknown(answer: CodeAnswer, *, is_drug: bool) -> list[str]:
    if not is_drug:
        return []
    questions = (
        (answer.drug, "the drug's normal name, brands and routes"),
        (answer.billing_unit, "what one billing unit stands for"),
        (answer.mue, "its MUE"),
        (answer.status, "its hospital and ASC payment status"),
        (answer.payment_limits, "its Medicare payment limit"),
        (answer.ndcs, f"the NDCs that bill under it on {answer.on}"),
    )
    return [f"Not in the loaded reference: {what}." for value, what in questions if not value]
