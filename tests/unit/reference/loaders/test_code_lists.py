"""CMS code lists: each is told by its codes, kept or counted, and never more than that."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders import code_lists_modifiers
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.code_lists import LOADER, stated_day
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "code,display,definition\n"
GROUPS = HEADER + "CO,Secret words,\nOA,Secret words,\nPI,Secret words,\nPR,Secret words,\n"
CONTRACTORS = HEADER + (
    '00234,"\\""AREA (PART A ROLL UP NUMBER)\\""",\n'
    "05901,COMPANY (EFF. 9/16/2013) DME MAC,\n"
    "18003,COMPANY (EFF. 6/01/07) (REPLACES #00885 EFF. 1/1/2001),\n"
    "~,NO DESCRIPTION AVAILABLE,\n"
)
MODIFIERS = (
    "hcpc,long_description,short_description_approx,add_dt,cov_2024_10,add_dt_2024_10,act_eff_dt_2024_10,term_dt_2024_10,action_cd_2024_10\n"
    "JW,Drug amount discarded,x,20030101,C,20030101,20030101,,N\n"
    "GD,Units of service exceeds,x,20080101,C,20080101,20200101,20191231,N\n"
)


def source(content: str | bytes, name: str = "list.csv") -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str = "list.csv") -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_groups_are_kept_without_words() -> None:
    (groups,) = load(GROUPS).sets
    assert groups.frame.schema == SETS["adjustment_groups"].schema
    assert groups.frame["adjustment_group"].to_list() == ["CO", "OA", "PI", "PR"]
    assert "Secret" not in groups.frame.write_csv()


def test_contractors_begin_where_one_day_is_stated() -> None:
    release = load(CONTRACTORS)
    (contractors,) = release.sets
    assert (release.edition, release.published_on, release.rows) == ("2013-09-16", date(2013, 9, 16), 4)
    assert contractors.frame.select("contractor", "meaning", "effective_from").rows() == [
        ("00234", "AREA (PART A ROLL UP NUMBER)", None),
        ("05901", "COMPANY (EFF. 9/16/2013) DME MAC", date(2013, 9, 16)),
        ("18003", "COMPANY (EFF. 6/01/07) (REPLACES #00885 EFF. 1/1/2001)", None),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("X (EFF. 10/1/23)", date(2023, 10, 1)),
        ("X (EFF.11/17/2012)", date(2012, 11, 17)),
        ("X (EFFECTIVE JULY 1, 1988)", date(1988, 7, 1)),
        ("X (Effective January 1, 2003)", date(2003, 1, 1)),
        ("X (EFF. 2000)", None),
        ("X (EFF. 1/1/2001) (EFF. 2/1/2002)", None),
        ("an effective 3 day treatment", None),
        (None, None),
    ],
)
def test_stated_day(text: str | None, day: date | None) -> None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    assert frame.select(stated_day(pl.col("t")).alias("day")).item() == day


def test_codes_of_no_list_are_not_recognised() -> None:
    assert not LOADER.recognises(source(HEADER + "XX9,words,\n"))
    assert not LOADER.recognises(source("code,display\nCO,x\n"))
    assert not LOADER.recognises(source(HEADER))
    assert not LOADER.recognises(source(b""))


def test_broken_lists_are_refused_with_the_place() -> None:
    # The head shows the list; what is wrong comes after it.
    many = HEADER + "".join(f"{n:05d},{'x' * 60},\n" for n in range(1_500))
    with pytest.raises(ReferenceDataError, match=r"list\.csv, row 1502: the code '9' is none of"):
        load(many + "9,x,\n")
    with pytest.raises(ReferenceDataError, match=r"row 1502: the code '00001' stands twice"):
        load(many + "00001,x,\n")
    with pytest.raises(ReferenceDataError, match="ends in the middle of a row"):
        load(many[:-3])


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "rows", "kept"),
    [
        ("ANSI-GRP-CD", 5, {"adjustment_groups": 5}),
        ("ANSI-RSN-CD", 407, {}),
        ("CLM-BILL-CLSFCTN-CD", 82, {}),
        ("CLM-BILL-FAC-TYPE-CD", 10, {}),
        ("CLM-BILL-FREQ-CD", 1_939, {}),
        ("CLM-CNTRCTR-NUM", 150, {"contractors": 149}),
        ("CLM-MDCR-NPMT-RSN-CD", 50, {}),
        ("CLM-POS-CD", 101, {}),
        ("CLM-PRVDR-SPCLTY-CD", 152, {"specialties": 151}),
        ("CLM-REV-CNTR-CD", 539, {}),
        ("CLM-RLT-COND-CD", 1_036, {}),
        ("CLM-TYPE-CD", 124, {}),
        ("HCT-HGB-TYPE-CD", 2, {}),
    ],
)
def test_real_lists(shared: Path, name: str, rows: int, kept: dict[str, int]) -> None:
    # The name of the file tells nothing.
    release = load((shared / "data" / "codes" / "cms_bfd_cc0" / f"{name}.csv").read_bytes(), "some.csv")
    assert (release.source, release.rows) == (f"CMS code list {name}", rows)
    assert {s.set_name: s.frame.height for s in release.sets} == kept
    assert bool(release.warnings) != bool(kept)
    if not kept:
        assert f"{name}, " in release.warnings[0]
        assert f"{rows:,} rows: no set for it" in release.warnings[0]


@pytest.mark.shared
def test_every_real_list_is_told(shared: Path) -> None:
    files = sorted((shared / "data" / "codes" / "cms_bfd_cc0").glob("*.csv"))
    assert len(files) == 13
    assert [f.name for f in files if not LOADER.recognises(source(f.read_bytes()))] == []


def modifiers(content: str | bytes, name: str = "hcpcs_modifiers_2025_10.csv") -> Release:
    file = source(content, name)
    assert code_lists_modifiers.LOADER.recognises(file)
    release = code_lists_modifiers.LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_modifiers_end_after_their_last_day() -> None:
    (given,) = modifiers(MODIFIERS).sets
    assert given.frame.schema == SETS["modifiers"].schema
    assert (given.covers_from, given.covers_to) == (date(2025, 10, 1), date(2026, 1, 1))
    assert given.frame.select("modifier", "families", "effective_from", "effective_to").rows() == [
        ("JW", ["drug"], date(2003, 1, 1), None),
        ("GD", None, date(2008, 1, 1), date(2020, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("JWX,x,x,20030101,,,,,\n", "row 4: the modifier 'JWX'"),
        ("JW,x,x,20030101,,,,,\n", "row 2: the modifier 'JW'"),
        ("JZ,x,x,20031301,,,,,\n", "row 4: the added '20031301'"),
        ("JZ,x,x,20030101,,,,soon,\n", "row 4: the ended 'soon'"),
    ],
)
def test_broken_modifiers_are_refused_with_the_place(row: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        modifiers(MODIFIERS + row)
    with pytest.raises(ReferenceDataError, match="does not say which release"):
        modifiers(MODIFIERS, "modifiers.csv")


@pytest.mark.shared
def test_real_modifiers(shared: Path) -> None:
    release = modifiers((shared / "data" / "codes" / "hcpcs_modifiers_2025_10.csv").read_bytes())
    (given,) = release.sets
    assert (release.rows, given.frame.height, release.warnings) == (383, 383, ())
    ours = read_set("modifiers").filter(pl.col("edition") == "2025-10")
    assert given.frame["effective_to"].is_not_null().sum() == 10
    assert ours.height > 0
    assert ours.join(given.frame, on=["modifier", "effective_from"], how="anti").is_empty()
    # The starter may leave an end open that the file gives, never give another.
    ended = ours.filter(pl.col("effective_to").is_not_null())
    assert ended.join(given.frame, on=["modifier", "effective_to"], how="anti").is_empty()
    lists = ours.join(given.frame, on="modifier", suffix="_file")
    assert lists["families"].list.join("|").equals(lists["families_file"].list.join("|"), null_equal=True)
