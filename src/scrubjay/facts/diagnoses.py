"""Diagnosis codes of a claim: in force on the date, whole or a header, and which side of the body they name."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.codes import icd10_is_well_formed
from scrubjay.facts.registry import CLAIM, LINE, Fact, facts
from scrubjay.reference.icd10 import descriptors_of, packaged_release

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_NOT_LOADED = (
    "whether a diagnosis code was valid on the date is not known: the ICD-10-CM release in force on the date is not "
    "loaded"
)
_LONGEST = 7


def bare_diagnosis(value: str | pl.Expr) -> pl.Expr:
    """A diagnosis code without dot and blanks, upper case."""
    code = pl.col(value) if isinstance(value, str) else value
    return code.str.strip_chars().str.replace(".", "", literal=True).str.to_uppercase()


@facts(
    CLAIM,
    needs=("claim_kind", "claim_service_date", "claim_service_date_last"),
    gives=(
        Fact(
            "diagnosis_date",
            pl.Date(),
            "the day whose ICD-10-CM release holds: the first date of service of a "
            "professional claim, the last of an institutional one",
            "the date of service is missing",
        ),
    ),
)
def date_of_diagnoses(ctx: FactContext) -> list[pl.Expr]:
    """An institutional claim is coded by its last day, a professional one by its first."""
    del ctx
    return [
        pl.when(pl.col("claim_kind") == "institutional")
        .then(pl.col("claim_service_date_last"))
        .otherwise(pl.col("claim_service_date"))
        .alias("diagnosis_date")
    ]


@facts(
    CLAIM,
    needs=("diagnosis_codes", "diagnosis_date"),
    gives=(
        Fact(
            "invalid_diagnoses",
            _STRINGS,
            "diagnosis codes of the claim that are not in ICD-10-CM on the date",
        ),
        Fact("unknown_diagnoses", _STRINGS, "diagnosis codes of the claim of which that is not known"),
        Fact(
            "has_invalid_diagnosis",
            pl.Boolean(),
            "a diagnosis code of the claim is not in ICD-10-CM on the date",
            _NOT_LOADED,
        ),
        Fact(
            "header_diagnoses",
            _STRINGS,
            "diagnosis codes of the claim that are headers needing more characters",
        ),
        Fact(
            "has_header_diagnosis",
            pl.Boolean(),
            "a diagnosis code of the claim is a header on the date",
            _NOT_LOADED,
        ),
        Fact(
            "is_diagnosis_unverified",
            pl.Boolean(),
            "the answer rests on a dated fact tagged C or D, or on a day before "
            "the update that the loaded release includes",
        ),
    ),
)
def validity_of_diagnoses(ctx: FactContext) -> pl.DataFrame:
    """Claims with the same diagnoses on the same day are judged once."""
    asked = ctx.claims.select(pl.col("diagnosis_codes").list.join(" ").alias("_codes"), "diagnosis_date")
    distinct = asked.unique(maintain_order=True).with_row_index("_row")
    noted = (
        distinct.with_columns(pl.col("_codes").str.split(" ").alias("code"))
        .explode("code")
        .with_columns(bare_diagnosis("code").alias("diagnosis"))
        .filter(pl.col("diagnosis") != "")
    )
    noted = noted.join(
        _judge(noted.select("diagnosis", "diagnosis_date").unique(), ctx),
        on=["diagnosis", "diagnosis_date"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    codes = pl.col("code")
    judged = noted.group_by("_row").agg(
        codes.filter(pl.col("is_valid").not_()).unique(maintain_order=True).alias("invalid_diagnoses"),
        codes.filter(pl.col("is_valid").is_null()).unique(maintain_order=True).alias("unknown_diagnoses"),
        pl.col("is_valid").all(ignore_nulls=False).not_().alias("has_invalid_diagnosis"),
        codes.filter(pl.col("is_header")).unique(maintain_order=True).alias("header_diagnoses"),
        pl.col("is_header").any(ignore_nulls=False).alias("has_header_diagnosis"),
        pl.col("is_unverified").any().alias("is_diagnosis_unverified"),
    )
    none = pl.lit(pl.Series([[]], dtype=_STRINGS)).first()
    has_codes = pl.col("invalid_diagnoses").is_not_null()
    answers = distinct.join(judged, on="_row", how="left").select(
        "_codes",
        "diagnosis_date",
        pl.col("invalid_diagnoses").fill_null(none),
        pl.col("unknown_diagnoses").fill_null(none),
        pl.when(has_codes)
        .then("has_invalid_diagnosis")
        .otherwise(statement=False)
        .alias("has_invalid_diagnosis"),
        pl.col("header_diagnoses").fill_null(none),
        pl.when(has_codes)
        .then("has_header_diagnosis")
        .otherwise(statement=False)
        .alias("has_header_diagnosis"),
        pl.col("is_diagnosis_unverified").fill_null(value=False),
    )
    return asked.join(
        answers, on=["_codes", "diagnosis_date"], how="left", nulls_equal=True, maintain_order="left"
    ).drop("_codes", "diagnosis_date")


def _judge(pairs: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    """`is_valid`, `is_header`, `is_unverified` of code and day.

    In order: a dated row of the reference; a code that the reference knows on other days only; a whole
    edition of the reference for the day; the packaged release for the days it covers; the form alone,
    which no release can mend. Otherwise unknown.
    """
    keys = pairs.select("diagnosis", "diagnosis_date")
    table = ctx.reference.table("diagnoses", as_of=ctx.as_of, where={"diagnosis": keys["diagnosis"].unique()})
    on_day = (
        keys.join(
            table.select("diagnosis", "is_billable", "confidence", "effective_from", "effective_to"),
            on="diagnosis",
        )
        .filter(
            pl.col("effective_from").is_null() | (pl.col("effective_from") <= pl.col("diagnosis_date")),
            pl.col("effective_to").is_null() | (pl.col("diagnosis_date") < pl.col("effective_to")),
        )
        .unique(["diagnosis", "diagnosis_date"], keep="last", maintain_order=True)
        .select(
            "diagnosis",
            "diagnosis_date",
            pl.col("is_billable").alias("_dated"),
            pl.col("confidence").is_in(["C", "D"]).alias("_dated_unverified"),
            pl.lit(value=True).alias("_has_row"),
        )
    )
    # Only a fact about the life of a single code speaks of other days. A whole release says nothing about
    # the days outside its period, so its rows prove nothing there.
    releases = [
        (e.source, e.edition)
        for e in ctx.reference.known_editions(ctx.as_of)
        if e.set_name == "diagnoses" and e.is_complete
    ]
    whole_releases = pl.DataFrame(releases, schema={"source": pl.String, "edition": pl.String}, orient="row")
    ever = (
        table.join(whole_releases, on=["source", "edition"], how="anti")
        .group_by("diagnosis")
        .agg(pl.col("confidence").is_in(["C", "D"]).any().alias("_ever_unverified"))
    )
    release = packaged_release()
    whole = [
        day
        for day in keys["diagnosis_date"].unique().drop_nulls()
        if ctx.reference.is_complete("diagnoses", on=day, as_of=ctx.as_of)
    ]
    day = pl.col("diagnosis_date")
    if release is None:
        in_release, before_update = pl.lit(value=False), pl.lit(value=False)
        listed = pl.DataFrame(schema={"diagnosis": pl.String, "_listed": pl.Boolean})
    else:
        in_release = (day >= release.covers_from) & (day < release.covers_to)
        before_update = in_release & (day < release.updated_on)
        listed = release.codes.select("diagnosis", pl.col("is_billable").alias("_listed"))
    frame = (
        keys.join(on_day, on=["diagnosis", "diagnosis_date"], how="left", maintain_order="left")
        .join(ever, on="diagnosis", how="left", maintain_order="left")
        .join(listed, on="diagnosis", how="left", maintain_order="left")
    )
    is_form = icd10_is_well_formed("diagnosis")
    has_row = pl.col("_has_row").is_not_null()
    on_other_days = pl.col("_ever_unverified").is_not_null() & day.is_not_null()
    is_whole = day.is_in(whole)
    is_valid = (
        pl.when(is_form.not_())
        .then(statement=False)
        .when(day.is_null())
        .then(None)
        .when(has_row)
        .then(statement=True)
        .when(on_other_days | is_whole)
        .then(statement=False)
        .when(in_release)
        .then(pl.col("_listed").is_not_null())
    )
    is_header = (
        pl.when(is_form.not_())
        .then(statement=False)
        .when(has_row)
        .then(pl.col("_dated").not_())
        .when(day.is_not_null() & (on_other_days | is_whole))
        .then(statement=False)
        .when(in_release)
        .then(pl.col("_listed").not_().fill_null(value=False))
        # No code has more characters, so one of full length is no header in any year.
        .when(pl.col("diagnosis").str.len_chars() == _LONGEST)
        .then(statement=False)
    )
    by_release = has_row.not_() & (on_other_days | is_whole).not_()
    is_confirmed = (in_release & (pl.col("_listed") == pl.col("_dated"))).fill_null(value=False)
    return frame.select(
        "diagnosis",
        "diagnosis_date",
        is_valid.alias("is_valid"),
        is_header.alias("is_header"),
        pl.when(has_row)
        .then(pl.col("_dated_unverified") & is_confirmed.not_())
        .when(on_other_days)
        .then("_ever_unverified")
        .otherwise(by_release & before_update & is_form)
        .fill_null(value=False)
        .alias("is_unverified"),
    )


@cache
def _sides() -> dict[str, Any]:
    text = resources.files("scrubjay.facts").joinpath("data/sides.yaml").read_text("utf-8")
    return yaml.safe_load(text)


@facts(
    LINE,
    needs=("line_key", "claim_kind", "modifier_key", "diagnosis_pointers", "diagnosis_codes"),
    gives=(
        Fact(
            "line_side",
            pl.String(),
            "side of the body that the modifiers name: right or left; null where they name none or both",
        ),
        Fact(
            "side_diagnoses",
            _STRINGS,
            "diagnoses that tell the side for this line: those it points to, of an "
            "institutional claim all; only codes of eye, ear, limbs, musculoskeletal system and injury that name a side",
        ),
        Fact(
            "has_side_diagnosis",
            pl.Boolean(),
            "the line names one side and so does a diagnosis that it rests on",
            "which side a diagnosis names is not known: the code is not in the ICD-10-CM release that is loaded",
        ),
        Fact(
            "is_side_contradicted",
            pl.Boolean(),
            "every diagnosis that names a side names the other side",
            "which side a diagnosis names is not known: the code is not in the ICD-10-CM release that is loaded",
        ),
    ),
)
def side_of_line(ctx: FactContext) -> pl.DataFrame:
    """Only lines with a side are looked at; they are few."""
    names = _sides()["modifiers"]
    sent = pl.col("modifier_key").str.split("+").list

    def has(side: str) -> pl.Expr:
        return sent.set_intersection(names[side]).list.len() > 0

    sides = (
        ctx.lines.select(pl.col("modifier_key").unique())
        .with_columns(
            pl.when(has("both"))
            .then(None)
            .when(has("right") & has("left").not_())
            .then(pl.lit("right"))
            .when(has("left") & has("right").not_())
            .then(pl.lit("left"))
            .alias("line_side")
        )
        .drop_nulls()
    )
    sided = ctx.lines.select(
        "line_key", "claim_kind", "modifier_key", "diagnosis_pointers", "diagnosis_codes"
    ).join(sides, on="modifier_key", maintain_order="left")
    judged = _contradictions(_told_by(sided), ctx)
    frame = ctx.lines.select("line_key").join(
        sided.select("line_key", "line_side"), on="line_key", how="left", maintain_order="left"
    )
    return frame.join(judged, on="line_key", how="left", maintain_order="left").select(
        "line_side",
        pl.col("side_diagnoses").fill_null(pl.lit(pl.Series([[]], dtype=_STRINGS)).first()),
        pl.when(pl.col("_count").is_not_null())
        .then("has_side_diagnosis")
        .otherwise(statement=False)
        .alias("has_side_diagnosis"),
        pl.when(pl.col("_count").is_not_null())
        .then("is_side_contradicted")
        .otherwise(statement=False)
        .alias("is_side_contradicted"),
    )


def _told_by(sided: pl.DataFrame) -> pl.DataFrame:
    """Rows of line, side and one diagnosis that tells the side, with its 1-based place on the claim."""
    numbered = (
        sided.filter(pl.col("diagnosis_codes").list.len() > 0)
        .with_columns(pl.int_ranges(1, pl.col("diagnosis_codes").list.len() + 1).alias("_place"))
        .explode("diagnosis_codes", "_place")
    )
    is_pointed = pl.col("diagnosis_pointers").list.contains(pl.col("_place").cast(pl.String))
    is_professional = pl.col("claim_kind") == "professional"
    return numbered.filter(is_professional.not_() | is_pointed).select(
        "line_key",
        "line_side",
        bare_diagnosis("diagnosis_codes").alias("diagnosis"),
        # An institutional line points to nothing: the principal diagnosis must tell, the others may only clear.
        (is_professional | (pl.col("_place") == 1)).alias("_may_contradict"),
    )


def _contradictions(told: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    relevant = told.filter(pl.col("diagnosis").str.contains(_sides()["diagnoses"]["pattern"]))
    dated = (
        ctx.reference.table("diagnoses", as_of=ctx.as_of, where={"diagnosis": relevant["diagnosis"].unique()})
        .unique("diagnosis", keep="last", maintain_order=True)
        .select("diagnosis", pl.col("side").alias("_by_row"), pl.lit(value=True).alias("_has_row"))
    )
    # The tabular list is large; it is opened only for codes that the dated facts do not hold.
    others = relevant.select(pl.col("diagnosis").unique()).join(dated, on="diagnosis", how="anti")
    words = descriptors_of(others["diagnosis"]).with_columns(
        _side_of_words(pl.col("descriptor")).alias("_by_words")
    )
    side = pl.coalesce("_by_row", "_by_words", pl.lit("none"))
    is_known = pl.col("_has_row").is_not_null() | pl.col("descriptor").is_not_null()
    known = (
        relevant.join(words, on="diagnosis", how="left", maintain_order="left")
        .join(dated, on="diagnosis", how="left", maintain_order="left")
        .with_columns(pl.when(is_known).then(side).alias("_side"))
    )
    is_sided = pl.col("_side") != "none"
    is_other = pl.col("_side").is_in(["right", "left"]) & (pl.col("_side") != pl.col("line_side"))
    agrees = is_sided & is_other.not_()
    return known.group_by("line_key", maintain_order=True).agg(
        pl.len().alias("_count"),
        pl.col("diagnosis").filter(is_sided).unique(maintain_order=True).alias("side_diagnoses"),
        is_sided.any(ignore_nulls=False).alias("has_side_diagnosis"),
        (
            (is_other & pl.col("_may_contradict")).any(ignore_nulls=False)
            & agrees.any(ignore_nulls=False).not_()
        ).alias("is_side_contradicted"),
    )


def _side_of_words(text: pl.Expr) -> pl.Expr:
    """Side that a descriptor names; both words, or `bilateral`, is bilateral."""
    right, left = text.str.contains(r"(?i)\bright\b"), text.str.contains(r"(?i)\bleft\b")
    both = text.str.contains(r"(?i)\bbilateral\b|\bboth\b")
    return (
        pl.when(both | (right & left))
        .then(pl.lit("bilateral"))
        .when(right)
        .then(pl.lit("right"))
        .when(left)
        .then(pl.lit("left"))
    )
