from __future__ import annotations

import polars as pl

from scrubjay.recovery.classify import classify
from scrubjay.testing.random_columns import drawn, normal, uniform
from scrubjay.testing.recovery_year import FAULTS, make_year


def test_random_columns_are_the_same_everywhere() -> None:
    assert [round(x, 12) for x in uniform(3, 7)] == [0.858475174085, 0.308442675092, 0.465607173502]
    many = pl.DataFrame({"a": uniform(50_000, 1), "b": uniform(50_000, 2), "z": normal(50_000, 3)})
    assert abs(many["a"].mean() - 0.5) < 0.01  # type: ignore[operator]
    assert abs(many.select(pl.corr("a", "b")).item()) < 0.02
    assert abs(many["z"].std() - 1) < 0.02  # type: ignore[operator]
    counts = drawn(50_000, 4, [1, 3]).value_counts().sort("edges")["count"].to_list()
    assert abs(counts[1] / counts[0] - 3) < 0.15


def test_a_year_balances_and_repeats_itself() -> None:
    year = make_year(3000, seed=4)
    again = make_year(3000, seed=4)
    assert year.lines.equals(again.lines)
    assert year.truth.equals(again.truth)
    assert not year.lines.equals(make_year(3000, seed=5).lines)
    off = year.lines.select(
        pl.col("charge_amount")
        - pl.col("paid_amount")
        - pl.col("adjustments").list.eval(pl.element().struct.field("amount")).list.sum()
    ).to_series()
    assert (off == 0).all()
    assert year.lines["remit_claim_key"].n_unique() == 3000
    assert 0.1 < year.truth.height / 3000 < 0.2


def test_the_cause_is_named_right_where_the_codes_hold_it() -> None:
    """The acceptance of the simulation in small; benchmarks/recovery_year.py runs it with 100,000 claims."""
    year = make_year(20_000, seed=9)
    told = classify(year.lines).join(year.truth, on="remit_line_key", how="inner")
    held = told.filter(pl.col("true_cause").is_not_null())
    assert set(held["true_cause"]) == {f.cause for f in FAULTS if f.cause}
    right = (held["root_cause"] == held["true_cause"]).fill_null(value=False).mean()
    assert right >= 0.99  # type: ignore[operator]
    # Nothing that was paid is called denied.
    paid = classify(year.lines).join(year.truth, on="remit_line_key", how="anti")
    assert set(paid["outcome"]) == {"paid"}
