"""Which editions are laid side by side for two names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scrubjay.errors import UsageError
from scrubjay.reference.compare import compare, matching, meant

Q2 = (date(2026, 4, 1), date(2026, 7, 1))


def row(amount: str, code: str = "J2919"):
    return {"hcpcs": code, "payment_limit": Decimal(amount)}


@pytest.fixture
def two(library, keep, make_release):
    keep(make_release("2026-01", [row("1")]))
    keep(make_release("2026-04", [row("2"), row("3", "J1010")], covers=Q2, published_on=date(2026, 3, 20)))
    return library


def test_two_editions_of_one_source(two) -> None:
    found = compare(two, "2026-01", "2026-04")
    (pair,) = found.pairs
    assert (pair.before.edition, pair.after.edition, pair.source) == ("2026-01", "2026-04", "CMS test file")
    assert found.changes.select("key", "change").rows() == [("J1010", "added"), ("J2919", "limit moved")]


def test_of_two_releases_of_one_quarter_the_newest(two, keep, make_release) -> None:
    keep(make_release("2026-04.20260405", [row("9")], covers=Q2, published_on=date(2026, 4, 5)))
    found = compare(two, "2026-01", "2026-04")
    assert [p.after.edition for p in found.pairs] == ["2026-04.20260405"]
    found = compare(two, "2026-04.20260405", "2026-01")
    assert [p.after.edition for p in found.pairs] == ["2026-01"]


def test_a_set_and_words_of_a_source(two, keep, make_release) -> None:
    for edition, covers in (("2026-01", (date(2026, 1, 1), Q2[0])), ("2026-04", Q2)):
        keep(make_release(edition, [row("5")], covers=covers, source="Another FILE"))
    assert len(compare(two, "2026-01", "2026-04").pairs) == 2
    assert [p.source for p in compare(two, "2026-01", "2026-04", source="another").pairs] == ["Another FILE"]
    with pytest.raises(UsageError, match="no loaded edition is called '2026-01'"):
        compare(two, "2026-01", "2026-04", set_name="hcpcs")
    with pytest.raises(UsageError, match="'codes' is no set"):
        compare(two, "2026-01", "2026-04", set_name="codes")


def test_settings_are_compared_each_with_its_own(library, keep, make_release) -> None:
    for setting, value in (("practitioner", 1), ("dme", 2)):
        for edition, more, covers in (("2026-01", 0, (date(2026, 1, 1), Q2[0])), ("2026-04", 5, Q2)):
            mue = {"hcpcs": "J2919", "mue_setting": setting, "mue_value": value + more}
            keep(make_release(edition, [mue], set_name="mue", source=f"MUE {setting}", covers=covers))
    found = compare(library, "2026-01", "2026-04")
    assert sorted(found.changes.select("key", "before", "after").rows()) == [
        ("J2919 dme", "2", "7"), ("J2919 practitioner", "1", "6"),
    ]  # fmt: skip


def test_one_release_in_two_forms(library, keep, make_release) -> None:
    keep(make_release("2026-01", [row("1")], source="records"))
    keep(make_release("2026-04", [row("2")], source="spreadsheet", covers=Q2))
    (pair,) = compare(library, "2026-01", "2026-04").pairs
    assert pair.source == "records / spreadsheet"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("2026-01", "2027-01", "no loaded edition is called '2027-01'"),
        ("1999-01", "2026-01", "no loaded edition is called '1999-01'"),
        ("2026-01", "2026-01", "an edition is not compared with itself"),
    ],
)
def test_nothing_to_compare(two, before, after, says) -> None:
    with pytest.raises(UsageError, match=says):
        compare(two, before, after)


def test_which_editions_a_name_means(two, keep, make_release) -> None:
    keep(make_release("2026-01", [row("8")], published_on=date(2026, 1, 9)))
    assert [e.edition for e in matching(two.held(), "2026-01")] == ["2026-01", "2026-01.v2"]
    assert [e.edition for e in meant(two.held(), "2026-01.v2")] == ["2026-01.v2"]
    assert matching(two.held(), "2026") == []
    with pytest.raises(
        UsageError, match="no loaded edition of a source named like 'FDA' is called '2026-01'"
    ):
        meant(two.held(), "2026-01", source="FDA")
