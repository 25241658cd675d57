"""Which answers still stand: a later answer of the same payer to the same line takes the place of an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.match_claims import payer_order

if TYPE_CHECKING:
    from scrubjay.tables.remits import RemitBundle


def superseded(answered: pl.DataFrame, remits: RemitBundle) -> pl.Series:
    """`is_superseded` of each row of `answered`.

    An answer is superseded by a later payment's answer to the same line, a reversal included; an answer to a claim as
    a whole by any later one to that claim, and it supersedes earlier ones to its lines. The primary's and the secondary's
    answers stand side by side. What may not be posted supersedes nothing; of a payment without date nothing can be told.

    Args:
        answered: rows in the shape of `ANSWERED_LINES` but this column.
        remits: the answers, settled.
    """
    payments = remits.transactions.drop_nulls("payment_date").sort(
        "payment_date", "production_date", "trace_number", "content_digest", "remit_key", nulls_last=True
    ).select("remit_key", pl.int_range(pl.len(), dtype=pl.Int64).alias("_order"))  # fmt: skip
    place = remits.claims.select("remit_claim_key", "remit_key", "corrected_by_remit_claim_key").join(
        payments, on="remit_key", how="left"
    )
    rows = answered.join(place, on="remit_claim_key", how="left", maintain_order="left")
    order = payer_order(pl.col("claim_status_code")).replace_strict({"S": "S", "T": "T"}, default="P")
    payer = pl.coalesce("payer_id", "payer_name", pl.lit("?"))
    unknown_line = pl.concat_str(
        pl.lit("u"),
        *(
            pl.col(c).cast(pl.String).fill_null("")
            for c in ("patient_control_number", "hcpcs", "service_date")
        ),
        pl.col("modifiers").list.sort().list.join(":").fill_null(""),
        pl.col("charge_amount").abs().cast(pl.String).fill_null(""),
        separator="|",
    )
    rows = rows.with_columns(
        pl.concat_str(payer, order.fill_null("P"), separator="|").alias("_by"),
        pl.when(pl.col("line_key").is_not_null())
        .then(pl.format("l|{}", "line_key"))
        .otherwise(unknown_line)
        .alias("_line"),
        pl.when(pl.col("claim_key").is_not_null()).then(pl.format("c|{}", "claim_key")).alias("_claim"),
        pl.when(pl.col("is_postable")).then("_order").alias("_counts"),
    )
    is_whole = pl.col("remit_line_key").is_null()
    latest = pl.col("_counts").max().over("_by", "_line")
    latest_whole = pl.when(is_whole).then("_counts").max().over("_by", "_claim")
    latest_any = pl.col("_counts").max().over("_by", "_claim")
    has_claim = pl.col("_claim").is_not_null()
    older = pl.col("_order") < latest
    older_than_whole = has_claim & (pl.col("_order") < latest_whole)
    whole_is_older = has_claim & is_whole & (pl.col("_order") < latest_any)
    taken_back = remits.claims.filter("is_reversal", "is_postable")["reverses_remit_claim_key"].drop_nulls()
    is_reversed = pl.col("remit_claim_key").is_in(taken_back.implode())
    is_replaced = pl.col("is_reversal") & pl.col("corrected_by_remit_claim_key").is_not_null()
    found = rows.select(
        pl.any_horizontal(
            e.fill_null(value=False)
            for e in (older, older_than_whole, whole_is_older, is_reversed, is_replaced)
        ).alias("is_superseded")
    )
    return found.to_series()
