"""Which edits are asked: by code, name or family, with a site's own and with other severities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.site import with_own
from scrubjay.edits.spec import Grain, Severity
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrubjay.edits.spec import Edit


def edits(
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    *,
    own: Sequence[Edit] = (),
    severities: Mapping[str, str] | None = None,
) -> list[Edit]:
    """The edits chosen by code, readable name or family prefix (`DD`, `DD001`).

    Args:
        select: which to take; all where empty.
        ignore: which of those to leave out.
        own: a site's own edits, beside those that ship.
        severities: severity by code, name or family, in place of the edit's own; the more exact word wins.

    Raises:
        UsageError: a word names no edit, or a severity is none.
        EditDefinitionError: a code or name of `own` is already used.
    """
    everything = with_own(own)
    changed = severities or {}
    words = {*select, *ignore, *changed}
    known = {w for e in everything for w in (e.code, e.name, e.code[:2])}
    unknown = sorted(words - known)
    if unknown:
        raise UsageError(f"{unknown[0]!r} names no edit and no family.", hint="`scrubjay edits` lists them.")

    def named(edit: Edit, by: Sequence[str]) -> bool:
        return any(w in by for w in (edit.code, edit.name, edit.code[:2]))

    chosen = [e for e in everything if (not select or named(e, select)) and not named(e, ignore)]
    return [_with_severity(e, changed) for e in chosen] if changed else chosen


def of_claims(chosen: Sequence[Edit]) -> list[Edit]:
    """Those that claims alone can answer: edits of charts are asked by `audit`, of texts by `guide check`.

    Raises:
        UsageError: only edits of charts and texts were chosen.
    """
    asked = [e for e in chosen if e.grain not in (Grain.CHART, Grain.TEXT)]
    if chosen and not asked:
        is_chart = chosen[0].grain is Grain.CHART
        raise UsageError(
            f"{chosen[0].code} judges {'claims against charts' if is_chart else 'guide texts'}, and none is given here.",
            hint="Ask it with: scrubjay audit --chart PATH --claims PATH"
            if is_chart
            else "Ask it with: scrubjay guide check FILE",
        )
    return asked


def _with_severity(edit: Edit, severities: Mapping[str, str]) -> Edit:
    word = next((w for w in (edit.name, edit.code, edit.code[:2]) if w in severities), None)
    if word is None:
        return edit
    given = severities[word]
    if given not in set(Severity):
        raise UsageError(
            f"{given!r} is no severity.", where=word, hint=f"Use {', '.join(str(s) for s in Severity)}."
        )
    # What a site says of an edit holds for every payer.
    return replace(edit, severity=Severity(given), payer_severity=pl.lit(given))
