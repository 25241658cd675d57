"""Services that look alike: on one claim, and on other claims of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import CLAIM, LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NO_PATIENT = (
    "whether another claim is for the same patient is not known: the member id, the birth date or the billing "
    "provider is missing"
)


@facts(
    LINE,
    needs=("modifier_list",),
    gives=(
        Fact(
            "modifier_key",
            pl.String(),
            "the modifiers of the line sorted and joined by `+`; empty where it has none",
            "the modifiers of the line are not known",
        ),
    ),
)
def modifiers_as_text(ctx: FactContext) -> pl.DataFrame:
    """Few combinations occur, so only the distinct ones are sorted."""
    distinct, rows = ctx.distinct("modifier_list")
    sorted_list = pl.col("modifier_list").str.split("|").list.sort().list.join("+")
    return distinct.select(sorted_list.alias("modifier_key"))[rows]


def _same_words() -> list[pl.Expr]:
    """Texts that make two lines of one unlisted code two things."""
    return [pl.col(name).str.to_uppercase() for name in ("line_description", "line_note")]


@facts(
    LINE,
    needs=(
        "is_code_repeated",
        "line_key",
        "claim_key",
        "line_number",
        "hcpcs",
        "modifier_key",
        "service_date",
        "service_date_last",
        "units",
        "ndc",
        "ndc_as_sent",
        "revenue_code",
        "line_rendering_npi",
        "line_place_of_service_code",
        "line_description",
        "line_note",
    ),
    gives=(
        Fact(
            "same_line_number",
            pl.Int32(),
            "number of an earlier line of the claim with the same code, modifiers, "
            "date, units, NDC, text, revenue code, place and rendering provider; null where there is none",
        ),
        Fact(
            "is_repeated_line",
            pl.Boolean(),
            "an earlier line of the claim is the same in code, modifiers, date, units, "
            "NDC, text, revenue code, place and rendering provider",
            "the line has no code or no date of service",
        ),
    ),
)
def alike_on_claim(ctx: FactContext) -> pl.DataFrame:
    """Lines that share claim, code and day first, which few do; the rest is compared among those."""
    coarse = ["claim_key", "hcpcs", "service_date", "units"]
    lines = ctx.lines
    # The frame is wide: choose the rows first, then take only the columns that are compared.
    is_candidate = lines.select(
        pl.col("is_code_repeated") & pl.col("hcpcs").is_not_null() & pl.col("service_date").is_not_null()
    ).to_series()
    candidates = lines.select(
        "line_key",
        "line_number",
        *coarse,
        "service_date_last",
        "revenue_code",
        "line_rendering_npi",
        "line_place_of_service_code",
        "modifier_key",
        "ndc",
        "ndc_as_sent",
        "line_description",
        "line_note",
    ).filter(is_candidate)
    fine = candidates.select(
        *coarse,
        "service_date_last",
        "revenue_code",
        "line_rendering_npi",
        "line_place_of_service_code",
        "modifier_key",
        pl.coalesce("ndc", "ndc_as_sent").alias("_ndc"),
        *_same_words(),
    )
    # Two rows of one claim that differ would have to share 64 bits to be taken for one.
    alike = ["claim_key", "_alike"]
    first = (
        candidates.select("line_key", "claim_key", "line_number")
        .with_columns(fine.hash_rows().alias("_alike"))
        .select(
            "line_key",
            pl.when(pl.col("line_key") != pl.col("line_key").first().over(alike))
            .then(pl.col("line_number").first().over(alike))
            .alias("same_line_number"),
        )
    )
    found = lines.select("line_key", "hcpcs", "service_date").join(
        first, on="line_key", how="left", maintain_order="left"
    )
    return found.select(
        "same_line_number",
        pl.when(pl.col("hcpcs").is_not_null() & pl.col("service_date").is_not_null())
        .then(pl.col("same_line_number").is_not_null())
        .alias("is_repeated_line"),
    )


@facts(
    LINE,
    needs=("line_key", "claim_key", "line_number", "hcpcs", "modifiers", "service_date", "units", "is_drug"),
    gives=(
        Fact(
            "administered_lines_of_day",
            pl.Int32(),
            "lines of this drug code without JW on the claim and day; 0 on a line that is none",
            "the date of service is missing",
        ),
        Fact(
            "paid_line_number",
            pl.Int32(),
            "the first of those lines with the most units, the one that is paid where one line is",
        ),
        Fact(
            "is_further_administered_line",
            pl.Boolean(),
            "an administered line of the drug beside the one with the most units of that day",
            "units or the date of service is missing",
        ),
    ),
)
def administered_lines(ctx: FactContext) -> pl.DataFrame:
    """Counted over drug lines without JW that share claim, code and day with another."""
    day = ["claim_key", "hcpcs", "service_date"]
    is_administered = pl.col("is_drug") & pl.col("modifiers").list.contains("JW").not_()
    several = (
        ctx.lines.select("line_key", "line_number", *day, "units", "modifiers", "is_drug")
        .filter(is_administered & pl.col("service_date").is_not_null())
        .filter(pl.struct(day).is_duplicated())
    )
    most = pl.col("units") == pl.col("units").max().over(day)
    best = pl.col("line_key").filter(most).first()
    counted = several.select(
        "line_key",
        pl.len().over(day).cast(pl.Int32).alias("_count"),
        pl.col("line_number").filter(most.fill_null(value=False)).first().over(day).alias("paid_line_number"),
        pl.when(pl.col("units").is_null().any().over(day))
        .then(None)
        .otherwise(pl.col("line_key") != best.over(day))
        .alias("_is_further"),
    )
    found = ctx.lines.select("line_key", "service_date", is_administered.alias("_is_administered")).join(
        counted, on="line_key", how="left", maintain_order="left"
    )
    is_one = pl.col("_is_administered") & pl.col("service_date").is_not_null()
    return found.select(
        pl.when(pl.col("_is_administered").not_())
        .then(0)
        .when(pl.col("_count").is_not_null())
        .then("_count")
        .when(is_one)
        .then(1)
        .cast(pl.Int32)
        .alias("administered_lines_of_day"),
        "paid_line_number",
        pl.when(pl.col("_count").is_not_null())
        .then("_is_further")
        .otherwise(statement=False)
        .alias("is_further_administered_line"),
    )


@facts(
    CLAIM,
    needs=(
        "member_id",
        "patient_birth_date",
        "patient_last_name",
        "patient_first_name",
        "billing_npi",
        "payer_id",
        "payer_name",
        "payer_responsibility_code",
        "claim_kind",
    ),
    gives=(
        Fact(
            "patient_and_provider_hash",
            pl.UInt64(),
            "one number for patient, billing provider, payer and kind of claim, "
            "to compare claims of a run with; it is no identifier and leaves no run",
            _NO_PATIENT,
        ),
    ),
)
def patient_and_provider(ctx: FactContext) -> list[pl.Expr]:
    """Identifiers are compared as a hash, so that no frame kept for the end of the run holds them.

    The payer and its rank belong to the key: the same service goes to the second payer after the first.
    """
    del ctx

    def plain(name: str) -> pl.Expr:
        return pl.col(name).str.strip_chars().str.to_uppercase()

    is_known = (
        pl.col("member_id").is_not_null()
        & pl.col("patient_birth_date").is_not_null()
        & pl.col("billing_npi").is_not_null()
    )
    parts = (
        plain("member_id"),
        pl.col("patient_birth_date"),
        plain("patient_last_name"),
        plain("patient_first_name"),
        pl.col("billing_npi"),
        pl.coalesce("payer_id", "payer_name"),
        pl.col("payer_responsibility_code"),
        pl.col("claim_kind"),
    )
    # A seed for each part, so that equal values in two parts do not cancel out.
    mixed = parts[0].hash(seed=11)
    for seed, part in enumerate(parts[1:], 12):
        mixed = mixed ^ part.hash(seed=seed)
    return [pl.when(is_known).then(mixed).alias("patient_and_provider_hash")]


@facts(
    LINE,
    needs=(
        "patient_and_provider_hash",
        "hcpcs",
        "modifier_key",
        "service_date",
        "units",
        "ndc",
        "ndc_as_sent",
        "revenue_code",
        "line_description",
        "claim_rendering_npi",
        "line_rendering_npi",
        "is_drug",
        "claim_frequency_code",
    ),
    gives=(
        Fact(
            "service_hash",
            pl.UInt64(),
            "one number for patient, provider, payer, date, code, units, modifiers and NDC "
            "of a line of an original claim, to compare claims of a run with; null on replacements and voids",
            _NO_PATIENT,
        ),
    ),
)
def service_of_patient(ctx: FactContext) -> pl.DataFrame:
    """Hashes of the parts are mixed; they are compared within one run only.

    Two clinicians of one group may each see a patient on a day, but one dose of a drug is given once:
    the rendering provider tells services apart, not drugs.
    """
    distinct, rows = ctx.distinct("hcpcs", "service_date", "units")
    of_service = distinct.with_columns(
        pl.concat_str(
            pl.col("hcpcs"),
            pl.col("service_date").cast(pl.Int32).cast(pl.String),
            pl.col("units").cast(pl.String),
            separator="\x1f",
        )
        .hash(seed=1)
        .alias("_service")
    )["_service"][rows]
    has_all = pl.all_horizontal(
        pl.col("hcpcs", "service_date", "units", "patient_and_provider_hash").is_not_null()
    )
    rendering = pl.when(pl.col("is_drug").not_()).then(
        pl.coalesce("line_rendering_npi", "claim_rendering_npi")
    )
    mixed = (
        pl.col("patient_and_provider_hash")
        ^ of_service
        ^ pl.col("modifier_key").hash(seed=2)
        ^ pl.coalesce("ndc", "ndc_as_sent").hash(seed=3)
        ^ pl.col("revenue_code").hash(seed=4)
        ^ pl.col("line_description").str.to_uppercase().hash(seed=5)
        ^ rendering.hash(seed=6)
    )
    is_original = pl.col("claim_frequency_code") == "1"
    return ctx.lines.select(pl.when(has_all & is_original).then(mixed).alias("service_hash"))


@facts(
    LINE,
    needs=("service_hash", "claim_key", "claim_id", "is_taken_back"),
    gives=(
        Fact(
            "same_service_claim",
            pl.String(),
            "our id of an earlier claim with the same service, of the run or (`h1c2`) of the earlier claims that were "
            "given; null where there is none",
        ),
        Fact(
            "is_service_on_other_claim",
            pl.Boolean(),
            "an earlier original claim of the run or of the earlier claims that were given has the same patient, "
            "provider, payer, date, code, units, modifiers and NDC",
            _NO_PATIENT,
        ),
    ),
    is_deferred=True,
)
def alike_in_run(ctx: FactContext) -> pl.DataFrame:
    """The first claim with a service stands; the later ones repeat it. One that was taken back repeats nothing."""
    keyed = ctx.lines.select("service_hash", "claim_key", "claim_id")
    stands = ~ctx.lines["is_taken_back"].fill_null(value=False)
    crowded = (
        keyed.filter(stands)
        .filter(pl.col("service_hash").is_not_null())
        .filter(pl.col("service_hash").is_duplicated())
        .group_by("service_hash")
        .agg(
            pl.col("claim_key").min().alias("_first"),
            pl.col("claim_id").sort_by("claim_key").first().alias("_id"),
        )
    )
    found = keyed.join(crowded, on="service_hash", how="left", maintain_order="left")
    is_later = pl.col("_first").is_not_null() & (pl.col("_first") != pl.col("claim_key"))
    return found.select(
        pl.when(is_later).then("_id").alias("same_service_claim"),
        pl.when(pl.col("service_hash").is_not_null()).then(is_later).alias("is_service_on_other_claim"),
    )
