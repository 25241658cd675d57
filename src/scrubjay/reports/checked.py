"""What a check found: the findings as one table, the exit code, the words for what was not evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import Edit, FixLevel, Severity
from scrubjay.errors import ExitCode, UsageError
from scrubjay.facts import column
from scrubjay.reports.payer_rules import (
    PolicyUsed,
    numbered_rules_of_findings,
    policies_used,
    rules_of_findings,
)
from scrubjay.tables import FINDINGS, NAME, NOT_EVALUATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from scrubjay.engine import RunResult
    from scrubjay.intake import FileReport
    from scrubjay.policies import PolicySet
    from scrubjay.reference.usage import UsedEdition

# Problems after which the rest of a file is unknown, whatever was read before.
_CUT_SHORT = frozenset({"truncated-interchange", "bad-gzip", "unreadable", "segment-too-long"})

_MOST_LINES = 65_536
"""Line numbers above it are ranked; no claim has so many lines."""

_RANK = {str(Severity.ERROR): 0, str(Severity.WARNING): 1, str(Severity.INFO): 2}


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run was: enough to repeat it.

    Attributes:
        version: of scrubjay.
        as_of: the day on which things are known.
        editions: reference editions known on that day.
        edits: how many were asked.
        started_at: when the run began.
        editions_used: those of which rows were taken.
    """

    version: str
    as_of: date
    editions: list[str]
    edits: int
    started_at: datetime
    editions_used: list[UsedEdition] = field(default_factory=list["UsedEdition"])


@dataclass(slots=True)
class CheckReport:
    """What `check` found.

    Attributes:
        run: version, clock, editions.
        files: one report per input, with its problems.
        result: findings, coverage and counts of the engine.
        edits: the edits that were asked, by readable name.
        about_run: findings about what the run was given beside claims (its waivers): rows of `FINDINGS`
            without claim and line.
        unknown_of_run: verdicts about that which could not be given, rows of `NOT_EVALUATED`.
        policies: of the run, for the rules that findings rest on; null cites none.
        evidence: a report for each file of evidence (earlier claims, authorizations, eligibility).
    """

    run: RunInfo
    files: list[FileReport]
    result: RunResult
    edits: dict[str, Edit]
    about_run: pl.DataFrame = field(default_factory=FINDINGS.empty)
    unknown_of_run: pl.DataFrame = field(default_factory=NOT_EVALUATED.empty)
    policies: PolicySet | None = None
    evidence: list[FileReport] = field(default_factory=list["FileReport"])

    def payer_rules(self, findings: pl.DataFrame) -> pl.Series:
        """What each finding rests on of the payer's own policy.

        Args:
            findings: `claim_key`, `line_key`, `edit`.

        Returns:
            A list of structs policy, about, value, source, text, confidence for each row.
        """
        return rules_of_findings(self.policies, self.edits, self.result, findings, self.run.as_of)

    def policies_used(self) -> list[PolicyUsed]:
        """The policies that judged the claims, by most claims."""
        return policies_used(self.policies, self.result, self.run.as_of)

    def findings_table(self, *, with_not_evaluated: bool) -> pl.DataFrame:
        """One row per finding, worst first within a claim, claims in the order of the files.

        Args:
            with_not_evaluated: add a row per verdict not evaluated, with its reason.

        Returns:
            Columns claim_id, patient_control_number, payer_name, line_number, hcpcs, edit, code, severity,
            verdict, message, reason, fix, fix_level, change_column, change_before, change_after, carc,
            is_unverified, at_stake_amount, file, transaction, segment, waiver, payer_rules.
        """
        parts = list(self.findings_tables(with_not_evaluated=with_not_evaluated))
        whole = parts[0] if len(parts) == 1 else pl.concat(parts)
        return whole.with_columns(pl.col(NAME).cast(pl.String))

    def findings_tables(self, *, with_not_evaluated: bool, rows: int | None = None) -> Iterator[pl.DataFrame]:
        """The table of `findings_table` in parts, of which only one need be held in memory.

        Args:
            with_not_evaluated: add a row per verdict not evaluated.
            rows: most rows of a part; null gives the whole table. There is at least one part.
        """
        fired = pl.concat([self.result.findings, self.about_run])
        rules, rule = numbered_rules_of_findings(
            self.policies, self.edits, self.result, fired, self.run.as_of
        )
        fired = fired.with_columns(
            pl.col("edit", "code", "severity").cast(NAME),
            pl.lit("fires", dtype=NAME).alias("verdict"),
            pl.lit(None, dtype=NAME).alias("reason"),
            rule.alias("_rule"),
        )
        unknown = NOT_EVALUATED.empty()
        if with_not_evaluated:
            unknown = pl.concat([self.result.not_evaluated, self.unknown_of_run])
        order = self._order(fired, unknown)
        height = fired.height + unknown.height
        for first in range(0, max(1, height), rows or max(1, height)):
            part = order.slice(first, rows)
            is_fired = part < fired.height
            # Verdicts not given change nothing: the columns of a change are null there.
            found = pl.concat(
                [
                    fired[part.filter(is_fired)],
                    self._unknown_rows(unknown[part.filter(~is_fired) - fired.height]),
                ],
                how="diagonal",
            )
            if is_fired.any() and not is_fired.all():
                place = is_fired.cast(pl.UInt32).cum_sum()
                of_unknown = pl.int_range(len(part), dtype=pl.UInt32, eager=True) - place + is_fired.sum()
                found = found[pl.select(pl.when(is_fired).then(place - 1).otherwise(of_unknown)).to_series()]
            yield self._rows(found, self._number(found["edit"]), rules)

    def _number(self, edit: pl.Series) -> pl.Series:
        """The number of each edit in `edits`."""
        return edit.cast(pl.Enum(list(self.edits)), strict=False).to_physical()

    def _order(self, fired: pl.DataFrame, unknown: pl.DataFrame) -> pl.Series:
        """Rows of `fired`, then of `unknown`, in the order of the table.

        By claim, then what fired by severity, then what is unknown by severity; then line, then code; no claim
        or line last.
        """
        codes = sorted({e.code for e in self.edits.values()})
        rank_of_code = {code: rank for rank, code in enumerate(codes)}
        ranks = pl.Series([rank_of_code[e.code] for e in self.edits.values()], dtype=pl.Int64)
        severities = pl.Series([_RANK[str(e.severity)] for e in self.edits.values()], dtype=pl.Int64)
        of_fired = fired["severity"].replace_strict(_RANK, default=3, return_dtype=pl.Int64)
        number = pl.concat([self._number(fired["edit"]), self._number(unknown["edit"])])
        rank = pl.concat([of_fired, severities.gather(self._number(unknown["edit"])) + 4])
        claim = pl.concat([fired["claim_key"], unknown["claim_key"]])
        keys = pl.concat([fired["line_key"], unknown["line_key"]])
        line = self.result.lines_of(keys, "line_number").to_series().cast(pl.Int64)
        if int(line.max() or 0) > _MOST_LINES or int(line.min() or 0) < 0:  # pyright: ignore[reportArgumentType]
            line = line.rank("dense").cast(pl.Int64)
        last_claim = int(claim.max() or 0)  # pyright: ignore[reportArgumentType]
        # One number in place of five columns: millions of rows are put in order by it.
        by_claim = claim.fill_null(last_claim + 1) * 8 + rank
        by_line = by_claim * (_MOST_LINES * 2) + line.fill_null(_MOST_LINES * 2 - 1)
        return (by_line * len(codes) + ranks.gather(number)).arg_sort()

    def _rows(self, found: pl.DataFrame, number: pl.Series, rules: pl.Series) -> pl.DataFrame:
        """Rows of the findings table.

        Args:
            found: findings, with `_rule`, the number of what each rests on in `rules`.
            number: of the edit in `edits`.
            rules: lists of `scrubjay.policies.rests_on.RULE`.
        """
        lines = self.result.lines_of(found["line_key"], "line_number", "hcpcs", "segment")
        claims = self.result.claims_of(
            found["claim_key"],
            *("claim_id", "patient_control_number", "payer_name", "file_number", "transaction", "segment"),
        )
        names = {f.file_number: f.path for f in self.files}
        has_change = found["change_after"].is_not_null()
        level, column, carc = (
            pl.Series(values, dtype=dtype).gather(number)
            for values, dtype in (
                ([str(e.fix.level) for e in self.edits.values()], NAME),
                ([e.fix.change[0] if e.fix.change else "" for e in self.edits.values()], NAME),
                ([list(e.prevents_carc) for e in self.edits.values()], pl.List(pl.String())),
            )
        )
        return found.select(
            *claims.select("claim_id", "patient_control_number", "payer_name"),
            *lines.select("line_number", "hcpcs"),
            *("edit", "code", "severity", "verdict", "message", "reason", "fix"),
            pl.when(has_change)
            .then(level)
            .otherwise(pl.lit(str(FixLevel.NONE), dtype=NAME))
            .alias("fix_level"),
            pl.when(has_change).then(column).alias("change_column"),
            *("change_before", "change_after"),
            carc.fill_null([]).alias("carc"),
            *("is_unverified", "at_stake_amount"),
            claims["file_number"].replace_strict(names, default=None, return_dtype=NAME).alias("file"),
            claims["transaction"],
            pl.coalesce(lines["segment"], claims["segment"]).alias("segment"),
            "waiver",
            rules.gather(found["_rule"]).fill_null([]).alias("payer_rules"),
        )

    def _unknown_rows(self, unknown: pl.DataFrame) -> pl.DataFrame:
        """A row per verdict not evaluated, with its reason; of the columns of a finding those that it has."""
        words = {m: reason_words(m) for m in unknown["missing"].unique().to_list()}
        return unknown.select(
            "claim_key",
            "line_key",
            "edit",
            _per_edit(self.edits, lambda e: e.code).alias("code"),
            _per_edit(self.edits, lambda e: str(e.severity)).alias("severity"),
            pl.lit("Not evaluated.").alias("message"),
            pl.lit(value=False).alias("is_unverified"),
            pl.lit("not_evaluated", dtype=NAME).alias("verdict"),
            pl.col("missing").replace_strict(words, default=None, return_dtype=NAME).alias("reason"),
        )

    def unanswered(self, fail_on: str) -> int:
        """How many verdicts of edits at or above a threshold could not be given.

        Args:
            fail_on: `error`, `warning` or `never`.

        Raises:
            UsageError: no such threshold.
        """
        wanted = _at_or_above(fail_on)
        asked = [n for n, e in self.edits.items() if str(e.severity) in wanted]
        unknown = pl.concat([self.result.not_evaluated, self.unknown_of_run])
        return int(unknown["edit"].is_in(asked).sum())

    def exit_code(self, fail_on: str, *, strict: bool = False) -> ExitCode:
        """The exit code; what could not be read whole never looks clean.

        Findings win over unreadable parts: both are in the report, and the findings are the larger fault.
        A finding that a waiver marks does not count.

        Args:
            fail_on: `error`, `warning` or `never`.
            strict: a verdict that could not be given counts as a finding of its edit's severity.

        Raises:
            UsageError: no such threshold.
        """
        wanted = _at_or_above(fail_on)
        live = pl.concat([self.result.findings, self.about_run]).filter(pl.col("waiver").is_null())
        if live["severity"].is_in(wanted).any():
            return ExitCode.FINDINGS
        if strict and self.unanswered(fail_on):
            return ExitCode.FINDINGS
        is_whole = is_read_whole([*self.files, *self.evidence])
        return ExitCode.CLEAN if is_whole else ExitCode.UNREADABLE


def _at_or_above(fail_on: str) -> list[str]:
    levels = {"error": [Severity.ERROR], "warning": [Severity.ERROR, Severity.WARNING], "never": []}
    if fail_on not in levels:
        raise UsageError(
            f"{fail_on!r} is no threshold.", where="--fail-on", hint="Use error, warning or never."
        )
    return [str(s) for s in levels[fail_on]]


def is_read_whole(files: Sequence[FileReport]) -> bool:
    """Whether every claim of every file was read, as far as anyone can tell."""
    return not any(
        f.claims_set_aside or any(p.is_fatal or p.kind in _CUT_SHORT for p in f.problems) for f in files
    )


def _per_edit(by_name: dict[str, Edit], value: Callable[[Edit], str]) -> pl.Expr:
    return pl.col("edit").replace_strict(
        {n: value(e) for n, e in by_name.items()}, default=None, return_dtype=NAME
    )


def reason_words(missing: str) -> str:
    """Why a verdict was not given, in the user's words.

    Args:
        missing: column names joined by `+`, as in the table `not_evaluated`.
    """
    names = [m for m in missing.split("+") if m]
    if not names:
        return "a value that this edit needs is unknown"
    return "; ".join(dict.fromkeys(column(n).missing for n in names))
