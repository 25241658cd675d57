"""What changed between two editions: kinds of change, amounts, and what is no change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.reference import diff
from scrubjay.reference.sets import SETS

JAN, APR, JUL = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)


def frame(set_name: str, *rows: dict) -> pl.DataFrame:
    base = {"source": "s", "edition": "e", "confidence": "A"}
    return SETS[set_name].conform(
        pl.DataFrame([{**base, **r} for r in rows], infer_schema_length=None)
        if rows
        else SETS[set_name].empty()
    )


def found(set_name: str, before: pl.DataFrame, after: pl.DataFrame) -> list[tuple]:
    columns = ("key", "change", "column", "before", "after")
    return diff.changes(set_name, "s", before, after).select(columns).rows()


def code(
    hcpcs: str, descriptor: str = "Injection, x, 5 mg", first: date | None = JAN, end: date | None = None
):
    return {"hcpcs": hcpcs, "descriptor": descriptor, "effective_from": first, "effective_to": end}


def test_codes_added_ended_gone_and_open_again() -> None:
    before = frame("hcpcs", code("J0001"), code("J0002"), code("J0003"), code("J0004", end=APR))
    after = frame("hcpcs", code("J0001", end=APR), code("J0002"), code("J0004"), code("J0005", first=APR))
    assert found("hcpcs", before, after) == [
        ("J0005", "added", None, None, "2026-04-01"),
        ("J0001", "ended", "last day", None, "2026-03-31"),
        ("J0003", "no longer listed", None, None, None),
        ("J0004", "open again", "last day", "2026-03-31", None),
    ]


def test_a_code_described_anew_and_one_only_written_otherwise() -> None:
    before = frame("hcpcs", code("J0001"), code("J0002"))
    after = frame("hcpcs", code("J0001", "INJECTION X 5 MG."), code("J0002", "Injection, x, 10 mg"))
    assert found("hcpcs", before, after) == [
        ("J0002", "re-described", "descriptor", "Injection, x, 5 mg", "Injection, x, 10 mg"),
    ]


def test_units_of_a_drug() -> None:
    before = frame("drugs", {"hcpcs": "J0001", "drug": "x", "unit_amount": Decimal("5.00"), "unit": "mg"})
    after = frame("drugs", {"hcpcs": "J0001", "drug": "x", "unit_amount": Decimal(10), "unit": "mg"})
    assert found("drugs", before, after) == [("J0001", "units changed", "unit_amount", "5", "10")]


@pytest.mark.parametrize(
    ("one", "two", "percent"),
    [
        ("1.503", "15.031", "900.07"),
        ("2", "1", "-50.00"),
        ("0", "1", None),
        (None, "1", None),
        ("1", None, None),
    ],
)
def test_limits_that_moved(one, two, percent) -> None:
    def limits(amount: str | None) -> pl.DataFrame:
        return frame(
            "payment_limits", {"hcpcs": "J0001", "payment_limit": Decimal(amount) if amount else None}
        )

    (row,) = diff.changes("payment_limits", "s", limits(one), limits(two)).to_dicts()
    assert (row["change"], row["before"], row["after"]) == ("limit moved", one, two)
    assert row["percent"] == (Decimal(percent) if percent else None)


def test_an_amount_with_other_zeros_is_the_same() -> None:
    before = frame("payment_limits", {"hcpcs": "J0001", "payment_limit": Decimal("1.50")})
    after = frame("payment_limits", {"hcpcs": "J0001", "payment_limit": Decimal("1.5")})
    assert found("payment_limits", before, after) == []


def test_an_ndc_that_bills_under_another_code_is_one_change() -> None:
    before = frame("ndc", {"ndc": "00009004722", "hcpcs": "J2930", "product": "Solu-Medrol"})
    after = frame("ndc", {"ndc": "00009004722", "hcpcs": "J2919", "product": "Solu-Medrol"})
    assert found("ndc", before, after) == [
        ("00009004722", "bills under another code", "hcpcs", "J2930", "J2919")
    ]


def test_an_ndc_of_two_codes_is_compared_code_by_code() -> None:
    before = frame("ndc", {"ndc": "00009004722", "hcpcs": "J2930"})
    after = frame("ndc", {"ndc": "00009004722", "hcpcs": "J2930"}, {"ndc": "00009004722", "hcpcs": "J2919"})
    assert [(k, c) for k, c, *_ in found("ndc", before, after)] == [("00009004722 J2919", "added")]


def test_quarters_that_follow_one_another_did_not_move() -> None:
    row = {"hcpcs": "J0001", "payment_limit": Decimal(1)}
    before = frame("payment_limits", {**row, "effective_from": JAN, "effective_to": APR})
    after = frame("payment_limits", {**row, "effective_from": APR, "effective_to": JUL})
    assert found("payment_limits", before, after) == []


def test_periods_of_one_key_are_compared_one_by_one() -> None:
    first, second = code("J0001", "a", JAN, APR), code("J0001", "b", APR, None)
    assert found("hcpcs", frame("hcpcs", first, second), frame("hcpcs", second, first)) == []
    later = code("J0001", "c", APR, None)
    assert [(c, b, a) for _, c, _, b, a in found("hcpcs", frame("hcpcs", first, second), frame("hcpcs", first, later))] == [
        ("re-described", "b", "c"),
    ]  # fmt: skip


codes = st.dictionaries(
    st.sampled_from([f"J000{n}" for n in range(6)]), st.sampled_from(["x 5 mg", "x 10 mg", "y"]), max_size=6
)


@settings(deadline=None, max_examples=25)
@given(codes, codes)
def test_every_key_that_differs_is_told_and_no_other(old, new) -> None:
    before = frame("hcpcs", *(code(c, d) for c, d in old.items()))
    after = frame("hcpcs", *(code(c, d) for c, d in new.items()))
    told = diff.changes("hcpcs", "s", before, after)
    assert set(told["key"]) == {c for c in {*old, *new} if old.get(c) != new.get(c)}
    assert found("hcpcs", before, before) == []
    back = diff.changes("hcpcs", "s", after, before)
    assert set(back["key"]) == set(told["key"])
    assert sum(n for _, _, n in diff.summary(told)) == told.select("key", "change").unique().height
