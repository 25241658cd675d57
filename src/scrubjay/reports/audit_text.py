"""An audit as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.phi import clean
from scrubjay.reports.model import plural

if TYPE_CHECKING:
    from rich.console import Console

_MARKS = {"present": "present", "absent": "ABSENT", "contradictory": "CONTRADICTORY", "unknown": "unknown"}
_QUOTE = 90


def print_audit(values: dict[str, Any], console: Console, *, limit: int | None = None) -> None:
    """Print a report.

    Args:
        values: as `scrubjay.reports.audited.as_values` makes them.
        console: where to.
        limit: most claims; null for all.
    """
    summary = values["summary"]
    found = summary["findings"]
    console.print(
        f"{plural(summary['claims'], 'claim')}, {summary['claims_with_chart']} with a chart; {plural(summary['documents'], 'document')}. "
        f"{plural(found['error'], 'error')}, {plural(found['warning'], 'warning')}, {plural(found['info'], 'note')}; "
        f"{plural(summary['not_evaluated'], 'question')} not answered. As of {values['run']['as_of']}."
    )
    shown = values["claims"] if limit is None else values["claims"][:limit]
    for claim in shown:
        _print_claim(claim, console)
    if len(shown) < len(values["claims"]):
        console.print(f"\n{len(values['claims']) - len(shown)} more claims are not shown (--all).")
    _print_unmatched(values, console)


def _print_claim(claim: dict[str, Any], console: Console) -> None:
    console.print(
        f"\nClaim {claim['patient_control_number']} ({claim['claim_id']}), {claim['payer'] or 'payer not named'}"
    )
    if not claim["documents"]:
        console.print("  No chart belongs to it: nothing was asked.")
        return
    for document in claim["documents"]:
        place = f", {clean(document['place'])}" if document["place"] else ""
        console.print(f"  chart {clean(document['file'])}{place} (matched by {document['matched_by']})")
    for line in claim["lines"]:
        if not line["elements"]:
            continue
        modifiers = "".join(f"-{m}" for m in line["modifiers"])
        score = line["completeness"]
        open_ones = f", {score['unknown']} unknown" if score["unknown"] else ""
        console.print(
            f"  Line {line['line_number']}: {line['hcpcs']}{modifiers} x{line['units']} on {line['service_date']}; "
            f"documented {score['documented']} of {score['required']}{open_ones}"
        )
        for element in line["elements"]:
            if element["is_asked"] is False:
                continue
            _print_element(element, console)
        if line["arithmetic"].get("expected_lines"):
            console.print(f"    The record supports: {line['arithmetic']['expected_lines']}")
    for finding in claim["findings"]:
        mark = " (unverified)" if finding["is_unverified"] else ""
        console.print(
            f"  {finding['severity'].upper()} {finding['code']} {finding['edit']}, line {finding['line_number']}{mark}"
        )
        console.print(f"    {finding['message']}")
        console.print(f"    Fix: {finding['fix']}")
    for query in claim["queries"]:
        console.print(f"  Ask: {query['text']}")


def _print_element(element: dict[str, Any], console: Console) -> None:
    gap = f": {element['gap']}" if element["gap"] else ""
    console.print(f"    {_MARKS[element['state']]:<13} {element['about']}{gap}")
    for one in element["evidence"][:2]:
        quote = " ".join(clean(one["quote"]).split())
        quote = quote if len(quote) <= _QUOTE else f"{quote[:_QUOTE]}..."
        where = clean(one["place"]) if one["start"] is None else f"characters {one['start']}-{one['end']}"
        console.print(f'                  "{quote}" ({where})')


def _print_unmatched(values: dict[str, Any], console: Console) -> None:
    for chart in values["unmatched"]["charts"]:
        place = f", {clean(chart['place'])}" if chart["place"] else ""
        console.print(
            f"\nUnmatched chart: {clean(chart['path'])}{place}. It belongs to no claim by manifest, file name, number or patient."
        )
