"""Was the patient's coverage active on the dates of the claim, by the answers about eligibility that were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import CLAIM, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NO_ANSWER = (
    "whether coverage was active is not known: no answer about eligibility was given for this member, payer and date, or "
    "the answers differ; give one with --eligibility (X12 271 or FHIR CoverageEligibilityResponse)"
)


def _plain(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.to_uppercase()


@facts(
    CLAIM,
    needs=(
        "claim_key",
        "member_id",
        "patient_birth_date",
        "payer_id",
        "payer_name",
        "claim_service_date",
        "claim_service_date_last",
    ),
    gives=(
        Fact(
            "is_coverage_active",
            pl.Boolean(),
            "an answer about eligibility says that coverage was active on the first and last date of the claim; false "
            "where it says that it was not on one of them",
            _NO_ANSWER,
        ),
        Fact("inactive_on", pl.Date(), "the first of the two dates on which coverage was not active"),
    ),
)
def coverage_active(ctx: FactContext) -> pl.DataFrame:
    """By member id, by birth date where the answer gives one, and by payer where both name one."""
    nothing = {"is_coverage_active": pl.Boolean(), "inactive_on": pl.Date()}
    answers = ctx.evidence.eligibility
    claims = ctx.claims.with_row_index("_i")
    if answers is None or not answers.height:
        return claims.with_columns(pl.lit(None, dtype=t).alias(n) for n, t in nothing.items()).select(
            *nothing
        )
    told = answers.filter(pl.col("status").is_in(["active", "inactive"])).select(
        _plain("member_id").alias("_member"),
        pl.col("patient_birth_date").alias("_born"),
        _plain("payer_id").alias("_payer_id"),
        _plain("payer_name").alias("_payer_name"),
        (pl.col("status") == "active").alias("_active"),
        "valid_from",
        "valid_to",
    )
    days = pl.concat_list("claim_service_date", "claim_service_date_last").list.drop_nulls().list.unique()
    asked = claims.select(
        "_i",
        _plain("member_id").alias("_member"),
        "patient_birth_date",
        _plain("payer_id").alias("payer_id"),
        _plain("payer_name").alias("payer_name"),
        days.alias("_day"),
    ).explode("_day").drop_nulls("_day")  # fmt: skip
    is_nameless = pl.col("_payer_id").is_null() & pl.col("_payer_name").is_null()
    is_payer = (
        is_nameless
        | (pl.col("_payer_id") == pl.col("payer_id")).fill_null(value=False)
        | (pl.col("_payer_name") == pl.col("payer_name")).fill_null(value=False)
    )
    day = pl.col("_day")
    per_day = (
        asked.join(told, on="_member")
        .filter(
            is_payer,
            (pl.col("_born") == pl.col("patient_birth_date")).fill_null(value=True),
            (pl.col("valid_from") <= day).fill_null(value=True),
            (day <= pl.col("valid_to")).fill_null(value=True),
        )
        .group_by("_i", "_day")
        .agg(pl.when(pl.col("_active").n_unique() == 1).then(pl.col("_active").first()).alias("_active"))
    )
    state = pl.col("_active")
    judged = (
        asked.select("_i", "_day")
        .join(per_day, on=["_i", "_day"], how="left")
        .group_by("_i")
        .agg(
            state.all(ignore_nulls=False).alias("is_coverage_active"),
            day.filter(state.not_()).min().alias("inactive_on"),
        )
    )
    return claims.select("_i").join(judged, on="_i", how="left", maintain_order="left").select(*nothing)
