"""The dose that the text on a line states, and the billing units that it makes.

Only what is plainly a dose counts: one amount with a unit. Strengths (80 mg/mL), contents of containers
(125 mg vial), rates, amounts per kg, discarded amounts and multiplied or ranged amounts do not. Where
more than one amount is left, nothing is picked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.ndc_quantity import on_rows, unit_in_mg
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)"
_UNIT = r"(?:mgs?|milligrams?|mcgs?|ug|micrograms?|grams?|gms?|g|iu|units?|u|meqs?|mci)"
_AMOUNT = rf"{_NUMBER}\s*{_UNIT}\b\.?"
_CONTAINER = (
    r"(?:vials?|sdv|mdv|syringes?|pfs|amps?|ampoules?|ampules?|kits?|act-?o-?vials?|cartons?|box|bottles?|bags?|"
    r"cartridges?|autoinjectors?|pens?|implants?|packages?|pkg)"
)
_GIVEN = r"(?:gave|given|giving|admin\w*|dose|dosage|inject\w*|infus\w*|received|used)"
_WASTED = r"(?:wast\w*|discard\w*|unused|left ?over|remain\w*|overfill)"

_STRENGTH_OF_VOLUME = rf"({_NUMBER})\s*({_UNIT})\s*(?:/|per)\s*ml\s*[,x@-]?\s*({_NUMBER})\s*ml\b"
_VOLUME_OF_STRENGTH = rf"({_NUMBER})\s*ml\s*(?:of|@|x)?\s*({_NUMBER})\s*({_UNIT})\s*(?:/|per)\s*ml\b"
_REMOVED = (
    # 80 mg/mL, 125 mg/2 mL, 5 mg/kg, 100 mg/hr, 25 mg per day
    rf"{_NUMBER}\s*{_UNIT}\s*(?:/|\bper\b)\s*(?:{_NUMBER}\s*)?[a-z0-9.]+",
    # 125 mg vial, 40 mg single-dose vial; vial 125 mg, vial of 125 mg
    rf"{_AMOUNT}\s*-?(?:(?:single|multi(?:ple)?|sd|md|one)?[\s-]*(?:dose|use)?)\s*{_CONTAINER}\b",
    rf"\b{_CONTAINER}\s*(?:of|:|=|size|contain\w*|-)?\s*{_AMOUNT}",
    # an 18 g needle is no dose
    r"\b(?:1[4-9]|2\d|3[0-3])\s*(?:g|ga|gauge)\s*(?:needle|iv|piv|angio\w*|cath\w*|butterfly|x|port|huber)\b",
)
_SEVERAL = (
    rf"\d\s*[x×*]\s*{_NUMBER}\s*{_UNIT}\b|{_AMOUNT}\s*[x×*]\s*\d|{_NUMBER}\s*(?:-|to)\s*{_NUMBER}\s*{_UNIT}\b"
    r"|\b(?:bid|tid|qid|q\d+h?|every|max\w*|up to|limit|each|loading|per day|daily)\b"
)
_NEEDS_CUE = rf"\b(?:{_WASTED}|{_CONTAINER})\b"
_CUED = (
    rf"\b{_GIVEN}\W*(?:[a-z]+\W+)?({_NUMBER}\s*{_UNIT})\b",
    rf"(?:^|[^a-z0-9.])({_NUMBER}\s*{_UNIT})\W*(?:[a-z]+\W+)?{_GIVEN}\b",
)
_PLAIN = rf"(?:^|[^a-z0-9.])({_NUMBER}\s*{_UNIT})\b"
_SPELLED = {
    "mg": "mgs? milligrams?",
    "mcg": "mcgs? ug micrograms?",
    "g": "g gms? grams?",
    "iu": "iu",
    "units": "u units?",
    "meq": "meqs?",
    "mci": "mci",
}
_INTO_MG = {"mg": "1", "mcg": "0.001", "g": "1000"}


def _read(amounts: pl.DataFrame) -> pl.DataFrame:
    """`_amount` texts to `_value` and `_of`: mg of any mass, else the unit itself."""
    unit = pl.col("_amount").str.extract(rf"({_UNIT})$")
    named = pl.coalesce(
        pl.when(unit.str.contains(rf"^(?:{'|'.join(words.split())})$")).then(pl.lit(name))
        for name, words in _SPELLED.items()
    )
    number = pl.col("_amount").str.extract(rf"^({_NUMBER})")
    return (
        amounts.with_columns(
            named.alias("_of"), pl.format("0{}", number).cast(QUANTITY, strict=False).alias("_value")
        )
        .with_columns(
            pl.coalesce(
                pl.col("_value")
                * pl.col("_of").replace_strict(_INTO_MG, default=None, return_dtype=pl.String).cast(QUANTITY),
                pl.col("_value"),
            )
            .cast(QUANTITY)
            .alias("_value"),
            pl.when(pl.col("_of").is_in(list(_INTO_MG))).then(pl.lit("mg")).otherwise("_of").alias("_of"),
        )
        .filter(pl.col("_value") > 0)
    )


def stated_doses(texts: pl.DataFrame) -> pl.DataFrame:
    """The one dose of each text, if it states one.

    Args:
        texts: a column `drug_text`, distinct.

    Returns:
        `drug_text`, `stated_dose` (mg of any mass, else units, iu, meq or mci) and `stated_dose_unit`.
    """
    text = pl.col("drug_text").str.to_lowercase()
    for _ in range(2):
        text = text.str.replace_all(r"(\d),(\d{3})\b", "$1$2")
    frame = texts.select("drug_text", text.alias("_text")).filter(pl.col("_text").str.contains(r"\d"))
    several = pl.col("_text").str.contains(_SEVERAL)
    of_volume = pl.col("_text").str.extract_groups(_STRENGTH_OF_VOLUME)
    volume_of = pl.col("_text").str.extract_groups(_VOLUME_OF_STRENGTH)
    frame = frame.filter(several.not_()).with_columns(
        pl.coalesce(of_volume.struct.field("1"), volume_of.struct.field("2")).alias("_strength"),
        pl.coalesce(of_volume.struct.field("2"), volume_of.struct.field("3")).alias("_strength_unit"),
        pl.coalesce(of_volume.struct.field("3"), volume_of.struct.field("1")).alias("_volume"),
        pl.col("_text").str.contains(rf"\b{_GIVEN}\b").alias("_is_cued"),
    )
    bare = pl.col("_text")
    for pattern in (_STRENGTH_OF_VOLUME, _VOLUME_OF_STRENGTH, *_REMOVED):
        bare = bare.str.replace_all(pattern, " ; ")
    frame = frame.with_columns(bare.alias("_bare"))
    plain = pl.col("_bare").str.extract_all(_PLAIN)
    cued = pl.concat_list(
        pl.col("_bare").str.extract_all(p).list.eval(pl.element().str.extract(p)) for p in _CUED
    )
    amounts = _read(
        frame.select(
            "drug_text",
            pl.when(pl.col("_text").str.contains(_NEEDS_CUE)).then(cued).otherwise(plain).alias("_amount"),
        )
        .explode("_amount")
        .drop_nulls("_amount")
        .with_columns(pl.col("_amount").str.extract(rf"({_NUMBER}\s*{_UNIT})$"))
    ).select("drug_text", "_value", "_of")
    # A strength with a volume is a dose only if it is said so, or the volume is no more than 1 mL: "80 mg/mL
    # 5 mL" is how a multi-dose vial is labelled.
    by_volume = _read(
        frame.filter(
            pl.col("_strength").is_not_null(),
            pl.col("_is_cued") | (pl.format("0{}", "_volume").cast(QUANTITY, strict=False) <= 1),
        ).select("drug_text", "_volume", pl.format("{} {}", "_strength", "_strength_unit").alias("_amount"))
    ).select(
        "drug_text",
        (pl.col("_value") * pl.format("0{}", "_volume").cast(QUANTITY, strict=False))
        .cast(QUANTITY)
        .alias("_value"),
        "_of",
    )
    return (
        pl.concat([amounts, by_volume])
        .unique(maintain_order=True)
        .group_by("drug_text", maintain_order=True)
        .agg(
            pl.len().alias("_count"),
            pl.col("_value").first().alias("stated_dose"),
            pl.col("_of").first().alias("stated_dose_unit"),
        )
        .filter(pl.col("_count") == 1)
        .drop("_count")
    )


@facts(
    LINE,
    needs=("drug_text", "hcpcs", "named_drugs", "does_text_name_other_drug", "codes_of_named_drug"),
    gives=(
        Fact(
            "stated_dose", QUANTITY, "the one dose that the text on the line states; null if none or several"
        ),
        Fact("stated_dose_unit", pl.String(), "mg (of any mass), units, iu, meq or mci"),
    ),
)
def dose_in_text(ctx: FactContext) -> pl.DataFrame:
    """Of lines whose text names the code's drug alone, or no drug at all."""
    needs = ("drug_text", "does_text_name_other_drug", "named_drugs", "codes_of_named_drug")
    lines = ctx.lines.select(needs)
    if lines["drug_text"].null_count() == lines.height:
        return pl.DataFrame(
            {"stated_dose": [], "stated_dose_unit": []},
            schema={"stated_dose": QUANTITY, "stated_dose_unit": pl.String},
        ).clear(lines.height)
    is_one_drug = (pl.col("named_drugs").list.len() <= 1) | (pl.col("codes_of_named_drug").list.len() > 0)
    told = (
        lines.with_row_index("_i")
        .filter(
            pl.col("drug_text").is_not_null(),
            pl.col("does_text_name_other_drug").eq_missing(other=False),
            is_one_drug,
        )
        .select("_i", "drug_text")
    )
    doses = stated_doses(told.select("drug_text").unique(maintain_order=True))
    found = told.join(doses, on="drug_text", how="inner")
    every = pl.int_range(lines.height, dtype=pl.get_index_type(), eager=True).alias("_i").to_frame()
    return every.join(found, on="_i", how="left", maintain_order="left").select(
        "stated_dose", "stated_dose_unit"
    )


_DOSE_NEEDS = (
    "stated_dose",
    "stated_dose_unit",
    "unit_amount",
    "drug_unit",
    "units",
    "code_day_units",
    "code_day_discarded_units",
    "does_ndc_quantity_agree",
    "units_per_item",
)


@facts(
    LINE,
    needs=_DOSE_NEEDS,
    gives=(
        Fact(
            "is_dose_stated",
            pl.Boolean(),
            "the text states one dose, in a unit that the code counts in",
            "what one unit of this code stands for is not known; `scrubjay reference load FILE` loads the official file",
        ),
        Fact(
            "units_of_stated_dose",
            QUANTITY,
            "units of the stated dose: dose / amount of one unit, rounded up",
        ),
        Fact(
            "do_units_fit_stated_dose",
            pl.Boolean(),
            "the units are those of the stated dose; also where the dose is the day's total, or where text and NDC show "
            "that the text gives the container's content",
            "a dose is stated and the units, or what one unit stands for, are not known",
        ),
    ),
)
def units_of_dose_in_text(ctx: FactContext) -> pl.DataFrame:
    """Units = stated dose / amount of one unit, rounded up once; exact decimals."""
    is_stated = pl.col("stated_dose").is_not_null()
    told = on_rows(ctx.lines, is_stated, _DOSE_NEEDS, _dose_units())
    return told.with_columns(
        # No dose is stated: that is known, and no gap.
        pl.when(ctx.lines["stated_dose"].is_null())
        .then(statement=False)
        .otherwise("is_dose_stated")
        .alias("is_dose_stated")
    )


def _dose_units() -> list[pl.Expr]:
    unit = pl.col("stated_dose_unit")
    one_unit = pl.when(unit == "mg").then(unit_in_mg()).when(unit == pl.col("drug_unit")).then("unit_amount")
    one_unit = pl.when(one_unit > 0).then(one_unit)
    by_dose = (pl.col("stated_dose") / one_unit).ceil().cast(QUANTITY)
    units = pl.col("units")
    # "25 units" beside 25 billed units tells the units billed, not a dose.
    tells_units = (unit == "units") & (pl.col("stated_dose") == units)
    administered = pl.col("code_day_units") - pl.col("code_day_discarded_units")
    of_day = (by_dose == administered) | (by_dose == pl.col("code_day_units"))
    # Excuses need evidence: an NDC quantity that is not known excuses nothing.
    is_content = (pl.col("stated_dose") == pl.col("units_per_item") * one_unit) & pl.col(
        "does_ndc_quantity_agree"
    )
    return [
        pl.when(pl.col("drug_unit").is_null() & pl.col("unit_amount").is_null())
        .then(None)
        .otherwise(one_unit.is_not_null())
        .alias("is_dose_stated"),
        by_dose.alias("units_of_stated_dose"),
        (
            (units == by_dose)
            | of_day.fill_null(value=False)
            | tells_units.fill_null(value=False)
            | is_content.fill_null(value=False)
        ).alias("do_units_fit_stated_dose"),
    ]
