"""NCCI pairs: both layouts by hand, the ways they break, and the two real files."""

from __future__ import annotations

import gzip
import io
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.ncci_ptp import LOADER
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

NAME = "ccipra-v302r0.txt"
# A notice, a title, and a header over four rows, as CMS writes it.
BLOCK = (
    "CPT only copyright 2023 American Medical Association.  All rights reserved.\r\n"
    "Column1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
)
ONE_ROW = (
    'Column 1\tColumn 2\t"*=in existence\nprior to 1996"\tEffective Date\t"Deletion Date\n*=no data"\t'
    "Modifier 0=not allowed 1=allowed 9=not applicable\tPTP Edit Rationale\r\n"
)
ROWS = (
    "96372\t99211\t\t20090401\t*\t0\tMisuse of Column Two code with Column One code\r\n"
    "96372\t99213\t*\t19960101\t*\t1\tStandards of medical/surgical practice\r\n"
    "20610\t20600\t\t20100101\t20191231\t1\tMutually exclusive procedures\r\n"
    "20610\t20600\t\t20210101\t*\t1\tMutually exclusive procedures\r\n"
    "J2001\tJ0670\t\t20200101\t20200101\t9\tMisuse of Column Two code with Column One code\r\n"
)
PLAIN = '"column1","column2","deletion_date","modifier_indicator","rationale"\n'


def source(content: str | bytes, name: str = NAME, packed: date | None = None) -> SourceFile:
    raw = content.encode("latin-1") if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), packed, lambda: raw)


def load(content: str | bytes, name: str = NAME, packed: date | None = None) -> Release:
    file = source(content, name, packed)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def book(rows: list[list[str | int | None]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        made.add_worksheet("Notice").write(0, 0, "CPT only copyright")
        sheet = made.add_worksheet("Edits")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return out.getvalue()


@pytest.mark.parametrize("header", [BLOCK, ONE_ROW])
def test_published_text(header: str) -> None:
    release = load(header + ROWS, packed=date(2024, 6, 3))
    assert (release.source, release.edition, release.rows) == (
        "CMS Medicare NCCI PTP table, practitioner", "2024-07-01", 5,
    )  # fmt: skip
    assert (release.published_on, release.is_published_stated) == (date(2024, 6, 3), True)
    (pairs,) = release.sets
    assert pairs.frame.schema == SETS["pairs"].schema
    assert (pairs.covers_from, pairs.covers_to, pairs.is_complete) == (
        date(2024, 7, 1),
        date(2024, 10, 1),
        True,
    )
    assert pairs.frame.select(
        "column1", "column2", "modifier_indicator", "effective_from", "effective_to"
    ).rows() == [
        ("96372", "99211", "0", date(2009, 4, 1), None),
        ("96372", "99213", "1", None, None),
        ("20610", "20600", "1", date(2010, 1, 1), date(2020, 1, 1)),
        ("20610", "20600", "1", date(2021, 1, 1), None),
        ("J2001", "J0670", "9", date(2020, 1, 1), date(2020, 1, 2)),
    ]
    assert pairs.frame["known_from"].unique().to_list() == [date(2024, 6, 3)]
    assert pairs.frame["note"].null_count() == 5
    assert release.warnings == ()


def test_published_spreadsheet_of_one_part() -> None:
    rows: list[list[str | int | None]] = [
        ["CPT only copyright 2024 American Medical Association."],
        ["Column1/Column2 Edits"],
        [
            "Column 1", "Column 2", "*=in existence prior to 1996", "Effective Date", "Deletion Date *=no data",
            "Modifier 0=not allowed 1=allowed 9=not applicable", "PTP Edit Rationale",
        ],
        ["96372", 99211, None, 20090401, "*", 0, "Misuse"],
        ["20610", "20600", None, "20100101", 20191231, "1", "Mutually exclusive"],
    ]  # fmt: skip
    release = load(book(rows), "hospital-ptp.zip/ccioph-v313r0-f2.xlsx")
    (pairs,) = release.sets
    assert (release.source, release.edition) == (
        "CMS Medicare NCCI PTP table, outpatient hospital", "2025-10-01.f2",
    )  # fmt: skip
    assert not pairs.is_complete
    assert pairs.note == "Part 2 of the edition: a pair that is absent may be in another part."
    assert pairs.frame.select(
        "column1", "column2", "modifier_indicator", "effective_from", "effective_to"
    ).rows() == [
        ("96372", "99211", "0", date(2009, 4, 1), None),
        ("20610", "20600", "1", date(2010, 1, 1), date(2020, 1, 1)),
    ]


def test_plain_layout_gives_no_day_that_the_file_does_not() -> None:
    body = '"0001A","0591T","2023-12-31",1,"x"\n"96372","99211","9999-12-31",0,"x, y"\n'
    (pairs,) = load(PLAIN + body, "medicare_ptp_out_2024-07-01_full.csv").sets
    assert pairs.frame.select("column1", "pair_setting", "effective_from", "effective_to").rows() == [
        ("0001A", "outpatient_hospital", date(2023, 12, 31), date(2024, 1, 1)),
        ("96372", "outpatient_hospital", date(2024, 7, 1), None),
    ]
    assert all("no first day" in note for note in pairs.frame["note"])


def test_medicaid_has_settings_of_its_own() -> None:
    (pairs,) = load(ONE_ROW + ROWS, "MCD_PTP_Practitioner_2026q1.txt").sets
    assert pairs.frame["pair_setting"].unique().to_list() == ["medicaid_practitioner"]


def test_odd_rows_are_said() -> None:
    twice = ROWS.splitlines(keepends=True)[0]
    overlap = "20610\t20600\t\t20220101\t*\t0\tMutually exclusive\r\n"
    backwards = "20611\t20600\t\t20220101\t20210101\t0\tMutually exclusive\r\n"
    header = ONE_ROW.replace("Rationale", "Rationale\tNew Column")
    padded = "".join(
        line.replace("\r\n", "\tz\r\n")
        for line in (ROWS + twice + overlap + backwards).splitlines(keepends=True)
    )
    release = load(header + padded)
    assert release.rows == 8
    assert release.sets[0].frame.height == 7
    assert release.warnings == (
        "Columns that are not read: `New Column`.",
        "1 row(s) stand twice; each is kept once.",
        "1 row(s) end before they begin: never in force.",
        "1 row(s) overlap an earlier row of the same pair, first 20610 with 20600.",
    )


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (ONE_ROW + ROWS[:-2], NAME, "ends in the middle of a row"),
        (ONE_ROW + ROWS + "2061\t20600\t\t20100101\t*\t1\tx\r\n", NAME, r"row 9: the column1 is '2061'"),
        (
            ONE_ROW + ROWS + "20610\t20600\t\t20101301\t*\t1\tx\r\n",
            NAME,
            r"row 9: the effective is '20101301'",
        ),
        (ONE_ROW + ROWS + "20610\t20600\t\t20100101\t*\t2\tx\r\n", NAME, r"row 9: the modifier is '2'"),
        (
            ONE_ROW + ROWS + "20610\t20600\r\n",
            NAME,
            r"row 9: the modifier is missing|cannot be read as a table",
        ),
        (ONE_ROW + ROWS + "20610\t20600\t\t20100101\tsoon\t1\tx\r\n", NAME, r"row 9: the deletion is 'soon'"),
        (PLAIN + '"0001A","0591T","2023-12-31",1,"x"\n', "ptp_prac.csv", "does not say which release"),
        (PLAIN + '"0001A","0591T","2023-12-31",1,"x"\n', "ptp_2024-07-01.csv", "does not say which services"),
        (
            '"column1","column2","rationale"\n"0001A","0591T","x"\n',
            NAME,
            "has no column for deletion, modifier",
        ),
    ],
)
def test_broken_files_are_refused_with_the_place(content: str, name: str, said: str) -> None:
    file = source(content, name)
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=said) as raised:
        LOADER.load(file)
    assert raised.value.where is not None
    assert name in raised.value.where


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no spreadsheet [Content_Types].xml",
        b"hcpcs,mue_units,rationale\n20100,2,x\n",
        b"<html><title>License for use of CPT</title>Column 1</html>",
        b"column 1\n",
    ],
)
def test_other_files_are_not_recognised(content: bytes) -> None:
    assert not LOADER.recognises(source(content))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("part", "setting", "rows", "active"),
    [("prac", "practitioner", 2_546_017, 1_669_820), ("out", "outpatient_hospital", 1_775_818, 1_335_857)],
)
def test_real_files(shared: Path, part: str, setting: str, rows: int, active: int) -> None:
    name = f"medicare_ptp_{part}_2024-07-01_full.csv"
    raw = gzip.decompress((shared / "data" / "ncci" / f"{name}.gz").read_bytes())
    release = load(raw, name)
    (pairs,) = release.sets
    on_day = pairs.frame.filter(
        pl.col("effective_from") <= date(2024, 7, 1),
        pl.col("effective_to").is_null() | (pl.col("effective_to") > date(2024, 7, 1)),
    )
    # One deleted row stands twice in each file.
    assert (release.rows, pairs.frame.height, on_day.height) == (rows, rows - 1, active)
    assert pairs.frame["pair_setting"].unique().to_list() == [setting]
    assert on_day.select("column1", "column2").is_duplicated().sum() == 0
    ours = read_set("pairs").filter(pl.col("pair_setting") == setting)
    key = ["column1", "column2", "modifier_indicator"]
    assert ours.height > 0
    assert ours.join(on_day, on=key, how="anti").is_empty()
    codes = pl.concat([on_day["column1"], on_day["column2"].alias("column1")]).unique()
    free = read_set("pairless").filter(pl.col("pair_setting") == setting)
    assert free.height > 0
    assert free["hcpcs"].is_in(codes.implode()).sum() == 0
