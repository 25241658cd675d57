"""Numbers of a sentence: units for a dose, most units (MUE), payment limit, status; and routes, diagnoses."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.drugs.administration import normal_route
from scrubjay.drugs.answers import UNVERIFIED, provenance
from scrubjay.drugs.units import billing_units
from scrubjay.guides.lexicon import data, pattern
from scrubjay.guides.said import Said, TextVerdict
from scrubjay.quantity import parse_number, plain, unit_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.knowledge import KnownCode
    from scrubjay.guides.mentions import Mention
    from scrubjay.guides.view import View

_UNITS = re.compile(
    r"(?<![\w.,$-])(\d{1,3}(?:,\d{3})+|\d{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\s+(?:billing |billable |hcpcs |service )?units?\b",
    re.IGNORECASE,
)
_SPELLED = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "twenty": 20,
}
_TIES = re.compile(
    r"(?:\s|=|→|->|\bx\b|\(|\)|,|:|\b(?:is|are|equals?|equates to|would|will|should|must|be|billed|reported|coded|submitted|claimed|charged|as"
    r"|for|of|to|requires?|means|translates|converts|corresponds|amounts|comes|dose|doses|dosage|vial|vials|a|an|the|one|each|single|total"
    r"|therefore|thus|hence|so|then|infusion|injection|given|administered|single-dose|or|bill|report|line|with|under|code|DRUG|and|containing|holds?|contains?|patient|providers?|billers?|practices?|you|[JQC]\d{4})\b)*"
    r"(?:dose |vial )?",
    re.IGNORECASE,
)
_CONVERTED = re.compile(
    r"\b(?P<n>one|a|each|\d+)\s+(?:billing )?units?\s+of\s+(?P<old>[A-Z]\d{4})\s+(?:is|equals|are|converts? (?:in)?to|becomes|corresponds to|=)\s+"
    r"(?P<m>\d[\d,.]*?)\s+(?:billing )?units?\s+of\s+(?P<new>[A-Z]\d{4})",
    re.IGNORECASE,
)
_MUE = re.compile(
    r"\b(?:mues?|medically unlikely edits?)\b[^.;]{0,60}?(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d{1,5})(?![\w%]|[.,]\d|-\d)",
    re.IGNORECASE,
)
_PRICE = re.compile(r"\$\s?(\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?)")
_ABOUT_PRICE = re.compile(
    r"\b(?:payment limit|asp|allowable|medicare (?:limit|rate|pays|payment)|part b (?:limit|drug))\b",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\b(?:status(?: indicator)?|si)\b\W{0,3}(?:of |is |was |code |indicator |=|:)*\W{0,2}\b(N1|K2|K5|E1|E2|[NKGEQSTVBAMY])\b"
)
_ICD = re.compile(r"(?<![\w.])([A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)(?![\w.]|-\d)")
_ABOUT_DIAGNOSIS = re.compile(r"\b(?:icd(?:-10)?(?:-cm)?|diagnos\w+|dx)\b", re.IGNORECASE)


def read_numbers(view: View) -> list[Said]:
    """Statements of a sentence on amounts, limits, prices, status, routes and diagnoses."""
    found = [*_sums(view), *_conversions(view), *_routes(view)]
    if view.codes or view.memory.page_code:
        found += [*_mue(view), *_prices(view), *_status(view)]
    return [*found, *_diagnoses(view)]


def _sums(view: View) -> Iterator[Said]:
    """`80 mg are 16 units`, either way round."""
    done: set[int] = set()
    for match in _UNITS.finditer(view.text):
        count = parse_number(str(_SPELLED.get(match[1].lower(), match[1])))
        amount = _amount_at(view, match)
        if amount is None or count is None or amount.start in done:
            continue
        if match[1].lower() == "one" and pattern("dose_behind").match(view.masked, amount.end) is None:
            # "one unit is 10 mg" tells the unit, which is read by itself.
            continue
        code = view.subject_code(match.start())
        known = view.knowledge.code(code) if code else None
        if known is None or known.unit is None:
            continue
        unit = unit_named(known.unit.symbol)
        if unit is None or unit.dimension is not amount.value.unit.dimension:
            continue
        between = view.masked[min(amount.end, match.end()) : max(amount.start, match.start())]
        is_list = re.search(r"[a-z=→>]", between, re.IGNORECASE) is None
        if is_list and count != 1 and amount.value.to(unit).amount == known.unit.amount:
            # "J1010, 1 mg, 40 units": the unit of the code and a count, no sum.
            continue
        done.add(amount.start)
        dose = Fraction(amount.value.to(unit).amount)
        exact = dose / known.unit.amount
        want = billing_units(dose, known.unit.amount)
        is_waste = re.search(r"\b(?:discard|wast|JW)", view.text, re.IGNORECASE) is not None
        right = count == want or (is_waste and count == exact.numerator // exact.denominator)
        if view.denial(min(match.start(), amount.start), max(match.start(), amount.start)) or pattern(
            "too_few_or_many"
        ).search(view.text):
            right = not right
        said = f"The text makes {plain(amount.value.amount)} {amount.value.unit.symbol} of {code} {match[1]} {'unit' if count == 1 else 'units'}."
        fact = f"One unit of {code} is {known.unit.label}, so {plain(amount.value.amount)} {amount.value.unit.symbol} come to {want} {'unit' if want == 1 else 'units'}."
        columns = {"is_text_unit_of_code": right, "text_unit": None}
        yield Said("unit", view.sentence, said, fact, (known.source.one_line(),), code, columns)


def _conversions(view: View) -> Iterator[Said]:
    """`one unit of J2930 converts to 25 units of J2919`."""
    for match in _CONVERTED.finditer(view.text):
        old, new = match["old"].upper(), match["new"].upper()
        held = [s for s in view.knowledge.successors(old) if s.successor == new and s.ratio]
        first, second = (
            parse_number("1" if match["n"].lower() in ("one", "a", "each") else match["n"]),
            parse_number(match["m"]),
        )
        if not held or first is None or second is None:
            continue
        right = first * Fraction(str(held[0].ratio)) == second
        said = f"The text turns {match['n']} of {old} into {match['m']} of {new}."
        fact = f"One unit of {old} is {held[0].ratio} units of {new}."
        verdict = TextVerdict.TRUE if right else TextVerdict.FALSE
        yield Said("successor", view.sentence, said, fact, (held[0].source,), old, verdict=verdict)


def _amount_at(view: View, units: re.Match[str]) -> Mention | None:
    """The amount that a count of units is tied to, before it for choice."""
    for amount in reversed(view.amounts):
        if amount.rate or amount.value.unit.symbol == "units" or amount.lead == "up_to":
            continue
        if amount.end <= units.start():
            between = view.masked[amount.end : units.start()]
            if len(between) < 60 and _TIES.fullmatch(between) and re.search(r"\w|=|→|>|\(|,|:", between):
                return amount
            break
    for amount in view.amounts:
        if amount.rate or amount.value.unit.symbol == "units" or amount.lead == "per":
            continue
        if amount.start >= units.end():
            between = view.masked[units.end() : amount.start]
            is_tied = re.fullmatch(r"\W*(?:x\s*)?(?:\b(?:for|to report|equals?|is|are|represents?|of \w+ for|per|=)\b|=|\()\s*(?:an?|the|each|one|dose of|doses of|\s)*", between, re.IGNORECASE)  # fmt: skip
            return amount if len(between) < 40 and is_tied else None
    return None


def _mue(view: View) -> Iterator[Said]:
    for match in _MUE.finditer(view.text):
        code = view.subject_code(match.start(1))
        count = parse_number(match[1])
        if (
            code is None
            or count is None
            or (1900 < count < 2100)
            or re.match(r"\s*-?\s*digit", view.text[match.end() :])
        ):
            continue
        rows = view.knowledge.catalog.history("mue", hcpcs=code)
        said = f"The text gives {code} an MUE of {match[1]}."
        if not rows:
            yield Said("limit", view.sentence, said, f"The loaded reference holds no MUE of {code}.", (), code, verdict=TextVerdict.CANNOT_TELL)  # fmt: skip
            continue
        values = {str(r["mue_setting"]): r for r in rows}
        shown = "; ".join(f"{s.replace('_', ' ')} {r['mue_value']}" for s, r in sorted(values.items()))
        right = any(r["mue_value"] == count for r in rows)
        verdict = (
            TextVerdict.TRUE if right != view.denial(match.start(), match.start(1)) else TextVerdict.FALSE
        )
        sources = tuple(dict.fromkeys(provenance(r).one_line() for r in values.values()))
        yield Said("limit", view.sentence, said, f"MUE of {code}: {shown}.", sources, code, verdict=verdict)


def _prices(view: View) -> Iterator[Said]:
    if not _ABOUT_PRICE.search(view.text):
        return
    for match in _PRICE.finditer(view.text):
        code = view.subject_code(match.start())
        if code is None:
            continue
        rows = view.knowledge.catalog.history("payment_limits", hcpcs=code)
        if not rows:
            continue
        value = Decimal(match[1].replace(",", ""))
        now = view.knowledge.catalog.row("payment_limits", view.knowledge.on, hcpcs=code)
        said = f"The text gives {code} the price {match[0]}."
        places = len(match[1].partition(".")[2])

        def same(row: dict[str, object], value: Decimal = value, places: int = places) -> bool:
            limit = row["payment_limit"]
            return isinstance(limit, Decimal) and round(limit, places) == value

        shown = now or rows[-1]
        fact = f"Medicare's limit for one unit of {code} is ${plain(Fraction(shown['payment_limit']))} from {shown['effective_from']}." if shown["payment_limit"] is not None else f"No limit of {code} is stated."  # fmt: skip
        if now is not None and same(now):
            verdict = TextVerdict.TRUE
        elif any(same(r) for r in rows):
            verdict = TextVerdict.OUTDATED if now is not None else TextVerdict.CANNOT_TELL
        elif view.dates or now is None or not re.search(r"\bunit\b|\bper\b|\blimit\b", view.text):
            verdict = TextVerdict.CANNOT_TELL
        else:
            verdict = TextVerdict.FALSE
        yield Said("price", view.sentence, said, fact, (provenance(shown).one_line(),), code, verdict=verdict)


def _status(view: View) -> Iterator[Said]:
    for match in _STATUS.finditer(view.text):
        code = view.subject_code(match.start())
        rows = view.knowledge.catalog.history("status", hcpcs=code) if code else []
        if code is None or not rows:
            continue
        said = f"The text gives {code} the status {match[1]}."
        days = [d.value.first for d in view.dates] or [view.knowledge.on]
        spoken = [r for day in days for r in view.knowledge.catalog.rows("status", day, hcpcs=code)]
        shown = spoken or rows[-2:]
        fact = "; ".join(
            f"{r['status_setting']} {r['status_indicator']} from {r['effective_from']}" for r in shown
        )
        sources = tuple(dict.fromkeys(provenance(r).one_line() for r in shown))
        if not spoken:
            verdict = TextVerdict.CANNOT_TELL
        elif any(r["status_indicator"] == match[1] for r in spoken):
            verdict = TextVerdict.TRUE
        else:
            ever = any(r["status_indicator"] == match[1] for r in rows)
            verdict = TextVerdict.OUTDATED if ever and not view.dates else TextVerdict.FALSE
        yield Said("status", view.sentence, said, f"{code}: {fact}.", sources, code, verdict=verdict)


def _routes(view: View) -> Iterator[Said]:
    """`J2920 is used for intra-articular injections`; said of a code by name, not of a drug at large."""
    for code in view.codes:
        known = view.known(code)
        if known is None or not known.is_drug or not known.routes:
            continue
        start, end = view.clause(code.start)
        stop = min([end, *(c.start for c in view.codes if c.start > code.end)])
        stretch = view.masked[code.end : stop]
        if not pattern("route_claim").search(stretch) or view.is_no_assertion(code.start):
            continue
        routes = _named_routes(stretch)
        if not routes:
            continue
        own = {normal_route(r) for r in known.routes}
        denied = pattern("negation").search(view.masked[max(start, code.start - 30) : stop]) is not None
        fitting = [r for r in routes if r in own or (r == "systemic" and own & {"iv", "im", "sc"})]
        right = not fitting if denied else bool(fitting)
        said = f"The text {'rules out for' if denied else 'gives'} {known.code} the route {', '.join(sorted(routes))}."
        mark = known.use_confidence or "D"
        fact = f"{known.code} ({known.name}) is given: {', '.join(known.routes)}."
        source = f"starter set [{mark}{', unverified' if mark in UNVERIFIED else ''}]"
        verdict = TextVerdict.TRUE if right else TextVerdict.FALSE
        if right and not denied and len(fitting) < len(routes):
            verdict = TextVerdict.MISLEADING
        yield Said("route", view.sentence, said, fact, (source,), known.code, _about(known), verdict=verdict)


def _about(known: KnownCode) -> dict[str, object]:
    return {"text_use_of": known.code}


def _named_routes(text: str) -> set[str]:
    rules: dict[str, str] = data("words")["routes"]
    return {route for route, words in rules.items() if re.search(words, text, re.IGNORECASE)}


def _diagnoses(view: View) -> Iterator[Said]:
    if not _ABOUT_DIAGNOSIS.search(view.text) and not _ABOUT_DIAGNOSIS.search(
        " ".join(view.sentence.block.section[-1:])
    ):
        return
    modifiers = {m.start for m in view.modifiers}
    for match in _ICD.finditer(view.text):
        if match.start() in modifiers:
            continue
        code = match[1].replace(".", "").upper()
        row = view.knowledge.catalog.row("diagnoses", view.knowledge.on, diagnosis=code)
        if row is None:
            continue
        said = f"The text gives the diagnosis {match[1]}."
        if row["is_billable"] is False and not view.is_past(match.start()):
            more = [
                r
                for r in view.knowledge.catalog.history("diagnoses")
                if str(r["diagnosis"]).startswith(code) and r["is_billable"]
            ]
            names = ", ".join(str(r["diagnosis"]) for r in more[:6])
            fact = f"{match[1]} is a header on {view.knowledge.on} and needs more characters{f': {names}' if names else ''}."
            verdict = TextVerdict.OUTDATED if row["effective_from"] else TextVerdict.FALSE
            yield Said(
                "diagnosis", view.sentence, said, fact, (provenance(row).one_line(),), None, verdict=verdict
            )
