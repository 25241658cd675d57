"""What is kept of batches, and put together again without holding it twice."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from scrubjay import api
from scrubjay.edits.spec import Grain
from scrubjay.engine import make_plan
from scrubjay.engine.judging import Kept, in_one_piece, per_claim
from scrubjay.facts import all_groups, patient
from scrubjay.tables import AUTHORIZATIONS, CLAIMS, LINES, NO_EVIDENCE, ClaimBundle, Evidence


def test_frames_in_one_piece_are_those_below_one_another_and_are_emptied():
    def frames() -> list[pl.DataFrame]:
        return [
            pl.DataFrame({"a": [1, 2], "b": ["x", None]}),
            pl.DataFrame({"a": [3]}),
            pl.DataFrame({"b": ["y"]}),
        ]

    given_frames = frames()
    found = in_one_piece(given_frames)
    assert_frame_equal(found, pl.concat(frames(), how="diagonal"))
    assert all(column.n_chunks() == 1 for column in found.get_columns())
    assert all(frame.width == 0 for frame in given_frames)


def test_columns_of_claims_stand_on_every_line_again():
    index = pl.DataFrame({"line_key": [1, 2, 3, 4], "claim_key": [1, 1, 2, 3]})
    parts = [
        Kept(
            pl.DataFrame({"claim_key": [1, 2], "member_hash": [7, 8]}),
            pl.DataFrame({"line_key": [1, 2, 3], "has_jw": [True, False, None]}),
        ),
        # Of the second batch nothing is known but that it is there.
        Kept(pl.DataFrame({"claim_key": [3]}), pl.DataFrame({"line_key": [4]})),
    ]
    found = Kept.on_lines(parts, index)
    assert found["member_hash"].to_list() == [7, 7, 8, None]
    assert found["has_jw"].to_list() == [True, False, None, None]
    assert found["line_key"].to_list() == [1, 2, 3, 4]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_coverage_is_summed_in_any_order(rows):
    schema = {"claim_key": pl.Int64, "applicable": pl.Int32, "not_evaluated": pl.Int32}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    halves = [frame.slice(0, len(rows) // 2), frame.slice(len(rows) // 2)]
    expected = {key: [0, 0] for key, _, _ in rows}
    for key, applicable, unknown in rows:
        expected[key][0] += applicable
        expected[key][1] += unknown
    assert {k: [a, n] for k, a, n in per_claim(halves).iter_rows()} == expected


def test_bundles_are_split_where_they_were_joined():
    def bundle(keys: list[int], lines: list[int]) -> ClaimBundle:
        claims = CLAIMS.conform(pl.DataFrame({"claim_key": keys}))
        of_lines = LINES.conform(pl.DataFrame({"line_key": lines, "claim_key": [keys[0]] * len(lines)}))
        return ClaimBundle(claims, of_lines)

    parts = [bundle([1, 2], [1, 2, 3]), bundle([3], []), bundle([4], [4])]
    heights = [part.heights for part in parts]
    for part, again in zip(parts, ClaimBundle.joined(parts).split(heights), strict=True):
        assert_frame_equal(part.claims, again.claims)
        assert_frame_equal(part.lines, again.lines)
        assert_frame_equal(part.adjustments, again.adjustments)


def test_nothing_is_kept_for_facts_whose_evidence_was_not_given():
    plan = make_plan([e for e in api.edits() if e.grain in (Grain.LINE, Grain.CLAIM)])
    without = plan.given(NO_EVIDENCE)
    rest_on = {n for g in all_groups() if g.evidence == "authorizations" for n in g.needs}
    dropped = set(plan.kept_for_deferred) - set(without.kept_for_deferred)
    assert dropped
    assert dropped <= rest_on
    listed = plan.given(Evidence(authorizations=AUTHORIZATIONS.empty()))
    assert listed.kept_for_deferred == plan.kept_for_deferred


CLAIM = st.tuples(
    st.sampled_from(["1", "1", "1", "7", "8", None]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([None, 11, 12]),
    st.sampled_from([None, 11, 12]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([date(2026, 1, 5), date(2026, 1, 6)]),
    st.sampled_from([1, 2]),
)


@pytest.fixture(scope="module")
def every_claim_in_doubt():
    return lambda lines: lines["claim_key"].unique()


@given(claims=st.lists(CLAIM, min_size=1, max_size=8), line_count=st.integers(1, 2))
def test_only_claims_in_doubt_need_be_looked_at(claims, line_count, every_claim_in_doubt):
    rows = [
        (number, *values[:6], values[6], "J1745", values[7])
        for number, values in enumerate(claims, 1)
        for _ in range(line_count)
    ]
    schema = dict.fromkeys(patient.TAKEN_BACK_NEEDS, pl.UInt64) | {
        "claim_key": pl.Int64, "claim_frequency_code": pl.String, "service_date": pl.Date, "hcpcs": pl.String,
        "units": pl.Int64,
    }  # fmt: skip

    class Context:
        lines = pl.DataFrame(rows, schema=schema, orient="row")

    group = next(g for g in all_groups() if g.name == "claims_that_count")
    found = group.compute(Context())  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patient, "_in_doubt", every_claim_in_doubt)
        all_looked_at = group.compute(Context())  # type: ignore[arg-type]
    assert_frame_equal(found, all_looked_at)
