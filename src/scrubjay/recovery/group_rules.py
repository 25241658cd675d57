"""Is an answer put together as the code lists ask: which group may stand with a reason, which reason needs a remark.

A fault here is the payer's. It changes no amount; it says that the answer may not be relied on as it stands.
The rules are dated, cited rows of `data/group_rules.csv`; a row holds for payment dates in
[effective_from, effective_to), an empty date being open.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables.remits import REMIT_FINDINGS

if TYPE_CHECKING:
    from scrubjay.tables.remits import RemitBundle

GROUPS = ("CO", "PR", "OA", "PI", "CR")
"""Group codes that any version of the 835 knows."""

_KEYS = ("remit_claim_key", "remit_line_key", "file_number", "transaction", "segment")


@cache
def group_rules() -> pl.DataFrame:
    """The rules as they ship: a row per reason, lists split, flags and dates typed."""
    path = files("scrubjay.recovery").joinpath("data", "group_rules.csv")
    raw = pl.read_csv(path.read_bytes(), infer_schema=False)
    return raw.with_columns(
        pl.col("allowed_groups").str.split("|"),
        pl.col("groups_by_filing_code").str.split("|"),
        *((pl.col(c) == "true").fill_null(value=False) for c in ("requires_remark", "not_whole_charge")),
        *(pl.col(c).str.to_date("%Y-%m-%d") for c in ("effective_from", "effective_to")),
    )


def check_groups(remits: RemitBundle) -> pl.DataFrame:
    """What breaks the rules of groups, reasons and remarks, in the shape of `REMIT_FINDINGS`.

    A remark that only alerts does not satisfy the rule, but which remarks alert is not in the data that ships: any
    remark on the line or its claim counts as one, so a fault of this kind can be missed, never invented.

    Args:
        remits: settled (`intake.remits.collect`).
    """
    rows = _with_context(remits)
    group, carc = pl.col("adjustment_group_code"), pl.col("carc_code")
    in_force = (pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col("payment_date"))) & (
        pl.col("effective_to").is_null() | (pl.col("payment_date") < pl.col("effective_to"))
    )
    rows = rows.with_columns(in_force.fill_null(value=False).alias("in_force"))
    by_filing = pl.concat_str("claim_filing_code", group, separator=":")
    is_allowed = group.is_in(pl.col("allowed_groups")) | by_filing.is_in(
        pl.col("groups_by_filing_code")
    ).fill_null(value=False)
    amount = pl.col("adjustment_amount")
    takes_all = (amount == pl.col("_charge")) & (amount != 0) & pl.col("not_whole_charge")
    lacks_remark = pl.col("requires_remark") & ~pl.col("_has_remark")
    allowed = pl.col("allowed_groups").list.join(" or ")
    faults = (
        ("unknown-group", ~group.is_in(GROUPS) | group.is_null(),
         pl.format("Adjustment {} has no group code that is known.", carc.fill_null("without a reason"))),
        ("group-not-allowed", pl.col("in_force") & group.is_in(GROUPS) & ~is_allowed,
         pl.format("Reason {} stands with group {}; only {} is allowed.", carc, group, allowed)),
        ("whole-charge", pl.col("in_force") & takes_all,
         pl.format("Reason {} takes the whole charge, which it may not.", carc)),
        ("remark-missing", pl.col("in_force") & lacks_remark,
         pl.format("Reason {} needs a remark code that says what is meant; there is none.", carc)),
    )  # fmt: skip
    found = [
        rows.filter(test.fill_null(value=False)).select(
            *_KEYS,
            pl.lit(fault).alias("fault"),
            "adjustment_group_code",
            "carc_code",
            words.alias("message"),
            "citation",
        )
        for fault, test, words in faults
    ]
    return REMIT_FINDINGS.conform(
        pl.concat(found).sort("file_number", "segment", "fault", maintain_order=True)
    )


def _with_context(remits: RemitBundle) -> pl.DataFrame:
    """Adjustments with their rule, the charge they stand under, the payment date, and whether a remark is there."""
    dates = remits.transactions.select("remit_key", "payment_date")
    claims = remits.claims.select(
        "remit_claim_key", "remit_key", "claim_filing_code", pl.col("charge_amount").alias("_claim_charge")
    ).join(dates, on="remit_key", how="left")
    lines = remits.lines.select("remit_line_key", pl.col("charge_amount").alias("_line_charge"))
    remarked = remits.remarks.filter(pl.col("remark_list").fill_null("HE") == "HE")
    of_claims = remarked.filter(pl.col("remit_line_key").is_null())["remit_claim_key"].unique()
    of_lines = remarked["remit_line_key"].drop_nulls().unique()
    every = remarked["remit_claim_key"].unique()
    rows = remits.adjustments.join(claims, on="remit_claim_key", how="left", maintain_order="left")
    rows = rows.join(lines, on="remit_line_key", how="left", maintain_order="left")
    at_line = pl.col("remit_line_key").is_not_null()
    has = pl.col("remit_claim_key").is_in(of_claims.implode()) | pl.col("remit_line_key").is_in(
        of_lines.implode()
    ).fill_null(value=False)
    rows = rows.with_columns(
        pl.when(at_line).then("_line_charge").otherwise("_claim_charge").alias("_charge"),
        # An adjustment of the whole claim may be explained at any of its lines.
        pl.when(at_line)
        .then(has)
        .otherwise(pl.col("remit_claim_key").is_in(every.implode()))
        .alias("_has_remark"),
    )
    return rows.join(group_rules(), on="carc_code", how="left", maintain_order="left")
