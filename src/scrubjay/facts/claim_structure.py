"""Is the claim whole: pointers, charges, provider numbers, the text of unlisted drugs, dates against the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import mbi_is_valid, npi_is_valid
from scrubjay.facts.registry import CLAIM, LINE, Fact, facts
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_NPI_ROLES = {
    "billing_npi": "billing",
    "claim_rendering_npi": "rendering",
    "claim_referring_npi": "referring",
    "claim_facility_npi": "facility",
    "attending_npi": "attending",
}
_LINE_NPI_ROLES = {
    "line_rendering_npi": "rendering",
    "ordering_npi": "ordering",
    "line_referring_npi": "referring",
    "line_facility_npi": "facility",
}
_MBI_LENGTH = 11
"""Characters of a Medicare beneficiary identifier as it is sent: without the hyphens of the card."""


@facts(
    LINE,
    needs=("service_date_last", "statement_to"),
    gives=(
        Fact(
            "days_until_service",
            pl.Int32(),
            "days from the day of the run to the last date of service of the line, else "
            "of the statement period; negative where it lies before",
            "the date of service is missing",
        ),
    ),
)
def days_until_service(ctx: FactContext) -> list[pl.Expr]:
    """An edit does not know the day; the run does."""
    last = pl.coalesce("service_date_last", "statement_to")
    return [(last - pl.lit(ctx.as_of)).dt.total_days().cast(pl.Int32).alias("days_until_service")]


@facts(
    LINE,
    needs=("diagnosis_pointers", "diagnosis_codes"),
    gives=(
        Fact("diagnosis_count", pl.Int32(), "diagnosis codes on the claim; 0 where it has none"),
        Fact(
            "invalid_pointers",
            _STRINGS,
            "diagnosis pointers of the line that name no diagnosis of the claim",
            "the diagnosis pointers of the line are not known",
        ),
    ),
)
def pointers_of_line(ctx: FactContext) -> pl.DataFrame:
    """Judged on the distinct combinations of pointers and number of diagnoses."""
    frame = ctx.lines.select(
        # No separator occurs in a pointer; a joined text is quicker to compare than a list.
        pl.col("diagnosis_pointers").list.join(":").alias("_pointers"),
        pl.col("diagnosis_codes").list.len().fill_null(0).cast(pl.Int32).alias("diagnosis_count"),
    )
    distinct = frame.unique(maintain_order=True).with_row_index("_row")
    # A pointer is a whole number as the standard writes it, without a leading zero.
    named = (
        distinct.filter(pl.col("_pointers").is_not_null() & (pl.col("_pointers") != ""))
        .with_columns(pl.col("_pointers").str.split(":").alias("_pointer"))
        .explode("_pointer")
        .with_columns(pl.col("_pointer").str.extract(r"^([1-9]\d?)$").cast(pl.Int32).alias("_place"))
        .filter(pl.col("_place").is_null() | (pl.col("_place") > pl.col("diagnosis_count")))
        .group_by("_row", maintain_order=True)
        .agg(pl.col("_pointer").alias("invalid_pointers"))
    )
    judged = distinct.join(named, on="_row", how="left").with_columns(
        pl.when(pl.col("_pointers").is_not_null())
        .then(pl.col("invalid_pointers").fill_null(pl.lit(pl.Series([[]], dtype=_STRINGS)).first()))
        .alias("invalid_pointers")
    )
    return frame.join(
        judged, on=["_pointers", "diagnosis_count"], how="left", nulls_equal=True, maintain_order="left"
    ).select("diagnosis_count", "invalid_pointers")


@facts(
    LINE,
    needs=("line_description", "line_note", "claim_note"),
    gives=(
        Fact(
            "has_drug_name_text",
            pl.Boolean(),
            "description or note of the line, or note of the claim, holds a word",
        ),
        Fact(
            "has_dose_text",
            pl.Boolean(),
            "description or note of the line, or note of the claim, holds a number",
        ),
    ),
)
def text_of_line(ctx: FactContext) -> list[pl.Expr]:
    """Whether a name and a dose can be there at all. Text that was not sent holds neither."""
    del ctx
    texts = ("line_description", "line_note", "claim_note")

    def holds(pattern: str) -> pl.Expr:
        return pl.any_horizontal(pl.col(t).str.contains(pattern).fill_null(value=False) for t in texts)

    return [holds(r"[A-Za-z]{3}").alias("has_drug_name_text"), holds(r"\d").alias("has_dose_text")]


@facts(
    CLAIM,
    needs=("claim_key", "charge_amount", "revenue_code"),
    gives=(
        Fact(
            "line_charge_total",
            MONEY,
            "sum of the line charges, without a total line (revenue code 0001)",
            "a line has no charge that can be read",
        ),
        Fact("line_charge_max", MONEY, "largest line charge", "a line has no charge that can be read"),
    ),
)
def charges_of_claim(ctx: FactContext) -> pl.DataFrame:
    """Null where any line has no charge: a sum of some lines is not the sum."""
    is_total = pl.col("revenue_code").is_in(["0001", "001"]).fill_null(value=False)
    summed = (
        ctx.lines.select("claim_key", "charge_amount", is_total.alias("_is_total"))
        .filter(pl.col("_is_total").not_())
        .group_by("claim_key")
        .agg(
            pl.col("charge_amount").sum().alias("_sum"),
            pl.col("charge_amount").max().alias("_max"),
            pl.col("charge_amount").has_nulls().alias("_has_gap"),
        )
    )
    is_whole = pl.col("_has_gap").not_()
    return (
        ctx.claims.select("claim_key")
        .join(summed, on="claim_key", how="left", maintain_order="left")
        .select(
            pl.when(is_whole).then("_sum").cast(MONEY).alias("line_charge_total"),
            pl.when(is_whole).then("_max").cast(MONEY).alias("line_charge_max"),
        )
    )


@facts(
    CLAIM,
    needs=("claim_key", *_NPI_ROLES, *_LINE_NPI_ROLES),
    gives=(
        Fact("npi_count", pl.Int32(), "provider numbers on the claim and its lines"),
        Fact("invalid_npis", _STRINGS, "those that fail length or check digit, each with its role"),
    ),
)
def provider_numbers(ctx: FactContext) -> pl.DataFrame:
    """Every distinct number is judged once; most runs hold few."""
    sources = [(ctx.claims, _NPI_ROLES), (ctx.lines, _LINE_NPI_ROLES)]
    distinct = pl.concat(
        [frame[name].unique().alias("npi") for frame, roles in sources for name in roles]
    ).unique()
    wrong = distinct.drop_nulls().to_frame().filter(npi_is_valid("npi").not_())["npi"].to_list()
    on_lines = (
        # Most lines carry no provider of their own.
        ctx.lines.select("claim_key", _present(_LINE_NPI_ROLES).alias("_on_lines"))
        .filter(pl.col("_on_lines") > 0)
        .group_by("claim_key")
        .agg(pl.col("_on_lines").sum())
    )
    named = (
        pl.concat(
            frame.filter(pl.col(name).is_in(wrong)).select(
                "claim_key", pl.concat_str(pl.lit(f"{role} "), name).alias("invalid_npis")
            )
            for frame, roles in sources
            for name, role in roles.items()
        )
        .group_by("claim_key", maintain_order=True)
        .agg(pl.col("invalid_npis").unique(maintain_order=True))
    )
    return (
        ctx.claims.select("claim_key", _present(_NPI_ROLES).alias("_on_claim"))
        .join(on_lines, on="claim_key", how="left", maintain_order="left")
        .join(named, on="claim_key", how="left", maintain_order="left")
        .select(
            (pl.col("_on_claim") + pl.col("_on_lines").fill_null(0)).cast(pl.Int32).alias("npi_count"),
            pl.col("invalid_npis").fill_null(pl.lit(pl.Series([[]], dtype=_STRINGS)).first()),
        )
    )


def _present(names: Iterable[str]) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in names)


@facts(
    CLAIM,
    needs=("member_id",),
    gives=(
        Fact(
            "is_member_id_mbi",
            pl.Boolean(),
            "the member id has the form of a Medicare beneficiary identifier, without hyphens",
            "the member id is not on the claim",
        ),
    ),
)
def member_id_of_claim(ctx: FactContext) -> list[pl.Expr]:
    """The form only; whether the id exists is the payer's to say."""
    del ctx
    sent = pl.col("member_id").str.strip_chars()
    return [((sent.str.len_chars() == _MBI_LENGTH) & mbi_is_valid(sent)).alias("is_member_id_mbi")]
