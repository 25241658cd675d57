"""When and where: the date of service of a line, the dates of a claim, the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import CLAIM, LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NO_DATE = "the date of service is missing"


@facts(
    LINE,
    needs=("service_date_from", "service_date_to", "statement_from", "statement_to"),
    gives=(
        Fact(
            "service_date",
            pl.Date(),
            "first date of service of the line, else of the claim's statement",
            _NO_DATE,
        ),
        Fact(
            "service_date_last",
            pl.Date(),
            "last date of service of the line, else of the statement",
            _NO_DATE,
        ),
    ),
)
def dates_of_line(ctx: FactContext) -> list[pl.Expr]:
    """A line's own DTP*472, else a one-day statement period of an institutional claim."""
    del ctx
    one_day = pl.col("statement_from") == pl.coalesce("statement_to", "statement_from")
    statement = pl.when(one_day).then(pl.col("statement_from"))
    return [
        pl.coalesce(pl.col("service_date_from"), statement).alias("service_date"),
        pl.coalesce(pl.col("service_date_to"), pl.col("service_date_from"), statement).alias(
            "service_date_last"
        ),
    ]


@facts(
    LINE,
    needs=("modifiers",),
    gives=(
        Fact(
            "modifier_list",
            pl.String(),
            "the modifiers of the line as sent, joined by `|`; empty where it has none",
        ),
    ),
)
def modifiers_joined(ctx: FactContext) -> list[pl.Expr]:
    """Few combinations occur, so questions about modifiers are asked of the distinct texts."""
    del ctx
    return [pl.col("modifiers").list.join("|").alias("modifier_list")]


@facts(
    LINE,
    needs=("claim_key", "hcpcs", "service_date"),
    gives=(
        Fact(
            "is_code_repeated",
            pl.Boolean(),
            "another line of the claim has the same code and date of service",
        ),
    ),
)
def code_repeated(ctx: FactContext) -> list[pl.Expr]:
    """Most lines stand alone; what sums or compares lines of a code looks at these only."""
    del ctx
    return [pl.struct("claim_key", "hcpcs", "service_date").is_duplicated().alias("is_code_repeated")]


@facts(
    CLAIM,
    needs=("service_date", "service_date_last", "statement_from", "statement_to"),
    gives=(
        Fact("claim_service_date", pl.Date(), "earliest date of service of the claim", _NO_DATE),
        Fact("claim_service_date_last", pl.Date(), "latest date of service of the claim", _NO_DATE),
    ),
)
def dates_of_claim(ctx: FactContext) -> pl.DataFrame:
    """Earliest and latest over the lines, else the statement period."""
    spans = ctx.lines.group_by("claim_key").agg(
        pl.col("service_date").min().alias("_from"), pl.col("service_date_last").max().alias("_to")
    )
    return (
        ctx.claims.select("claim_key", "statement_from", "statement_to")
        .join(spans, on="claim_key", how="left", maintain_order="left")
        .select(
            pl.coalesce("_from", "statement_from").alias("claim_service_date"),
            pl.coalesce("_to", "statement_to", "statement_from").alias("claim_service_date_last"),
        )
    )


@facts(
    LINE,
    needs=(
        "claim_kind",
        "line_place_of_service_code",
        "claim_place_of_service_code",
        "type_of_bill_code",
        "service_date",
    ),
    gives=(
        Fact("place_of_service_code", pl.String(), "the line's place of service, else the claim's"),
        Fact(
            "is_place_of_service_known",
            pl.Boolean(),
            "the place is in the code set on the date",
            "the place of service or its date is missing",
        ),
        Fact(
            "setting",
            pl.String(),
            "office, hopd, asc, inpatient, home, rhc, fqhc, snf, esrd, cah or other: for a professional claim by place "
            "of service, for an institutional one by type of bill",
            "the setting is unknown: place of service or type of bill is missing or not in the code set",
        ),
        Fact(
            "is_facility_place",
            pl.Boolean(),
            "a place where Medicare pays the facility rate",
            "the place of service is missing or not in the code set",
        ),
    ),
)
def setting_of_line(ctx: FactContext) -> pl.DataFrame:
    """Setting by place of service (professional) or by type of bill (institutional)."""
    place = pl.coalesce("line_place_of_service_code", "claim_place_of_service_code")
    ctx.lines = ctx.lines.with_columns(place.alias("place_of_service_code"))
    found = ctx.look_up(
        "place_of_service",
        ("meaning", "setting", "is_facility"),
        place_of_service_code="place_of_service_code",
    )
    bill = ctx.reference.table("bill_types", as_of=ctx.as_of).select("bill_type_prefix", "setting")
    frame = ctx.lines.select(
        "place_of_service_code",
        "claim_kind",
        "service_date",
        pl.col("type_of_bill_code").str.strip_prefix("0").str.slice(0, 2).alias("bill_type_prefix"),
        found["meaning"].is_not_null().alias("_known"),
        found["setting"].alias("_place_setting"),
        found["is_facility"].alias("_is_facility"),
    ).join(bill, on="bill_type_prefix", how="left", maintain_order="left")
    is_professional = pl.col("claim_kind") == "professional"
    ctx.lines = ctx.lines.drop("place_of_service_code")
    return frame.select(
        "place_of_service_code",
        pl.when(pl.col("place_of_service_code").is_not_null() & pl.col("service_date").is_not_null())
        .then(pl.col("_known"))
        .alias("is_place_of_service_known"),
        pl.when(is_professional).then(pl.col("_place_setting")).otherwise(pl.col("setting")).alias("setting"),
        pl.when(is_professional).then(pl.col("_is_facility")).alias("is_facility_place"),
    )
