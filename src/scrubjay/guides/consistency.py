"""Whether a text contradicts itself: one code with two drugs or two units, one product with two codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.guides.said import Said

if TYPE_CHECKING:
    from collections.abc import Iterator


def contradictions(said: list[Said]) -> list[Said]:
    """Consistency statements: each stands at the later of the two places.

    Args:
        said: every statement of the text.
    """
    asserted = [s for s in said if s.kind == "identity" and not s.columns.get("text_denied") and s.sentence]
    units = [s for s in said if s.kind == "unit" and s.columns.get("text_unit") and s.sentence]
    return [*_two_drugs(asserted), *_two_units(units), *_two_codes(asserted, units)]


def _statement(later: Said, earlier: Said, words: str, fact: str) -> Said:
    sources = tuple(dict.fromkeys((*later.sources, *earlier.sources)))
    # Where this place is right, the text is only confusing here, and false in the other place.
    right = later.columns.get("is_text_drug_of_code", later.columns.get("is_text_unit_of_code")) is True
    columns = {"is_text_contradicted": True}
    return Said("consistency", later.sentence, words, fact, sources, later.code, columns, soft=right)


def _place(said: Said) -> str:
    return said.sentence.place.words() if said.sentence else "the text"


def _two_drugs(asserted: list[Said]) -> Iterator[Said]:
    """Two substances for one code; a brand and its substance, or a substance and its salt, are one."""
    first: dict[str, list[Said]] = {}
    told: set[str] = set()
    for one in asserted:
        for before in first.get(str(one.code), []):
            mine, other = _drugs(one), _drugs(before)
            right = {one.columns.get("is_text_drug_of_code"), before.columns.get("is_text_drug_of_code")}
            if str(one.code) not in told and mine and other and not mine & other and right == {True, False}:
                told.add(str(one.code))
                words = f"It calls {one.code} {one.columns['text_name']} here and {before.columns['text_name']} at {_place(before)}."
                yield _statement(one, before, words, one.fact)
                break
        held = first.setdefault(str(one.code), [])
        if not any(_drugs(h) == _drugs(one) for h in held):
            held.append(one)


def _drugs(said: Said) -> frozenset[str]:
    value: Any = said.columns.get("text_drugs")
    return frozenset(value or ())


def _two_units(units: list[Said]) -> Iterator[Said]:
    first: dict[str, Said] = {}
    told: set[str] = set()
    for one in units:
        before = first.setdefault(str(one.code), one)
        fits = {one.columns.get("is_text_unit_of_code"), before.columns.get("is_text_unit_of_code")}
        if (
            before.columns["text_unit"] != one.columns["text_unit"]
            and fits == {True, False}
            and one.code not in told
        ):
            told.add(str(one.code))
            words = f"It gives {one.code} one unit here and another at {_place(before)}."
            yield _statement(one, before, words, one.fact)


def _two_codes(asserted: list[Said], units: list[Said]) -> Iterator[Said]:
    """One drug at one amount under two codes, where not both are right."""
    unit_of = {(s.code, s.sentence): s.columns["text_unit"][:2] for s in units}
    products: dict[tuple[frozenset[str], Any], Said] = {}
    told: set[frozenset[str]] = set()
    for one in asserted:
        unit = unit_of.get((one.code, one.sentence))
        if unit is None or not _drugs(one):
            continue
        before = products.setdefault((_drugs(one), unit), one)
        pair = frozenset((str(before.code), str(one.code)))
        is_wrong = False in (one.columns["is_text_drug_of_code"], before.columns["is_text_drug_of_code"])
        if len(pair) == 2 and is_wrong and pair not in told:
            told.add(pair)
            words = f"It gives {one.columns['text_name']} {' '.join(unit)} the code {one.code} here and {before.code} at {_place(before)}."
            yield _statement(one, before, words, f"{one.fact} {before.fact}")
