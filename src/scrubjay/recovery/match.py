"""Puts the payer's answers beside the claims that were sent: gives `ANSWERED_LINES`.

No answered line is lost or doubled: the result has one row for each answered line, and one for each answered claim
without lines, whatever was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.match_claims import match_claims
from scrubjay.recovery.match_lines import match_lines
from scrubjay.recovery.supersede import superseded
from scrubjay.tables.recovery import ADJUSTMENT, ANSWERED_LINES

if TYPE_CHECKING:
    from scrubjay.policies import PolicySet
    from scrubjay.tables import ClaimBundle
    from scrubjay.tables.remits import RemitBundle

_JOINED = ("split", "bundle")
"""Kinds of link where a line that was sent is not the whole of what was answered, or more."""


@dataclass(slots=True)
class Matched:
    """Answers beside claims.

    Attributes:
        answered: in the shape of `ANSWERED_LINES`, in the order of the answers.
        candidates: in the shape of `CANDIDATES`.
        links: in the shape of `LINE_LINKS`; every line of a bundle is in it, the first of them is `line_key`.
    """

    answered: pl.DataFrame
    candidates: pl.DataFrame
    links: pl.DataFrame


def match(
    remits: RemitBundle,
    claims: ClaimBundle,
    policies: PolicySet | None = None,
    *,
    chosen: pl.DataFrame | None = None,
) -> Matched:
    """Match answers to claims.

    Args:
        remits: settled (`intake.remits.collect` or `store.answers.read_remits`).
        claims: the claims that were sent; may be empty.
        policies: name the policy that speaks for each payer; null leaves `policy_id` empty.
        chosen: claims that people chose (`store.cases.read_choices`).
    """
    found, candidates = match_claims(remits, claims, chosen)
    links = match_lines(found, remits, claims)
    rows = _rows(remits).join(found, on="remit_claim_key", how="left", maintain_order="left")
    rows = _with_line(rows, links, claims)
    rows = _with_claim(rows, claims)
    rows = _with_reasons(rows, remits)
    rows = _named(rows)
    rows = _with_policy(rows, policies)
    rows = rows.with_columns(superseded(rows, remits))
    return Matched(ANSWERED_LINES.conform(rows.select(list(ANSWERED_LINES.columns))), candidates, links)


def _rows(remits: RemitBundle) -> pl.DataFrame:
    """One row per answered line, and one per answered claim without lines, with claim and payment."""
    payments = remits.transactions.select(
        "remit_key", "payer_id", "payer_name", "payment_date", "production_date"
    )
    claims = remits.claims.select(
        "remit_claim_key", "remit_key", "patient_control_number", "payer_claim_control_number", "claim_status_code",
        pl.col("claim_filing_code").alias("_filing"), "facility_type_code", pl.col("claim_frequency_code").alias("_frequency"),
        "statement_from", "statement_to", "received_date", "is_reversal", "is_postable",
        pl.col("charge_amount").alias("_claim_charge"), pl.col("paid_amount").alias("_claim_paid"),
    ).join(payments, on="remit_key", how="left", maintain_order="left")  # fmt: skip
    lines = remits.lines.select(
        "remit_claim_key", "remit_line_key", "hcpcs", "billed_hcpcs", "billed_modifiers", "units_paid",
        "units_billed", pl.col("charge_amount").alias("_line_charge"), pl.col("paid_amount").alias("_line_paid"),
        "allowed_amount", "service_date_from", pl.col("service_date_to").alias("_to"),
        pl.col("is_code_changed").alias("_changed"),
    )  # fmt: skip
    return claims.join(lines, on="remit_claim_key", how="left", maintain_order="left_right")


def _with_line(rows: pl.DataFrame, links: pl.DataFrame, claims: ClaimBundle) -> pl.DataFrame:
    """The line that was sent: of a bundle the one of the same code, else the first."""
    lines = claims.lines.select(
        "line_key", pl.col("line_number").alias("_number"), pl.col("hcpcs").alias("_hcpcs"),
        pl.col("modifiers").alias("_modifiers"), pl.col("units").alias("_units"), "line_place_of_service_code",
        pl.col("service_date_from").alias("_sent_from"), pl.col("service_date_to").alias("_sent_to"),
    )  # fmt: skip
    linked = links.rename({"match_kind": "_kind", "match_score": "_score"}).join(
        lines, on="line_key", how="left"
    )
    billed = rows.select("remit_line_key", pl.coalesce("billed_hcpcs", "hcpcs").alias("_code")).drop_nulls(
        "remit_line_key"
    )
    linked = linked.join(billed, on="remit_line_key", how="left").with_columns(
        (pl.col("_hcpcs") == pl.col("_code")).fill_null(value=False).alias("_same")
    )
    linked = linked.sort(
        "remit_line_key", "_same", "_number", "line_key", descending=[False, True, False, False]
    )
    linked = linked.unique("remit_line_key", keep="first", maintain_order=True).drop(
        "_same", "_number", "_code"
    )
    rows = rows.join(linked, on="remit_line_key", how="left", maintain_order="left")
    has_claim, is_line = pl.col("claim_key").is_not_null(), pl.col("remit_line_key").is_not_null()
    kind = (
        pl.when(pl.col("line_key").is_not_null()).then("_kind")
        .when(has_claim & is_line).then(pl.lit("claim-only"))
        .otherwise("match_kind")
    )  # fmt: skip
    score = pl.when(pl.col("line_key").is_not_null()).then(pl.min_horizontal("match_score", "_score"))
    return rows.with_columns(
        kind.alias("match_kind"),
        pl.when(has_claim & is_line).then(score).otherwise("match_score").alias("match_score"),
    )


def _with_claim(rows: pl.DataFrame, claims: ClaimBundle) -> pl.DataFrame:
    sent = claims.claims.select(
        "claim_key", "claim_kind", "claim_place_of_service_code", "type_of_bill_code", "claim_filing_code",
        "claim_frequency_code",
    )  # fmt: skip
    return rows.join(sent, on="claim_key", how="left", maintain_order="left")


def _with_reasons(rows: pl.DataFrame, remits: RemitBundle) -> pl.DataFrame:
    """`adjustments` and `rarc_codes`: those of the line, then those of its claim."""
    is_claim = pl.col("remit_line_key").is_null()
    level = pl.when(is_claim).then(pl.lit("claim")).otherwise(pl.lit("line"))
    reason = pl.struct(
        pl.col("adjustment_group_code").alias("group"), pl.col("carc_code").alias("carc"),
        pl.col("adjustment_amount").alias("amount"), pl.col("adjustment_quantity").alias("quantity"), level.alias("level"),
    )  # fmt: skip
    adjustments = remits.adjustments.select("remit_claim_key", "remit_line_key", reason.alias("_v"))
    health = remits.remarks.filter(pl.col("remark_list").fill_null("HE") == "HE")
    remarks = health.select("remit_claim_key", "remit_line_key", pl.col("rarc_code").alias("_v"))
    for name, found, dtype in (
        ("adjustments", adjustments, ADJUSTMENT),
        ("rarc_codes", remarks, pl.String()),
    ):
        own = found.filter(~is_claim).group_by("remit_line_key").agg(pl.col("_v").alias("_own"))
        whole = found.filter(is_claim).group_by("remit_claim_key").agg(pl.col("_v").alias("_whole"))
        rows = rows.join(own, on="remit_line_key", how="left", maintain_order="left")
        rows = rows.join(whole, on="remit_claim_key", how="left", maintain_order="left")
        nothing = pl.lit([], dtype=pl.List(dtype))
        both = pl.concat_list(pl.coalesce("_own", nothing), pl.coalesce("_whole", nothing))
        rows = rows.with_columns(both.alias(name)).drop("_own", "_whole")
    return rows.with_columns(pl.col("rarc_codes").list.unique(maintain_order=True))


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    is_line = pl.col("remit_line_key").is_not_null()
    # What was sent says best what was billed, where one line answers one line.
    is_one = pl.col("line_key").is_not_null() & ~pl.col("_kind").is_in(_JOINED).fill_null(value=False)
    billed = pl.when(is_one).then(pl.coalesce("_hcpcs", "billed_hcpcs")).otherwise("billed_hcpcs")
    rows = rows.rename({"hcpcs": "paid_hcpcs"}).with_columns(billed.alias("hcpcs"))
    place = pl.coalesce("line_place_of_service_code", "claim_place_of_service_code", "facility_type_code")
    return rows.with_columns(
        pl.when(is_one).then("_modifiers").otherwise("billed_modifiers").alias("modifiers"),
        pl.when(is_one).then(pl.coalesce("_units", "units_billed")).otherwise("units_billed").alias("units_billed"),
        pl.when(is_line).then((pl.col("paid_hcpcs") != pl.col("hcpcs")).fill_null(pl.col("_changed"))).alias("is_code_changed"),
        pl.when(pl.col("claim_kind") == "professional").then(place).alias("place_of_service_code"),
        pl.coalesce("claim_filing_code", "_filing").alias("claim_filing_code"),
        pl.coalesce("claim_frequency_code", "_frequency").alias("claim_frequency_code"),
        pl.coalesce("service_date_from", "_sent_from", "statement_from").alias("service_date"),
        pl.coalesce("_to", "service_date_from", "_sent_to", "statement_to").alias("service_date_to"),
        pl.when(is_line).then("_line_charge").otherwise("_claim_charge").alias("charge_amount"),
        pl.when(is_line).then("_line_paid").otherwise("_claim_paid").alias("paid_amount"),
        pl.coalesce("production_date", "payment_date").alias("production_date"),
    )  # fmt: skip


def _with_policy(rows: pl.DataFrame, policies: PolicySet | None) -> pl.DataFrame:
    if policies is None:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias("policy_id"))
    names = ["claim_filing_code", "payer_id", "payer_name", "claim_kind"]
    payers = rows.select(names).unique(maintain_order=True)
    payers = payers.with_columns(policies.governing(payers).alias("policy_id"))
    return rows.join(payers, on=names, how="left", nulls_equal=True, maintain_order="left")
