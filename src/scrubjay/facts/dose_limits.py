"""Which limits hold for the drug of a line: those of the payer's policy, and those of the label."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.administration_codes import load_data
from scrubjay.facts.ndc_quantity import unit_in_mg
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_ADD = "add a coverage rule to a policy (--policy)"
_DOSE = (
    "payer_max_units_per_day",
    "payer_max_units_per_period",
    "payer_max_mg_per_kg",
    "payer_max_units_lifetime",
)
_OFTEN = ("payer_min_interval_days", "payer_max_times_per_period")


@cache
def _label_limits() -> pl.DataFrame:
    rows = [
        {
            "hcpcs": code,
            "label_max_mg_per_day": Decimal(rule["mg_per_day"]) if "mg_per_day" in rule else None,
            "label_max_mg_per_kg": Decimal(rule["mg_per_kg"]) if "mg_per_kg" in rule else None,
        }
        for rule in load_data("label_limits")
        for code in rule["hcpcs"]
    ]
    schema = {"hcpcs": pl.String(), "label_max_mg_per_day": QUANTITY, "label_max_mg_per_kg": QUANTITY}
    return pl.DataFrame(rows, schema=schema)


@facts(
    LINE,
    needs=(
        "hcpcs",
        "unit_amount",
        "drug_unit",
        "payer_limits_rule",
        "payer_complete_coverage_kinds",
        *_DOSE,
        *_OFTEN,
    ),
    gives=(
        Fact(
            "label_max_mg_per_day", QUANTITY, "most milligrams on one day by the label, as practice knows it"
        ),
        Fact(
            "label_max_mg_per_kg",
            QUANTITY,
            "most milligrams for each kilogram by the label, as practice knows it",
        ),
        Fact(
            "unit_mg",
            QUANTITY,
            "milligrams in one billing unit of the code",
            "how many milligrams one unit of this code stands for is not known",
        ),
        Fact(
            "has_dose_limit",
            pl.Boolean(),
            "the payer's policy limits units or dose of the code, or a label maximum is held",
            f"no policy of this payer limits the dose of this drug, and no label maximum is held; {_ADD}",
        ),
        Fact(
            "has_frequency_limit",
            pl.Boolean(),
            "the payer's policy limits how often or how soon again the drug is given",
            f"no policy of this payer says how often or how soon again this drug may be given; {_ADD}",
        ),
    ),
)
def limits_of_drug(ctx: FactContext) -> pl.DataFrame:
    """A policy that limits a drug in one way and is silent on another has said all it has to say."""
    label = ctx.lines.select("hcpcs").join(_label_limits(), on="hcpcs", how="left", maintain_order="left")
    frame = ctx.lines.drop("hcpcs").hstack(label.drop("hcpcs"))
    is_silent = pl.col("payer_complete_coverage_kinds").list.contains("limits").fill_null(value=False)
    has_label = pl.any_horizontal(pl.col("label_max_mg_per_day", "label_max_mg_per_kg").is_not_null())

    def stated(some: pl.Expr) -> pl.Expr:
        return (
            pl.when(some)
            .then(statement=True)
            .when(pl.col("payer_limits_rule").is_not_null() | is_silent)
            .then(statement=False)
        )

    return frame.select(
        "label_max_mg_per_day",
        "label_max_mg_per_kg",
        unit_in_mg().alias("unit_mg"),
        stated(has_label | pl.any_horizontal(pl.col(*_DOSE).is_not_null())).alias("has_dose_limit"),
        stated(pl.any_horizontal(pl.col(*_OFTEN).is_not_null())).alias("has_frequency_limit"),
    )
