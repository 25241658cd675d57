"""What is wrong with a folder of editions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

ROW = {"hcpcs": "J2919", "payment_limit": Decimal("0.264")}
Q2 = (date(2026, 4, 1), date(2026, 7, 1))
Q4 = (date(2026, 10, 1), date(2027, 1, 1))


def said(library) -> list[tuple[str, bool]]:
    return [(f.kind, f.is_broken) for f in library.check()]


def test_a_whole_folder(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    keep(make_release("2026-04", [ROW], covers=Q2))
    assert library.check() == []


def test_a_missing_and_a_damaged_file(library, keep, make_release) -> None:
    one = keep(make_release("2026-01", [ROW])).editions[0]
    two = keep(make_release("2026-04", [ROW], covers=Q2)).editions[0]
    (library.folder / one.parquet).unlink()
    with (library.folder / two.parquet).open("ab") as file:
        file.write(b"x")
    found = library.check()
    assert [(f.kind, f.where) for f in found] == [
        ("missing-file", one.parquet),
        ("corrupt-file", two.parquet),
    ]
    assert "payment_limits, CMS test file 2026-01" in found[0].what


def test_what_a_broken_off_load_left(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    (library.folder / "editions/payment_limits/x.tmp").write_bytes(b"x")
    assert said(library) == [("extra-file", False)]
    keep(make_release("2026-04", [ROW], covers=Q2))
    assert said(library) == []


def test_rows_that_the_manifest_counts_otherwise(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    path = library.folder / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"rows": 1,', '"rows": 2,'), encoding="utf-8")
    (fault,) = library.check()
    assert (fault.kind, fault.is_broken, fault.what) == (
        "row-count",
        True,
        "1 rows are held, the manifest says 2.",
    )


def test_periods_that_overlap_in_one_edition(library, keep, make_release) -> None:
    twice = [{**ROW, "effective_to": date(2026, 3, 1)}, {**ROW, "effective_from": date(2026, 2, 1)}]
    apart = [{**ROW, "hcpcs": "J1010", "effective_to": date(2026, 2, 1)},
             {**ROW, "hcpcs": "J1010", "effective_from": date(2026, 2, 1)}]  # fmt: skip
    keep(make_release("2026-01", [*twice, *apart]))
    (fault,) = library.check()
    assert (fault.kind, fault.is_broken) == ("overlap-in-edition", False)
    assert "J2919" in fault.what
    assert "J1010" not in fault.what


@pytest.mark.parametrize(
    "covers", [(date(2026, 1, 1), date(2026, 4, 1)), (date(2026, 3, 1), date(2026, 7, 1))]
)
def test_editions_that_speak_about_the_same_days(library, keep, make_release, covers) -> None:
    keep(make_release("2026-01", [ROW]))
    keep(make_release("2026-02", [ROW], covers=covers, published_on=date(2026, 2, 1)))
    (fault,) = library.check()
    assert (fault.kind, fault.is_broken) == ("overlapping-editions", False)
    assert "2026-01 and 2026-02" in fault.what


def test_a_quarter_that_is_missing(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    keep(make_release("2026-10", [ROW], covers=Q4))
    (fault,) = library.check()
    assert (fault.kind, fault.what) == ("gap", "No edition for 2026 Q2 to 2026 Q3.")
    keep(make_release("2026-04.x", [ROW], covers=(date(2026, 4, 1), date(2026, 9, 15))))
    assert [f.what for f in library.check()] == ["No edition for 2026-09-15 to 2026-09-30."]


def test_sources_are_looked_at_one_by_one(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    keep(make_release("2026-10", [ROW], covers=Q4, source="another"))
    assert library.check() == []
