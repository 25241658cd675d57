"""The HCPCS alpha-numeric file: layout, edition, odd records, and the real releases since 2017."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import Reference
from scrubjay.reference.library import Library
from scrubjay.reference.loaders import hcpcs_records, hcpcs_sheet
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from scrubjay.reference.loaders.base import Loader

BLANK = " " * 320


def record(
    code: str,
    text: str,
    *,
    sequence: str = "00100",
    kind: str = "3",
    added: str = "20200101",
    acted: str = "20200101",
    ended: str = "",
    action: str = "N",
    **fields: str,
) -> str:
    """One record; other fields by position, e.g. `at_257="O1E"`."""
    line = list(BLANK)
    placed = {1: code.rjust(5), 6: sequence, 11: kind, 12: text}
    if kind in "37":
        placed |= {269: added, 277: acted, 285: ended, 293: action}
        placed |= {int(name.removeprefix("at_")): value for name, value in fields.items()}
    for begin, value in placed.items():
        line[begin - 1 : begin - 1 + len(value)] = value
    return "".join(line)


DRUG = {"at_120": "51", "at_128": "A", "at_230": "D", "at_257": "O1E", "at_261": "1P"}
ENDED = record("J0001", "Injection, oldamab, up to 40 mg", ended="20231231", at_205="J0002", **DRUG)
NEW = record("J0002", "Injection, oldamab, 5 mg", added="20240101", acted="20240101", action="A", **DRUG)
LINES = [
    "Note: a disclaimer stands above the records",
    "",
    record("A1", "Dressing for one wound", kind="7", at_230="C"),
    ENDED,
    NEW,
    record("S9999", "Service of a kind whose words run on over one line and", at_257="Z2"),
    record("S9999", "end on the next", sequence="00200", kind="4"),
]


def source(content: str | bytes, name: str = "HCPC_ANWEB.txt", modified_on: date | None = None) -> SourceFile:
    raw = content.encode("latin-1") if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), modified_on, lambda: raw)


def text(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def read(file: SourceFile, loader: Loader = hcpcs_records.LOADER) -> Release:
    assert loader.recognises(file)
    release = loader.load(file)
    assert isinstance(release, Release)
    return release


def rows(release: Release, name: str) -> dict[str, dict[str, object]]:
    frame = next(s.frame for s in release.sets if s.set_name == name)
    assert frame.schema == SETS[name].schema
    key = SETS[name].keys[0]
    return {str(row[key]): row for row in frame.iter_rows(named=True)}


def test_a_release_in_all_its_sets() -> None:
    release = read(source(text(LINES)))
    assert (release.edition, release.rows, release.warnings) == ("2024-01", 5, ())
    assert (release.published_on, release.is_published_stated) == (date(2024, 1, 1), False)
    codes = rows(release, "hcpcs")
    assert list(codes) == ["J0001", "J0002", "S9999"]
    # The last day of the record is the day before the period ends.
    assert (codes["J0001"]["effective_from"], codes["J0001"]["effective_to"]) == (
        date(2020, 1, 1),
        date(2024, 1, 1),
    )
    assert codes["J0002"]["effective_to"] is None
    assert codes["S9999"]["descriptor"] == (
        "Service of a kind whose words run on over one line and end on the next"
    )
    assert [codes[c]["kind"] for c in codes] == ["drug", "drug", None]
    drugs = rows(release, "drugs")
    assert [
        (d["drug"], d["unit_amount"], d["unit"], d["qualifier"], d["is_unlisted"]) for d in drugs.values()
    ] == [
        ("oldamab", Decimal(40), "mg", "up_to", False),
        ("oldamab", Decimal(5), "mg", "exact", False),
    ]
    assert rows(release, "modifiers")["A1"]["meaning"] == "Dressing for one wound"
    successor = rows(release, "successors")["J0001"]
    assert (successor["successor"], successor["unit_ratio"], successor["effective_from"]) == (
        "J0002",
        Decimal(8),
        date(2024, 1, 1),
    )
    attributes = rows(release, "hcpcs_attributes")["J0001"]
    assert (attributes["pricing"], attributes["betos"], attributes["type_of_service"]) == (
        ["51"],
        "O1E",
        ["1", "P"],
    )
    assert (attributes["effective_from"], attributes["effective_to"]) == (
        date(2024, 1, 1),
        date(2024, 4, 1),
    )
    changes = rows(release, "code_changes")
    assert list(changes) == ["J0002"]
    assert (changes["J0002"]["action"], changes["J0002"]["meaning"]) == ("A", "added")


def test_the_archive_dates_the_release_only_near_its_quarter() -> None:
    near = read(source(text(LINES), modified_on=date(2023, 12, 11)))
    assert (near.published_on, near.is_published_stated) == (date(2023, 12, 11), True)
    far = read(source(text(LINES), modified_on=date(2021, 5, 1)))
    assert (far.published_on, far.is_published_stated) == (date(2024, 1, 1), False)


def test_a_few_codes_announced_ahead_do_not_make_the_edition() -> None:
    many = [record(f"A{n:04}", "Thing", added="20230401", acted="20230401") for n in range(1500)]
    ahead = record("B0001", "Thing to come", added="20231001", acted="20231001")
    release = read(source(text([*many, ahead])))
    assert release.edition == "2023-04"


def test_an_annual_release_speaks_of_its_year_and_is_not_complete() -> None:
    lines = [record("A0001", "Thing", added="20180101", acted="20180101")]
    hcpcs = next(s for s in read(source(text(lines))).sets if s.set_name == "hcpcs")
    assert (hcpcs.covers_from, hcpcs.covers_to, hcpcs.is_complete) == (
        date(2018, 1, 1),
        date(2019, 1, 1),
        False,
    )


def test_an_absent_code_is_not_listed_and_an_absent_drug_or_modifier_may_be_one() -> None:
    complete = {s.set_name for s in read(source(text(LINES))).sets if s.is_complete}
    assert complete == {"hcpcs", "hcpcs_attributes"}


def test_modifiers_that_lost_their_blanks_are_read() -> None:
    shifted = record("A1", "DRESSING FOR ONE WOUND", kind="7")[3:] + "   "
    more = record("A1", "AND SO ON", kind="8", sequence="00200")[3:] + "   "
    release = read(source(text([shifted, more, ENDED.upper()])))
    assert rows(release, "modifiers")["A1"]["meaning"] == "Dressing for one wound and so on"
    assert rows(release, "hcpcs")["J0001"]["descriptor"] == "Injection, oldamab, up to 40 mg"
    assert "2 modifier records" in release.warnings[0]
    assert "in capitals" in release.warnings[1]


def test_a_cpt_number_keeps_its_days_and_loses_its_words() -> None:
    release = read(
        source(text([*LINES, record("99999", "Words that are not ours"), record("D0001", "Tooth")]))
    )
    codes = rows(release, "hcpcs")
    assert codes["99999"]["effective_from"] == date(2020, 1, 1)
    for code in ("99999", "D0001"):
        assert (codes[code]["descriptor"], codes[code]["kind"]) == (None, None)
    assert "not ours" not in str([s.frame.to_dicts() for s in release.sets])


def test_two_descriptors_on_one_day_are_said_and_both_kept() -> None:
    other = record("J0002", "Injection, otheramab, 5 mg", added="20240101", acted="20240101", **DRUG)
    release = read(source(text([*LINES, other])))
    assert release.warnings == (
        "Two descriptors on one day, so neither is used there: J0002. Both rows are kept.",
    )
    frame = next(s.frame for s in release.sets if s.set_name == "hcpcs")
    assert frame.filter(pl.col("hcpcs") == "J0002").height == 2


def test_a_duplicate_is_said_and_kept_once() -> None:
    release = read(source(text([*LINES, NEW])))
    assert release.warnings == ("Listed twice, alike, and kept once: J0002.",)
    frame = next(s.frame for s in release.sets if s.set_name == "hcpcs")
    assert frame.filter(pl.col("hcpcs") == "J0002").height == 1


def test_overlapping_periods_of_one_code_are_said() -> None:
    again = ENDED.replace("20200101", "20220101")
    release = read(source(text([*LINES, again])))
    assert release.warnings == ("Periods of one code overlap: J0001.",)


def test_a_code_that_came_back_has_two_periods() -> None:
    back = record("J0001", "Injection, oldamab, up to 40 mg", added="20240701", acted="20240701", **DRUG)
    release = read(source(text([*LINES, back])))
    assert release.warnings == ()


def test_an_added_field_is_said() -> None:
    longer = LINES[3][:300] + "X1" + LINES[3][302:]
    release = read(source(text([*LINES[:3], longer, *LINES[4:]])))
    assert "a field was added to the layout" in release.warnings[0]
    assert "line 4" in release.warnings[0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([*LINES[:4], NEW[:268] + " " + NEW[268:319]], "line 5: added '2024010' is not of the HCPCS record"),
        ([*LINES[:4], NEW[:250]], "line 5: has 250 characters where a HCPCS record has 320"),
        ([*LINES[:4], "what is this"], "line 5: is no HCPCS record"),
        ([*LINES[:3], LINES[6]], "continues no code"),
        ([*LINES[:4], record("J0003", "Words", action="Z")], "line 5: action 'Z'"),
        ([*LINES[:4], record("J0003", "Words", added="20240231")], "line 5: added '20240231'"),
        ([*LINES[:4], record("J0003", "")], "line 5: descriptor is missing"),
    ],
)
def test_a_broken_file_is_one_line(lines: list[str], said: str) -> None:
    file = source(text(lines))
    assert hcpcs_records.LOADER.recognises(file)
    with pytest.raises(ReferenceDataError) as caught:
        hcpcs_records.LOADER.load(file)
    line = caught.value.one_line()
    assert said in line
    assert line.startswith("HCPC_ANWEB.txt")
    assert "\n" not in line


def test_a_file_that_breaks_off_is_refused() -> None:
    file = source(text(LINES)[:-200])
    with pytest.raises(ReferenceDataError, match="ends in the middle of a record"):
        hcpcs_records.LOADER.load(file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<!DOCTYPE html><html><body>LICENSE FOR USE OF CURRENT PROCEDURAL TERMINOLOGY ... J0001 A1</body></html>",
        "hcpcs,price\nJ0001,12\n",
        "PK\x03\x04 a zip that breaks off",
        "\xd0\xcf\x11\xe0 an old spreadsheet that breaks off",
    ],
)
def test_other_files_are_not_taken_for_it(content: str) -> None:
    assert not hcpcs_records.LOADER.recognises(source(content))
    assert not hcpcs_sheet.LOADER.recognises(source(content))


# Spreadsheet -----------------------------------------------------------------------------------

HEADER = (
    "hcpc,seqnum,recid,long_description,short_description,price1,price2,xref1,cov,betos,tos1,anest_bu,"
    "add_dt,act_eff_dt,term_dt,action_cd"
)
BODY = """A1,00100,7,Dressing for one wound,DRESSING,,,,C,,,,20020701,20020701,,N
J0001,00100,3,"Injection, oldamab, up to 40 mg",Old,51,,J0002,D,O1E,1,0,20200101,20240101,20231231,D
J0002,00100,3,"Injection, oldamab,",New,51,,,D,O1E,1,0,20240101,20240101,,A
J0002,00200,4,5 mg,,,,,,,,,,,,
"""


def test_a_table_of_the_same_columns() -> None:
    release = read(source(f"{HEADER}\n{BODY}", "x.csv"), hcpcs_sheet.LOADER)
    assert (release.edition, release.rows, release.warnings) == ("2024-01", 4, ())
    assert rows(release, "hcpcs")["J0002"]["descriptor"] == "Injection, oldamab, 5 mg"
    assert rows(release, "successors")["J0001"]["unit_ratio"] == Decimal(8)


def test_an_added_column_is_said_and_a_missing_one_refused() -> None:
    wider = "\n".join(f"{line},x" for line in f"{HEADER}\n{BODY}".splitlines()) + "\n"
    release = read(source(wider, "x.csv"), hcpcs_sheet.LOADER)
    assert release.warnings == ("Columns that are not read: `x`.",)
    with pytest.raises(ReferenceDataError, match="no column for ended"):
        hcpcs_sheet.LOADER.load(source(f"{HEADER}\n{BODY}".replace("term_dt", "gone"), "x.csv"))


def test_a_bad_cell_is_named_by_its_row() -> None:
    with pytest.raises(ReferenceDataError, match=r"x\.csv, row 3: added '2020'"):
        hcpcs_sheet.LOADER.load(source(f"{HEADER}\n{BODY}".replace("1,0,20200101", "1,0,2020"), "x.csv"))


# Real releases ---------------------------------------------------------------------------------


def real(shared: Path, archive: str, member: str | None = None) -> SourceFile:
    path = shared / "data" / "hcpcs" / archive
    if member is None:
        return source(path.read_bytes(), str(path))
    with zipfile.ZipFile(path) as opened:
        info = next(i for i in opened.infolist() if i.filename == member)
        return source(opened.read(info), f"{path}/{member}", date(*info.date_time[:3]))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("loader", "archive", "member", "edition", "published", "counts"),
    [
        (hcpcs_records, "2017-Alpha-Numeric-HCPCS-File.zip", "HCPC17_CONTR_ANWEB.txt", "2017-01",
         date(2016, 11, 9), (10_828, 6_155, 343)),
        (hcpcs_sheet, "2017-Alpha-Numeric-HCPCS-File.zip", "HCPC17_CONTR_ANWEB.xlsx", "2017-01",
         date(2016, 11, 2), (6_498, 6_155, 343)),
        (hcpcs_records, "2018-Alpha-Numeric-HCPCS-File.zip", "HCPC2018_CONTR_ANWEB_disc.txt", "2018-01",
         date(2018, 3, 7), (10_985, 6_205, 354)),
        (hcpcs_sheet, "2018-Alpha-Numeric-HCPCS-File.zip", "HCPC2018_CONTR_ANWEB_disc.xlsx", "2018-01",
         date(2018, 3, 7), (6_559, 6_205, 354)),
        (hcpcs_records, "2019-Alpha-Numeric-HCPCS-File.zip", "HCPC2019_CONTR_ANWEB.txt", "2019-01",
         date(2018, 11, 2), (11_622, 6_440, 360)),
        (hcpcs_sheet, "2019-Alpha-Numeric-HCPCS-File.zip", "HCPC2019_CONTR_ANWEB.xlsx", "2019-01",
         date(2018, 11, 2), (6_801, 6_440, 360)),
        (hcpcs_records, "2020-Alpha.zip", "HCPC2020_ANWEB_w_disclaimer.txt", "2020-01",
         date(2019, 11, 7), (12_359, 6_710, 369)),
        (hcpcs_sheet, "2020-Alpha.zip", "HCPC2020_ANWEB_w_disclaimer.xls", "2020-01",
         date(2019, 11, 7), (7_080, 6_710, 369)),
        (hcpcs_sheet, "anweb2020_04.xlsx", None, "2020-04", date(2020, 4, 1), (7_098, 6_728, 369)),
        (hcpcs_sheet, "anweb2020_07.xlsx", None, "2020-07", date(2020, 7, 1), (7_159, 6_789, 369)),
        (hcpcs_sheet, "anweb2020_10.xlsx", None, "2020-10", date(2020, 10, 1), (7_197, 6_825, 371)),
        (hcpcs_records, "HCPC2024_OCT_ANWEB.txt", None, "2024-10", date(2024, 10, 1), (15_129, 8_091, 383)),
        (hcpcs_sheet, "hcpcs_2024_10.csv", None, "2024-10", date(2024, 10, 1), (8_474, 8_091, 383)),
    ],
)  # fmt: skip
def test_row_counts_of_the_real_releases(
    *,
    shared: Path,
    loader: ModuleType,
    archive: str,
    member: str | None,
    edition: str,
    published: date,
    counts: tuple[int, int, int],
) -> None:
    release = read(real(shared, archive, member), loader.LOADER)
    assert (release.edition, release.published_on) == (edition, published)
    assert (release.rows, len(rows(release, "hcpcs")), len(rows(release, "modifiers"))) == counts


@pytest.mark.shared
@pytest.mark.parametrize(
    ("archive", "member"),
    [
        ("2017-Alpha-Numeric-HCPCS-File.zip", "HCPC17_CONTR_ANWEB"),
        ("2018-Alpha-Numeric-HCPCS-File.zip", "HCPC2018_CONTR_ANWEB_disc"),
        ("2019-Alpha-Numeric-HCPCS-File.zip", "HCPC2019_CONTR_ANWEB"),
    ],
)
def test_text_and_spreadsheet_of_a_release_say_the_same(shared: Path, archive: str, member: str) -> None:
    one = read(real(shared, archive, f"{member}.txt"))
    other = read(real(shared, archive, f"{member}.xlsx"), hcpcs_sheet.LOADER)
    for name in ("hcpcs", "drugs", "modifiers", "successors"):
        first, second = (next(s.frame for s in r.sets if s.set_name == name) for r in (one, other))
        drop = ["source", "known_from"]
        assert first.drop(drop).equals(second.drop(drop)), name


@pytest.mark.shared
def test_the_steroids_of_april_2024(shared: Path) -> None:
    release = read(real(shared, "HCPC2024_OCT_ANWEB.txt"))
    codes = rows(release, "hcpcs")
    drugs = rows(release, "drugs")
    # Valid on 2024-03-31, its last day, and not on 2024-04-01.
    assert (codes["J2930"]["effective_from"], codes["J2930"]["effective_to"]) == (
        date(1984, 1, 1),
        date(2024, 4, 1),
    )
    assert (drugs["J2930"]["unit_amount"], drugs["J2930"]["unit"], drugs["J2930"]["qualifier"]) == (
        Decimal(125),
        "mg",
        "up_to",
    )
    assert (codes["J1320"]["effective_from"], codes["J1320"]["effective_to"]) == (date(1982, 1, 1), None)
    assert codes["J1320"]["descriptor"] == "Injection, amitriptyline hcl, up to 20 mg"
    assert rows(release, "hcpcs_attributes")["J1320"]["betos"] == "O1E"


@pytest.mark.shared
def test_the_last_day_of_a_code_by_the_loaded_edition(shared: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "reference")
    for name in ("anweb2020_10.xlsx", "HCPC2024_OCT_ANWEB.txt"):
        file = real(shared, name)
        loader = hcpcs_sheet.LOADER if name.endswith("xlsx") else hcpcs_records.LOADER
        library.add(read(file, loader), file=name, sha256=name, loaded_at=datetime(2026, 11, 24, tzinfo=UTC))
    reference = Reference.open(library.folder)
    known = date(2024, 12, 1)
    last = reference.row("hcpcs", on=date(2024, 3, 31), as_of=known, hcpcs="J2930")
    assert last is not None
    assert (last["source"], last["edition"]) == ("CMS HCPCS alpha-numeric file", "2020-10..2024-10")
    assert reference.row("hcpcs", on=date(2024, 4, 1), as_of=known, hcpcs="J2930") is None
    after = reference.row("drugs", on=date(2024, 4, 1), as_of=known, hcpcs="J2919")
    assert after is not None
    assert (after["unit_amount"], after["unit"]) == (Decimal(5), "mg")
