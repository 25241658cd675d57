"""Lines that were paid too little: expected against allowed and paid, with what explains a difference apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.drugs.price import expected_payments
from scrubjay.recovery.conditions import with_facts, with_payer_class
from scrubjay.recovery.contracts import contracted, no_contracts
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference import Reference

MEDICARE = ("medicare_part_a", "medicare_part_b")
PATIENT_SHARE = ("1", "2", "3", "66", "241")
SEQUESTRATION = "253"
MEDICARE_RATE = "medicare_rate"
"""Method of an expected amount that goes by Medicare's rate of code, day and setting."""

_KINDS = ("units-cut", "code-changed", "allowed-below-expected", "paid-below-allowed")


_NO_RATE = "no contract rate speaks of the line; give the rates as a table (--contracts)"
_NO_SUCH_RATE = (
    "no contract rate speaks of the line: the table has none for this payer, code and day (its column payer holds "
    "the payer's id of the remittance, or the id of the policy)"
)


def with_setting(lines: pl.DataFrame, reference: Reference, as_of: date) -> pl.Series:
    """Setting of each line: by place of service (professional) or type of bill (institutional); null if unknown."""
    places = reference.lookup(
        "place_of_service",
        lines.select("place_of_service_code", pl.col("service_date").alias("_on")),
        on="_on",
        as_of=as_of,
    )["setting"]
    bills = reference.table("bill_types", as_of=as_of).select("bill_type_prefix", "setting")
    prefix = pl.col("type_of_bill_code").str.strip_prefix("0").str.slice(0, 2)
    by_bill = lines.select(prefix.alias("bill_type_prefix")).join(
        bills, on="bill_type_prefix", how="left", maintain_order="left"
    )["setting"]
    return lines.select(
        pl.when(pl.col("claim_kind") == "professional")
        .then(places)
        .when(pl.col("claim_kind") == "institutional")
        .then(by_bill)
        .alias("setting")
    )["setting"]


def expected_allowed(
    lines: pl.DataFrame, *, reference: Reference, as_of: date, contracts: pl.DataFrame | None = None
) -> pl.DataFrame:
    """What the payer should allow for each line.

    Args:
        lines: in the shape of `ANSWERED_LINES`, perhaps with `payer_class`.
        reference: CMS's rates.
        as_of: day that they are to be known on.
        contracts: rates of the user's own contracts, which go before CMS's.

    Returns:
        Row by row: `expected_allowed_amount` (null where it is not known), `expected_basis` (the rule with its
        source), `expected_reason` (why nothing is known), and the parts of the basis: `expected_method` (of
        `contracts.METHODS`, or `medicare_rate`), `expected_rate` (digits; null for Medicare's, which goes by
        code and day) and `expected_source`.
    """
    frame = with_payer_class(with_facts(lines))
    is_medicare = pl.col("payer_class").is_in(MEDICARE)
    asked = frame.select(
        pl.when(is_medicare).then("hcpcs").alias("hcpcs"),
        pl.col("units_billed").alias("units"),
        "service_date",
        with_setting(lines, reference, as_of).alias("setting"),
        "modifiers",
    )
    priced = expected_payments(asked, reference, as_of)
    limits = reference.lookup(
        "payment_limits", lines.select("hcpcs", "service_date"), on="service_date", as_of=as_of
    )["payment_limit"]
    by_contract = contracted(lines, contracts if contracts is not None else no_contracts(), limits)
    has_contract = pl.col("contract_basis").is_not_null()
    return (
        frame.select("payer_class")
        .hstack(priced.get_columns())
        .hstack(by_contract.get_columns())
        .select(
            pl.when(has_contract)
            .then("contract_amount")
            .when(is_medicare)
            .then("expected_allowed_amount")
            .alias("expected_allowed_amount"),
            pl.when(has_contract)
            .then("contract_basis")
            .when(is_medicare)
            .then(pl.col("expected_payment_source"))
            .alias("expected_basis"),
            pl.when(has_contract)
            .then("contract_reason")
            .when(is_medicare & pl.col("expected_allowed_amount").is_null())
            .then("expected_payment_reason")
            .when(is_medicare.not_() | pl.col("payer_class").is_null())
            .then(pl.lit(_NO_RATE if contracts is None or contracts.is_empty() else _NO_SUCH_RATE))
            .alias("expected_reason"),
            pl.when(has_contract)
            .then("contract_method")
            .when(is_medicare)
            .then(pl.lit(MEDICARE_RATE))
            .alias("expected_method"),
            pl.when(has_contract).then("contract_rate").alias("expected_rate"),
            pl.when(has_contract)
            .then("contract_source")
            .when(is_medicare)
            .then("expected_payment_source")
            .alias("expected_source"),
        )
    )


def underpayments(
    lines: pl.DataFrame, *, reference: Reference, as_of: date, contracts: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Compare expected, allowed and paid of every line that was paid.

    Args:
        lines: in the shape of `ANSWERED_LINES`.
        reference: CMS's rates.
        as_of: day that they are to be known on.
        contracts: rates of the user's own contracts.

    Returns:
        One row per line with a payment that no other answer took back: keys, payer, code, units, days, the amounts
        (`allowed_amount`, `is_allowed_derived` where it is the sum of payment, patient's share and
        sequestration; null where that cannot be told, with `allowed_reason`), `patient_share_amount`,
        `sequestration_amount`, `other_amount` (what other reasons take off), `expected_allowed_amount`,
        `expected_basis`, `expected_reason` and its parts, `unpaid_amount` (allowed, but neither paid nor explained),
        `shortfall_amount` (expected less allowed where positive, and what is unpaid; null where nothing is known),
        and `kinds`, what is wrong, by name.
    """
    is_old = pl.col("is_reversal").fill_null(value=False) | pl.col("is_superseded").fill_null(value=False)
    frame = lines.filter(is_old.not_() & (pl.col("paid_amount") > 0))
    frame = frame.hstack(
        expected_allowed(frame, reference=reference, as_of=as_of, contracts=contracts).get_columns()
    )
    frame = with_payer_class(with_facts(frame))
    own = pl.element().struct.field("level") == "line"
    # A claim that is adjusted as a whole does not say how much of that falls on the line.
    as_a_whole = (
        pl.col("adjustments").list.eval(own.not_() & (pl.element().struct.field("amount") != 0)).list.any()
    )
    cannot_tell = pl.col("allowed_amount").is_null() & as_a_whole.fill_null(value=False)

    def total(which: pl.Expr) -> pl.Expr:
        return (
            pl.col("adjustments")
            .list.eval(pl.element().struct.field("amount").filter(own & which))
            .list.sum()
            .fill_null(0)
            .cast(MONEY)
        )

    carc, group = pl.element().struct.field("carc"), pl.element().struct.field("group")
    frame = frame.with_columns(
        total(group == "PR").alias("patient_share_amount"),
        total(carc == SEQUESTRATION).alias("sequestration_amount"),
        (pl.col("allowed_amount").is_null() & cannot_tell.not_()).alias("is_allowed_derived"),
        pl.when(cannot_tell)
        .then(
            pl.lit(
                "the claim is adjusted as a whole and the line has no AMT*B6, so what was allowed of it is unknown"
            )
        )
        .alias("allowed_reason"),
    )
    explained = pl.col("paid_amount") + pl.col("patient_share_amount") + pl.col("sequestration_amount")
    other = total(group.is_in(["OA", "PI"]) | ((group == "CO") & carc.is_in(["45", SEQUESTRATION]).not_()))
    frame = frame.with_columns(
        pl.when("is_allowed_derived").then(explained).otherwise("allowed_amount").alias("allowed_amount"),
        other.alias("other_amount"),
    )
    zero = pl.lit(0, MONEY)
    # What another reason of the remittance takes off is a denial or a prior payment, not an underpayment; an
    # allowed amount that the payer states does not have it taken off.
    taken_off = pl.when("is_allowed_derived").then(pl.max_horizontal("other_amount", zero)).otherwise(zero)
    short_by = pl.col("expected_allowed_amount") - pl.col("allowed_amount") - taken_off
    below = pl.when(short_by.is_not_null()).then(pl.max_horizontal(short_by, zero))
    unexplained = pl.col("allowed_amount") - explained - pl.col("other_amount")
    unpaid = (
        pl.when(pl.col("is_allowed_derived"))
        .then(zero)
        .when(unexplained.is_not_null())
        .then(pl.max_horizontal(unexplained, zero))
    )
    cut = (pl.col("units_paid") < pl.col("units_billed")).fill_null(value=False)
    flags = {
        "units-cut": cut,
        "code-changed": pl.col("is_code_changed").fill_null(value=False),
        "allowed-below-expected": (below > 0).fill_null(value=False),
        "paid-below-allowed": (unpaid > 0).fill_null(value=False),
    }
    kinds = pl.concat_list(pl.when(flags[name]).then(pl.lit(name)) for name in _KINDS).list.drop_nulls()
    known = below.is_not_null()
    return frame.select(
        "remit_claim_key", "remit_line_key", "claim_key", "line_key", "patient_control_number",
        "payer_claim_control_number", "payer_id", "payer_name", "policy_id", "payer_class", "hcpcs", "modifiers",
        "paid_hcpcs", "service_date", "payment_date", "production_date", "units_billed", "units_paid", "charge_amount",
        "allowed_amount", "is_allowed_derived", "allowed_reason", "patient_share_amount", "sequestration_amount",
        "other_amount", "paid_amount", "expected_allowed_amount", "expected_basis", "expected_reason",
        "expected_method", "expected_rate", "expected_source",
        unpaid.alias("unpaid_amount"),
        pl.when(known).then(below + unpaid).when(unpaid > 0).then(unpaid).cast(MONEY).alias("shortfall_amount"),
        kinds.alias("kinds"),
    )  # fmt: skip


def by_payer(found: pl.DataFrame) -> pl.DataFrame:
    """Totals of `underpayments` by payer, largest shortfall first.

    Returns:
        `payer_id`, `payer_name`, `lines`, `short_lines`, `unknown_lines` (what is expected or allowed is not known),
        `allowed_amount`, `expected_allowed_amount` (of the lines where it is known), `shortfall_amount`.
    """
    return (
        found.group_by("payer_id", "payer_name")
        .agg(
            pl.len().alias("lines"),
            (pl.col("kinds").list.len() > 0).sum().alias("short_lines"),
            (pl.col("expected_allowed_amount").is_null() | pl.col("allowed_amount").is_null())
            .sum()
            .alias("unknown_lines"),
            pl.col("allowed_amount").sum(),
            pl.col("expected_allowed_amount").sum(),
            pl.col("shortfall_amount").sum(),
        )
        .sort("shortfall_amount", "payer_id", descending=[True, False])
    )
