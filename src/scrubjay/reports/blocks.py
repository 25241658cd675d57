"""Claims with findings as nested values, worst first, for the reports that people read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay import phi
from scrubjay.reports.checked import reason_words
from scrubjay.reports.model import SEVERITIES
from scrubjay.reports.payer_rules import rule_words
from scrubjay.reports.summary import claim_stakes, in_words, rank_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scrubjay.reports.model import Checked

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FindingBlock:
    """One finding.

    Attributes:
        carc: numbers of the denials that it prevents.
        is_unverified: it rests on a fact that nobody checked against the official text.
        waiver: id of the waiver that marks it, or null.
        rules: what it rests on of the payer's policy, each with its source and confidence.
    """

    severity: str
    code: str
    edit: str
    message: str
    fix: str | None
    carc: tuple[str, ...]
    is_unverified: bool
    waiver: str | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineBlock:
    """The findings of one service line, or of the claim as a whole where `number` is null."""

    number: int | None
    hcpcs: str | None
    modifiers: tuple[str, ...]
    units: str | None
    service_date: date | None
    charge_amount: Decimal | None
    findings: tuple[FindingBlock, ...]


@dataclass(frozen=True, slots=True)
class UnknownBlock:
    """Verdicts about one claim that were not given for one reason."""

    words: str
    verdicts: int
    edits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimBlock:
    """One claim with findings.

    Attributes:
        severity: the worst that is not waived; `info` where all are.
        counts: findings by severity, waived ones left out.
        control_number: patient control number, made printable.
        applicable, evaluated, not_evaluated: coverage of the claim.
        unknown: why verdicts were not given, the most frequent reason first.
    """

    claim_id: str
    control_number: str
    payer_name: str
    severity: str
    counts: dict[str, int]
    charge_amount: Decimal | None
    at_stake_amount: Decimal
    file: str
    transaction: str | None
    segment: int | None
    applicable: int
    evaluated: int
    not_evaluated: int
    lines: tuple[LineBlock, ...]
    unknown: tuple[UnknownBlock, ...]


def claims_with_findings(report: Checked) -> int:
    """How many claims have at least one finding."""
    return report.result.findings["claim_key"].n_unique()


def claim_blocks(report: Checked, limit: int | None) -> Iterator[ClaimBlock]:
    """Claims with findings: worst severity first, then most money at stake, then order of the files.

    Args:
        report: the run.
        limit: most claims to give; null gives all.
    """
    result = report.result
    live = pl.col("waiver").is_null()
    worst = (
        result.findings.group_by("claim_key")
        .agg(
            pl.when(live).then(rank_of("severity")).otherwise(len(SEVERITIES) - 1).min().alias("rank"),
            *((live & (pl.col("severity") == s)).sum().alias(s) for s in SEVERITIES),
        )
        .join(claim_stakes(result.findings.filter(live)), on="claim_key", how="left")
        .with_columns(pl.col("at_stake_amount").fill_null(_ZERO))
        .sort("rank", "at_stake_amount", "claim_key", descending=[False, True, False])
    )
    shown = worst if limit is None else worst.head(limit)
    claims = (
        shown.join(result.claims, on="claim_key", how="left", maintain_order="left")
        .join(result.coverage, on="claim_key", how="left", maintain_order="left")
        .with_columns(pl.col("applicable", "evaluated", "not_evaluated").fill_null(0))
    )
    findings = _findings_by_claim(report, shown.select("claim_key"))
    unknown = _unknown_by_claim(report, shown.select("claim_key"))
    paths = {f.file_number: phi.clean(f.path) for f in report.files}
    claim: dict[str, Any]
    for claim in claims.iter_rows(named=True):
        yield ClaimBlock(
            claim_id=claim["claim_id"],
            control_number=phi.control_number(claim["patient_control_number"]),
            payer_name=phi.clean(claim["payer_name"]),
            severity=SEVERITIES[int(claim["rank"])],
            counts={s: claim[s] for s in SEVERITIES},
            charge_amount=claim["claim_charge_amount"],
            at_stake_amount=claim["at_stake_amount"],
            file=paths.get(claim["file_number"], ""),
            transaction=phi.clean(claim["transaction"]) or None,
            segment=claim["segment"],
            applicable=claim["applicable"],
            evaluated=claim["evaluated"],
            not_evaluated=claim["not_evaluated"],
            lines=tuple(_lines(findings.get(claim["claim_key"], []), report)),
            unknown=tuple(unknown.get(claim["claim_key"], ())),
        )


def _unknown_by_claim(report: Checked, shown: pl.DataFrame) -> dict[int, list[UnknownBlock]]:
    rows = (
        in_words(report.result.not_evaluated.join(shown, on="claim_key", how="semi"), reason_words)
        .group_by("claim_key", "words")
        .agg(pl.len().alias("verdicts"), pl.col("edit").unique().sort().alias("edits"))
        .sort("claim_key", "verdicts", "words", descending=[False, True, False])
    )
    by_claim: dict[int, list[UnknownBlock]] = {}
    for key, words, verdicts, edits in rows.iter_rows():
        by_claim.setdefault(key, []).append(UnknownBlock(phi.clean(words), verdicts, tuple(edits)))
    return by_claim


def _findings_by_claim(report: Checked, shown: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    found = report.result.findings.join(shown, on="claim_key", how="semi", maintain_order="left")
    rows = (
        found.with_columns(report.payer_rules(found).alias("payer_rules"))
        .join(
            report.result.lines.drop("claim_key", "segment", strict=False),
            on="line_key",
            how="left",
            maintain_order="left",
        )
        # The whole claim first, then line by line, worst first.
        .sort("claim_key", "line_number", "line_key", rank_of("severity"), "code", nulls_last=[False] * 5)
    )
    by_claim: dict[int, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        by_claim.setdefault(row["claim_key"], []).append(row)
    return by_claim


def _lines(rows: list[dict[str, Any]], report: Checked) -> Iterator[LineBlock]:
    by_line: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        by_line.setdefault(row["line_key"], []).append(row)
    for line_key, of_line in by_line.items():
        first = of_line[0]
        is_line = line_key is not None
        yield LineBlock(
            number=first["line_number"] if is_line else None,
            hcpcs=phi.clean(first["hcpcs"]) or None,
            modifiers=tuple(phi.clean(m) for m in first["modifiers"] or ()),
            units=plain_number(first["units"]),
            service_date=first["service_date"],
            charge_amount=first["charge_amount"] if is_line else None,
            findings=tuple(_finding(row, report) for row in of_line),
        )


def _finding(row: dict[str, Any], report: Checked) -> FindingBlock:
    edit = report.edits.get(row["edit"])
    return FindingBlock(
        severity=row["severity"],
        code=row["code"],
        edit=row["edit"],
        message=phi.clean(row["message"]),
        fix=phi.clean(row["fix"]) or None,
        carc=edit.prevents_carc if edit is not None else (),
        is_unverified=bool(row["is_unverified"]),
        waiver=row["waiver"],
        rules=tuple(dict.fromkeys(phi.clean(rule_words(r)) for r in row["payer_rules"])),
    )


def plain_number(value: Decimal | None) -> str | None:
    """A decimal without trailing zeros and never in exponent form: `25`, `0.5`."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
