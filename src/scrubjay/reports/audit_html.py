"""An audit as one HTML file: findings, elements, and the text of the charts with what was read highlighted.

No script, no network; every text of a chart is escaped, so that what somebody wrote into a note stays text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from scrubjay.reports.html import environment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.records.audit import Audit

AROUND = 240
"""Characters shown before and after a highlight; what lies further off is left out, with a mark."""


def pieces(text: str, spans: Iterable[tuple[int, int, str]]) -> list[dict[str, Any]]:
    """A text as pieces: plain, highlighted (with what for), or a gap.

    Args:
        text: the document.
        spans: start, end and kind of what to highlight; of two that overlap the earlier and longer stays.
    """
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, kind))
    found: list[dict[str, Any]] = []
    at = 0
    for number, (start, end, kind) in enumerate(kept):
        if start - at > 2 * AROUND:
            if number:
                found.append({"text": text[at : at + AROUND], "kind": None})
            found.append({"text": None, "kind": None})
            at = start - AROUND
        found.append({"text": text[at:start], "kind": None})
        found.append({"text": text[start:end], "kind": kind})
        at = end
    rest = text[at:]
    found.append({"text": rest[: AROUND * 2], "kind": None})
    if len(rest) > AROUND * 2:
        found.append({"text": None, "kind": None})
    return found


def write_audit_html(audit: Audit, values: dict[str, Any], out: BinaryIO) -> None:
    """Write the report.

    Args:
        audit: what was found, for the texts.
        values: as `scrubjay.reports.audited.as_values` makes them.
        out: where the bytes go, UTF-8.
    """
    reads = {r.key: r for r in audit.charts.reads}
    for claim in values["claims"]:
        spans: dict[int, list[tuple[int, int, str]]] = {}
        for line in claim["lines"]:
            for element in line["elements"]:
                for one in element["evidence"]:
                    if one["start"] is not None:
                        spans.setdefault(one["document"], []).append(
                            (one["start"], one["end"], element["about"])
                        )
        claim["texts"] = [
            {
                "file": d["file"],
                "place": d["place"],
                "pieces": pieces(reads[d["document"]].source.text, spans.get(d["document"], [])),
            }
            for d in claim["documents"]
            if reads[d["document"]].source.text
        ]
    stream = environment().get_template("audit.html.j2").stream(**values)
    stream.enable_buffering(200)
    out.writelines(part.encode("utf-8", errors="replace") for part in stream)
    for claim in values["claims"]:
        del claim["texts"]
