"""What is held, loaded, changed and wrong in the reference, as text for a terminal."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scrubjay.phi import clean
from scrubjay.reference import diff
from scrubjay.reference.gaps import period_words, title
from scrubjay.reports.model import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import polars as pl
    from rich.console import Console, RenderableType

    from scrubjay.reference.compare import Comparison
    from scrubjay.reference.doctor import Complaint
    from scrubjay.reference.loaders.base import Loader
    from scrubjay.reference.loading import FileOutcome, LoadReport
    from scrubjay.reference.overview import ListedEdition, Overview

_STRANGERS_SHOWN = 8
_STYLES = {"fault": "bold red", "conflict": "yellow", "gap": "cyan", "note": "dim"}
_OUTCOMES = {
    "loaded": ("loaded", "green"),
    "already-held": ("held", "dim"),
    "same-release": ("same", "dim"),
    "refused": ("REFUSED", "bold red"),
    "not-official": ("passed over", "dim"),
}


def _heading(text: str) -> RenderableType:
    return Padding(Text(text, style="bold"), (1, 0, 0, 0))


def _indented(row: RenderableType, by: int = 2) -> RenderableType:
    return Padding(row, (0, 0, 0, by))


def _table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(
            name, overflow="fold", justify="right" if name in right else "left", no_wrap=name in right
        )
    return table


def print_overview(view: Overview, console: Console, *, every: bool) -> None:
    """Sets with their sources and editions, then the gaps.

    Args:
        view: what is held.
        console: where to.
        every: a line for each edition, in place of one for each source.
    """
    loaded = [e for e in view.editions if not e.is_starter]
    console.print(
        Text.assemble(
            ("Reference data ", "bold"),
            f"as known on {view.as_of}: {plural(len(loaded), 'loaded edition')} in {view.folder}",
        )
    )
    if not loaded:
        console.print(
            Text("Nothing was loaded: every answer comes from the starter set, a selection of codes.")
        )
    if view.later:
        console.print(Text(f"{plural(view.later, 'further edition')} became known after that day."))
    for name, group in groupby(view.editions, key=lambda e: e.set_name):
        console.print(_heading(f"{title(name)} ({name})"))
        console.print(_indented(_editions(list(group), every=every)))
    if view.gaps:
        console.print(_heading("Not held"))
        for gap in view.gaps:
            text = gap.words()
            console.print(_indented(Text(f"{text[:1].upper()}{text[1:]}.", style="yellow")))
    if view.starter_only:
        words = ", ".join(title(n) for n in view.starter_only)
        console.print(_heading("From the starter set only"))
        console.print(_indented(Text(f"{words}.")))
    if view.empty:
        console.print(_heading("Nothing held"))
        console.print(_indented(Text(f"{', '.join(title(n) for n in view.empty)}.", style="yellow")))


def _editions(editions: Sequence[ListedEdition], *, every: bool) -> Table:
    table = _table("Source", "Edition", "Rows", "Days of service", "Published", right=("Rows",))
    for _, group in groupby(editions, key=lambda e: (e.is_starter, e.source)):
        of_source = list(group)
        rows = [[e] for e in of_source] if every else [of_source]
        for some in rows:
            first, last = (
                some[0],
                max(some, key=lambda e: (e.published_on is not None, e.published_on, e.edition)),
            )
            label = last.edition if len(some) == 1 else f"{len(some)} editions, newest {last.edition}"
            days = [e.first_day for e in some], [e.last_day for e in some]
            table.add_row(
                Text.assemble(clean(first.source), ("  starter", "dim") if first.is_starter else ""),
                label,
                f"{sum(e.rows for e in some):,}",
                _span(days[0], days[1]),
                _published(last),
            )
    return table


def _span(first: Sequence[date | None], last: Sequence[date | None]) -> str:
    starts, ends = [d for d in first if d], [d for d in last if d]
    begin = min(starts) if len(starts) == len(first) else None
    end = max(ends) if len(ends) == len(last) else None
    if begin and end:
        return period_words(begin, end)
    if begin:
        return f"from {begin}"
    return f"to {end}" if end else "all"


def _published(edition: ListedEdition) -> str:
    if edition.published_on is None:
        return "day not known"
    mark = "" if edition.is_published_stated else " or before"
    return f"{edition.published_on}{mark}, {age_words(edition.age_days or 0)}"


def age_words(days: int) -> str:
    """An age as `today`, `12 days old`, `7 months old`, `2 years old`."""
    if days < 1:
        return "today"
    if days < 60:
        return f"{plural(days, 'day')} old"
    return f"{days // 30} months old" if days < 730 else f"{days // 365} years old"


def print_sources(loaders: Sequence[Loader], console: Console) -> None:
    """Every official source that can be loaded, and whether its loader has met a real file."""
    table = _table("Loader", "Official file", "Sets", "Tested on a real file")
    for loader in loaders:
        tested = Text("yes", "green") if loader.is_tested_on_real_file else Text("no", "yellow")
        table.add_row(loader.name, clean(loader.title), ", ".join(loader.sets), tested)
    console.print(table)
    if any(not loader.is_tested_on_real_file for loader in loaders):
        console.print(
            Padding(
                Text(
                    "Where it says no, the loader was written to the published layout: look at the first result."
                ),
                (1, 0, 0, 0),
            )
        )


def print_load(report: LoadReport, console: Console) -> None:
    """One line for each official file; what is none is counted, and named where it is little."""
    strangers = report.having("not-official")
    for file in report.files:
        if file.outcome != "not-official":
            console.print(_file(file))
            for warning in file.warnings:
                console.print(_indented(Text(clean(warning), style="yellow"), 12))
    for file in strangers[:_STRANGERS_SHOWN]:
        console.print(_file(file))
    if len(strangers) > _STRANGERS_SHOWN:
        console.print(
            _indented(
                Text(
                    f"and {len(strangers) - _STRANGERS_SHOWN} more files that are no official release; --json names them."
                )
            )
        )
    console.print(Padding(Text(load_words(report), style="bold"), (1, 0, 0, 0)))


def _file(file: FileOutcome) -> RenderableType:
    word, style = _OUTCOMES[file.outcome]
    what = clean(file.what)
    named = what if what.startswith(file.name) else f"{clean(file.name)}: {what}"
    row = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    row.add_column(width=11, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(word, style=style), Text(named))
    return row


def load_words(report: LoadReport) -> str:
    """How many files were loaded, held, refused and passed over, in one sentence."""
    counts = Counter(f.outcome for f in report.files)
    editions = sum(len(f.editions) for f in report.having("loaded"))
    said = [f"{plural(counts['loaded'], 'file')} loaded ({plural(editions, 'edition')} of sets)"]
    for outcome, words in (
        ("already-held", "already held"),
        ("same-release", "the same release as another"),
        ("refused", "refused"),
        ("not-official", "no official release"),
    ):
        if counts[outcome]:
            said.append(f"{counts[outcome]:,} {words}")
    return f"{', '.join(said)}."


def print_comparison(comparison: Comparison, console: Console, *, limit: int | None) -> None:
    """What changed between two editions: the numbers of every set, then the changes.

    Args:
        comparison: the changes.
        console: where to.
        limit: most changes of one kind to print for each set; null prints all.
    """
    for pair in comparison.pairs:
        setting = f" ({', '.join(pair.after.scope)})" if pair.after.scope else ""
        console.print(
            Text.assemble(
                (f"{title(pair.after.set_name)}{setting}", "bold"),
                f"  {clean(pair.source)}: {pair.before.edition} to {pair.after.edition}",
            )
        )
    if comparison.changes.is_empty():
        console.print(Text("Nothing changed.", style="green"))
        return
    for (name, source), rows in comparison.changes.group_by("set_name", "source", maintain_order=True):
        console.print(_heading(f"{title(str(name))}, {clean(str(source))}"))
        for change in diff.ORDER:
            of_kind = rows.filter(rows["change"] == change)
            if of_kind.height:
                for part in _changes(change, of_kind, limit):
                    console.print(part)


def _changes(change: str, rows: pl.DataFrame, limit: int | None) -> Iterator[RenderableType]:
    keys = rows["key"].n_unique()
    yield _indented(Text.assemble((change, "bold"), f": {keys:,}"))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    shown = rows if limit is None else rows.head(limit)
    for row in shown.iter_rows(named=True):
        table.add_row(Text(row["key"], style="bold"), _change_words(row))
    yield _indented(table, 4)
    if rows.height > shown.height:
        yield _indented(
            Text(
                f"and {rows.height - shown.height:,} more; --all prints them, -o changes.csv keeps them.",
                style="dim",
            ),
            4,
        )


def _change_words(row: dict[str, Any]) -> Text:
    before, after = row["before"], row["after"]
    label = clean(row["label"])
    change = row["change"]
    if change == diff.ADDED:
        return Text.assemble(f"{label}  " if label else "", (f"from {after}" if after else "", "dim"))
    if change == diff.GONE:
        return Text.assemble(
            f"{label}  " if label else "", (f"listed until {before}" if before else "", "dim")
        )
    if change == diff.ENDED:
        return Text(f"last day {after}{f'  {label}' if label else ''}")
    percent = f"  {row['percent']:+f} %" if row["percent"] is not None else ""
    column = "" if change == diff.REDESCRIBED else f"{str(row['column']).replace('_', ' ')}: "
    return Text(f"{column}{clean(before) or 'nothing'} → {clean(after) or 'nothing'}{percent}")


def print_complaints(complaints: Sequence[Complaint], console: Console) -> None:
    """Faults, conflicts, gaps and notes, worst first."""
    if not complaints:
        console.print(
            Text("Nothing is wrong: every edition is whole, and none contradicts another.", style="green")
        )
        return
    for severity, group in groupby(complaints, key=lambda c: str(c.severity)):
        of_kind = list(group)
        console.print(_heading(f"{severity.capitalize()}s: {len(of_kind)}"))
        for complaint in of_kind:
            console.print(
                _indented(
                    Text.assemble(
                        (f"{clean(complaint.subject)}: ", _STYLES[severity]),
                        clean(complaint.message),
                        (f" {clean(complaint.hint)}" if complaint.hint else "", "green"),
                    )
                )
            )
