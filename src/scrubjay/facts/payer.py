"""Who pays, and by which rules: the policy that governs a line and its parameters on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.parameters import PARAMETERS
from scrubjay.facts.registry import CLAIM, LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_WHO = ("claim_filing_code", "payer_id", "payer_name", "claim_kind")
_NO_POLICY = "no policy covers this payer; name one with --policy, or see `scrubjay check --help`"


def _not_ruled(about: str) -> str:
    return f"whether or how this payer rules on '{about}' is not known; add it to a policy (--policy)"


def _facts(prefix: str) -> tuple[Fact, ...]:
    return (
        Fact(f"{prefix}policy_id", pl.String(), "the policy that governs the payer on the day", _NO_POLICY),
        Fact(
            f"{prefix}payer_class",
            pl.String(),
            "medicare_part_a, medicare_part_b, medicare_advantage, medicaid, commercial or other",
            _NO_POLICY,
        ),
        Fact(
            f"{prefix}payer_unverified",
            pl.List(pl.String()),
            "parameters in force whose citation is tagged C or D",
        ),
        *(
            Fact(f"{prefix}payer_{p.name}", p.dtype, p.about, _not_ruled(p.about))
            for p in PARAMETERS.values()
        ),
    )


@facts(
    CLAIM,
    needs=_WHO,
    gives=(
        Fact("payer_key", pl.UInt32(), "number of the payer within the batch: who pays, in one small column"),
    ),
)
def payer_of_batch(ctx: FactContext) -> pl.DataFrame:
    """Claims of one payer share a number, so that lines are matched by it and not by four texts."""
    return ctx.claims.select(pl.struct(_WHO).rank("dense").cast(pl.UInt32).alias("payer_key"))


def _resolve(ctx: FactContext, asked: pl.DataFrame, prefix: str = "") -> pl.DataFrame:
    """Policy and parameters for each row of `payer_key` and `service_date`."""
    distinct = asked.unique(maintain_order=True)
    rows = asked.join(
        distinct.with_row_index("_row"), on=asked.columns, how="left", nulls_equal=True, maintain_order="left"
    )["_row"]
    payers = ctx.claims.select("payer_key", *_WHO).unique("payer_key")
    keys = distinct.join(payers, on="payer_key", how="left", maintain_order="left").drop("payer_key")
    resolved = ctx.policies.resolve(keys)
    return ctx.gather(resolved.rename({name: f"{prefix}{name}" for name in resolved.columns}), rows)


@facts(LINE, needs=("payer_key", "service_date"), gives=_facts(""))
def payer_of_line(ctx: FactContext) -> pl.DataFrame:
    """Policy and parameters as of each line's date of service."""
    return _resolve(ctx, ctx.lines.select("payer_key", "service_date"))


@facts(CLAIM, needs=("payer_key", "claim_service_date"), gives=_facts("claim_"))
def payer_of_claim(ctx: FactContext) -> pl.DataFrame:
    """Policy and parameters as of the claim's first date of service."""
    asked = ctx.claims.select("payer_key", pl.col("claim_service_date").alias("service_date"))
    return _resolve(ctx, asked, "claim_")


_DISCARD_MODIFIERS = "JW or JZ is required on single-dose drugs"


@facts(
    LINE,
    needs=("payer_jz_demand",),
    gives=(
        Fact(
            "payer_requires_discard_modifiers",
            pl.Boolean(),
            _DISCARD_MODIFIERS,
            _not_ruled(_DISCARD_MODIFIERS),
        ),
    ),
)
def discard_modifiers_of_payer(ctx: FactContext) -> list[pl.Expr]:
    """Where JZ is demanded, a line without waste must say so; where JZ is not, no line needs a modifier."""
    del ctx
    demand = pl.col("payer_jz_demand")
    return [
        pl.when(demand != "unknown").then(demand == "required").alias("payer_requires_discard_modifiers"),
    ]
