"""What the FDA's directory says of the NDC of a line: is it listed, is it on the market, is it powder or liquid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.administration_codes import load_data
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.facts.context import FactContext

_LOAD = "`scrubjay reference load FILE` loads package.txt and product.txt of the FDA's NDC directory"
_NO_DIRECTORY = f"the FDA's directory of NDCs is not loaded, and this NDC is not in the starter set; {_LOAD}"
_NO_MARKETING = (
    f"the days on which this NDC is marketed are not known: no loaded directory gives them; {_LOAD}"
)
_NO_FORM = (
    "whether this NDC is a powder or a liquid is not known: neither the starter set nor a loaded directory says; "
    f"{_LOAD}"
)


def _directories(ctx: FactContext) -> list[str]:
    """Sources of whole directories that are loaded and known on the day of the run."""
    whole = set(load_data("ndc_forms")["directories"]["value"])
    known = {e.source for e in ctx.reference.known_editions(ctx.as_of) if e.set_name == "packages"}
    return sorted(whole & known)


@facts(
    LINE,
    needs=("ndc", "is_ndc_known", "service_date"),
    gives=(
        Fact(
            "is_ndc_in_directory",
            pl.Boolean(),
            "the NDC is listed in the loaded directory of the FDA or in CMS's crosswalk, on whatever date",
            _NO_DIRECTORY,
        ),
        Fact(
            "is_ndc_marketed",
            pl.Boolean(),
            "the date of service lies between the first and the last day of marketing of the NDC",
            _NO_MARKETING,
        ),
        Fact(
            "ndc_marketed_from", pl.Date(), "first day of marketing of the NDC, the earliest that is listed"
        ),
        Fact(
            "ndc_marketed_to",
            pl.Date(),
            "last day of marketing of the NDC, inclusive, the latest that is listed",
        ),
    ),
)
def directory_of_ndc(ctx: FactContext) -> pl.DataFrame:
    """Listed in any loaded directory; marketed by the periods of its rows."""
    distinct, rows = ctx.distinct("ndc", "is_ndc_known", "service_date")
    numbers = distinct["ndc"].drop_nulls().unique()
    held = ctx.reference.table("packages", as_of=ctx.as_of, where={"ndc": numbers})
    day = pl.col("service_date")
    begins, ends = pl.col("effective_from"), pl.col("effective_to")
    # A row that counts from the day of its release has no first day of marketing.
    has_begin = begins.is_not_null() & (begins != pl.col("known_from"))
    listed = held.group_by("ndc").agg(
        pl.when(has_begin.all()).then(begins.min()).alias("_from"),
        pl.when(ends.is_not_null().all()).then(ends.max().dt.offset_by("-1d")).alias("_to"),
        pl.lit(value=True).alias("_listed"),
    )
    on_day = (
        distinct.select("ndc", "service_date")
        .unique()
        .join(held, on="ndc")
        .group_by("ndc", "service_date")
        .agg(
            ((begins.is_null() | (begins <= day)) & (ends.is_null() | (day < ends))).any().alias("_on"),
            # Before the first release that lists it nothing is known, unless it gives the first day.
            ((day < begins) & has_begin.not_()).any().alias("_open"),
        )
    )
    is_whole = pl.lit(value=bool(_directories(ctx)))
    is_listed = pl.col("_listed").fill_null(value=False) | pl.col("is_ndc_known").fill_null(value=False)
    found = distinct.join(listed, on="ndc", how="left", maintain_order="left").join(
        on_day, on=["ndc", "service_date"], how="left", maintain_order="left"
    )
    answers = found.select(
        pl.when(pl.col("ndc").is_null())
        .then(None)
        .when(is_listed)
        .then(statement=True)
        .when(is_whole)
        .then(statement=False)
        .alias("is_ndc_in_directory"),
        pl.when(pl.col("_on"))
        .then(statement=True)
        .when(pl.col("_open").not_() & day.is_not_null())
        .then(statement=False)
        .alias("is_ndc_marketed"),
        pl.col("_from").alias("ndc_marketed_from"),
        pl.col("_to").alias("ndc_marketed_to"),
    )
    return ctx.gather(answers, rows)


@facts(
    LINE,
    needs=("ndc", "ndc_billing_unit"),
    gives=(
        Fact(
            "ndc_unit_of_form",
            pl.String(),
            "unit of measure that the form of the NDC is counted in: ML for a liquid, UN for a powder",
            _NO_FORM,
        ),
        Fact("ndc_form_words", pl.String(), "a powder, a liquid: what the NDC is"),
    ),
)
def form_of_ndc(ctx: FactContext) -> pl.DataFrame:
    """The unit that the reference gives for the NDC, else by the dosage form in the directory."""
    distinct, rows = ctx.distinct("ndc", "ndc_billing_unit")
    by_form = _by_form(distinct["ndc"].drop_nulls().unique().to_list(), ctx, ctx.as_of)
    words = {rule["unit"]: rule["form"] for rule in load_data("ndc_forms")["units"] if rule["unit"]}
    unit = pl.coalesce("ndc_billing_unit", "_unit")
    found = distinct.join(by_form, on="ndc", how="left", maintain_order="left").select(
        unit.alias("ndc_unit_of_form"),
        unit.replace_strict(words, default=None, return_dtype=pl.String()).alias("ndc_form_words"),
    )
    return ctx.gather(found, rows)


def _by_form(numbers: list[str], ctx: FactContext, as_of: date) -> pl.DataFrame:
    """`ndc` and `_unit` of the NDCs whose products have one dosage form that is counted in one way."""
    products = sorted({n[:9] for n in numbers})
    held = ctx.reference.table("products", as_of=as_of, where={"product_ndc": products})
    form = pl.col("dosage_form").str.to_uppercase()
    unit = pl.lit(None, dtype=pl.String())
    for rule in reversed(load_data("ndc_forms")["units"]):
        has = pl.any_horizontal(form.str.contains(word, literal=True) for word in rule["words"])
        unit = pl.when(has).then(pl.lit(rule["unit"], dtype=pl.String())).otherwise(unit)
    agreed = (
        held.filter(pl.col("dosage_form").is_not_null())
        .with_columns(unit.alias("_unit"))
        .group_by("product_ndc")
        .agg(pl.when(pl.col("_unit").n_unique() == 1).then(pl.col("_unit").first()).alias("_unit"))
    )
    asked = pl.DataFrame({"ndc": numbers}, schema={"ndc": pl.String()})
    return (
        asked.with_columns(pl.col("ndc").str.head(9).alias("product_ndc"))
        .join(agreed, on="product_ndc", how="left")
        .select("ndc", "_unit")
    )
