"""ASP payment limits: layout, odd cells, and the nine real quarters."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.asp_payment_limits import LOADER
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

TOP = """Payment Allowance Limits for Medicare Part B Drugs,,,,,,,,,,
,,,,,,,,,,
"Effective April 1, 2026 through June 30, 2026",,,,,,,,,,
"""
HEADER = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,"
    "Blood AWP%,Blood limit,Clotting Factor,Notes\n"
)
BODY = """J2919,Methylpred,5 MG,0.264,20.000,,,,,,
90670,some vaccine words,0.5 ML,257.989,0.000,95,257.989,,,,
J7192,Factor,1 I.U.,1.6,19.5,,,,,1,Inflation-adjusted coinsurance
A9999,Odd,3 MG & 3 MG,N/A,20,,,95,"1,000.5",,"first
second"
"""


def source(content: str | bytes, name: str = "limits.csv") -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str = "limits.csv") -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_rows_of_a_release() -> None:
    release = load(TOP + HEADER + BODY)
    assert (release.edition, release.rows, release.published_on, release.is_published_stated) == (
        "2026-04", 4, date(2026, 4, 1), False,
    )  # fmt: skip
    limits, dosages = release.sets
    assert limits.frame.schema == SETS["payment_limits"].schema
    assert (limits.covers_from, limits.covers_to, limits.is_complete) == (
        date(2026, 4, 1),
        date(2026, 7, 1),
        True,
    )
    rows = {row["hcpcs"]: row for row in limits.frame.iter_rows(named=True)}
    plain = rows["J2919"]
    assert (plain["payment_limit"], plain["coinsurance_percent"]) == (Decimal("0.264"), Decimal(20))
    assert (plain["effective_from"], plain["effective_to"], plain["known_from"]) == (
        date(2026, 4, 1), date(2026, 7, 1), date(2026, 4, 1),
    )  # fmt: skip
    assert (plain["is_clotting_factor"], plain["vaccine_limit"], plain["limit_note"]) == (None, None, None)
    assert (rows["90670"]["vaccine_awp_percent"], rows["90670"]["coinsurance_percent"]) == (
        Decimal(95),
        Decimal(0),
    )
    assert rows["J7192"]["is_clotting_factor"] is True
    assert rows["J7192"]["limit_note"] == "Inflation-adjusted coinsurance"
    assert rows["A9999"]["payment_limit"] is None
    assert (rows["A9999"]["blood_limit"], rows["A9999"]["limit_note"]) == (Decimal("1000.5"), "first second")
    assert release.warnings == ("The payment limit is no number in row 8 (`N/A`): left empty.",)
    said = {
        r["hcpcs"]: (r["dosage"], r["dosage_amount"], r["dosage_unit"])
        for r in dosages.frame.iter_rows(named=True)
    }
    assert said["J2919"] == ("5 MG", Decimal(5), "mg")
    assert said["A9999"] == ("3 MG & 3 MG", None, None)


def test_a_spreadsheet_of_the_same_layout_gives_the_same_rows() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(csv.reader(io.StringIO(TOP + HEADER + BODY))):
            # As in Excel: amounts are numbers, codes are text.
            sheet.write_row(
                at, 0, [float(c) if i > 2 and c.replace(".", "").isdigit() else c for i, c in enumerate(row)]
            )
    release = load(file.getvalue(), "limits.xlsx")
    assert release.rows == 4
    for mine, text in zip(release.sets, load(TOP + HEADER + BODY).sets, strict=True):
        assert mine.frame.equals(text.frame)


def test_no_wording_of_a_cpt_number_is_kept() -> None:
    text = "".join(s.frame.write_csv() for s in load(TOP + HEADER + BODY).sets)
    assert "vaccine words" not in text
    assert "Methylpred" not in text


def test_a_code_twice_keeps_what_its_rows_agree_on() -> None:
    release = load(TOP + HEADER + "J1,,,,,,,,,,\nJ2919,,5 MG,1.0,20,,,,,,\nJ2919,,5 MG,2.0,20,,,,,,\n")
    row = release.sets[0].frame.row(0, named=True)
    assert (release.sets[0].frame.height, row["payment_limit"], row["coinsurance_percent"]) == (
        1,
        None,
        Decimal(20),
    )
    assert "with different values, which were left empty: J2919 in rows 6-7." in release.warnings[-1]


def test_an_added_column_is_read_with_a_warning() -> None:
    release = load(
        TOP + HEADER.replace("Notes", "Notes,New column") + BODY.replace("20.000,,,,,,", "20.000,,,,,,,x")
    )
    assert release.rows == 4
    assert release.warnings[0] == "Columns that are not read: `New column`."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            TOP + HEADER.replace("Co-insurance Percentage", "Share") + BODY,
            "has no column for coinsurance percent",
        ),
        (TOP.replace("June 30", "May 31") + HEADER + BODY, "does not say which quarter"),
        (TOP + HEADER, "holds no payment limit"),
        (TOP + HEADER + BODY[:30], "ends in the middle of a row"),
        (TOP + HEADER + BODY[:-8], "breaks off or has a stray quote"),
    ],
)
def test_a_broken_file_is_one_line(text: str, what: str) -> None:
    file = source(text)
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=what) as raised:
        LOADER.load(file)
    assert raised.value.one_line().startswith("limits.csv")
    assert raised.value.hint


def test_other_files_are_left_alone() -> None:
    noc = (
        TOP.replace("Drugs", "Not Otherwise Classified (NOC) Drugs")
        + "Drug Generic Name,Dosage,Payment Limit\n"
    )
    assert not LOADER.recognises(source(noc))
    assert not LOADER.recognises(source("<html>CPT copyright notice: payment allowance limits</html>"))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("quarter", "codes"),
    [
        ("2024-01", 823), ("2024-04", 819), ("2024-07", 846), ("2024-10", 865), ("2025-01", 877),
        ("2025-04", 942), ("2025-07", 970), ("2025-10", 1012), ("2026-01", 877),
    ],
)  # fmt: skip
def test_the_real_quarters(shared: Path, quarter: str, codes: int) -> None:
    path = shared / f"data/asp/asp_payment_limits_{quarter}.csv"
    release = load(path.read_bytes(), str(path))
    assert (release.edition, release.rows) == (quarter, codes)
    limits = release.sets[0].frame
    assert limits.height == limits["hcpcs"].n_unique() == codes
    # Every limit but CMS's own "N/A" is a number, and every code has a share.
    none = 4 if quarter == "2024-10" else 1
    assert (limits["payment_limit"].null_count(), limits["coinsurance_percent"].null_count()) == (none, 0)


@pytest.mark.shared
def test_facts_of_the_first_quarter_of_2026(shared: Path) -> None:
    """Values of the domain notes, section 0."""
    path = shared / "data/asp/asp_payment_limits_2026-01.csv"
    frame = load(path.read_bytes(), str(path)).sets[0].frame
    limits = dict(frame.select("hcpcs", "payment_limit").iter_rows())
    expected = {
        "J2919": "0.264",
        "J1010": "0.12",
        "J3301": "0.741",
        "J1100": "0.105",
        "J0702": "6.908",
        "J0897": "29.457",
    }
    assert {code: limits[code] for code in expected} == {code: Decimal(v) for code, v in expected.items()}
    assert frame.filter(hcpcs="J0897")["coinsurance_percent"].to_list() == [Decimal("17.585")]
