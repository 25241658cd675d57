"""The numbers of a run: counts by edit, money at stake, coverage with reasons, problems of files."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from scrubjay import phi
from scrubjay.reports.model import SEVERITIES, plural
from scrubjay.tables import MONEY, NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrubjay.errors import Problem
    from scrubjay.reports.model import Checked

_ZERO = Decimal("0.00")
AT_STAKE = ("error", "warning")
"""Severities whose charges count as at stake; `info` endangers nothing."""
MOST_SUBJECTS = 20
"""Codes and NDCs that are named for one reason; the rest are counted."""


@dataclass(frozen=True, slots=True)
class EditCount:
    """How often one edit fired.

    Attributes:
        at_stake_amount: charges of the lines or claims it fired on, each once; zero for `info`.
    """

    edit: str
    code: str
    severity: str
    findings: int
    claims: int
    at_stake_amount: Decimal


@dataclass(frozen=True, slots=True)
class Subject:
    """What a reason is about: a code, with its NDC as sent where the lines carry one.

    Attributes:
        lines: distinct lines with that code and NDC that the reason concerns.
    """

    hcpcs: str | None
    ndc: str | None
    lines: int


@dataclass(frozen=True, slots=True)
class RunFinding:
    """A finding about what the run was given beside claims, such as a waiver."""

    severity: str
    edit: str
    code: str
    message: str
    fix: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Verdicts that were not given for one reason.

    Attributes:
        words: what is missing and what to do, in the user's words.
        verdicts: how many verdicts.
        lines: distinct lines that it concerns; 0 where it concerns whole claims only.
        claims: distinct claims that it concerns.
        edits: readable names of the edits that were not evaluated.
        subjects: the codes and NDCs that it concerns, most lines first, the first `MOST_SUBJECTS`; empty
            where it concerns whole claims, or where nobody asked.
        subject_count: how many there are in all.
    """

    words: str
    verdicts: int
    lines: int
    claims: int
    edits: tuple[str, ...]
    subjects: tuple[Subject, ...] = ()
    subject_count: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run.

    Attributes:
        claims, lines: judged.
        charge_amount: sum of the claim charges judged.
        findings: by severity, waived ones left out.
        waived: findings that a waiver marks.
        claims_by_worst: claims by their worst severity; `none` is the claims without a finding.
        at_stake_amount: charges of lines and claims with an error or warning, each dollar once.
        by_edit: worst severity first, then most money, then most findings.
        applicable, evaluated, not_evaluated: verdicts of all claims.
        reasons: why verdicts were not given, the most frequent first.
        claims_set_aside: claims of readable files that could not be typed.
        files_unreadable: files of which nothing could be used.
        problems: of files, then of edits that failed.
        about_run: findings about what the run was given beside claims; counted in `findings` and `by_edit`.
    """

    claims: int
    lines: int
    charge_amount: Decimal
    findings: dict[str, int]
    waived: int
    claims_by_worst: dict[str, int]
    at_stake_amount: Decimal
    by_edit: tuple[EditCount, ...]
    applicable: int
    evaluated: int
    not_evaluated: int
    reasons: tuple[Reason, ...]
    claims_set_aside: int
    files_unreadable: int
    problems: tuple[Problem, ...]
    about_run: tuple[RunFinding, ...] = ()


def summarise(report: Checked, reason_words: Callable[[str], str], *, with_subjects: bool = True) -> Summary:
    """The numbers of a run.

    Args:
        report: the run.
        reason_words: turns the `missing` of a verdict not given into words; `scrubjay.api.reason_words`.
        with_subjects: name the codes and NDCs of each reason, which a large run takes time for.
    """
    result = report.result
    live = result.findings.filter(pl.col("waiver").is_null())
    all_live = pl.concat([live, report.about_run])
    counts = dict(all_live.group_by("severity").len().iter_rows())
    worst = live.group_by("claim_key").agg(rank_of("severity").min().alias("rank")).group_by("rank").len()
    by_rank: dict[int, int] = dict(worst.iter_rows())
    by_worst = {s: by_rank.get(i, 0) for i, s in enumerate(SEVERITIES)}
    claims = result.claims.height
    coverage = result.coverage.select(
        pl.col("applicable", "evaluated", "not_evaluated").cast(pl.Int64).sum()
    ).row(0)
    charges = result.claims["claim_charge_amount"].cast(MONEY)
    return Summary(
        claims=claims,
        lines=result.line_count,
        charge_amount=_total(charges),
        findings={s: counts.get(s, 0) for s in SEVERITIES},
        waived=result.findings.height - live.height,
        claims_by_worst={**by_worst, "none": claims - sum(by_worst.values())},
        at_stake_amount=_total(claim_stakes(live)["at_stake_amount"]),
        by_edit=tuple(_by_edit(all_live)),
        applicable=coverage[0],
        evaluated=coverage[1],
        not_evaluated=coverage[2],
        reasons=_reasons(report, reason_words, with_subjects=with_subjects),
        claims_set_aside=sum(f.claims_set_aside for f in report.files if not f.is_fatal),
        files_unreadable=sum(f.is_fatal for f in report.files),
        problems=(*(p for f in (*report.files, *report.evidence) for p in f.problems), *result.problems),
        about_run=tuple(
            RunFinding(*row)
            for row in report.about_run.select("severity", "edit", "code", "message", "fix").iter_rows()
        ),
    )


def _total(amounts: pl.Series) -> Decimal:
    total = amounts.sum()
    return total if isinstance(total, Decimal) else _ZERO


def rank_of(column: str) -> pl.Expr:
    """0 for error, 1 for warning, 2 for info."""
    return pl.col(column).replace_strict(
        {s: i for i, s in enumerate(SEVERITIES)}, default=2, return_dtype=pl.Int8
    )


def claim_stakes(findings: pl.DataFrame) -> pl.DataFrame:
    """Money at stake per claim, each dollar once: `claim_key`, `at_stake_amount`.

    A finding about the whole claim puts its whole charge at stake; else the charges of the distinct
    lines with findings are added up.

    Args:
        findings: rows of the table `findings`, waived ones left out by the caller.
    """
    per_subject = (
        findings.filter(pl.col("severity").is_in(AT_STAKE))
        .group_by("claim_key", "line_key")
        .agg(pl.col("at_stake_amount").max())
    )
    return per_subject.group_by("claim_key").agg(
        pl.when(pl.col("line_key").is_null().any())
        .then(pl.col("at_stake_amount").filter(pl.col("line_key").is_null()).max())
        .otherwise(pl.col("at_stake_amount").sum())
        .fill_null(_ZERO)
        .cast(MONEY)
        .alias("at_stake_amount")
    )


def _by_edit(findings: pl.DataFrame) -> Sequence[EditCount]:
    distinct = findings.group_by("edit", "code", "severity", "claim_key", "line_key").agg(
        pl.len().alias("n"), pl.col("at_stake_amount").max()
    )
    rows = (
        distinct.group_by("edit", "code", "severity")
        .agg(
            pl.col("n").sum(),
            pl.col("claim_key").drop_nulls().n_unique().alias("claims"),
            pl.col("at_stake_amount").sum(),
        )
        .sort(rank_of("severity"), "at_stake_amount", "n", "code", descending=[False, True, True, False])
    )
    return [
        EditCount(edit, code, severity, n, claims, (stake or _ZERO) if severity in AT_STAKE else _ZERO)
        for edit, code, severity, n, claims, stake in rows.iter_rows()
    ]


def in_words(unknown: pl.DataFrame, reason_words: Callable[[str], str]) -> pl.DataFrame:
    """The verdicts not given with a column `words`: why, in the user's words.

    Args:
        unknown: rows of the table `not_evaluated`.
        reason_words: turns `missing` into words.
    """
    words = {k: reason_words(k) for k in unknown["missing"].unique().to_list()}
    return unknown.with_columns(
        pl.col("missing").replace_strict(words, default=None, return_dtype=NAME).alias("words")
    )


def _reasons(
    report: Checked, reason_words: Callable[[str], str], *, with_subjects: bool
) -> tuple[Reason, ...]:
    unknown = in_words(pl.concat([report.result.not_evaluated, report.unknown_of_run]), reason_words)
    found: list[Reason] = []
    # Reason by reason: of millions of verdicts only those of one are held.
    for words in unknown["words"].unique().cast(pl.String).drop_nulls():
        rows = unknown.filter(pl.col("words") == words)
        lines = rows["line_key"].drop_nulls().unique()
        subjects = _subjects(report, lines) if with_subjects and len(lines) else ((), 0)
        found.append(
            Reason(
                words,
                rows.height,
                len(lines),
                rows["claim_key"].drop_nulls().n_unique(),
                tuple(rows["edit"].unique().cast(pl.String).sort()),
                *subjects,
            )
        )
    return tuple(sorted(found, key=lambda reason: (-reason.verdicts, reason.words)))


def _subjects(report: Checked, lines: pl.Series) -> tuple[tuple[Subject, ...], int]:
    """The codes and NDCs of lines, those of most lines first, and how many there are."""
    subjects = (
        report.result.lines_of(lines, "hcpcs", "ndc_as_sent")
        .group_by("hcpcs", "ndc_as_sent")
        .len("lines")
        .sort("lines", "hcpcs", "ndc_as_sent", descending=[True, False, False])
    )
    return tuple(Subject(*row) for row in subjects.head(MOST_SUBJECTS).iter_rows()), subjects.height


def concerned(reason: Reason) -> str:
    """How many lines, claims or waivers a reason concerns: `14 lines`."""
    if reason.lines:
        return plural(reason.lines, "line")
    return plural(reason.claims, "claim") if reason.claims else plural(reason.verdicts, "waiver")


def subject_words(reason: Reason, most: int) -> str:
    """Codes and NDCs of a reason: `J2919 with NDC 00009004722: 14 lines; J1010: 3 lines; 5 more`."""
    parts: list[str] = []
    for one in reason.subjects[:most]:
        ndc = f" with NDC {phi.clean(one.ndc)}" if one.ndc else ""
        parts.append(f"{phi.clean(one.hcpcs) or 'no code'}{ndc}: {plural(one.lines, 'line')}")
    more = reason.subject_count - len(parts)
    return "; ".join([*parts, f"{more:,} more"] if more > 0 else parts)
