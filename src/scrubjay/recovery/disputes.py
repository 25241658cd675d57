"""Which of a payer's lines are disputed as paid below what was agreed, and which are left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import UsageError
from scrubjay.recovery.deadlines import dispute_deadlines
from scrubjay.recovery.sent import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scrubjay.policies import PolicySet

NOT_EVALUATED, NOT_BELOW, BEFORE, LATE = "not-evaluated", "not-below-expected", "disputed-before", "too-late"
"""Why a line is left out of a dispute."""

_IDENTITY = (
    "payer_claim_control_number", "patient_control_number", "hcpcs", "modifiers", "service_date", "units_billed",
    "charge_amount", "production_date",
)  # fmt: skip
"""What tells an answered line apart in any file and any run; several of one claim that agree are numbered."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """The lines of one payer.

    Attributes:
        payer_id, payer_name: of the payments.
        payer_class: of all disputed lines; null where unknown, or where they differ.
        lines: disputed, largest first, numbered: the columns of `underpayments`, `number`, `key`, `line_number`,
            `explained_amount` (taken off for other reasons, and not disputed), `short_amount` (expected less
            allowed, and unpaid, less explained), and those of `dispute_deadlines`.
        left_out: other lines that were paid short or could not be compared: `why`, `reason`, and the columns of
            `underpayments`. Lines paid as expected are in neither.
    """

    payer_id: str | None
    payer_name: str | None
    payer_class: str | None
    lines: pl.DataFrame
    left_out: pl.DataFrame


def dispute(
    found: pl.DataFrame,
    payer: str | None,
    *,
    policies: PolicySet,
    as_of: date,
    before: Mapping[str, str] | None = None,
) -> Dispute:
    """Choose the lines to dispute with one payer.

    Args:
        found: from `underpayments`, all lines, with `line_number`.
        payer: name or id; null where only one payer has lines that are short.
        policies: for the deadline.
        as_of: day of the letter; a line whose last day has passed is left out.
        before: lines that were disputed before, by `key`: when and where, in words.

    Raises:
        UsageError: no or several payers are meant; the message lists those that have lines.
    """
    chosen = _of_payer(found, payer)
    lines = chosen.with_columns(_keys(chosen))
    # What the payer allowed above the contract pays for what it left unpaid below it.
    lines = lines.with_columns(
        (pl.col("expected_allowed_amount") - pl.col("allowed_amount") + pl.col("unpaid_amount")).alias(
            "_gap"
        ),
        *dispute_deadlines(lines, policies=policies, as_of=as_of).get_columns(),
        pl.col("key")
        .replace_strict(dict(before or {}), default=None, return_dtype=pl.String)
        .alias("_before"),
    )
    is_off = pl.col("kinds").list.len() > 0
    short = pl.min_horizontal("_gap", "shortfall_amount")
    why = (
        pl.when(pl.coalesce("expected_reason", "allowed_reason").is_not_null() | short.is_null())
        .then(pl.lit(NOT_EVALUATED))
        .when((short <= 0) & is_off)
        .then(pl.lit(NOT_BELOW))
        .when(short <= 0)
        .then(pl.lit(""))
        .when(pl.col("_before").is_not_null())
        .then(pl.lit(BEFORE))
        .when(pl.col("hard_date") < as_of)
        .then(pl.lit(LATE))
    )
    reason = (
        pl.when(why == NOT_EVALUATED)
        .then(pl.coalesce("expected_reason", "allowed_reason", pl.lit("what was allowed of it is not known")))
        .when(why == NOT_BELOW)
        .then(pl.format("it is not below what was expected ({})", pl.col("kinds").list.join(", ")))
        .when(why == BEFORE)
        .then(pl.format("disputed before, {}", "_before"))
        .when(why == LATE)
        .then(pl.format("the last day was {} ({})", "hard_date", "deadline_rule"))
    )
    sorted_out = lines.with_columns(
        why.alias("why"),
        reason.alias("reason"),
        short.alias("short_amount"),
        (pl.col("_gap") - short).alias("explained_amount"),
    )
    taken = (
        sorted_out.filter(pl.col("why").is_null())
        .sort(
            "short_amount",
            "remit_claim_key",
            "remit_line_key",
            descending=[True, False, False],
            nulls_last=True,
        )
        .with_row_index("number", offset=1)
        .drop("why", "reason", "_gap", "_before")
    )
    left = sorted_out.filter(pl.col("why") != "").select("why", "reason", *found.columns)
    classes = taken["payer_class"].unique().to_list()
    return Dispute(
        chosen["payer_id"][0],
        chosen["payer_name"][0],
        classes[0] if len(classes) == 1 else None,
        taken,
        left,
    )


def _of_payer(found: pl.DataFrame, payer: str | None) -> pl.DataFrame:
    """The lines of the payer that is meant."""
    wanted = " ".join((payer or "").split()).lower()
    name = pl.col("payer_name").str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()
    if wanted:
        chosen = found.filter((name == wanted) | (pl.col("payer_id").str.to_lowercase() == wanted))
    else:
        chosen = found.join(
            found.filter(pl.col("shortfall_amount") > 0).select("payer_id", "payer_name").unique(),
            on=["payer_id", "payer_name"],
            how="semi",
            nulls_equal=True,
        )
    payers = chosen.select("payer_id", "payer_name").unique(maintain_order=True)
    # A payer has one id, whatever names it uses; without an id its name tells it.
    told_by = payers.select(pl.coalesce("payer_id", pl.format("name {}", name)).alias("told"))["told"]
    if chosen.height and told_by.n_unique() == 1:
        return chosen
    among = found if not chosen.height else payers
    listed = "; ".join(
        " ".join(t for t in (n, f"({i})" if i else None) if t) or "a payer without name"
        for i, n in among.select("payer_id", "payer_name").unique(maintain_order=True).head(20).iter_rows()
    )
    if not wanted and not chosen.height:
        unknown = found["expected_reason"].drop_nulls().value_counts(sort=True).head(1).rows()
        told = f" Nothing is expected of {unknown[0][1]:,} lines: {unknown[0][0]}." if unknown else ""
        raise UsageError(
            f"none of {found.height:,} paid lines is known to be below what was expected.{told}",
            hint="`scrubjay recover underpaid` lists what was compared.",
        )
    told = "no payer of that name has a paid line" if not chosen.height else "several payers are meant"
    raise UsageError(
        f"{told}.", where="--payer", hint=f"Name one, by name or id: {listed or 'none paid a line'}."
    )


def _keys(lines: pl.DataFrame) -> pl.Series:
    """A digest of each line that is the same in every file and run that holds its answer."""
    shown = lines.select(
        pl.col("modifiers").list.join(",").alias("modifiers")
        if c == "modifiers"
        else pl.col(c).cast(pl.String)
        for c in _IDENTITY
    )
    numbered = shown.with_columns(pl.int_range(1, pl.len() + 1).over(_IDENTITY).cast(pl.String).alias("n"))
    return pl.Series("key", [key_of("dispute", *row) for row in numbered.iter_rows()], dtype=pl.String)
