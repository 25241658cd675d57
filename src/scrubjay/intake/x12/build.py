"""From a batch of segments to a bundle of claims, with its counts and problems. Pure: safe in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from scrubjay.intake.x12.batches import ADJUDICATION, OTHER_PAYER, Batch
from scrubjay.intake.x12.claims import build_claims, claim_columns
from scrubjay.intake.x12.frames import Details
from scrubjay.intake.x12.lines import build_lines, service_rows
from scrubjay.intake.x12.maps import CODE, COMPONENT, ELEMENT
from scrubjay.intake.x12.payers import build_adjustments, build_other_payers
from scrubjay.intake.x12.values import Notes
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle, Table

# Columns whose text may hold the component separator although it is no composite; it is put back.
_TEXTS = {
    "claims": (
        *("patient_control_number", "payer_id", "payer_name", "member_id", "subscriber_last_name"),
        *("subscriber_first_name", "patient_last_name", "patient_first_name", "prior_authorization_number"),
        *("referral_number", "original_reference_number", "claim_note", "claim_filing_code"),
    ),
    "lines": (
        *("revenue_code", "line_item_control_number", "line_prior_authorization_number", "line_note"),
        *("ndc_as_sent", "prescription_number"),
    ),
}
_SERVICE_TAGS = [CODE[tag] for tag in ("LX", "SV1", "SV2", "SVD")]


@dataclass(slots=True)
class Built:
    """What one batch gave: keys in the bundle run from 1 within the batch."""

    bundle: ClaimBundle
    notes: Notes
    claims: int
    lines: int
    charge_total: Decimal
    line_charge_total: Decimal


def build(batch: Batch, file_number: int) -> Built:
    """Read all claims of a batch.

    Args:
        batch: whole claims.
        file_number: 1-based number of the file in the run.
    """
    notes = Notes()
    details = Details(batch)
    _unknown_segments(batch, notes)
    if CODE["CLM"] not in batch.sections["code"]:
        return Built(ClaimBundle(), notes, 0, 0, Decimal(0), Decimal(0))
    services = service_rows(batch)
    has_service = services["service"].is_not_null()
    claims = build_claims(batch, details, services.filter(has_service)["claim"], notes)
    counted = claims.filter("is_837")
    sent = services.filter(has_service & services["claim"].is_in(counted["claim"].implode()))
    out = Built(
        ClaimBundle(), notes, counted.height, sent.height,
        _total(counted["claim_charge_amount"]), _total(sent["charge_amount"]),
    )  # fmt: skip
    good = claims.filter(pl.col("is_claim") & pl.col("set_aside").is_null())
    if good.height:
        out.bundle = _bundle(batch, good, services, details, notes=notes, file_number=file_number)
    return out


def _bundle(
    batch: Batch,
    good: pl.DataFrame,
    services: pl.DataFrame,
    details: Details,
    *,
    notes: Notes,
    file_number: int,
) -> ClaimBundle:
    good = good.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64()).alias("claim_key"))
    claims = claim_columns(good, details, notes)
    lines = build_lines(services, good, details, notes)
    lines = lines.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64()).alias("line_key"))
    keys = good.select("claim", "claim_key", "set_number")
    counts = lines.group_by("claim").agg(pl.len().cast(pl.Int64()).alias("line_count"))
    claims = claims.join(counts, on="claim", how="left", maintain_order="left")
    prefix = f"f{file_number}c"
    claims = claims.with_columns(
        pl.format(prefix + "{}", "claim_number").alias("claim_id"), pl.lit(file_number).alias("file_number")
    )
    lines = lines.join(keys, on="claim", how="left", maintain_order="left").with_columns(
        pl.lit(file_number).alias("file_number")
    )
    marks = [t.component for t in batch.transactions]
    claims = _restore(claims, _TEXTS["claims"], marks)
    lines = _restore(lines, _TEXTS["lines"], marks)
    payers, adjustments = _other_payers(batch, good, lines, details, notes)
    return ClaimBundle(_shape(CLAIMS, claims), _shape(LINES, lines), payers, adjustments)


def _other_payers(
    batch: Batch, good: pl.DataFrame, lines: pl.DataFrame, details: Details, notes: Notes
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not batch.sections["area"].is_in([OTHER_PAYER, ADJUDICATION]).any():
        return OTHER_PAYERS.empty(), ADJUSTMENTS.empty()
    payers = build_other_payers(batch, good, details, notes)
    adjustments = build_adjustments(batch, good, payers, details, notes)
    keys = good.select("claim", "claim_key")
    payers = payers.join(keys, on="claim", how="left", maintain_order="left")
    adjustments = adjustments.join(keys, on="claim", how="left", maintain_order="left").join(
        lines.select("line", "line_key"), on="line", how="left", maintain_order="left"
    )
    return _shape(OTHER_PAYERS, payers), _shape(ADJUSTMENTS, adjustments)


def _shape(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that the table declares, without the working ones."""
    return table.conform(frame.select(name for name in table.columns if name in frame.columns))


def _total(amounts: pl.Series) -> Decimal:
    total = amounts.sum()
    return total if isinstance(total, Decimal) else Decimal(0)


def _restore(frame: pl.DataFrame, names: tuple[str, ...], marks: list[str]) -> pl.DataFrame:
    """Put the interchange's own component separator back where it is part of a text."""
    used = [n for n in names if frame[n].str.contains(COMPONENT, literal=True).any()]
    if not used:
        return frame
    own = pl.Series("mark", marks).gather(frame["set_number"])
    frame = frame.with_columns(own)
    return frame.with_columns(
        pl.col(n).str.replace_all(COMPONENT, pl.col("mark"), literal=True) for n in used
    ).drop("mark")


def _unknown_segments(batch: Batch, notes: Notes) -> None:
    sections = batch.sections
    sets = batch.transactions
    rows = batch.rows.filter(pl.col("code").is_null())
    if rows.height and sections.height:
        at = rows["section"].cast(pl.Int64()).clip(1) - 1
        owner = sections.select("set_number", "is_in_set", "is_in_claim", "claim")[at]
        rows = _placed(rows.hstack(owner), batch)
        is_isa = (pl.col("raw") == "ISA") | pl.col("raw").str.starts_with(f"ISA{ELEMENT}")
        is_outside = (pl.col("section") == 0) | ~pl.col("is_in_set")
        notes.add("bad-isa", "An ISA segment cannot be read; what follows may be lost.",
                  "Ask the sender for a file with a complete ISA segment.", rows.filter(is_isa))  # fmt: skip
        rows = rows.filter(~is_isa)
        notes.add("unknown-segment", "A segment is none that an 837 may hold; it was skipped.",
                  "Remove it, or send what it holds in its proper segment.",
                  rows.filter(~is_outside & pl.col("is_837")))  # fmt: skip
        notes.add("segment-outside-transaction", "A segment stands outside any transaction set; it was skipped.",
                  "Every segment belongs between ST and SE.", rows.filter(is_outside))  # fmt: skip
    is_837 = pl.Series([t.is_837 for t in sets]).gather(sections["set_number"])
    stray = sections.filter(
        pl.col("code").is_in(_SERVICE_TAGS) & ~pl.col("is_in_claim") & pl.col("is_in_set") & is_837
    )
    if stray.height:
        notes.add("line-outside-claim", "A service line stands under no claim; it was skipped.",
                  "Every LX and SV1 or SV2 follows a CLM.", _placed(stray, batch))  # fmt: skip


def _placed(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    sets = batch.transactions
    at = rows["set_number"]
    number = pl.col("claim").cast(pl.Int64()) + batch.first_claim
    return rows.with_columns(
        pl.Series([t.control for t in sets], dtype=pl.String()).gather(at).alias("transaction"),
        pl.Series([t.is_837 for t in sets]).gather(at).alias("is_837"),
        pl.when("is_in_claim").then(number).alias("claim_number"),
    )
