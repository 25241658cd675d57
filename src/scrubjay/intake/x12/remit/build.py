"""From a batch of segments to answers with their counts and problems. Pure: safe in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.frames import Details
from scrubjay.intake.x12.maps import COMPONENT, ELEMENT
from scrubjay.intake.x12.remit.acknowledgments import build_acknowledgments, build_errors, build_statuses
from scrubjay.intake.x12.remit.adjustments import (
    build_adjustments,
    build_provider_adjustments,
    build_remarks,
    owners_of,
)
from scrubjay.intake.x12.remit.balance import balance_claims, balance_lines
from scrubjay.intake.x12.remit.claims import build_claims, claim_columns
from scrubjay.intake.x12.remit.lines import build_lines
from scrubjay.intake.x12.remit.maps import CLAIM, CODE, LINE, OWNERS
from scrubjay.intake.x12.remit.payments import build_parts
from scrubjay.intake.x12.values import Notes

if TYPE_CHECKING:
    from scrubjay.intake.x12.remit.batches import AnswerBatch


@dataclass(slots=True)
class Built:
    """What one batch gave; keys run from 1 within the batch, `remit_key` and `set_key` within the file.

    Attributes:
        claims, lines, adjustments, remarks, provider_adjustments: with the columns of their tables but run-wide keys.
        parts: parts of payments, to be merged by `remit_key`.
        acknowledgments, groups, errors, statuses, status_codes: with `set_key`; groups are parts, to be merged by it.
        open_key: `remit_key` of the set that is open when the batch ends; later batches may add to it.
        notes: the problems.
        claim_count, set_aside_count, line_count, charge_total: of the batch's 835s, for the report.
    """

    claims: pl.DataFrame
    lines: pl.DataFrame
    adjustments: pl.DataFrame
    remarks: pl.DataFrame
    provider_adjustments: pl.DataFrame
    parts: pl.DataFrame
    acknowledgments: pl.DataFrame
    groups: pl.DataFrame
    errors: pl.DataFrame
    statuses: pl.DataFrame
    status_codes: pl.DataFrame
    open_key: int
    notes: Notes
    claim_count: int
    line_count: int
    charge_total: Decimal


def build(batch: AnswerBatch, file_number: int) -> Built:
    """Read all answers of a batch.

    Args:
        batch: whole answers.
        file_number: 1-based number of the file in the run.
    """
    notes = Notes()
    details = Details(batch, CODE, OWNERS)
    _stray_segments(batch, notes)
    everything = build_claims(batch, notes)
    good = everything.filter(pl.col("set_aside").is_null())
    claims = claim_columns(good, details, notes)
    lines = build_lines(batch, claims, details, notes)
    owners = owners_of(claims, lines)
    adjustments = build_adjustments(details, owners, notes)
    remarks = build_remarks(details, owners)
    lines = balance_lines(lines, adjustments)
    claims = balance_claims(claims, lines, adjustments)
    provider = build_provider_adjustments(batch, notes)
    balanced = pl.concat([claims, everything.filter(pl.col("set_aside").is_not_null())], how="diagonal")
    parts = build_parts(
        batch, details, balanced, provider, notes, file_number=file_number, key_base=batch.first_set
    )
    marks = pl.Series([t.component for t in batch.transactions])
    in_file = pl.lit(file_number, dtype=pl.Int32()).alias("file_number")
    key = (pl.col("set_number").cast(pl.Int64()) + batch.first_set).alias("remit_key")
    claim_key = pl.int_range(1, pl.len() + 1, dtype=pl.Int64())
    claims = claims.with_columns(
        claim_key.alias("remit_claim_key"), key, in_file,
        pl.format(f"f{file_number}r{{}}", "claim_number").alias("remit_claim_id"),
        pl.concat_str("patient_control_number", "payer_claim_control_number", separator="|").alias("claim_answer_key"),
    )  # fmt: skip
    lines = lines.with_columns(claim_key.alias("remit_line_key"), in_file)
    to_claim = claims.select("claim", "remit_claim_key")
    to_line = lines.select("line", "remit_line_key")
    lines = lines.join(to_claim, on="claim", how="left", maintain_order="left")
    keyed = [
        f.join(to_claim, on="claim", how="left", maintain_order="left")
        .join(to_line, on="line", how="left", maintain_order="left")
        .with_columns(in_file)
        for f in (adjustments, remarks)
    ]
    adjustments, remarks = keyed
    answers = _acknowledgments(batch, details, notes, file_number)
    total = good["charge_amount"].sum()
    return Built(
        claims=_restored(claims, marks),
        lines=_restored(lines, marks),
        adjustments=adjustments,
        remarks=remarks,
        provider_adjustments=_restored(provider.with_columns(key, in_file), marks),
        parts=_restored(parts, marks).drop("set_number"),
        acknowledgments=answers[0],
        groups=answers[1],
        errors=answers[2],
        statuses=answers[3],
        status_codes=answers[4],
        open_key=batch.first_set + len(batch.transactions) - 1,
        notes=notes,
        claim_count=everything.height,
        line_count=batch.sections.filter(pl.col("area") == LINE).height,
        charge_total=total if isinstance(total, Decimal) else Decimal(0),
    )


def _acknowledgments(
    batch: AnswerBatch, details: Details, notes: Notes, file_number: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Acknowledgements, parts of groups, errors, statuses, status codes; each with `set_key`."""
    rows, groups = build_acknowledgments(batch, notes)
    statuses, codes = build_statuses(batch, details, notes)
    frames = (rows, groups, build_errors(batch, details), statuses, codes)
    in_file = pl.lit(file_number, dtype=pl.Int32()).alias("file_number")
    done = [f.rename({"file_set": "set_key"}).with_columns(in_file) for f in frames]
    return done[0], done[1], done[2], done[3], done[4]


def _restored(frame: pl.DataFrame, marks: pl.Series) -> pl.DataFrame:
    """Put the interchange's own component separator back where it is part of a text."""
    texts = [n for n, t in frame.schema.items() if t == pl.String()]
    if not frame.height:
        return frame
    held = frame.select(pl.col(n).str.contains(COMPONENT, literal=True).any() for n in texts).row(0)
    used = [n for n, is_held in zip(texts, held, strict=True) if is_held]
    if not used:
        return frame
    own = marks.gather(frame["set_number"]).alias("_mark")
    return frame.with_columns(own).with_columns(
        pl.col(n).str.replace_all(COMPONENT, pl.col("_mark"), literal=True) for n in used
    ).drop("_mark")  # fmt: skip


def _stray_segments(batch: AnswerBatch, notes: Notes) -> None:
    """Segments of no known tag, outside any set, or lines and adjustments under no claim."""
    sets, sections = batch.transactions, batch.sections
    is_835 = [t.what.kind == "835" for t in sets]
    unknown = batch.rows.filter(pl.col("code").is_null())
    if unknown.height:
        section = unknown["section"].cast(pl.Int64())
        at = section.set(section == 0, None) - 1
        owner = sections.select("set_number", "is_in_set").select(pl.all().gather(at))
        unknown = unknown.hstack(owner).with_columns(pl.col("is_in_set").fill_null(value=False))
        control = pl.Series([t.control for t in sets], dtype=pl.String()).gather(unknown["set_number"])
        unknown = unknown.with_columns(
            control.alias("transaction"),
            batch.of_sets(list(is_835), pl.Boolean(), unknown["set_number"]).alias("is_835"),
        )
        is_isa = (pl.col("raw") == "ISA") | pl.col("raw").str.starts_with(f"ISA{ELEMENT}")
        notes.add("bad-isa", "An ISA segment cannot be read; what follows may be lost.",
                  "Ask the sender for a file with a complete ISA segment.", unknown.filter(is_isa))  # fmt: skip
        unknown = unknown.filter(~is_isa)
        notes.add("unknown-segment", "A segment is none that an 835 may hold; it was skipped.",
                  "Ask the sender what it means.", unknown.filter(pl.col("is_in_set") & pl.col("is_835")))  # fmt: skip
        notes.add("segment-outside-transaction", "A segment stands outside any transaction set; it was skipped.",
                  "Every segment belongs between ST and SE.", unknown.filter(~pl.col("is_in_set")))  # fmt: skip
    money = [CODE["SVC"], CODE["CAS"]]
    rows = batch.rows.filter(pl.col("code").is_in(money) & (pl.col("section") > 0))
    owner = sections.select("set_number", "is_in_set", "area")[rows["section"].cast(pl.Int64()) - 1]
    rows = rows.hstack(owner)
    stray = rows.filter(
        batch.of_sets(list(is_835), pl.Boolean(), rows["set_number"])
        & pl.col("is_in_set")
        & ~pl.col("area").is_in([CLAIM, LINE])
    )
    if stray.height:
        stray = stray.with_columns(
            pl.Series([t.control for t in sets], dtype=pl.String())
            .gather(stray["set_number"])
            .alias("transaction")
        )
        notes.add("line-outside-claim", "A line or adjustment stands under no claim; it was skipped.",
                  "Every SVC and CAS follows a CLP.", stray)  # fmt: skip
