"""Root cause of what a payer did to a line, by group, reason and remark, in the decision order of the cause table."""

from __future__ import annotations

import polars as pl

from scrubjay.recovery.causes import (
    candidates,
    candidates_by_rarc,
    cause_frame,
    causes,
    deciding,
    names_by_rarc,
)
from scrubjay.tables.columns import MONEY

_STRINGS = pl.List(pl.String())
_UNKNOWN_RANK = 90
"""A reason that no row answers to: after every known one, before what is for information only."""
_INFORMATIONAL, _PENDING = "informational", "pending"
_ABOVE_FEE = "G28"


def classify(lines: pl.DataFrame) -> pl.DataFrame:
    """What happened to each line and why.

    Args:
        lines: in the shape of `ANSWERED_LINES`.

    Returns:
        One row per row of `lines`, in its order: the two keys, `outcome`, `root_cause`, `hardness`,
        `group_code`, `carc_code`, `rarc_code`, `rule_id`, `denied_amount`, `reasons`, `missing`, and `stage`,
        which tells the place in the decision order. What cannot be told is null, and `missing` says what is
        lacking.
    """
    base = lines.with_row_index("_row")
    adjustments = _judged(_adjustments(base), base)
    decided = _deciding_one(adjustments)
    totals = _totals(adjustments)
    frame = base.join(decided, on="_row", how="left", maintain_order="left").join(
        totals, on="_row", how="left", maintain_order="left"
    )
    return _described(_with_outcome(frame))


def _adjustments(base: pl.DataFrame) -> pl.DataFrame:
    """One row per reason of a line; what claims and several lines share is counted with the first line only."""
    first = pl.col("_row") == pl.col("_row").min().over("remit_claim_key")
    return (
        base.select("_row", "charge_amount", "paid_amount", "adjustments", first.alias("_is_first"))
        .explode("adjustments", empty_as_null=False, keep_nulls=False)
        .unnest("adjustments")
        .filter(pl.col("carc").is_not_null())
        .with_row_index("_adjustment")
        .with_columns(
            pl.when((pl.col("level") == "claim") & pl.col("_is_first").not_())
            .then(pl.lit(0, MONEY))
            .otherwise("amount")
            .alias("_counted")
        )
    )


def _judged(adjustments: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """The row of the cause table that answers to each reason, with its stage."""
    remarks = (
        base.select("_row", "rarc_codes")
        .explode("rarc_codes", empty_as_null=False, keep_nulls=False)
        .rename({"rarc_codes": "rarc"})
        .filter(pl.col("rarc").is_not_null())
        .with_columns(pl.int_range(pl.len()).over("_row").alias("_place"))
    )
    keys = adjustments.select("_row", "_adjustment", "carc")
    remarked = keys.join(remarks, on="_row", how="inner")
    both = pl.concat([candidates(), candidates_by_rarc()])
    found = pl.concat(
        [
            remarked.join(both.filter(pl.col("rarc").is_not_null()), on=["carc", "rarc"], how="inner"),
            keys.join(both.filter(pl.col("rarc").is_null()), on="carc", how="inner").with_columns(
                pl.lit(None, pl.Int64).alias("_place")
            ),
        ],
        how="diagonal",
    ).sort("_adjustment", "fit", "_place", "order", nulls_last=True)
    best = found.unique("_adjustment", keep="first", maintain_order=True)
    others = (
        found.join(best.select("_adjustment", pl.col("rule_id").alias("_best")), on="_adjustment")
        .filter((pl.col("rule_id") != pl.col("_best")) & (pl.col("fit") == 0))
        .group_by("_adjustment")
        .agg(pl.col("rule_id").unique(maintain_order=True).alias("_also"))
    )
    finer = names_by_rarc()
    best = (
        best.select("_adjustment", "rule_id", "rarc", "fit")
        .join(finer, on=["rule_id", "rarc"], how="left")
        .join(others, on="_adjustment", how="left")
        .join(cause_frame(), on="rule_id", how="left")
    )
    return (
        adjustments.join(best, on="_adjustment", how="left", maintain_order="left")
        .with_columns(
            # A reason that takes nothing off is no denial, whatever it is called.
            pl.when(pl.col("amount") <= 0)
            .then(pl.lit(_INFORMATIONAL))
            .otherwise(pl.col("stage"))
            .alias("stage"),
            pl.coalesce("finer", "cause").alias("root_cause"),
        )
        .with_columns(
            pl.when(pl.col("stage") == _INFORMATIONAL)
            .then(len(deciding().stages) + _UNKNOWN_RANK)
            .otherwise(pl.col("stage_rank").fill_null(_UNKNOWN_RANK))
            .cast(pl.Int32)
            .alias("_rank")
        )
    )


def _deciding_one(adjustments: pl.DataFrame) -> pl.DataFrame:
    """Of the reasons of a line the one that decides: first stage, best fit, largest amount."""
    shares = [c for cause in causes() if cause.id == "G99" for c in cause.carcs]
    return (
        adjustments.with_columns(pl.col("carc").is_in(shares).alias("_is_share"))
        .sort(
            "_row",
            "_rank",
            "_is_share",
            "fit",
            "amount",
            "_adjustment",
            descending=[False, False, True, False, True, False],
            nulls_last=True,
        )
        .unique("_row", keep="first", maintain_order=True)
        .select(
            "_row",
            pl.col("group").alias("group_code"),
            pl.col("carc").alias("carc_code"),
            pl.col("rarc").alias("rarc_code"),
            "rule_id",
            "root_cause",
            "hardness",
            "stage",
            "about",
            "cited",
            "_also",
            "amount",
        )
    )


def _totals(adjustments: pl.DataFrame) -> pl.DataFrame:
    is_open = pl.col("stage").is_null() | pl.col("stage").is_in([_INFORMATIONAL, _PENDING]).not_()
    return adjustments.group_by("_row").agg(
        is_open.any().alias("_has_open"),
        (pl.col("stage") == _PENDING).any().alias("_has_pending"),
        pl.when(is_open).then("_counted").sum().cast(MONEY).alias("_open_amount"),
        (is_open & pl.col("amount").is_null()).any().alias("_is_amount_unknown"),
    )


def _with_outcome(frame: pl.DataFrame) -> pl.DataFrame:
    zero = pl.lit(0, MONEY)
    status = pl.col("claim_status_code").fill_null("")
    paid = pl.col("paid_amount")
    is_old = pl.col("is_reversal").fill_null(value=False) | pl.col("is_superseded").fill_null(value=False)
    # 45 may not take the whole charge (X12): then the payer gave no real reason.
    is_all_gone = (
        (pl.col("rule_id") == _ABOVE_FEE)
        & (pl.col("group_code") == "CO")
        & (pl.col("amount") >= pl.col("charge_amount"))
        & (pl.col("charge_amount") > 0)
        & (paid == 0)
    ).fill_null(value=False)
    has_open = pl.col("_has_open").fill_null(value=False) | is_all_gone
    is_cut = (
        (pl.col("units_paid") < pl.col("units_billed")) & (paid > 0)
        | pl.col("is_code_changed").fill_null(value=False)
    ).fill_null(value=False)
    return frame.with_columns(
        pl.when(is_old)
        .then(pl.lit("informational"))
        .when(pl.col("_has_pending").fill_null(value=False))
        .then(pl.lit("pending"))
        .when(status == "25")
        .then(pl.lit("informational"))
        .when(has_open & (paid > 0))
        .then(pl.lit("reduced"))
        .when(has_open)
        .then(pl.lit("denied"))
        .when(status == "23")
        .then(pl.lit("forwarded"))
        .when((status == "4") & pl.col("carc_code").is_null())
        .then(pl.lit("denied"))
        .when(is_cut)
        .then(pl.lit("reduced"))
        .when(paid > 0)
        .then(pl.lit("paid"))
        .when(pl.col("carc_code").is_not_null())
        .then(pl.lit("informational"))
        .when(status.is_in(["19", "20", "21"]))
        .then(pl.lit("forwarded"))
        .alias("outcome"),
        is_old.alias("_is_old"),
        is_all_gone.alias("_is_all_gone"),
        (is_cut & has_open.not_()).alias("_is_cut_alone"),
    ).with_columns(
        pl.when(pl.col("outcome").is_in(["denied", "reduced"]).not_())
        .then(zero)
        .when(pl.col("_is_all_gone"))
        .then("amount")
        .when(pl.col("_is_cut_alone") | pl.col("_is_amount_unknown") | pl.col("_open_amount").is_null())
        .then(None)
        .otherwise("_open_amount")
        .alias("denied_amount"),
    )


def _described(frame: pl.DataFrame) -> pl.DataFrame:
    """Causes that no reason names, and why and what is missing in words."""
    cut_cause = (
        pl.when(pl.col("is_code_changed").fill_null(value=False))
        .then(pl.lit("code-changed-by-payer"))
        .otherwise(pl.lit("units-cut-by-payer"))
    )
    no_cause = pl.col("_is_all_gone") | (pl.col("outcome").is_in(["denied", "reduced", "pending"]).not_())
    is_unknown = pl.col("outcome").is_in(["denied", "reduced"]) & pl.col("root_cause").is_null()
    kept = pl.col("_is_old").not_()
    cut = pl.col("_is_cut_alone")
    frame = frame.with_columns(
        pl.when(cut)
        .then(cut_cause)
        .when(no_cause & (pl.col("stage") != _INFORMATIONAL).fill_null(value=True))
        .then(None)
        .when(pl.col("_is_all_gone"))
        .then(None)
        .otherwise("root_cause")
        .alias("root_cause"),
        *(
            pl.when(cut).then(None).otherwise(c).alias(c)
            for c in ("rule_id", "rarc_code", "carc_code", "group_code", "hardness", "stage")
        ),
    ).with_columns(
        pl.when(cut).then(pl.lit("depends")).otherwise("hardness").alias("hardness"),
        pl.when(cut | pl.col("_is_all_gone")).then(pl.lit("contract")).otherwise("stage").alias("stage"),
    )
    codes = pl.concat_str(
        pl.col("group_code").fill_null("?"),
        pl.lit("-"),
        pl.col("carc_code"),
        pl.when(pl.col("rarc_code").is_not_null())
        .then(pl.lit(" with ") + pl.col("rarc_code"))
        .otherwise(pl.lit("")),
    )
    reasons = pl.concat_list(
        _said(kept & pl.col("about").is_not_null(), pl.format("{}: {} ({})", codes, "about", "cited")),
        _said(
            kept & pl.col("_also").is_not_null(),
            pl.format("The remarks also point to row {}.", pl.col("_also").list.join(", ")),
        ),
        _said(kept & _deactivated().is_not_null(), _deactivated()),
        _said(
            pl.col("is_reversal").fill_null(value=False), pl.lit("The answer takes an earlier one back (CLP02 22).")
        ),
        _said(
            pl.col("is_superseded").fill_null(value=False) & pl.col("is_reversal").fill_null(value=False).not_(),
            pl.lit("A later answer takes its place."),
        ),
        _said(
            pl.col("_is_all_gone"),
            pl.lit("Reason 45 took the whole charge, which X12 does not allow: the payer gave no real reason (X12-0826 [A])."),
        ),
        _said(
            cut & pl.col("is_code_changed").fill_null(value=False),
            pl.format("The payer decided on {} where {} was billed (SVC06).", pl.col("paid_hcpcs").fill_null("?"), pl.col("hcpcs").fill_null("?")),
        ),
        _said(cut & pl.col("is_code_changed").fill_null(value=False).not_(), pl.lit("The payer paid fewer units than were billed, without a reason.")),
        _said(
            kept & pl.col("claim_status_code").is_in(["19", "20", "21"]).fill_null(value=False),
            pl.lit("The payer forwarded the claim to another: its answer may still come."),
        ),
    )  # fmt: skip
    missing = pl.concat_list(
        _said(
            is_unknown & pl.col("carc_code").is_not_null() & pl.col("about").is_null(),
            pl.format("No row of the cause table answers to {}; read the remittance or ask the payer.", codes),
        ),
        _said(
            is_unknown & pl.col("carc_code").is_null() & cut.not_(),
            pl.lit("The payer gave no reason; ask it for one."),
        ),
        _said(is_unknown & (pl.col("rule_id") == "G92").fill_null(value=False), pl.lit("The remark that says why.")),
        _said(pl.col("_is_all_gone"), pl.lit("The payer's real reason; ask it.")),
        _said(pl.col("outcome").is_null(), pl.lit("What the payer decided: the answer has neither amounts nor reasons.")),
        _said(
            pl.col("is_postable").not_().fill_null(value=False),
            pl.lit("The answer or its payment does not balance, or came twice: settle that before acting on it."),
        ),
    )  # fmt: skip
    return frame.select(
        "remit_claim_key",
        "remit_line_key",
        "outcome",
        pl.when(kept).then("root_cause").alias("root_cause"),
        pl.when(kept).then("hardness").alias("hardness"),
        "group_code",
        "carc_code",
        "rarc_code",
        "rule_id",
        "denied_amount",
        reasons.list.drop_nulls().alias("reasons"),
        missing.list.drop_nulls().alias("missing"),
        "stage",
    )


def _said(condition: pl.Expr, text: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(text)


def _deactivated() -> pl.Expr:
    """What to know of a deactivated reason or remark; null where neither is."""
    old = deciding()
    seen = old.deactivated["seen_deactivated_on"]
    words = {
        code: f"{code} is deactivated in X12's list of {seen} (now {', '.join(entry['now'])}); older remittances carry it."
        + (f" It stopped on {entry['stopped_on']} [D, unverified]." if entry.get("stopped_on") else "")
        for code, entry in old.deactivated_by_code.items()
    }
    return pl.coalesce(
        pl.col(c).replace_strict(words, default=None, return_dtype=pl.String)
        for c in ("carc_code", "rarc_code")
    )
