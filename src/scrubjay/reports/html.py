"""The report as one HTML file: no script, no network, readable on screen and paper, light and dark."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from scrubjay.phi import clean
from scrubjay.reports.blocks import claim_blocks, claims_with_findings
from scrubjay.reports.model import SEVERITIES, money, plural
from scrubjay.reports.summary import concerned, subject_words

if TYPE_CHECKING:
    from scrubjay.reports.model import Checked
    from scrubjay.reports.summary import Summary


@cache
def environment() -> Environment:
    """Templates of this package, with escaping on and the filters of our pages."""
    made = Environment(
        loader=PackageLoader("scrubjay.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "money": money,
        "clean": clean,
        "plural": plural,
        "concerned": concerned,
        "subject_words": subject_words,
    }
    made.filters.update(filters)
    return made


def write_html(report: Checked, summary: Summary, out: BinaryIO, *, limit: int | None) -> None:
    """Write the report, claim by claim as they are rendered.

    Args:
        report: the run.
        summary: its numbers.
        out: where the bytes go, UTF-8.
        limit: most claims to show; null shows all. What is left out is said in the report.
    """
    found = claims_with_findings(report)
    stream = (
        environment()
        .get_template("report.html.j2")
        .stream(
            run=report.run,
            files=report.files,
            summary=summary,
            severities=SEVERITIES,
            blocks=claim_blocks(report, limit),
            hidden=0 if limit is None else max(0, found - limit),
            policies=report.policies_used(),
            has_unverified=bool(report.result.findings["is_unverified"].any()),
        )
    )
    stream.enable_buffering(200)
    out.writelines(part.encode("utf-8", errors="replace") for part in stream)
