"""The ledger of authorizations: each with the claims that draw from it, in the order of their dates of service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.engine.compute import compute_groups, facts_of_batch
from scrubjay.engine.plan import make_plan
from scrubjay.evidence_files import EvidenceFiles
from scrubjay.facts import FactContext
from scrubjay.facts.ledger import DRAW_NEEDS, draws
from scrubjay.intake import ClaimReader
from scrubjay.intake.evidence import read_evidence
from scrubjay.policies import PolicySet
from scrubjay.tables import ADJUSTMENTS, AUTHORIZATIONS, CLAIMS, OTHER_PAYERS, ClaimBundle, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.facts import PolicyResolver
    from scrubjay.intake import FileReport
    from scrubjay.reference import Reference

_SHOWN = ("claim_id", "patient_control_number", "claim_frequency_code", "line_number", "has_jw")


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is left.

    Attributes:
        authorizations: rows of `AUTHORIZATIONS` without the member id, with `authorization` (1-based), `drawn` (units,
            as far as known), `balance` (null where no number of units is granted), `is_open` (some draw is not known)
            and `is_overdrawn`.
        draws: one row per line that draws: `authorization`, claim, line, date, code, units, whether they count and are
            discarded, what is drawn up to there, and the balance after it.
    """

    authorizations: pl.DataFrame = field(default_factory=pl.DataFrame)
    draws: pl.DataFrame = field(default_factory=pl.DataFrame)


def balances(
    batches: Iterable[ClaimBundle],
    evidence: Evidence,
    *,
    reference: Reference,
    policies: PolicyResolver,
    as_of: date,
) -> Ledger:
    """Draw the units of claims from authorizations.

    Args:
        batches: the claims; those of `evidence.history` draw too.
        evidence: authorizations and earlier claims.
        reference: where facts about codes come from.
        policies: where payer parameters come from.
        as_of: the day on which things are known.
    """
    granted = evidence.authorizations if evidence.authorizations is not None else AUTHORIZATIONS.empty()
    plan = make_plan([], also=(*DRAW_NEEDS, *_SHOWN))
    columns = sorted(
        ({*DRAW_NEEDS, *_SHOWN} - {"is_counted"}) | {n for g in plan.deferred_groups for n in g.needs}
    )

    def lines_of(bundle: ClaimBundle) -> pl.DataFrame:
        wanted = make_plan([], also=tuple(columns))
        ctx = facts_of_batch(
            bundle, wanted, reference=reference, policies=policies, as_of=as_of, evidence=evidence
        )
        of_claim = ctx.claims[[c for c in columns if c not in ctx.lines.columns]][ctx.claim_of_line()]
        return pl.concat([ctx.lines, of_claim], how="horizontal").select(columns)

    parts = [lines_of(bundle) for bundle in (*(evidence.history or ()), *batches)]
    if not parts:
        return Ledger(_summed(granted, None), _none())
    ctx = FactContext(
        lines=pl.concat(parts),
        claims=CLAIMS.empty(),
        adjustments=ADJUSTMENTS.empty(),
        other_payers=OTHER_PAYERS.empty(),
        reference=reference,
        policies=policies,
        as_of=as_of,
        evidence=evidence,
    )
    compute_groups(plan.deferred_groups, ctx, ())
    found = draws(ctx.lines, granted).with_columns((pl.col("_pot").cast(pl.Int64) + 1).alias("authorization"))
    shown = found.join(
        ctx.lines.select("line_key", "hcpcs", "units", *_SHOWN), on="line_key", maintain_order="left"
    )
    return Ledger(_summed(granted, found), shown.select(_none().columns))


def follow(
    paths: Sequence[Path | str],
    claims: Sequence[Path | str],
    history: Sequence[Path | str],
    *,
    as_of: date,
    reference: Reference,
    kept: tuple[str, Evidence] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, list[FileReport]]:
    """The two frames of the ledger out of files, and a report for each file.

    Args:
        paths: authorizations: CSV or Parquet tables, FHIR ClaimResponses, X12 278 responses.
        claims: 837 files that draw from them.
        history: earlier claims that drew before: 837 files, or CSV or Parquet tables of claim lines.
        as_of: the day on which things are known.
        reference: where facts about codes come from.
        kept: a store by name, and the earlier claims and authorizations that it holds.
    """
    name, held = kept or ("", None)
    evidence, told = read_evidence(
        EvidenceFiles(history=history, authorizations=paths, kept=held, kept_in=name)
    )
    reader = ClaimReader(claims)
    found = balances(reader.batches(), evidence, reference=reference, policies=PolicySet.base(), as_of=as_of)
    return found.authorizations, found.draws, [*told, *reader.reports]


def _none() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "authorization": pl.Int64(),
            "claim_id": pl.String(),
            "patient_control_number": pl.String(),
            "line_number": pl.Int32(),
            "service_date": pl.Date(),
            "hcpcs": pl.String(),
            "units": pl.Decimal(18, 6),
            "has_jw": pl.Boolean(),
            "claim_frequency_code": pl.String(),
            "is_counted": pl.Boolean(),
            "drawn": pl.Decimal(18, 6),
            "drawn_so_far": pl.Decimal(18, 6),
            "balance": pl.Decimal(18, 6),
            "is_open": pl.Boolean(),
        }
    )


def _summed(granted: pl.DataFrame, found: pl.DataFrame | None) -> pl.DataFrame:
    numbered = granted.drop("member_id").with_row_index("authorization", offset=1)
    numbered = numbered.with_columns(pl.col("authorization").cast(pl.Int64))
    found = _none() if found is None else found
    sums = found.group_by("authorization").agg(
        pl.col("drawn").sum().cast(pl.Decimal(18, 6)).alias("drawn"), pl.col("is_open").any().alias("is_open")
    )
    drawn = pl.col("drawn").fill_null(0).cast(pl.Decimal(18, 6))
    left = (pl.col("units") - drawn).cast(pl.Decimal(18, 6))
    return numbered.join(sums, on="authorization", how="left", maintain_order="left").with_columns(
        drawn.alias("drawn"),
        left.alias("balance"),
        pl.col("is_open").fill_null(value=False),
        (left < 0).fill_null(value=False).alias("is_overdrawn"),
    )
