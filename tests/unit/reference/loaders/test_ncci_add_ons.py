"""Add-on code edits: the three layouts by hand, the ways they break, and the real file."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.ncci_add_ons import CONTRACTOR, LOADER
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

NAME = "AOC_V2024Q2-MCR.txt"
HEADER = [
    "AOC_Edit_Type", "Add-On_Code", "AOC_DelDT", "Primary_Code", "Primary_Code_DelDT", "AOC_Edit_EffDT",
    "AOC_Edit_DelDT", "Special_Instruction_Notes",
]  # fmt: skip
BLANK = " " * 7
FIXED = (
    f"196361{BLANK}96360{BLANK}2013091{BLANK}\r\n"
    f"19637620233659636520243662013091{BLANK}facilities only\r\n"
    f"30054T{BLANK}27130{BLANK}20130912019365\r\n"
    f"20055T{BLANK}CCCCC{BLANK}2013091{BLANK}Contractor Defined Primary Codes\r\n"
)


def source(content: str | bytes, name: str = NAME) -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str = NAME) -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def said(release: Release) -> list[tuple[object, ...]]:
    return (
        release.sets[0]
        .frame.select("add_on", "primary", "add_on_type", "effective_from", "effective_to", "note")
        .rows()
    )


def test_fixed_width_record() -> None:
    release = load("CPT only copyright 2023 American Medical Association.\r\n" + FIXED)
    assert (release.source, release.edition, release.rows) == (
        "CMS Medicare NCCI add-on code edits",
        "2024-04-01",
        4,
    )
    assert release.sets[0].frame.schema == SETS["add_ons"].schema
    begun = date(2013, 4, 1)
    # The first of the three last days ends the row.
    assert said(release) == [
        ("96361", "96360", "1", begun, None, None),
        ("96376", "96365", "1", begun, date(2024, 1, 1), "facilities only"),
        ("0054T", "27130", "3", begun, date(2020, 1, 1), None),
        ("0055T", CONTRACTOR, "2", begun, None, "Contractor Defined Primary Codes"),
    ]


def test_record_set_apart_by_blanks() -> None:
    content = "20054T   CCCCC   2013091   Contractor Defined Primary Codes\n196361   96360   2013091\n"
    assert said(load(content)) == [
        ("0054T", CONTRACTOR, "2", date(2013, 4, 1), None, "Contractor Defined Primary Codes"),
        ("96361", "96360", "1", date(2013, 4, 1), None, None),
    ]


def test_spreadsheet() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        sheet.write(0, 0, "CPT only copyright 2023 American Medical Association.")
        sheet.write_row(1, 0, HEADER)
        sheet.write_row(2, 0, [1, 96361, None, 96360, None, 2013091, None, None])
        sheet.write_row(3, 0, ["2", "0055T", None, "CCCCC", None, "2013091", 2019365, "Contractor Defined"])
    release = load(out.getvalue(), "AOC_V2025Q4_01-MCR.xlsx")
    assert release.edition == "2025-10-01.r1"
    assert said(release) == [
        ("96361", "96360", "1", date(2013, 4, 1), None, None),
        ("0055T", CONTRACTOR, "2", date(2013, 4, 1), date(2020, 1, 1), "Contractor Defined"),
    ]


def test_plain_layout_has_no_first_day() -> None:
    content = '"primary_code","add_on_code","aoc_edit_type"\n"CCCCC","0054T","2"\n"96360","96361","1"\n"96360","96361","1"\n'
    release = load(content, "medicare_aoc_2024-06-03.csv")
    (add_ons,) = release.sets
    note = "The file gives no first day: in force no later than this day."
    assert said(release) == [
        ("0054T", CONTRACTOR, "2", date(2024, 6, 3), None, note),
        ("96361", "96360", "1", date(2024, 6, 3), None, note),
    ]
    assert (add_ons.covers_from, add_ons.covers_to, add_ons.is_complete) == (
        date(2024, 6, 3),
        date(2024, 7, 1),
        True,
    )
    assert release.warnings == ("1 row(s) stand twice; each is kept once.",)


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (FIXED, "aoc.txt", "does not say which release"),
        (FIXED[:-2], NAME, "ends in the middle of a row"),
        (FIXED + "196361 96360 2013091 2019365\r\n", NAME, "row 5: the line is no add-on record"),
        (FIXED + f"196361{BLANK}96360{BLANK}2013400{BLANK}\r\n", NAME, "row 5: the begun is '2013400'"),
        ("primary_code,add_on_code,aoc_edit_type\n9636,96361,1\n", NAME, "row 2: the primary is '9636'"),
        ("primary_code,add_on_code,aoc_edit_type\n96360,96361,4\n", NAME, "row 2: the type is '4'"),
        ("primary_code,add_on_code\n96360,96361\n", NAME, "no column for type"),
    ],
)
def test_broken_files_are_refused_with_the_place(content: str, name: str, what: str) -> None:
    # Only the first 50 records are looked at to recognise the file.
    file = source(content, name)
    if "no add-on record" in what:
        file = source(FIXED * 13 + content, name)
        what = what.replace("row 5", "row 57")
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=what) as raised:
        LOADER.load(file)
    assert raised.value.where is not None
    assert name in raised.value.where


@pytest.mark.parametrize("content", ["", "1\n", "123456 7\n2\n", "column1,column2,deletion_date\n"])
def test_other_files_are_not_recognised(content: str) -> None:
    assert not LOADER.recognises(source(content))


@pytest.mark.shared
def test_real_file(shared: Path) -> None:
    name = "medicare_aoc_2024-06-03.csv"
    raw = (shared / "data" / "ncci" / name).read_bytes()
    release = load(raw, name)
    frame = release.sets[0].frame
    assert (release.rows, frame.height, release.warnings) == (7_465, 7_465, ())
    types = frame.group_by("add_on_type").len().sort("add_on_type").rows()
    assert types == [("1", 6_860), ("2", 36), ("3", 569)]
    assert frame.filter(pl.col("primary") == CONTRACTOR)["add_on_type"].value_counts().sort("add_on_type").rows() == [
        ("2", 36), ("3", 8),
    ]  # fmt: skip
    ours = read_set("add_ons")
    assert ours.join(frame, on=["add_on", "primary", "add_on_type"], how="anti").is_empty()
    # For the add-ons of the starter, the starter holds every primary.
    listed = frame.filter(pl.col("add_on").is_in(ours["add_on"].unique().implode()))
    assert listed.join(ours, on=["add_on", "primary"], how="anti").is_empty()
