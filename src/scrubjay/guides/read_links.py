"""Which code a sentence gives which drug, what unit, and whether it offers the code for use now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubjay.guides.lexicon import pattern, words
from scrubjay.guides.mentions import Mention, names_of
from scrubjay.guides.said import Said
from scrubjay.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.knowledge import KnownCode
    from scrubjay.guides.view import View

_WORD = re.compile(r"[A-Za-z][A-Za-z'’/-]*|\d+")
_DROP_COMMA = re.compile(
    r",\s*(?=(?:which|that|an?|the|injection|inj|infusion|billed|reported|coded|hcpcs|brand|DRUG|AMT|generic|intravenous|subcutaneous)\b)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"\(\s*(?:(?:DRUG|AMT|brand|generic|name|names?|injection|or|and|is|reference|product)[\s,;/®™]*)+\)"
)
_OPEN = re.compile(r"^[\s®™]*[(\[:=–—|-]+\s*")
_LOOSE = 14
_TIE = re.compile(
    r"[\s,/®™]*(?:\(|\)|and|or|&|brand(?: names?)?|both|i\.e\.|e\.g\.|also known as|sold as|such as)?[\s,/()®™]*",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s\s+((?:[a-z]+\s*){1,3})")
_BEFORE_UNIT = re.compile(
    r"(?:[,(\[:=–—|-]\s*|\bof\s+|\b(?:is|are|was|represents?|equals?|in an?|for|at|in)\s+|\binjection\s+|\bDRUG\s*)$",
    re.IGNORECASE,
)


def read_links(view: View) -> list[Said]:
    """Identity, unit and use statements of a sentence."""
    found: list[Said] = []
    linked: list[tuple[Mention, Mention, bool]] = []
    for code in view.codes:
        known = view.known(code)
        if known is not None and not known.is_drug:
            continue
        linked += [(code, drug, denied) for drug, denied in _drugs_of(view, code)]
    for code, drug, denied in linked:
        found.append(identity(view, code, drug, denied=denied))
    found += _salts(view)
    asserted = [(c, d) for c, d, denied in linked if not denied]
    found += _units(view, asserted)
    found += _uses(view, asserted)
    return found


def _drugs_of(view: View, code: Mention) -> Iterator[tuple[Mention, bool]]:
    """Drugs that the sentence gives a code, each with whether it denies that."""
    chain = view.chain(code)
    last, first = chain[-1], chain[0]
    others = [c for c in view.codes if c not in chain]
    # Between a code and its drug stands no other code.
    low = max((c.end for c in others if c.end <= first.start), default=0)
    high = min((c.start for c in others if c.start >= last.end), default=len(view.text))
    for drug in view.drugs:
        if last.end <= drug.start < high:
            between = view.masked[last.end : drug.start]
            is_link = _code_to_drug(view, first, between)
            start, end = first.start, drug.start
        elif low <= drug.start and drug.end <= first.start:
            is_link = _drug_to_code(view.masked[drug.end : first.start])
            start, end = drug.start, first.end
        else:
            continue
        if not is_link or _has_own_code(view, drug, chain):
            continue
        if view.is_no_assertion(start) and not _is_offset(view, start):
            continue
        inner = view.masked[min(last.end, drug.end) : max(first.start, drug.start)]
        # What stands in brackets behind a name is that name, whatever the sentence denies of it.
        is_aside = re.fullmatch(r"[\s®™]*[(\[]\s*(?:hcpcs |code )*", inner, re.IGNORECASE) is not None
        denied = not is_aside and view.denial(start, end)
        yield drug, denied
        if drug.start >= last.end:
            yield from ((d, denied) for d in _joined(view, drug, others))
            return


def _is_offset(view: View, start: int) -> bool:
    """The comparison comes after the statement, behind a comma: `J1745 is infliximab, unlike ...`."""
    first, last = view.clause(start)
    cue = pattern("no_assertion").search(view.masked, first, last)
    return cue is not None and cue.start() > start and "," in view.masked[start : cue.start()]


def _bare(between: str) -> str:
    return _DROP_COMMA.sub(" ", _BRACKETED.sub(" ", between))


def _code_to_drug(view: View, code: Mention, between: str) -> bool:
    opened = _OPEN.match(between) is not None
    bare = re.sub(r"\b(injection|infusion|inj|solution)\s*,\s*$", r"\1 ", _bare(between), flags=re.IGNORECASE)
    bare = re.sub(
        r"\banother\s+(?:related\s+|hcpcs\s+|billing\s+)?code\b", "a code", bare, flags=re.IGNORECASE
    )
    # "is described as: Injection, ..." links as "is described as" does.
    inner = re.sub(r"(?<=[a-z]):", " ", _OPEN.sub("", bare))
    if re.search(r"[,;)\]]", inner):
        return False
    tokens = [w.lower() for w in _WORD.findall(inner)]
    if any(t in words("breakers") for t in tokens):
        return False
    before = view.masked[max(0, code.start - 40) : code.start].lower().split()
    is_asked = any(w in words("ask_verbs") for w in before[-6:])
    if is_asked and tokens and tokens[0] in ("for", "when", "to", "if", "as") and len(tokens) <= _LOOSE:
        return all(_is_filler(t) or t in ("and", "or", "as") or t in words("bill_verbs") for t in tokens)
    has_verb = any(t in words("link_verbs") for t in tokens)
    if not tokens:
        return opened or not between.strip()
    is_linked = (
        opened
        or has_verb
        or tokens[0] == "for"
        or (tokens[0] in ("injection", "injections") and bare == between)
    )
    return is_linked and all(_is_filler(t) for t in tokens)


def _is_filler(token: str) -> bool:
    return token in words("filler") or token in words("link_verbs") or token in ("drug", "amt", "which", "that") or token.endswith("ly") or token in words("salts")  # fmt: skip


def _drug_to_code(between: str) -> bool:
    bare = _bare(re.sub(r"^\s*(?:\([^()]*\))", " ", between))
    if re.search(r"[,;\]]|\)\s*\S|\.\s", bare):
        return False
    tokens = [w.lower() for w in _WORD.findall(bare)]
    if any(t in words("breakers") - {"with"} for t in tokens):
        return False
    has_bill = any(t in words("bill_verbs") for t in tokens)
    opened = _OPEN.match(bare) is not None
    if "with" in tokens and not has_bill:
        return False
    if not all(t in words("behind_drug") or t in words("bill_verbs") or t.endswith("ly") for t in tokens):
        return False
    if "and" in tokens and not has_bill:
        return False
    return (
        has_bill
        or opened
        or (bool(tokens) and (tokens[0] in ("is", "are", "was", "were", "hcpcs") or "under" in tokens))
    )


def _has_own_code(view: View, drug: Mention, chain: list[Mention]) -> bool:
    """Another code in brackets right behind the drug is that drug's own: `than infliximab-dyyb (Q5103)`."""
    following = next((c for c in view.codes if c.start >= drug.end), None)
    if following is None or following in chain:
        return False
    return (
        re.fullmatch(
            r"[\s®™]*[(\[]\s*(?:hcpcs |code )*", view.masked[drug.end : following.start], re.IGNORECASE
        )
        is not None
    )


def _joined(view: View, drug: Mention, others: list[Mention]) -> Iterator[Mention]:
    """Drugs that follow in one list or in brackets: `Prolia and Xgeva`, `infliximab (Remicade)`."""
    before = drug
    for following in view.drugs:
        if following.start < drug.end:
            continue
        tie = view.masked[before.end : following.start]
        if not _TIE.fullmatch(tie) or any(before.end <= c.start < following.start for c in others):
            return
        if _has_own_code(view, following, []):
            return
        # A comma alone begins another thought: "J1745 is infliximab, methotrexate is J9260".
        if "(" not in tie and not re.search(r"\band\b|\bor\b|/|&", tie):
            return
        if re.search(r"\band\b|&", tie) and re.search(r"^\W*(?:is|are|was)\b", view.masked[following.end :]):
            return
        yield following
        before = following


def identity(view: View, code: Mention, drug: Mention, *, denied: bool) -> Said:
    """The statement that a code is a drug, or that it is not."""
    known = view.known(code)
    name = names_of(drug)
    fits = None if known is None else view.knowledge.fits(known, drug.value, name, view.text)
    right = fits if not denied or fits is None else not fits
    said = (
        f"The text says that {code.value} is not {name}."
        if denied
        else f"The text calls {code.value} {name}."
    )
    if known is None:
        fact, sources = f"{code.value} is not in the loaded reference.", ()
    else:
        fact, sources = known.says(), (known.source.one_line(),)
        if right is False and drug.value:
            own = view.knowledge.codes_of(drug.value)
            if own:
                fact += f" {name} is billed under {', '.join(own[:4])} on {view.knowledge.on}."
    columns = {
        "is_text_drug_of_code": right,
        "text_denied": denied,
        "text_drugs": drug.value,
        "text_name": name,
    }
    return Said("identity", view.sentence, said, fact, sources, str(code.value), columns)


def _salts(view: View) -> Iterator[Said]:
    """`J1320's sodium succinate`: a salt given to a code without the drug."""
    for code in view.codes:
        match = _POSSESSIVE.match(view.text, code.end)
        known = view.known(code)
        if match is None or known is None or not known.drugs:
            continue
        said = set(match[1].lower().split()) & words("salts") - words("plain_salts")
        own = set(re.findall(r"[a-z]+", known.name.lower()))
        if said:
            right = said <= own
            words_said = f"The text gives {code.value} the salt {match[1].strip()}."
            columns = {"is_text_drug_of_code": right, "text_denied": False, "text_drugs": frozenset[str](), "text_name": match[1].strip()}  # fmt: skip
            yield Said(
                "identity",
                view.sentence,
                words_said,
                known.says(),
                (known.source.one_line(),),
                str(code.value),
                columns,
            )


def _units(view: View, linked: list[tuple[Mention, Mention]]) -> Iterator[Said]:
    done: set[tuple[str, int]] = set()
    for code, drug in linked:
        amount = _unit_near(view, code, drug)
        if amount is not None and (held := view.known(code)) is not None and _is_count(held, amount):
            continue
        key = (str(code.value), amount.start) if amount else None
        if amount is not None and key not in done:
            done.add((str(code.value), amount.start))
            yield unit_said(view, str(code.value), amount)
    # `one unit is 10 mg`, `billed in 10 mg increments`, for the code of the sentence or of the text.
    for amount in view.amounts:
        if (
            any(amount.start == at for _, at in done)
            or not _is_unit(view, amount)
            or amount.value.unit.symbol == "units"
        ):
            continue
        if _is_dose(view, amount):
            continue
        near = view.masked[max(0, amount.start - 45) : amount.end + 25]
        cue = pattern("per_unit").search(near)
        code = view.subject_code(amount.start)
        is_billed = (
            amount.lead == "per" and pattern("billed_per").search(view.masked[: amount.start]) is not None
        )
        if (
            not (cue or is_billed)
            or code is None
            or re.search(r"\b(?:[2-9]|\d\d+)\s+units\b", near)
            or view.denial(amount.start, amount.end)
        ):
            continue
        yield unit_said(view, code, amount)
    # `J2920 (up to 40 mg)`: an amount in brackets or behind a dash right after a code.
    for code in view.codes:
        known = view.known(code)
        if known is None or not known.is_drug or any(c == str(code.value) for c, _ in done):
            continue
        for amount in view.amounts:
            if _is_count(known, amount):
                continue
            between = view.masked[code.end : amount.start]
            if re.fullmatch(
                r"\s*(?:[(\[]|[–—:=-]|,?\s*(?:is|was|at|per))\s*(?:per|each)?\s*", between
            ) and _is_unit(view, amount):
                yield unit_said(view, str(code.value), amount)
                break


def _is_dose(view: View, amount: Mention) -> bool:
    """`a 400 mg dose is 40 units` beside the unit is a sum; `one unit is a 10 mg dose` is the unit."""
    if amount.lead or pattern("dose_behind").match(view.masked, amount.end) is None:
        return False
    return pattern("unit_before").search(view.masked[: amount.start]) is None


def _is_count(known: KnownCode, amount: Mention) -> bool:
    """A number of billing units, where the code is measured in something else."""
    symbols = ("units", "iu")
    return amount.value.unit.symbol == "units" and (known.unit is None or known.unit.symbol not in symbols)


def _is_unit(view: View, amount: Mention) -> bool:
    """An amount that may be a unit: no rate, no strength, no dose, no container."""
    return not amount.rate and pattern("dose_not_unit").match(view.masked, amount.end) is None


def _unit_near(view: View, code: Mention, drug: Mention) -> Mention | None:
    """The amount that belongs to a code and its drug: behind them, or right before the drug."""
    _, last = view.clause(max(code.start, drug.start))
    stops = [c.start for c in view.codes if c.start > max(code.end, drug.end) and c not in view.chain(code)]
    last = min([last, *stops])
    # Amounts of a list of codes belong to the code that each follows.
    if len(view.chain(code)) > 1:
        return None
    for amount in view.amounts:
        if not (min(code.end, drug.start - 30) <= amount.start < last) or not _is_unit(view, amount):
            continue
        if amount.start < min(code.start, drug.start):
            continue
        before = view.masked[: amount.start]
        if amount.lead or _BEFORE_UNIT.search(before) or re.search(r"DRUG\s*\)?\s*$", before):
            if amount.start > drug.end and re.search(r"\b(?:given|infused|administered|receiv\w+|dose of|doses of|dosed)\b", view.masked[drug.end : amount.start]):  # fmt: skip
                continue
            return amount
    return None


def unit_said(view: View, code: str, amount: Mention) -> Said:
    """The statement that one unit of a code is an amount."""
    known = view.knowledge.code(code)
    qualifier = "up_to" if amount.lead == "up_to" else "exact"
    fits = None if known is None else view.knowledge.unit_fits(known, amount.value, qualifier)
    lead = {"up_to": "up to ", "per": "per "}.get(amount.lead, "")
    said = f"The text gives {code} the unit {lead}{plain(amount.value.amount)} {amount.value.unit.symbol}."
    fact, sources = _unit_fact(known, code)
    columns = {
        "is_text_unit_of_code": fits,
        "text_unit": (plain(amount.value.amount), amount.value.unit.symbol, qualifier),
    }
    return Said("unit", view.sentence, said, fact, sources, code, columns)


def _unit_fact(known: KnownCode | None, code: str) -> tuple[str, tuple[str, ...]]:
    if known is None:
        return f"{code} is not in the loaded reference.", ()
    if known.unit is None:
        return f"What one unit of {code} stands for is not in the loaded reference.", ()
    return f"One unit of {code} is {known.unit.label}.", (known.source.one_line(),)


def _uses(view: View, linked: list[tuple[Mention, Mention]]) -> Iterator[Said]:
    is_row = view.sentence.block.kind == "row"
    linked_codes = {c.value for c, _ in linked}
    done: set[str] = set()
    for code in view.codes:
        known = view.known(code)
        if known is None or not known.is_drug or code.value in done:
            continue
        offered = code.value in linked_codes or is_row or view.offers(code.start)
        if not offered or (view.is_no_assertion(code.start) and not _is_offset(view, code.start)):
            continue
        done.add(str(code.value))
        fact = (
            view.knowledge.after_words(known)
            if not known.in_force
            else f"{code.value} is in force on {view.knowledge.on}."
        )
        columns = {
            "is_text_code_in_force": known.in_force,
            "is_text_of_the_past": view.is_past(code.start),
            "is_text_advised_against": view.denial(code.start, code.end),
        }
        said = f"The text offers {code.value} for use."
        yield Said("use", view.sentence, said, fact, (known.source.one_line(),), str(code.value), columns)
