"""OPPS Addendum B: as released, reduced, and the merged history; every real edition."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders import opps_addendum_b, opps_addendum_b_history
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

TOP = """,Addendum B.-- OPPS Payment by HCPCS Code for CY 2025,,,,,,,,,,,
,CPT codes and descriptions only are copyright 2024 American Medical Association.\u00ff All Rights Reserved.,,,,,,,,,,,
HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate,National Unadjusted Copayment,Minimum Unadjusted Copayment,IRA Coinsurance percentage ,Adjusted Beneficiary Copayment,Drug and Device Pass-Through Expiration during Calendar Year,Note,* Indicates a Change
"""
BODY = """0001F,Some CPT words,E1,,, ,,,,,,,
A4341\u00ff,Iduc,N ,,, ,,,,,,,
J2919,Inj,K,1234,, $0.259 ,.,$0.05,,,,,
J0897,Inj,K,9999,,"$1,030.123 ",.,$206.02,17.585%,$181.14,*,Inflation-adjusted coinsurance,*
J1320,Inj,??,,,see text,,,,,,,
"""
REDUCED = "HCPCSCode,ShortDescriptor,StatusIndicator,PaymentRate,Changed?,Source\r\n0001F,words,E1,,false,2026-04\r\nJ2919,w,N,,true,2026-04\r\n\r\n"
HISTORY = """edition_label,repo_commit,commit_date,hcpcs,short_descriptor,status_indicator,payment_rate,changed
2020-05-04,aaa,2020-05-15,J1100,w,N,,false
2024-01,bbb,2024-01-02,J1100,w,N,,false
2024-01,bbb,2024-01-02,J2930,w,N,,false
2026-02,ccc,2026-02-02,J2919,w,K,0.2595,true
1999-13,ddd,1999-01-01,J2919,w,N,,false
"""


def source(content: str | bytes, name: str) -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str) -> Release:
    file = source(content, name)
    assert opps_addendum_b.LOADER.recognises(file)
    assert not opps_addendum_b_history.LOADER.recognises(file)
    release = opps_addendum_b.LOADER.load(file)
    assert isinstance(release, Release)
    return release


def history(content: str | bytes, name: str = "history.csv") -> tuple[Release, ...]:
    file = source(content, name)
    assert opps_addendum_b_history.LOADER.recognises(file)
    assert not opps_addendum_b.LOADER.recognises(file)
    releases = opps_addendum_b_history.LOADER.load(file)
    assert isinstance(releases, tuple)
    return releases


def status(release: Release) -> pl.DataFrame:
    return release.sets[0].frame


def test_as_released() -> None:
    release = load(TOP + BODY, "opps_2025-07_rel20250725.csv")
    assert (release.edition, release.rows, release.published_on, release.is_published_stated) == (
        "2025-07.20250725", 5, date(2025, 7, 25), True,
    )  # fmt: skip
    frame = status(release)
    assert frame.schema == SETS["status"].schema
    assert set(frame["status_setting"]) == {"hopd"}
    assert frame.select("hcpcs", "status_indicator", "payment_rate").rows() == [
        ("0001F", "E1", None),
        ("A4341", "N", None),
        ("J2919", "K", Decimal("0.259")),
        ("J0897", "K", Decimal("1030.123")),
        ("J1320", None, None),
    ]
    assert frame.filter(hcpcs="J0897").select(
        "minimum_copayment", "adjusted_copayment", "adjusted_percent", "status_note", "effective_from", "effective_to"
    ).rows() == [
        (Decimal("206.02"), Decimal("181.14"), Decimal("17.585"), "Inflation-adjusted coinsurance",
         date(2025, 7, 1), date(2025, 10, 1))
    ]  # fmt: skip
    assert release.warnings == (
        "A code has stray signs beside it in row 5 (`A4341\u00ff`): read without them.",
        "The payment rate is no number in row 8 (`see text`): left empty.",
        "The indicator is none in row 8 (`??`): left empty.",
    )


def test_no_wording_is_kept() -> None:
    text = status(load(TOP + BODY, "a_2025-07.csv")).write_csv()
    assert "Some CPT words" not in text
    assert "Iduc" not in text


def test_the_reduced_layout_says_its_quarter_itself() -> None:
    release = load(REDUCED, "anything.csv")
    assert (release.edition, release.rows, release.is_published_stated) == ("2026-04", 2, False)
    assert status(release).select("hcpcs", "status_indicator").rows() == [("0001F", "E1"), ("J2919", "N")]


@pytest.mark.parametrize(
    ("text", "name", "what"),
    [
        (TOP + BODY, "addendum_b.csv", "does not say which quarter"),
        (TOP + BODY, "addendum_b_2024-07.csv", "its title says CY 2025"),
        (TOP, "a_2025-07.csv", "holds no code"),
        (TOP.replace("Payment Rate", "Price") + BODY, "a_2025-07.csv", "has no column for payment rate"),
        (REDUCED.replace("true,2026-04", "true,2026-01"), "a.csv", "does not say which quarter"),
        (REDUCED[:-8], "a.csv", "ends in the middle of a row"),
    ],
)
def test_a_broken_file_is_one_line(text: str, name: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what) as raised:
        load(text, name)
    assert raised.value.one_line().startswith(name)
    assert raised.value.hint


def test_the_quarter_may_stand_in_the_name_of_the_archive() -> None:
    assert load(TOP + BODY, "some/2024-01/july-2025-addendum-b.zip/addendum.csv").edition == "2025-07"


def test_a_merged_file_is_several_releases() -> None:
    releases = history(HISTORY)
    assert [(r.edition, r.rows, r.published_on) for r in releases] == [
        ("2020-04.2020-05-04", 1, date(2020, 5, 4)),
        ("2024-01", 2, date(2024, 1, 1)),
        ("2026-01.2026-02", 1, date(2026, 2, 1)),
    ]
    last = releases[-1].sets[0]
    assert (last.covers_from, last.covers_to, last.is_complete) == (date(2026, 1, 1), date(2026, 4, 1), False)
    row = last.frame.row(0, named=True)
    assert (row["hcpcs"], row["payment_rate"], row["known_from"], row["confidence"]) == (
        "J2919", Decimal("0.2595"), date(2026, 2, 1), "B",
    )  # fmt: skip
    assert "611 of 611" in (last.note or "")
    assert releases[0].warnings == ("The labels 1999-13 name no quarter: their rows were not loaded.",)
    assert releases[1].warnings == ()


def test_a_merged_file_without_any_quarter_is_refused() -> None:
    with pytest.raises(ReferenceDataError, match="holds no edition that names its quarter"):
        history(HISTORY.splitlines()[0] + "\n1999-13,ddd,1999-01-01,J2919,w,N,,false\n")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "edition", "rows", "known"),
    [
        ("opps_addendum_b_2024-01_rel20240424", "2024-01.20240424", 18109, date(2024, 4, 24)),
        ("opps_addendum_b_2025-01_rel20241231", "2025-01.20241231", 18562, date(2024, 12, 31)),
        ("opps_addendum_b_2025-07_rel20250626", "2025-07.20250626", 18704, date(2025, 6, 26)),
        ("opps_addendum_b_2025-07_rel20250725", "2025-07.20250725", 18704, date(2025, 7, 25)),
        ("opps_addendum_b_2025-10_rel20251031", "2025-10.20251031", 18798, date(2025, 10, 31)),
        ("addendum_b_2026-04", "2026-04", 19059, date(2026, 4, 1)),
    ],
)
def test_the_real_releases(shared: Path, name: str, edition: str, rows: int, known: date) -> None:
    path = shared / f"data/opps/{name}.csv"
    release = load(path.read_bytes(), str(path))
    assert (release.edition, release.rows, release.published_on) == (edition, rows, known)
    frame = status(release)
    assert frame.height == frame["hcpcs"].n_unique() == rows
    assert frame["status_indicator"].null_count() == 0
    # Only what CMS left blank is null.
    paid = frame.filter(pl.col("status_indicator").is_in(["K", "G"]))
    assert paid["payment_rate"].null_count() / paid.height < 0.03


@pytest.fixture(scope="module")
def merged(shared: Path) -> dict[str, Release]:
    path = shared / "data/opps/addendum_b_history_2020_to_2026-04_alpha_codes.csv"
    return {r.edition: r for r in history(path.read_bytes(), str(path))}


@pytest.mark.shared
def test_the_real_history_is_whole(merged: dict[str, Release]) -> None:
    assert len(merged) == 22
    assert sum(r.rows for r in merged.values()) == 150_344
    # One row in eight editions stands twice, once with a damaged code.
    assert sum(status(r).height for r in merged.values()) == 150_336
    assert all(status(r)["hcpcs"].str.contains(r"^[A-V]\d{4}$").all() for r in merged.values())
    assert not any("name no quarter" in w for r in merged.values() for w in r.warnings)


@pytest.mark.shared
def test_the_status_of_j2919_flips_each_year(merged: dict[str, Release]) -> None:
    """Domain notes, section 0."""
    found = {
        e: status(r).filter(hcpcs="J2919").select("status_indicator", "payment_rate").rows()
        for e, r in merged.items()
    }
    assert {e: rows[0] for e, rows in found.items() if rows} == {
        "2024-04": ("N", None),
        "2024-07": ("N", None),
        "2024-10": ("N", None),
        "2025-01": ("K", Decimal("0.268")),
        "2025-04": ("K", Decimal("0.251")),
        "2025-07": ("K", Decimal("0.259")),
        "2025-10": ("K", Decimal("0.21")),
        "2026-01.2026-02": ("N", None),
        "2026-04": ("N", None),
    }


@pytest.mark.shared
def test_a_correction_moves_the_rates_that_it_names(shared: Path) -> None:
    first, second = (
        status(load(path.read_bytes(), str(path)))
        for path in (
            shared / f"data/opps/opps_addendum_b_2025-07_rel{d}.csv" for d in ("20250626", "20250725")
        )
    )
    moved = first.join(second, on="hcpcs", suffix="_new").filter(
        pl.col("payment_rate").ne_missing(pl.col("payment_rate_new"))
        | pl.col("status_indicator").ne_missing(pl.col("status_indicator_new"))
    )
    assert moved.height == 5
    assert moved.filter(hcpcs="A9596").select("payment_rate", "payment_rate_new").rows() == [
        (Decimal("973.639"), Decimal("511.55"))
    ]


@pytest.mark.shared
def test_reduced_and_merged_agree_on_april_2026(shared: Path, merged: dict[str, Release]) -> None:
    path = shared / "data/opps/addendum_b_2026-04.csv"
    columns = ["hcpcs", "status_indicator", "payment_rate"]
    whole = status(load(path.read_bytes(), str(path))).select(columns)
    part = status(merged["2026-04"]).select(columns)
    assert part.join(whole, on=columns, nulls_equal=True, how="anti").is_empty()
    assert part.height == 7_513


@pytest.mark.shared
def test_the_periods_of_odd_labels_rest_on_what_their_list_says(
    shared: Path, merged: dict[str, Release]
) -> None:
    columns = ["hcpcs", "status_indicator", "payment_rate"]
    first, again = (
        status(merged["2020-01.2020"]).select(columns),
        status(merged["2020-01.2020-04"]).select(columns),
    )
    assert first.equals(again)
    new = {"C9053", "C9056", "G1012"}  # added on 2020-04-01
    assert not new & set(first["hcpcs"])
    assert new <= set(status(merged["2020-04.2020-05-04"])["hcpcs"])
