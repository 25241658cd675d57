"""Reads remittances without a store: balances them, puts them beside the claims, decides on every line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake import ClaimReader
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.recovery.decide import decide
from scrubjay.recovery.group_rules import check_groups
from scrubjay.recovery.match import match
from scrubjay.recovery.match_claims import NONE_CHOSEN
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from scrubjay.intake import FileReport
    from scrubjay.intake.answers import AnswerBundle
    from scrubjay.recovery.decide import Decided, World
    from scrubjay.recovery.match import Matched

OPEN = ("denied", "reduced", "pending", "rejected")
"""Outcomes that somebody looks at."""


@dataclass(slots=True)
class RemitReport:
    """What remittances say, beside the claims.

    Attributes:
        files: of the answers.
        claim_files: of the claims; empty where none were given.
        answers: payments, answered claims and lines, acknowledgements.
        matched: answers beside claims.
        decided: what each answered line means.
        faults: what breaks the rules of groups and remarks, in the shape of `REMIT_FINDINGS`.
    """

    files: list[FileReport]
    claim_files: list[FileReport]
    answers: AnswerBundle
    matched: Matched
    decided: Decided
    faults: pl.DataFrame

    @property
    def lines(self) -> pl.DataFrame:
        """Answered lines with their decisions, side by side."""
        keys = ("remit_claim_key", "remit_line_key")
        return self.decided.lines.hstack(self.decided.decisions.drop(*keys, strict=False).select(
            pl.all().exclude(*(c for c in self.decided.decisions.columns if c in self.decided.lines.columns))
        ))  # fmt: skip

    @property
    def open_lines(self) -> pl.DataFrame:
        """Those that stand, may be relied on, and are denied, reduced, pending or rejected, or cannot be told."""
        stands = (
            ~pl.col("is_superseded") & ~pl.col("is_reversal") & pl.col("is_postable").fill_null(value=False)
        )
        is_open = pl.col("outcome").is_in(OPEN) | pl.col("outcome").is_null()
        return self.lines.filter(stands & is_open)

    @property
    def held_payments(self) -> pl.DataFrame:
        """Payments of which nothing is to be posted."""
        return self.answers.remits.transactions.filter("is_quarantined")

    @property
    def held_claims(self) -> pl.DataFrame:
        """Claims off balance within payments that are not held."""
        payments = self.answers.remits.transactions.filter(~pl.col("is_quarantined"))["remit_key"]
        claims = self.answers.remits.claims
        return claims.filter(pl.col("is_quarantined") & pl.col("remit_key").is_in(payments.implode()))

    @property
    def unmatched(self) -> pl.DataFrame:
        """Answered lines for which no claim, or no line of it, was found; empty where no claims were given."""
        found = self.matched.answered
        return unmatched_lines(found) if self.claim_files else found.clear()


def _is_whole() -> pl.Expr:
    """An answer without lines whose claim was found: nothing is missing."""
    return pl.col("remit_line_key").is_null() & pl.col("claim_key").is_not_null()


def unmatched_lines(answered: pl.DataFrame) -> pl.DataFrame:
    """Rows of `ANSWERED_LINES` that stand and have no claim, or no line of it, and nobody said that there is none."""
    stands = ~pl.col("is_superseded") & pl.col("is_postable").fill_null(value=False)
    is_settled = _is_whole() | (pl.col("match_kind") == NONE_CHOSEN)
    return answered.filter(stands & pl.col("line_key").is_null() & ~is_settled)


def read_remit(
    paths: Sequence[Path | str],
    claim_paths: Sequence[Path | str],
    world: World,
    *,
    progress: Callable[[int], None] | None = None,
) -> RemitReport:
    """Read, balance, match and decide.

    Args:
        paths: files of answers; what cannot be read becomes a problem of its file, the others go on.
        claim_paths: the 837s that were sent; may be empty.
        world: policies, reference, day.
        progress: called with the bytes read of `paths`.
    """
    reader = AnswerReader(paths, progress=progress)
    answers = collect(reader)
    sent = ClaimReader(claim_paths)
    bundles = list(sent.batches())
    claims = ClaimBundle(
        pl.concat([CLAIMS.empty(), *(b.claims for b in bundles)]),
        pl.concat([LINES.empty(), *(b.lines for b in bundles)]),
        pl.concat([OTHER_PAYERS.empty(), *(b.other_payers for b in bundles)]),
        pl.concat([ADJUSTMENTS.empty(), *(b.adjustments for b in bundles)]),
    )
    matched = match(answers.remits, claims, world.policies)
    return RemitReport(
        reader.reports,
        sent.reports,
        answers,
        matched,
        decide(matched.answered, world),
        check_groups(answers.remits),
    )
