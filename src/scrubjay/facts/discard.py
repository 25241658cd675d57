"""Given and discarded drug: the lines of one drug on one day, beside each other.

A drug line stands beside those of the same claim, day and code. Only days with a JW line are added up;
the other lines get their answer without any work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_BOOL = pl.Boolean()
_DAY = ("claim_key", "service_date", "hcpcs")
_LOAD = "`scrubjay reference load FILE` loads CMS's NDC crosswalk"


@facts(
    LINE,
    needs=("setting", "payer_discard_settings"),
    gives=(
        Fact(
            "is_discard_setting",
            _BOOL,
            "the setting is one in which the payer asks for JW or JZ on drugs that it pays by themselves",
            "whether this payer asks for JW or JZ in this setting is not known: the setting is unknown, or no policy "
            "says (--policy)",
        ),
    ),
)
def discard_setting(ctx: FactContext) -> list[pl.Expr]:
    """The payer's list of settings, looked at once per combination."""
    del ctx
    setting, listed = pl.col("setting"), pl.col("payer_discard_settings")
    known = setting.is_not_null() & listed.is_not_null()
    return [pl.when(known).then(listed.list.contains(setting)).alias("is_discard_setting")]


@facts(
    LINE,
    needs=("claim_key", "service_date", "hcpcs", "has_jw"),
    gives=(
        Fact(
            "discard_day",
            pl.Int64(),
            "running number of claim, day and code where a line of them has JW; null for all other lines",
        ),
    ),
)
def day_of_discard(ctx: FactContext) -> pl.DataFrame:
    """Marks the few lines that everything below looks at."""
    lines = ctx.lines.select(*_DAY, "has_jw")
    days = lines.filter("has_jw", pl.col("service_date").is_not_null(), pl.col("hcpcs").is_not_null())
    numbered = days.select(_DAY).unique().with_row_index("discard_day").cast({"discard_day": pl.Int64})
    return lines.join(numbered, on=_DAY, how="left", maintain_order="left").select("discard_day")


def _lines_of(ctx: FactContext, *columns: str) -> pl.DataFrame:
    """Columns of the lines on days with a JW line, with their row number `_n` and `discard_day`."""
    return (
        ctx.lines.select("discard_day", *columns)
        .with_row_index("_n")
        .filter(pl.col("discard_day").is_not_null())
    )


def _spread(ctx: FactContext, found: pl.DataFrame, key: str) -> pl.DataFrame:
    """`found` over all lines, by row number (`_n`) or by `discard_day`; null on the lines it does not name."""
    rows = ctx.lines.select("discard_day").with_row_index("_n").select(key)
    return rows.join(found, on=key, how="left", maintain_order="left").drop(key)


@facts(
    LINE,
    needs=("claim_key", "service_date", "hcpcs", "ndc", "has_jw", "discard_day"),
    gives=(
        Fact(
            "has_discard_line_beside",
            _BOOL,
            "another line, with JW, of the same code and day on the claim, and of the same NDC where both name one",
            "whether a JW line stands beside this one is not known: a date of service is missing",
        ),
        Fact(
            "has_administered_line_beside",
            _BOOL,
            "for a JW line: a line of the same code and day on the claim without JW",
            "whether a line for the given drug stands beside this one is not known: a date of service is missing",
        ),
    ),
)
def lines_beside(ctx: FactContext) -> pl.DataFrame:
    """Counts of JW lines by day and by NDC; a line with JW does not count itself."""
    lines = _lines_of(ctx, "ndc", "has_jw")
    is_jw, has_ndc = pl.col("has_jw"), pl.col("ndc").is_not_null()
    of_day = lines.group_by("discard_day").agg(
        is_jw.sum().alias("_jw"),
        (is_jw & has_ndc.not_()).sum().alias("_jw_without_ndc"),
        is_jw.not_().any().alias("_is_administered"),
    )
    of_ndc = lines.group_by("discard_day", "ndc").agg(is_jw.sum().alias("_jw_of_ndc"))
    fitting = pl.when(has_ndc).then(pl.col("_jw_of_ndc") + pl.col("_jw_without_ndc")).otherwise(pl.col("_jw"))
    found = (
        lines.join(of_day, on="discard_day")
        .join(of_ndc, on=["discard_day", "ndc"], nulls_equal=True)
        .select("_n", (fitting > is_jw.cast(pl.UInt32)).alias("_beside"), "_is_administered")
    )
    frame = ctx.lines.select(*_DAY, "has_jw").hstack(_spread(ctx, found, "_n")).join(
        _undated_lines(ctx), on=["claim_key", "hcpcs"], how="left", maintain_order="left"
    )  # fmt: skip
    is_dated = pl.col("service_date").is_not_null()
    return frame.select(
        pl.when(pl.col("_beside"))
        .then(statement=True)
        .when(is_dated & pl.col("_undated_jw").fill_null(value=False).not_())
        .then(statement=False)
        .alias("has_discard_line_beside"),
        pl.when(is_jw & pl.col("_is_administered"))
        .then(statement=True)
        .when(is_jw & is_dated & pl.col("_undated_given").fill_null(value=False).not_())
        .then(statement=False)
        .alias("has_administered_line_beside"),
    )


def _undated_lines(ctx: FactContext) -> pl.DataFrame:
    """Claims and codes with a line that has no date: it may belong to any day, so nothing is denied of them."""
    lines = ctx.lines.select(*_DAY, "has_jw").filter(pl.col("service_date").is_null())
    return lines.group_by("claim_key", "hcpcs").agg(
        pl.col("has_jw").any().alias("_undated_jw"), pl.col("has_jw").not_().any().alias("_undated_given")
    )


@facts(
    LINE,
    needs=("discard_day", "ndc", "has_jw", "units"),
    gives=(
        Fact(
            "ndc_day_units",
            QUANTITY,
            "on a day with a JW line of the line's NDC: units of the code on the lines of that NDC, discarded ones "
            "included",
        ),
    ),
)
def units_of_product(ctx: FactContext) -> pl.DataFrame:
    """Two products of one code may be given on one day, each with its own quantity and its own waste."""
    lines = _lines_of(ctx, "ndc", "has_jw", "units").filter(pl.col("ndc").is_not_null())
    of = ["discard_day", "ndc"]
    found = lines.select(
        "_n",
        pl.when(pl.col("has_jw").any().over(of) & pl.col("units").is_not_null().all().over(of))
        .then(pl.col("units").sum().over(of))
        .alias("ndc_day_units"),
    )
    return _spread(ctx, found, "_n")


def _vials() -> pl.Expr:
    """Items that a line's NDC quantity stands for: UN counts them, ML is divided by what one holds.

    Milliliters of a product that is counted in UN say nothing of vials: powder has no milliliters.
    """
    is_liquid = pl.col("ndc_billing_unit").is_null() | (pl.col("ndc_billing_unit") == "ML")
    return (
        pl.when(pl.col("ndc_unit") == "UN")
        .then(pl.col("ndc_quantity"))
        .when((pl.col("ndc_unit") == "ML") & is_liquid & (pl.col("package_size") > 0))
        .then((pl.col("ndc_quantity") / pl.col("package_size")).cast(QUANTITY))
    )


@facts(
    LINE,
    needs=(
        "discard_day", "has_jw", "units", "ndc", "ndc_unit", "ndc_quantity", "ndc_billing_unit", "units_per_item",
        "package_size",
    ),
    gives=(
        Fact(
            "administered_units",
            QUANTITY,
            "on a day with a JW line: units of the code on lines without JW",
            "units of a line of this drug are missing",
        ),
        Fact(
            "discarded_units",
            QUANTITY,
            "on a day with a JW line: units of the code on lines with JW",
            "units of a line of this drug are missing",
        ),
        Fact(
            "opened_container_units",
            QUANTITY,
            "on a day with a JW line: units in the whole containers that the NDC quantities stand for",
            "what the opened containers held is not known: a line has no NDC quantity, the NDC is not held under this "
            "code, or one quantity stands on both lines and may be the total or each line's share",
        ),
    ),
)  # fmt: skip
def given_and_discarded(ctx: FactContext) -> pl.DataFrame:
    """Sums of a day, and the capacity of its containers.

    A container is opened whole, so the vials of each NDC are rounded up. Billers write an NDC quantity in
    two ways: each line's share, or the total on both lines. The sum of the lines is right for the first and
    too large for the second. Where both readings agree that the units fit, or that they do not, the sum is
    given; where only the second would find them too many, the claim does not tell, and the fact is null.
    """
    columns = ("has_jw", "units", "ndc", "ndc_unit", "ndc_quantity", "ndc_billing_unit", "units_per_item")
    lines = _lines_of(ctx, *columns, "package_size").with_columns(_vials().alias("_vials"))
    # Null stays null, the other kind of line counts nothing: plain sums are much faster than filtered ones.
    lines = lines.with_columns(
        pl.when(pl.col("has_jw") == of_jw).then(column).otherwise(pl.lit(0, dtype=QUANTITY)).alias(name)
        for column, of_jw, name in (
            ("units", False, "administered_units"),
            ("units", True, "discarded_units"),
            ("_vials", False, "_given_vials"),
            ("_vials", True, "_discarded_vials"),
        )
    )

    def total(column: str) -> pl.Expr:
        return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum()).alias(column)

    of_day = lines.group_by("discard_day").agg(total("administered_units"), total("discarded_units"))
    of_ndc = lines.group_by("discard_day", "ndc").agg(
        pl.col("units_per_item").first(), total("_given_vials"), total("_discarded_vials")
    )
    shares = pl.col("_given_vials") + pl.col("_discarded_vials")
    repeated = (
        pl.when(pl.col("_given_vials") == pl.col("_discarded_vials")).then("_given_vials").otherwise(shares)
    )

    capacity = (
        of_ndc.with_columns(
            (vials.ceil() * pl.col("units_per_item")).cast(QUANTITY).alias(name)
            for vials, name in ((shares, "_shares"), (repeated, "_repeated"))
        )
        .group_by("discard_day")
        .agg(total("_shares"), total("_repeated"))
        .with_columns(pl.col("_shares", "_repeated").ceil())
    )
    sums = of_day.join(capacity, on="discard_day")
    billed = pl.col("administered_units") + pl.col("discarded_units")
    is_told = (billed > pl.col("_shares")) | (billed <= pl.col("_repeated"))
    sums = sums.with_columns(
        pl.when(is_told | billed.is_null()).then("_shares").alias("opened_container_units")
    )
    names = ("administered_units", "discarded_units", "opened_container_units")
    return _spread(ctx, sums.select("discard_day", *names), "discard_day")


@facts(
    LINE,
    needs=(
        "discard_day",
        "hcpcs",
        "has_jw",
        "units_per_item",
        "administered_units",
        "discarded_units",
        "unit_qualifier",
    ),
    gives=(
        Fact(
            "discarded_item_units",
            QUANTITY,
            "for a JW line: billing units in one container of the drug, by its NDC, else by that of the given lines, "
            "else by the packages of the code that are held",
            f"how many units one container holds is not known: send the NDC; {_LOAD}",
        ),
        Fact(
            "is_discarded_item_inferred",
            _BOOL,
            "the content of the container comes from the packages of the code, not from an NDC on the claim",
        ),
    ),
)
def discarded_item(ctx: FactContext) -> pl.DataFrame:
    """The container behind a JW line.

    Without an NDC two things can still be told. If no package that is held has more than one unit, none
    has. And with an `up_to` code and one given unit, given plus discarded units make up one package; if no
    package holds so many, the single unit was the whole of a small one.
    """
    lines = _lines_of(
        ctx, "hcpcs", "has_jw", "units_per_item", "administered_units", "discarded_units", "unit_qualifier"
    )
    given = lines.filter(pl.col("has_jw").not_()).group_by("discard_day").agg(
        pl.when(pl.col("units_per_item").null_count() == 0).then(pl.col("units_per_item").max()).alias("_given_item")
    )  # fmt: skip
    packages = (
        ctx.reference.table("ndc", as_of=ctx.as_of, where={"hcpcs": lines["hcpcs"].unique()})
        .group_by("hcpcs")
        .agg(pl.col("units_per_item").drop_nulls().unique().alias("_packages"))
        .filter(pl.col("_packages").list.len() > 0)
    )
    total = pl.col("administered_units") + pl.col("discarded_units")
    is_one_unit = (pl.col("unit_qualifier") == "up_to") & (pl.col("administered_units") == 1)
    matching = pl.col("_packages").list.eval(pl.element().floor())
    smallest = pl.col("_packages").list.min()
    inferred = (
        pl.when(pl.col("_packages").list.max() <= 1).then(pl.col("_packages").list.max())
        .when(is_one_unit & matching.list.contains(total)).then(total)
        .when(is_one_unit & (smallest <= 1)).then(smallest)
    )  # fmt: skip
    found = (
        lines.filter("has_jw")
        .join(given, on="discard_day", how="left")
        .join(packages, on="hcpcs", how="left")
        .with_columns(
            pl.coalesce("units_per_item", "_given_item").alias("_of_ndc"), inferred.alias("_inferred")
        )
        .select(
            "_n",
            pl.coalesce("_of_ndc", "_inferred").cast(QUANTITY).alias("discarded_item_units"),
            pl.col("_of_ndc").is_null().alias("is_discarded_item_inferred"),
        )
    )
    return _spread(ctx, found, "_n")


@facts(
    LINE,
    needs=("discard_day", "hcpcs", "service_date", "has_jw", "administered_units"),
    gives=(
        Fact(
            "least_waste_units",
            QUANTITY,
            "for a JW line: least units left over if the given units came from single-dose containers of one size",
            "which single-dose containers of this drug were on the market that day is not known: send the NDC's "
            f"packages in; {_LOAD}",
        ),
        Fact("least_waste_item_units", QUANTITY, "billing units in one container of that size"),
        Fact("least_waste_item_count", pl.Int64(), "how many such containers"),
        Fact(
            "is_least_waste_unverified",
            _BOOL,
            "the container type of that size rests on a fact tagged C or D",
        ),
    ),
)
def least_waste(ctx: FactContext) -> pl.DataFrame:
    """Least waste over the sizes held for the day; one size at a time, so the true least may be smaller still."""
    asked = _lines_of(ctx, "hcpcs", "service_date", "has_jw", "administered_units").filter("has_jw")
    of_code = ctx.reference.table("containers", as_of=ctx.as_of).select(
        "hcpcs", pl.col("container_type").alias("_of_code"), pl.col("confidence").alias("_code_confidence")
    ).unique("hcpcs", keep="last", maintain_order=True)  # fmt: skip
    sizes = (
        ctx.reference.table("ndc", as_of=ctx.as_of, where={"hcpcs": asked["hcpcs"].unique()})
        .filter(pl.col("units_per_item") > 0)
        .join(of_code, on="hcpcs", how="left")
        .filter(pl.coalesce("container_type", "_of_code") == "single-dose")
        .with_columns(
            pl.when(pl.col("container_type").is_not_null()).then("container_confidence").otherwise("_code_confidence")
            .is_in(["C", "D"]).fill_null(value=True).alias("_unverified")
        )
        .select("hcpcs", "effective_from", "effective_to", pl.col("units_per_item").alias("_item"), "_unverified")
    )  # fmt: skip
    wanted = asked.select("hcpcs", "service_date", "administered_units").drop_nulls().unique()
    count = (pl.col("administered_units") / pl.col("_item")).ceil()
    least = (
        wanted.join(sizes, on="hcpcs")
        .filter(
            pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col("service_date")),
            pl.col("effective_to").is_null() | (pl.col("service_date") < pl.col("effective_to")),
        )
        .with_columns(count.alias("_count"))
        .with_columns(
            (pl.col("_count") * pl.col("_item") - pl.col("administered_units")).cast(QUANTITY).alias("_waste")
        )
        .sort("_waste", "_count", "_unverified")
        .unique(["hcpcs", "service_date", "administered_units"], keep="first", maintain_order=True)
    )
    found = asked.join(least, on=["hcpcs", "service_date", "administered_units"], how="left").select(
        "_n",
        pl.col("_waste").alias("least_waste_units"),
        pl.col("_item").alias("least_waste_item_units"),
        pl.col("_count").cast(pl.Int64).alias("least_waste_item_count"),
        pl.col("_unverified").alias("is_least_waste_unverified"),
    )
    return _spread(ctx, found, "_n")
