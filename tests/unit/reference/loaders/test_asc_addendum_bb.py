"""ASC Addendum BB: headers that carry the quarter, tab and comma text, the 22 real quarters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.asc_addendum_bb import LOADER
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

TOP = """"Addendum BB -- ASC Covered Ancillary Services Integral to Covered Surgical Procedures for CY 2025
(Including Ancillary Services for Which Payment is Packaged)",,,,,,,
CPT codes and descriptions only are copyright,,,,,,,
"""
HEADER = "HCPCS Code,,Short Descriptor,Drug and Device Pass-Through Expiration during Calendar Year,April 2025 Payment Indicator,April 2025 Payment Weight  ,April 2025 Payment Rate ,April 2025 IRA-22 Adjusted Copayment1\n"
BODY = """0331T,,Some CPT words,,Z2,12.983,$712.70,
J2919,,w,, K2 ,,$0.25,
J0897,***,w,*,k2,,"$1,024.10",$4.24
J1320,,w,,N1,,,
J1320,,w,,N1,,,
"NOTE 1:  Words, with a
line break.",,,,,,,
,,,,,,,
"""


def source(content: str | bytes, name: str = "bb.csv") -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str = "bb.csv") -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_rows_of_a_release() -> None:
    release = load(TOP + HEADER + BODY)
    (held,) = release.sets
    assert (release.edition, release.rows) == ("2025-04", 5)
    assert held.frame.schema == SETS["status"].schema
    assert held.frame.select(
        "hcpcs", "status_setting", "status_indicator", "payment_rate", "adjusted_copayment"
    ).rows() == [
        ("0331T", "asc", "Z2", Decimal("712.7"), None),
        ("J2919", "asc", "K2", Decimal("0.25"), None),
        ("J0897", "asc", "K2", Decimal("1024.1"), Decimal("4.24")),
        ("J1320", "asc", "N1", None, None),
    ]
    assert (held.covers_from, held.covers_to) == (date(2025, 4, 1), date(2025, 7, 1))
    assert release.warnings == ("Listed more than once, alike; kept once: J1320 asc in rows 7-8.",)
    assert "Some CPT words" not in held.frame.write_csv()


def test_tabs_and_latin_1() -> None:
    text = (
        (TOP + HEADER + BODY)
        .replace("copyright", "copyright\u00a0")
        .replace('"$1,024.10"', "$1024.10")
        .replace(",", "\t")
    )
    assert load(text.encode("latin-1"), "bb.txt").sets[0].frame.height == 4


def test_the_yearly_file_is_in_force_from_january() -> None:
    header = HEADER.replace("April 2025", "Final CY 2025")
    assert load(TOP + header + BODY).edition == "2025-01"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (TOP + HEADER.replace("April 2025", "Proposed CY 2025") + BODY, "holds proposed rates"),
        (
            TOP + HEADER.replace("April 2025", "April 2024") + BODY,
            "has rates of 2024-04, but its title says CY 2025",
        ),
        (TOP + HEADER.replace("April 2025", "May 2025") + BODY, "does not say which quarter"),
        (TOP + HEADER.replace("Payment Indicator", "Sign") + BODY, "has no column for status indicator"),
        (TOP + HEADER, "holds no code"),
        (TOP + HEADER + BODY[:60], "ends in the middle of a row"),
    ],
)
def test_a_broken_file_is_one_line(text: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what) as raised:
        load(text)
    assert raised.value.one_line().startswith("bb.csv")
    assert raised.value.hint


# Codes of each quarter, counted from the files by a script of its own.
QUARTERS = {
    "2021-01": 1922, "2021-04": 1924, "2021-07": 1938, "2021-10": 1962, "2022-01": 1959, "2022-04": 1987,
    "2022-07": 2005, "2022-10": 2020, "2023-01": 2035, "2023-04": 2068, "2023-07": 2099, "2023-10": 2137,
    "2024-01": 2304, "2024-04": 2330, "2024-07": 2385, "2024-10": 2407, "2025-01": 2454, "2025-04": 2479,
    "2025-07": 2504, "2025-10": 2534, "2026-01": 2504, "2026-04": 2526,
}  # fmt: skip


@pytest.mark.shared
def test_the_real_quarters(shared: Path) -> None:
    paths = sorted((shared / "data/asc").iterdir())
    releases = {r.edition: r for r in (load(path.read_bytes(), str(path)) for path in paths)}
    assert {edition: r.sets[0].frame.height for edition, r in releases.items()} == QUARTERS
    by_name = {f"{p.stem[-8:-4]}-{p.stem[-4:-2]}" for p in paths}
    assert set(releases) == by_name
    assert all(r.sets[0].frame["status_indicator"].null_count() == 0 for r in releases.values())
    # Every drug that is paid has a rate, but for at most a few.
    for release in releases.values():
        paid = release.sets[0].frame.filter(status_indicator="K2")
        assert paid["payment_rate"].null_count() / paid.height < 0.02


@pytest.mark.shared
def test_j2919_in_an_asc(shared: Path) -> None:
    """Domain notes, section 0: not listed in April and October 2024, K2 in 2025, N1 in 2026."""
    found = {}
    for path in sorted((shared / "data/asc").glob("*_202[456]*")):
        release = load(path.read_bytes(), str(path))
        rows = release.sets[0].frame.filter(hcpcs="J2919")["status_indicator"].to_list()
        found[release.edition] = rows[0] if rows else None
    assert (found["2024-04"], found["2024-10"]) == (None, None)
    assert {found[f"2025-{m}"] for m in ("01", "04", "07", "10")} == {"K2"}
    assert {found["2026-01"], found["2026-04"]} == {"N1"}
