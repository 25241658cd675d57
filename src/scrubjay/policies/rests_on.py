"""Which statements of a payer's policy a finding rests on, so that the finding can cite them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from scrubjay.facts import all_groups
from scrubjay.facts.parameters import COVERAGE_KINDS, PARAMETERS
from scrubjay.policies.timeline import FIRST_DAY, NO_DATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.policies.dated import Dated
    from scrubjay.policies.model import Policy
    from scrubjay.policies.resolver import PolicySet

RULE = pl.Struct(
    {
        "policy": pl.String(),
        "about": pl.String(),
        "value": pl.String(),
        "source": pl.String(),
        "text": pl.String(),
        "confidence": pl.String(),
    }
)
"""A statement of a policy: where it stands, the parameter or kind of coverage rule, and its source."""

ASKED: dict[str, pl.DataType] = {
    "edit": pl.String(),
    "policy_id": pl.String(),
    "hcpcs": pl.String(),
    "service_date": pl.Date(),
}


class Basis(NamedTuple):
    """What an edit reads of a policy, directly or through facts."""

    parameters: tuple[str, ...]
    kinds: tuple[str, ...]


@cache
def _origins() -> dict[str, tuple[str, str]]:
    """By column the parameter or the kind of coverage rule that it shows."""
    of_parameters = {
        f"{prefix}payer_{name}": ("parameter", name) for name in PARAMETERS for prefix in ("", "claim_")
    }
    of_coverage = {
        f"payer_{p.name}": ("kind", kind) for kind, columns in COVERAGE_KINDS.items() for p in columns
    }
    return of_parameters | of_coverage


def basis_of(edit: Edit) -> Basis:
    """The parameters and kinds of coverage rules that an edit depends on or speaks of."""
    needs = {
        fact.name: group.needs if fact.rests_on is None else fact.rests_on
        for group in all_groups()
        for fact in group.gives
    }
    seen: set[str] = set()
    open_names = list(edit.reads())
    while open_names:
        name = open_names.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in _origins():
            open_names += needs.get(name, ())
    found = {_origins()[name] for name in seen if name in _origins()}
    return Basis(
        tuple(name for name in PARAMETERS if ("parameter", name) in found),
        tuple(kind for kind in COVERAGE_KINDS if ("kind", kind) in found),
    )


def payer_rules(
    policies: PolicySet, edits: Mapping[str, Edit], asked: pl.DataFrame, as_of: date | None
) -> pl.Series:
    """The statements that each finding rests on, nearest to the edit's own order; empty where there are none.

    Args:
        policies: of the run.
        edits: by readable name.
        asked: columns of `ASKED`, one row for each finding.
        as_of: coverage rules announced later are not seen.

    Returns:
        A list of `RULE` for each row.
    """
    distinct, rows = numbered_rules(policies, edits, asked, as_of)
    return distinct.gather(rows)


def numbered_rules(
    policies: PolicySet, edits: Mapping[str, Edit], asked: pl.DataFrame, as_of: date | None
) -> tuple[pl.Series, pl.Series]:
    """The same as the distinct lists of rules and, for each row of `asked`, the number of its list.

    A long table is put in order by the numbers: the lists themselves are heavy.
    """
    bases = {name: basis_of(edits[name]) for name in asked["edit"].unique() if name in edits}
    by_code = [name for name, basis in bases.items() if basis.kinds]
    # Nothing changes within a period, so that a year of claims asks as little as a day.
    keyed = asked.select(
        "edit",
        "policy_id",
        pl.when(pl.col("edit").is_in(by_code)).then("hcpcs").alias("hcpcs"),
        _period_starts(policies, asked).alias("_from"),
    )
    distinct = keyed.unique(maintain_order=True)
    rules = [
        list(_rules(policies, row, bases.get(row["edit"]), as_of)) for row in distinct.iter_rows(named=True)
    ]
    rows = keyed.join(
        distinct.with_row_index("_row"),
        on=keyed.columns,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["_row"]
    return pl.Series("payer_rules", rules, dtype=pl.List(RULE)), rows


def _period_starts(policies: PolicySet, asked: pl.DataFrame) -> pl.Series:
    starts = [
        {"policy_id": policy.id, "_from": day}
        for name in asked["policy_id"].unique().drop_nulls()
        for policy in [policies.find(name)]
        for day in {NO_DATE, FIRST_DAY, *_edges(policies, policy)}
    ]
    schema = {"policy_id": pl.String(), "_from": pl.Date()}
    periods = pl.DataFrame(starts, schema=schema).sort("_from").with_columns(pl.col("_from").alias("_start"))
    return (
        asked.select(
            "policy_id",
            pl.col("service_date").fill_null(NO_DATE).alias("_from"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"),
        )
        .sort("_from")
        .join_asof(periods, on="_from", by="policy_id", strategy="backward", check_sortedness=False)
        .sort("_row")["_start"]
    )


def _edges(policies: PolicySet, policy: Policy) -> Iterator[date]:
    for one in policies.chain(policy):
        for _, statement in one.statements():
            yield from (day for day in (statement.from_, statement.to) if day is not None)


def _rules(
    policies: PolicySet, row: Mapping[str, Any], basis: Basis | None, as_of: date | None
) -> Iterator[dict[str, str]]:
    if row["policy_id"] is None or basis is None:
        return
    policy, on = policies.find(row["policy_id"]), row["_from"]
    for name in basis.parameters:
        stated, dated = policies.stated_in(policy, name), policies.value(policy, name, on)
        is_known = dated is not None and dated.value is not None and _holds(dated, on)
        if stated is not None and dated is not None and is_known:
            yield _rule(stated, name, words(dated.value), dated)
    for kind in basis.kinds:
        for found in policies.coverage_rules(policy, row["hcpcs"] or "", kind, on, as_of):
            # A coverage rule is never applied to a line without a date.
            if on == NO_DATE:
                continue
            yield _rule(found.policy, kind, f"rule {found.rule.id}", found.rule)
    for change in policies.severities(policy).get(row["edit"], ()):
        if _holds(change, on):
            where = next(p for p in policies.chain(policy) if row["edit"] in p.severities)
            yield _rule(where, "severity", change.value, change)


def _holds(statement: Dated, on: date) -> bool:
    """On a day that is not known holds what holds on all days."""
    if on == NO_DATE:
        return statement.from_ is None and statement.to is None
    return statement.covers(on)


def _rule(policy: Policy, about: str, value: str, statement: Dated) -> dict[str, str]:
    cited = statement.citation
    return {
        "policy": policy.id,
        "about": about,
        "value": value,
        "source": cited.source,
        "text": cited.text,
        "confidence": cited.confidence,
    }


def words(value: Any) -> str:
    """A value of a policy as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return "unknown" if value is None else str(value)
