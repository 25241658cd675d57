"""What a report is made from: the run as any front end hands it over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import polars as pl

    from scrubjay.edits.spec import Edit
    from scrubjay.engine import RunResult
    from scrubjay.intake import FileReport
    from scrubjay.reference.usage import UsedEdition
    from scrubjay.reports.payer_rules import PolicyUsed

SEVERITIES = ("error", "warning", "info")
"""Worst first."""


class Run(Protocol):
    """What a run was; `scrubjay.api.RunInfo` is one."""

    @property
    def version(self) -> str:
        """Version of scrubjay."""
        ...

    @property
    def as_of(self) -> date:
        """The day on which things were known."""
        ...

    @property
    def editions(self) -> Sequence[str]:
        """Editions of the reference sets."""
        ...

    @property
    def edits(self) -> int:
        """Edits asked."""
        ...

    @property
    def started_at(self) -> datetime:
        """When the run began."""
        ...

    @property
    def editions_used(self) -> Sequence[UsedEdition]:
        """Editions of which rows were taken."""
        ...


class Checked(Protocol):
    """What a run found; `scrubjay.api.CheckReport` is one."""

    @property
    def run(self) -> Run:
        """What the run was."""
        ...

    @property
    def files(self) -> Sequence[FileReport]:
        """One report per input."""
        ...

    @property
    def evidence(self) -> Sequence[FileReport]:
        """One report per file of evidence."""
        ...

    @property
    def result(self) -> RunResult:
        """Findings, coverage and counts."""
        ...

    @property
    def edits(self) -> Mapping[str, Edit]:
        """The edits asked, by readable name."""
        ...

    @property
    def about_run(self) -> pl.DataFrame:
        """Findings about what the run was given beside claims, without claim and line."""
        ...

    @property
    def unknown_of_run(self) -> pl.DataFrame:
        """Verdicts about that which could not be given."""
        ...

    def payer_rules(self, findings: pl.DataFrame) -> pl.Series:
        """What each finding rests on of the payer's own policy."""
        ...

    def policies_used(self) -> Sequence[PolicyUsed]:
        """The policies that judged the claims."""
        ...

    def findings_table(self, *, with_not_evaluated: bool) -> pl.DataFrame:
        """One row per finding, and per verdict not given if asked for."""
        ...

    def findings_tables(self, *, with_not_evaluated: bool, rows: int | None = None) -> Iterator[pl.DataFrame]:
        """The same table in parts of so many rows; at least one part."""
        ...


def money(amount: Decimal | None) -> str:
    """Dollars as people write them: `$1,234.50`, `-$5.00`; `unknown` for null."""
    if amount is None:
        return "unknown"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 line`, `2,000 lines`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
