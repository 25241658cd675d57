"""What an update of the reference did, as text for a terminal and as JSON values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scrubjay.phi import clean
from scrubjay.reports.model import plural
from scrubjay.reports.reference import load_words, print_load
from scrubjay.reports.reference_data import load_dict

if TYPE_CHECKING:
    from rich.console import Console

    from scrubjay.reference.addresses import Addresses
    from scrubjay.reference.update import SourceOutcome, UpdateReport

_OUTCOMES = {
    "downloaded": ("fetched", "green"),
    "not-modified": ("current", "dim"),
    "not-found": ("NOT FOUND", "yellow"),
    "licence": ("licence", "cyan"),
    "notice": ("NOT A FILE", "yellow"),
    "failed": ("FAILED", "bold red"),
    "planned": ("planned", "cyan"),
}
_HAD = ("downloaded", "not-modified")
_UNVERIFIED = "address unverified"


def print_update(report: UpdateReport, console: Console) -> None:
    """One line for each file, the terms that are to be accepted once, then what the loaders made of it."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(width=11, no_wrap=True)
    table.add_column(overflow="fold")
    terms: dict[str, list[SourceOutcome]] = {}
    for file in report.files:
        if file.outcome == "licence":
            terms.setdefault(file.what.partition(" Open ")[0], []).append(file)
            continue
        word, style = _OUTCOMES[file.outcome]
        text = Text.assemble((clean(file.title), "bold"), f" ({file.source}): {clean(file.what)}")
        # An address that gave the file needs no warning.
        if not file.is_verified and file.outcome not in _HAD:
            text.append(f" [{_UNVERIFIED}]", style="magenta")
        table.add_row(Text(word, style=style), text)
    console.print(table)
    for words, files in terms.items():
        console.print(Padding(Text(f"Not fetched: {clean(words)}", style="cyan"), (1, 0, 0, 0)))
        for file in files:
            console.print(
                Padding(Text(f"{clean(file.title)} ({file.source}): {clean(file.url)}"), (0, 0, 0, 2))
            )
        console.print(
            Padding(
                Text(
                    "Accept and download each in a browser, then `scrubjay reference load FILE`. Where you have "
                    "accepted the terms already, say so with --accept-licence."
                ),
                (0, 0, 0, 2),
            )
        )
    if report.loaded is not None:
        console.print(Text(""))
        print_load(report.loaded, console)
    console.print(Padding(Text(update_words(report), style="bold"), (1, 0, 0, 0)))


def update_words(report: UpdateReport) -> str:
    """How many files were fetched, current, and not had, in one sentence."""
    counts = Counter(f.outcome for f in report.files)
    if counts["planned"]:
        said = [f"{plural(counts['planned'], 'file')} would be looked for; nothing was asked"]
    else:
        said = [f"{plural(counts['downloaded'], 'file')} fetched into {report.downloads}"]
    for outcome, words in (
        ("not-modified", "current"),
        ("not-found", "not found"),
        ("notice", "where a web page came instead"),
        ("failed", "failed"),
        ("licence", "waiting for a licence"),
    ):
        if counts[outcome]:
            said.append(f"{counts[outcome]:,} {words}")
    return f"Releases for {report.on}: {', '.join(said)}."


def print_addresses(addresses: Addresses, console: Console) -> None:
    """Every source that is looked for: its name, how its addresses move, and whether they were opened."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("Source", "Release", "Every", "Licence", "Address"):
        table.add_column(column, overflow="fold")
    every = {"none": "any time", "quarter": "quarter", "fiscal-year": "fiscal year"}
    for source in addresses.sources:
        seen = (
            Text(f"opened {source.verified_on}", "green")
            if source.is_verified
            else Text("unverified", "magenta")
        )
        table.add_row(source.name, clean(source.title), every[source.period], source.licence or "", seen)
    console.print(table)


def addresses_list(addresses: Addresses) -> list[dict[str, Any]]:
    """One object per source."""
    return [
        {**source.model_dump(mode="json"), "is_verified": source.is_verified} for source in addresses.sources
    ]


def update_dict(report: UpdateReport) -> dict[str, Any]:
    """Day, folder, one object per file, and the load as `reference load --json` gives it."""
    return {
        "on": report.on.isoformat(),
        "downloads": str(report.downloads),
        "sources": [
            {
                "source": f.source,
                "title": f.title,
                "outcome": f.outcome,
                "what": f.what,
                "path": str(f.path) if f.path is not None else None,
                "url": f.url,
                "is_verified": f.is_verified,
                "sha256": f.sha256,
                "bytes": f.bytes,
            }
            for f in report.files
        ],
        "loaded": load_dict(report.loaded) if report.loaded is not None else None,
        "summary": {
            "words": update_words(report),
            "load": load_words(report.loaded) if report.loaded is not None else None,
        },
    }
