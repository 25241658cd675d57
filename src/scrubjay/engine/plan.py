"""Which facts must be computed, in which order, and which columns each frame must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.edits.spec import Edit, Grain
from scrubjay.errors import EditDefinitionError
from scrubjay.facts import FactGroup, all_columns, all_groups, column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run computes.

    Attributes:
        edits: the chosen edits, by code.
        groups: fact groups in dependency order, the deferred ones apart.
        deferred_groups: fact groups that need all batches.
        batch_edits: edits judged batch by batch.
        deferred_edits: edits judged after the last batch, because a fact of theirs is deferred.
        claim_columns_on_lines: claim base columns that the line frame must carry.
        kept_for_deferred: line columns kept of every batch for the deferred part.
        wanted: every column that an edit or a fact reads; facts that nothing reads are not kept.
    """

    edits: tuple[Edit, ...]
    groups: tuple[FactGroup, ...]
    deferred_groups: tuple[FactGroup, ...]
    batch_edits: tuple[Edit, ...]
    deferred_edits: tuple[Edit, ...]
    claim_columns_on_lines: tuple[str, ...]
    kept_for_deferred: tuple[str, ...]
    wanted: frozenset[str]


_INDEX = ("service_date", "claim_service_date", "claim_policy_id")
"""Facts that a run's own index shows, whatever the edits read."""


def _owner() -> dict[str, FactGroup]:
    return {fact.name: group for group in all_groups() for fact in group.gives}


def _in_order(wanted: Iterable[str], owner: dict[str, FactGroup]) -> list[FactGroup]:
    """Groups that give `wanted` and all that those need, dependencies first."""
    order: list[FactGroup] = []
    done: set[str] = set()
    open_groups: list[str] = []

    def visit(name: str) -> None:
        column(name)
        group = owner.get(name)
        if group is None or group.name in done:
            return
        if group.name in open_groups:
            circle = " -> ".join([*open_groups, group.name])
            raise EditDefinitionError(f"facts need each other in a circle: {circle}", where=name)
        open_groups.append(group.name)
        for need in group.needs:
            visit(need)
        open_groups.pop()
        done.add(group.name)
        order.append(group)

    for name in sorted(wanted):
        visit(name)
    return order


def make_plan(edits: Sequence[Edit], also: Sequence[str] = ()) -> Plan:
    """Plan a run of `edits`.

    Args:
        edits: what is judged.
        also: further facts that a caller wants to see.

    Raises:
        EditDefinitionError: an edit or fact reads a column that nothing declares, a claim edit reads a
            line column, or facts need each other in a circle.
    """
    owner = _owner()
    known = all_columns()
    wanted: set[str] = {*_INDEX, *also}
    for edit in edits:
        for name in edit.reads():
            if name not in known:
                raise EditDefinitionError(
                    f"reads the column {name}, which no table and no fact declares", where=edit.code
                )
            if edit.grain is Grain.CLAIM and known[name].grain == "line":
                raise EditDefinitionError(f"judges claims but reads the line column {name}", where=edit.code)
            if (edit.grain is Grain.RUN) != (known[name].grain == "run"):
                raise EditDefinitionError(
                    f"judges {edit.grain}s but reads the {known[name].grain} column {name}", where=edit.code
                )
            if (known[name].grain == "chart") and edit.grain is not Grain.CHART:
                raise EditDefinitionError(
                    f"judges {edit.grain}s but reads the chart column {name}", where=edit.code
                )
            if known[name].grain not in ("run", "chart"):
                wanted.add(name)
    order = _in_order(wanted, owner)
    deferred_names = {fact.name for g in order if g.is_deferred for fact in g.gives}
    for group in order:
        if not group.is_deferred and deferred_names & set(group.needs):
            raise EditDefinitionError("is computed by batch but needs a deferred fact", where=group.name)
    is_deferred = {e.code: bool(deferred_names & set(e.reads())) for e in edits}
    batch_groups = tuple(g for g in order if not g.is_deferred)
    deferred_groups = tuple(g for g in order if g.is_deferred)
    line_reads: set[str] = set()
    for edit in edits:
        if edit.grain in (Grain.LINE, Grain.CHART):
            line_reads |= set(edit.reads())
    for group in order:
        if group.grain == "line":
            line_reads |= set(group.needs)
    on_lines = tuple(sorted(n for n in line_reads if known[n].grain == "claim"))
    deferred_edits = tuple(e for e in edits if is_deferred[e.code])
    kept = {n for e in deferred_edits for n in e.reads()} | {n for g in deferred_groups for n in g.needs}
    everything_read = wanted | {n for g in order for n in g.needs} | set(_INDEX)
    return Plan(
        edits=tuple(sorted(edits, key=lambda e: e.code)),
        groups=batch_groups,
        deferred_groups=deferred_groups,
        batch_edits=tuple(e for e in edits if not is_deferred[e.code]),
        deferred_edits=deferred_edits,
        claim_columns_on_lines=on_lines,
        wanted=frozenset(everything_read),
        kept_for_deferred=tuple(sorted((kept - deferred_names) | {"line_key", "claim_key", "charge_amount"})),
    )
