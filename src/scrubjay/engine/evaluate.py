"""One verdict per edit and subject, over whole columns; findings only for what fired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import Edit, Severity, Verdict, number
from scrubjay.engine.compute import missing_column_order
from scrubjay.errors import Problem
from scrubjay.facts import column
from scrubjay.tables import FINDINGS, MONEY, NAME, NOT_EVALUATED

if TYPE_CHECKING:
    from collections.abc import Sequence

_MISSING_NAMES_SHOWN = 3
_BITS = 60
_ALWAYS_READ = ("claim_key", "line_key", "charge_amount", "claim_charge_amount")


@dataclass(slots=True)
class Judgement:
    """The verdicts of some edits over one frame.

    Attributes:
        verdicts: one UInt8 column per edit (its name), in the order of the frame.
        findings: rows of `FINDINGS`.
        not_evaluated: rows of `NOT_EVALUATED`.
        counts: per edit the number of each verdict, index by `Verdict`.
        problems: edits that could not be computed; their subjects count as not evaluated.
    """

    verdicts: pl.DataFrame
    findings: pl.DataFrame
    not_evaluated: pl.DataFrame
    counts: dict[str, tuple[int, int, int, int]]
    problems: list[Problem]


def _verdict_frame(frame: pl.DataFrame, edits: Sequence[Edit], problems: list[Problem]) -> pl.DataFrame:
    try:
        # Lazily, so that what several edits compute alike is computed once.
        return frame.lazy().select(e.verdict() for e in edits).collect()
    except pl.exceptions.PolarsError:
        pass
    # One broken edit must not take the others down: find it, and count its subjects as not evaluated.
    columns: list[pl.Series] = []
    for edit in edits:
        try:
            columns.append(frame.select(edit.verdict()).to_series())
        except pl.exceptions.PolarsError as error:
            problems.append(
                Problem(
                    "edit-failed",
                    f"{edit.code} {edit.name} could not be computed ({type(error).__name__}).",
                    "Its lines count as not evaluated; please report this with the version of scrubjay.",
                )
            )
            columns.append(
                pl.Series(edit.name, [Verdict.NOT_EVALUATED], dtype=pl.UInt8).new_from_index(0, frame.height)
            )
    return pl.DataFrame(columns)


def _text(value: str | pl.Expr) -> pl.Expr:
    return pl.lit(value) if isinstance(value, str) else value


def _findings(frame: pl.DataFrame, edit: Edit) -> pl.DataFrame:
    is_line = edit.grain.is_of_lines
    charge = "charge_amount" if is_line else "claim_charge_amount"
    all_unverified = all(c.confidence in ("C", "D") for c in edit.citations)
    unverified = (
        pl.lit(value=True)
        if all_unverified
        else (edit.unverified if edit.unverified is not None else pl.lit(value=False))
    )
    return frame.select(
        pl.col("claim_key"),
        (pl.col("line_key") if is_line else pl.lit(None, dtype=pl.Int64)).alias("line_key"),
        pl.lit(edit.name).alias("edit"),
        pl.lit(edit.code).alias("code"),
        _text(str(edit.severity) if edit.payer_severity is None else edit.payer_severity).alias("severity"),
        edit.message.alias("message"),
        _text(edit.fix.advice).alias("fix"),
        unverified.fill_null(value=False).alias("is_unverified"),
        # Claims that stand for others have no charge: it is put in with the others' keys.
        (pl.col(charge) if charge in frame.columns else pl.lit(None, dtype=MONEY)).alias("at_stake_amount"),
        pl.lit(None, dtype=pl.String).alias("waiver"),
        *_change(edit),
    )


def _change(edit: Edit) -> list[pl.Expr]:
    """What the fix changes as two texts, null where no change can be written down."""
    if edit.fix.change is None:
        nothing = pl.lit(None, dtype=pl.String)
        return [nothing.alias("change_before"), nothing.alias("change_after")]
    name, value = edit.fix.change
    dtype = column(name).dtype
    sent = pl.col(name)
    if isinstance(dtype, pl.List):
        before, after = sent.list.join(","), value.list.join(",")
    elif dtype.is_decimal():
        before, after = number(sent), number(value.cast(dtype))
    else:
        before, after = sent.cast(pl.String), value.cast(pl.String)
    return [before.alias("change_before"), after.alias("change_after")]


def _unknown(frame: pl.DataFrame, edit: Edit) -> pl.DataFrame:
    is_line = edit.grain.is_of_lines
    candidates = missing_column_order(edit.decides_on())
    # Few combinations of nulls occur: each is a few numbers, and put into words once.
    marks = [
        pl.sum_horizontal(
            pl.col(name).is_null().cast(pl.UInt64) * 2**bit
            for bit, name in enumerate(candidates[start : start + _BITS])
        ).alias(f"_{start}")
        for start in range(0, len(candidates), _BITS)
    ]
    marked = frame.select(
        pl.col("claim_key"),
        (pl.col("line_key") if is_line else pl.lit(None, dtype=pl.Int64)).alias("line_key"),
        pl.lit(edit.name, dtype=NAME).alias("edit"),
        *(marks or [pl.lit(0, dtype=pl.UInt64).alias("_0")]),
    )
    numbers = [c for c in marked.columns if c.startswith("_")]
    distinct = marked.select(numbers).unique(maintain_order=True)
    words = [_missing(candidates, row) for row in distinct.iter_rows()]
    return marked.join(
        distinct.with_columns(pl.Series("missing", words, dtype=NAME)),
        on=numbers,
        how="left",
        maintain_order="left",
    ).drop(numbers)


def _missing(candidates: Sequence[str], marks: Sequence[int]) -> str:
    """The first columns that are null: facts if one is, else columns as sent."""
    null = [n for i, n in enumerate(candidates) if marks[i // _BITS] >> i % _BITS & 1]
    facts = [n for n in null if not column(n).is_base]
    return "+".join((facts or null)[:_MISSING_NAMES_SHOWN])


def judge(frame: pl.DataFrame, edits: Sequence[Edit], weights: pl.Series | None = None) -> Judgement:
    """Judge every row of `frame` by `edits` of one grain.

    Args:
        frame: lines or claims with the facts that the edits read.
        edits: edits of the frame's grain.
        weights: how many subjects each row stands for in the counts; null for one each.
    """
    problems: list[Problem] = []
    if not edits:
        return Judgement(pl.DataFrame(), FINDINGS.empty(), NOT_EVALUATED.empty(), {}, problems)
    verdicts = _verdict_frame(frame, edits, problems)
    each = 1 if weights is None else pl.lit(weights)
    counted = verdicts.select(
        ((pl.col(e.name) == v) * each).sum().alias(f"{e.name}={int(v)}") for e in edits for v in Verdict
    ).row(0, named=True)
    counts = {e.name: tuple(int(counted[f"{e.name}={int(v)}"]) for v in Verdict) for e in edits}
    findings = [FINDINGS.empty()]
    unknown = [NOT_EVALUATED.empty()]
    for edit in edits:
        if not counts[edit.name][Verdict.FIRES] and not counts[edit.name][Verdict.NOT_EVALUATED]:
            continue
        # Filtering the few columns that are read, not the two hundred that are there.
        read = {*edit.reads(), *_ALWAYS_READ}
        narrow = frame[[c for c in frame.columns if c in read]]
        if counts[edit.name][Verdict.FIRES]:
            findings.append(_findings(narrow.filter(verdicts[edit.name] == Verdict.FIRES), edit))
        if counts[edit.name][Verdict.NOT_EVALUATED]:
            unknown.append(_unknown(narrow.filter(verdicts[edit.name] == Verdict.NOT_EVALUATED), edit))
    return Judgement(verdicts, pl.concat(findings), pl.concat(unknown), counts, problems)  # type: ignore[arg-type]


def coverage_of(frame: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Applicable and not evaluated verdicts per claim: `claim_key`, `applicable`, `not_evaluated`."""
    if not verdicts.width:
        return pl.DataFrame(schema={"claim_key": pl.Int64, "applicable": pl.Int32, "not_evaluated": pl.Int32})
    per_row = verdicts.select(
        pl.sum_horizontal(pl.all() != Verdict.NOT_APPLICABLE).cast(pl.Int32).alias("applicable"),
        pl.sum_horizontal(pl.all() == Verdict.NOT_EVALUATED).cast(pl.Int32).alias("not_evaluated"),
    )
    # Not select, which would copy a frame whose columns are cut in different places.
    return frame[["claim_key"]].hstack(per_row)


SEVERITIES = tuple(str(s) for s in (Severity.ERROR, Severity.WARNING, Severity.INFO))
