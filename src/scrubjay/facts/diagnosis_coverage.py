"""Is a diagnosis of the line covered for its code: by the payer's policy, else by loaded coverage documents.

Coverage documents number their groups of codes and of diagnoses apart, and only their text says which go
together. So a document covers a diagnosis for certain only where every group of diagnoses lists it without
a condition, and refuses it for certain only where none does. What lies between is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.diagnoses import bare_diagnosis
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_LOAD = "`scrubjay reference load FILE` loads the tables of the Medicare Coverage Database"
_NO_RULE = (
    "no policy of this payer lists the diagnoses that are covered for this code (--policy); for Medicare the coverage "
    f"documents are not loaded, or the policy does not name the contractor (coverage_contractors); {_LOAD}"
)
_NOT_DECIDED = (
    "whether a diagnosis of the line is covered is not known: it points to none, or the coverage documents set a "
    "condition, list it in some groups only, or differ"
)
_MEDICARE = ["medicare_part_a", "medicare_part_b", "medicare_advantage"]
_KEY = ["hcpcs", "service_date", "_contractors"]
_PREFIX_LENGTHS = range(3, 8)


@facts(
    LINE,
    needs=(
        "line_key",
        "claim_kind",
        "hcpcs",
        "service_date",
        "is_drug",
        "payer_class",
        "payer_coverage_contractors",
        "payer_diagnosis_codes",
        "payer_diagnosis_prefixes",
        "payer_diagnosis_rule",
        "diagnosis_pointers",
        "diagnosis_codes",
    ),
    gives=(
        Fact(
            "diagnosis_rule",
            pl.String(),
            "who lists the diagnoses that are covered for the code: `policy`, `documents`, or `none` where nobody does",
            _NO_RULE,
        ),
        Fact("diagnosis_rule_source", pl.String(), "the rule of the policy, or the numbers of the documents"),
        Fact(
            "line_diagnoses",
            _STRINGS,
            "diagnoses that the line points to, without dot; of an institutional claim all; only where a list holds",
        ),
        Fact(
            "is_diagnosis_covered",
            pl.Boolean(),
            "one of those diagnoses is on the list of covered ones",
            _NOT_DECIDED,
        ),
    ),
)
def diagnosis_covered(ctx: FactContext) -> pl.DataFrame:
    """Few lines have a list; only those are looked at, and mostly there is none at all."""
    if ctx.lines["payer_diagnosis_codes"].null_count() == ctx.lines.height and not _is_loaded(ctx):
        nothing = pl.lit(None, dtype=pl.String())
        return ctx.lines.select(
            pl.when(pl.col("is_drug").not_()).then(pl.lit("none")).alias("diagnosis_rule"),
            nothing.alias("diagnosis_rule_source"),
            pl.lit(None, dtype=_STRINGS).alias("line_diagnoses"),
            pl.lit(None, dtype=pl.Boolean()).alias("is_diagnosis_covered"),
        )
    lines = ctx.lines.with_row_index("_i").with_columns(
        pl.col("payer_coverage_contractors").list.join(" ").alias("_contractors")
    )
    by_documents = _documents(lines, ctx)
    has_policy = pl.col("payer_diagnosis_codes").is_not_null()
    is_medicare = pl.col("payer_class").is_in(_MEDICARE)
    is_drug = pl.col("is_drug")
    lines = lines.join(by_documents, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    rule = (
        pl.when(has_policy)
        .then(pl.lit("policy"))
        .when(is_drug.not_())
        .then(pl.lit("none"))
        .when(is_medicare & is_drug)
        .then("_rule")
    )
    lines = lines.with_columns(rule.alias("diagnosis_rule"))
    asked = lines.filter(pl.col("diagnosis_rule").is_in(["policy", "documents"]))
    answers = _answers(asked, ctx)
    source = (
        pl.when(pl.col("diagnosis_rule") == "policy")
        .then("payer_diagnosis_rule")
        .when(pl.col("diagnosis_rule") == "documents")
        .then("_documents")
    )
    return (
        lines.select("_i", "diagnosis_rule", source.alias("diagnosis_rule_source"))
        .join(answers, on="_i", how="left", maintain_order="left")
        .select("diagnosis_rule", "diagnosis_rule_source", "line_diagnoses", "is_diagnosis_covered")
    )


def _answers(asked: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    """`_i`, `line_diagnoses`, `is_diagnosis_covered` of the lines for which a list holds."""
    told = (
        asked.filter(pl.col("diagnosis_codes").list.len() > 0)
        .with_columns(pl.int_ranges(1, pl.col("diagnosis_codes").list.len() + 1).alias("_place"))
        .explode("diagnosis_codes", "_place")
        .filter(
            (pl.col("claim_kind") == "institutional")
            | pl.col("diagnosis_pointers").list.contains(pl.col("_place").cast(pl.String))
        )
        .with_columns(bare_diagnosis("diagnosis_codes").alias("diagnosis"))
    )
    is_listed = pl.any_horizontal(
        pl.col("payer_diagnosis_codes").list.contains(pl.col("diagnosis")),
        *(
            pl.col("payer_diagnosis_prefixes").list.contains(pl.col("diagnosis").str.head(n))
            for n in _PREFIX_LENGTHS
        ),
    )
    by_policy = (
        told.filter(pl.col("diagnosis_rule") == "policy")
        .group_by("_i")
        .agg(is_listed.fill_null(value=False).any().alias("_covered"))
    )
    by_documents = _by_documents(told.filter(pl.col("diagnosis_rule") == "documents"), ctx)
    named = told.group_by("_i", maintain_order=True).agg(
        pl.col("diagnosis").unique(maintain_order=True).alias("line_diagnoses")
    )
    return named.join(pl.concat([by_policy, by_documents]), on="_i", how="left").rename(
        {"_covered": "is_diagnosis_covered"}
    )


def _is_loaded(ctx: FactContext) -> bool:
    held = {e.set_name for e in ctx.reference.known_editions(ctx.as_of)}
    return {"coverage_documents", "coverage_codes", "coverage_diagnoses", "coverage_jurisdictions"} <= held


def _documents(lines: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    """By code, day and contractors: `_rule`, `_documents`; no row where nothing can be said."""
    found = _in_force(lines, ctx)
    if found is None:
        return pl.DataFrame(
            schema={**{c: lines.schema[c] for c in _KEY}, "_rule": pl.String(), "_documents": pl.String()}
        )
    return found.group_by(_KEY).agg(
        pl.when(pl.col("document").is_not_null().any())
        .then(pl.lit("documents"))
        .otherwise(pl.lit("none"))
        .alias("_rule"),
        pl.col("document").drop_nulls().unique().sort().str.join(", ").alias("_documents"),
    )


def _in_force(lines: pl.DataFrame, ctx: FactContext) -> pl.DataFrame | None:
    """Documents with a list of diagnoses that hold for code, day and contractors; a row of nulls where none does.

    Null where the documents are not loaded.
    """
    asked = (
        lines.filter(pl.col("is_drug"), pl.col("payer_class").is_in(_MEDICARE))
        .select(_KEY)
        .drop_nulls()
        .unique()
    )
    if not asked.height or not _is_loaded(ctx):
        return None
    as_of = ctx.as_of
    codes = ctx.reference.table("coverage_codes", as_of=as_of, where={"hcpcs": asked["hcpcs"].unique()})
    about = codes.select("hcpcs", "document", "version").unique()
    numbers = about["document"].unique()
    documents = ctx.reference.table("coverage_documents", as_of=as_of, where={"document": numbers})
    lists = ctx.reference.table("coverage_diagnoses", as_of=as_of, where={"document": numbers})
    places = ctx.reference.table("coverage_jurisdictions", as_of=as_of, where={"document": numbers})
    contractors = ctx.reference.table("coverage_contractors", as_of=as_of)
    held_by = places.select("document", "version", "coverage_contractor").join(
        contractors.select("coverage_contractor", "contractor"), on="coverage_contractor"
    )
    begins, ends, day = pl.col("effective_from"), pl.col("effective_to"), pl.col("service_date")
    version = ["document", "version"]
    hits = (
        asked.join(about, on="hcpcs")
        .join(documents.select(*version, "effective_from", "effective_to"), on=version)
        .filter((begins.is_null() | (begins <= day)) & (ends.is_null() | (day < ends)))
        .join(held_by.select(*version, "contractor").unique(), on=version)
        .filter(pl.col("_contractors").str.split(" ").list.contains(pl.col("contractor")))
        .join(lists.filter("is_covered").select(version).unique(), on=version, how="semi")
        .select(*_KEY, *version)
        .unique()
    )
    return asked.join(hits, on=_KEY, how="left")


def _by_documents(told: pl.DataFrame, ctx: FactContext) -> pl.DataFrame:
    """`_i`, `_covered`: true where every document covers some diagnosis, false where none can, else null."""
    empty = pl.DataFrame(schema={"_i": told.schema["_i"], "_covered": pl.Boolean()})
    held = _in_force(told, ctx) if told.height else None
    if held is None:
        return empty
    held = held.filter(pl.col("document").is_not_null())
    version = ["document", "version"]
    lists = ctx.reference.table(
        "coverage_diagnoses", as_of=ctx.as_of, where={"document": held["document"].unique()}
    )
    covered = lists.filter("is_covered").join(held.select(version).unique(), on=version, how="semi")
    groups = covered.group_by(version).agg(pl.col("group").n_unique().alias("_groups"))
    per_diagnosis = (
        covered.group_by(*version, "diagnosis")
        .agg(
            pl.col("group")
            .filter(pl.col("has_condition").ne_missing(pl.lit(value=True)))
            .n_unique()
            .alias("_plain"),
        )
        .join(groups, on=version)
        .with_columns(pl.when(pl.col("_plain") == pl.col("_groups")).then(statement=True).alias("_answer"))
        .select(*version, "diagnosis", "_answer", pl.lit(value=True).alias("_listed"))
    )
    judged = (
        told.select("_i", *_KEY, "diagnosis")
        .join(held, on=_KEY)
        .join(per_diagnosis, on=[*version, "diagnosis"], how="left")
        .with_columns(
            pl.when(pl.col("_listed").is_null()).then(statement=False).otherwise("_answer").alias("_answer")
        )
        .group_by("_i", *version)
        .agg(pl.col("_answer").any(ignore_nulls=False).alias("_answer"))
    )
    answer = pl.col("_answer")
    return judged.group_by("_i").agg(
        pl.when(answer.all(ignore_nulls=False))
        .then(statement=True)
        .when(answer.any(ignore_nulls=False).not_())
        .then(statement=False)
        .alias("_covered")
    )
