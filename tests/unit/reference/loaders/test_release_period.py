"""Which quarter and which day: from words, headers, names and archives."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.reference.loaders.base import SourceFile
from scrubjay.reference.loaders.release_period import (
    Quarter,
    day_in_name,
    edition_name,
    published,
    quarter_in_header,
    quarter_in_words,
    quarter_named,
)

Q1 = Quarter(date(2026, 1, 1))
Q3 = Quarter(date(2025, 7, 1))


def file(name: str, modified_on: date | None = None) -> SourceFile:
    return SourceFile(name, b"", 0, modified_on, lambda: b"")


def test_a_quarter_is_half_open() -> None:
    assert (Quarter(date(2025, 10, 1)).end, Q1.end, Q1.name) == (
        date(2026, 1, 1),
        date(2026, 4, 1),
        "2026-01",
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("     Effective January 1, 2024 through March 31, 2024", date(2024, 1, 1)),
        ("October 1, 2025 through December 31, 2025", date(2025, 10, 1)),
        ("Effective January 1, 2024 through June 30, 2024", None),
        ("Effective January 2, 2024 through March 31, 2024", None),
        ("Effective February 1, 2024 through April 30, 2024", None),
        ("based on 1Q24 ASP data", None),
    ],
)
def test_quarter_in_words(text: str, start: date | None) -> None:
    found = quarter_in_words(text)
    assert (found.start if found else None) == start


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Apr 2022 Payment Rate ", date(2022, 4, 1)),
        ("July 2024 Payment Rate", date(2024, 7, 1)),
        ("2025_October_Web_Addendum_B.csv", date(2025, 10, 1)),
        ("opps_addendum_b_2025-07_rel20250725.csv", date(2025, 7, 1)),
        ("opps_addendum_b_2025-04_rel20250701.csv", date(2025, 4, 1)),
        ("asc_addendum_BB_20240101.txt", date(2024, 1, 1)),
        ("Final CY 2021 Payment Rate", None),
        ("addendum_b.csv", None),
        ("May 2024 addendum", None),
        ("January 2024 and April 2024", None),
    ],
)
def test_quarter_in_header(text: str, start: date | None) -> None:
    found = quarter_in_header(text)
    assert (found.start if found else None) == start


def test_quarter_named() -> None:
    assert quarter_named("2025-07") == Q3
    assert [quarter_named(t) for t in ("2026-02", "2020", "2020-05-04", "x")] == [None] * 4


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("opps_2025-07_rel20250725.csv", date(2025, 7, 25)),
        ("addendum_b.06.26.25.csv", date(2025, 6, 26)),
        ("July 2025 Addendum B 062625.csv", date(2025, 6, 26)),
        ("asc_20250701.csv", None),  # the first day of the quarter is its name, not a release
        ("opps_rel19990101.csv", None),
        ("opps_rel20259999.csv", None),
        ("rel20250725 or rel20250726.csv", None),
    ],
)
def test_day_in_name(name: str, day: date | None) -> None:
    assert day_in_name(f"some/20250720/{name}", Q3) == day


def test_published_by_name_then_archive_then_first_day() -> None:
    assert published(file("a_rel20250725.csv", date(2025, 6, 20)), Q3) == (date(2025, 7, 25), True)
    assert published(file("z.zip/a.csv", date(2025, 6, 20)), Q3) == (date(2025, 6, 20), True)
    assert published(file("z.zip/a.csv", date(2020, 1, 1)), Q3) == (date(2025, 7, 1), False)
    assert published(file("a.csv"), Q3) == (date(2025, 7, 1), False)


def test_a_corrected_release_has_a_name_of_its_own() -> None:
    names = [edition_name(file(n), Q3) for n in ("a.csv", "a_rel20250626.csv", "a_rel20250725.csv")]
    assert names == ["2025-07", "2025-07.20250626", "2025-07.20250725"] == sorted(names)
