"""Elements of segments: the same whether the texts are few or all differ."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from scrubjay.intake.x12 import values
from scrubjay.intake.x12.maps import ELEMENT

PARTS = st.lists(st.text("AB1", max_size=3), min_size=1, max_size=5)


def segments(parts: list[list[str]]) -> pl.Series:
    return pl.Series("raw", [ELEMENT.join(p) for p in parts], dtype=pl.String())


@given(st.lists(PARTS, min_size=1, max_size=6))
def test_texts_that_come_often_are_cut_as_all_others(parts):
    many = segments(parts * 2000)
    assert len(many) < values._MANY or many.n_unique() <= len(many) // values._ALIKE
    found = values.some_elements(many, 0, 2)
    for at, column in zip((0, 2), found, strict=True):
        expected = [p[at] if len(p) > at and p[at] else None for p in parts] * 2000
        assert column.to_list() == expected


@given(st.lists(PARTS, min_size=1, max_size=6))
def test_some_elements_are_those_of_all(parts):
    raw = segments(parts)
    every = values.elements(raw, 4)
    some = values.some_elements(raw, 1, 3)
    assert_series_equal(some[0], every[1], check_names=False)
    assert_series_equal(some[1], every[3], check_names=False)


def test_the_last_element_asked_for_does_not_hold_the_rest():
    raw = segments([["SV1", "A", "B", "C"]])
    assert [s.item() for s in values.some_elements(raw, 1, 2)] == ["A", "B"]
