"""What the modifiers of a line say, and what stands beside the line on the same day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.pairs import whole_pairs
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.facts.context import FactContext

_BOOL = pl.Boolean()
_STRINGS = pl.List(pl.String())
_NO_MODIFIERS = "the modifiers of the line could not be read"
_FLAGS: dict[str, tuple[str, ...]] = {
    "has_jw": ("JW",),
    "has_jz": ("JZ",),
    "has_ja": ("JA",),
    "has_jb": ("JB",),
    "has_jg": ("JG",),
    "has_tb": ("TB",),
    "has_ga": ("GA",),
    "has_gx": ("GX",),
    "has_gy": ("GY",),
    "has_gz": ("GZ",),
    "has_visit_modifier": ("24", "25", "57"),
    "has_laterality_modifier": ("LT", "RT", "50"),
    "is_vendor_supplied": ("J1", "J2"),
    "is_non_excepted_department": ("PN",),
}
_DISTINCT = ("59", "XE", "XP", "XS", "XU")
_ABOUT = {
    "has_visit_modifier": "the line carries 24, 25 or 57, which speak about a visit",
    "has_laterality_modifier": "the line carries LT, RT or 50",
    "is_vendor_supplied": "the line carries J1 or J2: the drug came from the vendor of the acquisition programme",
    "is_non_excepted_department": "the line carries PN: a non-excepted off-campus department",
}
# Columns that two lines share when one practitioner did both on one day.
_SAME_SERVICE = ("claim_key", "service_date", "_rendering")


@facts(
    LINE,
    needs=("modifier_list",),
    gives=(
        *(
            Fact(name, _BOOL, _ABOUT.get(name, f"the line carries {codes[0]}"), _NO_MODIFIERS)
            for name, codes in _FLAGS.items()
        ),
        Fact(
            "distinct_service_modifier_count",
            pl.Int32(),
            "how many different ones of 59, XE, XP, XS, XU",
            _NO_MODIFIERS,
        ),
    ),
)
def modifier_flags(ctx: FactContext) -> pl.DataFrame:
    """One flag per modifier that edits ask about; found once per combination of modifiers."""
    distinct, rows = ctx.distinct("modifier_list")
    own = pl.col("modifier_list").str.split("|")

    def carries(codes: Sequence[str]) -> pl.Expr:
        return pl.any_horizontal(own.list.contains(code) for code in codes)

    return distinct.select(
        *(carries(codes).alias(name) for name, codes in _FLAGS.items()),
        own.list.set_intersection(list(_DISTINCT))
        .list.len()
        .cast(pl.Int32)
        .alias("distinct_service_modifier_count"),
    )[rows]


def pair_setting() -> pl.Expr:
    """The NCCI table that a claim is judged by, from `claim_kind`."""
    return (
        pl.when(pl.col("claim_kind") == "professional")
        .then(pl.lit("practitioner"))
        .when(pl.col("claim_kind") == "institutional")
        .then(pl.lit("outpatient_hospital"))
    )


def _indicators(ctx: FactContext, asked: pl.DataFrame) -> pl.Series:
    """The indicator of each `column1`, `column2`, `pair_setting` on `service_date`; null where no row."""
    return ctx.reference.lookup("pairs", asked, on="service_date", as_of=ctx.as_of)["modifier_indicator"]


def _held_columns(ctx: FactContext, asked: pl.DataFrame) -> pl.Series:
    """Are both codes in the table, each in the column asked for? Then an absent pair of them is no pair."""
    found = asked
    for column in ("column1", "column2"):
        codes = asked[column].unique()
        table = ctx.reference.table("pairs", as_of=ctx.as_of, where={column: codes})
        first = table.group_by(column, "pair_setting").agg(
            pl.col("effective_from").fill_null(date.min).min().alias(f"_first_{column}")
        )
        found = found.join(first, on=[column, "pair_setting"], how="left", maintain_order="left")
    return found.select(
        held=pl.all_horizontal(
            (pl.col(f"_first_{c}") <= pl.col("service_date")).fill_null(value=False)
            for c in ("column1", "column2")
        )
    ).to_series()


@facts(
    LINE,
    needs=(
        "claim_key",
        "claim_kind",
        "service_date",
        "hcpcs",
        "is_visit",
        "line_rendering_npi",
        "claim_rendering_npi",
    ),
    gives=(
        Fact(
            "has_administration_beside",
            _BOOL,
            "a visit with an administration or injection procedure of the same practitioner that day on the claim",
        ),
        Fact(
            "is_visit_bundled",
            _BOOL,
            "a visit that an administration of that day denies unless a modifier is there (column 2, indicator 1)",
            "whether the administration of that day bundles this visit is not known: the code pairs of the date or of "
            "these codes are not held; `scrubjay reference load FILE` loads the NCCI table",
        ),
        Fact("visit_bundling_code", pl.String(), "the administration that denies the visit without 25"),
    ),
)
def visit_beside_administration(ctx: FactContext) -> pl.DataFrame:
    """Visits joined with the administrations of their day; each pair asked of the table once."""
    lines = ctx.lines.select(
        "claim_key", "service_date", "hcpcs", "is_visit", pair_setting().alias("pair_setting"),
        pl.coalesce("line_rendering_npi", "claim_rendering_npi").alias("_rendering"),
    ).with_row_index("_n")  # fmt: skip
    codes = ctx.reference.table("administration", as_of=ctx.as_of)["hcpcs"].unique()
    distinct, rows = ctx.distinct("hcpcs")
    gives_drug = distinct["hcpcs"].is_in(codes.implode())[rows]
    given = lines.filter(gives_drug).select(*_SAME_SERVICE, pl.col("hcpcs").alias("column1"))
    beside = (
        lines.filter("is_visit", pl.col("service_date").is_not_null())
        .select("_n", *_SAME_SERVICE, "pair_setting", pl.col("hcpcs").alias("column2"))
        .join(given.unique(), on=_SAME_SERVICE, nulls_equal=True)
    )
    forward = _indicators(ctx, beside)
    backward = _indicators(ctx, beside.rename({"column1": "column2", "column2": "column1"}))
    is_held = whole_pairs(ctx, beside) | _held_columns(ctx, beside)
    asked = beside.with_columns(
        (forward == "1").fill_null(value=False).alias("_bundles"),
        (forward.is_not_null() | backward.is_not_null() | is_held).alias("_is_known"),
    )
    per_visit = asked.group_by("_n").agg(
        pl.when(pl.col("_bundles").any()).then(statement=True).when(pl.col("_is_known").any()).then(statement=False)
        .alias("is_visit_bundled"),
        pl.col("column1").filter("_bundles").min().alias("visit_bundling_code"),
        pl.lit(value=True).alias("_has"),
    )  # fmt: skip
    return lines.select("_n").join(per_visit, on="_n", how="left", maintain_order="left").select(
        pl.col("_has").fill_null(value=False).alias("has_administration_beside"),
        "is_visit_bundled",
        "visit_bundling_code",
    )  # fmt: skip


def _is_pairless(ctx: FactContext, keys: pl.DataFrame) -> pl.Series:
    """Whether the pair table of the date holds no pair of the code at all, in rows of `keys`."""
    found = ctx.reference.lookup("pairless", keys, on="service_date", as_of=ctx.as_of)
    return found["source"].is_not_null()


@facts(
    LINE,
    needs=(
        "claim_key", "claim_kind", "service_date", "hcpcs", "distinct_service_modifier_count",
    ),
    gives=(
        Fact(
            "has_pair_beside",
            _BOOL,
            "for a line with 59 or an X modifier: an active code pair of that day contains its code and another code "
            "of that day on the claim",
            "whether a code pair of the date contains this code is not known; `scrubjay reference load FILE` loads the "
            "NCCI table",
        ),
        Fact(
            "has_same_code_beside",
            _BOOL,
            "for a line with 59 or an X modifier: another line of that day has the same code",
        ),
    ),
)  # fmt: skip
def pair_of_line(ctx: FactContext) -> pl.DataFrame:
    """Only lines that carry 59 or an X modifier are asked; all others are null.

    Where the table is not held whole, an absent pair says nothing, but for the codes that no pair of the
    edition contains: that is a fact by itself, and held for the drug codes. Beside such codes only, no other
    code has a pair either.
    """
    day = ("claim_key", "service_date")
    lines = ctx.lines.select(
        *day, "hcpcs", "distinct_service_modifier_count", pair_setting().alias("pair_setting")
    ).with_row_index("_n")
    asking = lines.filter(
        pl.col("distinct_service_modifier_count") > 0,
        pl.col("service_date").is_not_null(),
        pl.col("hcpcs").is_not_null(),
    ).select("_n", *day, "hcpcs", "pair_setting")
    others = lines.filter(pl.col("claim_key").is_in(asking["claim_key"].unique().implode())).select(
        *day, pl.col("hcpcs").alias("_other"), pl.col("_n").alias("_other_n")
    )
    beside = asking.join(others, on=day).filter(pl.col("_n") != pl.col("_other_n"))
    as_first = _indicators(ctx, beside.rename({"hcpcs": "column1", "_other": "column2"}))
    as_second = _indicators(ctx, beside.rename({"hcpcs": "column2", "_other": "column1"}))
    active = pl.Series(["0", "1"])
    per_line = (
        beside.with_columns(
            (as_first.is_in(active.implode()) | as_second.is_in(active.implode())).alias("_pair"),
            _is_pairless(ctx, beside.select("pair_setting", "service_date", hcpcs="_other")).alias(
                "_other_pairless"
            ),
        )
        .group_by("_n")
        .agg(
            pl.col("_pair").fill_null(value=False).any(),
            (pl.col("hcpcs") == pl.col("_other")).any().alias("_same"),
            (pl.col("_other_pairless") | (pl.col("_other") == pl.col("hcpcs"))).all().alias("_alone"),
        )
    )
    keys = asking.select("hcpcs", "pair_setting", "service_date")
    is_known = _is_pairless(ctx, keys) | whole_pairs(ctx, asking)
    found = (
        asking.with_columns(is_known.alias("_known"))
        .join(per_line, on="_n", how="left")
        .with_columns(pl.col("_known") | pl.col("_alone").fill_null(value=False))
        .select(
            "_n",
            pl.when(pl.col("_pair").fill_null(value=False)).then(statement=True).when("_known").then(statement=False)
            .alias("has_pair_beside"),
            pl.col("_same").fill_null(value=False).alias("has_same_code_beside"),
        )
    )  # fmt: skip
    return lines.select("_n").join(found, on="_n", how="left", maintain_order="left").drop("_n")


@facts(
    LINE,
    needs=("claim_key", "service_date", "hcpcs", "has_ja", "has_jb"),
    gives=(
        Fact(
            "routes_given_that_day",
            _STRINGS,
            "for a line with JA or JB: the routes by which the administrations of that day on the claim give a drug; "
            "empty where there is none",
            "the route of an administration of that day is not known",
        ),
    ),
)
def routes_of_day(ctx: FactContext) -> pl.DataFrame:
    """The union of the routes of the day's administration codes; null if one of them has no route held."""
    day = ("claim_key", "service_date")
    lines = ctx.lines.select(*day, "hcpcs", "has_ja", "has_jb").with_row_index("_n")
    asking = lines.filter(pl.col("has_ja") | pl.col("has_jb"), pl.col("service_date").is_not_null()).select(
        "_n", *day
    )
    held = ctx.reference.table("administration", as_of=ctx.as_of).select("hcpcs", "routes")
    held = held.unique("hcpcs", keep="last", maintain_order=True)
    given = lines.join(asking.select(day).unique(), on=day, how="semi").join(held, on="hcpcs")
    per_day = given.group_by(day).agg(
        pl.col("routes").explode().drop_nulls().unique().sort().alias("_routes"),
        pl.col("routes").is_null().any().alias("_unknown"),
    )
    found = asking.join(per_day, on=day, how="left").select(
        "_n",
        pl.when(pl.col("_unknown").fill_null(value=False).not_())
        .then(pl.col("_routes").fill_null(pl.lit(pl.Series([[]], dtype=_STRINGS)).first()))
        .alias("routes_given_that_day"),
    )
    return (
        lines.select("_n")
        .join(found, on="_n", how="left", maintain_order="left")
        .select("routes_given_that_day")
    )


@facts(
    LINE,
    needs=("setting", "is_non_excepted_department"),
    gives=(
        Fact(
            "entity_340b_modifier",
            pl.String(),
            "JG or TB: the 340B modifier of this kind of covered entity, as far as the claim tells",
            "before 2025 the kind of the 340B entity decides between JG and TB, and the claim does not tell it",
        ),
    ),
)
def modifier_of_340b_entity(ctx: FactContext) -> list[pl.Expr]:
    """A critical access hospital and a non-excepted department flag with TB; other kinds show in no claim field."""
    del ctx
    is_tb_kind = (pl.col("setting") == "cah") | pl.col("is_non_excepted_department")
    return [pl.when(is_tb_kind).then(pl.lit("TB")).alias("entity_340b_modifier")]


# Routes after which a drug acts in the whole body, so that a side of the body says nothing.
_SYSTEMIC_ROUTES = ("im", "iv", "sc", "oral", "inhalation", "intranasal", "transdermal")


@facts(
    LINE,
    needs=("hcpcs",),
    gives=(
        Fact(
            "is_systemic_drug",
            _BOOL,
            "the drug of the code can be given by a route that reaches the whole body (iv, im, sc); false for those "
            "given only into an eye, a joint or a lesion",
            "the routes of this drug are not known; `scrubjay reference list` shows which drugs are held",
        ),
    ),
)
def systemic_drug(ctx: FactContext) -> pl.DataFrame:
    """By all routes of the code, on whatever date."""
    distinct, rows = ctx.distinct("hcpcs")
    routes = (
        ctx.reference.table("drugs", as_of=ctx.as_of)
        .select("hcpcs", pl.col("routes").list.drop_nulls())
        .filter(pl.col("routes").list.len() > 0)
        .explode("routes")
        .group_by("hcpcs")
        .agg(pl.col("routes").is_in(_SYSTEMIC_ROUTES).any().alias("is_systemic_drug"))
    )
    return distinct.join(routes, on="hcpcs", how="left", maintain_order="left").select("is_systemic_drug")[
        rows
    ]
