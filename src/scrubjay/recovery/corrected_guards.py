"""What keeps a corrected claim from being sent although every single change could be made."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from scrubjay.errors import UsageError
from scrubjay.intake.x12.claim_parts import read_column
from scrubjay.intake.x12.segment_parts import get

if TYPE_CHECKING:
    from collections.abc import Collection

    from scrubjay.intake.x12.one_claim import OneClaim, Segment

_REASONS = range(1, 19, 3)


def refuse_lost_pointers(before: OneClaim, after: OneClaim) -> None:
    """Refuse pointers to diagnoses that the claim does not have, where the original had none such.

    Raises:
        UsageError: a line points beyond the diagnoses.
    """
    wrong = _beyond(after)
    if wrong and not _beyond(before):
        raise UsageError(
            f"line {wrong[0]} would point to a diagnosis that the claim does not have.",
            hint=f"Change diagnosis_pointers and diagnosis_codes together, as --set {wrong[0]}.diagnosis_pointers=1.",
        )


def _beyond(claim: OneClaim) -> list[int]:
    count = len((read_column(claim, None, "diagnosis_codes") or "").split(","))
    found: list[int] = []
    for number in range(1, len(claim.lines) + 1):
        pointers = (read_column(claim, number, "diagnosis_pointers") or "").split(",")
        if any(p.isdigit() and int(p) > count for p in pointers):
            found.append(number)
    return found


def refuse_unbalanced(before: OneClaim, after: OneClaim, dropped: Collection[int]) -> None:
    """Refuse to take a line out of balance with what another payer decided on it (SVD and CAS of 2430).

    Args:
        before: the claim as it was sent.
        after: with the changes, lines still in the places of the original.
        dropped: 1-based positions of lines that are to be left out.

    Raises:
        UsageError: a line that another payer decided would be dropped, or its charge would no longer be what
            that payer paid and took off.
    """
    for number, line in enumerate(before.lines, 1):
        decided = _decided(line)
        if not decided:
            continue
        if number in dropped and any(decided):
            raise UsageError(
                f"another payer decided line {number}, so its total would no longer fit the lines.",
                hint="Correct the claim and its other payers in the billing system.",
            )
        old, new = (_amount(read_column(c, number, "charge_amount")) for c in (before, after))
        if old != new and old in decided:
            raise UsageError(
                f"another payer decided line {number} at its old charge; the two would no longer balance.",
                hint="Correct the line and what the other payer decided in the billing system.",
            )


def _decided(line: list[Segment]) -> list[Decimal]:
    """What each other payer paid and took off the line."""
    sums: list[Decimal] = []
    for segment in line:
        if segment[0] == "SVD":
            sums.append(_amount(get(segment, 2)) or Decimal(0))
        elif segment[0] == "CAS" and sums:
            # CAS01 is the group; then reason, amount and quantity in turn.
            sums[-1] += sum((_amount(get(segment, n + 2)) or Decimal(0) for n in _REASONS), Decimal(0))
    return sums


def _amount(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
