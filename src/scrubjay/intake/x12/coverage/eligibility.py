"""271 responses: on which days a payer calls a member's coverage active or inactive.

Only what an answer says of the plan as a whole counts (service type 30, or none). Dates of the benefit (EB) come
before those of the member. An answer without dates speaks of the day that it was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.x12.coverage.levels import Leveled, first_of, joined, read_levels
from scrubjay.intake.x12.values import day

if TYPE_CHECKING:
    from scrubjay.intake.reports import FileReport, ProblemLog

_KINDS = ("20", "21", "22", "23")
_ACTIVE = ("1", "2", "3", "4", "5")
_INACTIVE = ("6", "7", "8")
_RANGES = ("291", "307", "292")
_BEGINS = ("346", "356", "348")
_ENDS = ("347", "357", "349")
_ALL_BENEFITS = r"(^|[^0-9A-Z])30($|[^0-9A-Z])"
_WAYS = {"range": _RANGES, "begin": _BEGINS, "end": _ENDS}


def read_271(data: bytes, report: FileReport, log: ProblemLog) -> pl.DataFrame:
    """Rows of `scrubjay.tables.ELIGIBILITY` but `file`; answers that say neither are named and left out."""
    found = read_levels(data, "271", _KINDS, report, log)
    people = _people(found)
    benefits = found.of("EB", ("code", None, "type"))
    plan = benefits.filter(
        pl.col("code").is_in([*_ACTIVE, *_INACTIVE]),
        pl.col("type").is_null() | pl.col("type").str.contains(_ALL_BENEFITS),
    ).with_columns(_person(), pl.col("segment").alias("benefit"))
    rows = joined(_with_dates(plan, found), "person", people).filter(pl.col("member_id").is_not_null())
    silent = people.join(rows.select("person"), on="person", how="anti").filter(
        pl.col("member_id").is_not_null()
    )
    is_parent = people["person"].is_in(rows["parent"].implode())
    silent = silent.join(people.filter(is_parent).select("person"), on="person", how="anti")
    if silent.height:
        log.add(
            Problem(
                "no-coverage-status",
                "An answer does not say whether coverage as a whole was active; it was left out.",
                "Ask the payer again, with member id, name and birth date as on the card.",
                segment=int(silent["person"][0]),
            ),
            occurrences=silent.height,
            limit=1,
        )
    report.claims += rows.height + silent.height
    report.claims_read += rows.height
    return rows.select(
        "member_id", "patient_birth_date", "payer_id", "payer_name", "status", "valid_from", "valid_to",
        pl.col("benefit").alias("row"),
    )  # fmt: skip


def _person() -> pl.Expr:
    """The dependent that a segment stands under, else the subscriber."""
    return pl.coalesce("level_23", "level_22").alias("person")


def _people(found: Leveled) -> pl.DataFrame:
    """One row for each subscriber and dependent: `person`, `parent`, member id, birth date, payer, day asked."""
    levels = found.rows.filter(pl.col("tag") == "HL").with_columns(_person())
    levels = levels.filter(pl.col("person") == pl.col("segment")).drop("raw", "tag", "segment")
    names = found.of("NM1", ("entity", None, "last", None, None, None, None, "qualifier", "id")).with_columns(
        _person()
    )
    payers = names.filter(
        pl.col("level_21").is_null(), pl.col("entity").is_in(["PR", "2B", "36", "GP", "P5"])
    )
    levels = joined(
        levels, "level_20", first_of(payers, "level_20", {"id": "payer_id", "last": "payer_name"})
    )
    members = names.filter(pl.col("entity") == "IL")
    levels = joined(levels, "level_22", first_of(members, "level_22", {"id": "member_id"}))
    births = found.of("DMG", (None, "value")).with_columns(_person())
    births = births.with_columns(day(births["value"]).alias("_born"))
    levels = joined(levels, "person", first_of(births, "person", {"_born": "patient_birth_date"}))
    asked = found.of("BHT", (None, None, None, "value"))
    asked = asked.with_columns(day(asked["value"]).alias("_asked"))
    levels = joined(levels, "set", first_of(asked, "set", {"_asked": "asked"}))
    return levels.select(
        "person", pl.col("level_22").alias("parent"), "member_id", "patient_birth_date", "payer_id", "payer_name", "asked"
    )  # fmt: skip


def _with_dates(plan: pl.DataFrame, found: Leveled) -> pl.DataFrame:
    """The period that each benefit speaks of."""
    benefits = found.rows.filter(pl.col("tag").is_in(["EB", "HL"])).select(
        "segment", pl.when(pl.col("tag") == "EB").then("segment").alias("benefit")
    )
    dates = found.of("DTP", ("qualifier", "format", "value")).with_columns(_person())
    dates = dates.sort("segment").join_asof(benefits.sort("segment"), on="segment", strategy="backward")
    ends = dates["value"].str.splitn("-", 2).struct
    dates = dates.with_columns(
        day(ends.field("field_0")).alias("_first"),
        day(ends.field("field_1").fill_null(ends.field("field_0"))).alias("_last"),
    ).filter(pl.col("_first").is_not_null())
    asked = _people(found).select("person", "asked")
    plan = joined(plan, "person", asked)
    for way, qualifiers in _WAYS.items():
        some = dates.filter(pl.col("qualifier").is_in(qualifiers))
        own = first_of(some, "benefit", {"_first": f"_{way}_b", "_last": f"_{way}_bl"})
        of_person = first_of(
            some.filter(pl.col("benefit").is_null()), "person", {"_first": f"_{way}_p", "_last": f"_{way}_pl"}
        )
        plan = joined(joined(plan, "benefit", own), "person", of_person)
        plan = plan.with_columns(
            pl.coalesce(f"_{way}_b", f"_{way}_p").alias(f"{way}_from"),
            pl.coalesce(f"_{way}_bl", f"_{way}_pl").alias(f"{way}_to"),
        )
    is_active = pl.col("code").is_in(_ACTIVE)
    end = pl.coalesce(pl.col("range_to"), pl.col("end_from"))
    after_end = pl.coalesce(
        pl.col("end_from"), pl.when(pl.col("range_from") < pl.col("range_to")).then("range_to")
    )
    return plan.select(
        "benefit",
        "person",
        pl.when(is_active).then(pl.lit("active")).otherwise(pl.lit("inactive")).alias("status"),
        pl.when(is_active)
        .then(pl.coalesce("range_from", "begin_from", "asked"))
        # Coverage that ended is inactive from the day after; before, the answer says nothing.
        .when(after_end.is_not_null())
        .then(after_end.dt.offset_by("1d"))
        .otherwise(pl.coalesce("range_from", "asked"))
        .alias("valid_from"),
        pl.when(is_active)
        .then(pl.coalesce(end, "asked", "begin_from"))
        .when(after_end.is_not_null())
        .then(pl.when(pl.col("asked") > after_end).then("asked"))
        .otherwise(pl.coalesce("range_to", "asked"))
        .alias("valid_to"),
    ).filter(pl.col("valid_from").is_not_null())
