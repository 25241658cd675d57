"""The list of what is held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from scrubjay.reference.overview import overview
from scrubjay.reference.sets import SETS

ROW = {"hcpcs": "J2919", "payment_limit": Decimal("0.264")}
AS_OF = date(2026, 2, 1)


def test_nothing_loaded(library) -> None:
    view = overview(library, as_of=AS_OF)
    assert all(e.is_starter for e in view.editions)
    assert (view.gaps, view.later) == ((), 0)
    assert {"hcpcs", "drugs", "mue"} <= set(view.starter_only)
    assert set(view.starter_only) | set(view.empty) <= set(SETS)
    assert not set(view.starter_only) & set(view.empty)


def test_editions_with_their_ages(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW], warnings=("odd.",)), file="limits.csv")
    keep(
        make_release(
            "2026-04", [ROW], covers=(date(2026, 4, 1), date(2026, 7, 1)), published_on=date(2026, 3, 20)
        )
    )
    view = overview(library, as_of=AS_OF)
    (held,) = [e for e in view.editions if not e.is_starter]
    assert (held.edition, held.first_day, held.last_day, held.age_days) == (
        "2026-01", date(2026, 1, 1), date(2026, 3, 31), 43,
    )  # fmt: skip
    assert (held.file, held.warnings, held.rows) == ("limits.csv", ("odd.",), 1)
    assert view.later == 1, "known on 2026-03-20 only"
    assert "payment_limits" not in view.starter_only
    names = [e.set_name for e in view.editions]
    assert names == sorted(names)
    later = overview(library, as_of=date(2026, 11, 1))
    assert [g.words() for g in later.gaps] == ["no payment limits for 2026 Q3 to 2026 Q4"]
    assert later.later == 0


def test_the_starter_set_is_known_as_of_a_day_too(library) -> None:
    old = overview(library, as_of=date(2020, 1, 1))
    new = overview(library, as_of=AS_OF)
    assert len(old.editions) < len(new.editions)
