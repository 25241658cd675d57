"""What the billed code is on its date: kind, life, drug, billing unit, successor."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.facts.administration_codes import load_data
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_NOT_HELD = "the code is in no edition that is held for the date; load the official HCPCS file with `scrubjay reference load FILE`"


@cache
def _unassigned() -> dict[str, Any]:
    return load_data("unassigned_codes")


def _is_unassigned(as_of: date) -> pl.Expr:
    """In a range of numbers that no edition up to `as_of` lists; codes of one form sort as text.

    Null before the first edition that was looked at: a number may have had a code that ended earlier.
    """
    listed = _unassigned()
    if as_of >= listed["covers_to"]:
        return pl.lit(value=False)
    in_gap = pl.any_horizontal(pl.col("hcpcs").is_between(pl.lit(a), pl.lit(b)) for a, b in listed["ranges"])
    return in_gap & pl.when(pl.col("service_date") >= listed["covers_from"]).then(statement=True)


@facts(
    LINE,
    needs=("hcpcs", "service_date"),
    gives=(
        Fact(
            "is_level_two",
            pl.Boolean(),
            "a HCPCS Level II code: a letter A to V and four digits",
            "the line has no procedure code",
        ),
        Fact(
            "is_code_well_formed",
            pl.Boolean(),
            "in the form of a HCPCS Level II or CPT code",
            "the line has no procedure code",
        ),
        Fact(
            "is_code_known",
            pl.Boolean(),
            "in some edition of the code set, whatever the date; false where the complete set is loaded and for numbers "
            "that no edition lists",
            _NOT_HELD,
        ),
        Fact("code_first_day", pl.Date(), "first day the code is valid; null if older than what we hold"),
        Fact("code_last_day", pl.Date(), "last day the code is valid, inclusive; null if still open"),
        Fact("code_descriptor", pl.String(), "CMS descriptor of the code", _NOT_HELD),
        Fact("code_kind", pl.String(), "drug, vaccine, administration, visit, procedure or other", _NOT_HELD),
    ),
)
def code_identity(ctx: FactContext) -> pl.DataFrame:
    """The life of the code over all editions known on `as_of`."""
    distinct, rows = ctx.distinct("hcpcs", "service_date")
    held = ctx.reference.table("hcpcs", as_of=ctx.as_of, where={"hcpcs": distinct["hcpcs"].unique()})
    last = pl.col("effective_to").max().dt.offset_by("-1d")
    lives = (
        held.sort("effective_from", nulls_last=False)
        .group_by("hcpcs")
        .agg(
            pl.when(pl.col("effective_from").is_null().any())
            .then(None)
            .otherwise(pl.col("effective_from").min())
            .alias("code_first_day"),
            pl.when(pl.col("effective_to").is_null().any()).then(None).otherwise(last).alias("code_last_day"),
            pl.col("kind").last().alias("code_kind"),
            pl.col("descriptor").last().alias("code_descriptor"),
        )
    )
    days = distinct["service_date"].drop_nulls().unique()
    whole = [d for d in days if ctx.reference.is_complete("hcpcs", on=d, as_of=ctx.as_of)]
    is_complete = pl.col("service_date").is_in(whole).fill_null(value=False)
    code = pl.col("hcpcs")
    is_level_two = code.str.contains(r"^[A-V]\d{4}$")
    well_formed = is_level_two | code.str.contains(r"^\d{4}[0-9A-Z]$")
    is_held = pl.col("_held").fill_null(value=False)
    known = (
        pl.when(is_held)
        .then(statement=True)
        .when(well_formed.not_())
        .then(statement=False)
        .when(is_level_two & (is_complete | _is_unassigned(ctx.as_of)))
        .then(statement=False)
    )
    found = distinct.join(
        lives.with_columns(_held=pl.lit(value=True)), on="hcpcs", how="left", maintain_order="left"
    ).select(
        is_level_two.alias("is_level_two"),
        well_formed.alias("is_code_well_formed"),
        known.alias("is_code_known"),
        "code_first_day",
        "code_last_day",
        "code_descriptor",
        "code_kind",
    )
    return ctx.gather(found, rows)


@facts(
    LINE,
    needs=("hcpcs", "code_kind", "is_level_two", "is_code_well_formed"),
    gives=(
        Fact(
            "is_drug",
            pl.Boolean(),
            "the code is a drug (not a vaccine): by the reference, and every J-code",
            "whether this code is a drug is not known: it is in no edition that is held; "
            "load the official HCPCS file with `scrubjay reference load FILE`",
        ),
        Fact(
            "is_drug_or_vaccine",
            pl.Boolean(),
            "the code is a drug or a vaccine",
            "whether this code is a drug is not known; `scrubjay reference load FILE` loads the official file",
        ),
        Fact(
            "is_administration",
            pl.Boolean(),
            "the code is an administration code of the 963xx/964xx/9047x kind",
            "whether this code administers a drug is not known",
        ),
        Fact(
            "is_visit",
            pl.Boolean(),
            "the code is an evaluation and management visit",
            "whether this code is a visit is not known",
        ),
    ),
)
def code_nature(ctx: FactContext) -> list[pl.Expr]:
    """Drug, administration or visit. Letters J are drugs by the code set's own division."""
    del ctx
    code, kind = pl.col("hcpcs"), pl.col("code_kind")
    is_j_code = pl.col("is_level_two") & code.str.starts_with("J")
    # Level II letters under which drugs and biologicals are also filed; the other letters hold none.
    may_be_drug = pl.col("is_level_two") & code.str.contains("^[ACGPQS]")
    is_drug = (
        pl.when(kind.is_not_null())
        .then(kind == "drug")
        .when(is_j_code)
        .then(statement=True)
        # A slip of the pen in a drug code makes no other service of it.
        .when(may_be_drug | pl.col("is_code_well_formed").not_())
        .then(None)
        .when(code.is_not_null())
        .then(statement=False)
    )
    # The numbers under which vaccines are filed are a range of the code set, not a payer's rule.
    may_be_vaccine = code.str.contains("^90[2-7]")
    return [
        is_drug.alias("is_drug"),
        pl.when(kind.is_not_null())
        .then(kind.is_in(["drug", "vaccine"]))
        .when(may_be_vaccine)
        .then(None)
        .otherwise(is_drug)
        .alias("is_drug_or_vaccine"),
        pl.when(kind.is_not_null())
        .then(kind == "administration")
        .when(code.str.contains("^96[34]"))
        .then(None)
        .when(code.is_not_null())
        .then(statement=False)
        .alias("is_administration"),
        pl.when(kind.is_not_null())
        .then(kind == "visit")
        .when(code.str.contains("^99[2-4]"))
        .then(None)
        .when(code.is_not_null())
        .then(statement=False)
        .alias("is_visit"),
    ]


@facts(
    LINE,
    needs=("hcpcs", "service_date"),
    gives=(
        Fact("drug", pl.String(), "normal name of the code's drug", _NOT_HELD),
        Fact("drug_brands", _STRINGS, "brand names of the code's drug"),
        Fact(
            "unit_amount",
            QUANTITY,
            "how much one billing unit stands for",
            "what one unit of this code stands for is not known; `scrubjay reference load FILE` loads the official file",
        ),
        Fact("drug_unit", pl.String(), "of what one billing unit is so much: mg, iu ...", _NOT_HELD),
        Fact("unit_qualifier", pl.String(), "exact, up_to or each", _NOT_HELD),
        Fact(
            "drug_routes",
            _STRINGS,
            "routes that the drug of the code is given by",
            "the routes of this drug are not known",
        ),
        Fact(
            "administration_class",
            pl.String(),
            "therapeutic or complex",
            "whether this drug's administration counts as complex is not known",
        ),
        Fact("is_unlisted_drug", pl.Boolean(), "a not-otherwise-classified drug code", _NOT_HELD),
        Fact("usual_doses_mg", _STRINGS, "usual doses in mg", "usual doses of this drug are not known"),
        Fact("drug_confidence", pl.String(), "confidence tag of the drug's facts"),
    ),
)
def drug_of_code(ctx: FactContext) -> pl.DataFrame:
    """The drug and the billing unit of the code on the date of service.

    A code past its last day keeps the drug it stood for, so that a message can name it.
    """
    names = {
        "drug": "drug",
        "brands": "drug_brands",
        "unit_amount": "unit_amount",
        "unit": "drug_unit",
        "qualifier": "unit_qualifier",
        "routes": "drug_routes",
        "administration_class": "administration_class",
        "is_unlisted": "is_unlisted_drug",
        "usual_doses_mg": "usual_doses_mg",
        "confidence": "drug_confidence",
    }
    distinct, rows = ctx.distinct("hcpcs", "service_date")
    held = ctx.reference.lookup("drugs", distinct, on="service_date", as_of=ctx.as_of).select(*names)
    ever = (
        ctx.reference.table("drugs", as_of=ctx.as_of, where={"hcpcs": distinct["hcpcs"].unique()})
        .sort("effective_from", nulls_last=False)
        .unique("hcpcs", keep="last", maintain_order=True)
        .select("hcpcs", *names)
    )
    fallback = distinct.select("hcpcs").join(ever, on="hcpcs", how="left", maintain_order="left")
    has_row = held["drug"].is_not_null()
    return pl.DataFrame({fact: held[name].zip_with(has_row, fallback[name]) for name, fact in names.items()})[
        rows
    ]


@facts(
    LINE,
    needs=("hcpcs", "units"),
    gives=(
        Fact(
            "successor",
            pl.String(),
            "the code that replaced an ended one; several joined by ` or `",
            "the successor of this code is not known",
        ),
        Fact(
            "successor_unit_ratio",
            QUANTITY,
            "units of the successor for one unit of the ended code; null where several successors differ",
        ),
        Fact("successor_units", QUANTITY, "the billed units in units of the successor"),
        Fact("predecessor", pl.String(), "the code that this one replaced; several joined by ` or `"),
    ),
)
def successor_of_code(ctx: FactContext) -> pl.DataFrame:
    """What took over from the code. Whether the code had ended on the day is for the edit to ask."""
    links = (
        ctx.reference.table("successors", as_of=ctx.as_of)
        .group_by("hcpcs")
        .agg(
            pl.col("successor").unique().sort().str.join(" or "),
            pl.when(pl.col("unit_ratio").n_unique() == 1)
            .then(pl.col("unit_ratio").first())
            .alias("successor_unit_ratio"),
        )
    )
    back = (
        ctx.reference.table("successors", as_of=ctx.as_of)
        .group_by(pl.col("successor").alias("hcpcs"))
        .agg(pl.col("hcpcs").unique().sort().str.join(" or ").alias("predecessor"))
    )
    distinct, rows = ctx.distinct("hcpcs")
    found = distinct.join(links, on="hcpcs", how="left", maintain_order="left").join(
        back, on="hcpcs", how="left", maintain_order="left"
    )[rows]
    return ctx.lines.select(
        found["successor"],
        found["successor_unit_ratio"],
        (pl.col("units") * found["successor_unit_ratio"]).cast(QUANTITY).alias("successor_units"),
        found["predecessor"],
    )
