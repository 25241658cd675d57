"""CARC and RARC lists: each way a licensed user may hold them, and the real status list. No wording is kept."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.remit_codes import LOADER
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Words that belong to somebody"
CARC = (
    "Code,Description,Start Date,Stop Date,Last Modified,Notes\n"
    f'1,"{SECRET}",01/01/1995,,09/30/2007,\n'
    f'15,"{SECRET}, with a comma",01/01/1995,05/01/2018,11/01/2017,"{SECRET}"\n'
    f"A1,{SECRET},01/01/1995,,,\n"
)
PAGE = f"""<!DOCTYPE html>
<html><body><h1>Remittance Advice Remark Codes</h1>
<table id="codelist"><thead><tr><th>Code</th><th>Description</th></tr></thead><tbody>
<tr class="current"><td class="code">M1</td><td>{SECRET} <span>Start: 01/01/1997</span></td></tr>
<tr class="deactivated"><td>MA02</td><td>{SECRET}
  <b>Notes:</b> {SECRET}
  Start: 01/01/1997 | Last Modified: 12/02/2004 | Stop: 06/30/2005</td></tr>
<tr><td>N822</td><td>{SECRET} Start: 07/01/2019</td></tr>
</tbody></table></body></html>
"""


def source(content: str | bytes, name: str) -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str) -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    for given in release.sets:
        assert given.frame.schema == SETS[given.set_name].schema
        assert SECRET not in given.frame.write_csv()
    return release


def test_export_with_dates() -> None:
    release = load(CARC, "carc.csv")
    (carc,) = release.sets
    # Nothing names a day: the latest start or change is the least that the list can be.
    assert (release.source, release.edition, release.rows) == (
        "X12 CARC list, numbers and status",
        "2017-11-01",
        3,
    )
    assert carc.frame.select("carc_code", "is_active", "effective_from", "effective_to").rows() == [
        ("1", True, date(1995, 1, 1), None),
        ("15", True, date(1995, 1, 1), date(2018, 5, 2)),
        ("A1", True, date(1995, 1, 1), None),
        ("15", False, date(2018, 5, 2), None),
    ]
    assert carc.frame["paraphrase"][0] == "patient's deductible"


def test_spreadsheet_with_dates() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["RARC", "Start Date", "Stop Date"])
        day = made.add_format({"num_format": "mm/dd/yyyy"})
        sheet.write_string(1, 0, "N30")
        sheet.write_datetime(1, 1, date(2000, 1, 1), day)
        sheet.write_row(2, 0, ["MA130", "2000-01-01"])
    release = load(out.getvalue(), "rarc_2026-08-17.xlsx")
    assert release.edition == "2026-08-17"
    assert release.sets[0].frame.select("rarc_code", "effective_from").rows() == [
        ("N30", date(2000, 1, 1)), ("MA130", date(2000, 1, 1)),
    ]  # fmt: skip


def test_saved_page() -> None:
    release = load(PAGE, "rarc.html")
    assert (release.source, release.edition, release.rows) == (
        "X12 RARC list, numbers and status",
        "2019-07-01",
        3,
    )
    assert release.sets[0].frame.select(
        "rarc_code", "is_active", "effective_from", "effective_to"
    ).rows() == [
        ("M1", True, date(1997, 1, 1), None),
        ("MA02", True, date(1997, 1, 1), date(2005, 7, 1)),
        ("N822", True, date(2019, 7, 1), None),
        ("MA02", False, date(2005, 7, 1), None),
    ]


def test_plain_status_is_that_of_its_day() -> None:
    release = load("list,code,status\nCARC,1,current\nRARC,M1,deactivated\n", "carc_rarc_status_2026-08.csv")
    carc, rarc = release.sets
    assert (carc.set_name, rarc.set_name, release.edition) == ("carc", "rarc", "2026-08-01")
    assert rarc.frame.select("rarc_code", "is_active", "effective_from", "effective_to").rows() == [
        ("M1", False, date(2026, 8, 1), None)
    ]
    assert rarc.frame["note"][0] == "The list gives no dates: the status is that of this day."


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (CARC + f"XX99,{SECRET},01/01/1995,,,\n", "carc.csv", "row 5: the code 'XX99' is not"),
        (CARC + f"2,{SECRET},31/01/1995,,,\n", "carc.csv", "row 5: the start '31/01/1995' is not"),
        (CARC + f"2,{SECRET},soon,,,\n", "carc.csv", "row 5: the start 'soon' is not"),
        (CARC[:-1], "carc.csv", "ends in the middle of a row"),
        ("list,code,status\nCARC,M1,current\n", "x_2026-08.csv", "row 2: the code 'M1' is not"),
        ("list,code,status\nCARC,1,maybe\n", "x_2026-08.csv", "row 2: the status 'maybe' is not"),
        ("list,code,status\nCARC,1,current\n", "x.csv", "holds no date"),
        (PAGE[:-40], "rarc.html", "breaks off before its table ends"),
    ],
)
def test_broken_lists_are_refused_with_the_place(content: str, name: str, what: str) -> None:
    file = source(content, name)
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=what) as raised:
        LOADER.load(file)
    assert SECRET not in raised.value.one_line()


def test_code_that_stands_twice_is_said() -> None:
    assert load(CARC + "1,x,01/01/1996,,,\n", "carc.csv").warnings == ("1 code(s) stand twice, first 1.",)


@pytest.mark.parametrize(
    "content",
    [
        "", "code,display,definition\n1,x,\n", "code,is_billable,description\nA00,0,Cholera\n",
        "<html><body>CPT license. Start: never</body></html>", "<table><tr><td>1</td></tr></table>",
    ],
)  # fmt: skip
def test_other_files_are_not_recognised(content: str) -> None:
    assert not LOADER.recognises(source(content, "x.csv"))


@pytest.mark.shared
def test_real_status_list(shared: Path) -> None:
    name = "carc_rarc_status_2026-08.csv"
    release = load((shared / "data" / "codes" / name).read_bytes(), name)
    carc, rarc = (s.frame for s in release.sets)
    assert (release.rows, carc.height, rarc.height) == (1_623, 407, 1_216)
    assert (carc["is_active"].sum(), rarc["is_active"].sum()) == (297, 1_137)
    for frame, name in ((carc, "carc"), (rarc, "rarc")):
        key = SETS[name].keys[0]
        ours = read_set(name)
        assert ours.join(frame, on=[key, "is_active", "paraphrase"], how="anti").is_empty()
        assert frame.filter(pl.col("paraphrase").is_not_null()).height == ours[key].n_unique()
