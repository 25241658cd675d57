from __future__ import annotations

import random
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.recovery.beta import below, fitted_strength, interval, quantile
from scrubjay.recovery.probability import HISTORY_SCHEMA, learn, minutes_of, no_history, predict, priors


def history(*groups: tuple[str, str, str, int, int]) -> pl.DataFrame:
    """Closed cases: payer, cause, remedy, won, tried; a hundred dollars at stake each."""
    rows = [
        (payer, cause, remedy, Decimal(100), Decimal(100 if n < won else 0))
        for payer, cause, remedy, won, tried in groups
        for n in range(tried)
    ]
    return pl.DataFrame(rows, schema=HISTORY_SCHEMA, orient="row")


def ask(given_history: pl.DataFrame, *keys: tuple[str | None, str | None, str | None]) -> pl.DataFrame:
    frame = pl.DataFrame(
        list(keys),
        schema={"payer_id": pl.String, "root_cause": pl.String, "remedy": pl.String},
        orient="row",
    )
    return predict(learn(given_history), frame)


@pytest.mark.parametrize(
    ("a", "b", "x", "share"),
    [(1, 1, 0.3, 0.3), (2, 1, 0.5, 0.25), (1, 3, 0.5, 0.875), (5, 5, 0.5, 0.5), (3, 2, 0.4, 0.1792)],
)
def test_known_values_of_the_beta_distribution(a: float, b: float, x: float, share: float) -> None:
    assert below(a, b, x) == pytest.approx(share, abs=1e-9)
    assert quantile(a, b, share) == pytest.approx(x, abs=1e-6)


def test_quantiles_agree_with_drawn_values() -> None:
    rng = random.Random(5)
    for a, b in [(0.7, 2.5), (12.0, 40.0), (300.0, 150.0)]:
        drawn = sorted(rng.betavariate(a, b) for _ in range(20000))
        low, high = interval(a, b, 0.9)
        assert drawn[1000] == pytest.approx(low, abs=0.015)
        assert drawn[19000] == pytest.approx(high, abs=0.015)


@settings(deadline=None)
@given(st.floats(0.3, 800), st.floats(0.3, 800), st.floats(0.01, 0.99))
def test_quantile_turns_below_round(a: float, b: float, share: float) -> None:
    assert below(a, b, quantile(a, b, share)) == pytest.approx(share, abs=2e-3)


def test_without_history_the_stated_prior_answers_and_says_so() -> None:
    got = ask(no_history(), ("p", "c", "APP"), ("p", "c", "WO"), ("p", None, None)).rows(named=True)
    assert got[0]["probability"] == Decimal(priors()["APP"]["probability"])
    assert "unverified" in got[0]["probability_basis"]
    assert got[0]["probability_high"] - got[0]["probability_low"] > Decimal("0.3")
    assert [r["probability"] for r in got[1:]] == [None, None]


def test_few_cases_are_shrunk_and_many_speak_for_themselves() -> None:
    known = history(("a", "c", "APP", 200, 400), ("few", "c", "APP", 2, 2), ("many", "c", "APP", 190, 200))
    few, many, new = ask(known, ("few", "c", "APP"), ("many", "c", "APP"), ("new", "c", "APP")).rows(
        named=True
    )
    assert Decimal("0.55") < few["probability"] < Decimal("0.85")  # two of two is no certainty
    assert abs(many["probability"] - Decimal("0.95")) < Decimal("0.03")
    wide = few["probability_high"] - few["probability_low"]
    assert wide > 3 * (many["probability_high"] - many["probability_low"])
    assert "2 of 2 cases" in few["probability_basis"]
    assert "no case of this payer" in new["probability_basis"]


def test_a_cause_without_cases_goes_by_its_remedy() -> None:
    known = history(("a", "c", "REPL", 5, 100))
    other = ask(known, ("a", "other", "REPL")).row(0, named=True)
    assert other["probability"] < Decimal("0.15")
    assert "other causes" in other["probability_basis"]


def test_open_cases_and_unknown_remedies_do_not_count() -> None:
    open_case = history(("a", "c", "APP", 1, 1)).with_columns(
        pl.lit(None, pl.Decimal(18, 2)).alias("recovered_amount")
    )
    assert learn(open_case).cases == 0
    assert learn(history(("a", "c", "WO", 1, 1))).cases == 0


def test_part_payments_lower_the_share() -> None:
    half = history(("a", "c", "APP", 50, 50)).with_columns(
        pl.lit(Decimal(50), pl.Decimal(18, 2)).alias("recovered_amount")
    )
    got = ask(half, ("a", "c", "APP")).row(0, named=True)
    assert got["probability"] > Decimal("0.9")
    assert abs(got["recovered_share"] - Decimal("0.50")) < Decimal("0.02")


def test_strength_says_how_alike_groups_are() -> None:
    rng = random.Random(3)
    tried = [40] * 60
    alike = [sum(rng.random() < 0.5 for _ in range(40)) for _ in tried]
    spread = [sum(rng.random() < p for _ in range(40)) for p in (rng.betavariate(1, 1) for _ in tried)]
    assert fitted_strength(alike, tried, [0.5] * 60, 8) > 60
    assert fitted_strength(spread, tried, [0.5] * 60, 8) < 5
    assert fitted_strength([1], [2], [0.5], 8) == 8


def test_minutes() -> None:
    assert minutes_of("APP", 1) < minutes_of("APP", 2) < minutes_of("APP", 3)
    assert minutes_of("NEW", None) == 12
