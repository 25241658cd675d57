"""What a new edition changes for claims that are still open: the same claims judged in two worlds.

A world is what is known: a day, and the reference as it stands with or without an edition. Both runs read the
same files, so a claim and a line have the same key in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.drugs.price import expected_payments
from scrubjay.engine.compute import facts_of_batch
from scrubjay.engine.plan import make_plan
from scrubjay.engine.run import RunResult, run_edits
from scrubjay.errors import UsageError
from scrubjay.reference.compare import meant
from scrubjay.reference.library import Library
from scrubjay.reference.store import Reference
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.edits.spec import Edit
    from scrubjay.engine.plan import Plan
    from scrubjay.facts import PolicyResolver
    from scrubjay.tables import ClaimBundle

NEW, GONE, CHANGED, ANSWERED, UNANSWERED, PAYMENT = (
    "new", "gone", "changed", "now answered", "no longer answered", "payment",
)  # fmt: skip
ORDER = (NEW, CHANGED, GONE, PAYMENT, UNANSWERED, ANSWERED)
"""Kinds of change, what a biller must act on first."""

MEDICARE = ("medicare_part_a", "medicare_part_b")
"""Classes of payer whose payment `expected_payments` works out; a plan may pay otherwise."""

_FACTS = ("setting", "payer_class", "service_date")
_LINE = ("line_key", "claim_key", "hcpcs", "units", "modifiers", "service_date", "charge_amount", "setting")
_SUBJECT = ("claim_key", "line_key", "edit")


@dataclass(frozen=True, slots=True)
class World:
    """What is known in one of the two runs.

    Attributes:
        name: in a reader's words: `as known on 2025-06-30`, `without CMS OPPS Addendum B 2025-07.20250725`.
        as_of: the day on which things are known.
        reference: the reference data.
    """

    name: str
    as_of: date
    reference: Reference


def worlds(
    folder: Path | None, *, before: date, after: date, edition: str | None = None, source: str | None = None
) -> tuple[World, World]:
    """The world before and the world after.

    Args:
        folder: of loaded editions; null takes the usual one.
        before: the day on which things are known in the first.
        after: the day on which they are known in the second.
        edition: name of loaded editions that the first is without.
        source: of those, only sources whose name holds these words.

    Raises:
        UsageError: no loaded edition has the name, or none of them is known by `after`.
        ReferenceDataError: the folder cannot be read.
    """
    reference = Reference.open(folder)
    if edition is None:
        return (
            World(f"as known on {before}", before, reference),
            World(f"as known on {after}", after, reference),
        )
    held = Library(folder if folder is not None else Library.default_folder()).held()
    named = meant(held, edition, source=source)
    left_out = sorted({(e.source, e.edition) for e in named})
    if all(e.published_on > after for e in named):
        first = min(e.published_on for e in named)
        raise UsageError(
            f"the edition {edition} is known from {first} on, so on {after} it changes nothing.",
            hint=f"Judge with --as-of {first} or later.",
        )
    without = reference
    for of_source, label in left_out:
        without = without.excluding(of_source, label)
    words = ", ".join(f"{s} {e}" for s, e in left_out)
    return World(f"without {words}", before, without), World(f"with {words}", after, reference)


@dataclass(frozen=True, slots=True)
class Judged:
    """One of the two runs.

    Attributes:
        result: findings and what else the engine gives.
        payments: per line of a Medicare payer: `line_key`, `claim_key`, `hcpcs`, `expected_payment_amount`,
            `expected_payment_reason`, `expected_payment_source`.
    """

    result: RunResult
    payments: pl.DataFrame


def judge_world(
    batches: Iterable[ClaimBundle], edits: Sequence[Edit], *, world: World, policies: PolicyResolver
) -> Judged:
    """Judge batches of whole claims in one world, and work out what Medicare would pay for their lines."""
    seen: list[pl.DataFrame] = []
    plan = make_plan((), also=_FACTS)
    result = run_edits(
        _observed(batches, plan, world, policies, seen),
        edits,
        reference=world.reference,
        policies=policies,
        as_of=world.as_of,
    )
    lines = pl.concat(seen) if seen else None
    return Judged(result, _payments(lines, world))


def _observed(
    batches: Iterable[ClaimBundle],
    plan: Plan,
    world: World,
    policies: PolicyResolver,
    seen: list[pl.DataFrame],
) -> Iterator[ClaimBundle]:
    """The batches, while the lines of Medicare payers are noted with their settings."""
    for bundle in batches:
        ctx = facts_of_batch(bundle, plan, reference=world.reference, policies=policies, as_of=world.as_of)
        seen.append(ctx.lines.filter(pl.col("payer_class").is_in(MEDICARE)).select(_LINE))
        yield bundle


_NO_PAYMENTS = pl.DataFrame(
    schema={
        "line_key": pl.Int64,
        "claim_key": pl.Int64,
        "hcpcs": pl.String,
        "expected_payment_amount": MONEY,
        "expected_payment_reason": pl.String,
        "expected_payment_source": pl.String,
    }
)


def _payments(lines: pl.DataFrame | None, world: World) -> pl.DataFrame:
    if lines is None or lines.is_empty():
        return _NO_PAYMENTS
    worked_out = expected_payments(lines, world.reference, world.as_of)
    both = pl.concat([lines.select("line_key", "claim_key", "hcpcs"), worked_out], how="horizontal")
    return both.select(pl.col(c).cast(t) for c, t in _NO_PAYMENTS.schema.items())


def changes(before: Judged, after: Judged) -> pl.DataFrame:
    """What changed, one row per finding, question or payment.

    Returns:
        `claim_key`, `line_key` (null for the claim as a whole), `change` (see `ORDER`), `edit`, `code`,
        `severity_before`, `severity_after`, `message_before`, `message_after`, `charge_amount` (of the line,
        else of the claim), `payment_before`, `payment_after`, `payment_source_before`, `payment_source_after`;
        in the order of the claims.
    """
    verdicts = _verdicts(before.result).join(
        _verdicts(after.result), on=_SUBJECT, how="full", coalesce=True, nulls_equal=True, suffix="_after"
    )
    fires, fires_after = pl.col("fires").fill_null(value=False), pl.col("fires_after").fill_null(value=False)
    asked, asked_after = pl.col("fires").is_not_null(), pl.col("fires_after").is_not_null()
    words = ("severity", "message", "fix")
    differs = pl.any_horizontal(pl.col(c).ne_missing(pl.col(f"{c}_after")) for c in words)
    change = (
        pl.when(fires & fires_after & differs)
        .then(pl.lit(CHANGED))
        .when(fires_after & ~fires)
        .then(pl.lit(NEW))
        .when(fires & ~fires_after)
        .then(pl.lit(GONE))
        .when(asked & ~asked_after)
        .then(pl.lit(ANSWERED))
        .when(asked_after & ~asked)
        .then(pl.lit(UNANSWERED))
    )
    found = verdicts.select(
        "claim_key",
        "line_key",
        change.alias("change"),
        "edit",
        pl.coalesce("code", "code_after").alias("code"),
        pl.when(fires).then("severity").alias("severity_before"),
        pl.when(fires_after).then("severity_after").alias("severity_after"),
        pl.when(fires).then("message").alias("message_before"),
        pl.when(fires_after).then("message_after").alias("message_after"),
    ).filter(pl.col("change").is_not_null())
    paid = paid_otherwise(before, after)
    payments = paid.drop("hcpcs")
    alone = paid.join(found.select("line_key").drop_nulls().unique(), on="line_key", how="anti").select(
        "claim_key", "line_key", pl.lit(PAYMENT).alias("change")
    )
    rows = pl.concat([found, alone], how="diagonal")
    lines = after.result.lines.select("line_key", "line_number", "charge_amount")
    claims = after.result.claims.select("claim_key", "claim_charge_amount")
    rank = pl.col("change").replace_strict({k: n for n, k in enumerate(ORDER)}, return_dtype=pl.Int8)
    return (
        rows.join(payments.drop("claim_key"), on="line_key", how="left", maintain_order="left")
        .join(lines, on="line_key", how="left", maintain_order="left")
        .join(claims, on="claim_key", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("line_key").is_null())
            .then("claim_charge_amount")
            .otherwise("charge_amount")
            .alias("charge_amount")
        )
        .sort("claim_key", "line_number", "line_key", rank, "code", nulls_last=True)
        .drop("line_number", "claim_charge_amount")
    )


def _verdicts(result: RunResult) -> pl.DataFrame:
    """Findings with `fires` true, and questions not answered with `fires` false."""
    fired = result.findings.filter(pl.col("waiver").is_null()).select(
        *_SUBJECT, "code", "severity", "message", "fix", pl.lit(value=True).alias("fires")
    )
    codes = pl.lit(None, dtype=pl.String)
    unknown = result.not_evaluated.select(
        "claim_key",
        "line_key",
        pl.col("edit").cast(pl.String),
        codes.alias("code"),
        codes.alias("severity"),
        codes.alias("message"),
        codes.alias("fix"),
        pl.lit(value=False).alias("fires"),
    )
    return pl.concat([fired, unknown])


def paid_otherwise(before: Judged, after: Judged) -> pl.DataFrame:
    """Lines whose expected payment differs, or is known in one of the runs only.

    Returns:
        `line_key`, `claim_key`, `hcpcs`, and amount and source of both runs: `payment_before`,
        `payment_source_before`, `payment_after`, `payment_source_after`.
    """
    columns = {"expected_payment_amount": "payment", "expected_payment_source": "payment_source"}
    old = before.payments.select(
        "line_key", "claim_key", "hcpcs", *(pl.col(c).alias(f"{n}_before") for c, n in columns.items())
    )
    new = after.payments.select("line_key", *(pl.col(c).alias(f"{n}_after") for c, n in columns.items()))
    return old.join(new, on="line_key", how="inner").filter(
        pl.col("payment_before").ne_missing(pl.col("payment_after"))
    )
