"""HCPCS lists: attributes beside descriptions, lists without ends, transaction reports, NOC codes."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders import hcpcs_attributes, hcpcs_changes, hcpcs_listing, hcpcs_unlisted
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    import polars as pl

    from scrubjay.reference.loaders.base import Loader

LOADERS = (hcpcs_attributes, hcpcs_changes, hcpcs_listing, hcpcs_unlisted)


def source(content: str | bytes, name: str, modified_on: date | None = None) -> SourceFile:
    raw = content.encode("latin-1") if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), modified_on, lambda: raw)


def read(loader: Loader, file: SourceFile) -> Release:
    assert loader.recognises(file)
    release = loader.load(file)
    assert isinstance(release, Release)
    for part in release.sets:
        assert part.frame.schema == SETS[part.set_name].schema
    return release


def frame(release: Release, name: str) -> pl.DataFrame:
    return next(s.frame for s in release.sets if s.set_name == name)


# Attributes ------------------------------------------------------------------------------------

ATTRIBUTES = """"hcpcs_code","price","multi","cov","betos","tos","action","cim","mcm","statute","lab","xref","asc_grp","proc","anes","date_term","date_added","date_asc","date_action"
"J0001","51","A","D","O1E","1:P","D","60-3, 60-9","2049",,,"J0002",,,"0","2024-06-30","2001-01-01",,"2024-07-01"
"J0002","51:53","A","D","O1E","1","A",,,,,,,,"0",,"2024-07-01",,"2024-07-01"
"""
DESCRIPTIONS = """"hcpcs_code","hcpcs_desc_type","hcpcs_description"
"J0001","Long","Injection, oldamab, 10 mg"
"J0001","Short","Old"
"J0002","Long","Injection, oldamab, 1 mg"
"J0002","Short","New"
"""


def test_attributes_alone_give_days_and_no_drugs(tmp_path: Path) -> None:
    release = read(hcpcs_attributes.LOADER, source(ATTRIBUTES, str(tmp_path / "x_attributes.csv")))
    assert (release.edition, release.rows) == ("2024-07", 2)
    assert "not beside" in release.warnings[0]
    codes = frame(release, "hcpcs")
    assert codes["effective_to"].to_list() == [date(2024, 7, 1), None]
    assert codes["descriptor"].to_list() == [None, None]
    assert "drugs" not in {s.set_name for s in release.sets}
    rows = frame(release, "hcpcs_attributes")
    assert rows["manual_sections"].to_list() == [["60-3", "60-9", "2049"], None]
    assert rows["type_of_service"].to_list() == [["1", "P"], ["1"]]
    assert rows["pricing"].to_list() == [["51"], ["51", "53"]]


def test_attributes_take_the_descriptors_beside_them(tmp_path: Path) -> None:
    (tmp_path / "x_descriptions.csv").write_text(DESCRIPTIONS, encoding="utf-8")
    release = read(hcpcs_attributes.LOADER, source(ATTRIBUTES, str(tmp_path / "x_attributes.csv")))
    assert release.warnings == ()
    assert frame(release, "drugs")["unit_amount"].to_list() == [Decimal(10), Decimal(1)]
    assert frame(release, "successors")["unit_ratio"].to_list() == [Decimal(10)]


# Lists without ends ----------------------------------------------------------------------------

TABLE = """hcpc,recid,long_description,short_description_approx,add_dt,act_eff_year,tos_slice
A1,7,Dressing for one wound,Dressing,20020701,2002,20
J0001,3,"Injection, oldamab, 10 mg",Old,20010101,2024,1
J0002,3,"Injection, oldamab, 1 mg",New,20250401,2025,1
A0002,3,"Thing",New,20251001,2025,1
"""


def test_a_listed_code_is_not_a_valid_one() -> None:
    release = read(hcpcs_listing.LOADER, source(TABLE, "hcpcs.csv"))
    assert (release.edition, release.rows) == ("2025-10", 4)
    listed = frame(release, "listed_codes")
    assert listed["hcpcs"].to_list() == ["A1", "J0001", "J0002", "A0002"]
    assert listed["effective_to"].unique().to_list() == [date(2026, 1, 1)]
    # Only what was added within the year can have no end in an older release.
    codes = frame(release, "hcpcs")
    assert codes.select("hcpcs", "kind", "effective_from", "effective_to").rows() == [
        ("J0002", "drug", date(2025, 4, 1), None),
        ("A0002", None, date(2025, 10, 1), None),
    ]
    assert codes["note"].str.contains("states no end").all()
    assert frame(release, "drugs")["hcpcs"].to_list() == ["J0002"]
    assert [s.is_complete for s in release.sets] == [True, False, False]


def test_descriptions_are_listed_by_their_long_text() -> None:
    release = read(hcpcs_listing.LOADER, source(DESCRIPTIONS, "hcpcs_2024_07_descriptions.csv"))
    assert (release.edition, release.rows) == ("2024-07", 4)
    assert frame(release, "listed_codes").select("hcpcs", "descriptor").rows() == [
        ("J0001", "Injection, oldamab, 10 mg"),
        ("J0002", "Injection, oldamab, 1 mg"),
    ]


def test_bare_codes_are_listed_and_nothing_more() -> None:
    codes = "".join(f"A{n:04}\n" for n in range(20))
    release = read(hcpcs_listing.LOADER, source(codes, "codes_2026q3.txt"))
    assert (release.edition, release.rows) == ("2026-07", 20)
    assert [s.set_name for s in release.sets] == ["listed_codes"]
    with pytest.raises(ReferenceDataError, match="which release"):
        hcpcs_listing.LOADER.load(source(codes, "codes.txt"))


def test_a_bad_day_in_a_list_is_named() -> None:
    with pytest.raises(ReferenceDataError, match=r"hcpcs\.csv, row 3: column added holds no date"):
        hcpcs_listing.LOADER.load(source(TABLE.replace("20010101", "2001-xx"), "hcpcs.csv"))


# Transaction reports ---------------------------------------------------------------------------

PRINT = """Note regarding coverage

  HCPC/MOD         ACTION CD       SHORT DESCRIPTION              LONG DESCRIPTION
      MA              ADD          Emer med cond                  Ordering professional
   J0002              ADD          New                            Injection
   J0001         Discontinued      Old                            Injection
   J0003     Coverage and Long Desc Third                         Injection
   J0004           No Change       Fourth                         Injection
\x1a
"""


def test_a_printed_transaction_report() -> None:
    release = read(hcpcs_changes.LOADER, source(PRINT, "2020-Alpha.zip/Changes_by_ActionCode.prn"))
    assert (release.edition, release.rows, release.source) == (
        "2020-01",
        5,
        "CMS HCPCS transaction report",
    )
    assert "2020-Alpha.zip" in str(release.sets[0].note)
    changes = frame(release, "code_changes")
    assert changes.select("hcpcs", "action", "action_on").rows() == [
        ("MA", "A", date(2020, 1, 1)),
        ("J0002", "A", date(2020, 1, 1)),
        ("J0001", "D", date(2020, 1, 1)),
        ("J0003", "B", date(2020, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (PRINT, "changes.prn", "does not say which release"),
        (
            PRINT.replace("Discontinued", "Frobnicated "),
            "x2020_04.prn",
            "'Frobnicated' is none that is known",
        ),
        (PRINT.replace("   J0001  ", "   J00    "), "x2020_04.prn", "line 6: holds no code"),
    ],
)
def test_a_broken_report_is_one_line(content: str, name: str, said: str) -> None:
    file = source(content, name)
    assert hcpcs_changes.LOADER.recognises(file)
    with pytest.raises(ReferenceDataError) as caught:
        hcpcs_changes.LOADER.load(file)
    assert said in caught.value.one_line()


# NOC codes -------------------------------------------------------------------------------------

NOC = """"hcpcs","long_description","add_date","term_date"
"J0001","Injection, oldamab, not otherwise","2001-01-01","2023-12-31"
"J0001","specified","",""
"J3490","Unclassified drugs","1986-01-01",
"""


def test_noc_codes_with_a_text_that_runs_on() -> None:
    release = read(hcpcs_unlisted.LOADER, source(NOC, "noc_2024_07.csv"))
    assert (release.edition, release.rows) == ("2024-07", 3)
    assert frame(release, "unlisted_codes").select(
        "hcpcs", "descriptor", "effective_from", "effective_to"
    ).rows() == [
        ("J0001", "Injection, oldamab, not otherwise specified", date(2001, 1, 1), date(2024, 1, 1)),
        ("J3490", "Unclassified drugs", date(1986, 1, 1), None),
    ]
    with pytest.raises(ReferenceDataError, match="row 4: column ADD DATE holds no date"):
        hcpcs_unlisted.LOADER.load(source(NOC.replace("1986-01-01", "1986"), "noc_2024_07.csv"))


# Real files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<!DOCTYPE html><html><body>CURRENT PROCEDURAL TERMINOLOGY license, accept</body></html>",
        "PK\x03\x04[Content_Types].xml and then it breaks off",
    ],
)
@pytest.mark.parametrize("module", LOADERS)
def test_other_files_are_not_taken_for_these(module: ModuleType, content: str) -> None:
    assert not module.LOADER.recognises(source(content, "x"))


def real(shared: Path, archive: str, member: str | None) -> SourceFile:
    path = shared / "data" / "hcpcs" / archive
    if member is None:
        return source(path.read_bytes(), str(path))
    with zipfile.ZipFile(path) as opened:
        info = next(i for i in opened.infolist() if i.filename == member)
        return source(opened.read(info), f"{path}/{member}", date(*info.date_time[:3]))


Y17, Y18 = "2017-Alpha-Numeric-HCPCS-File.zip", "2018-Alpha-Numeric-HCPCS-File.zip"
Y19, Y20, NOC19 = "2019-Alpha-Numeric-HCPCS-File.zip", "2020-Alpha.zip", "2019-HCPCS-NOC-Codes.zip"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("module", "archive", "member", "edition", "counts"),
    [
        (hcpcs_attributes, "hcpcs_2024_07_attributes.csv", None, "2024-07", (8_033, 8_033)),
        (hcpcs_listing, "hcpcs_2024_07_descriptions.csv", None, "2024-07", (16_066, 8_033)),
        (hcpcs_listing, "hcpcs_2025_10.csv", None, "2025-10", (8_846, 8_846)),
        (hcpcs_listing, "hcpcs_level2_codes_2026q3.txt", None, "2026-07", (8_725, 8_725)),
        (hcpcs_changes, Y17, "HCPCS2017_Trans Report_Alpha.xlsx", "2017-01", (6_498, 596)),
        (hcpcs_changes, Y17, "HCPCS2017_Trans Report_ChangesbyAction.prn", "2017-01", (6_498, 596)),
        (hcpcs_changes, Y17, "HCPCS2017_Trans Report_ChangesbyHCPC.prn", "2017-01", (6_498, 596)),
        (hcpcs_changes, Y18, "HCPC18_Trans_Report_Alpha.xlsx", "2018-01", (6_558, 327)),
        (hcpcs_changes, Y18, "HCPC18_Trans_Report_Alpha_ChangesbyAction.prn", "2018-01", (6_558, 327)),
        (hcpcs_changes, Y18, "HCPC18_Trans_Report_Alpha_ChangesbyHCPC.prn", "2018-01", (6_558, 327)),
        (hcpcs_changes, Y19, "HCPC2019_Trans_Alpha.xlsx", "2019-01", (6_800, 428)),
        (hcpcs_changes, Y19, "Changes_by_ActionCode.prn", "2019-01", (6_800, 428)),
        (hcpcs_changes, Y19, "Changes_by_HCPCSCode.prn", "2019-01", (6_800, 428)),
        (hcpcs_changes, Y20, "HCPC2020_TRANS_ALPHA_w_disclaimer.xlsx", "2020-01", (7_079, 431)),
        (hcpcs_changes, Y20, "Changes_by_ActionCode.prn", "2020-01", (7_079, 431)),
        (hcpcs_changes, Y20, "Changes_by_HCPC.prn", "2020-01", (7_079, 431)),
        (hcpcs_changes, "trans2020_04.xlsx", None, "2020-04", (7_097, 23)),
        (hcpcs_changes, "trans2020_07.xlsx", None, "2020-07", (7_159, 75)),
        (hcpcs_changes, "trans2020_10.xlsx", None, "2020-10", (7_196, 51)),
        (hcpcs_unlisted, NOC19, "NOC_Codes_2019.xlsx", "2019-01", (141, 139)),
        (hcpcs_unlisted, NOC19, "NOC_Codes_2019.prn", "2019-01", (141, 139)),
        (hcpcs_unlisted, "hcpcs_noc_2024_07.csv", None, "2024-07", (161, 159)),
    ],
)  # fmt: skip
def test_row_counts_of_the_real_files(
    *,
    shared: Path,
    module: ModuleType,
    archive: str,
    member: str | None,
    edition: str,
    counts: tuple[int, int],
) -> None:
    file = real(shared, archive, member)
    # One loader of the family takes the file, and only one.
    assert [m for m in LOADERS if m.LOADER.recognises(file)] == [module]
    release = read(module.LOADER, file)
    first = "code_changes" if module is hcpcs_changes else None
    kept = frame(release, first) if first else release.sets[0].frame
    assert (release.edition, release.rows, kept.height) == (edition, *counts)


@pytest.mark.shared
@pytest.mark.parametrize("archive", [Y17, Y18, Y19, Y20])
def test_report_and_records_tell_the_same_actions(shared: Path, archive: str) -> None:
    from scrubjay.reference.loaders import hcpcs_records

    with zipfile.ZipFile(shared / "data" / "hcpcs" / archive) as opened:
        names = opened.namelist()
    report = read(
        hcpcs_changes.LOADER,
        real(shared, archive, next(n for n in names if "ction" in n and n.endswith(".prn"))),
    )
    records = read(
        hcpcs_records.LOADER,
        real(shared, archive, next(n for n in names if "ANWEB" in n and n.endswith(".txt"))),
    )
    told = [
        frame(r, "code_changes").select("hcpcs", "action").sort("hcpcs").rows() for r in (report, records)
    ]
    assert told[0] == told[1]


@pytest.mark.shared
def test_codes_that_ended_by_2024_are_still_listed_in_2025_and_not_called_valid(shared: Path) -> None:
    release = read(hcpcs_listing.LOADER, real(shared, "hcpcs_2025_10.csv", None))
    assert "J2930" in frame(release, "listed_codes")["hcpcs"].to_list()
    assert "J2930" not in frame(release, "hcpcs")["hcpcs"].to_list()
    assert frame(release, "hcpcs")["effective_from"].min() > date(2024, 10, 1)
    assert frame(release, "hcpcs").height == 371


@pytest.mark.shared
def test_a_printed_descriptor_is_whole_or_left_out(shared: Path) -> None:
    printed, sheet = (
        dict(
            frame(read(hcpcs_unlisted.LOADER, real(shared, NOC19, name)), "unlisted_codes")
            .select("hcpcs", "descriptor")
            .iter_rows()
        )
        for name in ("NOC_Codes_2019.prn", "NOC_Codes_2019.xlsx")
    )
    said = {code: text for code, text in printed.items() if text is not None}
    assert len(said) > 100
    assert said == {code: sheet[code] for code in said}
