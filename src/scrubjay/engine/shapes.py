"""Judges claims that are alike once.

Clinics bill the same few services over and over: many claims of a batch differ only in the patient, the
charges, the diagnoses and the numbers that name the claim. What reads none of those (nearly every fact and
edit) is worked out on one claim of each shape and carried over to the others; the rest is worked out on all
claims. Equal shapes are found by hash and then compared value by value, so nothing rests on a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.engine.evaluate import Judgement, coverage_of
from scrubjay.tables import ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.engine.plan import Plan
    from scrubjay.facts import FactContext

FEWEST_CLAIMS = 200
"""Smaller batches are judged as they are: finding shapes would take longer."""
MOST_SHAPES = 0.6
"""Share of a batch's claims; where more of them differ, they are judged one by one."""
_SEED = 837


@dataclass(frozen=True, slots=True)
class Shapes:
    """The claims of a batch by shape.

    Attributes:
        bundle: the first claim of every shape, with the columns that a shape is made of.
        claim_rows: for every claim of the batch the row of `bundle.claims` that stands for it.
        line_rows: the same for lines.
        claim_weights: how many claims each row of `bundle.claims` stands for.
        line_weights: the same for lines.
    """

    bundle: ClaimBundle
    claim_rows: pl.Series
    line_rows: pl.Series
    claim_weights: pl.Series
    line_weights: pl.Series

    def carried_over(self, bundle: ClaimBundle, alike: FactContext, plan: Plan) -> ClaimBundle:
        """The whole batch with those facts of the shapes that the rest of the plan reads.

        Args:
            bundle: all claims and lines.
            alike: the facts of the shapes.
            plan: says what else is computed, judged and kept.
        """
        on_claims = [c for c in alike.claims.columns if c in plan.carried and c not in bundle.claims.columns]
        on_lines = [
            c
            for c in alike.lines.columns
            if c in plan.carried and c not in bundle.lines.columns and c not in alike.claims.columns
        ]
        return ClaimBundle(
            pl.concat([bundle.claims, alike.claims[on_claims][self.claim_rows]], how="horizontal"),
            pl.concat([bundle.lines, alike.lines[on_lines][self.line_rows]], how="horizontal"),
            bundle.other_payers,
            bundle.adjustments,
        )

    def coverage(
        self, judged: Sequence[tuple[pl.DataFrame, Judgement]], claims: pl.DataFrame
    ) -> pl.DataFrame:
        """Coverage of every claim of the batch by the edits that were judged on shapes.

        Args:
            judged: frames of shapes with their judgements.
            claims: all claims of the batch.
        """
        per_shape = (
            pl.concat([coverage_of(frame, one.verdicts) for frame, one in judged])
            .group_by("claim_key")
            .agg(pl.all().sum())
        )
        stands_for = self.bundle.claims["claim_key"].gather(self.claim_rows)
        return (
            claims.select("claim_key", stands_for.alias("_shape"))
            .join(per_shape, left_on="_shape", right_on="claim_key", how="inner", maintain_order="left")
            .drop("_shape")
        )

    def expand(self, judged: Judgement, lines: pl.DataFrame, claims: pl.DataFrame) -> Judgement:
        """Findings and verdicts not given of the shapes, for every claim and line of the batch.

        Args:
            judged: of lines or claims of `bundle`; its counts are those of the whole batch already.
            lines: all lines of the batch.
            claims: all claims of the batch.
        """
        return Judgement(
            judged.verdicts,
            self._expanded(judged.findings, lines, claims),
            self._expanded(judged.not_evaluated, lines, claims),
            judged.counts,
            judged.problems,
        )

    def _expanded(self, found: pl.DataFrame, lines: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
        if not found.height:
            return found
        # All rows are about lines, or all are about claims.
        is_line = found["line_key"].null_count() == 0
        key = "line_key" if is_line else "claim_key"
        shapes, frame, rows = (
            (self.bundle.lines, lines, self.line_rows)
            if is_line
            else (self.bundle.claims, claims, self.claim_rows)
        )
        named = found[key].unique()
        own = frame.select(
            "claim_key",
            pl.col("line_key") if is_line else pl.lit(None, dtype=pl.Int64).alias("line_key"),
            pl.col("charge_amount" if is_line else "claim_charge_amount").alias("at_stake_amount"),
            shapes[key].gather(rows).alias("_shape"),
        ).filter(pl.col("_shape").is_in(named.implode()))
        rest = [c for c in found.columns if c not in {"claim_key", "line_key", "at_stake_amount"}]
        return (
            found.select(pl.col(key).alias("_shape"), *rest)
            .join(own, on="_shape", how="inner", maintain_order="left_right")
            .select(found.columns)
        )


def shapes_of(bundle: ClaimBundle, plan: Plan) -> Shapes | None:
    """The shapes of a batch; null where too few claims are alike for it to be worth while.

    Args:
        bundle: whole claims.
        plan: says which columns make a shape.
    """
    claims, lines = bundle.claims, bundle.lines
    if (
        claims.height < FEWEST_CLAIMS
        or not lines["claim_key"].is_sorted()
        or not claims["claim_key"].is_sorted()
    ):
        return None
    run = lines["claim_key"].rle().struct.unnest()
    place = claims.select("claim_key", pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"))
    counts = place.join(
        run.select(pl.col("value").alias("claim_key"), pl.col("len").cast(pl.Int64).alias("_lines")),
        on="claim_key",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("_lines").fill_null(0))
    starts = counts["_lines"].cum_sum() - counts["_lines"]
    claim_of_line = counts["_row"].repeat_by(counts["_lines"]).explode().drop_nulls()
    position = pl.int_range(lines.height, dtype=pl.Int64, eager=True) - starts.gather(claim_of_line)
    first = _first_alike(bundle, plan, claim_of_line, position)
    is_first = first == counts["_row"]
    if is_first.sum() > MOST_SHAPES * claims.height:
        return None
    first_line = starts.gather(first.gather(claim_of_line)) + position
    if not _are_alike(
        claims.select(plan.shape_of_claim).with_columns(counts["_lines"]), first
    ) or not _are_alike(lines.select(plan.shape_of_line), first_line):
        return None
    weights = first.to_frame("_row").group_by("_row").len("_weight")
    claim_weights = counts.select("_row").join(weights, on="_row", how="inner", maintain_order="left")[
        "_weight"
    ]
    chosen_lines = is_first.gather(claim_of_line)
    return Shapes(
        ClaimBundle(
            claims.filter(is_first).select("claim_key", *plan.shape_of_claim),
            lines.filter(chosen_lines).select("line_key", "claim_key", *plan.shape_of_line),
            # A claim with these is a shape of its own.
            bundle.other_payers,
            bundle.adjustments,
        ),
        _new_rows(is_first).gather(first),
        _new_rows(chosen_lines).gather(first_line),
        claim_weights,
        claim_weights.gather(_new_rows(is_first).gather(claim_of_line.filter(chosen_lines))),
    )


def _first_alike(bundle: ClaimBundle, plan: Plan, claim_of_line: pl.Series, position: pl.Series) -> pl.Series:
    """For every claim the row of the first whose hash is the same."""
    claims, lines = bundle.claims, bundle.lines
    # The place of a line in its claim belongs to its hash, so that a sum stands for the order too.
    line_hash = lines.select(plan.shape_of_line).with_columns(position).hash_rows(_SEED)
    of_lines = (
        pl.DataFrame({"_row": claim_of_line, "_hash": line_hash})
        .group_by("_row")
        .agg(pl.col("_hash").sum(), pl.len().alias("_lines"))
    )
    alone = pl.concat([bundle.other_payers["claim_key"], bundle.adjustments["claim_key"]]).unique()
    hashed = (
        claims.select(
            *plan.shape_of_claim,
            pl.when(pl.col("claim_key").is_in(alone.implode())).then("claim_key").alias("_alone"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"),
        )
        .join(of_lines, on="_row", how="left", maintain_order="left")
        .drop("_row")
        .hash_rows(_SEED)
        .to_frame("_hash")
        .with_row_index("_row")
    )
    return hashed.select(pl.col("_row").first().over("_hash")).to_series()


def _are_alike(frame: pl.DataFrame, rows: pl.Series) -> bool:
    """Whether every row equals the row that stands for it; null equals null."""
    return all(_is_alike(column, column.gather(rows)) for column in frame.get_columns())


def _is_alike(one: pl.Series, other: pl.Series) -> bool:
    if isinstance(one.dtype, pl.List):
        # Lists of the same lengths are alike where their values in a row are; compared as lists it takes ten times longer.
        lengths = one.list.len().eq_missing(other.list.len())
        return bool(lengths.all()) and bool(one.explode().eq_missing(other.explode()).all())
    return bool(one.eq_missing(other).all())


def _new_rows(is_kept: pl.Series) -> pl.Series:
    """For every row that is kept its number among those."""
    return (is_kept.cast(pl.UInt32).cum_sum() - is_kept.cast(pl.UInt32)).cast(pl.UInt32)
