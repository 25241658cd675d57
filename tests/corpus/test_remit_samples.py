"""Public sample remittances against counted answers: claims, lines, triplets, sums, balance."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def samples(shared: Path) -> dict[Path, dict]:
    folder = shared / "data" / "x12"
    answers = json.loads((folder / "answers.json").read_text())
    return {folder / name: answer for name, answer in answers.items()}


def _of_kind(samples, kind):
    found = {path: answer for path, answer in samples.items() if kind in answer["transactions"]}
    assert found
    return found


def _totals(remits) -> dict[str, object]:
    paid, claims, lines = remits.transactions, remits.claims, remits.lines
    throughout = paid["is_balanced_throughout"].sum()
    sums = {
        "835_sum_BPR02": paid["payment_amount"],
        "835_sum_CLP03": claims["charge_amount"],
        "835_sum_CLP04": claims["paid_amount"],
        "835_sum_CLP05": claims["patient_responsibility_amount"],
        "835_sum_CAS": remits.adjustments["adjustment_amount"],
        "835_sum_PLB": remits.provider_adjustments["adjustment_amount"],
        "835_sum_SVC02": lines["charge_amount"],
        "835_sum_SVC03": lines["paid_amount"],
    }
    segments = remits.adjustments.select("file_number", "segment").unique().height
    return {name: f"{column.sum():.2f}" for name, column in sums.items()} | {
        "835_claims": claims.height,
        "835_service_lines": lines.height,
        "835_CAS_segments": segments,
        "835_CAS_triplets": remits.adjustments.height,
        "835_balanced_transactions": throughout,
        "835_unbalanced_transactions": paid.height - throughout,
    }


def test_claims_lines_triplets_sums_and_balance_equal_the_answers(samples):
    for path, answer in _of_kind(samples, "835").items():
        reader = AnswerReader([path])
        bundle = collect(reader)
        assert _totals(bundle.remits) == answer["totals"], path.name
        report = reader.reports[0]
        assert report.kinds == answer["transactions"], path.name
        assert report.segments == answer["segments"], path.name
        assert report.claims == report.claims_read == answer["totals"]["835_claims"]


def test_small_batches_give_the_same(samples):
    for path in _of_kind(samples, "835"):
        one, many = AnswerReader([path]), AnswerReader([path], batch_bytes=400)
        whole, pieces = collect(one).remits, collect(many).remits
        for name in ("transactions", "claims", "lines", "adjustments", "remarks", "provider_adjustments"):
            assert getattr(whole, name).rows() == getattr(pieces, name).rows(), (path.name, name)
        assert Counter(p.kind for p in one.reports[0].problems) == Counter(
            p.kind for p in many.reports[0].problems
        ), path.name


def test_nothing_that_is_off_balance_or_cut_short_may_be_posted(samples):
    for path in _of_kind(samples, "835"):
        remits = collect(AnswerReader([path])).remits
        for claim in remits.claims.iter_rows(named=True):
            payment = remits.transactions.row(by_predicate=_is(claim["remit_key"]), named=True)
            sound = claim["is_balanced"] and not claim["unbalanced_line_count"]
            whole = (
                payment["is_balanced"] and payment["is_whole"] and payment["seen_before_remit_key"] is None
            )
            assert claim["is_postable"] == (sound and whole), path.name


def _is(key):
    import polars as pl

    return pl.col("remit_key") == key


def test_the_same_sample_in_two_files_counts_once(samples):
    # Several publishers print the same worked examples: read together they are recognised.
    paths = list(_of_kind(samples, "835"))
    remits = collect(AnswerReader([*paths, *paths])).remits
    counted = remits.transactions.filter(remits.transactions["seen_before_remit_key"].is_null())
    assert counted["recognition_key"].is_unique().all()
    once = collect(AnswerReader(paths)).remits.transactions
    assert set(counted["content_digest"]) <= set(once["content_digest"])
    assert counted.height == once["recognition_key"].n_unique()


def test_the_999_of_three_files(samples):
    for path in _of_kind(samples, "999"):
        reader = AnswerReader([path])
        answers = collect(reader).acknowledgments
        assert reader.reports[0].problems == []
        rows = answers.acknowledgments
        assert rows["level"].to_list().count("transaction") == 3
        assert rows.filter(rows["level"] == "group")["sent_count"].to_list() == [3]
        assert rows["interchange_key"].null_count() == 0


def test_837_samples_are_named_and_refused(samples):
    for path in list(_of_kind(samples, "837P"))[::7]:
        reader = AnswerReader([path])
        bundle = collect(reader)
        assert bundle.remits.claims.height == 0
        assert reader.reports[0].is_fatal
        assert "claims-not-answers" in [p.kind for p in reader.reports[0].problems]
