"""The vocabulary: which facts exist, what they mean, what they are computed from.

A fact group is a function that adds columns to the line frame or the claim frame:

    @facts(Grain.LINE, needs=("hcpcs", "service_date"), gives=(Fact("is_drug", pl.Boolean(), "..."),))
    def drug_identity(ctx: FactContext) -> pl.DataFrame: ...

It returns a frame of just its columns, in the order of `ctx.lines` (or `ctx.claims`), or expressions
over that frame. Columns named in `needs` are there when it is called; a line group may need columns of
the claim (they are joined on), a claim group may need line columns (through `ctx.lines`). The engine
computes only the groups that the chosen edits need, each once.

Null means unknown. `missing` says in the user's words what is missing and what to do about it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from scrubjay.errors import EditDefinitionError
from scrubjay.tables import (
    CHART_LINES,
    CHART_UNKNOWN,
    CLAIMS,
    LINES,
    STATEMENT_UNKNOWN,
    STATEMENTS,
    WAIVER_UNKNOWN,
    WAIVERS,
)

if TYPE_CHECKING:
    import polars as pl

    from scrubjay.facts.context import FactContext

LINE = "line"
CLAIM = "claim"
RUN = "run"
TEXT = "text"
CHART = "chart"

Compute = Callable[["FactContext"], "pl.DataFrame | Sequence[pl.Expr]"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A derived column.

    Attributes:
        name: the column.
        dtype: its Polars type.
        about: the definition, one sentence.
        missing: what to tell a user where it is null; empty where null is an ordinary value.
        rests_on: which of the group's `needs` it is worked out from, so that a finding cites no rule of a payer that
            another fact of the group reads; null: all of them.
    """

    name: str
    dtype: pl.DataType
    about: str
    missing: str = ""
    rests_on: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that are computed together.

    Attributes:
        name: of the function, for messages.
        grain: `line` or `claim`: the frame that the columns go to.
        needs: columns that must be there first.
        gives: the facts.
        compute: the function.
        is_deferred: computed once over all batches, after the last; `needs` are kept until then.
        looks_at: of a deferred group the columns that it reads of all lines (`FactContext.everything`). It is then
            computed for the few lines only to which an edit applies that reads it, and `needs` are kept of those.
        evidence: of a deferred group the kind of evidence (a field of `scrubjay.tables.Evidence`) without which all
            its facts are null: then `needs` are not kept.
    """

    name: str
    grain: str
    needs: tuple[str, ...]
    gives: tuple[Fact, ...]
    compute: Compute
    is_deferred: bool = False
    looks_at: tuple[str, ...] = ()
    evidence: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Computed only for the lines to which an edit that reads it applies."""
        return bool(self.looks_at)


_groups: list[FactGroup] = []


def facts(
    grain: str,
    *,
    needs: tuple[str, ...],
    gives: tuple[Fact, ...],
    is_deferred: bool = False,
    looks_at: tuple[str, ...] = (),
    evidence: str | None = None,
) -> Callable[[Compute], Compute]:
    """Register a fact group; see the module's text."""

    def register(compute: Compute) -> Compute:
        is_late = is_deferred or bool(looks_at)
        _groups.append(FactGroup(compute.__name__, grain, needs, gives, compute, is_late, looks_at, evidence))
        return compute

    return register


@cache
def all_groups() -> tuple[FactGroup, ...]:
    """Every fact group of `scrubjay.facts`, each fact given once."""
    package = importlib.import_module("scrubjay.facts")
    for info in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"scrubjay.facts.{info.name}")
    owner: dict[str, str] = {}
    for group in _groups:
        for fact in group.gives:
            strange = set(fact.rests_on or ()) - set(group.needs)
            if strange:
                raise EditDefinitionError(
                    f"fact {fact.name} rests on {min(strange)}, which its group does not need",
                    where=group.name,
                )
            if fact.name in owner or fact.name in CLAIMS.columns or fact.name in LINES.columns:
                raise EditDefinitionError(f"fact {fact.name} is defined twice", where=group.name)
            owner[fact.name] = group.name
    return tuple(_groups)


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """A column that an edit may read, base or fact."""

    name: str
    dtype: pl.DataType
    grain: str
    about: str
    missing: str
    is_base: bool


_SHARED_NAMES = ("claim_key", "file_number", "transaction", "segment")


@cache
def all_columns() -> dict[str, KnownColumn]:
    """Every column an edit may read, by name: of lines and claims, facts, of waivers, guide statements, charts.

    Line edits may read those of lines and claims, claim edits those of claims, run edits those of waivers,
    text edits those of statements, chart edits those of charts beside those of lines and claims.
    """
    known: dict[str, KnownColumn] = {}
    for table, grain in ((CLAIMS, CLAIM), (LINES, LINE)):
        for base in table:
            words = f"{base.about} is not on the claim"
            known[base.name] = KnownColumn(base.name, base.dtype, grain, base.about, words, is_base=True)
    others = (
        (WAIVERS, RUN, WAIVER_UNKNOWN),
        (STATEMENTS, TEXT, STATEMENT_UNKNOWN),
        (CHART_LINES, CHART, CHART_UNKNOWN),
    )
    for given_beside, grain, unknown in others:
        for given in given_beside:
            known[given.name] = KnownColumn(
                given.name, given.dtype, grain, given.about, unknown.get(given.name, ""), is_base=True
            )
    for name in _SHARED_NAMES:
        known[name] = KnownColumn(name, known[name].dtype, CLAIM, known[name].about, "", is_base=True)
    for group in all_groups():
        for fact in group.gives:
            known[fact.name] = KnownColumn(
                fact.name, fact.dtype, group.grain, fact.about, fact.missing, is_base=False
            )
    return known


def column(name: str) -> KnownColumn:
    """One column by name.

    Raises:
        EditDefinitionError: no table and no fact declares it.
    """
    try:
        return all_columns()[name]
    except KeyError:
        raise EditDefinitionError(f"no table and no fact declares the column {name}", where=name) from None
