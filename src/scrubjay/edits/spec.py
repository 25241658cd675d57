"""What an edit is made of. An edit file imports polars, datetime and this module only.

An edit is a value. Its two expressions read facts (docs/reference/facts.md) and answer null where a
fact that they need is unknown:

- `applies`: does the question arise for this line or claim at all?
- `fires`: given that it arises, is there a fault?

The verdict follows in this order: out of force or `applies` false is *not applicable*; otherwise null
in either is *not evaluated*; then *fires* or *clear*. A null never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

col = pl.col
when = pl.when
lit = pl.lit
any_of = pl.any_horizontal
all_of = pl.all_horizontal


class Verdict(IntEnum):
    """The four verdicts, as stored in verdict columns."""

    NOT_APPLICABLE = 0
    CLEAR = 1
    FIRES = 2
    NOT_EVALUATED = 3


class Severity(StrEnum):
    """How bad: ERROR denies or misstates, WARNING is likely wrong, INFO is good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Grain(StrEnum):
    """What an edit judges: each service line, each claim, each waiver of a run, a guide's statements, or a chart.

    Edits of a run read the columns of `scrubjay.tables.WAIVERS` only, edits of a text those of
    `scrubjay.tables.STATEMENTS`; neither is ever dated. Edits of a chart judge each line against its chart: they
    read `scrubjay.tables.CHART_LINES` beside the line's own columns and facts, and are asked by `audit` only.
    """

    LINE = "line"
    CLAIM = "claim"
    RUN = "run"
    TEXT = "text"
    CHART = "chart"

    @property
    def is_of_claims(self) -> bool:
        """Whether claims or their lines are judged by themselves."""
        return self in (Grain.LINE, Grain.CLAIM)

    @property
    def is_of_lines(self) -> bool:
        """Whether each verdict is about a service line."""
        return self in (Grain.LINE, Grain.CHART)


class FixLevel(StrEnum):
    """SAFE changes no meaning and may be applied unasked; REVIEW is for a person; NONE has no change."""

    SAFE = "safe"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from.

    Attributes:
        source: the source key of docs/sources.md, e.g. `CGS-JW`, or `CMS`.
        text: what it says, in our own words, with its date.
        confidence: A official, B contractor or payer page, C secondary, D practice knowledge.
    """

    source: str
    text: str
    confidence: str = "A"


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about a finding.

    Attributes:
        advice: plain words for a biller; text, or `format(...)` over columns.
        level: whether a program may do it unasked. A change of code, unit, modifier or diagnosis never is
            SAFE: it states what was done to a patient.
        change: `(column, new value)` where the change can be written down, else null. The column is one that
            `scrubjay.intake.x12.rewrite` can write; the value is of its type, null on rows where no single
            value is right.
    """

    advice: str | pl.Expr
    level: FixLevel = FixLevel.REVIEW
    change: tuple[str, pl.Expr] | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One fault that a claim can have.

    Attributes:
        code: two letters and three digits, allotted in order, never reused.
        name: the readable name, the contract that cases, policies and users refer to.
        severity: how bad it is.
        grain: what is judged.
        applies, fires: boolean expressions over facts.
        message: what is wrong, `format(...)` over columns; never a patient's value.
        fix: what to do.
        citations: at least one.
        prevents_carc, prevents_rarc: numbers of the denials that it prevents.
        effective_from, effective_to: dates of service that the rule is in force for, half-open.
        unverified: true on rows where the verdict rests on a fact tagged [C] or [D].
        payer_severity: the severity by payer and day, where a policy of the run changes it; set by
            `scrubjay.policies`, not by the edit.
    """

    code: str
    name: str
    severity: Severity
    grain: Grain
    applies: pl.Expr
    fires: pl.Expr
    message: pl.Expr
    fix: Fix
    citations: tuple[Citation, ...]
    prevents_carc: tuple[str, ...] = ()
    prevents_rarc: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_to: date | None = None
    unverified: pl.Expr | None = None
    payer_severity: pl.Expr | None = None
    family: str = field(default="", compare=False)
    cases: Path | None = field(default=None, compare=False)
    """The YAML file of its cases; the registry sets it."""
    doc: str = field(default="", compare=False)

    @property
    def date_column(self) -> str:
        """The date that decides whether the edit is in force."""
        return "service_date" if self.grain.is_of_lines else "claim_service_date"

    def verdict(self) -> pl.Expr:
        """The verdict as a UInt8 expression over a frame of this edit's grain."""
        applies = self.applies
        if self.effective_from is not None:
            applies = (pl.col(self.date_column) >= self.effective_from) & applies
        if self.effective_to is not None:
            applies = (pl.col(self.date_column) < self.effective_to) & applies
        return (
            pl.when(applies.not_())
            .then(pl.lit(Verdict.NOT_APPLICABLE, dtype=pl.UInt8))
            .when(applies.is_null() | self.fires.is_null())
            .then(pl.lit(Verdict.NOT_EVALUATED, dtype=pl.UInt8))
            .when(self.fires)
            .then(pl.lit(Verdict.FIRES, dtype=pl.UInt8))
            .otherwise(pl.lit(Verdict.CLEAR, dtype=pl.UInt8))
            .alias(self.name)
        )

    def decides_on(self) -> tuple[str, ...]:
        """Names of the columns that the verdict reads, sorted."""
        names = {*self.applies.meta.root_names(), *self.fires.meta.root_names()}
        if self.effective_from is not None or self.effective_to is not None:
            names.add(self.date_column)
        return tuple(sorted(names))

    def reads(self) -> tuple[str, ...]:
        """Names of every column that the edit reads, messages included, sorted."""
        names = {*self.decides_on(), *self.message.meta.root_names()}
        if self.fix.change is not None:
            names.add(self.fix.change[0])
        changed = self.fix.change and self.fix.change[1]
        for expression in (self.fix.advice, self.unverified, self.payer_severity, changed):
            if isinstance(expression, pl.Expr):
                names |= set(expression.meta.root_names())
        return tuple(sorted(names))


def number(column: str | pl.Expr) -> pl.Expr:
    """A decimal or whole number as people write it: `25`, `0.5`, never `25.000000`."""
    text = (pl.col(column) if isinstance(column, str) else column).cast(pl.String)
    trimmed = text.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(text.str.contains(".", literal=True)).then(trimmed).otherwise(text)


def listed(column: str | pl.Expr) -> pl.Expr:
    """A list of codes as `JW, RT`; `none` where it is empty."""
    values = pl.col(column) if isinstance(column, str) else column
    return pl.when(values.list.len() == 0).then(pl.lit("none")).otherwise(values.list.join(", "))


def format(template: str, *columns: str | pl.Expr) -> pl.Expr:  # noqa: A001 - reads as what it is in an edit
    """Text with `{}` filled from columns in order; `unknown` where a value is null.

    Wrap decimal columns in `number` and lists in `listed`: a test refuses messages that show six decimals.
    """
    values = [(pl.col(c) if isinstance(c, str) else c).cast(pl.String).fill_null("unknown") for c in columns]
    return pl.format(template, *values)


def has_any(column: str, codes: list[str] | tuple[str, ...]) -> pl.Expr:
    """Does a list column hold one of `codes`? Null only where the list is null."""
    return pl.col(column).list.set_intersection(list(codes)).list.len() > 0


def only(column: str, codes: list[str] | tuple[str, ...]) -> pl.Expr:
    """A list column with some codes only, in its order. Null only where the list is null."""
    return pl.col(column).list.eval(pl.element().filter(pl.element().is_in(list(codes))))


def without(column: str, codes: list[str] | tuple[str, ...]) -> pl.Expr:
    """A list column without some codes, the rest in its order. Null only where the list is null."""
    return pl.col(column).list.eval(pl.element().filter(pl.element().is_in(list(codes)).not_()))
