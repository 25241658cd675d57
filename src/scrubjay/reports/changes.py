"""The changes of a fixed file, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scrubjay.engine.fixes import RESPELLINGS
from scrubjay.phi import clean
from scrubjay.reports.model import plural

if TYPE_CHECKING:
    from rich.console import Console

    from scrubjay.engine.fix_file import FixedFile
    from scrubjay.engine.fixes import Change


def print_changes(
    path: str, target: str | None, fixed: FixedFile, console: Console, *, declined: int, is_dry_run: bool
) -> None:
    """Every change with its place, before and after.

    Args:
        path: the input.
        target: the new file; null where none was written.
        fixed: the changes.
        console: where to.
        declined: proposals that a person declined.
        is_dry_run: nothing was written on purpose.
    """
    count = len(fixed.changes)
    if target is not None:
        end = f"written to {clean(target)}"
    elif is_dry_run and count:
        end = "nothing written (--dry-run)"
    else:
        end = "no new file"
    console.print(
        Text.assemble(
            (clean(path), "bold"), f": {plural(count, 'change') if count else 'nothing to change'}, {end}."
        )
    )
    if count:
        console.print(Padding(_table(fixed.changes), (0, 0, 0, 2)))
    about = {r.name: r.about for r in RESPELLINGS}
    for name in dict.fromkeys(c.rule for c in fixed.changes if c.rule in about):
        console.print(Padding(Text(f"{name}: {about[name]}.", style="dim"), (0, 0, 0, 2)))
    for one in fixed.refused:
        console.print(
            Padding(
                Text(
                    f"Not written: {one.edit}, segment {one.segment}: the file has no place for {one.column}.",
                    style="yellow",
                ),
                (0, 0, 0, 2),
            )
        )
    if declined:
        console.print(Padding(Text(f"{plural(declined, 'proposal')} declined."), (0, 0, 0, 2)))


def _table(changes: list[Change]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("Segment", "Claim", "Line", "Element", "Before", "After", "Why"):
        table.add_column(
            name, overflow="fold", justify="right" if name in ("Segment", "Claim", "Line") else "left"
        )
    for one in changes:
        why = one.rule if one.accepted_by is None else f"{one.rule}, accepted by {clean(one.accepted_by)}"
        table.add_row(
            str(one.segment),
            str(one.claim or ""),
            str(one.line or ""),
            one.element,
            f'"{clean(one.before)}"'
            if one.before != clean(one.before).strip()
            else clean(one.before) or "none",
            clean(one.after) or "none",
            why,
        )
    return table
