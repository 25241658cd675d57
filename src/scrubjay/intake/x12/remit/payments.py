"""Payments of a batch (835 sets): header values, and sums that are merged over batches until the set ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.frames import attach
from scrubjay.intake.x12.remit.balance import WIDE, balance_payments
from scrubjay.intake.x12.remit.claims import bad_number, with_days
from scrubjay.intake.x12.remit.maps import CODE, HEADER, PARTY
from scrubjay.intake.x12.values import Notes, day, elements, number
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from scrubjay.intake.x12.frames import Details
    from scrubjay.intake.x12.remit.batches import AnswerBatch

_BPR = {
    1: "handling_code",
    2: "payment_text",
    3: "credit_debit_code",
    4: "payment_method_code",
    16: "payment_day",
}
_HEADER = {
    "file_number": pl.Int32(),
    "transaction": pl.String(),
    "segment": pl.Int64(),
    "implementation": pl.String(),
    "handling_code": pl.String(),
    "payment_amount": MONEY,
    "credit_debit_code": pl.String(),
    "payment_method_code": pl.String(),
    "payment_date": pl.Date(),
    "trace_number": pl.String(),
    "payer_originator_id": pl.String(),
    "production_date": pl.Date(),
    "payer_name": pl.String(),
    "payer_id": pl.String(),
    "payee_name": pl.String(),
    "payee_npi": pl.String(),
    "payee_tax_id": pl.String(),
    "group_control_number": pl.String(),
    "interchange_key": pl.String(),
}
_SUMS = ("_paid", "_charge", "_patient", "_adjustment", "_plb")
_COUNTS = (
    *("claim_count", "line_count", "unbalanced_claim_count", "unbalanced_line_count"),
    *("_paid_unknown", "_charge_unknown", "_adjustment_unknown", "_plb_unknown", "_set_aside"),
)


def build_parts(
    batch: AnswerBatch, details: Details, claims: pl.DataFrame, provider: pl.DataFrame, notes: Notes, *,
    file_number: int, key_base: int,
) -> pl.DataFrame:  # fmt: skip
    """One part per 835 set that the batch holds something of: its header if it began here, and sums.

    Args:
        batch: the segments.
        details: the same by tag and owner.
        claims: all claims of the batch's 835s, balanced, those set aside too.
        provider: provider adjustments with `set_number` and `is_cut`.
        notes: takes the problems.
        file_number: of the file in the run.
        key_base: `remit_key` of the set that was open when the batch began.
    """
    sets = batch.transactions
    numbers = [n for n, t in enumerate(sets) if t.what.kind == "835" and (n or batch.is_open)]
    parts = pl.DataFrame({"set_number": numbers}, schema={"set_number": pl.UInt32()})
    parts = _headers(batch, parts, details, notes, file_number=file_number)
    is_good = pl.col("set_aside").is_null()
    amounts = {"_paid": "paid_amount", "_charge": "charge_amount", "_adjustment": "adjustment_amount"}
    is_off = ~pl.col("is_balanced").fill_null(value=False)
    sums = claims.filter("is_in_set").group_by("set_number").agg(
        *(pl.col(c).filter(is_good).cast(WIDE).sum().alias(n) for n, c in amounts.items()),
        *(pl.col(c).filter(is_good).null_count().alias(f"{n}_unknown") for n, c in amounts.items()),
        pl.col("patient_responsibility_amount").filter(is_good).cast(WIDE).sum().alias("_patient"),
        is_good.sum().alias("claim_count"),
        (~is_good).sum().alias("_set_aside"),
        (is_off & is_good).sum().alias("unbalanced_claim_count"),
        pl.col("line_count").sum(), pl.col("unbalanced_line_count").sum(),
    )  # fmt: skip
    adjusted = provider.group_by("set_number").agg(
        pl.col("adjustment_amount").cast(WIDE).sum().alias("_plb"),
        (pl.col("adjustment_amount").is_null() | pl.col("is_cut")).sum().alias("_plb_unknown"),
    )
    ends = batch.sections.filter(pl.col("code") == CODE["SE"]).select(
        "set_number", pl.lit(value=True).alias("has_end")
    )
    for found in (sums, adjusted, ends.unique("set_number")):
        parts = parts.join(found, on="set_number", how="left", maintain_order="left")
    return parts.select(
        (pl.col("set_number").cast(pl.Int64()) + key_base).alias("remit_key"),
        "set_number",
        *_HEADER,
        *(pl.col(c).fill_null(0).cast(WIDE) for c in _SUMS),
        *(pl.col(c).fill_null(0).cast(pl.Int64()) for c in _COUNTS),
        pl.col("has_end").fill_null(value=False),
    )


def merge_parts(parts: pl.DataFrame) -> pl.DataFrame:
    """One row per payment out of its parts, in the order of the files."""
    if parts["remit_key"].is_unique().all():
        return parts
    return parts.group_by("remit_key", maintain_order=True).agg(
        *(pl.col(c).drop_nulls().first() for c in _HEADER),
        *(pl.col(c).sum() for c in (*_SUMS, *_COUNTS)),
        pl.col("has_end").any(),
    )


def finish(parts: pl.DataFrame) -> pl.DataFrame:
    """Payments with verdicts and the keys by which they are recognised again; `parts` are merged."""
    payments = balance_payments(parts)
    sent = (
        pl.col("payer_id"),
        pl.col("trace_number"),
        pl.col("payment_amount").cast(pl.String()),
        pl.col("payment_date").cast(pl.String()),
    )
    # Null where any part is unknown: half a key would take different payments for one.
    return payments.with_columns(pl.concat_str(sent, separator="|").alias("payment_key"))


def _headers(
    batch: AnswerBatch, parts: pl.DataFrame, details: Details, notes: Notes, *, file_number: int
) -> pl.DataFrame:
    sets, at = batch.transactions, parts["set_number"]
    is_new = pl.col("set_number") > 0
    parts = parts.with_columns(
        batch.of_sets([t.control for t in sets], pl.String(), at).alias("transaction"),
        batch.of_sets([t.segment for t in sets], pl.Int64(), at).alias("segment"),
        batch.of_sets([t.version for t in sets], pl.String(), at).alias("implementation"),
        batch.of_sets([t.group for t in sets], pl.String(), at).alias("group_control_number"),
        batch.of_sets(
            ["|".join(t.interchange) if t.interchange else None for t in sets], pl.String(), at
        ).alias("interchange_key"),
        pl.lit(file_number, dtype=pl.Int32()).alias("file_number"),
    )
    names = [_BPR.get(i) for i in range(1, 17)]
    parts = attach(parts, "set_number", details.parts("BPR", HEADER, names), {n: n for n in _BPR.values()})
    amount, paid_on = number(parts["payment_text"], MONEY), day(parts["payment_day"])
    parts = parts.with_columns(amount.alias("payment_amount"), paid_on.alias("payment_date"))
    text = pl.col("payment_text")
    bad_number(parts.filter(pl.col("payment_amount").is_null() & text.is_not_null()), "BPR02", notes)
    notes.add("missing-amount", "A payment has no total (BPR02), so it cannot be balanced.",
              "Ask the payer for a corrected remittance.", parts.filter(is_new & text.is_null()), element="BPR02")  # fmt: skip
    notes.add("bad-date", "A date is missing or is no date; it was left empty.", "Ask the sender for eight digits.",
              parts.filter(pl.col("payment_date").is_null() & pl.col("payment_day").is_not_null()), element="BPR16")  # fmt: skip
    trace = details.parts("TRN", HEADER, (None, "trace_number", "payer_originator_id"))
    parts = attach(parts, "set_number", trace, {n: n for n in ("trace_number", "payer_originator_id")})
    notes.add("missing-trace", "A payment has no trace number (TRN02): it cannot be matched to a deposit, nor "
              "recognised when it comes again.", "Ask the payer for it.",
              parts.filter(is_new & pl.col("trace_number").is_null()), element="TRN02")  # fmt: skip
    parts = with_days(parts, "set_number", details.parts("DTM", HEADER, ("qualifier", "value")),
                      {"405": "production_date"}, notes)  # fmt: skip
    return _parties(batch, parts, details)


def _parties(batch: AnswerBatch, parts: pl.DataFrame, details: Details) -> pl.DataFrame:
    """N1*PR and N1*PE with their REF."""
    found = batch.sections.filter(pl.col("area") == PARTY).select("party", "set_number", "segment", "raw")
    fields = elements(found["raw"], 4)
    named = found.select(
        "party", "segment", pl.col("set_number").alias("owner"), fields[1].alias("role"), fields[2].alias("name"),
        fields[3].alias("qualifier"), fields[4].alias("id"),
    )  # fmt: skip
    numbers = details.parts("REF", PARTY, ("qualifier", "value"))
    for qualifier, name in (("2U", "payer_number"), ("TJ", "tax_id")):
        named = attach(named, "party", numbers.filter(pl.col("qualifier") == qualifier), {"value": name})
    payer = named.filter(pl.col("role") == "PR")
    parts = attach(parts, "set_number", payer, {"name": "payer_name", "id": "_id", "payer_number": "_number"})
    parts = parts.with_columns(pl.coalesce("payer_originator_id", "_id", "_number").alias("payer_id"))
    kind = pl.col("qualifier")
    payee = named.filter(pl.col("role") == "PE").with_columns(
        pl.when(kind == "XX").then("id").alias("npi"),
        pl.coalesce(pl.when(kind == "FI").then("id"), "tax_id").alias("tax_id"),
    )
    return attach(
        parts, "set_number", payee, {"name": "payee_name", "npi": "payee_npi", "tax_id": "payee_tax_id"}
    )
