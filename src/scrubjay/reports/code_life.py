"""The life of a code or NDC in a terminal: wordings, actions, limits by quarter, status, MUE, packages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from scrubjay.phi import clean
from scrubjay.reference.gaps import period_words, quarter_name, setting_words
from scrubjay.reports.chart import Bar, moved, text_chart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from typing import Any

    from rich.console import RenderableType

    from scrubjay.drugs.answers import CodeAnswer, NdcAnswer, SourcedFact


def heading(text: str) -> RenderableType:
    """A title above a part of an answer."""
    return Padding(Text(text, style="bold"), (1, 0, 0, 0))


def period(first: date | None, last: date | None) -> str:
    """A period in words, whole quarters by their names; empty where neither end is known."""
    if first and last:
        return period_words(first, last)
    return f"from {first}" if first else f"to {last}" if last else ""


def limit_bars(facts: Sequence[SourcedFact]) -> list[Bar]:
    """One bar for each quarter held, a line in words where quarters between two are not held."""
    bars: list[Bar] = []
    before: Decimal | None = None
    end: date | None = None
    for fact in facts:
        first = fact.effective_from
        if end is not None and first is not None and (first - end).days > 1:
            bars.append(Bar("", None, "(quarters between are not loaded)"))
        limit = fact.values["payment_limit"]
        value = Decimal(str(limit)) if limit is not None else None
        percent = moved(before, value)
        said = f"${limit}{f'  {percent}' if percent else ''}" if limit is not None else "no limit stated"
        bars.append(Bar(_quarters(fact), value, said))
        before, end = value, fact.last_day
    return bars


def _quarters(fact: SourcedFact) -> str:
    if fact.effective_from and fact.last_day:
        return period_words(fact.effective_from, fact.last_day)
    return f"from {quarter_name(fact.effective_from)}" if fact.effective_from else ""


@dataclass(frozen=True, slots=True)
class StatusRun:
    """Periods of one status indicator that follow one another without a day between, whatever the rate."""

    setting: str
    indicator: str
    first: date | None
    last: date | None
    newest: SourcedFact


def status_runs(facts: Sequence[SourcedFact]) -> list[StatusRun]:
    """Status by setting, hospital first, newest run first."""
    found: list[StatusRun] = []
    by_setting = sorted(facts, key=lambda f: str(f.values["status_setting"]), reverse=True)
    for setting, group in groupby(by_setting, key=lambda f: str(f.values["status_setting"])):
        runs: list[list[SourcedFact]] = []
        for fact in group:
            last = runs[-1][-1] if runs else None
            if (
                last
                and last.values["status_indicator"] == fact.values["status_indicator"]
                and _follows(last, fact)
            ):
                runs[-1].append(fact)
            else:
                runs.append([fact])
        found += [
            StatusRun(
                setting, str(r[0].values["status_indicator"]), r[0].effective_from, r[-1].last_day, r[-1]
            )
            for r in reversed(runs)
        ]
    return found


def _follows(one: SourcedFact, other: SourcedFact) -> bool:
    return (
        one.last_day is not None
        and other.effective_from is not None
        and (other.effective_from - one.last_day).days <= 1
    )


def _line(words: str, when: str, fact: SourcedFact) -> RenderableType:
    text = Text(clean(words))
    if when:
        text.append(f"  ({when})")
    if fact.source.is_unverified:
        text.append("  unverified", style="bold magenta")
    text.append(f"  {clean(fact.source.one_line())}", style="dim")
    return Padding(text, (0, 0, 0, 2))


def action_words(values: Mapping[str, Any]) -> str:
    """Day and meaning of what a release did to a code."""
    on = f"{values['action_on']}: " if values["action_on"] else ""
    return f"{on}{values['meaning'] or values['action']}"


def wordings(answer: CodeAnswer) -> Iterator[RenderableType]:
    """Descriptors it had, where there was more than one, and what the releases did to it."""
    if len(answer.descriptors) > 1:
        yield heading("How it was described")
        for fact in answer.descriptors:
            yield _line(str(fact.values["descriptor"]), period(fact.effective_from, fact.last_day), fact)
    if answer.actions:
        yield heading("What the releases did to it")
        for fact in answer.actions:
            yield _line(action_words(fact.values), "", fact)


def limits(answer: CodeAnswer, *, encoding: str | None) -> Iterator[RenderableType]:
    """The payment limit by quarter as bars, with the editions that it is from."""
    if not answer.limit_history:
        return
    yield heading("Medicare payment limit for one unit, by quarter")
    yield Padding(text_chart(limit_bars(answer.limit_history), encoding=encoding), (0, 0, 0, 2))
    share = share_words(answer)
    if share:
        yield Padding(Text(share), (0, 0, 0, 2))
    yield from _editions(answer.limit_history)


def share_words(answer: CodeAnswer) -> str | None:
    """The patient's share on the day, else that it is not known then and what the newest quarter held says."""
    stated = [f for f in answer.limit_history if f.values["coinsurance_percent"]]
    on = answer.on
    held = [
        f
        for f in stated
        if (f.effective_from is None or f.effective_from <= on) and (f.last_day is None or on <= f.last_day)
    ]
    if held:
        return f"Patient's share on {on}: {held[-1].values['coinsurance_percent']} %."
    if not stated:
        return None
    before = [f for f in stated if f.last_day is not None and f.last_day < on]
    nearest = before[-1] if before else stated[0]
    return f"Patient's share: not known on {on}; {nearest.values['coinsurance_percent']} % in {_quarters(nearest)}."


def edition_lines(facts: Sequence[SourcedFact]) -> list[str]:
    """The editions of many rows in one line for each source."""
    by_source: dict[tuple[str | None, str], dict[str, None]] = {}
    for fact in facts:
        mark = f" [{fact.source.confidence}]" if fact.source.confidence else ""
        by_source.setdefault((fact.source.source, mark), {})[str(fact.source.edition or "")] = None
    return [clean(f"{source} {', '.join(editions)}{mark}") for (source, mark), editions in by_source.items()]


def _editions(facts: Sequence[SourcedFact]) -> Iterator[RenderableType]:
    for line in edition_lines(facts):
        yield Padding(Text(line, style="dim"), (0, 0, 0, 2))


def status_words(run: StatusRun) -> str:
    """A run of one indicator in words, with the rate of its last period."""
    rate = run.newest.values["payment_rate"]
    at_end = "" if run.newest.effective_from == run.first else " at the end"
    words = setting_words(run.setting)
    return f"{words[:1].upper()}{words[1:]}: {run.indicator}{f', ${rate} a unit{at_end}' if rate else ''}"


def status(answer: CodeAnswer) -> Iterator[RenderableType]:
    """Hospital and ASC status by period, newest first."""
    if not answer.status:
        return
    yield heading("Hospital and ASC status")
    for run in status_runs(answer.status):
        yield _line(status_words(run), period(run.first, run.last), run.newest)


def packages_over_time(answer: CodeAnswer) -> Iterator[RenderableType]:
    """How many NDCs bill under it, by period."""
    counts = [f for f in answer.ndc_counts if f.values["is_whole"]]
    if len(counts) < 2:
        return
    yield heading("NDCs that bill under it")
    said = (f"{f.values['ndcs']} in {period(f.effective_from, f.last_day)}" for f in counts)
    yield Padding(Text("; ".join(said) + "."), (0, 0, 0, 2))
    yield from _editions(counts)


def ndc_by_quarter(answer: NdcAnswer) -> Iterator[RenderableType]:
    """What an NDC billed under, quarter by quarter; periods with the same values are one line."""
    if len(answer.history) < 2:
        return
    yield heading("Quarter by quarter")
    ordered = sorted(answer.history, key=lambda f: (str(f.values["hcpcs"]), str(f.effective_from)))
    runs: list[list[SourcedFact]] = []
    for fact in ordered:
        if runs and _is_same_package(runs[-1][-1], fact) and _follows(runs[-1][-1], fact):
            runs[-1].append(fact)
        else:
            runs.append([fact])
    for run in sorted(runs, key=lambda r: str(r[0].effective_from)):
        first, last = run[0], run[-1]
        units = first.values["units_per_item"]
        each = f", {units} {'unit' if units == '1' else 'units'} in one" if units else ""
        yield _line(f"{first.values['hcpcs']}{each}", period(first.effective_from, last.last_day), last)
    yield from _editions(answer.history)


def _is_same_package(one: SourcedFact, other: SourcedFact) -> bool:
    columns = ("hcpcs", "package_size", "package_quantity", "units_per_item")
    same = all(one.values[c] == other.values[c] for c in columns)
    # A quarter that nobody read is not told under the grade of one that was.
    return (
        same and one.source.source == other.source.source and one.source.confidence == other.source.confidence
    )
