"""Marks findings that a waiver covers, and says of each waiver what a run showed of it.

A waiver never deletes a finding: it is shown, marked, and counted apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables import MONEY, WAIVERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.engine.waiver_file import Days, Waiver

CLAIM_COLUMNS = ("payer_id", "billing_npi", "claim_rendering_npi", "claim_service_date")
LINE_COLUMNS = ("line_rendering_npi",)
"""What a run must keep of claims and lines for waivers to be matched."""

_CONTEXT = (
    *("patient_control_number", "payer_name", *CLAIM_COLUMNS),
    *("hcpcs", "service_date", *LINE_COLUMNS),
)


def _regex(pattern: str) -> str:
    """A pattern with `*` and `?` as a regular expression over the whole value, whatever the case."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern.strip())
    return f"(?is)^{''.join(parts)}$"


def _fits(patterns: Sequence[str], *columns: str) -> pl.Expr:
    wanted = "|".join(f"(?:{_regex(p)})" for p in patterns)
    return pl.any_horizontal(
        pl.col(c).str.strip_chars().str.contains(wanted).fill_null(value=False) for c in columns
    )


def _within(days: Days) -> pl.Expr:
    # A line's own day decides; a finding about the whole claim goes by the claim's first.
    day = pl.when(pl.col("line_key").is_null()).then("claim_service_date").otherwise("service_date")
    tests: list[pl.Expr] = []
    if days.from_ is not None:
        tests.append(day >= days.from_)
    if days.to is not None:
        tests.append(day < days.to)
    return pl.all_horizontal(tests).fill_null(value=False)


def _covers(waiver: Waiver) -> pl.Expr:
    tests = [(pl.col("edit") == waiver.edit) | (pl.col("code") == waiver.edit)]
    if waiver.claims is not None:
        tests.append(_fits(waiver.claims, "patient_control_number"))
    if waiver.payers is not None:
        tests.append(_fits(waiver.payers, "payer_id", "payer_name"))
    if waiver.codes is not None:
        tests.append(_fits(waiver.codes, "hcpcs"))
    if waiver.providers is not None:
        tests.append(_fits(waiver.providers, "billing_npi", "claim_rendering_npi", "line_rendering_npi"))
    if waiver.dates is not None:
        tests.append(_within(waiver.dates))
    return pl.all_horizontal(tests)


def mark(
    findings: pl.DataFrame,
    waivers: Sequence[Waiver],
    *,
    claims: pl.DataFrame,
    lines: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """The findings with the id of the waiver that covers each; the first in the order given wins.

    Args:
        findings: rows of `FINDINGS`.
        waivers: an expired one marks nothing.
        claims: index of the run's claims with `CLAIM_COLUMNS`.
        lines: index of its lines with `LINE_COLUMNS`.
        as_of: the run's day.
    """
    valid = [w for w in waivers if as_of < w.expires]
    if not valid or findings.is_empty():
        return findings
    of_line = lines.select("line_key", "hcpcs", "service_date", *LINE_COLUMNS)
    of_claim = claims.select("claim_key", "patient_control_number", "payer_name", *CLAIM_COLUMNS)
    return (
        findings.join(of_claim, on="claim_key", how="left", maintain_order="left")
        .join(of_line, on="line_key", how="left", maintain_order="left")
        .with_columns(pl.coalesce(pl.when(_covers(w)).then(pl.lit(w.id)) for w in valid).alias("waiver"))
        .drop(_CONTEXT)
    )


def waiver_frame(
    waivers: Sequence[Waiver],
    findings: pl.DataFrame,
    *,
    known: Sequence[Edit],
    asked: Sequence[Edit],
    as_of: date,
    is_whole: bool,
) -> pl.DataFrame:
    """What is known of each waiver after a run: rows of `WAIVERS`, with the keys that `judge` reads.

    Args:
        waivers: those given to the run.
        findings: the marked findings.
        known: every edit there is.
        asked: the edits of the run.
        as_of: the run's day.
        is_whole: every input was read whole, so a waiver without a finding is really unused.
    """
    marked = dict(findings.drop_nulls("waiver").group_by("waiver").len().iter_rows())
    names = {w for e in known for w in (e.name, e.code)}
    run = {w for e in asked for w in (e.name, e.code)}
    rows = [
        {
            "waiver_id": w.id,
            "waiver_place": w.place,
            "waiver_edit": w.edit,
            "waiver_expires": w.expires,
            "is_waiver_edit_known": w.edit in names,
            "is_waiver_edit_asked": w.edit in run,
            "is_waiver_expired": as_of >= w.expires,
            "waiver_limits": w.limits(),
            "waiver_findings": marked.get(w.id, 0 if is_whole else None),
        }
        for w in waivers
    ]
    return pl.DataFrame(rows, schema=WAIVERS.schema).with_columns(
        pl.lit(None, dtype=pl.Int64).alias("claim_key"),
        pl.lit(None, dtype=MONEY).alias("claim_charge_amount"),
    )
