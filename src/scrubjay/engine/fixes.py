"""Fixes of an 837: the spellings that mean the same, and the changes that a person accepted.

A *respelling* is safe: the new characters say exactly what the old ones said (hyphens of an NDC, the dot
of a diagnosis, small letters, blanks around an id, zeros after the last decimal). What a code, unit,
modifier or diagnosis *is* never changes by a respelling: that states what was done to a patient, and only a
person may change it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.codes import (
    HCPCS_PATTERN,
    ICD10_PATTERN,
    MODIFIER_PATTERN,
    npi_check_digit_is_valid,
)
from scrubjay.drugs.ndc import parse_ndc
from scrubjay.errors import UsageError
from scrubjay.intake.x12.rewrite import (
    WRITABLE,
    Element,
    Replacement,
    Segment,
    replace_column,
    rewritten,
    segments,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HIDDEN = "(not shown)"
"""Stands for a value that may be a patient's."""
_MONEY_DECIMALS = 2
_QUANTITY_DECIMALS = 3
_ICD10_QUALIFIERS = frozenset({"ABK", "ABF", "ABJ", "APR", "ABN"})
_ICD9_QUALIFIERS = frozenset({"BK", "BF", "BJ", "PR", "BN"})
_ICD9_DOTTED = r"(\d{3}|V\d{2}|E\d{3})\.\d{1,2}"
_UNIT = r"[A-Z][A-Z0-9]"


@dataclass(frozen=True, slots=True)
class Respelling:
    """One kind of safe change.

    Attributes:
        name: stable name, as the list of changes shows it.
        about: what is written anew, and why it means the same.
        is_shown: false where the values may be a patient's.
    """

    name: str
    about: str
    is_shown: bool = True


NDC = Respelling(
    "ndc-digits",
    "an NDC with hyphens, blanks or its qualifier before it, as eleven digits: each hyphened form has exactly one "
    "reading (ten digits without hyphens have three, and stay)",
)
CODE = Respelling("code-letters", "a procedure code or modifier in small letters or with blanks, as capitals")
DIAGNOSIS = Respelling(
    "diagnosis-dot", "a diagnosis with its dot, blanks or small letters, as the claim form has it"
)
NPI = Respelling("npi-blanks", "an NPI with blanks, where the digits alone are a valid NPI")
ID = Respelling("id-blanks", "an id or reference number with blanks before or after it", is_shown=False)
AMOUNT = Respelling("amount-zeros", "an amount with more than two decimals, the surplus all zeros")
QUANTITY = Respelling("quantity-zeros", "a quantity with more than three decimals, the surplus all zeros")
UNIT = Respelling("unit-letters", "a unit of measure in small letters or with blanks")
RESPELLINGS = (NDC, CODE, DIAGNOSIS, NPI, ID, AMOUNT, QUANTITY, UNIT)


@dataclass(frozen=True, slots=True)
class Change:
    """One element that is written anew.

    Attributes:
        rule: name of the respelling, or of the edit whose fix was accepted.
        element: such as `LIN03`.
        segment: 1-based number in the file.
        transaction: ST02.
        claim: 1-based number of the claim in the file, or null.
        line: 1-based position of the line in the claim, or null.
        before, after: the values, or `HIDDEN`.
        accepted_by: who accepted it; null for a respelling.
    """

    rule: str
    element: str
    segment: int
    transaction: str | None
    claim: int | None
    line: int | None
    before: str
    after: str
    accepted_by: str | None
    replacement: Replacement


def respell_ndc(text: str) -> str | None:
    """Eleven digits where `text` has exactly one reading, else null."""
    try:
        return str(parse_ndc(text).ndc11)
    except UsageError:
        return None


def respell_code(text: str) -> str | None:
    """A procedure code in capitals without blanks, or null if it is none."""
    return _if_like(_bare(text), HCPCS_PATTERN)


def respell_modifier(text: str) -> str | None:
    """A modifier in capitals without blanks, or null if it is none."""
    return _if_like(_bare(text), MODIFIER_PATTERN)


def respell_icd10(text: str) -> str | None:
    """An ICD-10-CM code in capitals without its dot, or null if it is none or the dot stands elsewhere."""
    bare = _bare(text)
    if "." in bare and (bare.count(".") > 1 or bare.index(".") != 3 or bare.endswith(".")):
        return None
    return _if_like(bare.replace(".", ""), ICD10_PATTERN)


def respell_icd9(text: str) -> str | None:
    """An ICD-9-CM code without its dot, or null where no dot stands in its place."""
    bare = _bare(text)
    return bare.replace(".", "") if re.fullmatch(_ICD9_DOTTED, bare, flags=re.ASCII) else None


def respell_npi(text: str) -> str | None:
    """Ten digits without blanks where they are a valid NPI, else null."""
    bare = "".join(text.split())
    return bare if npi_check_digit_is_valid(bare) else None


def respell_id(text: str) -> str | None:
    """An id without the blanks around it, or null if nothing is left."""
    return text.strip() or None


def respell_amount(text: str) -> str | None:
    """Dollars without zeros after the second decimal, or null if something other than zeros is lost."""
    return _without_zeros(text, _MONEY_DECIMALS)


def respell_quantity(text: str) -> str | None:
    """A quantity without zeros after the third decimal, or null if something other than zeros is lost."""
    return _without_zeros(text, _QUANTITY_DECIMALS)


def respell_unit(text: str) -> str | None:
    """A unit of measure in capitals without blanks, or null if it is none."""
    return _if_like(_bare(text), f"^{_UNIT}$")


def _bare(text: str) -> str:
    return "".join(text.split()).upper()


def _if_like(text: str, pattern: str) -> str | None:
    return text if re.match(pattern, text, flags=re.ASCII) else None


def _without_zeros(text: str, decimals: int) -> str | None:
    bare = text.strip()
    if not re.fullmatch(r"-?\d+\.\d*", bare, flags=re.ASCII):
        return bare if re.fullmatch(r"-?\d+", bare, flags=re.ASCII) else None
    whole, _, fraction = bare.partition(".")
    if fraction[decimals:].strip("0"):
        return None
    if 0 < len(fraction) <= decimals:
        return bare
    kept = fraction.rstrip("0")
    return f"{whole}.{kept}" if kept else whole


Rule = tuple[Respelling, "Callable[[str], str | None]", Element | None]


def _service(segment: Segment) -> Iterator[Rule]:
    procedure, shift = (1, 0) if segment.tag == "SV1" else (2, 1)
    parts = segment.components(procedure)
    if parts and parts[0].text.strip().upper() == "HC":
        yield CODE, respell_code, parts[1] if len(parts) > 1 else None
        for part in parts[2:6]:
            yield CODE, respell_modifier, part
    yield AMOUNT, respell_amount, segment.element(2 + shift)
    yield UNIT, respell_unit, segment.element(3 + shift)
    yield QUANTITY, respell_quantity, segment.element(4 + shift)


def _drug(segment: Segment) -> Iterator[Rule]:
    qualifier = segment.element(2)
    if qualifier is not None and qualifier.text.strip().upper() == "N4":
        yield NDC, respell_ndc, segment.element(3)


def _drug_quantity(segment: Segment) -> Iterator[Rule]:
    yield QUANTITY, respell_quantity, segment.element(4)
    yield UNIT, respell_unit, segment.component(5, 1)


def _claim(segment: Segment) -> Iterator[Rule]:
    yield AMOUNT, respell_amount, segment.element(2)


def _diagnoses(segment: Segment) -> Iterator[Rule]:
    for index in range(1, segment.count() + 1):
        qualifier = segment.component(index, 1)
        word = qualifier.text.strip().upper() if qualifier is not None else ""
        if word in _ICD10_QUALIFIERS:
            yield DIAGNOSIS, respell_icd10, segment.component(index, 2)
        elif word in _ICD9_QUALIFIERS:
            yield DIAGNOSIS, respell_icd9, segment.component(index, 2)


def _name(segment: Segment) -> Iterator[Rule]:
    qualifier = segment.element(8)
    if qualifier is not None and qualifier.text.strip() == "XX":
        yield NPI, respell_npi, segment.element(9)
    else:
        yield ID, respell_id, segment.element(9)


def _reference(segment: Segment) -> Iterator[Rule]:
    yield ID, respell_id, segment.element(2)


_RULES = {
    "SV1": _service,
    "SV2": _service,
    "LIN": _drug,
    "CTP": _drug_quantity,
    "CLM": _claim,
    "HI": _diagnoses,
    "NM1": _name,
    "REF": _reference,
}


def safe_changes(data: bytes) -> Iterator[Change]:
    """Every respelling that the claims of an 837 need, in file order.

    Args:
        data: a whole file.

    Raises:
        UnreadableInputError: no interchange begins in it.
    """
    for segment in segments(data):
        rules = _RULES.get(segment.tag)
        for rule, respell, found in rules(segment) if rules is not None else ():
            # Characters that are no text cannot be said to mean the same.
            if found is None or not found.text or not found.text.isascii():
                continue
            after = respell(found.text)
            if after is not None and after != found.text:
                yield _change(rule.name, segment, found, after, is_shown=rule.is_shown)


def _change(
    rule: str,
    segment: Segment,
    found: Element,
    after: str,
    *,
    is_shown: bool = True,
    accepted_by: str | None = None,
) -> Change:
    return Change(
        rule,
        found.path,
        segment.number,
        segment.transaction,
        segment.claim,
        segment.line,
        found.text if is_shown else HIDDEN,
        after if is_shown else HIDDEN,
        accepted_by,
        Replacement(found.start, found.end, after.encode()),
    )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change of an edit's fix that a person accepted.

    Attributes:
        edit: readable name of the edit.
        column: what it changes.
        after: the new value, the codes of a list joined by commas.
        segment: number of the segment that begins the line, or of the CLM for a change of the claim.
        is_line: whether it changes a line.
        by: who accepted it.
    """

    edit: str
    column: str
    after: str
    segment: int
    is_line: bool
    by: str


def accepted_changes(data: bytes, accepted: Sequence[Accepted]) -> tuple[list[Change], list[Accepted]]:
    """What writes the accepted changes.

    Args:
        data: a whole file.
        accepted: at most one for each column of a line or claim.

    Returns:
        The changes in file order, and those of `accepted` that cannot be written in this file.

    Raises:
        UnreadableInputError: no interchange begins in it.
    """
    by_place: dict[tuple[bool, int], list[Accepted]] = {}
    for one in accepted:
        by_place.setdefault((one.is_line, one.segment), []).append(one)
    owned: dict[tuple[bool, int], list[Segment]] = {place: [] for place in by_place}
    for segment in segments(data):
        if segment.line_segment is not None:
            place = True, segment.line_segment
        elif segment.claim_segment is not None:
            place = False, segment.claim_segment
        else:
            continue
        if place in owned:
            owned[place].append(segment)
    changes: list[Change] = []
    refused: list[Accepted] = []
    for place, wanted in by_place.items():
        for one in wanted:
            written = replace_column(owned[place], one.column, one.after) if one.column in WRITABLE else None
            if written is None:
                refused.append(one)
                continue
            at = written.segment
            changes.append(
                Change(
                    one.edit,
                    written.path,
                    at.number,
                    at.transaction,
                    at.claim,
                    at.line,
                    written.before,
                    one.after,
                    one.by,
                    written.replacement,
                )
            )
    return sorted(changes, key=lambda c: c.replacement.start), refused


def fixed(data: bytes, accepted: Sequence[Accepted] = ()) -> tuple[bytes, list[Change], list[Accepted]]:
    """An 837 with every respelling and every accepted change, and nothing else changed.

    Args:
        data: a whole file.
        accepted: what a person accepted; it wins over a respelling of the same element.

    Returns:
        The new bytes, the changes in file order, and those of `accepted` that cannot be written.

    Raises:
        UnreadableInputError: no interchange begins in `data`.
    """
    by_hand, refused = accepted_changes(data, accepted) if accepted else ([], [])
    taken = sorted((c.replacement.start, c.replacement.end) for c in by_hand)
    starts = [start for start, _ in taken]

    def is_free(one: Change) -> bool:
        # Accepted changes do not overlap, so only the last that begins before this one's end can touch it.
        last = bisect_left(starts, one.replacement.end) - 1
        return last < 0 or taken[last][1] <= one.replacement.start

    changes = sorted(
        [*by_hand, *(c for c in safe_changes(data) if is_free(c))], key=lambda c: c.replacement.start
    )
    return rewritten(data, [c.replacement for c in changes]), changes, refused
