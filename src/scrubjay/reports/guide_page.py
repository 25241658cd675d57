"""A billing guide as Markdown, as one HTML page, and as PDF; every line carries the numbers of its sources."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from scrubjay.errors import UsageError
from scrubjay.phi import clean
from scrubjay.reports.chart import svg_chart, text_chart
from scrubjay.reports.code_life import limit_bars
from scrubjay.reports.html import environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.guides.page import GuidePage, Section, Source

_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")
_TYPST = re.compile(r"([\\#*_`$<>@\[\]~/=+-])")


def numbered(page: GuidePage) -> dict[Source, int]:
    """The number of each source, from 1."""
    return {source: number for number, source in enumerate(page.sources(), start=1)}


def source_words(source: Source) -> str:
    """A source in one line with its mark: `CGS-JW [B]: CGS on discarded drug`."""
    mark = (
        f" [{source.confidence}{', unverified' if source.is_unverified else ''}]" if source.confidence else ""
    )
    return f"{source.text}{mark}{f': {source.citation}' if source.citation else ''}"


def doubt_words(sources: Iterable[Source]) -> str:
    """`unverified` where every source of a line is, `partly unverified` where some are, else empty."""
    marks = [s.is_unverified for s in sources]
    return "unverified" if marks and all(marks) else "partly unverified" if any(marks) else ""


def _footer(page: GuidePage, version: str) -> str:
    return (
        f"scrubjay {version}, date of service {page.on}, as known on {page.as_of}. Sources marked C and D were not checked against "
        "an official text. This is no legal or medical advice."
    )


def write_guide_md(page: GuidePage, out: BinaryIO, *, version: str) -> None:
    """Write the guide as Markdown, UTF-8."""
    out.write("\n".join(_md(page, version)).encode("utf-8", errors="replace"))


def _md(page: GuidePage, version: str) -> Iterator[str]:
    numbers = numbered(page)

    def cited(sources: Iterable[Source]) -> str:
        found = list(sources)
        doubt = f" *{doubt_words(found)}*" if doubt_words(found) else ""
        return "".join(f" [[{numbers[s]}]](#source-{numbers[s]})" for s in found) + doubt

    yield f"# {_escaped(page.title)}\n"
    for_whom = f", for {_escaped(page.payer)}" if page.payer else ""
    yield f"Billing guide for dates of service on {page.on}{for_whom}. Numbers in brackets are sources.\n"
    for section in page.sections:
        yield f"## {_escaped(section.title)}\n"
        if section.lines:
            yield "\n".join(f"{_escaped(line.text)}{cited(line.sources)}" for line in section.lines) + "\n"
        if section.points:
            yield "\n".join(f"- {_escaped(line.text)}{cited(line.sources)}" for line in section.points) + "\n"
        for title, table in section.tables:
            if title:
                yield f"### {_escaped(title)}\n"
            yield f"| {' | '.join(table.head)} | Source |"
            yield f"|{'---|' * (len(table.head) + 1)}"
            for cells, sources in table.rows:
                yield f"| {' | '.join(_escaped(c) for c in cells)} |{cited(sources)} |"
            yield ""
        if section.prices:
            yield from _md_prices(section, numbers)
    yield "## Sources\n"
    for source, number in numbers.items():
        yield f'<a id="source-{number}"></a>{number}. {_escaped(source_words(source))}\n'
    yield f"{_footer(page, version)}\n"


def _md_prices(section: Section, numbers: dict[Source, int]) -> Iterator[str]:
    from scrubjay.guides.page import of  # noqa: PLC0415

    cites = " ".join(
        f"[[{n}]](#source-{n})" for n in dict.fromkeys(numbers[of(f.source)] for f in section.prices)
    )
    bars = limit_bars(section.prices)
    top = max((b.value for b in bars if b.value is not None), default=None)
    yield "| Quarter | Limit for one unit | | Source |"
    yield "|---|---|---|---|"
    for bar in bars:
        length = int(bar.value * 20 / top) if bar.value is not None and top else 0
        yield f"| {_escaped(bar.label)} | {_escaped(bar.text)} | {'█' * length} | {cites} |"
    yield ""


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(clean(text).split()))


def write_guide_html(page: GuidePage, out: BinaryIO, *, version: str) -> None:
    """Write the guide as one page: no script, no network, its chart inline."""
    from scrubjay.guides.page import of  # noqa: PLC0415

    numbers = numbered(page)
    charts: dict[str, str] = {}
    chart_sources: dict[str, list[int]] = {}
    for section in page.sections:
        if section.prices:
            charts[section.id] = svg_chart(
                limit_bars(section.prices),
                title=f"Medicare payment limit of one unit of {page.code} by quarter, in dollars",
            )
            chart_sources[section.id] = list(dict.fromkeys(numbers[of(f.source)] for f in section.prices))
    text = (
        environment()
        .get_template("guide.html.j2")
        .render(
            page=page,
            numbers=numbers,
            charts=charts,
            chart_sources=chart_sources,
            source_words=source_words,
            doubt_words=doubt_words,
            footer=_footer(page, version),
        )
    )
    out.write(text.encode("utf-8", errors="replace"))


def print_guide(page: GuidePage, console: Any) -> None:
    """Show the guide on a terminal."""
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table as Grid  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    numbers = numbered(page)

    def cited(sources: Iterable[Source]) -> str:
        found = list(sources)
        doubt = f" {doubt_words(found)}" if doubt_words(found) else ""
        return f" [{', '.join(str(numbers[s]) for s in found)}]{doubt}"

    console.print(Text(clean(page.title), style="bold"))
    for section in page.sections:
        console.print(Padding(Text(section.title, style="bold"), (1, 0, 0, 0)))
        for line in section.lines:
            console.print(Text(clean(line.text) + cited(line.sources)))
        for line in section.points:
            console.print(Padding(Text("- " + clean(line.text) + cited(line.sources)), (0, 0, 0, 2)))
        for title, table in section.tables:
            if title:
                console.print(Text(title, style="italic"))
            grid = Grid(box=None, padding=(0, 2, 0, 0), header_style="dim")
            for head in (*table.head, "Source"):
                grid.add_column(head, overflow="fold")
            for cells, sources in table.rows:
                grid.add_row(*(Text(clean(c)) for c in cells), Text(cited(sources).strip()))
            console.print(grid)
        if section.prices:
            console.print(text_chart(limit_bars(section.prices), encoding=console.encoding))
    console.print(Padding(Text("Sources", style="bold"), (1, 0, 0, 0)))
    for source, number in numbers.items():
        console.print(Text(f"[{number}] {clean(source_words(source))}", style="dim"))


def write_guide_pdf(page: GuidePage, out: BinaryIO, *, version: str) -> None:
    """Write the guide as PDF, set by typst; nothing is fetched.

    Raises:
        UsageError: typst refused the document.
    """
    import typst  # noqa: PLC0415 - only for PDF

    source = "\n".join(_typst(page, version))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guide.typ"
        path.write_text(source, encoding="utf-8")
        try:
            out.write(typst.compile(str(path), root=folder))
        except (RuntimeError, ValueError) as error:
            raise UsageError("the PDF could not be set.", hint="Write html or md instead.") from error


def _typ(text: str) -> str:
    return _TYPST.sub(r"\\\1", " ".join(clean(text).split()))


def _typst(page: GuidePage, version: str) -> Iterator[str]:
    numbers = numbered(page)

    def cited(sources: Iterable[Source]) -> str:
        found = list(sources)
        doubt = f" #doubt[{doubt_words(found)}]" if doubt_words(found) else ""
        return f"#cite-as[{', '.join(str(numbers[s]) for s in found)}]{doubt}" if found else ""

    yield _TYPST_HEAD.replace("TITLE", _typ(page.title))
    yield f"#text(size: 17pt, weight: 600)[{_typ(page.title)}]\n"
    for_whom = f", for {_typ(page.payer)}" if page.payer else ""
    yield f"#text(fill: faint)[Billing guide for dates of service on {_typ(str(page.on))}{for_whom}. Raised numbers are sources.]\n"
    for section in page.sections:
        yield f"\n= {_typ(section.title)}\n"
        for line in section.lines:
            yield f"{_typ(line.text)}{cited(line.sources)}"
        yield ""
        for line in section.points:
            yield f"- {_typ(line.text)}{cited(line.sources)}"
        for title, table in section.tables:
            if title:
                yield f"\n== {_typ(title)}\n"
            yield f"#table(columns: {_widths(table.rows, len(table.head))},"
            yield "  table.header(" + ", ".join(f"[{_typ(h)}]" for h in table.head) + ", []),"
            for cells, sources in table.rows:
                yield "  " + ", ".join(f"[{_typ(c)}]" for c in cells) + f", [{cited(sources)}],"
            yield ")"
        if section.prices:
            yield from _typst_prices(section, numbers)
    yield "\n= Sources\n"
    for source, number in numbers.items():
        yield f"#source-line[{number}][{_typ(source_words(source))}]"
    yield f"\n#v(6pt)#text(size: 8pt, fill: faint)[{_typ(_footer(page, version))}]"


def _widths(rows: Iterable[tuple[tuple[str, ...], object]], columns: int) -> str:
    """Widths by the longest words of each column; the one for sources as wide as its numbers."""
    found = list(rows)
    longest = [max((len(cells[n]) for cells, _ in found), default=1) for n in range(columns)]
    shares = [max(6, min(50, size)) for size in longest]
    return "(" + ", ".join(f"{s}fr" for s in shares) + ", auto)"


def _typst_prices(section: Section, numbers: dict[Source, int]) -> Iterator[str]:
    from scrubjay.guides.page import of  # noqa: PLC0415

    bars = limit_bars(section.prices)
    top = max((b.value for b in bars if b.value is not None), default=None)
    cites = ", ".join(str(n) for n in dict.fromkeys(numbers[of(f.source)] for f in section.prices))
    yield "#table(columns: (auto, 1fr, auto), stroke: none, inset: (x: 4pt, y: 2.5pt),"
    for bar in bars:
        share = int(bar.value * 100 / top) if bar.value is not None and top else 0
        drawn = f"#rect(width: {max(share, 1)}%, height: 8pt, fill: bar, radius: 1pt)" if share else ""
        yield f"  [{_typ(bar.label)}], [{drawn}], [{_typ(bar.text)}],"
    yield f")\nMedicare's limit for one unit, by quarter.#cite-as[{cites}]"


_TYPST_HEAD = r"""
#set document(title: "TITLE")
#set page(paper: "us-letter", margin: (x: 1.6cm, y: 1.7cm), numbering: "1 / 1")
#set text(font: ("Libertinus Serif", "New Computer Modern"), size: 9.5pt, lang: "en")
#set par(leading: 0.58em, spacing: 0.8em)
#let faint = rgb("#57606a")
#let bar = rgb("#0b5cad")
#let cite-as(body) = super(text(fill: bar)[#body])
#let doubt(body) = text(size: 7.5pt, fill: rgb("#8250df"), weight: 600)[#body]
#let source-line(n, body) = block(spacing: 0.5em, grid(columns: (18pt, 1fr), text(size: 8pt)[#n], text(size: 8pt)[#body]))
#show heading.where(level: 1): it => block(above: 1.3em, below: 0.6em, width: 100%, stroke: (bottom: 0.5pt + rgb("#d0d7de")), inset: (bottom: 3pt))[#text(size: 12.5pt)[#it.body]]
#show heading.where(level: 2): it => block(above: 0.9em, below: 0.5em)[#text(size: 10pt)[#it.body]]
#set table(stroke: (x, y) => if y == 0 { (bottom: 0.6pt + faint) } else { (bottom: 0.3pt + rgb("#d0d7de")) }, inset: (x: 4pt, y: 3.5pt), align: left)
#show table: set text(size: 8.3pt)
#show table: set par(leading: 0.45em)
#show table.cell.where(y: 0): set text(weight: 600)
"""
