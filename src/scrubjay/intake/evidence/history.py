"""Earlier claims, from 837 files or from tables of claim lines, as claims with negative keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.evidence.content import ROWS, Content, kind_of, read_content, wrong_kind
from scrubjay.intake.evidence.table import Field, read_table
from scrubjay.intake.reader import ClaimReader
from scrubjay.intake.reports import FileReport, ProblemLog
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

FIELDS = (
    Field("member_id", is_required=True),
    Field("patient_birth_date", "date", is_required=True, aliases=("birth_date", "dob")),
    Field("service_date_from", "date", is_required=True, aliases=("service_date", "date_of_service", "dos")),
    Field("hcpcs", is_required=True, aliases=("procedure_code", "code")),
    Field("units", "number", is_required=True),
    Field("service_date_to", "date"),
    Field("modifiers", "list"),
    Field("ndc_as_sent", aliases=("ndc",)),
    Field("charge_amount", "number"),
    Field("line_place_of_service_code", aliases=("place_of_service", "place_of_service_code")),
    Field("line_prior_authorization_number", aliases=("prior_authorization_number", "authorization_number")),
    Field("line_number", "number"),
    Field("patient_first_name"),
    Field("patient_last_name"),
    Field("patient_control_number", aliases=("claim_id", "claim_number")),
    Field("payer_claim_control_number", aliases=("icn", "claim_control_number")),
    Field("claim_frequency_code", aliases=("frequency", "frequency_code")),
    Field("original_reference_number"),
    Field("billing_npi"),
    Field("claim_rendering_npi", aliases=("rendering_npi",)),
    Field("payer_id"),
    Field("payer_name"),
    Field("payer_responsibility_code"),
    Field("claim_filing_code"),
    Field("claim_kind"),
    Field("type_of_bill_code"),
    Field("patient_weight_kg", "number", aliases=("weight_kg",)),
)
"""Columns of a table of earlier claims, one row for each service line."""

_OF_CLAIM = [f.name for f in FIELDS if f.name in CLAIMS.columns]
_OF_LINE = [f.name for f in FIELDS if f.name in LINES.columns]


def read_history(paths: Sequence[Path | str]) -> tuple[tuple[ClaimBundle, ...], list[FileReport]]:
    """Earlier claims of 837 files, CSV and Parquet tables.

    Args:
        paths: the files, in the order in which they were sent, as far as known.

    Returns:
        The claims, keys negative and ascending in the order of the files, ids `h1c1` (file 1, claim 1); and a
        report for each file. No bad input raises: the sound claims and rows count.
    """
    bundles: list[ClaimBundle] = []
    reports: list[FileReport] = []
    for number, path in enumerate(paths, 1):
        parts, report = _file(str(path), number)
        bundles += [_named(bundle, number) for bundle in parts]
        reports.append(report)
    return in_order(bundles), reports


def first_day(bundles: Sequence[ClaimBundle]) -> date | None:
    """First date of service of earlier claims."""
    days = [b.lines["service_date_from"].min() for b in bundles]
    known = [day for day in days if day is not None]
    return min(known) if known else None  # pyright: ignore[reportArgumentType, reportReturnType]


def _file(path: str, number: int) -> tuple[list[ClaimBundle], FileReport]:
    report = FileReport(path, number)
    log = ProblemLog(path, (ROWS,))
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(4096)
    except (OSError, ValueError):
        head = b""
    # X12 is read in pieces, packed or not; anything else is held whole.
    if kind_of(head) == "x12" or head.startswith(b"\x1f\x8b"):
        reader = ClaimReader([path])
        found = list(reader.batches())
        read = replace(reader.reports[0], file_number=number)
        if read.kind == "837" or not head.startswith(b"\x1f\x8b"):
            return found, read
    content = read_content(path, report, log)
    bundle = None
    if content is not None:
        report.kind = content.kind or "unknown"
        if content.kind in ("table", "parquet"):
            bundle = _of_table(content, report, log)
        else:
            wrong_kind(log, "earlier claims", "837 files, or CSV or Parquet tables of claim lines")
    if report.claims_read:
        report.kinds[ROWS] = report.claims_read
    log.finish_into(report)
    return [] if bundle is None else [bundle], report


def _of_table(content: Content, report: FileReport, log: ProblemLog) -> ClaimBundle | None:
    rows = read_table(content, FIELDS, report, log)
    if rows is None or not rows.height:
        return None
    report.lines = rows.height
    rows = rows.with_columns(
        pl.col("hcpcs").str.to_uppercase(),
        pl.col("modifiers").list.eval(pl.element().str.to_uppercase()).fill_null([]),
        pl.col("claim_kind").fill_null("professional"),
    )
    # Rows of one claim share its number and all that is said of the claim; a row without a number is its own.
    own = pl.when(pl.col("patient_control_number").is_null()).then("row").otherwise(0)
    keyed = rows.with_columns(own.alias("_own"))
    same = [*(c for c in _OF_CLAIM if c != "patient_weight_kg"), "_own"]
    claims = keyed.select(*same).unique(maintain_order=True).with_row_index("claim_key", offset=1)
    keyed = keyed.join(claims, on=same, how="left", nulls_equal=True, maintain_order="left")
    weights = keyed.group_by("claim_key").agg(
        pl.col("patient_weight_kg").max(), pl.len().cast(pl.Int64()).alias("line_count")
    )
    claims = claims.join(weights, on="claim_key", how="left", maintain_order="left").with_columns(
        pl.col("claim_key").cast(pl.Int64()).alias("claim_number")
    )
    lines = keyed.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64()).alias("line_key"),
        "claim_key",
        pl.col("row").alias("segment"),
        pl.col("line_number").cast(pl.Int32, strict=False),
        *(pl.col(c) for c in _OF_LINE if c != "line_number"),
    ).with_columns(
        pl.coalesce("service_date_to", "service_date_from").alias("service_date_to"),
        pl.lit([], dtype=pl.List(pl.String)).alias("diagnosis_pointers"),
    )
    _unfit(lines, log)
    return ClaimBundle(
        CLAIMS.conform(claims.drop("_own")), LINES.conform(lines), OTHER_PAYERS.empty(), ADJUSTMENTS.empty()
    )


def _unfit(lines: pl.DataFrame, log: ProblemLog) -> None:
    bad = lines.filter(~pl.col("hcpcs").str.contains("^[0-9A-Z]{5}$"))
    if bad.height:
        log.add(
            Problem(
                "bad-code",
                f"{bad.height:,} rows carry a code that is not of five characters; they match no claim.",
                "Correct the column hcpcs.",
            )
        )


def _named(bundle: ClaimBundle, number: int) -> ClaimBundle:
    return replace(
        bundle,
        claims=bundle.claims.with_columns(pl.format(f"h{number}c{{}}", "claim_number").alias("claim_id")),
    )


def in_order(bundles: Sequence[ClaimBundle]) -> tuple[ClaimBundle, ...]:
    """The bundles with keys that run over all of them and end at -1, so that earlier claims come before those of the run."""
    claims = sum(b.claims.height for b in bundles)
    lines = sum(b.lines.height for b in bundles)
    done: list[ClaimBundle] = []
    claim, line = -claims, -lines
    for bundle in bundles:
        keys = bundle.claims.select("claim_key").with_columns(
            pl.int_range(claim, claim + pl.len(), dtype=pl.Int64()).alias("_new")
        )
        lined = bundle.lines.join(keys, on="claim_key", how="left", maintain_order="left").with_columns(
            pl.col("_new").alias("claim_key"),
            pl.int_range(line, line + pl.len(), dtype=pl.Int64()).alias("line_key"),
        )
        done.append(
            ClaimBundle(
                bundle.claims.with_columns(keys["_new"].alias("claim_key")),
                lined.drop("_new"),
                OTHER_PAYERS.empty(),
                ADJUSTMENTS.empty(),
            )
        )
        claim += bundle.claims.height
        line += bundle.lines.height
    return tuple(done)
