"""An explanation of an edit as Markdown, as a page of HTML, and for a terminal: the same content in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup
from rich.console import Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scrubjay.reports.code_life import heading
from scrubjay.reports.explain import period
from scrubjay.reports.html import environment
from scrubjay.reports.markdown import table
from scrubjay.reports.text import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from rich.console import Console, RenderableType

    from scrubjay.reports.explain import Explanation

Example = tuple[str, str, str]
"""Name of a case, its verdict, and the message that a user sees."""
CONFIDENCE = {
    "A": "official data or page",
    "B": "contractor's or payer's page",
    "C": "secondary page, unverified",
    "D": "practice knowledge, unverified",
}
CASES, PAYERS, DENIALS, SOURCES = "Cases", "What payers say", "Denials that it prevents", "Sources"
_NO_PAYER = "No payer's rule changes it."
_NO_DENIAL = "No denial code is known for it."


def payer_table(explanation: Explanation) -> str:
    """What policies say that the edit asks, as a table."""
    if not explanation.payers:
        return _NO_PAYER
    return table(
        ("Policy", "What", "Value", "Dates of service", "Source"),
        [
            (
                p.policy,
                p.about.replace("_", " "),
                p.value,
                period(p.effective_from, p.effective_to),
                p.cited(),
            )
            for p in explanation.payers
        ],
    )


def case_table(explanation: Explanation) -> str:
    """The cases as a table."""
    rows = [(c.name, c.differs, c.verdict) for c in explanation.cases]
    return table(("Case", "Differs in", "Verdict"), rows)


def denial_table(explanation: Explanation) -> str:
    """The denials that it prevents as a table."""
    if not explanation.denials:
        return _NO_DENIAL
    rows = [(n, words or "not in the loaded reference") for n, words in explanation.denials]
    return table(("Code", "In our words"), rows)


def source_table(explanation: Explanation) -> str:
    """The citations as a table."""
    rows = [
        (c.source, c.text, f"{c.confidence}, {CONFIDENCE[c.confidence]}") for c in explanation.edit.citations
    ]
    return table(("Source", "What it says, in our words", "Confidence"), rows)


def example_lines(examples: Sequence[Example]) -> list[str]:
    """Examples with their messages as paragraphs."""
    return [f"**{name}**: {verdict}" + (f"\n\n> {said}" if said else "") for name, verdict, said in examples]


def explanation_markdown(explanation: Explanation, examples: Sequence[Example] = ()) -> str:
    """The explanation as Markdown.

    Args:
        explanation: of an edit.
        examples: cases with the messages that they give; those who can run cases have them.
    """
    edit = explanation.edit
    safe = "yes" if explanation.is_fix_safe else "no"
    facts = f"Severity {edit.severity}; in force for {explanation.in_force()}; a program may apply the fix unasked: {safe}."
    parts = [
        f"# {edit.name} ({edit.code})",
        explanation.summary,
        facts,
        *(f"## {title}\n\n{body}" for title, body in explanation.sections),
    ]
    if examples:
        parts += ["## Examples", *example_lines(examples)]
    parts += [
        f"## {CASES}",
        f"Ordinary values: {explanation.given}.",
        case_table(explanation),
        f"## {PAYERS}",
        payer_table(explanation),
        f"## {DENIALS}",
        denial_table(explanation),
        f"## {SOURCES}",
        source_table(explanation),
    ]
    return "\n\n".join(parts) + "\n"


def write_explanation(
    explanation: Explanation, out: BinaryIO, *, version: str, examples: Sequence[Example] = ()
) -> None:
    """Write the explanation as one page of HTML that needs nothing else.

    Args:
        explanation: of an edit.
        out: where the bytes go, UTF-8.
        version: of the program.
        examples: cases with the messages that they give.
    """
    # Raw HTML in a text stays text: the page runs nothing.
    render = MarkdownIt("commonmark", {"html": False}).enable("table")
    body = render.render(explanation_markdown(explanation, examples))
    page = (
        environment()
        .get_template("explain.html.j2")
        .render(
            edit=explanation.edit,
            body=Markup(body),  # noqa: S704 - made by the renderer above, which escapes
            version=version,
        )
    )
    out.write(page.encode("utf-8", errors="replace"))


def print_explanation(
    explanation: Explanation, console: Console, *, examples: Sequence[Example] = ()
) -> None:
    """Print the explanation.

    Args:
        explanation: of an edit.
        console: where to.
        examples: cases with the messages that they give.
    """
    edit = explanation.edit
    severity = str(edit.severity)
    console.print(
        Text.assemble((f"{edit.code} {edit.name}", "bold"), "  ", (severity.upper(), STYLES[severity]))
    )
    console.print(Text(explanation.summary))
    console.print(Text(f"In force for {explanation.in_force()}.", style="dim"))
    for title, body in explanation.sections:
        console.print(heading(title))
        console.print(_indented(Markdown(body)))
    if examples:
        console.print(heading("Examples"))
        for name, verdict, said in examples:
            console.print(_indented(Text.assemble((f"{verdict}: ", _style(verdict, severity)), name)))
            if said:
                console.print(_indented(Text(said, style="dim"), by=4))
    console.print(heading(CASES))
    console.print(
        _indented(Text(f"Ordinary values: {explanation.given}.", style="dim"), _cases(explanation, severity))
    )
    console.print(heading(PAYERS))
    console.print(_indented(*_payers(explanation)))
    console.print(heading(DENIALS))
    for number, words in explanation.denials:
        console.print(
            _indented(Text.assemble((number, "bold"), f"  {words or 'not in the loaded reference'}"))
        )
    if not explanation.denials:
        console.print(_indented(Text(_NO_DENIAL)))
    console.print(heading(SOURCES))
    for citation in edit.citations:
        mark = "" if citation.confidence in ("A", "B") else ", unverified"
        console.print(_indented(Text(f"{citation.source} [{citation.confidence}{mark}]: {citation.text}")))


def _style(verdict: str, severity: str) -> str:
    return STYLES[severity] if verdict == "fires" else "green"


def _indented(*rows: RenderableType, by: int = 2) -> RenderableType:
    return Padding(Group(*rows), (0, 0, 0, by))


def _cases(explanation: Explanation, severity: str) -> Table:
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(3):
        grid.add_column(overflow="fold")
    for case in explanation.cases:
        grid.add_row(
            Text(case.verdict, style=_style(case.verdict, severity)), case.name, Text(case.differs, "dim")
        )
    return grid


def _payers(explanation: Explanation) -> Iterator[RenderableType]:
    if not explanation.payers:
        yield Text(_NO_PAYER)
    for one in explanation.payers:
        days = period(one.effective_from, one.effective_to)
        head = Text.assemble((one.policy, "cyan"), f"  {one.about.replace('_', ' ')}: {one.value}, {days}")
        if one.confidence in ("C", "D"):
            head.append("  unverified", style="bold magenta")
        yield head
        yield Padding(Text(one.cited(), style="dim"), (0, 0, 0, 2))
