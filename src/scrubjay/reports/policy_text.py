"""What a payer asks for a code, and how two policies differ, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from scrubjay.phi import clean
from scrubjay.reports.model import plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.console import Console

    from scrubjay.policies.compare import Difference
    from scrubjay.policies.show import PolicyAnswer, Stands


def days(first: date | None, end: date | None) -> str:
    """Days of service in words; the end is not included."""
    if first is None and end is None:
        return "always"
    return " ".join(w for w in (f"from {first}" if first else "", f"before {end}" if end else "") if w)


def print_policy(answer: PolicyAnswer, descriptor: str | None, console: Console) -> None:
    """What holds for a code on a day, each statement with its citation and confidence.

    Args:
        answer: what holds.
        descriptor: of the code, or null where the reference has none.
        console: where to.
    """
    console.print(
        Text.assemble(
            (answer.name, "bold"),
            f" ({answer.policy}",
            f", {answer.payer_class})" if answer.payer_class else ")",
        )
    )
    for number, one in enumerate(answer.chain):
        text = Text("  " if number == 0 else f"  where it is silent: {one.name} ({one.policy}); ")
        text.append(f"reviewed on {one.reviewed_on}")
        text.append(f", again by {one.review_by}" if one.review_by else ", no day of review set")
        if one.is_review_due:
            text.append("  REVIEW OVERDUE", style="bold red")
        if one.source_url:
            text.append(f"; {clean(one.source_url)}", style="dim")
        console.print(text)
    code = f"{answer.hcpcs}  {descriptor or 'not in the loaded reference'}" if answer.hcpcs else "Any drug"
    console.print()
    console.print(Text(f"{code}, on {answer.on}, as known on {answer.as_of}", style="bold"))
    if answer.hcpcs:
        _part(f"Said of {answer.hcpcs} itself", answer.coverage, console)
        if not answer.coverage:
            console.print(
                Padding(
                    Text("No authorization, limit, step, site, channel or diagnosis rule is on record."),
                    (0, 0, 0, 2),
                )
            )
    _part("Said of drugs in general", answer.parameters, console)
    _part("Other severities", answer.severities, console)
    _part("Appeals", answer.appeals, console)
    if answer.unknown:
        console.print()
        console.print(
            Text(
                "Not known of this payer on that day (the edits that need it are not evaluated)", style="bold"
            )
        )
        console.print(Padding(Text(", ".join(answer.unknown), style="yellow"), (0, 0, 0, 2)))


def _part(title: str, statements: Sequence[Stands], console: Console) -> None:
    if not statements:
        return
    console.print()
    console.print(Text(title, style="bold"))
    for one in statements:
        head = Text.assemble((one.about, "cyan"), f": {clean(one.value)}")
        if one.is_unverified:
            head.append("  unverified", style="bold magenta")
        console.print(Padding(head, (0, 0, 0, 2)))
        period = days(one.effective_from, one.effective_to)
        console.print(Padding(Text(f"{one.meaning}; {period}. {clean(one.reason)}"), (0, 0, 0, 4)))
        cited = (
            f"{clean(one.source)} [{one.confidence}]: {clean(one.text)}  ({one.policy}, {clean(one.where)})"
        )
        console.print(Padding(Text(cited, style="dim"), (0, 0, 0, 4)))


def print_differences(names: tuple[str, str], found: Sequence[Difference], console: Console) -> None:
    """The differences of two policies.

    Args:
        names: what the two sides are called.
        found: the differences.
        console: where to.
    """
    if not found:
        console.print(f"{names[0]} and {names[1]} say the same.")
        return
    for one in found:
        console.print(
            Text.assemble((clean(one.about), "cyan"), f", {days(one.effective_from, one.effective_to)}")
        )
        for name, value, cited in (
            (names[0], one.before, one.cited_before),
            (names[1], one.after, one.cited_after),
        ):
            text = Text(f"{name}: {clean(value)}")
            if cited:
                text.append(f" ({clean(cited)})", style="dim")
            console.print(Padding(text, (0, 0, 0, 2)))
    console.print(f"{plural(len(found), 'difference')}.")
