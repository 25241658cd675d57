"""Claims that are alike are judged once: the result is that of judging each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from scrubjay import api
from scrubjay.engine import make_plan, run_edits, shapes
from scrubjay.intake import ClaimReader
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.tables import ClaimBundle

ROOT = Path(__file__).parents[3]
FILES = sorted([*(ROOT / "examples").glob("*.837"), *(ROOT / "tests" / "gold" / "claims").glob("*.837")])
AS_OF = date(2026, 4, 15)


def renumbered(bundle: ClaimBundle, by: int) -> ClaimBundle:
    claim, line = pl.col("claim_key") + by, pl.col("line_key") + by
    return ClaimBundle(
        bundle.claims.with_columns(claim),
        bundle.lines.with_columns(claim, line),
        bundle.other_payers.with_columns(claim),
        bundle.adjustments.with_columns(claim, line),
    )


def joined(bundles: list[ClaimBundle]) -> ClaimBundle:
    return ClaimBundle(
        pl.concat([b.claims for b in bundles]),
        pl.concat([b.lines for b in bundles]),
        pl.concat([b.other_payers for b in bundles]),
        pl.concat([b.adjustments for b in bundles]),
    )


@pytest.fixture(scope="module")
def batch() -> ClaimBundle:
    """Every example and gold claim four times: as it is, and for other patients, charges and diagnoses."""
    once = joined(list(ClaimReader(FILES).batches()))
    other_patient = ClaimBundle(
        once.claims.with_columns(
            pl.lit("DOE").alias("patient_last_name"),
            pl.lit("7").alias("member_id"),
            pl.col("claim_charge_amount") + 1,
        ),
        once.lines.with_columns(pl.col("charge_amount") * 2),
        once.other_payers,
        once.adjustments,
    )
    other_diagnoses = ClaimBundle(
        once.claims.with_columns(
            pl.col("diagnosis_codes").list.reverse(), pl.lit("F8").alias("original_reference_number")
        ),
        once.lines.with_columns(pl.col("diagnosis_pointers").list.tail(1)),
        once.other_payers,
        once.adjustments,
    )
    copies = [once, other_patient, once, other_diagnoses]
    return joined([renumbered(one, 100_000 * n) for n, one in enumerate(copies)])


def judged(batch: ClaimBundle):
    return run_edits(
        [batch], api.edits(), reference=Reference.starter(), policies=PolicySet.base(), as_of=AS_OF
    )


def test_equal_to_judging_every_claim(batch, monkeypatch):
    monkeypatch.setattr(shapes, "FEWEST_CLAIMS", 10**9)
    each = judged(batch)
    monkeypatch.setattr(shapes, "FEWEST_CLAIMS", 1)
    found = shapes.shapes_of(batch, make_plan(api.edits()))
    assert found is not None
    # Claims with other payers stand for themselves; of the rest the four copies are one shape.
    assert found.bundle.claims.height < batch.claims.height / 2
    by_shape = judged(batch)
    order = ["claim_key", "line_key", "edit"]
    assert_frame_equal(each.findings.sort(order), by_shape.findings.sort(order))
    assert_frame_equal(each.not_evaluated.sort(order), by_shape.not_evaluated.sort(order))
    assert_frame_equal(each.coverage.sort("claim_key"), by_shape.coverage.sort("claim_key"))
    assert_frame_equal(each.claims, by_shape.claims)
    assert_frame_equal(each.lines, by_shape.lines)
    assert each.counts == by_shape.counts
    assert each.findings.height > 100


def test_only_what_a_shape_is_made_of_is_seen(batch, monkeypatch):
    monkeypatch.setattr(shapes, "FEWEST_CLAIMS", 1)
    found = shapes.shapes_of(batch, make_plan(api.edits()))
    assert found is not None
    seen = {*found.bundle.claims.columns, *found.bundle.lines.columns}
    assert not seen & {"member_id", "patient_last_name", "charge_amount", "diagnosis_codes", "segment"}


def test_no_shapes_where_most_claims_differ(batch, monkeypatch):
    monkeypatch.setattr(shapes, "FEWEST_CLAIMS", 1)
    monkeypatch.setattr(shapes, "MOST_SHAPES", 0.01)
    assert shapes.shapes_of(batch, make_plan(api.edits())) is None


def test_equal_hashes_of_different_claims_are_noticed(batch, monkeypatch):
    monkeypatch.setattr(shapes, "FEWEST_CLAIMS", 1)
    monkeypatch.setattr(
        shapes, "_first_alike", lambda bundle, *_: pl.zeros(bundle.claims.height, dtype=pl.UInt32, eager=True)
    )
    assert shapes.shapes_of(batch, make_plan(api.edits())) is None


def test_lines_out_of_order_are_judged_as_they_are(batch, monkeypatch):
    monkeypatch.setattr(shapes, "FEWEST_CLAIMS", 1)
    mixed = ClaimBundle(batch.claims, batch.lines.reverse(), batch.other_payers, batch.adjustments)
    assert shapes.shapes_of(mixed, make_plan(api.edits())) is None
