"""Which facts must be computed, in which order, and which columns each frame must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubjay.edits.spec import Edit, Grain
from scrubjay.errors import EditDefinitionError
from scrubjay.facts import FactGroup, all_columns, all_groups, column
from scrubjay.tables import CLAIMS, LINES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run computes.

    Attributes:
        edits: the chosen edits, by code.
        groups: fact groups in dependency order, the deferred ones apart.
        deferred_groups: fact groups that need all batches.
        waiting_groups: of those the ones that are computed for the lines only to which an edit applies.
        batch_edits: edits judged batch by batch.
        deferred_edits: edits judged after the last batch, because a fact of theirs is deferred.
        waiting_edits: likewise, but only the lines to which they apply wait; the others are settled in their batch.
        claim_columns_on_lines: claim base columns that the line frame must carry.
        kept_for_deferred: line columns kept of every batch for the deferred part.
        asked_of_waiting: line columns by which it is told whether a waiting edit applies.
        kept_for_waiting: line columns kept of the lines that wait.
        looked_at: columns that facts of waiting lines read of all lines.
        wanted: every column that an edit or a fact reads; facts that nothing reads are not kept.
        own_columns: the columns among `wanted` that a claim has of its own, base and derived.
        shape_of_claim, shape_of_line: the base columns that all other facts and edits rest on.
        carried: columns that those other facts give and `own_columns`, their edits or the result read.
    """

    edits: tuple[Edit, ...]
    groups: tuple[FactGroup, ...]
    deferred_groups: tuple[FactGroup, ...]
    waiting_groups: tuple[FactGroup, ...]
    batch_edits: tuple[Edit, ...]
    deferred_edits: tuple[Edit, ...]
    waiting_edits: tuple[Edit, ...]
    claim_columns_on_lines: tuple[str, ...]
    kept_for_deferred: tuple[str, ...]
    asked_of_waiting: tuple[str, ...]
    kept_for_waiting: tuple[str, ...]
    looked_at: tuple[str, ...]
    wanted: frozenset[str]
    own_columns: frozenset[str]
    shape_of_claim: tuple[str, ...]
    shape_of_line: tuple[str, ...]
    carried: frozenset[str]

    def is_of_shape(self, what: Edit | FactGroup) -> bool:
        """Whether an edit or a fact group reads nothing that a claim has of its own."""
        return not self.own_columns.intersection(what.reads() if isinstance(what, Edit) else what.needs)

    def columns_on_lines(self, groups: Iterable[FactGroup], edits: Iterable[Edit]) -> tuple[str, ...]:
        """The claim columns that the line frame must carry where only some facts and edits are asked for."""
        read = {n for g in groups if g.grain == "line" for n in g.needs}
        read |= {n for e in edits if e.grain.is_of_lines for n in e.reads()}
        read |= set(self.asked_of_waiting)
        return tuple(n for n in self.claim_columns_on_lines if n in read)

    def kept_of(self, grain: str) -> tuple[str, ...]:
        """The columns of `kept_for_deferred` that claims have, or those that lines have, with the claim's key."""
        known = all_columns()
        return tuple(
            n
            for n in self.kept_for_deferred
            if n == "claim_key" or (known[n].grain == "claim") == (grain == "claim")
        )


_OF_CLAIMS = ("line", "claim")
_OWN_KINDS = frozenset({Kind.IDENTIFIER, Kind.MONEY})
_OWN = frozenset(
    {
        *("claim_id", "file_number", "transaction", "segment", "claim_number", "line_item_control_number"),
        *("diagnosis_codes", "diagnosis_qualifiers", "diagnosis_pointers", "original_reference_number"),
        *("prior_authorization_number", "line_prior_authorization_number", "referral_number"),
        *("attachment_numbers", "prescription_number", "payer_claim_control_number", "patient_weight_kg"),
    }
)
"""Columns that differ from one patient's claim to the next, beside identifiers and money."""

_KEYS = frozenset({"claim_key", "line_key"})

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
        for need in (*group.needs, *group.looks_at):
            visit(need)
        open_groups.pop()
        done.add(group.name)
        order.append(group)

    for name in sorted(wanted):
        visit(name)
    return order


def _own_columns(order: Sequence[FactGroup]) -> frozenset[str]:
    """The base columns that a claim has of its own, and the facts that rest on one of them."""
    base = {c.name for table in (CLAIMS, LINES) for c in table if c.kind in _OWN_KINDS} | _OWN
    own = set(base)
    for group in order:
        if own.intersection(group.needs):
            own |= {fact.name for fact in group.gives}
    return frozenset(own)


def _shape(
    groups: Iterable[FactGroup], edits: Iterable[Edit], own: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The base columns of claims and of lines that facts and edits read which read none of `own`."""
    read = {n for g in groups if not own.intersection(g.needs) for n in g.needs}
    read |= {n for e in edits if not own.intersection(e.reads()) for n in e.reads()}
    known = all_columns()
    base = sorted(n for n in read if known[n].is_base and n not in _KEYS)
    return (
        tuple(n for n in base if known[n].grain == "claim"),
        tuple(n for n in base if known[n].grain == "line"),
    )


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
            is_asked_of_claims = edit.grain.is_of_claims or edit.grain is Grain.CHART
            if known[name].grain != edit.grain and not (
                is_asked_of_claims and known[name].grain in _OF_CLAIMS
            ):
                raise EditDefinitionError(
                    f"judges {edit.grain}s but reads the {known[name].grain} column {name}", where=edit.code
                )
            if known[name].grain in _OF_CLAIMS:
                wanted.add(name)
    order = _in_order(wanted, owner)
    deferred_names = {fact.name for g in order if g.is_deferred for fact in g.gives}
    waiting_names = {fact.name for g in order if g.is_waiting for fact in g.gives}
    for group in order:
        if (group.is_waiting or not group.is_deferred) and deferred_names & set(group.needs):
            raise EditDefinitionError("is computed by batch but needs a deferred fact", where=group.name)
        if waiting_names & {*group.needs, *group.looks_at}:
            raise EditDefinitionError(
                "needs a fact that is computed for waiting lines only", where=group.name
            )
    is_deferred = {e.code: bool(deferred_names & set(e.reads())) for e in edits}
    waiting_edits = tuple(e for e in edits if waiting_names & set(e.reads()))
    for edit in waiting_edits:
        if deferred_names & set(edit.applies.meta.root_names()):
            raise EditDefinitionError(
                "applies by a fact that is known after the last batch only", where=edit.code
            )
    batch_groups = tuple(g for g in order if not g.is_deferred)
    waiting_groups = tuple(g for g in order if g.is_waiting)
    deferred_groups = tuple(g for g in order if g.is_deferred and not g.is_waiting)
    looked_at = {n for g in waiting_groups for n in g.looks_at}
    line_reads: set[str] = set()
    for edit in edits:
        if edit.grain.is_of_lines:
            line_reads |= set(edit.reads())
    for group in order:
        if group.grain == "line":
            line_reads |= {*group.needs, *group.looks_at}
    on_lines = tuple(sorted(n for n in line_reads if known[n].grain == "claim"))
    deferred_edits = tuple(e for e in edits if is_deferred[e.code] and e not in waiting_edits)
    asked_of_waiting = {
        *(n for e in waiting_edits for n in e.applies.meta.root_names()),
        *(e.date_column for e in waiting_edits),
    }
    waits = {n for e in waiting_edits for n in e.reads()} | {n for g in waiting_groups for n in g.needs}
    kept = {n for e in deferred_edits for n in e.reads()} | {n for g in deferred_groups for n in g.needs}
    kept |= looked_at
    own = _own_columns(order)
    batch_edits = tuple(
        e for e in edits if not is_deferred[e.code] and e.grain not in (Grain.RUN, Grain.TEXT)
    )
    shape_of_claim, shape_of_line = _shape(batch_groups, batch_edits, own)
    everything_read = wanted | {n for g in order for n in g.needs} | looked_at | set(_INDEX)
    return Plan(
        edits=tuple(sorted(edits, key=lambda e: e.code)),
        groups=batch_groups,
        deferred_groups=deferred_groups,
        waiting_groups=waiting_groups,
        batch_edits=batch_edits,
        deferred_edits=deferred_edits,
        waiting_edits=waiting_edits,
        claim_columns_on_lines=on_lines,
        wanted=frozenset(everything_read),
        own_columns=own,
        shape_of_claim=shape_of_claim,
        shape_of_line=shape_of_line,
        carried=frozenset(
            {
                *_INDEX,
                *(n for g in batch_groups if own.intersection(g.needs) for n in g.needs),
                *(n for e in batch_edits if own.intersection(e.reads()) for n in e.reads()),
                *kept,
                *asked_of_waiting,
            }
        ),
        asked_of_waiting=tuple(sorted(asked_of_waiting | {"line_key", "claim_key", "charge_amount"})),
        kept_for_waiting=tuple(sorted((waits - deferred_names) | {"line_key", "claim_key", "charge_amount"})),
        looked_at=tuple(sorted(looked_at)),
        kept_for_deferred=tuple(sorted((kept - deferred_names) | {"line_key", "claim_key", "charge_amount"})),
    )
