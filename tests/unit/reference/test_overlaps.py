"""Rows that speak about the same days: what later editions, complete editions and other sources do to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from scrubjay.reference.loaders.opps_addendum_b_history import HISTORY
from scrubjay.reference.loaders.opps_status import TITLE
from scrubjay.reference.overlaps import COPIES, comparable
from scrubjay.reference.store import Reference

JAN, FEB, MAR, APR, JUL = (date(2026, m, 1) for m in (1, 2, 3, 4, 7))
LATE = date(2026, 12, 1)


@pytest.fixture
def rows(library, keep):
    """Rows of a set that hold on a day, over releases that were kept."""

    def ask(*releases, set_name: str = "payment_limits", as_of: date = LATE, on: date = MAR, **keys: str):
        for release in releases:
            keep(release)
        return Reference.open(library.folder).rows(
            set_name, on=on, as_of=as_of, **(keys or {"hcpcs": "J0001"})
        )

    return ask


def limit(amount: str, **more):
    return {"hcpcs": "J0001", "payment_limit": Decimal(amount), **more}


def test_of_one_source_the_later_known_holds(rows, make_release) -> None:
    old = make_release("2026-01", [limit("1")], is_complete=False, published_on=date(2025, 12, 1))
    new = make_release("2026-01.b", [limit("2")], is_complete=False, published_on=date(2026, 1, 20))
    assert [r["payment_limit"] for r in rows(old, new)] == [Decimal(2)]
    assert [r["payment_limit"] for r in rows(as_of=date(2026, 1, 19))] == [Decimal(1)]


def test_it_holds_from_its_own_first_day(rows, make_release) -> None:
    old = make_release("a", [limit("1")], is_complete=False)
    new = make_release(
        "b", [limit("2", effective_from=FEB)], is_complete=False, published_on=date(2026, 1, 20)
    )
    assert [r["payment_limit"] for r in rows(old, new, on=FEB)] == [Decimal(2)]
    assert [r["payment_limit"] for r in rows(on=date(2026, 1, 31))] == [Decimal(1)]


def test_what_a_later_complete_edition_does_not_list_is_not_listed(rows, make_release) -> None:
    old = make_release("a", [limit("1")])
    new = make_release("b", [{**limit("2"), "hcpcs": "J0002"}], published_on=date(2026, 1, 20))
    assert rows(old, new) == []
    assert len(rows(as_of=date(2026, 1, 19))) == 1


def test_an_edition_that_is_not_whole_ends_nothing(rows, make_release) -> None:
    old = make_release("a", [limit("1")])
    new = make_release(
        "b", [{**limit("2"), "hcpcs": "J0002"}], published_on=date(2026, 1, 20), is_complete=False
    )
    assert len(rows(old, new)) == 1


def test_an_edition_of_one_setting_ends_nothing_of_another(rows, make_release) -> None:
    def mue(edition: str, setting: str, code: str, published_on: date):
        row = {"hcpcs": code, "mue_setting": setting, "mue_value": 5}
        return make_release(edition, [row], set_name="mue", published_on=published_on)

    office = mue("a", "practitioner", "J0001", date(2025, 12, 1))
    hospital = mue("b", "outpatient_hospital", "J0002", date(2025, 12, 9))
    assert len(rows(office, hospital, set_name="mue", mue_setting="practitioner", hcpcs="J0001")) == 1
    later = mue("c", "practitioner", "J0002", date(2025, 12, 10))
    assert rows(later, set_name="mue", mue_setting="practitioner", hcpcs="J0001") == []


def test_sources_that_agree_fill_each_other(rows, make_release) -> None:
    one = make_release("a", [limit("1", limit_note="a word")], source="One")
    other = make_release("b", [limit("1", coinsurance_percent=Decimal(20))], source="Other")
    (row,) = rows(one, other)
    assert (row["payment_limit"], row["coinsurance_percent"], row["limit_note"]) == (1, 20, "a word")


def test_sources_that_contradict_are_both_kept_and_neither_is_taken(rows, library, make_release) -> None:
    one = make_release("a", [limit("1", coinsurance_percent=Decimal(20))], source="One")
    other = make_release("b", [limit("2", coinsurance_percent=Decimal(20))], source="Other")
    assert sorted(r["payment_limit"] for r in rows(one, other)) == [1, 2]
    row = Reference.open(library.folder).row("payment_limits", on=MAR, as_of=LATE, hcpcs="J0001")
    assert (row["payment_limit"], row["coinsurance_percent"]) == (None, 20)
    assert row["note"] == "One and Other contradict each other in payment_limit: no value is taken."


def test_a_correction_of_the_original_holds_against_a_copy(rows, make_release) -> None:
    """CMS's second Addendum B of July 2025 corrected a rate that a copy of the first still has."""
    assert COPIES == {HISTORY: TITLE}

    def status(edition: str, source: str, rate: str, published_on: date, *, is_complete: bool):
        row = {
            "hcpcs": "J0001",
            "status_setting": "hopd",
            "status_indicator": "K",
            "payment_rate": Decimal(rate),
        }
        return make_release(
            edition,
            [row],
            set_name="status",
            source=source,
            published_on=published_on,
            is_complete=is_complete,
        )

    copy = status("2026-01", HISTORY, "1.503", JAN, is_complete=False)
    original = status("2026-01.x", TITLE, "15.031", date(2026, 1, 25), is_complete=True)
    asked = {"set_name": "status", "hcpcs": "J0001"}
    assert [r["payment_rate"] for r in rows(copy, original, **asked)] == [Decimal("15.031")]
    assert [r["payment_rate"] for r in rows(**asked, as_of=date(2026, 1, 20))] == [Decimal("1.503")]


def test_capitals_and_marks_make_no_other_text() -> None:
    frame = pl.DataFrame({"descriptor": ["Injection, X (5 mg)", "INJECTION X  5 MG", "Injection, X (6 mg)"]})
    said = frame.select(comparable("hcpcs", "descriptor"))["descriptor"].to_list()
    assert said[0] == said[1] != said[2]
