"""What the patient was given before and on the day, over the run and the earlier claims, against the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from scrubjay.facts.administration_codes import load_data
from scrubjay.facts.patient import NO_PATIENT
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

NO_HISTORY = (
    "what the patient was given before is not known: give earlier claims with --history, that reach back far enough "
    "(--history-from says from which day on they are complete)"
)
_NO_WEIGHT = (
    "the dose for each kilogram is not known: an 837 carries no body weight; a table of earlier claims may give it "
    "(patient_weight_kg, --history), at most 90 days old"
)
_LIMITS = (
    "payer_max_units_per_day",
    "payer_max_units_per_period",
    "payer_max_times_per_period",
    "payer_limit_period_days",
    "payer_max_mg_per_kg",
    "payer_min_interval_days",
    "payer_max_units_lifetime",
    "payer_site_free_days",
    "label_max_mg_per_day",
    "label_max_mg_per_kg",
)
_WHO = ("patient_hash", "patient_name_hash", "hcpcs", "service_date")
_FREE = "payer_site_free_days"
# The days in which any place is allowed belong to the rule of places, not to the limits.
_OF_LIMITS = (*_WHO, "units", "unit_mg", *(name for name in _LIMITS if name != _FREE))
_GIVES = (
    Fact(
        "last_given_on",
        pl.Date(),
        "the last day before on which the patient was given the drug",
        rests_on=_OF_LIMITS,
    ),
    Fact("days_since_last", pl.Int32(), "days from that day to the date of service", rests_on=_OF_LIMITS),
    Fact(
        "times_in_period",
        pl.Int32(),
        "days with the drug in the payer's period, the date of service included",
        rests_on=_OF_LIMITS,
    ),
    Fact(
        "is_too_soon",
        pl.Boolean(),
        "fewer days since the last time than the payer's policy asks",
        f"{NO_HISTORY}; or {NO_PATIENT}",
        rests_on=_OF_LIMITS,
    ),
    Fact(
        "is_too_often",
        pl.Boolean(),
        "more days with the drug in the payer's period than its policy allows",
        f"{NO_HISTORY}; or {NO_PATIENT}",
        rests_on=_OF_LIMITS,
    ),
    Fact(
        "is_in_free_days",
        pl.Boolean(),
        "the date of service lies within the days from the first dose in which the payer allows any place",
        NO_HISTORY,
        rests_on=(*_WHO, _FREE),
    ),
    Fact(
        "is_over_day_limit",
        pl.Boolean(),
        "the units given on the day, discarded ones left out, are above the payer's or the label's most for a day",
        f"the units of the day cannot be added up: units are missing, or {NO_PATIENT}",
        rests_on=_OF_LIMITS,
    ),
    Fact(
        "is_over_weight_limit",
        pl.Boolean(),
        "the milligrams given on the day are above the payer's or the label's most for each kilogram",
        _NO_WEIGHT,
        rests_on=_OF_LIMITS,
    ),
    Fact(
        "is_over_period_limit",
        pl.Boolean(),
        "the units given in the payer's period, or in the patient's life, are above its most",
        f"{NO_HISTORY}; no history proves that a limit for life is kept",
        rests_on=_OF_LIMITS,
    ),
    Fact(
        "over_limit",
        pl.String(),
        "the limit that is passed: day, label_day, weight, label_weight, period or life",
        rests_on=_OF_LIMITS,
    ),
    Fact("over_limit_amount", QUANTITY, "the amount against it, in units or milligrams", rests_on=_OF_LIMITS),
    Fact("over_limit_most", QUANTITY, "the most that it allows, in units or milligrams", rests_on=_OF_LIMITS),
)


LOOKS_AT = (*_WHO, "is_drug", "units", "has_jw", "is_counted", "patient_weight_kg")
"""Columns of all claims, earlier ones included, that these facts read."""


@facts(
    LINE,
    needs=(*_WHO, "units", "unit_mg", *_LIMITS),
    gives=_GIVES,
    looks_at=LOOKS_AT,
)
def given_before(ctx: FactContext) -> pl.DataFrame:
    """A line of a claim that does not count passes no limit."""
    lines = ctx.lines.with_row_index("_i").join(
        ctx.everything.select("line_key", "is_counted"), on="line_key", how="left", maintain_order="left"
    )
    is_idle = pl.col("is_counted").eq_missing(pl.lit(value=False))
    asked = lines.filter(is_idle.not_())
    found = _judged(asked, _seen(asked, ctx.everything), ctx.everything, ctx)
    flags = [fact.name for fact in _GIVES if fact.dtype == pl.Boolean()]
    joined = lines.select("_i", is_idle.alias("_idle"), "payer_site_free_days").join(
        found, on="_i", how="left", maintain_order="left"
    )
    return joined.with_columns(
        pl.when(pl.col("_idle")).then(statement=False).otherwise(n).alias(n) for n in flags
    ).select(pl.col(f.name).cast(f.dtype) for f in _GIVES)


def _seen(asked: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """For each asked line the days on which the patient got the drug, up to its own: `_i`, `_day`, `_units`, `_open`."""
    codes = asked.select("patient_hash", "hcpcs").unique()
    doses = (
        lines.filter(
            pl.col("is_drug")
            & pl.col("is_counted").ne_missing(pl.lit(value=False))
            & pl.col("has_jw").not_(),
            pl.col("service_date").is_not_null(),
        )
        .join(codes, on=["patient_hash", "hcpcs"], how="semi")
        .group_by("patient_hash", "patient_name_hash", "hcpcs", pl.col("service_date").alias("_day"))
        .agg(
            pl.when(pl.col("units").is_not_null().all()).then(pl.col("units").sum()).alias("_units"),
            pl.col("is_counted").is_null().any().alias("_open"),
        )
        .rename({"patient_name_hash": "_name"})
    )
    # A name that is missing on one side does not keep two claims of one member apart.
    is_same = (pl.col("_name") == pl.col("patient_name_hash")).fill_null(value=True)
    return (
        asked.select("_i", *_WHO)
        .join(doses, on=["patient_hash", "hcpcs"])
        .filter(is_same, pl.col("_day") <= pl.col("service_date"))
        .group_by("_i", "service_date", "_day")
        .agg(
            pl.when(pl.col("_units").is_not_null().all()).then(pl.col("_units").sum()).alias("_units"),
            pl.col("_open").any(),
        )
    )


def _weights(asked: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """`_i`, `_kg`: the last weight that an earlier claim gives, if it is recent."""
    days = load_data("evidence")["weight_lookback_days"]["value"]
    known = lines.filter(pl.col("patient_weight_kg") > 0).select(
        "patient_hash",
        pl.col("patient_name_hash").alias("_name"),
        pl.col("service_date").alias("_day"),
        pl.col("patient_weight_kg").alias("_kg"),
    )
    age = (pl.col("service_date") - pl.col("_day")).dt.total_days()
    is_same = (pl.col("_name") == pl.col("patient_name_hash")).fill_null(value=True)
    return (
        asked.select("_i", *_WHO)
        .join(known, on="patient_hash")
        .filter(is_same, age >= 0, age <= days)
        .filter(pl.col("_day") == pl.col("_day").max().over("_i"))
        .group_by("_i")
        .agg(pl.when(pl.col("_kg").n_unique() == 1).then(pl.col("_kg").first()).alias("_kg"))
    )


class _Check(NamedTuple):
    """One limit.

    Attributes:
        limit: its column.
        amount: what is compared with it.
        most: what it allows, in the same unit.
        proven: the amount is complete, so that keeping the limit is proven.
        least: the least that the amount may be, where units were rounded up.
    """

    limit: str
    amount: pl.Expr
    most: pl.Expr
    proven: pl.Expr
    least: pl.Expr | None = None


def _judged(asked: pl.DataFrame, seen: pl.DataFrame, lines: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    limits = asked.select("_i", "patient_hash", "service_date", "units", "unit_mg", *_LIMITS)
    day, on = pl.col("_day"), pl.col("service_date")
    age = (on - day).dt.total_days()
    in_period = age < pl.col("payer_limit_period_days")

    def whole(some: pl.Expr) -> pl.Expr:
        units = pl.col("_units").filter(some)
        return pl.when(units.is_not_null().all()).then(units.sum())

    facts_of_line = (
        seen.join(limits.select("_i", "payer_limit_period_days"), on="_i")
        .group_by("_i")
        .agg(
            day.filter(age > 0).max().alias("last_given_on"),
            day.min().alias("_first"),
            in_period.sum().cast(pl.Int32).alias("times_in_period"),
            whole(age == 0).alias("_day_units"),
            whole(in_period.fill_null(value=False)).alias("_period_units"),
            whole(age >= 0).alias("_life_units"),
            pl.col("_open").any().alias("_open"),
        )
    )
    frame = (
        limits.join(facts_of_line, on="_i", how="left")
        .join(_weights(asked, lines), on="_i", how="left")
        .with_columns((on - pl.col("last_given_on")).dt.total_days().cast(pl.Int32).alias("days_since_last"))
    )
    begin = ctx.evidence.history_from
    start = pl.lit(None, dtype=pl.Date()) if ctx.evidence.history is None else pl.lit(begin, dtype=pl.Date())
    is_sure = pl.col("_open").not_() & pl.col("patient_hash").is_not_null()

    def reaches(days: str) -> pl.Expr:
        """The earlier claims are complete over so many days up to the date of service."""
        return ((on - start).dt.total_days() >= pl.col(days) - 1).fill_null(value=False) & is_sure

    def known(over: pl.Expr, limit: str, proven: pl.Expr) -> pl.Expr:
        """True where the limit is passed, false where there is none or it is proven to be kept, else null."""
        return (
            pl.when(pl.col(limit).is_null())
            .then(statement=False)
            .when(over & is_sure)
            .then(statement=True)
            .when(over.not_() & proven)
            .then(statement=False)
        )

    mg = pl.col("_day_units") * pl.col("unit_mg")
    # Units are rounded up, so the dose itself may be up to one unit less.
    least_mg = (pl.col("_day_units") - 1) * pl.col("unit_mg")
    kg = pl.col("_kg")
    own_kg, label_kg = pl.col("payer_max_mg_per_kg"), pl.col("label_max_mg_per_kg")
    never = pl.lit(value=False)
    checks = {
        "day": _Check(
            "payer_max_units_per_day", pl.col("_day_units"), pl.col("payer_max_units_per_day"), is_sure
        ),
        "label_day": _Check("label_max_mg_per_day", mg, pl.col("label_max_mg_per_day"), is_sure, least_mg),
        "weight": _Check("payer_max_mg_per_kg", mg, own_kg * kg, is_sure, least_mg),
        "label_weight": _Check(
            "label_max_mg_per_kg", mg, pl.when(own_kg.is_null()).then(label_kg * kg), is_sure, least_mg
        ),
        "period": _Check(
            "payer_max_units_per_period",
            pl.col("_period_units"),
            pl.col("payer_max_units_per_period"),
            reaches("payer_limit_period_days"),
        ),
        "life": _Check(
            "payer_max_units_lifetime", pl.col("_life_units"), pl.col("payer_max_units_lifetime"), never
        ),
    }
    frame = frame.with_columns(
        known(
            one.amount > one.most if one.least is None else one.least >= one.most, one.limit, one.proven
        ).alias(f"_over_{name}")
        for name, one in checks.items()
    )
    # A payer's own limit for each kilogram stands in place of the label's.
    no_label = pl.col("payer_max_mg_per_kg").is_not_null()
    frame = frame.with_columns(
        pl.when(no_label).then(statement=False).otherwise("_over_label_weight").alias("_over_label_weight")
    )
    which = pl.coalesce(pl.when(pl.col(f"_over_{name}")).then(pl.lit(name)) for name in checks)
    too_soon = pl.col("days_since_last") < pl.col("payer_min_interval_days")
    too_often = pl.col("times_in_period") > pl.col("payer_max_times_per_period")
    from_first = (on - pl.col("_first")).dt.total_days()
    free = pl.col("payer_site_free_days")
    return frame.with_columns(which.alias("over_limit")).select(
        "_i",
        "last_given_on",
        "days_since_last",
        "times_in_period",
        known(
            too_soon.fill_null(value=False), "payer_min_interval_days", reaches("payer_min_interval_days")
        ).alias("is_too_soon"),
        known(too_often, "payer_max_times_per_period", reaches("payer_limit_period_days")).alias(
            "is_too_often"
        ),
        pl.when(free.is_null() | (from_first >= free))
        .then(statement=False)
        .when(reaches("payer_site_free_days"))
        .then(statement=True)
        .alias("is_in_free_days"),
        (pl.col("_over_day") | pl.col("_over_label_day")).alias("is_over_day_limit"),
        (pl.col("_over_weight") | pl.col("_over_label_weight")).alias("is_over_weight_limit"),
        (pl.col("_over_period") | pl.col("_over_life")).alias("is_over_period_limit"),
        "over_limit",
        *(
            pl.coalesce(
                pl.when(pl.col("over_limit") == name).then((one.amount, one.most)[at].cast(QUANTITY))
                for name, one in checks.items()
            ).alias(alias)
            for at, alias in enumerate(("over_limit_amount", "over_limit_most"))
        ),
    )
