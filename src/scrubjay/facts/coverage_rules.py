"""What the payer's policy says of the drug of a line on its day: authorization, limits, place, channel ...

Each column of `scrubjay.facts.parameters.COVERAGE_KINDS` becomes a line fact `payer_<column>`, with
`payer_<kind>_rule` and its siblings beside it. Null means that the policy says nothing of the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.parameters import COVERAGE_KINDS, COVERAGE_ORIGIN, COVERAGE_SCHEMA, COVERAGE_SCOPE
from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.facts.context import FactContext

_KEYS = ("policy_id", "hcpcs", "effective_from", "effective_to")
_SCOPE = ("ndc", "container_type", "routes_given_that_day")
_NDC_LENGTHS = range(5, 12)
"""A labeler has five digits, a package eleven."""


def _facts() -> Iterator[Fact]:
    for kind, parameters in COVERAGE_KINDS.items():
        topic = kind.replace("_", " ")
        missing = f"no policy of this payer speaks of {topic} for this code; add a coverage rule (--policy)"
        for p in parameters:
            yield Fact(f"payer_{p.name}", p.dtype, p.about, missing)
        for p in COVERAGE_ORIGIN:
            yield Fact(f"payer_{kind}_{p.name}", p.dtype, f"{topic}: {p.about}")


@facts(LINE, needs=("policy_id", "hcpcs", "service_date", *_SCOPE), gives=tuple(_facts()))
def coverage_of_line(ctx: FactContext) -> pl.DataFrame:
    """The coverage row of policy, code and day; a rule limited to other products is left out."""
    asked, rows = ctx.distinct("policy_id", "hcpcs", "service_date")
    coverage = ctx.policies.coverage(ctx.as_of)
    found = _in_force(asked, coverage)
    for kind in COVERAGE_KINDS:
        limited = [p.name for p in COVERAGE_SCOPE if found[f"{kind}_{p.name}"].null_count() < found.height]
        if limited:
            # Only now a line's product matters; otherwise the few distinct rows stand for all lines.
            return _limited(ctx.lines, found[rows])
    return ctx.gather(_renamed(found), rows)


def _in_force(asked: pl.DataFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """The coverage row of each question, same height and order; nulls where none is in force."""
    numbered = asked.with_row_index("_row")
    begin, end, on = pl.col("effective_from"), pl.col("effective_to"), pl.col("service_date")
    found = (
        numbered.join(coverage, on=["policy_id", "hcpcs"], how="inner")
        # A rule without end still needs a day: nothing is said of a line whose date is not known.
        .filter(on.is_not_null() & (begin.is_null() | (begin <= on)) & (end.is_null() | (on < end)))
        .select("_row", *(name for name in COVERAGE_SCHEMA if name not in _KEYS))
    )
    return numbered.select("_row").join(found, on="_row", how="left", maintain_order="left").drop("_row")


def _columns(kind: str) -> list[str]:
    return [*(p.name for p in COVERAGE_KINDS[kind]), *(f"{kind}_{p.name}" for p in COVERAGE_ORIGIN)]


def _renamed(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        pl.col(name).alias(f"payer_{name}") for kind in COVERAGE_KINDS for name in _columns(kind)
    )


def _limited(lines: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    both = found.with_columns(lines.select(pl.col(name).alias(f"_{name}") for name in _SCOPE))
    return both.select(
        pl.when(_is_in_scope(kind)).then(pl.col(name)).alias(f"payer_{name}")
        for kind in COVERAGE_KINDS
        for name in _columns(kind)
    )


def _is_in_scope(kind: str) -> pl.Expr:
    """Is the line one of the products that the rule is limited to? False where that is not known."""
    ndcs, routes, container = (pl.col(f"{kind}_{p.name}") for p in COVERAGE_SCOPE)
    beginnings = [ndcs.list.contains(pl.col("_ndc").str.head(length)) for length in _NDC_LENGTHS]
    given = pl.col("_routes_given_that_day")
    return pl.all_horizontal(
        ndcs.is_null() | (pl.col("_ndc").is_not_null() & pl.any_horizontal(beginnings)),
        routes.is_null() | (routes.list.set_intersection(given).list.len() > 0),
        container.is_null() | (container == pl.col("_container_type")),
    ).fill_null(value=False)
