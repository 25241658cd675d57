"""Codes of chemotherapy and complex drugs on a day, and whether any drug of the day explains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.administration_codes import values_of
from scrubjay.facts.days import day_key, grouped
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_COMPLEX_FAMILIES = ["complex_infusion", "complex_push", "complex_injection"]
# Classes that are held to be outside payers' lists of complex drugs; `procedure` and null may be either.
_SIMPLE_CLASSES = ["therapeutic", "hydration", "vaccine"]
_COMPLEX_CLASSES = ["complex", "complex_hormonal"]


@facts(
    LINE,
    needs=(
        "claim_key", "service_date", "claim_kind", "hcpcs", "revenue_code", "code_kind", "is_drug", "is_drug_or_vaccine",
        "administration_class", "administration_family",
    ),
    gives=(
        Fact(
            "complex_codes_of_day",
            pl.List(pl.String()),
            "of a drug line: codes of the claim and day for chemotherapy and complex drugs, where no other code that "
            "gives a drug stands beside them; else empty",
        ),
        Fact(
            "is_simple_drug",
            pl.Boolean(),
            "the administration of the drug is not complex; null where that rests on a fact tagged C or D",
            "whether payers count this drug as complex is not known with enough confidence: their list decides",
        ),
        Fact(
            "has_complex_drug_of_day",
            pl.Boolean(),
            "another drug of the claim and day explains a code for complex drugs",
            "whether payers count another drug of the day as complex is not known with enough confidence, or a line of "
            "the day has no code that is known",
        ),
    ),
)  # fmt: skip
def complex_administration(ctx: FactContext) -> pl.DataFrame:
    """Looks only at days with a complex code; every other line gets an empty list, and nulls."""
    use = ctx.look_up("drugs", ("use_confidence",), hcpcs="hcpcs")["use_confidence"]
    family, kind = pl.col("administration_family"), pl.col("administration_class")
    is_drug, no_code = pl.col("is_drug"), pl.col("hcpcs").is_null()
    lines = (
        ctx.lines.select(
            day_key(), "hcpcs", "claim_kind", "revenue_code", "code_kind", "is_drug", "is_drug_or_vaccine",
            "administration_class", "administration_family", use.alias("_use"),
        )
        .with_columns(
            family.is_in(_COMPLEX_FAMILIES).fill_null(value=False).alias("_complex_code"),
            family.is_not_null().and_(family.is_in([*_COMPLEX_FAMILIES, "immunization"]).not_()).alias("_other_code"),
            pl.when(kind.is_in(_COMPLEX_CLASSES)).then(statement=False)
            .when(kind.is_in(_SIMPLE_CLASSES) & pl.col("_use").is_in(["A", "B"])).then(statement=True)
            .alias("_simple"),
        )
    )  # fmt: skip
    asked = lines.filter("_complex_code", pl.col("_day").is_not_null()).select(pl.col("_day").unique())
    is_uncoded = no_code & (
        (pl.col("claim_kind") == "professional").fill_null(value=True)
        | pl.col("revenue_code")
        .str.slice(0, 3)
        .is_in(values_of("drug_revenue_prefixes"))
        .fill_null(value=True)
    )
    # A code that is not held may be a drug, or may give one by itself.
    is_open = is_uncoded | (no_code.not_() & pl.col("is_drug_or_vaccine").is_null())
    days = grouped(
        lines.join(asked, on="_day", how="semi"), "_day",
        pl.col("hcpcs").filter("_complex_code").unique().sort().alias("_codes"),
        pl.col("_other_code").any().alias("_has_other_code"),
        (is_drug & pl.col("_simple").eq_missing(other=False)).fill_null(value=False).any().alias("_has_complex_drug"),
        ((is_drug & pl.col("_simple").is_null()).fill_null(value=False) | is_open).any().alias("_has_open_drug"),
    )  # fmt: skip
    none = pl.lit(pl.Series([], dtype=pl.String).implode()).first()
    return (
        lines.select("_day", "is_drug", "_simple")
        .join(days, on="_day", how="left", maintain_order="left")
        .select(
            pl.when(is_drug & pl.col("_has_other_code").not_()).then("_codes").otherwise(none).alias("complex_codes_of_day"),
            pl.col("_simple").alias("is_simple_drug"),
            pl.when(pl.col("_has_complex_drug")).then(statement=True)
            .when(pl.col("_has_open_drug").not_()).then(statement=False)
            .alias("has_complex_drug_of_day"),
        )
    )  # fmt: skip
