"""Read and write what a claim says, by the names of the canonical columns.

Works on a claim that was cut out of its file (`one_claim`). A segment that is not there is added where the
implementation guides have it; nothing else moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.intake.x12.part_values import refuse_bad_value
from scrubjay.intake.x12.segment_parts import Column, get, insert, note, own_count, put, reference

if TYPE_CHECKING:
    from scrubjay.intake.x12.one_claim import OneClaim, Segment

_SERVICE = ("SV1", "SV2")
_MOST_MODIFIERS = 4
_DESCRIPTION = 7
_HEAD_ENDS = ("NM1", "SBR", "HCP")
_LINE_ENDS = ("LIN", "NM1", "SVD", "LQ", "FRM")
_HEAD_ORDER = ("CLM", "DTP", "CL1", "PWK", "CN1", "AMT", "REF", "K3", "NTE", "CR1", "CR2", "CR3", "CRC", "HI")
_LINE_ORDER = (
    *("LX", "SV1", "SV2", "SV5", "PWK", "CR1", "CR3", "CRC", "DTP", "QTY", "MEA", "CN1"),
    *("REF", "AMT", "K3", "NTE", "PS1", "HCP"),
)
_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})


def read_column(claim: OneClaim, line: int | None, column: str) -> str | None:
    """What a column holds; the codes of a list joined by commas, null where nothing is sent.

    Args:
        claim: the claim.
        line: 1-based position of a service line; null for the claim itself.
        column: one of `CLAIM_COLUMNS` or `LINE_COLUMNS`.

    Raises:
        UsageError: the claim has no such line, or no column of the name can be changed.
    """
    columns, owned = _owner(claim, line)
    return _named(columns, column, line).read(claim, owned)


def write_column(claim: OneClaim, line: int | None, column: str, value: str) -> None:
    """Write a column in place; an empty value takes what is sent away.

    Args:
        claim: the claim.
        line: 1-based position of a service line; null for the claim itself.
        column: one of `CLAIM_COLUMNS` or `LINE_COLUMNS`.
        value: the new text, the codes of a list joined by commas.

    Raises:
        UsageError: no such line or column, or the value cannot be written in this file.
    """
    columns, owned = _owner(claim, line)
    header = claim.header
    marks = {m.decode("latin-1") for m in (header.element, header.component, header.terminator)}
    marks |= {claim.isa[11]} if len(claim.isa) > 11 and not claim.isa[11].isalnum() else set()
    if not value.isascii() or not value.isprintable() or any(mark in value for mark in marks):
        raise UsageError(
            "the value holds a character that this file cannot carry.",
            where=_place(line, column),
            hint="Use letters, digits and plain punctuation without the separators of the file.",
        )
    named = _named(columns, column, line)
    refuse_bad_value(column, value, where=_place(line, column))
    named.write(claim, owned, value)
    # A form of the segment that the writer does not know must not pass for the accepted change.
    held = named.read(claim, owned) or ""
    is_there = (
        set(value.split(",")) <= set(held.split(","))
        if column == "attachment_numbers"
        else held == (value.replace("-", "") if column == "service_date_from" else value)
    )
    if not is_there:
        raise UsageError(
            f"{column} stands on the claim in a form that is not changed here.",
            where=_place(line, column),
            hint="Change it in the billing system.",
        )


def _owner(claim: OneClaim, line: int | None) -> tuple[dict[str, Column], list[Segment]]:
    if line is None:
        return _CLAIM, claim.head
    if not 1 <= line <= len(claim.lines):
        raise UsageError(f"the claim has no line {line}.", hint=f"It has {len(claim.lines)}.")
    return _LINE, claim.lines[line - 1]


def _named(columns: dict[str, Column], column: str, line: int | None) -> Column:
    if column not in columns:
        raise UsageError(
            f"{column!r} cannot be changed on a {'claim' if line is None else 'line'}.",
            hint=f"Use one of {', '.join(sorted(columns))}.",
        )
    return columns[column]


def _place(line: int | None, column: str) -> str:
    return f"claim.{column}" if line is None else f"line {line}.{column}"


def _service(owned: list[Segment]) -> tuple[Segment, int]:
    """SV1 or SV2 of a line, and how far its elements lie to the right of those of SV1."""
    segment = next((s for s in owned if s[0] in _SERVICE), None)
    if segment is None:
        raise UsageError("the line has no SV1 or SV2.", hint="Export the claim again.")
    return segment, 1 if segment[0] == "SV2" else 0


def _service_element(index: int, *, of: tuple[str, ...] = _SERVICE) -> Column:
    """An element of SV1 by its number there; SV2 has the revenue code first."""

    def find(owned: list[Segment]) -> tuple[Segment, int]:
        segment, shift = _service(owned)
        if segment[0] not in of:
            raise UsageError(f"{segment[0]} has no such element.", hint="This is a claim of the other kind.")
        return segment, index + (shift if index else 1)

    def read(_: OneClaim, owned: list[Segment]) -> str | None:
        segment, at = find(owned)
        return get(segment, at)

    def write(_: OneClaim, owned: list[Segment], value: str) -> None:
        segment, at = find(owned)
        put(segment, at, value)

    return Column(read, write)


def _procedure(claim: OneClaim, owned: list[Segment]) -> tuple[Segment, int, list[str]]:
    segment, shift = _service(owned)
    return segment, 1 + shift, (get(segment, 1 + shift) or "").split(claim.component)


def _put_procedure(claim: OneClaim, segment: Segment, at: int, parts: list[str]) -> None:
    while parts and not parts[-1]:
        parts.pop()
    put(segment, at, claim.component.join(parts))


def _read_code(claim: OneClaim, owned: list[Segment]) -> str | None:
    parts = _procedure(claim, owned)[2]
    return (parts[1] or None) if len(parts) > 1 else None


def _write_code(claim: OneClaim, owned: list[Segment], value: str) -> None:
    segment, at, parts = _procedure(claim, owned)
    if len(parts) < 2 or not value:
        raise UsageError("the line has no procedure code to change.", hint="Drop the line instead.")
    parts[1] = value
    _put_procedure(claim, segment, at, parts)


def _read_modifiers(claim: OneClaim, owned: list[Segment]) -> str | None:
    return ",".join(m for m in _procedure(claim, owned)[2][2 : 2 + _MOST_MODIFIERS] if m) or None


def _write_modifiers(claim: OneClaim, owned: list[Segment], value: str) -> None:
    segment, at, parts = _procedure(claim, owned)
    new = [m for m in value.split(",") if m]
    if len(new) > _MOST_MODIFIERS or len(parts) < 2:
        raise UsageError("a line carries a code and at most four modifiers.")
    rest = parts[2 + _MOST_MODIFIERS :]
    new += [""] * (_MOST_MODIFIERS - len(new)) if rest else []
    _put_procedure(claim, segment, at, [*parts[:2], *new, *rest])


def _read_description(claim: OneClaim, owned: list[Segment]) -> str | None:
    parts = _procedure(claim, owned)[2]
    return (parts[_DESCRIPTION - 1] or None) if len(parts) >= _DESCRIPTION else None


def _write_description(claim: OneClaim, owned: list[Segment], value: str) -> None:
    segment, at, parts = _procedure(claim, owned)
    parts += [""] * (_DESCRIPTION - len(parts))
    parts[_DESCRIPTION - 1] = value
    _put_procedure(claim, segment, at, parts)


def _read_pointers(claim: OneClaim, owned: list[Segment]) -> str | None:
    segment, shift = _service(owned)
    found = None if shift else get(segment, 7)
    return found.replace(claim.component, ",") if found else None


def _write_pointers(claim: OneClaim, owned: list[Segment], value: str) -> None:
    segment, shift = _service(owned)
    if shift:
        raise UsageError("a line of an institutional claim has no diagnosis pointers.")
    put(segment, 7, value.replace(",", claim.component))


def _line_authorization() -> Column:
    column = reference("G1", _LINE_ORDER, _LINE_ENDS)

    def write(claim: OneClaim, owned: list[Segment], value: str) -> None:
        if claim.is_institutional:
            raise UsageError(
                "a line of an institutional claim carries no authorization.",
                hint="Change prior_authorization_number of the claim.",
            )
        column.write(claim, owned, value)

    return Column(column.read, write)


def _claim_element(index: int, component: int | None = None) -> Column:
    def read(claim: OneClaim, owned: list[Segment]) -> str | None:
        whole = get(owned[0], index)
        if component is None or whole is None:
            return whole
        parts = whole.split(claim.component)
        return (parts[component - 1] or None) if len(parts) >= component else None

    def write(claim: OneClaim, owned: list[Segment], value: str) -> None:
        if component is None:
            put(owned[0], index, value)
            return
        parts = (get(owned[0], index) or "").split(claim.component)
        parts += [""] * (component - len(parts))
        parts[component - 1] = value
        put(owned[0], index, claim.component.join(parts))

    return Column(read, write)


def _diagnosis_parts(claim: OneClaim, owned: list[Segment]) -> list[list[str]]:
    own = owned[: own_count(owned, _HEAD_ENDS)]
    codes = [e.split(claim.component) for s in own if s[0] == "HI" for e in s[1:] if e]
    return [parts for parts in codes if parts[0] in _DIAGNOSES]


def _read_diagnoses(claim: OneClaim, owned: list[Segment]) -> str | None:
    return ",".join(p[1] for p in _diagnosis_parts(claim, owned) if len(p) > 1) or None


def _write_diagnoses(claim: OneClaim, owned: list[Segment], value: str) -> None:
    codes = [c for c in value.split(",") if c]
    if not codes or len(codes) > 12:
        raise UsageError("a claim carries one to twelve diagnoses.")
    if any(len(p) > 2 for p in _diagnosis_parts(claim, owned)):
        raise UsageError(
            "the diagnoses carry more than their codes (such as present on admission).",
            hint="Change them in the billing system.",
        )
    own = owned[: own_count(owned, _HEAD_ENDS)]
    held = [s for s in own if s[0] == "HI" and get(s, 1) and s[1].split(claim.component)[0] in _DIAGNOSES]
    if any(e and e.split(claim.component)[0] not in _DIAGNOSES for s in held for e in s[1:]):
        raise UsageError(
            "the diagnoses stand in one segment with other codes.", hint="Change them in the billing system."
        )
    at = owned.index(held[0]) if held else None
    for segment in held:
        owned.remove(segment)
    first = claim.component.join(("ABK", codes[0]))
    others = [claim.component.join(("ABF", c)) for c in codes[1:]]
    rows = [["HI", first], ["HI", *others]] if claim.is_institutional else [["HI", first, *others]]
    rows = [row for row in rows if len(row) > 1]
    if at is None:
        for row in rows:
            insert(owned, row, _HEAD_ORDER, _HEAD_ENDS)
    else:
        owned[at:at] = rows


def _read_attachments(_: OneClaim, owned: list[Segment]) -> str | None:
    own = owned[: own_count(owned, _HEAD_ENDS)]
    return ",".join(s[6] for s in own if s[0] == "PWK" and len(s) > 6) or None


def _write_attachments(claim: OneClaim, owned: list[Segment], value: str) -> None:
    held = (_read_attachments(claim, owned) or "").split(",")
    for number in value.split(","):
        # What was named on the original stays; a new paper comes behind it.
        if number and number not in held:
            insert(owned, ["PWK", "OZ", "EL", "", "", "AC", number], _HEAD_ORDER, _HEAD_ENDS)


def _drug_segment(owned: list[Segment], tag: str) -> Segment | None:
    start = next((n for n, s in enumerate(owned) if s[0] == "LIN"), None)
    if start is None:
        return None
    for segment in owned[start:]:
        if segment[0] == tag:
            return segment
        if segment[0] in ("NM1", "SVD"):
            return None
    return None


def _drug(tag: str, index: int, component: int | None = None) -> Column:
    def read(claim: OneClaim, owned: list[Segment]) -> str | None:
        found = _drug_segment(owned, tag)
        whole = get(found, index) if found else None
        return whole.split(claim.component)[component - 1] if whole and component else whole

    def write(_: OneClaim, owned: list[Segment], value: str) -> None:
        found = _drug_segment(owned, tag)
        if found is None and tag == "LIN":
            found = ["LIN", "", "N4", ""]
            owned.insert(own_count(owned, _LINE_ENDS), found)
        elif found is None:
            drug = _drug_segment(owned, "LIN")
            if drug is None:
                raise UsageError("the line names no drug yet.", hint="Change ndc_as_sent first.")
            found = ["CTP", "", "", "", "", ""]
            owned.insert(owned.index(drug) + 1, found)
        put(found, index, value)

    return Column(read, write)


def _read_day(_: OneClaim, owned: list[Segment]) -> str | None:
    own = owned[: own_count(owned, _LINE_ENDS)]
    return next((get(s, 3) for s in own if s[0] == "DTP" and get(s, 1) == "472"), None)


def _write_day(_: OneClaim, owned: list[Segment], value: str) -> None:
    own = owned[: own_count(owned, _LINE_ENDS)]
    found = next((s for s in own if s[0] == "DTP" and get(s, 1) == "472"), None)
    digits = value.replace("-", "")
    if len(digits) != 8 or not digits.isdigit():
        raise UsageError("a date of service is one day, YYYY-MM-DD.")
    if found is None:
        insert(owned, ["DTP", "472", "D8", digits], _LINE_ORDER, _LINE_ENDS)
    else:
        found[1:] = ["472", "D8", digits]


_CLAIM: dict[str, Column] = {
    "claim_charge_amount": _claim_element(2),
    "claim_place_of_service_code": _claim_element(5, 1),
    "claim_frequency_code": _claim_element(5, 3),
    "original_reference_number": reference("F8", _HEAD_ORDER, _HEAD_ENDS),
    "prior_authorization_number": reference("G1", _HEAD_ORDER, _HEAD_ENDS),
    "referral_number": reference("9F", _HEAD_ORDER, _HEAD_ENDS),
    "diagnosis_codes": Column(_read_diagnoses, _write_diagnoses),
    "attachment_numbers": Column(_read_attachments, _write_attachments),
    "claim_note": note(lambda _: "ADD", _HEAD_ORDER, _HEAD_ENDS),
}
_LINE: dict[str, Column] = {
    "hcpcs": Column(_read_code, _write_code),
    "modifiers": Column(_read_modifiers, _write_modifiers),
    "line_description": Column(_read_description, _write_description),
    "charge_amount": _service_element(2),
    "unit_of_measure": _service_element(3),
    "units": _service_element(4),
    "revenue_code": _service_element(0, of=("SV2",)),
    "line_place_of_service_code": _service_element(5, of=("SV1",)),
    "diagnosis_pointers": Column(_read_pointers, _write_pointers),
    "service_date_from": Column(_read_day, _write_day),
    "line_prior_authorization_number": _line_authorization(),
    "line_item_control_number": reference("6R", _LINE_ORDER, _LINE_ENDS),
    "line_note": note(lambda c: "TPO" if c.is_institutional else "ADD", _LINE_ORDER, _LINE_ENDS),
    "ndc_as_sent": _drug("LIN", 3),
    "ndc_quantity": _drug("CTP", 4),
    "ndc_unit": _drug("CTP", 5, 1),
}
CLAIM_COLUMNS = frozenset(_CLAIM)
"""Columns of a claim that can be read and written."""
LINE_COLUMNS = frozenset(_LINE)
"""Columns of a service line that can be read and written."""
