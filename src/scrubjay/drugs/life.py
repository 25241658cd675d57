"""The whole life of a code or NDC across editions: what was said of it, period by period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.answers import SourcedFact, provenance
from scrubjay.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scrubjay.drugs.catalog import Catalog

_PROVENANCE = frozenset(
    ("effective_from", "effective_to", "known_from", "source", "edition", "confidence", "citation", "note")
)
_EVER = date(1, 1, 1)
_NEVER = date(9999, 12, 31)


def fact(row: Mapping[str, Any]) -> SourcedFact:
    """A row of the reference as values, period with inclusive last day, and source."""
    end = row.get("effective_to")
    return SourcedFact(
        {k: _value(v) for k, v in row.items() if k not in _PROVENANCE},
        row.get("effective_from"),
        end - timedelta(days=1) if end else None,
        provenance(row),
    )


def facts(rows: Iterable[Mapping[str, Any]]) -> tuple[SourcedFact, ...]:
    """Several rows, in their order."""
    return tuple(fact(r) for r in rows)


def _value(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value


def descriptors(rows: Sequence[Mapping[str, Any]]) -> tuple[SourcedFact, ...]:
    """The descriptors that a code had, oldest first; periods with the same words are one.

    Args:
        rows: rows of `hcpcs`, oldest first. Capitals and marks alone make no other descriptor.
    """
    said = [r for r in rows if r["descriptor"]]
    found: list[SourcedFact] = []
    for _, group in groupby(
        said, key=lambda r: "".join(c for c in str(r["descriptor"]).lower() if c.isalnum())
    ):
        run = list(group)
        first, last = fact(run[0]), fact(run[-1])
        found.append(
            SourcedFact(
                {"descriptor": last.values["descriptor"]}, first.effective_from, last.last_day, last.source
            )
        )
    return tuple(found)


def actions(catalog: Catalog, code: str) -> tuple[SourcedFact, ...]:
    """What the releases did to a code, oldest first; one action told by several releases stands once."""
    rows = sorted(
        catalog.history("code_changes", hcpcs=code), key=lambda r: (r["action_on"] or _EVER, str(r["action"]))
    )
    once: dict[tuple[Any, Any], SourcedFact] = {}
    for row in rows:
        once.setdefault((row["action_on"], row["action"]), fact(row))
    return tuple(once.values())


def ndc_counts(catalog: Catalog, code: str) -> tuple[SourcedFact, ...]:
    """How many NDCs bill under a code, period by period of the crosswalk, oldest first.

    Values: `ndcs`, and `is_whole`, false where only a selection of the crosswalk is held.
    """
    rows = [r for r in catalog.history("ndc", hcpcs=code) if r["effective_from"]]
    days = {d for r in rows for d in (r["effective_from"], r["effective_to"]) if d}
    found: list[SourcedFact] = []
    for first, end in pairwise([*sorted(days), None]):
        if first is None:
            break
        valid = [r for r in rows if r["effective_from"] <= first and (r["effective_to"] or _NEVER) > first]
        if not valid:
            continue
        newest = max(valid, key=lambda r: r["effective_from"])
        source = replace(provenance(newest), note=None)
        whole = catalog.reference.is_complete("ndc", on=first, as_of=catalog.as_of)
        values = {"ndcs": len({r["ndc"] for r in valid}), "is_whole": whole}
        found.append(SourcedFact(values, first, end - timedelta(days=1) if end else None, source))
    return tuple(found)
