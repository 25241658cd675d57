"""The table below notes: finding it, its cells, its numbers, its faults."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import SourceFile
from scrubjay.reference.loaders.released_table import (
    Wanted,
    coded,
    number,
    number_warnings,
    read_table,
    recognises_table,
    row_ranges,
    squeezed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

WANTED = (
    Wanted("code", "hcpcs code"),
    Wanted("rate", "payment rate"),
    Wanted("note", "notes", is_required=False),
)


def source(content: str | bytes, name: str = "a.csv", head: int = 65_536) -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:head], len(raw), None, lambda: raw)


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet("Cover").write(0, 0, "read me")
        sheet = book.add_worksheet("Table")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return file.getvalue()


def test_notes_header_and_rows_are_told_apart() -> None:
    table = read_table(
        source(
            '"A title, with a\nline break",,\n,,\nHCPCS Code, Payment Rate ,Notes\n J2919 ,1.5,\n,,\nJ1010, ,x\n'
        ),
        WANTED,
        source="the table",
    )
    assert table.notes == "A title, with a\nline break"
    assert table.headers["rate"] == " Payment Rate "
    assert table.frame.rows() == [(4, "J2919", "1.5", None), (6, "J1010", None, "x")]
    assert table.warnings == ()


def test_tabs_latin_1_and_a_byte_order_mark() -> None:
    tabs = "Titel\u00a0x\t\t\nHCPCS Code\tPayment Rate\tNotes\nJ2919\t$1,000.50\tcaf\u00e9\n"
    for raw in (tabs.encode("latin-1"), tabs.encode("utf-8-sig")):
        frame = read_table(source(raw), WANTED, source="the table").frame
        assert frame.rows() == [(3, "J2919", "$1,000.50", "caf\u00e9")]


def test_a_spreadsheet_is_read_like_text_and_its_numbers_stay_as_typed() -> None:
    book = workbook(
        [["Title"], [], ["HCPCS Code", "Payment Rate", "Notes"], ["J2919", 143.771, ""], ["90371", 0.1, "y"]]
    )
    file = source(book, "a.xlsx")
    assert recognises_table(file, WANTED, lambda notes: "Title" in notes)
    frame = read_table(file, WANTED, source="the table").frame
    assert frame.rows() == [(4, "J2919", "143.771", None), (5, "90371", "0.1", "y")]


def test_recognition_needs_header_and_title_and_never_raises() -> None:
    good = "The title\nHCPCS Code,Payment Rate\nJ2919,1\n"
    assert recognises_table(source(good), WANTED, lambda notes: "title" in notes)
    assert not recognises_table(source(good), WANTED, lambda notes: "other" in notes)
    assert not recognises_table(source("HCPCS Code\nJ2919\n"), WANTED, lambda _: True)
    for junk in (
        b"",
        b"PK\x03\x04[Content_Types].xml junk",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0junk",
        b"\x00\xff\n\x00",
    ):
        assert not recognises_table(source(junk), WANTED, lambda _: True)
    assert not recognises_table(source("<html>agree to the CPT notice</html>\n"), WANTED, lambda _: True)


def test_recognition_by_a_head_that_ends_inside_a_cell() -> None:
    text = 'The title\nHCPCS Code,Payment Rate\nJ2919,"1\n2"\n'
    assert recognises_table(source(text, head=len(text) - 6), WANTED, lambda notes: "title" in notes)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a,b\n1,2\n", "no header row", "a.csv"),
        ("HCPCS Code,Price,Notes\nJ2919,1,\n", "no column for rate", "a.csv, row 1"),
        ("HCPCS Code,Payment Rate,Payment Rate\nJ2919,1,2\n", "two columns `Payment Rate`", "a.csv, row 1"),
        (
            "HCPCS Code,Payment Rate\nJ2919,1\nJ1010,1,000\n",
            "3 cells where the header names 2",
            "a.csv, row 3",
        ),
        ("HCPCS Code,Payment Rate\nJ2919,1\nJ1010,0.1", "ends in the middle of a row", "a.csv, row 3"),
        ('HCPCS Code,Payment Rate\nJ2919,"1\nJ1010,2\n', "breaks off or has a stray quote", "a.csv, row 2"),
    ],
)
def test_one_line_for_a_broken_file(text: str, what: str, where: str) -> None:
    with pytest.raises(ReferenceDataError) as raised:
        read_table(source(text), WANTED, source="the table")
    line = raised.value.one_line()
    assert what in line
    assert line.startswith(f"{where}: ")
    assert "\n" not in line
    assert raised.value.hint or "two columns" in what


def test_a_broken_spreadsheet_is_one_line() -> None:
    cut = workbook([["HCPCS Code", "Payment Rate"], ["J2919", 1]])[:900]
    with pytest.raises(ReferenceDataError, match="no spreadsheet that can be opened as the table"):
        read_table(source(cut, "a.xlsx"), WANTED, source="the table")


def test_a_surplus_column_is_a_warning() -> None:
    table = read_table(source("HCPCS Code,Payment Rate,Colour\nJ2919,1,red\n"), WANTED, source="the table")
    assert table.warnings == ("Columns that are not read: `Colour`.",)
    assert table.frame.columns == ["_row", "code", "rate", "note"]


def test_numbers_are_exact_and_what_is_none_is_named() -> None:
    cells = [
        "$1,234.567",
        "0.1",
        "19.987%",
        "12.50*",
        ".5",
        "-3",
        "N/A",
        "21.3?",
        "1e3",
        "1.23456789",
        "",
        None,
        " ",
    ]
    frame = pl.DataFrame(
        {"_row": range(1, len(cells) + 1), "rate": cells}, schema_overrides={"rate": pl.String}
    )
    assert frame.select(number("rate"))["rate"].to_list() == [
        Decimal("1234.567"), Decimal("0.1"), Decimal("19.987"), Decimal("12.5"), Decimal("0.5"), Decimal(-3),
        None, None, None, Decimal("1.234568"), None, None, None,
    ]  # fmt: skip
    assert number_warnings(frame, ["rate"]) == [
        "The rate is no number in row 7 (`N/A`), row 8 (`21.3?`), row 9 (`1e3`): left empty.",
        "The rate has more than 6 decimals in row 10 (`1.23456789`): rounded.",
    ]


def test_codes_are_freed_of_stray_signs_and_a_clean_row_wins() -> None:
    frame = pl.DataFrame(
        {
            "_row": [1, 2, 3, 4, 5, 6],
            "code": ["J2919", "A4341\u00ff", "Q5111\ufffd\ufffd", "Q5111", "NOTE 1: words", "J29"],
            "rate": ["1", "2", "3", "4", None, "6"],
        }
    )
    clean, said = coded(frame)
    assert clean.select("hcpcs", "rate").rows() == [("J2919", "1"), ("A4341", "2"), ("Q5111", "4")]
    assert said == [
        "No HCPCS code in row 6 (`J29`): not read.",
        "A code has stray signs beside it in row 2 (`A4341\u00ff`), row 3 (`Q5111\ufffd\ufffd`): read without them.",
        "The same code also stands clean beside row 3 (`Q5111\ufffd\ufffd`): the clean row was taken.",
    ]


def test_small_helpers() -> None:
    assert squeezed(" Co-insurance\nPercentage* ") == "co insurance percentage"
    assert row_ranges([3, 1, 2, 9, 11, 10]) == "1-3, 9-11"
