"""The audit of claims against charts: read both, match, judge every line, keep the quotes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

import polars as pl

from scrubjay.drugs.catalog import Catalog
from scrubjay.edits.spec import Edit, Grain
from scrubjay.engine import judge, make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.intake import ClaimReader
from scrubjay.intake.notes import read_charts
from scrubjay.policies import with_payer_severities
from scrubjay.records.checklists import load, shipped
from scrubjay.records.gather import Charts, Gatherer
from scrubjay.records.judge.assess import Assessed, Assessor
from scrubjay.records.judge.expected import Worker
from scrubjay.records.judge.model import Line
from scrubjay.records.match import ClaimKeys, Matched, match, read_manifest
from scrubjay.tables import CHART_LINES, FINDINGS, NOT_EVALUATED, ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.intake.reports import FileReport
    from scrubjay.policies import PolicySet
    from scrubjay.records.extract.protocol import Extractor, Mention
    from scrubjay.reference import Reference

FACTS = (
    "service_date", "is_drug", "is_visit", "drug", "unit_amount", "drug_unit", "unit_qualifier", "drug_routes", "ndc", "ndc_container_type",
    "payer_requires_ndc", "payer_requires_discard_modifiers", "administration_family", "administration_role", "setting", "policy_id",
)  # fmt: skip
"""Facts of lines that an audit needs beside what its edits read."""


class AuditSettings(TypedDict, total=False):
    """What may be given beside charts and claims; see `audit`."""

    manifest: Path | None
    checklists: Sequence[Path]
    extractors: Sequence[Extractor]


@dataclass(slots=True)
class Audit:
    """What an audit found.

    Attributes:
        claim_files: what the claim files held, with problems.
        charts: the documents and what they state.
        matched: which document belongs to which claim.
        claims: one row per claim: key, id, control number, payer, first day, file.
        lines: the lines by claim key, with their answers.
        findings, not_evaluated: rows of `scrubjay.tables`.
        edits: the edits that were asked, by name.
        counts: per edit `(not applicable, clear, fires, not evaluated)`.
    """

    claim_files: list[FileReport]
    charts: Charts
    matched: Matched
    claims: pl.DataFrame
    lines: dict[int, list[Assessed]]
    findings: pl.DataFrame
    not_evaluated: pl.DataFrame
    edits: dict[str, Edit]
    counts: dict[str, tuple[int, int, int, int]] = field(
        default_factory=dict[str, "tuple[int, int, int, int]"]
    )


def audit(
    charts: Iterable[Path | str],
    claims: Sequence[Path | str],
    *,
    edits: Sequence[Edit],
    reference: Reference,
    policies: PolicySet,
    as_of: date,
    manifest: Path | None = None,
    checklists: Sequence[Path] = (),
    extractors: Sequence[Extractor] = (),
) -> Audit:
    """Compare charts with claims.

    Args:
        charts: chart files and folders.
        claims: 837 files.
        edits: what to judge; those of charts are taken.
        reference: codes, units, names.
        policies: payer parameters.
        as_of: the day on which things are known.
        manifest: CSV that says which chart belongs to which claim.
        checklists: a practice's own rules.
        extractors: further readers of texts; what they say counts where the text says it.

    Raises:
        UsageError: manifest or checklist is not in the form.
    """
    numbers = read_manifest(manifest) if manifest is not None else {}
    rules = [*shipped(), *load(checklists)]
    chosen = with_payer_severities([e for e in edits if e.grain is Grain.CHART], policies)
    catalog = Catalog(reference, as_of)
    gathered = Gatherer(catalog, extractors).gather(read_charts(charts))
    reader = ClaimReader(claims)
    plan = make_plan(chosen, also=FACTS)
    frames: list[pl.DataFrame] = []
    claim_rows: list[pl.DataFrame] = []
    for bundle in reader.batches():
        ctx = facts_of_batch(bundle, plan, reference=reference, policies=policies, as_of=as_of)
        frames.append(ctx.lines)
        claim_rows.append(_claim_rows(bundle, ctx.claims))
    nothing = ClaimBundle()
    lines = pl.concat(frames, how="diagonal") if frames else nothing.lines
    claim_frame = pl.concat(claim_rows) if claim_rows else _claim_rows(nothing, nothing.claims)
    keys = [_keys(row, lines) for row in claim_frame.iter_rows(named=True)] if claim_frame.height else []
    days = _days(lines)
    keys = [_with_days(k, days) for k in keys]
    matched = match(gathered.reads, keys, numbers)
    assessor = Assessor(rules, _groups(catalog), _codes(reference, as_of), Worker(reference, policies, as_of))
    by_claim = _lines_by_claim(lines, claim_frame, reference, as_of) if lines.height else {}
    mentions: Mapping[int, list[Mention]] = {r.key: r.mentions for r in gathered.reads}
    done: dict[int, list[Assessed]] = {}
    for claim_key, its_lines in by_claim.items():
        documents = matched.documents.get(claim_key)
        stated = None if documents is None else [m for d in documents for m in mentions[d]]
        done[claim_key] = assessor.assess(its_lines, stated)
    found, unknown, counts = _judged(lines, done, chosen)
    return Audit(
        reader.reports,
        gathered,
        matched,
        claim_frame,
        done,
        found,
        unknown,
        {e.name: e for e in chosen},
        counts,
    )


_CLAIM_COLUMNS = (
    "claim_key", "claim_id", "patient_control_number", "payer_name", "patient_last_name", "patient_first_name",
    "patient_birth_date", "diagnosis_codes", "file_number", "transaction", "segment", "claim_charge_amount",
)  # fmt: skip


def _claim_rows(bundle: ClaimBundle, claims: pl.DataFrame) -> pl.DataFrame:
    del bundle
    return claims.select(_CLAIM_COLUMNS)


def _days(lines: pl.DataFrame) -> dict[int, frozenset[date]]:
    if not lines.height:
        return {}
    grouped = lines.group_by("claim_key").agg(pl.col("service_date").drop_nulls().unique())
    return {key: frozenset(found) for key, found in grouped.iter_rows()}


def _keys(row: dict[str, Any], lines: pl.DataFrame) -> ClaimKeys:
    del lines
    return ClaimKeys(
        row["claim_key"],
        row["patient_control_number"],
        row["patient_last_name"],
        row["patient_first_name"],
        row["patient_birth_date"],
        frozenset(),
    )


def _with_days(keys: ClaimKeys, days: Mapping[int, frozenset[date]]) -> ClaimKeys:
    return ClaimKeys(
        keys.claim_key,
        keys.control_number,
        keys.last_name,
        keys.first_name,
        keys.birth_date,
        days.get(keys.claim_key, frozenset()),
    )


def _groups(catalog: Catalog) -> dict[str, str | None]:
    frame = catalog.reference.table("drugs", as_of=catalog.as_of).select("drug", "group").drop_nulls("drug")
    return dict(frame.unique("drug", keep="last").iter_rows())


def _codes(reference: Reference, as_of: date) -> list[tuple[str, str, int | None, int | None]]:
    frame = reference.table("administration", as_of=as_of).filter(pl.col("role") == "initial")
    return list(
        frame.select("hcpcs", "family", "minutes_from", "minutes_to")
        .unique("hcpcs", keep="last", maintain_order=True)
        .iter_rows()
    )


def _lines_by_claim(
    lines: pl.DataFrame, claims: pl.DataFrame, reference: Reference, as_of: date
) -> dict[int, list[Line]]:
    held = (
        reference.table("containers", as_of=as_of)
        .select("hcpcs", "container_type")
        .unique("hcpcs", keep="last")
    )
    containers: dict[str, str | None] = dict(held.iter_rows())
    drugs = reference.table("drugs", as_of=as_of).select("hcpcs", "group").unique("hcpcs", keep="last")
    groups: dict[str, str | None] = dict(drugs.iter_rows())
    diagnoses: dict[int, list[str] | None] = dict(claims.select("claim_key", "diagnosis_codes").iter_rows())
    wanted = ["line_key", "claim_key", "hcpcs", "modifiers", "units", *FACTS]
    found: dict[int, list[Line]] = {}
    for row in lines.select(wanted).iter_rows(named=True):
        code = row["hcpcs"] or ""
        drug = row["drug"]
        line = Line(
            row["line_key"], row["claim_key"], code, tuple(row["modifiers"] or ()), row["units"], row["service_date"],
            is_drug=bool(row["is_drug"]), is_visit=bool(row["is_visit"]), drugs=frozenset([drug] if drug else []), group=groups.get(code),
            unit_amount=row["unit_amount"], unit=row["drug_unit"], unit_qualifier=row["unit_qualifier"], routes=tuple(row["drug_routes"] or ()),
            family=row["administration_family"], role=row["administration_role"],
            container=row["ndc_container_type"] or containers.get(code), requires_ndc=row["payer_requires_ndc"], ndc=row["ndc"],
            policy_id=row["policy_id"], setting=row["setting"], diagnoses=tuple(diagnoses.get(row["claim_key"]) or ()),
        )  # fmt: skip
        found.setdefault(line.claim_key, []).append(line)
    return found


def _judged(
    lines: pl.DataFrame, done: Mapping[int, list[Assessed]], edits: Sequence[Edit]
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, tuple[int, int, int, int]]]:
    """The chart columns joined to the lines, and every edit over the whole frame at once."""
    if not lines.height:
        return FINDINGS.empty(), NOT_EVALUATED.empty(), {}
    rows = [a.row for of_claim in done.values() for a in of_claim]
    schema: Any = {"line_key": pl.Int64, **CHART_LINES.schema}
    chart = pl.DataFrame(rows, schema=schema)
    frame = lines.join(chart, on="line_key", how="left", maintain_order="left")
    result = judge(frame, edits)
    return result.findings, result.not_evaluated, result.counts
