"""What the setting pays for the code on the date: packaged, payable, limit, container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NO_STATUS = (
    "the payment status of this code in this setting on the date is not known; "
    "`scrubjay reference load FILE` loads Addendum B or BB"
)
_PACKAGED = ["N", "N1"]
_PAYABLE_DRUG = ["G", "K", "K2"]


@facts(
    LINE,
    needs=("hcpcs", "service_date", "setting"),
    gives=(
        Fact(
            "status_indicator",
            pl.String(),
            "OPPS indicator in a hospital, ASC indicator in an ASC; null elsewhere",
            _NO_STATUS,
        ),
        Fact("payment_rate", QUANTITY, "hospital or ASC rate per unit on the date"),
        Fact(
            "is_packaged", pl.Boolean(), "paid within another service in this setting on the date", _NO_STATUS
        ),
        Fact(
            "is_paid_by_status",
            pl.Boolean(),
            "the setting pays by status indicator (hospital outpatient, ASC)",
            "the setting is unknown",
        ),
    ),
)
def status_of_code(ctx: FactContext) -> pl.DataFrame:
    """Status by setting and date of service."""
    distinct, rows = ctx.distinct("hcpcs", "setting", "service_date")
    asked = distinct.rename({"setting": "status_setting"})
    found = ctx.reference.lookup("status", asked, on="service_date", as_of=ctx.as_of)
    frame = distinct.select("setting", found["status_indicator"], found["payment_rate"])
    by_status = pl.col("setting").is_in(["hopd", "asc"])
    return frame.select(
        "status_indicator",
        "payment_rate",
        pl.when(by_status)
        .then(pl.col("status_indicator").is_in(_PACKAGED))
        .when(by_status.not_())
        .then(statement=False)
        .alias("is_packaged"),
        by_status.alias("is_paid_by_status"),
    )[rows]


@facts(
    LINE,
    needs=("is_drug", "setting", "status_indicator", "is_paid_by_status"),
    gives=(
        Fact(
            "is_separately_payable_drug",
            pl.Boolean(),
            "a drug that the setting pays for by itself on the date",
            _NO_STATUS,
        ),
    ),
)
def payable_drug(ctx: FactContext) -> list[pl.Expr]:
    """By status in hospital and ASC, always in office, home and CAH, never in RHC, FQHC, SNF stay or inpatient."""
    del ctx
    setting = pl.col("setting")
    payable = (
        pl.when(pl.col("is_paid_by_status"))
        .then(pl.col("status_indicator").is_in(_PAYABLE_DRUG))
        .when(setting.is_in(["office", "home", "cah", "other", "esrd"]))
        .then(statement=True)
        .when(setting.is_in(["rhc", "fqhc", "inpatient", "snf"]))
        .then(statement=False)
    )
    return [(pl.col("is_drug") & payable).alias("is_separately_payable_drug")]


@facts(
    LINE,
    needs=("hcpcs", "service_date", "ndc_container_type", "ndc_container_confidence"),
    gives=(
        Fact(
            "container_type",
            pl.String(),
            "single-dose or multi-dose: of the NDC, else of every form of the code",
            "whether the container is single-dose or multi-dose is not known: send the NDC, or load the FDA directory "
            "with `scrubjay reference load FILE`",
        ),
        Fact("is_container_unverified", pl.Boolean(), "the container type rests on a fact tagged C or D"),
    ),
)
def container_of_line(ctx: FactContext) -> pl.DataFrame:
    """The NDC decides; without one, the code, if all its forms are alike."""
    distinct, rows = ctx.distinct("hcpcs", "service_date")
    of_code = ctx.reference.lookup("containers", distinct, on="service_date", as_of=ctx.as_of).select(
        pl.col("container_type").alias("_of_code"), pl.col("confidence").alias("_code_confidence")
    )[rows]
    frame = ctx.lines.select("ndc_container_type", "ndc_container_confidence").hstack(of_code)
    by_ndc = pl.col("ndc_container_type").is_not_null()
    return frame.select(
        pl.coalesce("ndc_container_type", "_of_code").alias("container_type"),
        pl.when(by_ndc)
        .then(pl.col("ndc_container_confidence").is_in(["C", "D"]))
        .otherwise(pl.col("_code_confidence").is_in(["C", "D"]))
        .fill_null(value=False)
        .alias("is_container_unverified"),
    )


@facts(
    LINE,
    needs=("hcpcs", "service_date", "units"),
    gives=(
        Fact("payment_limit", QUANTITY, "Medicare limit per unit in the office on the date"),
        Fact("expected_payment", QUANTITY, "payment limit times units, before coinsurance and sequestration"),
    ),
)
def limit_of_code(ctx: FactContext) -> pl.DataFrame:
    """ASP payment limit of the quarter."""
    distinct, rows = ctx.distinct("hcpcs", "service_date")
    limit = ctx.reference.lookup("payment_limits", distinct, on="service_date", as_of=ctx.as_of)[
        "payment_limit"
    ][rows]
    return ctx.lines.select(
        limit.alias("payment_limit"), (pl.col("units") * limit).cast(QUANTITY).alias("expected_payment")
    )
