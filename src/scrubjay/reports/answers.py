"""Answers about drugs, codes, NDCs and edits as text for a terminal: every step and source shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scrubjay.drugs.answers import UNVERIFIED
from scrubjay.phi import clean
from scrubjay.reports import code_life
from scrubjay.reports.code_life import heading, period
from scrubjay.reports.text import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from rich.console import Console, RenderableType

    from scrubjay.drugs.answers import (
        AnswerWarning,
        CodeAnswer,
        CodeHit,
        ConvertAnswer,
        NdcAnswer,
        SourcedFact,
        Step,
        UnitsAnswer,
    )
    from scrubjay.edits.spec import Edit

_PACKAGES_SHOWN = 12
_ROLES = {"drug": "given", "discarded": "discarded", "administration": "administration"}


def _indented(*rows: RenderableType, by: int = 2) -> RenderableType:
    return Padding(Group(*rows), (0, 0, 0, by))


def _grid(columns: int) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(columns):
        table.add_column(overflow="fold")
    return table


def print_units(answer: UnitsAnswer, console: Console) -> None:
    """Lines to bill, or nothing where the answer is a refusal; then steps and warnings."""
    if answer.lines:
        console.print(Text("Bill", style="bold"))
        table = _grid(4)
        for line in answer.lines:
            code = "-".join((line.hcpcs, *line.modifiers))
            ndc = f"NDC {line.ndc}" if line.ndc else ""
            if line.ndc_quantity:
                ndc += f", {line.ndc_quantity} {line.ndc_unit or ''}"
            table.add_row(
                Text(code, style="bold"),
                Text(f"x {line.units}", style="bold"),
                _ROLES[line.role],
                ndc.strip(),
            )
        console.print(_indented(table))
    _print_steps(answer.steps, console)
    _print_warnings(answer.warnings, console)


def print_conversions(answer: ConvertAnswer, console: Console) -> None:
    """Units of the successor, with steps and warnings."""
    for conversion in answer.conversions:
        most = "at most " if conversion.is_maximum else ""
        console.print(
            Text.assemble(
                f"{conversion.code} x {conversion.units}  =  {most}",
                (f"{conversion.successor} x {conversion.successor_units}", "bold"),
            )
        )
    _print_steps(answer.steps, console)
    _print_warnings(answer.warnings, console)


def _print_steps(steps: Sequence[Step], console: Console) -> None:
    if not steps:
        return
    console.print(heading("How it got there"))
    for number, step in enumerate(steps, 1):
        rows: list[RenderableType] = [Text(clean(step.text))]
        if step.formula:
            rows.append(Text(_equation(step.formula, step.value), style="cyan"))
        if step.source:
            rows.append(Text(f"Source: {clean(step.source)}", style="dim"))
        row = _grid(2)
        row.add_row(f"{number}.", Group(*rows))
        console.print(_indented(row))


def _equation(formula: str, value: str | None) -> str:
    """Formula and value as one equation; a formula may already end in its value, without the unit."""
    head, equals, last = formula.rpartition("= ")
    if value is None or (equals and value == last):
        return formula
    return f"{head}= {value}" if equals and value.startswith(f"{last} ") else f"{formula} = {value}"


def _print_warnings(warnings: Sequence[AnswerWarning], console: Console) -> None:
    if not warnings:
        return
    console.print(heading("Look at this"))
    for warning in warnings:
        console.print(
            _indented(Text.assemble((f"{warning.edit}: ", STYLES["warning"]), clean(warning.message)))
        )


def print_code(answer: CodeAnswer, console: Console) -> None:
    """Life, meaning, look-alikes, limits and packages of a code; or the codes that a text may mean."""
    if answer.code is not None and answer.is_known:
        for part in _code(answer, console.encoding):
            console.print(part)
    elif answer.says:
        for sentence in answer.says:
            console.print(Text(sentence))
    others = [h for h in answer.codes if h.code != answer.code]
    if others:
        console.print(heading("Other codes found" if answer.is_known else "Codes found"))
        console.print(_indented(_hits(others)))
    _print_unknown(answer.unknown if answer.is_known or answer.codes else (), console)


def _code(answer: CodeAnswer, encoding: str | None) -> Iterator[RenderableType]:
    state = {True: ("in force", "green"), False: ("not in force", "bold red"), None: ("not known", "yellow")}
    words, style = state[answer.is_in_force]
    yield Text.assemble((f"{answer.code}", "bold"), f"  {answer.descriptor or ''}")
    yield Text.assemble((words, style), f" on {answer.on}; {life_words(answer.first_day, answer.last_day)}")
    if answer.says:
        yield Text()
        for number, sentence in enumerate(answer.says):
            yield Text(sentence, style="bold" if number == 0 else "")
    table = _grid(2)
    for name, value in (
        ("Drug", answer.drug),
        ("Brands", ", ".join(answer.brands)),
        ("Given", ", ".join(answer.routes)),
        ("One unit is", (answer.billing_unit or {}).get("text")),
    ):
        if value:
            table.add_row(Text(name, style="dim"), value)
    if table.row_count:
        yield Padding(table, (1, 0, 0, 0))
    yield from _section("What came after it", answer.successors, successor_words)
    yield from _section("What came before it", answer.predecessors, predecessor_words)
    yield from code_life.wordings(answer)
    yield from _section("Most units (MUE)", answer.mue, mue_words)
    if len(answer.mue_history) > len(answer.mue):
        yield from _section("MUE in every edition held", answer.mue_history, mue_words)
    yield from code_life.status(answer)
    yield from code_life.limits(answer, encoding=encoding)
    yield from _section(f"NDCs that bill under it on {answer.on}", answer.ndcs, package_words)
    yield from code_life.packages_over_time(answer)
    if answer.sources:
        yield heading("Sources")
        for source in dict.fromkeys(s.one_line() for s in answer.sources):
            yield _indented(Text(clean(source), style="dim"))


def life_words(first: date | None, last: date | None) -> str:
    """First and last day of a code in words."""
    begins = f"first day {first}" if first else "first day not recorded"
    return f"{begins}, {f'last day {last}' if last else 'no end known'}."


def _section(title: str, facts: Sequence[SourcedFact], words: Any) -> Iterator[RenderableType]:
    if not facts:
        return
    if title:
        yield heading(title)
    for fact in facts[:_PACKAGES_SHOWN]:
        text = Text(clean(words(fact.values)))
        if fact.effective_from or fact.last_day:
            text.append(f"  ({period(fact.effective_from, fact.last_day)})")
        if fact.source.is_unverified:
            text.append("  unverified", style="bold magenta")
        text.append(f"  {clean(fact.source.one_line())}", style="dim")
        yield _indented(text)
    if len(facts) > _PACKAGES_SHOWN:
        yield _indented(Text(f"and {len(facts) - _PACKAGES_SHOWN} more; --json lists them all."))


def successor_words(values: Mapping[str, Any]) -> str:
    """The code that took over and the ratio of units."""
    ratio = values["unit_ratio"]
    return f"{values['successor']}{f', {ratio} units for one unit of it' if ratio else ', ratio of units not known'}"


def predecessor_words(values: Mapping[str, Any]) -> str:
    """The code that it took over from and the ratio of units."""
    ratio = values["unit_ratio"]
    return f"{values['hcpcs']}{f', one unit of it is {ratio} units here' if ratio else ''}"


def mue_words(values: Mapping[str, Any]) -> str:
    """Setting and most units, with the kind of limit."""
    limit = {"1": " a line", "2": " a day, absolute", "3": " a day, more only on review"}.get(
        str(values["mue_mai"]), ""
    )
    if values["mue_value"] == 0:
        limit = ", no unit is payable"
    why = f" ({values['mue_rationale']})" if values["mue_rationale"] else ""
    return f"{str(values['mue_setting']).replace('_', ' ')}: {values['mue_value']}{limit}{why}"


def package_words(values: Mapping[str, Any]) -> str:
    """An NDC with product, labeler, units and container."""
    parts = [str(values["ndc"]), str(values["product"] or values["drug"] or "")]
    if values["labeler"]:
        parts.append(str(values["labeler"]))
    if values["units_per_item"]:
        count = str(values["units_per_item"])
        parts.append(f"{count} {'unit' if count == '1' else 'units'} of {values['hcpcs']} in one")
    kind = values["container_type"]
    parts.append(f"{kind}{_mark(values['container_confidence'])}" if kind else "container not known")
    if values["ndc_billing_unit"]:
        parts.append(f"NDC quantity in {values['ndc_billing_unit']}{_mark(values['ndc_unit_confidence'])}")
    return ", ".join(p for p in parts if p)


def _mark(confidence: str | None) -> str:
    """The grade of one value of a row, which is not that of the row."""
    if not confidence:
        return ""
    return f" [{confidence}{', unverified' if confidence in UNVERIFIED else ''}]"


def _hits(hits: Sequence[CodeHit]) -> Table:
    table = _grid(4)
    for hit in hits:
        state = Text("in force", "green") if hit.is_in_force else Text(_ended(hit), "yellow")
        table.add_row(
            Text(hit.code, style="bold"),
            clean(hit.descriptor or hit.drug),
            state,
            Text(clean(hit.why), "dim"),
        )
    return table


def _ended(hit: CodeHit) -> str:
    return f"ended {hit.last_day}" if hit.last_day else "not in force"


def _print_unknown(unknown: Sequence[str], console: Console) -> None:
    if unknown:
        console.print(heading("Not known"))
        for sentence in unknown:
            console.print(_indented(Text(clean(sentence), style="yellow")))


def print_ndc(answer: NdcAnswer, console: Console) -> None:
    """Forms of an NDC, and what it bills under on the day."""
    if answer.ndc is None:
        return
    console.print(
        Text.assemble(
            (answer.ndc, "bold"), f"  {answer.hyphened or ''}", ("  as a claim carries it (5-4-2)", "dim")
        )
    )
    if answer.fda_forms:
        console.print(Text(f"On the package as {' or '.join(answer.fda_forms)}."))
    for part in _packages(f"Bills on {answer.on} under", answer.packages):
        console.print(part)
    for part in _packages("On other days", answer.other_periods):
        console.print(part)
    if answer.packages:
        for part in code_life.ndc_by_quarter(answer):
            console.print(part)
    _print_unknown(answer.unknown, console)


def _packages(title: str, facts: Sequence[SourcedFact]) -> Iterator[RenderableType]:
    """Rows of the crosswalk, each with its package and the note of whoever read it."""
    for number, fact in enumerate(facts[:_PACKAGES_SHOWN]):
        yield from _section(title if number == 0 else "", (fact,), _bills_under)
        yield _indented(Text(clean(holds_words(fact.values))), by=4)
        if fact.source.note:
            yield _indented(Text(f"Note: {clean(fact.source.note)}"), by=4)
    if len(facts) > _PACKAGES_SHOWN:
        yield _indented(Text(f"and {len(facts) - _PACKAGES_SHOWN} more; --json lists them all."))


def holds_words(values: Mapping[str, Any]) -> str:
    """Size of an item, items of a package, and billing units of each."""

    def said(name: str, what: str) -> str:
        return f"{what} {values[name] if values.get(name) is not None else 'not known'}"

    return "; ".join(
        (
            said("package_size", "Size of one item"),
            said("package_quantity", "items in a package"),
            said("units_per_item", "billing units of one item"),
            said("units_per_package", "of a package") + ".",
        )
    )


def _bills_under(values: Mapping[str, Any]) -> str:
    quantity = values.get("ndc_quantity_per_unit")
    unit = values["ndc_billing_unit"] or "of the NDC"
    each = f"; one unit of {values['hcpcs']} is {quantity} {unit}" if quantity else ""
    return f"{values['hcpcs']}: {package_words(values)}{each}"


def print_edits(edits: Sequence[Edit], console: Console) -> None:
    """The edits as a table: code, severity, name, what each fires on."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("Code", "Severity", "Name", "Fires when"):
        table.add_column(name, overflow="fold", no_wrap=name in ("Code", "Severity"))
    for edit in edits:
        severity = str(edit.severity)
        table.add_row(
            edit.code, Text(severity, STYLES[severity]), edit.name, edit.doc.strip().partition("\n")[0]
        )
    console.print(table)
