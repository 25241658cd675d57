"""What a fact is computed from: the frames of a batch, the reference, the policies, the two clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from scrubjay.tables import NO_EVIDENCE, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.reference import Reference


class PolicyResolver(Protocol):
    """Answers which policy governs a claim and what its parameters are on a day."""

    def resolve(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Parameters for each row of `keys`, same height and order.

        Args:
            keys: `claim_filing_code`, `payer_id`, `payer_name`, `claim_kind`, `service_date`.

        Returns:
            `policy_id`, `payer_class` and one column `payer_...` per declared parameter.
        """
        ...

    def coverage(self, as_of: date | None) -> pl.DataFrame:
        """What the policies say of single drugs, as announced by `as_of`.

        Returns:
            The columns of `scrubjay.facts.parameters.COVERAGE_SCHEMA`; rows of one policy and code do not
            overlap.
        """
        ...


@dataclass(slots=True)
class FactContext:
    """The frames of one batch while facts are added to them.

    Attributes:
        lines: one row per service line; claim columns that a fact or edit needs are joined on.
        claims: one row per claim.
        adjustments, other_payers: as in `scrubjay.tables`.
        reference: dated reference sets.
        policies: payer parameters.
        as_of: the day the run knows things on.
        evidence: earlier claims, authorizations, eligibility.
        everything: of facts for waiting lines: all lines, those of earlier claims first, with `FactGroup.looks_at`.
        history_rows: of deferred facts: so many of the first lines are of earlier claims.
        wanted: names of the facts that something reads; null where all are wanted.
    """

    lines: pl.DataFrame
    claims: pl.DataFrame
    adjustments: pl.DataFrame
    other_payers: pl.DataFrame
    reference: Reference
    policies: PolicyResolver
    as_of: date
    wanted: frozenset[str] | None = None
    evidence: Evidence = NO_EVIDENCE
    history_rows: int = 0
    everything: pl.DataFrame = field(default_factory=pl.DataFrame)
    found: dict[tuple[str, ...], Any] = field(default_factory=dict[tuple[str, ...], Any])
    """What was worked out for the batch already; shared by the views that the groups get."""

    def claim_of_line(self) -> pl.Series:
        """For every line the number of its row in `claims`."""
        key = ("claim of line",)
        if key not in self.found:
            numbered = self.claims.select("claim_key", pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"))
            joined = self.lines.select("claim_key").join(
                numbered, on="claim_key", how="left", maintain_order="left"
            )
            self.found[key] = joined["_row"]
        return self.found[key]

    def distinct(self, *columns: str) -> tuple[pl.DataFrame, pl.Series]:
        """The distinct rows of some line columns, and for every line the number of its row.

        `frame.select(columns)` equals `distinct[row_numbers]`: a lookup is done on the few distinct
        rows and gathered back. Cached per set of columns.
        """
        if columns not in self.found:
            keys = self.lines[list(columns)]
            distinct = keys.unique(maintain_order=True)
            rows = keys.join(
                distinct.with_row_index("_row"),
                on=list(columns),
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )["_row"]
            self.found[columns] = (distinct, rows)
        return self.found[columns]

    def gather(self, frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
        """`frame[rows]` for the columns that something reads: each one costs a copy for every line."""
        if self.wanted is not None:
            frame = frame[[c for c in frame.columns if c in self.wanted]]
        return frame[rows]

    def look_up(
        self, set_name: str, columns: Sequence[str], *, on: str = "service_date", **keys: str
    ) -> pl.DataFrame:
        """Rows of a reference set for every line, as of its date of service; null where none.

        Args:
            set_name: a set of `scrubjay.reference.sets`.
            columns: the columns wanted; each one costs a copy for every line.
            on: the line's date column.
            keys: key column of the set = line column, e.g. `hcpcs="hcpcs"`.

        Returns:
            Those columns, same height and order as the lines.
        """
        distinct, rows = self.distinct(*keys.values(), on)
        asked = distinct.select(
            *(pl.col(line_column).alias(key) for key, line_column in keys.items()), pl.col(on)
        )
        found = self.reference.lookup(set_name, asked, on=on, as_of=self.as_of)
        return found[list(columns)][rows]
