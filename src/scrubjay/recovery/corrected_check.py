"""In what two versions of one claim differ, by the columns that intake reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.errors import UsageError
from scrubjay.intake.reader import read_claims_bytes
from scrubjay.tables import CLAIMS, LINES, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl

    from scrubjay.tables import ClaimBundle, Table

# Places and keys; the form of the file, not the claim.
_LEFT_OUT = frozenset({"segment", "file_number", "transaction", "line_number", "line_count", "claim_number"})
_SPLIT = {
    "service_date_to": "service_date_from",
    "type_of_bill_code": "claim_frequency_code",
    "ndc_qualifier": "ndc_as_sent",
    "ndc_count": "ndc_as_sent",
    "diagnosis_qualifiers": "diagnosis_codes",
}
"""Columns that change with another, which is the one that is named."""


def differences(
    before: bytes, after: bytes, *, added: Sequence[int] = (), dropped: Collection[int] = ()
) -> set[tuple[str, str]]:
    """Place and column of every difference, read with the reader of claim files.

    Args:
        before: a file with one claim.
        after: the same claim written again.
        added: for each line at the end of `after` that is new, the line it was made from.
        dropped: 1-based positions of the lines of `before` that `after` leaves out.

    Raises:
        UsageError: one of the two cannot be read, or holds other than one claim.
    """
    old, new = _read(before), _read(after)
    found = {("claim", c) for c in _unequal(_row(old.claims), _row(new.claims), CLAIMS)}
    old_lines = [r for n, r in enumerate(old.lines.iter_rows(named=True), 1) if n not in dropped]
    new_lines = list(new.lines.iter_rows(named=True))
    if len(old_lines) + len(added) != len(new_lines):
        return found | {("claim", "lines")}
    kept = [n for n in range(1, old.lines.height + 1) if n not in dropped]
    for number, one, other in zip(kept, old_lines, new_lines, strict=False):
        found |= {(f"line {number}", c) for c in _unequal(one, other, LINES)}
    # A new line is told by the number that it had before lines were dropped, and held against its model: as it
    # stands now, or as it stood where it was dropped.
    models = dict(enumerate(old.lines.iter_rows(named=True), 1))
    first = len(models) + 1
    models |= dict(zip(kept, new_lines, strict=False))
    for number, (like, other) in enumerate(zip(added, new_lines[len(old_lines) :], strict=True), first):
        found |= {(f"line {number}", c) for c in _unequal(models[like], other, LINES)}
    old_payers = old.other_payers.drop("claim_key")
    if not old_payers.equals(new.other_payers.drop("claim_key")):
        found.add(("claim", "other_payers"))
    of_claim = [b.adjustments.filter(b.adjustments["line_key"].is_null()) for b in (old, new)]
    if not of_claim[0].equals(of_claim[1]):
        found.add(("claim", "adjustments"))
    if not dropped and not old.adjustments.equals(new.adjustments):
        found.add(("claim", "line adjustments"))
    return found


def _read(data: bytes) -> ClaimBundle:
    bundle, report = read_claims_bytes(data)
    if bundle.claims.height != 1 or report.problems:
        kinds = ", ".join(sorted({p.kind for p in report.problems})) or f"{bundle.claims.height} claims"
        raise UsageError(
            f"the claim cannot be read back without a problem ({kinds}).",
            hint="Correct it in the billing system.",
        )
    return bundle


def _row(frame: pl.DataFrame) -> dict[str, Any]:
    return frame.row(0, named=True)


def _unequal(one: dict[str, Any], other: dict[str, Any], table: Table) -> set[str]:
    columns = [c.name for c in table if c.kind is not Kind.KEY and c.name not in _LEFT_OUT]
    return {_SPLIT.get(c, c) for c in columns if one[c] != other[c]}
