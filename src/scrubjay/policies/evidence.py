"""Judges criteria over evidence: met, not met, or unknown. Pure: frames in, a frame out.

A test asks the latest piece of evidence of its name that is not after the day of service and not older
than its look-back. No such evidence, a value that is null, or two latest pieces that disagree is
*unknown*. Parts are joined as in three-valued logic: one part not met settles `all`, one met settles
`any`; `n_of` is met once enough are met, not met once enough cannot be met any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.policies.criteria import Criterion, Group, Logic, Phase, Test
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EVIDENCE: dict[str, pl.DataType] = {
    "subject_key": pl.Int64(),
    "evidence": pl.String(),
    "observed_on": pl.Date(),
    "flag": pl.Boolean(),
    "number": QUANTITY,
    "text": pl.String(),
}
"""The evidence frame: what is known of a subject, when it was seen, and its value of one of three kinds."""

SUBJECTS: dict[str, pl.DataType] = {"subject_key": pl.Int64(), "service_date": pl.Date()}
"""Who is judged, and on which day; each subject once."""

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"


def of_phase(criteria: Iterable[Criterion], phase: Phase) -> list[Criterion]:
    """The criteria that are asked before a first treatment, or for going on."""
    return [one for one in criteria if one.phase in (phase, Phase.BOTH)]


def judge_criteria(
    criteria: Sequence[Criterion], subjects: pl.DataFrame, evidence: pl.DataFrame
) -> pl.DataFrame:
    """Judge every criterion for every subject.

    Args:
        criteria: with ids of their own.
        subjects: columns of `SUBJECTS`.
        evidence: columns of `EVIDENCE`; rows of other subjects do not matter.

    Returns:
        `subject_key` and one text column per criterion id: met, not_met or unknown. Same height and order
        as `subjects`.
    """
    tests = list(dict.fromkeys(_key(test) for one in criteria for test in one.tests()))
    by_key = {_key(test): test for one in criteria for test in one.tests()}
    frame = subjects.select("subject_key")
    for number, key in enumerate(tests):
        answers = _answers(by_key[key], subjects, evidence).rename({"_outcome": f"_{number}"})
        frame = frame.join(answers, on="subject_key", how="left", maintain_order="left")
    columns = {key: pl.col(f"_{number}") for number, key in enumerate(tests)}
    return frame.select("subject_key", *(_words(_joined(one, columns)).alias(one.id) for one in criteria))


def _key(test: Test) -> str:
    return test.model_dump_json()


def _words(outcome: pl.Expr) -> pl.Expr:
    return (
        pl.when(outcome.is_null())
        .then(pl.lit(UNKNOWN))
        .when(outcome)
        .then(pl.lit(MET))
        .otherwise(pl.lit(NOT_MET))
    )


def _joined(group: Group, columns: dict[str, pl.Expr]) -> pl.Expr:
    parts = [columns[_key(p)] if isinstance(p, Test) else _joined(p, columns) for p in group.parts]
    if group.logic is Logic.ALL:
        return pl.all_horizontal(parts)
    if group.logic is Logic.ANY:
        return pl.any_horizontal(parts)
    needed = group.n_of.n if group.n_of is not None else len(parts)
    # Not booleans summed as they are: a sum of one boolean stays a boolean.
    met = pl.sum_horizontal(p.fill_null(value=False).cast(pl.Int32) for p in parts)
    possible = pl.sum_horizontal(p.fill_null(value=True).cast(pl.Int32) for p in parts)
    return pl.when(met >= needed).then(pl.lit(value=True)).when(possible < needed).then(pl.lit(value=False))


def _outcome(test: Test) -> pl.Expr:
    """What one piece of evidence says; null where it has no value of the kind that is asked."""
    if test.is_ is not None:
        return pl.col("flag") == test.is_
    if test.one_of is not None:
        return pl.col("text").is_in(test.one_of)
    if test.present:
        has_value = pl.any_horizontal(pl.col(c).is_not_null() for c in ("flag", "number", "text"))
        return pl.when(has_value).then(pl.lit(value=True))
    number = pl.col("number")
    bounds: list[pl.Expr] = []
    if test.at_least is not None:
        bounds.append(number >= pl.lit(test.at_least))
    if test.at_most is not None:
        bounds.append(number <= pl.lit(test.at_most))
    return pl.all_horizontal(bounds)


def _answers(test: Test, subjects: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """`subject_key`, `_outcome` for the subjects that have evidence which counts."""
    on, seen = pl.col("service_date"), pl.col("observed_on")
    if test.lookback_days is None:
        # What has no date is older than all that has one.
        counts = seen.is_null() | (seen <= on)
    else:
        counts = (seen <= on) & ((on - seen).dt.total_days() <= test.lookback_days)
    found = (
        evidence.filter(pl.col("evidence") == test.evidence)
        .join(subjects.select("subject_key", "service_date"), on="subject_key", how="inner")
        .filter(counts)
        .select("subject_key", "observed_on", _outcome(test).alias("_outcome"))
    )
    latest = pl.col("observed_on").max().over("subject_key")
    is_latest = (pl.col("observed_on") == latest) | (pl.col("observed_on").is_null() & latest.is_null())
    outcome = pl.col("_outcome")
    return (
        found.filter(is_latest)
        .group_by("subject_key")
        .agg(pl.when(outcome.n_unique() == 1).then(outcome.first()).alias("_outcome"))
    )
