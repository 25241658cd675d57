"""The report that a biller reads in a terminal: claim by claim, worst first, then the numbers.

Written for 80 columns and up. Nothing depends on colour: severity and marks are words as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from scrubjay import phi
from scrubjay.reports.blocks import ClaimBlock, FindingBlock, LineBlock, claim_blocks, claims_with_findings
from scrubjay.reports.model import SEVERITIES, money, plural
from scrubjay.reports.summary import concerned, subject_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

    from scrubjay.reports.model import Checked
    from scrubjay.reports.summary import EditCount, Reason, RunFinding, Summary

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_EDITS_SHOWN = 4
_SUBJECTS_SHOWN = 3
_PROBLEMS_SHOWN = 50
_METER_WIDTH = 30


def print_report(report: Checked, summary: Summary, console: Console, *, limit: int | None) -> None:
    """Print the whole report.

    Args:
        report: the run.
        summary: its numbers.
        console: where to; its width decides the line breaks.
        limit: most claims to print; null prints all.
    """
    console.print(_header(report, summary))
    for block in claim_blocks(report, limit):
        console.print(_claim(block))
    hidden = claims_with_findings(report) - (limit if limit is not None else 0)
    if limit is not None and hidden > 0:
        console.print()
        console.print(
            Text(
                f"{plural(hidden, 'more claim')} with findings not printed; --all prints them, -o report.html keeps them."
            )
        )
    for part in _summary(report, summary):
        console.print(part)


def _header(report: Checked, summary: Summary) -> RenderableType:
    run = report.run
    counts = Text.assemble(
        ("scrubjay ", "bold"),
        (run.version, "bold"),
        f"  {plural(len(report.files), 'file')}, {plural(summary.claims, 'claim')}, {plural(summary.lines, 'line')}, ",
        f"{money(summary.charge_amount)} charged",
    )
    loaded = sum(e.is_loaded for e in run.editions_used)
    by = f" Rows of {plural(loaded, 'loaded edition')} were used; --json names them." if loaded else ""
    clock = Text(f"Judged as of {run.as_of.isoformat()} by {plural(run.edits, 'edit')}.{by}", style="dim")
    return Group(counts, clock)


def _claim(block: ClaimBlock) -> RenderableType:
    title = Text.assemble(
        ("Claim ", "bold"),
        (block.control_number, "bold"),
        (f"  {_counted(block.counts)}", STYLES[block.severity]),
    )
    if block.at_stake_amount:
        title.append(f"  {money(block.at_stake_amount)} of {money(block.charge_amount)} at stake")
    place = ", ".join(
        part
        for part in (
            block.payer_name,
            block.file,
            f"transaction {block.transaction}" if block.transaction else "",
            f"segment {block.segment}" if block.segment else "",
        )
        if part
    )
    evaluated = f"{block.evaluated} of {plural(block.applicable, 'question')} that arose could be answered"
    return Group(
        Text(),
        Rule(style="dim"),
        title,
        Text(f"{place}; {evaluated}.", style="dim"),
        *_not_answered(block),
        *(_line(line) for line in block.lines),
    )


def _not_answered(block: ClaimBlock) -> Iterator[RenderableType]:
    """The edits of a claim that gave no verdict; the summary says why."""
    names = sorted({name for one in block.unknown for name in one.edits})
    if names:
        more = f" and {len(names) - _EDITS_SHOWN} more" if len(names) > _EDITS_SHOWN else ""
        yield Text(f"Not answered: {', '.join(names[:_EDITS_SHOWN])}{more}.", style="dim")


def _counted(counts: dict[str, int]) -> str:
    words = {"error": ("error", "errors"), "warning": ("warning", "warnings"), "info": ("note", "notes")}
    parts = [plural(counts[s], *words[s]) for s in SEVERITIES if counts[s]]
    return ", ".join(parts) or "waived"


def _line(line: LineBlock) -> RenderableType:
    return Padding(Group(_line_title(line), *(_finding(f) for f in line.findings)), (1, 0, 0, 2))


def _line_title(line: LineBlock) -> Text:
    if line.number is None and line.hcpcs is None:
        return Text("The claim as a whole", style="bold")
    title = Text.assemble((f"Line {line.number}  " if line.number is not None else "Line  ", "bold"))
    title.append(line.hcpcs or "no code", style="bold")
    if line.modifiers:
        title.append(f"-{'-'.join(line.modifiers)}", style="bold")
    if line.units is not None:
        title.append(f" x {line.units}", style="bold")
    if line.service_date is not None:
        title.append(f"  on {line.service_date.isoformat()}")
    if line.charge_amount is not None:
        title.append(f"  {money(line.charge_amount)}")
    return title


def _finding(finding: FindingBlock) -> RenderableType:
    body: list[RenderableType] = [Text(finding.message)]
    if finding.fix:
        body.append(Text.assemble(("Fix: ", "bold green"), finding.fix))
    body += [Text.assemble(("Payer: ", "bold"), rule, style="dim") for rule in finding.rules]
    label = Text.assemble(
        (finding.severity.upper(), STYLES[finding.severity]), f"  {finding.edit} ({finding.code})"
    )
    if finding.carc:
        label.append(f"  prevents CARC {', '.join(finding.carc)}", style="dim")
    if finding.is_unverified:
        label.append("  unverified", style="bold magenta")
    if finding.waiver:
        label.append(f"  waived by {finding.waiver}", style="bold")
    return Group(Padding(label, (0, 0, 0, 2)), Padding(Group(*body), (0, 0, 0, 4)))


def _summary(report: Checked, summary: Summary) -> Iterator[RenderableType]:
    yield Text()
    yield Rule("Summary")
    yield _claims_sentence(summary)
    if summary.at_stake_amount:
        yield Text.assemble(
            (money(summary.at_stake_amount), "bold"),
            f" of {money(summary.charge_amount)} charged is at stake: lines and claims with an error or a warning, "
            "each dollar counted once.",
        )
    if summary.waived:
        yield Text(f"{plural(summary.waived, 'finding')} marked by a waiver, not counted above.")
    if summary.by_edit:
        yield Padding(_by_edit(summary.by_edit), (1, 0, 0, 0))
    if report.result.findings["is_unverified"].any():
        yield Padding(
            Text(
                "unverified: the finding rests on a fact that was not checked against the official text; look before you act.",
                style="magenta",
            ),
            (1, 0, 0, 0),
        )
    if summary.about_run:
        yield Padding(_about_run(summary.about_run), (1, 0, 0, 0))
    yield from _policies(report)
    yield Padding(_coverage(summary), (1, 0, 0, 0))
    if summary.problems or summary.claims_set_aside:
        yield Padding(_problems(summary), (1, 0, 0, 0))


def _claims_sentence(summary: Summary) -> Text:
    by = summary.claims_by_worst
    parts = [
        (by["error"], "with errors", STYLES["error"]),
        (by["warning"], "with warnings only", STYLES["warning"]),
        (by["info"], "with notes only", STYLES["info"]),
        (by["none"], "without a finding", "green"),
    ]
    text = Text(f"{plural(summary.claims, 'claim')}: ")
    said = [(n, words, style) for n, words, style in parts if n]
    for number, (count, words, style) in enumerate(said):
        text.append(f"{count:,} {words}", style=style)
        text.append(", " if number + 1 < len(said) else ".")
    return text if said else Text("No claim was judged.", style="bold")


def _by_edit(counts: tuple[EditCount, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Edit", overflow="fold", ratio=1)
    for name in ("Findings", "Claims", "At stake"):
        table.add_column(name, justify="right", no_wrap=True)
    for count in counts:
        table.add_row(
            Text.assemble(
                (f"{count.severity.upper():8}", STYLES[count.severity]), f"{count.edit} ({count.code})"
            ),
            f"{count.findings:,}",
            f"{count.claims:,}",
            money(count.at_stake_amount) if count.severity != "info" else "",
        )
    return table


def _about_run(findings: tuple[RunFinding, ...]) -> RenderableType:
    rows: list[RenderableType] = [Text("About the waivers", style="bold")]
    for one in findings:
        label = Text.assemble((one.severity.upper(), STYLES[one.severity]), f"  {one.edit} ({one.code})")
        body = Text.assemble(phi.clean(one.message), (" Fix: ", "bold green"), phi.clean(one.fix))
        rows += [Padding(label, (0, 0, 0, 2)), Padding(body, (0, 0, 0, 4))]
    return Group(*rows)


def _policies(report: Checked) -> Iterator[RenderableType]:
    """Which policies judged the claims. A payer's own statements are said in full: they also decide what is no fault."""
    used = report.policies_used()
    if not used:
        return
    yield Padding(Text("Payer policies", style="bold"), (1, 0, 0, 0))
    for one in used:
        head = Text.assemble(
            (f"{plural(one.claims, 'claim')}: ", "bold"),
            f"{phi.clean(one.name)} ({one.policy}), reviewed on {one.reviewed_on}",
        )
        if one.is_review_due:
            head.append("  REVIEW OVERDUE", style="bold red")
        if one.extends:
            head.append(f"; else as {', '.join(one.extends)}")
        yield Padding(head, (0, 0, 0, 2))
        if one.extends:
            for said in one.statements:
                text = Text.assemble(
                    (f"{said.about}: {phi.clean(said.value)}. ", ""), (phi.clean(said.words()), "dim")
                )
                yield Padding(text, (0, 0, 0, 4))
        else:
            yield Padding(
                Text(f"`scrubjay policy show {one.policy}` lists what it says.", style="dim"), (0, 0, 0, 4)
            )


def _coverage(summary: Summary) -> RenderableType:
    if not summary.applicable:
        why = "no edit applied to them" if summary.claims else "no claim could be read"
        return Text(f"Nothing was checked: {why}.", style="bold red")
    # A meter that rounds up to full would hide the last question that was not answered.
    percent = summary.evaluated * 100 // summary.applicable
    filled = summary.evaluated * _METER_WIDTH // summary.applicable
    meter = Text.assemble(
        ("Checked  ", "bold"),
        ("█" * filled, "green"),
        ("░" * (_METER_WIDTH - filled), "dim"),
        f"  {percent} %: of {plural(summary.applicable, 'question')} that arose, {summary.evaluated:,} answered, "
        f"{summary.not_evaluated:,} not.",
    )
    if not summary.reasons:
        return meter
    return Group(
        meter,
        Padding(Text("What was not checked, and why", style="bold"), (1, 0, 0, 0)),
        *_reasons(summary.reasons),
    )


def _reasons(reasons: tuple[Reason, ...]) -> Iterator[RenderableType]:
    for reason in reasons:
        subjects = concerned(reason)
        shown = ", ".join(reason.edits[:_EDITS_SHOWN])
        more = f" and {len(reason.edits) - _EDITS_SHOWN} more" if len(reason.edits) > _EDITS_SHOWN else ""
        yield Padding(
            Text.assemble(
                (f"{subjects}: ", "bold"), f"{phi.clean(reason.words)} ", (f"({shown}{more})", "dim")
            ),
            (0, 0, 0, 2),
        )
        if reason.subjects:
            yield Padding(Text(f"{subject_words(reason, _SUBJECTS_SHOWN)}.", style="dim"), (0, 0, 0, 4))


def _problems(summary: Summary) -> RenderableType:
    rows: list[RenderableType] = [Text("Problems of the files", style="bold")]
    if summary.claims_set_aside:
        text = f"{plural(summary.claims_set_aside, 'claim')} could not be read and {'was' if summary.claims_set_aside == 1 else 'were'} not judged."
        rows.append(Padding(Text(text, style="bold red"), (0, 0, 0, 2)))
    for problem in summary.problems[:_PROBLEMS_SHOWN]:
        rows.append(
            Padding(
                Text.assemble(
                    (f"{phi.clean(problem.place())}: ", "bold red" if problem.is_fatal else "bold"),
                    phi.clean(problem.message),
                    (f" {phi.clean(problem.hint)}", "green"),
                ),
                (0, 0, 0, 2),
            )
        )
    hidden = len(summary.problems) - _PROBLEMS_SHOWN
    if hidden > 0:
        rows.append(Padding(Text(f"{plural(hidden, 'more problem')}; --json lists them all."), (0, 0, 0, 2)))
    return Group(*rows)
