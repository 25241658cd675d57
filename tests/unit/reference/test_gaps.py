"""Periods that no edition speaks about, in words."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.reference.gaps import (
    Gap,
    find_gaps,
    next_quarter,
    period_words,
    quarter_name,
    quarter_start,
    setting_words,
    title,
)

TODAY = date(2026, 8, 20)


def quarter(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, next_quarter(first)


@pytest.fixture
def editions(keep, make_release, library):
    def of(*covers, set_name: str = "mue", settings: tuple[str, ...] = ("practitioner",)):
        for number, span in enumerate(covers):
            rows = [{"hcpcs": "J2919", "mue_setting": s, "mue_value": 1} for s in settings]
            keep(make_release(f"e{number}-{'-'.join(settings)}", rows, set_name=set_name, covers=span))
        return library.held()

    return of


def test_a_quarter_between_and_those_until_today(editions) -> None:
    gaps = find_gaps(editions(quarter(2025, 1), quarter(2025, 10)), TODAY)
    assert [g.words() for g in gaps] == [
        "no MUE (practitioner) for 2025 Q2 to 2025 Q3", "no MUE (practitioner) for 2026 Q1 to 2026 Q3",
    ]  # fmt: skip
    assert [g.is_open for g in gaps] == [False, True]


def test_none_where_all_is_held(editions) -> None:
    assert find_gaps(editions(quarter(2026, 4), quarter(2026, 7)), TODAY) == []
    assert find_gaps([], TODAY) == []


def test_a_setting_says_nothing_of_another(editions) -> None:
    editions(quarter(2026, 7), settings=("practitioner", "dme"))
    gaps = find_gaps(editions(quarter(2026, 1), quarter(2026, 7), settings=("outpatient_hospital",)), TODAY)
    assert [g.words() for g in gaps] == ["no MUE (outpatient hospital) for 2026 Q2"]


def test_an_edition_of_the_future_leaves_no_gap_after_today(editions) -> None:
    gaps = find_gaps(editions(quarter(2026, 4), quarter(2027, 1)), TODAY)
    assert [(g.first_day, g.last_day, g.is_open) for g in gaps] == [
        (date(2026, 7, 1), date(2026, 9, 30), True)
    ]


def test_an_open_edition_covers_all_after_it(editions) -> None:
    assert find_gaps(editions((date(2025, 1, 1), None)), TODAY) == []
    assert find_gaps(editions((None, date(2026, 10, 1)), settings=("dme",)), TODAY) == []


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2025, 7, 1), date(2025, 9, 30), "2025 Q3"),
        (date(2024, 10, 1), date(2025, 6, 30), "2024 Q4 to 2025 Q2"),
        (date(2025, 7, 2), date(2025, 9, 30), "2025-07-02 to 2025-09-30"),
        (date(2025, 7, 1), date(2025, 9, 29), "2025-07-01 to 2025-09-29"),
        (date(2025, 7, 2), date(2025, 7, 2), "2025-07-02"),
    ],
)
def test_periods_in_words(first, last, words) -> None:
    assert period_words(first, last) == words


@pytest.mark.parametrize("month", range(1, 13))
def test_quarters(month) -> None:
    day = date(2025, month, 28)
    assert quarter_start(day) <= day < next_quarter(day)
    assert next_quarter(day).month in (1, 4, 7, 10)
    assert quarter_name(day) == f"2025 Q{(month - 1) // 3 + 1}"


def test_words_of_sets() -> None:
    assert title("mue", "dme") == "MUE (DME)"
    assert title("self_administered") == "self administered"
    assert setting_words("hopd") == "hospital outpatient"
    assert (
        Gap("ndc", "", date(2025, 7, 1), date(2025, 9, 30), is_open=False).words()
        == "no NDC crosswalk for 2025 Q3"
    )
