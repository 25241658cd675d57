"""Write the corrected claim: a replacement, a void or a new claim, from the original and what was accepted.

All else stays as it was sent. The claim is written as an interchange of its own and read back; if it differs
from the original in anything but the accepted changes, it is not handed out.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.intake.x12.claim_parts import read_column, write_column
from scrubjay.intake.x12.one_claim import one_claim
from scrubjay.recovery.corrected_check import differences
from scrubjay.recovery.corrected_guards import refuse_lost_pointers, refuse_unbalanced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scrubjay.intake.x12.one_claim import OneClaim

FREQUENCY = "claim_frequency_code"
ORIGINAL = "original_reference_number"
CHARGE = "claim_charge_amount"
_LINE_NUMBER = "line_item_control_number"


class Kind(StrEnum):
    """What the claim is sent as.

    REPLACEMENT: takes the place of one that the payer decided (frequency 7). VOID: takes it back (8). NEW: the
    first claim that the payer decides (1), after a rejection or a return as unprocessable.
    """

    REPLACEMENT = "replacement"
    VOID = "void"
    NEW = "new"


_FREQUENCIES = {Kind.REPLACEMENT: "7", Kind.VOID: "8", Kind.NEW: "1"}


@dataclass(frozen=True, slots=True)
class SetValue:
    """One value to change.

    Attributes:
        line: 1-based position of the line in the original; null for the claim.
        column: name of the canonical column.
        after: the new value, codes of a list joined by commas; empty takes it away.
        before: what must stand there now; null does not look.
    """

    line: int | None
    column: str
    after: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class AddLine:
    """A line to add behind the others, like an existing one but for some values.

    Attributes:
        like: 1-based position of the line that it is made from.
        values: column and value of what differs; at least units and charge.
    """

    like: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DropLine:
    """A line to leave out, by its 1-based position in the original."""

    line: int


Change = SetValue | AddLine | DropLine


@dataclass(frozen=True, slots=True)
class Difference:
    """One value in which the corrected claim differs from the original.

    Attributes:
        place: `claim`, `line 2`, or `line 3 (new)`.
        column: name of the canonical column.
        before, after: the values; null where there is none.
        why: `accepted`, or the rule that made it follow.
    """

    place: str
    column: str
    before: str | None
    after: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected claim, ready to be sent.

    Attributes:
        kind: what it is sent as.
        data: the file.
        differences: all that differs from the original, in order.
        replaces: the payer's number of the claim that it replaces or voids; null for a new one.
        patient_control_number: CLM01.
    """

    kind: Kind
    data: bytes
    differences: tuple[Difference, ...]
    replaces: str | None
    patient_control_number: str


def corrected_claim(
    data: bytes,
    claim_number: int,
    *,
    kind: Kind,
    changes: Sequence[Change] = (),
    payer_claim_control_number: str | None = None,
    frequencies_accepted: Sequence[str] | None = None,
    control_number: int,
    created_at: datetime,
) -> Corrected:
    """Write one claim of an 837 again.

    Args:
        data: the whole file that the claim was sent in.
        claim_number: 1-based number of the claim in it.
        kind: what it is sent as.
        changes: what was accepted.
        payer_claim_control_number: CLP07 of the payer's answer; needed for a replacement or a void.
        frequencies_accepted: frequency codes that the payer takes; null where that is not known.
        control_number: of the new interchange, 1 to 999,999,999.
        created_at: stamped into the new interchange.

    Raises:
        UsageError: the claim cannot be sent so, or a change cannot be made; nothing is written.
        UnreadableInputError: the file has no such claim.
    """
    original = one_claim(data, claim_number)
    _refuse(original, kind, changes, payer_claim_control_number, frequencies_accepted)
    new = deepcopy(original)
    notes = _accepted(original, new, changes)
    if kind is Kind.REPLACEMENT and not notes:
        raise UsageError(
            "every change is what the claim says already, and an unchanged replacement would be denied as a duplicate.",
            hint="Look at the claim again.",
        )
    refuse_lost_pointers(original, new)
    notes += _follow(new, kind, payer_claim_control_number)
    before = original.written(control_number=control_number, created_at=created_at)
    after = new.written(control_number=control_number, created_at=created_at)
    found = differences(before, after, added=[c.like for c in changes if isinstance(c, AddLine)],
                        dropped={c.line for c in changes if isinstance(c, DropLine)})  # fmt: skip
    _refuse_more(found, notes)
    return Corrected(
        kind,
        after,
        tuple(notes),
        payer_claim_control_number if kind is not Kind.NEW else None,
        new.head[0][1],
    )


def _refuse(
    claim: OneClaim,
    kind: Kind,
    changes: Sequence[Change],
    payer_number: str | None,
    accepted: Sequence[str] | None,
) -> None:
    frequency = _FREQUENCIES[kind]
    if accepted is not None and frequency not in accepted:
        raise UsageError(
            f"this payer takes no {kind} (frequency {frequency}); it takes {', '.join(accepted)}.",
            hint="Medicare Part B: ask for a clerical error reopening, or appeal.",
        )
    if kind is not Kind.NEW and not payer_number:
        raise UsageError(
            f"a {kind} must name the payer's number of the claim that it is for.",
            hint="It is CLP07 of the remittance: give --answers FILE, or --payer-claim-number.",
        )
    if kind is Kind.VOID and changes:
        raise UsageError("a void repeats the claim as it was sent; it takes no changes.")
    if kind is Kind.REPLACEMENT and not changes:
        raise UsageError(
            "a replacement without a change would be denied as a duplicate.",
            hint="Name what was accepted, e.g. --set 1.modifiers=JZ.",
        )
    dropped = {c.line for c in changes if isinstance(c, DropLine)}
    if beyond := sorted(dropped - set(range(1, len(claim.lines) + 1))):
        raise UsageError(f"the claim has no line {beyond[0]} to drop.", hint=f"It has {len(claim.lines)}.")
    if not set(range(1, len(claim.lines) + 1)) - dropped and not any(isinstance(c, AddLine) for c in changes):
        raise UsageError("no line would be left.", hint="Void the claim instead.")
    own = {FREQUENCY, ORIGINAL, CHARGE}
    for one in changes:
        if isinstance(one, SetValue) and one.line is None and one.column in own:
            raise UsageError(f"{one.column} follows from the kind and the lines; it is not set by hand.")


def _accepted(original: OneClaim, claim: OneClaim, changes: Sequence[Change]) -> list[Difference]:
    notes: list[Difference] = []
    seen: set[tuple[int | None, str]] = set()
    for one in changes:
        if not isinstance(one, SetValue):
            continue
        if (one.line, one.column) in seen:
            raise UsageError(f"{_place(one.line)}: {one.column} is changed twice.")
        seen.add((one.line, one.column))
        held = read_column(claim, one.line, one.column)
        if one.before is not None and one.before != (held or ""):
            raise UsageError(
                f"{_place(one.line)}: {one.column} is no longer what the change was made for.",
                hint="Look at the claim again.",
            )
        write_column(claim, one.line, one.column, one.after)
        notes.append(
            Difference(
                _place(one.line), one.column, held, read_column(claim, one.line, one.column), "accepted"
            )
        )
    _refuse_half_drugs(claim, changes)
    lines = [*claim.lines]
    for one in changes:
        if isinstance(one, AddLine):
            notes += _add(claim, lines, one)
    dropped = {c.line for c in changes if isinstance(c, DropLine)}
    refuse_unbalanced(original, claim, dropped)
    for number in sorted(dropped):
        held = _charge(claim, number)
        notes.append(Difference(_place(number), "line", str(held), None, "accepted"))
    claim.lines = [line for n, line in enumerate(claim.lines, 1) if n not in dropped]
    for number, line in enumerate(claim.lines, 1):
        line[0][1:2] = [str(number)]
    return [n for n in notes if n.before != n.after or n.column == "line"]


def _add(claim: OneClaim, originals: list[list[list[str]]], one: AddLine) -> list[Difference]:
    if not 1 <= one.like <= len(originals):
        raise UsageError(f"the claim has no line {one.like} to make another like it.")
    names = {name for name, _ in one.values}
    needed = {"units", "charge_amount"}
    if read_column(claim, one.like, "ndc_quantity") is not None:
        needed.add("ndc_quantity")
    if missing := sorted(needed - names):
        raise UsageError(
            f"a new line needs its own {' and '.join(missing)}.", hint="None is taken from another line."
        )
    if len(names) < len(one.values):
        raise UsageError("a value of the new line is given twice.", hint="Leave one out.")
    line = deepcopy(originals[one.like - 1])
    # What another payer decided was decided of the other line.
    line = line[: next((n for n, s in enumerate(line) if s[0] == "SVD"), len(line))]
    claim.lines.append(line)
    number = len(claim.lines)
    write_column(claim, number, _LINE_NUMBER, "")
    for column, value in one.values:
        write_column(claim, number, column, value)
    place = f"line {number} (new)"
    return [
        Difference(place, "line", None, f"like line {one.like}", "accepted"),
        *(Difference(place, c, None, read_column(claim, number, c), "accepted") for c, _ in one.values),
    ]


def _follow(claim: OneClaim, kind: Kind, payer_number: str | None) -> list[Difference]:
    """Frequency, the payer's number and the total, which follow from the rest."""
    total = sum((_charge(claim, n) for n in range(1, len(claim.lines) + 1)), Decimal(0))
    wanted = {FREQUENCY: _FREQUENCIES[kind], ORIGINAL: (payer_number or "") if kind is not Kind.NEW else ""}
    held_total = read_column(claim, None, CHARGE)
    if kind is not Kind.VOID and _amount(held_total) != total:
        wanted[CHARGE] = str(total)
    whys = {
        FREQUENCY: f"sent as a {kind}",
        ORIGINAL: "the payer's number of the claim"
        if kind is not Kind.NEW
        else "a new claim names no earlier one",
        CHARGE: "sum of the lines",
    }
    notes: list[Difference] = []
    for column, value in wanted.items():
        before = read_column(claim, None, column)
        if (before or "") != value:
            write_column(claim, None, column, value)
            notes.append(Difference("claim", column, before, value or None, whys[column]))
    return notes


def _refuse_half_drugs(claim: OneClaim, changes: Sequence[Change]) -> None:
    for one in changes:
        if not isinstance(one, SetValue) or one.column != "ndc_as_sent" or not one.after:
            continue
        absent = [c for c in ("ndc_quantity", "ndc_unit") if not read_column(claim, one.line, c)]
        if absent:
            raise UsageError(
                f"{_place(one.line)}: an NDC needs {' and '.join(absent)} beside it.",
                hint="Change them together.",
            )


def _charge(claim: OneClaim, number: int) -> Decimal:
    found = _amount(read_column(claim, number, "charge_amount"))
    if found is None:
        raise UsageError(f"line {number} has no charge.", hint="Export the claim again.")
    return found


def _amount(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _place(line: int | None) -> str:
    return "claim" if line is None else f"line {line}"


def _refuse_more(found: set[tuple[str, str]], notes: Sequence[Difference]) -> None:
    """Refuse to hand out a claim that, read back, differs in more than was accepted."""
    declared = {(n.place.removesuffix(" (new)"), n.column) for n in notes}
    new = {n.place.removesuffix(" (new)") for n in notes if n.place.endswith("(new)")}
    gone = {n.place for n in notes if n.column == "line" and n.after is None}
    # A new line differs from its model in what was given, and has no number of the model's.
    declared |= {(place, _LINE_NUMBER) for place in new}
    # Where the model was changed and dropped, the new line has the change too.
    models = [
        (n.place.removesuffix(" (new)"), (n.after or "").removeprefix("like "))
        for n in notes
        if n.column == "line" and n.after
    ]
    declared |= {
        (place, n.column) for place, model in models if model in gone for n in notes if n.place == model
    }
    more = sorted((place, column) for place, column in found - declared if place not in gone)
    if more:
        words = ", ".join(f"{place}.{column}" for place, column in more)
        raise UsageError(
            f"read back, the claim differs in more than was accepted ({words}); nothing was written.",
            hint="Please report this; correct the claim in the billing system meanwhile.",
        )


def with_before(changes: Sequence[Change], data: bytes, claim_number: int) -> list[Change]:
    """The changes, each bound to the value that stands there now, so that a stale one is refused later."""
    claim = one_claim(data, claim_number)
    return [
        replace(c, before=read_column(claim, c.line, c.column) or "") if isinstance(c, SetValue) else c
        for c in changes
    ]
