"""What a check of a guide or charge master found, and similar codes, in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scrubjay.guides.said import TextVerdict
from scrubjay.phi import clean
from scrubjay.reports.model import plural

if TYPE_CHECKING:
    from rich.console import Console

    from scrubjay.guides.charges import ChargeCheck
    from scrubjay.guides.check_text import GuideCheck
    from scrubjay.guides.said import Judged
    from scrubjay.guides.similar import SimilarAnswer

_STYLES = {
    TextVerdict.FALSE: "bold red",
    TextVerdict.OUTDATED: "bold yellow",
    TextVerdict.MISLEADING: "yellow",
    TextVerdict.MISSING: "magenta",
    TextVerdict.CANNOT_TELL: "dim",
    TextVerdict.TRUE: "green",
}


def print_check(check: GuideCheck, console: Console, *, show_all: bool) -> None:
    """Show the statements of a guide that are not true; all of them where asked.

    Args:
        check: what was found.
        console: where to.
        show_all: true statements as well.
    """
    about = f", a guide to {check.page_code}" if check.page_code else ""
    console.print(Text(f"{clean(check.name)}{about}, judged for {check.on}", style="bold"))
    counts = ", ".join(f"{count} {verdict}" for verdict, count in check.counts.items() if count)
    read = plural(check.sentences, "sentence")
    console.print(f"{read} read; {counts or 'no statement about codes or billing was found'}.")
    for note in check.notes:
        console.print(clean(note))
    quoted: str | None = None
    for one in check.statements:
        if one.verdict is TextVerdict.TRUE and not show_all:
            continue
        if one.quote != quoted or one.place is None:
            quoted = one.quote
            console.print()
            if one.place is not None:
                where = f"{one.place.words()}, characters {one.place.start} to {one.place.end}: "
                console.print(
                    Text(where, style="dim").append(f'"{clean(one.quote)}"', style="not dim italic")
                )
        console.print(Padding(_line(one), (0, 0, 0, 2)))


def _line(one: Judged) -> Text:
    text = Text(one.verdict.upper(), style=_STYLES[one.verdict])
    mark = f" {one.edit} {one.edit_name}" if one.edit else ""
    text.append(f"{mark}: ", style="not bold default")
    text.append(f"{clean(one.said)} {clean(one.fact)}", style="not bold default")
    if one.reason:
        text.append(f" Not judged: {clean(one.reason)}.", style="not bold default")
    if one.sources:
        text.append(f"  {clean('; '.join(one.sources))}", style="dim")
    return text


def print_charges(check: ChargeCheck, console: Console) -> None:
    """Show the findings of a charge master."""
    console.print(Text(f"{clean(check.name)}, a charge master, judged for {check.on}", style="bold"))
    console.print(
        f"{plural(check.rows, 'row')} with a code: {check.drugs:,} of drugs held, {check.unknown:,} of codes not in the loaded "
        f"reference; {plural(check.findings.height, 'finding')}."
    )
    for note in check.notes:
        console.print(clean(note))
    for row in check.findings.iter_rows(named=True):
        style = {"error": "bold red", "warning": "yellow"}.get(row["severity"], "dim")
        text = Text(f"row {row['row']} {clean(row['code'])} ", style="bold")
        text.append(f"{row['verdict'].upper()} {row['edit'] or row['kind']}: ", style=style)
        text.append(clean(row["message"]), style="not bold")
        if row["source"]:
            text.append(f"  {clean(row['source'])}", style="dim not bold")
        console.print(text)


def print_similar(answer: SimilarAnswer, console: Console) -> None:
    """Show the codes that a code may be taken for."""
    unit = f", {answer.unit}" if answer.unit else ""
    console.print(Text(f"{answer.code}: {clean(answer.name)}{unit}, on {answer.on}", style="bold"))
    for words in answer.unknown:
        console.print(clean(words))
    if not answer.alike:
        console.print("Nothing that is taken for it is held.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for head in ("Code", "What it is", "Why", "What tells them apart"):
        table.add_column(head, overflow="fold")
    for one in answer.alike:
        state = " (ended)" if one.in_force is False else ""
        name = f"{one.name}{f', {one.unit}' if one.unit else ''}{state}"
        table.add_row(one.code or "-", Text(clean(name)), ", ".join(one.reasons), Text(clean(one.question)))
    console.print(table)
