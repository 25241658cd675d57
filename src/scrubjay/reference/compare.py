"""Which held editions two labels mean, and what changed from the one to the other.

`2024-01` means the edition of that name in every set that has one. Where a source published a quarter twice
(`2025-07.20250626`, `2025-07.20250725`), the plain quarter means the release that became known last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import UsageError
from scrubjay.reference import diff
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubjay.reference.library import Library
    from scrubjay.reference.manifest import HeldEdition

_LIST = "`scrubjay reference list` shows the editions held."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two editions that are compared: of one set, and of one setting where the set has some."""

    before: HeldEdition
    after: HeldEdition

    @property
    def source(self) -> str:
        """The source of both, or both where a release came in two forms."""
        one, other = self.before.source, self.after.source
        return one if one == other else f"{one} / {other}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed, and between which editions.

    Attributes:
        pairs: the editions laid side by side, by set.
        changes: a frame of `diff.CHANGES`.
    """

    pairs: tuple[Pair, ...]
    changes: pl.DataFrame


def compare(
    library: Library, before: str, after: str, *, set_name: str | None = None, source: str | None = None
) -> Comparison:
    """What the editions called `after` say otherwise than those called `before`.

    Args:
        library: the folder of loaded editions.
        before: label of an edition.
        after: label of another.
        set_name: only this set.
        source: only sources whose name holds these words, whatever the case.

    Raises:
        UsageError: no such set, or no set holds editions of both names.
        ReferenceDataError: an edition is damaged.
    """
    if set_name is not None and set_name not in SETS:
        raise UsageError(f"{set_name!r} is no set.", where="--set", hint=f"Sets: {', '.join(sorted(SETS))}.")
    held = [
        e
        for e in library.held()
        if e.set_name in SETS
        and (set_name is None or e.set_name == set_name)
        and (source is None or source.lower() in e.source.lower())
    ]
    pairs = tuple(_pairs(held, before, after))
    if not pairs:
        raise UsageError(_nothing(held, before, after), hint=_LIST)
    frames = [
        diff.changes(p.after.set_name, p.source, library.rows(p.before), library.rows(p.after)) for p in pairs
    ]
    return Comparison(pairs, pl.concat(frames))


def matching(held: Iterable[HeldEdition], label: str) -> list[HeldEdition]:
    """Editions that a label means: those called so, or published under that quarter."""
    return [e for e in held if label in (e.edition, e.released_as) or e.edition.startswith(f"{label}.")]


def meant(held: Sequence[HeldEdition], label: str, *, source: str | None = None) -> list[HeldEdition]:
    """All editions that a label means, to be left out of a run.

    Args:
        held: the editions of a folder.
        label: name of an edition, or the quarter that one was published for.
        source: only sources whose name holds these words, whatever the case.

    Raises:
        UsageError: there is none.
    """
    found = [e for e in matching(held, label) if source is None or source.lower() in e.source.lower()]
    if not found:
        of_source = f" of a source named like {source!r}" if source else ""
        raise UsageError(f"no loaded edition{of_source} is called {label!r}.", hint=_LIST)
    return found


def _pairs(held: Sequence[HeldEdition], before: str, after: str) -> list[Pair]:
    """For each set and setting, one pair of every source that holds both; else the best of two sources."""
    subjects = sorted({(e.set_name, e.scope) for e in held})
    found: list[Pair] = []
    for subject in subjects:
        of_subject = [e for e in held if (e.set_name, e.scope) == subject]
        old, new = _newest(matching(of_subject, before)), _newest(matching(of_subject, after))
        same = [Pair(old[s], new[s]) for s in sorted(old) if s in new and old[s] is not new[s]]
        if same:
            found += same
        elif old and new and not set(old) & set(new):
            # One release came as records, the other as a spreadsheet: the same set all the same.
            found.append(Pair(_best(old.values()), _best(new.values())))
    return found


def _newest(editions: Iterable[HeldEdition]) -> dict[str, HeldEdition]:
    """The edition of each source that became known last."""
    ordered = sorted(editions, key=lambda e: (e.published_on, e.edition))
    return {e.source: e for e in ordered}


def _best(editions: Iterable[HeldEdition]) -> HeldEdition:
    return max(editions, key=lambda e: (e.is_complete, e.published_on, e.source))


def _nothing(held: Sequence[HeldEdition], before: str, after: str) -> str:
    for label in (before, after):
        if not matching(held, label):
            return f"no loaded edition is called {label!r}."
    if before == after:
        return "an edition is not compared with itself."
    return f"no set holds both {before!r} and {after!r}."
