"""An audit as plain values: the JSON contract, which text and HTML are made from.

Quotes of the chart stand in this report only: the user asked for them. Nothing else prints them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.facts import column
from scrubjay.phi import clean, control_number
from scrubjay.quantity import plain
from scrubjay.records.judge.assess import completeness
from scrubjay.records.queries import query
from scrubjay.tables.chart_lines import ELEMENTS

if TYPE_CHECKING:
    from scrubjay.records.audit import Audit
    from scrubjay.records.extract.protocol import Mention
    from scrubjay.records.judge.assess import Assessed
    from scrubjay.reports.checked import RunInfo

_ASKS = {
    "discard": "asks_discard",
    "prior": "asks_prior",
    "weight": "asks_weight",
    "lot": "asks_lot",
    "consent": "asks_consent",
}
_EDIT_OF = {name: f"DO{number:03}" for number, name in enumerate(ELEMENTS, 1)}
_SEVERITIES = ("error", "warning", "info")


def as_values(audit: Audit, run: RunInfo) -> dict[str, Any]:
    """The whole report.

    Args:
        audit: what was found.
        run: version, day and start of the run.
    """
    claims = [_claim(audit, row) for row in audit.claims.iter_rows(named=True)]
    sources = {r.key: r.source for r in audit.charts.reads}
    found = audit.findings["severity"].to_list()
    return {
        "run": {
            "version": run.version,
            "as_of": run.as_of.isoformat(),
            "edits": run.edits,
            "started_at": run.started_at.isoformat(timespec="seconds"),
        },
        "claim_files": [
            {"path": f.path, "claims": f.claims_read, "problems": [p.one_line() for p in f.problems]}
            for f in audit.claim_files
        ],
        "charts": [
            {
                "path": f.path,
                "form": f.form,
                "documents": len(f.documents),
                "problems": [p.one_line() for p in f.problems],
            }
            for f in audit.charts.files
        ],
        "claims": claims,
        "unmatched": {
            "charts": [{"path": sources[k].file, "place": sources[k].place} for k in audit.matched.unmatched],
            "claims": [c["claim_id"] for c in claims if not c["documents"]],
        },
        "summary": {
            "claims": len(claims),
            "claims_with_chart": sum(bool(c["documents"]) for c in claims),
            "documents": len(audit.charts.reads),
            "findings": {s: found.count(s) for s in _SEVERITIES},
            "not_evaluated": audit.not_evaluated.height,
        },
    }


def _claim(audit: Audit, row: dict[str, Any]) -> dict[str, Any]:
    key = row["claim_key"]
    documents = audit.matched.documents.get(key, [])
    reads = {r.key: r for r in audit.charts.reads}
    findings = audit.findings.filter(audit.findings["claim_key"] == key).sort("line_key", "code")
    unknown = audit.not_evaluated.filter(audit.not_evaluated["claim_key"] == key)
    assessed = audit.lines.get(key, [])
    numbers = {a.line.line_key: n for n, a in enumerate(assessed, 1)}
    elements_missing = list(
        dict.fromkeys(
            name for a in assessed for name, answer in a.answers.items() if _is_gap(a, name, answer.state)
        )
    )
    return {
        "claim_id": row["claim_id"],
        "patient_control_number": control_number(row["patient_control_number"]),
        "payer": clean(row["payer_name"]),
        "documents": [
            {"file": reads[d].source.file, "place": reads[d].source.place, "matched_by": audit.matched.by[d], "document": d} for d in documents
        ],
        "lines": [_line(a, numbers[a.line.line_key], reads) for a in assessed],
        "findings": [
            {"line_number": numbers.get(f["line_key"]), "edit": f["edit"], "code": f["code"], "severity": f["severity"],
             "message": clean(f["message"]), "fix": clean(f["fix"]), "is_unverified": f["is_unverified"]}
            for f in findings.iter_rows(named=True)
        ],
        "not_evaluated": [
            {"line_number": numbers.get(u["line_key"]), "edit": u["edit"], "reason": _reason(u["missing"])} for u in unknown.iter_rows(named=True)
        ],
        "queries": [{"element": name, "text": query(name)} for name in elements_missing],
    }  # fmt: skip


def _is_gap(one: Assessed, name: str, state: str | None) -> bool:
    asks = _ASKS.get(name)
    return state in ("absent", "contradictory") and (asks is None or bool(one.row.get(asks)))


def _reason(missing: str | None) -> str:
    names = [n for n in (missing or "").split("+") if n]
    words = [column(n).missing or f"{n} is not known" for n in names]
    return "; ".join(dict.fromkeys(words)) or "a value that it needs is not known"


def _line(one: Assessed, number: int, reads: dict[int, Any]) -> dict[str, Any]:
    documented, required, open_ones = completeness(one)
    line, row = one.line, one.row
    return {
        "line_number": number,
        "hcpcs": line.hcpcs,
        "modifiers": list(line.modifiers),
        "units": None if line.units is None else plain(line.units),
        "service_date": line.service_date.isoformat() if line.service_date else None,
        "completeness": {"documented": documented, "required": required, "unknown": open_ones} if one.answers else None,
        "elements": [_element(one, name, reads) for name in ELEMENTS if name in one.answers],
        "arithmetic": {
            name: (plain(value) if hasattr(value, "as_tuple") else value)
            for name in (
                "recorded_dose", "recorded_dose_unit", "units_of_recorded_dose", "units_billed_as_given", "recorded_discard",
                "discarded_units_of_record", "discarded_units_billed", "recorded_minutes", "codes_of_minutes", "recorded_ndc", "billed_ndc",
                "expected_lines",
            )
            if (value := row.get(name)) is not None
        },
    }  # fmt: skip


def _element(one: Assessed, name: str, reads: dict[int, Any]) -> dict[str, Any]:
    answer = one.answers[name]
    asks = _ASKS.get(name)
    is_asked = True if asks is None else one.row.get(asks)
    return {
        "element": name,
        "about": ELEMENTS[name],
        "edit": _EDIT_OF[name],
        "is_asked": is_asked,
        "asked_because": one.asked.sources.get(name) if one.asked else None,
        "state": answer.state or "unknown",
        "gap": answer.gap,
        "evidence": [_evidence(m, reads) for m in answer.evidence],
    }


def _evidence(mention: Mention, reads: dict[int, Any]) -> dict[str, Any]:
    has_span = mention.place is None
    return {
        "document": mention.document_key,
        "file": reads[mention.document_key].source.file,
        "place": mention.place or reads[mention.document_key].source.place,
        "start": mention.start if has_span else None,
        "end": mention.end if has_span else None,
        "quote": mention.quote,
        "kind": mention.kind,
        "extractor": mention.extractor,
    }
