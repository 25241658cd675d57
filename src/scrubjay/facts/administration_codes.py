"""What an administration code is, what a drug's use is, and the initial services of a day."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_DAY = ("claim_key", "service_date")
LOAD = "load the official file with `scrubjay reference load FILE`"

_INITIAL_FAMILIES = ["infusion", "push", "hydration", "complex_infusion", "complex_push"]
_ADD_ON_ROLES = ["additional_hour", "sequential", "concurrent", "repeat"]
_SELF_GIVEN_ROUTES = [
    "oral",
    "inhalation",
    "nebulized",
    "topical",
    "nasal",
    "intranasal",
    "rectal",
    "transdermal",
]


@cache
def load_data(name: str) -> Any:
    """A YAML file of `scrubjay/facts/data`."""
    return yaml.safe_load(
        (resources.files("scrubjay.facts") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    )


def values_of(key: str) -> list[str]:
    """A list of `scrubjay/facts/data/administration.yaml`."""
    return load_data("administration")[key]["value"]


@facts(
    LINE,
    needs=("hcpcs", "service_date", "is_administration", "distinct_service_modifier_count"),
    gives=(
        Fact(
            "administration_family",
            pl.String(),
            "hydration, infusion, push, injection, sc_infusion, complex_infusion, "
            "complex_push, complex_injection, immunization, joint or other; null where the code gives no drug",
        ),
        Fact(
            "administration_role",
            pl.String(),
            "initial, additional_hour, sequential, concurrent, each, repeat or pump",
        ),
        Fact("administration_routes", _STRINGS, "routes that the administration code gives a drug by"),
        Fact(
            "administration_minutes_from", pl.Int32(), "least minutes of the administration code, inclusive"
        ),
        Fact("administration_minutes_to", pl.Int32(), "most minutes of the administration code, inclusive"),
        Fact(
            "is_administration_add_on", pl.Boolean(), "an administration code that only goes with another one"
        ),
        Fact(
            "is_initial_service",
            pl.Boolean(),
            "an initial infusion, push or hydration, of which a day has one",
            f"the role of this administration code is in no edition that is held; {LOAD}",
        ),
        Fact("has_distinct_service_modifier", pl.Boolean(), "59, XE, XS, XP or XU is on the line"),
    ),
)
def administration_code(ctx: FactContext) -> pl.DataFrame:
    """The row of the `administration` set on the date."""
    found = ctx.look_up(
        "administration", ("family", "role", "routes", "minutes_from", "minutes_to"), hcpcs="hcpcs"
    )
    family, role = pl.col("family"), pl.col("role")
    return ctx.lines.select(
        "is_administration",
        "distinct_service_modifier_count",
        *(found[c] for c in ("family", "role", "routes", "minutes_from", "minutes_to")),
    ).select(
        family.alias("administration_family"),
        role.alias("administration_role"),
        pl.col("routes").alias("administration_routes"),
        pl.col("minutes_from").alias("administration_minutes_from"),
        pl.col("minutes_to").alias("administration_minutes_to"),
        pl.when(family.is_not_null()).then(role.is_in(_ADD_ON_ROLES)).alias("is_administration_add_on"),
        pl.when(family.is_not_null())
        .then(family.is_in(_INITIAL_FAMILIES) & (role == "initial"))
        .when(pl.col("is_administration").not_())
        .then(statement=False)
        .alias("is_initial_service"),
        (pl.col("distinct_service_modifier_count") > 0).alias("has_distinct_service_modifier"),
    )


@facts(
    LINE,
    needs=("hcpcs", "service_date", "code_kind", "is_drug", "drug_routes"),
    gives=(
        Fact(
            "is_vaccine",
            pl.Boolean(),
            "the code is a vaccine, immune globulins left out",
            f"whether this code is a vaccine is not known; {LOAD}",
        ),
        Fact(
            "is_given_by_staff",
            pl.Boolean(),
            "a drug of which some route is not taken by the patient alone (oral, inhaled, topical ...)",
            "the routes of this drug are not known",
        ),
        Fact("is_fluid", pl.Boolean(), "a fluid for hydration or dilution"),
        Fact("are_routes_unverified", pl.Boolean(), "the routes of the drug rest on a fact tagged C or D"),
    ),
)
def drug_use(ctx: FactContext) -> pl.DataFrame:
    """Vaccine, fluid, route kinds. A vaccine number that is not held stays unknown."""
    found = ctx.look_up("drugs", ("group", "use_confidence"), hcpcs="hcpcs")
    code, kind = pl.col("hcpcs"), pl.col("code_kind")
    is_globulin = code.str.slice(0, 3).is_in(values_of("immune_globulin_prefixes"))
    vaccine = (
        pl.when(is_globulin)
        .then(statement=False)
        .when(kind.is_not_null())
        .then(kind == "vaccine")
        .when(pl.col("is_drug").is_null() | code.str.contains("^90[4-7]"))
        .then(None)
        .otherwise(pl.when(code.is_not_null()).then(statement=False))
    )
    return ctx.lines.select(
        "hcpcs", "code_kind", "is_drug", "drug_routes", found["group"], found["use_confidence"]
    ).select(
        vaccine.alias("is_vaccine"),
        pl.when(pl.col("is_drug"))
        .then(pl.col("drug_routes").list.set_difference(_SELF_GIVEN_ROUTES).list.len() > 0)
        .otherwise(pl.col("is_drug"))
        .alias("is_given_by_staff"),
        (pl.col("group") == "hydration").fill_null(value=False).alias("is_fluid"),
        pl.col("use_confidence").is_in(["C", "D"]).fill_null(value=False).alias("are_routes_unverified"),
    )


@facts(
    LINE,
    needs=(
        "claim_key",
        "line_key",
        "service_date",
        "hcpcs",
        "is_initial_service",
        "has_distinct_service_modifier",
    ),
    gives=(
        Fact(
            "earlier_initial_service",
            pl.String(),
            "code of an earlier line of the claim and day that is an initial "
            "infusion, push or hydration; neither it nor this line carries 59 or X; null if there is none",
        ),
    ),
)
def initial_services_of_day(ctx: FactContext) -> pl.DataFrame:
    """The first initial service of the day without a distinct service modifier, on the lines after it."""
    lines = ctx.lines.select(
        "claim_key",
        "line_key",
        "service_date",
        "hcpcs",
        "is_initial_service",
        "has_distinct_service_modifier",
    )
    plain = lines.filter("is_initial_service", pl.col("has_distinct_service_modifier").not_())
    first = (
        plain.group_by(_DAY)
        .agg(
            pl.col("line_key").min().alias("_first"),
            pl.col("hcpcs").sort_by("line_key").first().alias("_code"),
            pl.len().alias("_count"),
        )
        .filter(pl.col("_count") > 1)
    )
    later = (
        plain.join(first, on=_DAY).filter(pl.col("line_key") > pl.col("_first")).select("line_key", "_code")
    )
    return (
        lines.select("line_key")
        .join(later, on="line_key", how="left", maintain_order="left")
        .select(pl.col("_code").alias("earlier_initial_service"))
    )
